"""The sandbox of `ksync demo`: a git repository, and live state that lags behind it as in real life.

What is live got there as it would at home: the syncs were run when the repository was a commit younger, then somebody
changed a few things by hand.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ksync_tui.demo import docker, history
from ksync_tui.errors import UsageError
from ksync_tui.model.plan import SyncOptions
from ksync_tui.model.resource import Target
from ksync_tui.services import Session, Sync
from ksync_tui.source.inline import Inline

SERVERS = ("attic", "nas", "garden", "lighthouse")
RUNNING = tuple(Target("stack", name) for name in ("jellyfin", "radio", "metrics", "wiki-js", "old-dashboard"))
"""What runs though no file has it deployed by itself."""
WHO = "rosa"
"""Who did all this before."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Where a sandbox lives: ksync's own state and configuration, and the repository with the resource files."""

    home: Path
    infra: Path


def build(root: Path, now: datetime | None = None) -> Sandbox:
    """Makes the sandbox in `root`, or opens the one that is there. Its commits are dated before `now` (aware).

    Raises UsageError for a folder that holds something else, GitError when the repository cannot be made.
    """
    root = root.expanduser().absolute()
    sandbox = Sandbox(root / "home", root / "infra")
    if sandbox.home.is_dir() and sandbox.infra.is_dir():
        return sandbox
    _refuse_other_contents(root)
    moment = now or datetime.now(UTC)
    history.start(sandbox.infra)
    for commit in history.APPLIED:
        history.add(sandbox.infra, commit, moment)
    _settings(sandbox.home)
    with Session.open(sandbox.home) as session:
        _live(session, sandbox.infra)
    history.add(sandbox.infra, history.PENDING, moment)
    return sandbox


def _refuse_other_contents(root: Path) -> None:
    try:
        found = next(root.iterdir(), None)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError("cannot create a sandbox there", where=str(root), why=error.strerror) from error
    if found:
        hint = "Name a folder that is empty or does not exist yet."
        raise UsageError("cannot create a sandbox there", where=str(root), why="the folder is not empty", hint=hint)


def _settings(home: Path) -> None:
    """Lets every server of the demo be a pretend Docker host."""
    command = [sys.executable, "-I", "-S", str(Path(docker.__file__)), str(home / "pretend-docker")]
    hosts = "".join(f'{server} = "unix:///pretend/{server}"\n' for server in SERVERS)
    (home / "pretend-docker").mkdir(parents=True)
    text = f'[docker]\ncommand = {json.dumps(command)}\nname = "pretend Docker"\n\n[hosts]\n{hosts}'
    (home / "config.toml").write_text(text, "utf-8")


def _live(session: Session, infra: Path) -> None:
    session.syncs.add("homelab", _homelab(infra))
    session.syncs.add("edge", {"file_contents": history.resource("edge.toml"), "match_tags": ["edge"]})
    _apply(session, session.syncs.get("homelab"))
    _apply(session, session.syncs.get("media"))
    _apply(session, _texts("edge", "live/edge.toml"))
    for target in RUNNING:
        session.runs.run(session.runs.manual(target), who=WHO)
    _apply(session, _texts("by hand", "live/by-hand.toml"))


def _homelab(infra: Path) -> dict[str, Any]:
    return {
        "files_on_host": True,
        "resource_path": [str(infra / "homelab")],
        "match_tags": ["homelab"],
        "delete": True,
        "include_variables": True,
        "include_user_groups": True,
    }


def _texts(name: str, path: str) -> Sync:
    return Sync(name, SyncOptions(name), Inline(name, history.resource(path)), name)


def _apply(session: Session, sync: Sync) -> None:
    plan = session.reviews.create(sync).plan
    possible = [action.id for action in plan.actions if not action.blocked and not action.destructive]
    session.runs.run(plan.select(possible), who=WHO)
