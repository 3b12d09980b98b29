"""The user's index: read under git's own lock, and changed only where it held what HEAD held.

The lock is git's protocol: `index.lock` is created exclusively, the new index is written into it, a rename puts it in
place.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.errors import CommitRefusedError
from ksync_tui.git import command
from ksync_tui.git.facts import IndexState
from ksync_tui.git.library import translated
from ksync_tui.system.files import sync_folder, write_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pygit2

TreeEntry = tuple["pygit2.Oid", int]
LOCK = "lock"
"""The lock's second name, in the scratch folder of whoever holds it."""


class LockedIndex:
    """The user's index while ksync holds its lock. `index` is a copy to change; `install` puts it in place."""

    def __init__(self, place: Path, copy: Path) -> None:
        import pygit2  # noqa: PLC0415 - only a repository needs it

        self._place = place
        self._copy = copy
        if place.exists():
            shutil.copyfile(place, copy)
        self.index = pygit2.Index(str(copy))

    def stage(self, root: Path, flags: Mapping[str, tuple[str, ...]]) -> None:
        """Writes the changed copy into the lock file and on to the disk, with the flags that its entries had."""
        self.index.write()
        for path, options in flags.items():
            for option in options:
                words = ["update-index", option, "--", path]
                command.run(words, root, env={"GIT_INDEX_FILE": str(self._copy)})
        lock = lock_of(self._place)
        with lock.open("wb") as target:
            write_all(target.fileno(), self._copy.read_bytes())
        if self._place.exists():
            shutil.copymode(self._place, lock)

    def install(self) -> None:
        """The staged copy becomes the index; the lock is gone with that."""
        lock_of(self._place).replace(self._place)
        sync_folder(self._place.parent)


@contextmanager
def locked(handle: pygit2.Repository, scratch: Path) -> Iterator[LockedIndex]:
    """Holds the lock of the user's index. Raises CommitRefusedError when somebody else does.

    The lock is a second name of a file in `scratch`: whoever finds both later knows whose lock it was.
    """
    place = Path(handle.path) / "index"
    lock = lock_of(place)
    mine = scratch / LOCK
    mine.touch(mode=0o666)
    try:
        _name_exclusively(mine, lock)
    except FileExistsError as error:
        raise locked_by_other(lock) from error
    held = lock.stat().st_ino
    try:
        read_index(handle)
        yield LockedIndex(place, scratch / "user-index")
    finally:
        if lock.exists() and lock.stat().st_ino == held:
            lock.unlink()


def _name_exclusively(mine: Path, lock: Path) -> None:
    try:
        os.link(mine, lock)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


def lock_of(place: Path) -> Path:
    """The lock file of the index at `place`."""
    return place.with_name(f"{place.name}.lock")


def locked_by_other(lock: Path) -> CommitRefusedError:
    """The refusal that names the lock file and what to do about it."""
    hint = f"Wait until the other git command is done; if none is running, remove {lock}"
    return CommitRefusedError("the index is locked", where=str(lock), why="another git command holds it", hint=hint)


def read_index(handle: pygit2.Repository) -> pygit2.Index:
    """The user's index as it is on disk, to look at. Raises GitError for forms libgit2 does not read."""
    with translated("the index cannot be read", Path(handle.workdir)):
        index: pygit2.Index = handle.index
        index.read()
        return index


def entry_in_tree(tree: pygit2.Tree | None, path: str) -> TreeEntry | None:
    """Blob id and mode of `path` in `tree`."""
    if tree is None or path not in tree:
        return None
    found = tree[path]
    return found.id, int(found.filemode)


def state_of(index: pygit2.Index, path: str, head: TreeEntry | None) -> IndexState:
    """What `index` holds for `path`, compared with HEAD's entry."""
    if index.conflicts is not None and path in index.conflicts:
        return IndexState.CONFLICT
    entry = _entry(index, path)
    if entry is None:
        return IndexState.ABSENT
    return IndexState.SAME if entry == head else IndexState.STAGED


def follow(
    index: pygit2.Index, before: pygit2.Tree | None, after: pygit2.Tree, paths: Iterable[str]
) -> tuple[str, ...]:
    """Moves those entries of `paths` that were HEAD's on to the commit's; gives back the ones that stay (rule 8)."""
    import pygit2  # noqa: PLC0415 - only a repository needs it

    stayed = []
    for path in paths:
        new = entry_in_tree(after, path)
        if _entry(index, path) not in (entry_in_tree(before, path), new):
            stayed.append(path)
        elif new is not None:
            index.add(pygit2.IndexEntry(path, new[0], pygit2.enums.FileMode(new[1])))
        elif _entry(index, path) is not None:
            index.remove(path)
    return tuple(stayed)


def changed_paths(before: pygit2.Tree | None, after: pygit2.Tree) -> tuple[str, ...]:
    """The paths that differ between two trees, sorted."""
    with translated("the commit cannot be compared with its parent", str(after.id)):
        diff = before.diff_to_tree(after) if before is not None else after.diff_to_tree(swap=True)
        return tuple(sorted({delta.new_file.path for delta in diff.deltas}))


def flags_of(root: Path, paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The flags of the user's index that keep git from looking at a file, as options of `git update-index`.

    libgit2 does not show them, and drops those of an entry that is changed.
    """
    if not paths or not command.available():
        return {}
    listed = command.run(["ls-files", "-v", "-z", "--", *paths], root).stdout
    found = {}
    for line in filter(None, listed.split("\0")):
        tag, _, path = line.partition(" ")
        options = (["--assume-unchanged"] if tag.islower() else []) + (["--skip-worktree"] if tag in "Ss" else [])
        if options:
            found[path] = tuple(options)
    return found


def _entry(index: pygit2.Index, path: str) -> TreeEntry | None:
    try:
        entry = index[path]
    except KeyError:  # `path in index` is also true for the sides of a conflict
        return None
    return entry.id, int(entry.mode)
