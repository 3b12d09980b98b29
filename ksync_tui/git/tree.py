"""The files of one commit, read from a repository's objects: no work tree is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ksync_tui.errors import DamagedError, GitError
from ksync_tui.git.library import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pygit2

TableSchema = Literal["file", "folder", "link", "submodule"]


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """Something in a commit, by its path with `/`; "" is the whole of it."""

    path: str
    shape: TableSchema
    id: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class Tree:
    """The tree of a commit. Every method raises DamagedError where an object is missing or damaged.

    `bring` fetches the objects with these ids, which a clone need not hold yet.
    """

    def __init__(self, handle: pygit2.Repository, commit: str, bring: Callable[[Sequence[str]], None]) -> None:
        import pygit2  # noqa: PLC0415 - only a repository needs it

        self._handle = handle
        self._bring = bring
        with translated("the commit cannot be read", handle.path, DamagedError):
            self._root = handle[commit].peel(pygit2.Tree)

    def find(self, path: str) -> TreeEntry | None:
        """What is at a path, or None."""
        if not path:
            return TreeEntry("", "folder", str(self._root.id))
        with translated("a folder of the commit cannot be read", path, DamagedError):
            return _entry(path, self._root[path]) if path in self._root else None

    def above(self, path: str) -> TreeEntry | None:
        """The nearest thing above a path that is no folder: a file, link or submodule that the path leads into."""
        parts = path.split("/")
        steps = (self.find("/".join(parts[:count])) for count in range(1, len(parts)))
        return next((step for step in steps if step and step.shape != "folder"), None)

    def entries(self, folder: TreeEntry) -> list[TreeEntry]:
        """What a folder holds, links last, else in the order of names."""
        import pygit2  # noqa: PLC0415 - only a repository needs it

        with translated("a folder of the commit cannot be read", folder.path, DamagedError):
            tree = self._handle[folder.id].peel(pygit2.Tree)
            found = [_entry(f"{folder.path}/{one.name}".lstrip("/"), one) for one in tree]
        return sorted(found, key=lambda entry: (entry.shape == "link", entry.name))

    def bring(self, entries: Iterable[TreeEntry]) -> None:
        """Sees that the contents of files and links are here, in one go."""
        with translated("the clone's objects cannot be read", self._handle.path, DamagedError):
            missing = [entry.id for entry in entries if entry.id not in self._handle]
        if missing:
            self._bring(list(dict.fromkeys(missing)))

    def data(self, entry: TreeEntry) -> bytes:
        """The bytes of a file, or where a link leads."""
        import pygit2  # noqa: PLC0415 - only a repository needs it

        self.bring([entry])
        with translated("a file of the commit cannot be read", entry.path, DamagedError):
            found = self._handle[entry.id]
        if not isinstance(found, pygit2.Blob):
            raise GitError("a file of the commit cannot be read", where=entry.path, why="it is none")
        return found.data


def _entry(path: str, found: pygit2.Object) -> TreeEntry:
    from pygit2.enums import FileMode  # noqa: PLC0415 - only a repository needs it

    shapes: dict[int, TableSchema] = {FileMode.TREE: "folder", FileMode.LINK: "link", FileMode.COMMIT: "submodule"}
    return TreeEntry(path, shapes.get(found.filemode or 0, "file"), str(found.id))
