"""What a ksync that was killed left in a repository: its scratch folder, its lock, an index behind its commit."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.errors import CommitRefusedError
from ksync_tui.git.index import LOCK, changed_paths, flags_of, follow, lock_of, locked
from ksync_tui.system.process import is_left, token

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pygit2

_PREFIX = "ksync-"
_PARENT = "parent"
_GIT = "git"


@contextmanager
def scratch_in(git_dir: Path) -> Iterator[Path]:
    """A folder inside the repository's own for copies of the index, gone afterwards; its name says whose it is."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{token()}.", dir=git_dir))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def note_parent(scratch: Path, parent: pygit2.Commit | None) -> None:
    """Notes, before a commit is made, what it is made on: should ksync be killed, the index can follow later."""
    (scratch / _PARENT).write_text(str(parent.id) if parent else "", "ascii")


def note_git(scratch: Path, pid: int) -> None:
    """Notes the git command that makes the commit."""
    (scratch / _GIT).write_text(token(pid), "ascii")


def clear(handle: pygit2.Repository, root: Path) -> None:
    """Removes what killed processes left, and moves an index behind HEAD on to their commit.

    Raises CommitRefusedError while a git command that one of them started still makes its commit.
    """
    git_dir = Path(handle.path)
    for folder in sorted(git_dir.glob(f"{_PREFIX}*")):
        if not folder.is_dir() or not is_left(folder.name.removeprefix(_PREFIX).partition(".")[0]):
            continue
        _refuse_while_git_runs(folder, root)
        lock = lock_of(git_dir / "index")
        with suppress(OSError):
            if lock.samefile(folder / LOCK):
                lock.unlink()
        parent = _noted(folder / _PARENT)
        shutil.rmtree(folder, ignore_errors=True)
        if parent is not None:
            _follow(handle, root, parent)


def _refuse_while_git_runs(folder: Path, root: Path) -> None:
    known = _noted(folder / _GIT)
    if known and not is_left(known):
        why = f"git still makes a commit that an earlier ksync began (process {known.split('-')[1]})"
        hint = "Wait for it to end, or end it"
        raise CommitRefusedError("the repository is busy", where=str(root), why=why, hint=hint)


def _noted(file: Path) -> str | None:
    try:
        return file.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _follow(handle: pygit2.Repository, root: Path, parent: str) -> None:
    """Entries of the index that are still the parent's become those of the commit that was made on it, if one was."""
    import pygit2  # noqa: PLC0415 - only a repository needs it

    if handle.head_is_unborn:
        return
    head = handle.head.peel(pygit2.Commit)
    if [str(action_id) for action_id in head.parent_ids] != ([parent] if parent else []):
        return
    before = head.parents[0].tree if parent else None
    files = changed_paths(before, head.tree)
    with scratch_in(Path(handle.path)) as scratch, locked(handle, scratch) as lock:
        flags = flags_of(root, files)
        follow(lock.index, before, head.tree, files)
        lock.stage(root, flags)
        lock.install()
