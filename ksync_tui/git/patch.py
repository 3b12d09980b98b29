"""What differs between two contents of a file, as git shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pygit2

CONTEXT = 3
"""Equal lines around a change, as git shows them."""


def count_lines(before: bytes, after: bytes) -> tuple[int, int]:
    """How many lines were added and how many removed."""
    _, added, removed = _patch(before, after).line_stats
    return added, removed


def unified_diff(before: bytes, after: bytes, old_name: str, new_name: str, context: int = CONTEXT) -> Iterator[str]:
    """The lines of a unified diff under these two names, without line ends; none for equal contents.

    `context` is how many equal lines are around each change. Bytes that are not UTF-8 are shown as U+FFFD.
    """
    lines = (_patch(before, after, context).data or b"").decode("utf-8", "replace").split("\n")[:-1]
    hunks = next((at for at, line in enumerate(lines) if line.startswith("@@")), len(lines))
    if hunks < len(lines):
        yield from (f"--- {old_name}", f"+++ {new_name}")
    for line in lines[hunks:]:
        yield line[: line.index("@@", 2) + 2] if line.startswith("@@") else line.removesuffix("\r")


def _patch(before: bytes, after: bytes, context: int = CONTEXT) -> pygit2.Patch:
    import pygit2  # noqa: PLC0415 - only a repository needs it
    from pygit2.enums import DiffOption  # noqa: PLC0415 - only a repository needs it

    patch = pygit2.Patch.create_from(before, after, flag=DiffOption.FORCE_TEXT, context_lines=context)
    if patch is None:
        raise RuntimeError("libgit2 made no patch of two contents")
    return patch
