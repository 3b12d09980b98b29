"""A text that was edited in one place: which of its blocks stay, and which are new."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from ksync_tui.toml.blocks import Block, split

if TYPE_CHECKING:
    from collections.abc import Container, Sequence


class Splice(NamedTuple):
    """The blocks `low` to `high` of the old text give way to `blocks`; those behind move by `chars` and `lines`.

    Lines of `blocks` count from the first line of block `low`, their offsets from its start.
    """

    low: int
    high: int
    blocks: list[Block]
    chars: int
    lines: int


def splice(old: str, new: str, starts: Sequence[int], kinds: Container[str]) -> Splice | None:
    """What an edit changed, from what is the same at both ends; None where that cannot be told.

    `starts` are the offsets of the old text's blocks, each of which is `[[kind]]` in column 0 and parses. The part
    between is split by itself, up to the header line behind it: as long as it parses too, no string or bracket is open
    at that header, and the whole text has the same blocks.
    """
    head = _same_start(old, new)
    tail = _same_end(old, new, min(len(old), len(new)) - head)
    low = bisect_right(starts, head) - 1
    if low >= 0 and old.find("\n", starts[low], head) < 0:
        low -= 1
    if low < 0:
        return None
    high = bisect_left(starts, len(old) - tail + 1, low + 1)
    chars = len(new) - len(old)
    if high == len(starts):
        return Splice(low, high, split(new[starts[low] :], kinds), chars, 0)
    middle = new[starts[low] : starts[high] + chars]
    blocks = split(middle + _line(old, starts[high]), kinds)
    if not blocks or blocks.pop().start != len(middle):
        return None
    lines = middle.count("\n") - old.count("\n", starts[low], starts[high])
    return Splice(low, high, blocks, chars, lines)


def _line(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start:] if end < 0 else text[start:end]


def _same_start(text: str, other: str) -> int:
    """The length of the longest common beginning, by halving: comparing slices is far faster than characters."""
    low, high = 0, min(len(text), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if other.startswith(text[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def _same_end(text: str, other: str, most: int) -> int:
    """The length of the longest common end that is no longer than `most`."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if other.endswith(text[len(text) - middle : len(text) - low], 0, len(other) - low):
            low = middle
        else:
            high = middle - 1
    return low
