"""Repos: clones below ksync's state folder or at their `path`, and the commands that run there (semantics e.9)."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ksync_tui.engine.embedded.docker import checkout, envfile, shell
from ksync_tui.engine.embedded.docker.checkout import Pulled
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.paths import folder_of, inside
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.repo import Repo, RepoConfig

__all__ = ["Pulled", "clone", "folder", "pull"]


def folder(name: str, repo: Repo, state: Path) -> Path:
    """Where a repo is kept: `repos/NAME` below `state`, joined with its `path`; an absolute one wins.

    Raises EngineError for a name or path that leads out of there.
    """
    return inside(folder_of("repo", name, state), repo.config.path)


def clone(name: str, repo: Repo, execution: ExecutionContext) -> Pulled:
    """Clones anew, what was there before goes; then env file, `on_clone` and `on_pull`. Raises EngineError."""
    place, execution = _prepare(name, repo, execution)
    at = checkout.clone(checkout.remote_of(repo.config), place, execution)
    _after(repo.config, place, execution, cloned=True)
    return at


def pull(name: str, repo: Repo, execution: ExecutionContext) -> Pulled:
    """Brings the clone up to date, making it where it is missing; then env file and `on_pull`. Raises EngineError.

    `on_clone` runs too where this made the clone.
    """
    place, execution = _prepare(name, repo, execution)
    missing = not (place / ".git").exists()
    at = checkout.pull(checkout.remote_of(repo.config), place, execution)
    _after(repo.config, place, execution, cloned=missing)
    return at


def _prepare(name: str, repo: Repo, execution: ExecutionContext) -> tuple[Path, ExecutionContext]:
    if not repo.config.repo:
        raise EngineError("no repository set", where=f"repo/{name}", hint="Set `repo`")
    if repo.config.skip_secret_interp:
        execution = dataclasses.replace(execution, interpolate=str)
    return folder(name, repo, execution.state), execution


def _after(config: RepoConfig, place: Path, execution: ExecutionContext, *, cloned: bool) -> None:
    envfile.write(place, config.env_file_path, execution.interpolate(config.environment))
    if cloned:
        shell.run(config.on_clone, place, execution, "on_clone")
    shell.run(config.on_pull, place, execution, "on_pull")
