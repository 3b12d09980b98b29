"""What a build is made from: a folder and a Dockerfile, here, of a repository or ksync's own (semantics e.8)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ksync_tui.engine.embedded.docker import checkout, repos
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.paths import folder_of, inside, reported
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.build import Build, BuildConfig
from ksync_tui.model.kinds.repo import Repo
from ksync_tui.model.resource import Target


@dataclass(frozen=True, slots=True)
class Context:
    """The folder that is built, its Dockerfile, and the short hash of the commit where it comes from git."""

    folder: Path
    dockerfile: Path
    hash: str | None = None


def prepare(name: str, build: Build, execution: ExecutionContext) -> Context:
    """Brings the sources of a build up to date. Raises EngineError when there are none, or they cannot be had."""
    config = build.config
    root = folder_of("build", name, execution.state)
    if config.files_on_host:
        return _context(root, config)
    if config.linked_repo:
        return _linked(name, config, execution)
    if config.repo:
        at = checkout.pull(checkout.remote_of(config), root, execution)
        return _context(root, config, at.hash)
    if config.dockerfile.strip():
        return _written(root, config, execution)
    raise EngineError(
        "nothing to build from",
        where=f"build/{name}",
        hint="Set `dockerfile`, `repo`, `linked_repo` or `files_on_host`",
    )


def _context(root: Path, config: BuildConfig, commit: str | None = None) -> Context:
    folder = inside(root, config.build_path)
    dockerfile = inside(root, config.build_path, config.dockerfile_path or "Dockerfile")
    return Context(folder, dockerfile, commit)


def _linked(name: str, config: BuildConfig, execution: ExecutionContext) -> Context:
    repo = execution.find(Target("repo", config.linked_repo))
    if not isinstance(repo, Repo):
        raise EngineError(
            f"its linked repo '{config.linked_repo}' does not exist",
            where=f"build/{name}",
            hint="Declare it, or correct `linked_repo`",
        )
    at = repos.pull(repo.name, repo, execution)
    # Below the repo's own `path`, which Komodo forgets (semantics h.26).
    return _context(repos.folder(repo.name, repo, execution.state), config, at.hash)


def _written(root: Path, config: BuildConfig, execution: ExecutionContext) -> Context:
    """The text goes to ksync's own folder even where an absolute path is built: nothing of the user's is replaced."""
    folder = inside(root, config.build_path)
    dockerfile = root / (Path(config.dockerfile_path).name or "Dockerfile")
    with reported("the Dockerfile cannot be written", dockerfile):
        root.mkdir(parents=True, exist_ok=True)
        if folder.is_relative_to(root):
            folder.mkdir(parents=True, exist_ok=True)
        dockerfile.touch(mode=0o600)
        dockerfile.write_text(execution.interpolate(config.dockerfile), "utf-8")
    return Context(folder, dockerfile)


def ensure_there(context: Context, name: str) -> None:
    """Raises EngineError when the folder or the Dockerfile is missing."""
    if not context.folder.is_dir():
        raise EngineError(f"no such folder: {context.folder}", where=f"build/{name}", hint="Correct `build_path`")
    if not context.dockerfile.is_file():
        raise EngineError(
            f"no such Dockerfile: {context.dockerfile}", where=f"build/{name}", hint="Correct `dockerfile_path`"
        )
