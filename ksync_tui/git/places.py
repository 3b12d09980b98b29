"""Which paths of a repository a commit may touch."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ksync_tui.errors import CommitRefusedError, NotARepositoryError

if TYPE_CHECKING:
    import pygit2

_GIT_NAMES = {".git", "git~1"}  # git~1 is what FAT and NTFS call it


def path_in(root: Path, file: Path) -> str:
    """`file` as git names it: relative to `root`, with `/`, links on the way resolved.

    Raises NotARepositoryError when the real file is outside the work tree.
    """
    real = Path(os.path.realpath(file if file.is_absolute() else root / file))
    if real == root or not real.is_relative_to(root):
        hint = "Choose a file inside it"
        raise NotARepositoryError("not in the work tree", where=str(file), why=f"the work tree is {root}", hint=hint)
    return real.relative_to(root).as_posix()


def refuse_place(root: Path, tree: pygit2.Tree | None, path: str) -> None:
    """Raises CommitRefusedError when `path` is not one a commit may write: outside, behind a link, not a file."""
    _refuse_name(path)
    _refuse_links(root, path)
    if tree is not None:
        _refuse_kinds(tree, path)


def _refuse_name(path: str) -> None:
    pure = PurePosixPath(path)
    if not path or "\0" in path or pure.is_absolute() or pure.as_posix() != path or path == ".":
        raise _refused(path, "it is not a plain path below the work tree")
    if ".." in pure.parts:
        raise _refused(path, "it leaves the work tree")
    if any(part.casefold() in _GIT_NAMES for part in pure.parts):
        raise _refused(path, "it belongs to git itself")


def _refuse_links(root: Path, path: str) -> None:
    for step in _steps(path):
        place = root / step
        if os.path.islink(place):  # noqa: PTH114 - Path.is_symlink raises where a parent cannot be read
            raise _refused(path, f"{step} is a symbolic link")
        if step != path and os.path.lexists(place / ".git"):
            raise _refused(path, f"{step} is a repository of its own")


def _refuse_kinds(tree: pygit2.Tree, path: str) -> None:
    from pygit2.enums import FileMode  # noqa: PLC0415 - only a repository needs it

    for step in _steps(path):
        if step not in tree:
            return
        mode = tree[step].filemode
        if mode == FileMode.COMMIT:
            raise _refused(path, f"{step} is a submodule")
        if mode == FileMode.LINK:
            raise _refused(path, f"{step} is a symbolic link in HEAD")
        if (mode == FileMode.TREE) == (step == path):
            raise _refused(path, f"{step} is a {'folder' if step == path else 'file'} in HEAD")


def _steps(path: str) -> list[str]:
    parts = PurePosixPath(path).parts
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _refused(path: str, why: str) -> CommitRefusedError:
    return CommitRefusedError("cannot be committed", where=path, why=why)
