"""A repository's work tree on this machine, by the git command: cloned anew or brought up to date (semantics e.9).

No account's token is ever part of an address, of a command's words or of what git keeps: it goes from the environment
to git's question for it. A clone is made beside the old one and takes its place when it is whole.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ksync_tui.engine.embedded.docker.command import Call, CommandResult, run
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.paths import reported
from ksync_tui.errors import EngineError, GitError
from ksync_tui.git import remote as git_remote
from ksync_tui.git.causes import hint_for
from ksync_tui.git.command import OTHER_REPOSITORY
from ksync_tui.git.remote import GitSettings, Remote, environment

OURS = "ksync.folder"
"""Set in the configuration of every clone that ksync made: only such a one is ever replaced."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """Where a work tree stands: the commit's short hash and the first line of its message."""

    hash: str
    message: str


def remote_of(settings: GitSettings, environ: Mapping[str, str] | None = None) -> Remote:
    """What settings say to check out, with the account's token from the environment. Raises EngineError."""
    try:
        return git_remote.remote_of(settings, environ)
    except GitError as error:
        raise EngineError(error.what, where=error.where, why=error.why, hint=error.hint) from error


def clone(remote: Remote, folder: Path, execution: ExecutionContext) -> Pulled:
    """Clones into `folder`; what was there goes away once the clone is whole.

    Raises EngineError when git fails, or when `folder` holds something that ksync did not make.
    """
    with execution.alone_in(folder):
        _ensure_ours(folder, execution)
        return _clone(remote, folder, execution)


def pull(remote: Remote, folder: Path, execution: ExecutionContext) -> Pulled:
    """Brings `folder` to where the remote's branch is, cloning where nothing is yet.

    Raises EngineError when git fails, or when commits or changes of the user's own would be lost.
    """
    with execution.alone_in(folder):
        if not (folder / ".git").exists():
            _ensure_ours(folder, execution)
            return _clone(remote, folder, execution)
        _ensure_nothing_lost(folder, execution)
        return _update(remote, folder, execution)


def _clone(remote: Remote, folder: Path, execution: ExecutionContext) -> Pulled:
    with reported("the clone cannot be put there", folder), _beside(folder) as beside:
        fresh = beside / "clone"
        branch = ["--branch", remote.branch] if remote.branch else []
        _git(remote, folder.parent, execution, "clone", *branch, "--", remote.url, str(fresh))
        _git(remote, fresh, execution, "config", OURS, str(folder))
        at = _settle(remote, fresh, execution)
        if folder.exists():
            folder.rename(beside / "old")
        fresh.rename(folder)
    return at


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}."
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=prefix, ignore_cleanup_errors=True) as beside:
        yield Path(beside)


def _update(remote: Remote, folder: Path, execution: ExecutionContext) -> Pulled:
    _git(remote, folder, execution, "remote", "set-url", "origin", remote.url)
    _git(remote, folder, execution, "fetch", "--prune", "--tags", "--force", "origin")
    if remote.branch:
        _git(remote, folder, execution, "checkout", "--force", "-B", remote.branch, f"origin/{remote.branch}", "--")
    else:
        _git(remote, folder, execution, "reset", "--hard", "@{upstream}")
    return _settle(remote, folder, execution)


def _settle(remote: Remote, folder: Path, execution: ExecutionContext) -> Pulled:
    """Goes to the pinned commit, if there is one, and tells where the work tree stands."""
    if remote.commit:
        _git(remote, folder, execution, "reset", "--hard", remote.commit)
    hash_, _, message = _asked(folder, execution, "log", "-1", "--format=%h %s").partition(" ")
    return Pulled(hash_, message)


def _ensure_ours(folder: Path, execution: ExecutionContext) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / ".git").exists() or not _ours(folder, execution):
        raise EngineError(
            f"{folder} holds something that ksync did not put there",
            why="a clone would replace it",
            hint="Move it away, or set another path",
        )


def _ensure_nothing_lost(folder: Path, execution: ExecutionContext) -> None:
    if _ours(folder, execution):
        return
    changed = _asked(folder, execution, "status", "--porcelain", "--untracked-files=no")
    ahead = _asked(folder, execution, "log", "--format=%h", "-1", "HEAD", "--not", "--remotes")
    if changed or ahead:
        raise EngineError(
            f"{folder} has {'changes' if changed else 'commits'} that are nowhere else",
            why="a pull would drop them, and ksync did not make this clone",
            hint="Commit and push them, or set another path",
        )


def _ours(folder: Path, execution: ExecutionContext) -> bool:
    return bool(_asked(folder, execution, "config", "--local", "--default", "", "--get", OURS))


def _asked(folder: Path, execution: ExecutionContext, *words: str) -> str:
    call = Call(["git", *words], folder, environment(Remote("")), 60, OTHER_REPOSITORY)
    return _sure(run(call, stop=execution.stop), folder, words).out.strip()


def _git(remote: Remote, folder: Path, execution: ExecutionContext, *words: str) -> None:
    execution.log(f"$ git {' '.join(words)}")
    call = Call(["git", *words], folder, environment(remote), None, OTHER_REPOSITORY)
    _sure(run(call, execution.log, execution.stop), folder, words, remote)


def _sure(done: CommandResult, folder: Path, words: tuple[str, ...], remote: Remote | None = None) -> CommandResult:
    if done.code != 0:
        why = "; ".join(line for line in done.last[-5:] if line.strip()) or f"exit code {done.code}"
        hint = hint_for(remote, why) if remote else None
        raise EngineError(f"git {words[0]} failed", where=str(folder), why=why, hint=hint)
    return done
