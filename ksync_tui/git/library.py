"""Opening a repository with libgit2, and its errors in ksync's words."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from ksync_tui.errors import DamagedError, GitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pygit2

_INDEX_FORMS = {"'link'": "update-index --no-split-index", "'sdir'": "sparse-checkout reapply --no-sparse-index"}
"""What turns a split or a sparse index into an ordinary one, by the extension that libgit2 names."""
_PARTS = ("HEAD", "objects", "refs")


@contextmanager
def translated(what: str, where: Path | str, kind: type[GitError] = GitError) -> Iterator[None]:
    """Turns libgit2's errors, missing objects and I/O errors into `kind`(`what`, where=`where`)."""
    import pygit2  # noqa: PLC0415 - only a repository needs it

    try:
        yield
    except KeyError as error:
        hint = "An object is missing or damaged: `git fsck` names it"
        raise kind(what, where=str(where), why=str(error), hint=hint) from error
    except (pygit2.GitError, OSError, ValueError) as error:
        raise kind(what, where=str(where), why=str(error), hint=_hint(str(error), where)) from error


def _hint(reason: str, where: Path | str) -> str:
    if "not owned by current user" in reason:
        return f"If you trust it: git config --global --add safe.directory '{where}'"
    if "unsupported extension" in reason or "object format" in reason:
        return "The repository uses a feature of git that libgit2 does not know"
    for extension, remedy in _INDEX_FORMS.items():
        if extension in reason:
            return f"libgit2 does not read this form of the index: git -C {shlex.quote(str(where))} {remedy}"
    if "failed to lock" in reason or ".lock" in reason:
        return "Another git command is running there, or left its lock file behind when it was killed"
    return f"`git -C {shlex.quote(str(where))} fsck` shows what is wrong with it"


@cache
def _configure() -> None:
    import pygit2  # noqa: PLC0415 - only a repository needs it

    pygit2.settings.enable_fsync_gitdir(True)
    # A partial clone reads like any other as long as the objects at hand suffice.
    pygit2.settings.set_extensions(["partialclone"])


def find_top(path: Path) -> Path | None:
    """The nearest folder at or above `path` that holds a `.git` which once was a repository, or is one and bare.

    Pure path work: a folder outside any repository costs no import of pygit2.
    """
    return next((folder for folder in (path, *path.parents) if _is_top(folder)), None)


def _is_top(folder: Path) -> bool:
    dot_git = folder / ".git"
    if os.path.isfile(dot_git):  # noqa: PTH113 - Path.is_file raises where a parent cannot be read
        return True
    return any(os.path.lexists(dot_git / part) for part in _PARTS) or all(
        os.path.lexists(folder / part) for part in _PARTS
    )


def open_at(top: Path) -> pygit2.Repository:
    """The repository whose work tree starts at `top`. Raises GitError: damaged, owned by another user, bare."""
    import pygit2  # noqa: PLC0415 - only a repository needs it

    _configure()
    with translated("the git repository cannot be used", top):
        handle = pygit2.Repository(str(top))
    if handle.is_bare:
        hint = "Clone it and use the clone"
        raise GitError("the git repository has no work tree", where=str(top), why="it is bare", hint=hint)
    return handle


def open_bare(folder: Path) -> pygit2.Repository:
    """A repository without a work tree, of ksync's own. Raises DamagedError; GitError where it is another user's."""
    import pygit2  # noqa: PLC0415 - only a repository needs it

    _configure()
    with translated("the clone cannot be used", folder, DamagedError):
        try:
            return pygit2.Repository(str(folder))
        except pygit2.GitError as error:
            if "not owned" not in str(error):
                raise
            why, hint = str(error), _hint(str(error), folder)
    raise GitError("the clone belongs to another user", where=str(folder), why=why, hint=hint)
