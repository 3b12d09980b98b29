"""Comments of one text of a block carried over to another text of it: each to the key, header or element it stood at.

What stood at a key that the other text does not have goes to the next one that it has; behind the last, to the end.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ksync_tui.toml.scan import BLANK
from ksync_tui.toml.syntax import STRING, Chunk, Inside, Names, Statement, statements

Respelled = Callable[[Names], Names]
"""A path of keys with each as the other text spells it."""

_COMMENT = re.compile(rf"{STRING}|(?P<comment>#[^\r\n]*)")


@dataclass(slots=True)
class _Notes:
    """Comments above and beside something, each without blanks around it; "" above is a blank line."""

    above: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


def comments_of(text: str) -> list[str]:
    """Every comment of a text, without the blanks behind it, in order."""
    return [match["comment"].rstrip(BLANK) for match in _COMMENT.finditer(text) if match["comment"]]


def with_comments(new: str, old: str, respelled: Respelled) -> str:
    """The block `new` with the comments of the block `old`. Raises WriteBackError where either cannot be followed."""
    if "#" not in old:
        return new
    items = list(statements(new))
    places = _Places(items)
    notes: defaultdict[int, _Notes] = defaultdict(_Notes)
    pending = _Notes()
    for found, item in _noted(statements(old)):
        pending.above += found.above
        at = places.of(respelled(item.path), item.sort) if item else None
        if at is None:
            pending.above += found.beside + (comments_of(item.value) if item else [])
            continue
        notes[at].above += pending.above
        pending = _Notes()
        _put(notes[at], found.beside, items[at], item)
    lines = [line for at, item in enumerate(items) for line in _lines(item, notes.get(at))]
    return "\n".join([*lines, *pending.above]).rstrip()


def _noted(items: Iterable[Statement]) -> Iterator[tuple[_Notes, Statement | None]]:
    """Each header and key with what stands above and beside it; what is below the last one, with None."""
    above: list[str] = []
    for item in items:
        if item.sort == "blank":
            above += [line.strip(BLANK) for line in item.text.removesuffix("\n").split("\n")]
            continue
        yield _Notes(above if any(above) else [], [comment] if (comment := item.after.strip(BLANK)) else []), item
        above = []
    yield _Notes(above if any(above) else []), None


class _Places:
    """Where a path is written: in the statement of its sort, else the first at or below it, else the one around it."""

    def __init__(self, items: Sequence[Statement]) -> None:
        self._same: dict[tuple[str, Names], int] = {}
        self._below: dict[Names, int] = {}
        for at, item in enumerate(items):
            if item.sort == "blank":
                continue
            self._same.setdefault((item.sort, item.path), at)
            for depth in range(len(item.path) + 1):
                self._below.setdefault(item.path[:depth], at)

    def of(self, path: Names, sort: str) -> int | None:
        """The number of the statement, None where the path is not written."""
        around = (self._same.get(("key", path[:depth])) for depth in range(len(path) - 1, 0, -1))
        found = (self._same.get((sort, path)), self._below.get(path), *around)
        return next((at for at in found if at is not None), None)


def _put(notes: _Notes, beside: list[str], item: Statement, old: Statement | None) -> None:
    """The comments beside and inside an old statement go beside and inside the new one, or else above it."""
    inner = comments_of(old.value) if old is not None and old.sort == "key" else []
    if old is not None and inner and item.sort == "key" and (value := _with_elements(item.value, old.value)):
        item.value, inner = value, []
    alone = old is not None and old.sort == item.sort and not notes.beside
    notes.above += inner + ([] if alone else beside)
    notes.beside += beside if alone else []


def _with_elements(new: str, old: str) -> str | None:
    """A list with the comments of another of as many elements; None where it is not such a list."""
    if new[0] != "[" or old[0] != "[":
        return None
    wanted, given = Inside.of(new), Inside.of(old)
    if len(wanted.chunks) != len(given.chunks):
        return None
    last = len(wanted.chunks) - 1
    lines = [
        line
        for at, (chunk, was) in enumerate(zip(wanted.chunks, given.chunks, strict=True))
        for line in _element(f"{chunk.value}{',' if at < last else ''}", was)
    ]
    return "\n".join(["[", *lines, *comments_of(given.tail), "]"])


def _element(code: str, was: Chunk) -> Iterator[str]:
    yield from comments_of(f"{was.lead}\n{was.key}{was.value}")
    beside = comments_of(f"{was.middle}\n{was.comment}")
    yield from beside[:-1]
    yield f"{code} {beside[-1]}" if beside else code


def _lines(item: Statement, notes: _Notes | None) -> Iterator[str]:
    if notes is not None:
        yield from notes.above
    text = f"{item.before}{item.value}{item.after}".rstrip("\n")
    yield f"{text} {' '.join(notes.beside)}" if notes and notes.beside else text
