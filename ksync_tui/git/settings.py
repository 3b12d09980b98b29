"""git's configuration as git itself sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.errors import GitError
from ksync_tui.git import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pygit2

_TRUE = {"true", "yes", "on"}


class GitConfig:
    """The values of git's configuration. Keys are `section.name` in lower case; the last value of a key counts."""

    def __init__(self, values: Mapping[str, str | None]) -> None:
        self._values = values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def text(self, key: str) -> str | None:
        """The value, or None when it is not set or empty."""
        return self._values.get(key) or None

    def flag(self, key: str) -> bool:
        """The value as git reads a boolean: a key without a value is true, so is any number but 0."""
        if key not in self._values:
            return False
        value = self._values[key]
        return value is None or value.lower() in _TRUE or (value.isdecimal() and int(value) != 0)


def read_settings(root: Path, handle: pygit2.Repository) -> GitConfig:
    """The configuration that holds in `root`: from the git command, which knows every include; else from libgit2.

    Raises GitError when git cannot read it.
    """
    if not command.available():
        return GitConfig({_folded(entry.name): entry.value for entry in handle.config})
    done = command.run(["config", "--list", "-z"], root)
    if done.code != 0:
        raise GitError("git's configuration cannot be read", where=str(root), why=done.stderr.strip())
    return GitConfig(dict(_entry(item) for item in done.stdout.split("\0") if item))


def _entry(item: str) -> tuple[str, str | None]:
    key, newline, value = item.partition("\n")
    return _folded(key), value if newline else None


def _folded(key: str) -> str:
    section, dot, rest = key.partition(".")
    subsection, inner, name = rest.rpartition(".")
    return f"{section.lower()}{dot}{subsection}{inner}{name.lower()}"
