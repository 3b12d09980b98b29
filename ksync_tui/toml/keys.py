"""Where the keys of a table are written, and how one is taken out or put in: below headers, or in an inline table."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from typing import Protocol

from ksync_tui.errors import WriteBackError
from ksync_tui.toml import render
from ksync_tui.toml.syntax import Chunk, Inside, Names, Statement, names_of, statements

Entries = list[tuple[str, str]]
"""Dotted keys relative to a table, each with its value's text."""


class _All:
    """Holds every name."""

    def __contains__(self, name: object) -> bool:
        return True


SOMEWHERE: Container[str] = _All()
"""No matter behind which key: the last."""


class WrittenKeys(Protocol):
    """A key and its value where they are written."""

    path: Names
    value: str


class Keys(Protocol):
    """The keys of a table and of the tables in it, as they are written."""

    inside: bool
    """Whether they stand in an inline table."""

    def under(self, path: Names) -> Sequence[WrittenKeys]:
        """What is written for `path` or below it, in the order of the text."""

    def remove(self, path: Names) -> None:
        """Takes out what is written for `path` and below it."""

    def insert(self, path: Names, entries: Entries, before: Container[str]) -> None:
        """Puts entries into the table at `path`, behind the last of its keys that is one of `before`."""


def spelling(keys: Keys, path: Names, accepted: Collection[str]) -> str | None:
    """How the key below `path` that may be spelled in several ways is written; None if it is not."""
    at = len(path)
    spelled = (str(found.path[at]) for found in keys.under(path) if len(found.path) > at)
    return next((name for name in spelled if name in accepted), None)


def exactly(keys: Keys, path: Names) -> WrittenKeys | None:
    """The key whose value is all of `path`."""
    return next((found for found in keys.under(path) if found.path == path), None)


def newline_of(text: str) -> str:
    """The line end that most lines of a text have."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


class BlockKeys:
    """The statements of a block."""

    inside = False

    def __init__(self, block: str) -> None:
        self._newline = newline_of(block)
        self._items = list(statements(block + ("" if block.endswith("\n") else self._newline)))
        self._kind = self._header_name()

    def _header_name(self) -> str:
        for item in self._items:
            if item.sort == "header":
                return names_of(item.before.partition("]")[0])[0]
        raise WriteBackError("the block has no header")

    @property
    def text(self) -> str:
        """The block as it is now, without white space at its end."""
        return "".join(item.text for item in self._items).rstrip(" \t\r\n")

    def under(self, path: Names) -> list[Statement]:
        """See `Keys.under`."""
        return [item for item in self._items if item.sort == "key" and _below(item.path, path)]

    def remove(self, path: Names) -> None:
        """See `Keys.remove`. Comments between the lines stay; headers of `path` go."""
        kept: list[Statement] = []
        for item in self._items:
            doubled = item.sort == "blank" and not item.text.strip() and bool(kept) and kept[-1].sort == "blank"
            if not doubled and not _below(item.path, path):
                kept.append(item)
        self._items = kept

    def insert(self, path: Names, entries: Entries, before: Container[str]) -> None:
        """See `Keys.insert`."""
        at, head, indent = self._place(path, before)
        prefix = [render.key(str(name)) for name in path[len(head) :]]
        self._items[at:at] = [self._statement(prefix, head, indent, *entry) for entry in entries]

    def _statement(self, prefix: list[str], head: Names, indent: str, key: str, value: str) -> Statement:
        name = ".".join([*prefix, key])
        path, value = (*head, *names_of(name)), value.replace("\n", self._newline)
        return Statement("key", f"{indent}{name} = ", path, head, value, self._newline)

    def _place(self, path: Names, before: Container[str]) -> tuple[int, Names, str]:
        """Behind which item, below which header and how far indented a new key of `path` goes."""
        near = [at for at, item in enumerate(self._items) if self._holds(item, path)]
        if not near:
            return self._empty_place(path)
        behind = [at for at in near if self._items[at].path[len(path)] in before]
        item = self._items[behind[-1] if behind else near[0]]
        indent = item.before[: len(item.before) - len(item.before.lstrip(" \t"))]
        return (behind[-1] + 1 if behind else near[0]), item.head, indent

    @staticmethod
    def _holds(item: Statement, path: Names) -> bool:
        return item.sort == "key" and _below(item.path, path) and len(item.head) <= len(path) < len(item.path)

    def _empty_place(self, path: Names) -> tuple[int, Names, str]:
        """Below the header of `path`; else below that of the table around it; else below a new header."""
        headers = [(at, item.path) for at, item in enumerate(self._items) if item.sort == "header"]
        for at, head in headers:
            if head == path:
                return at + 1, path, ""
        if len(path) > 1 or any(_below(head, path) for _, head in headers):
            return self._place(path[:-1], SOMEWHERE)
        self._items.append(Statement("header", f"[{self._kind}.{render.key(str(path[0]))}]{self._newline}", path, path))
        return len(self._items), path, ""

    def elements(self, path: Names) -> int:
        """How many elements an array of tables has that is written with a header for each."""
        return sum(1 for item in self._items if item.sort == "header" and item.path[:-1] == path != ())

    def insert_element(self, path: Names, at: int, entries: Entries) -> None:
        """Puts an element, with a header of its own, before the one that is now number `at` (or at the end)."""
        name = ".".join(render.key(step) for step in (self._kind, *path) if isinstance(step, str))
        head = (*path, at)
        header = Statement("header", f"[[{name}]]{self._newline}", head, head)
        new = [header, *(self._statement([], head, "", *entry) for entry in entries)]
        gap = Statement("blank", self._newline)
        where = self._element_at(head)
        self._items[where:where] = [*new, gap] if where < len(self._items) else [gap, *new]

    def _element_at(self, head: Names) -> int:
        places = (at for at, item in enumerate(self._items) if item.sort == "header" and item.path == head)
        return next(places, len(self._items))


def _below(path: Names, top: Names) -> bool:
    return path[: len(top)] == top


class InlineKeys:
    """The keys of an inline table."""

    inside = True

    def __init__(self, text: str) -> None:
        self._inside = Inside.of(text)

    @property
    def text(self) -> str:
        """The table as it is now."""
        return self._inside.text

    def under(self, path: Names) -> list[Chunk]:
        """See `Keys.under`."""
        return [chunk for chunk in self._inside.chunks if _below(chunk.path, path)]

    def remove(self, path: Names) -> None:
        """See `Keys.remove`."""
        self._inside.chunks = [chunk for chunk in self._inside.chunks if not _below(chunk.path, path)]

    def insert(self, path: Names, entries: Entries, before: Container[str]) -> None:
        """See `Keys.insert`."""
        chunks, lead = self._inside.chunks, self._inside.lead_for_new()
        near = [at for at, chunk in enumerate(chunks) if _below(chunk.path, path) and len(chunk.path) > len(path)]
        behind = [at for at in near if chunks[at].path[len(path)] in before]
        at = behind[-1] + 1 if behind else near[0] if near else len(chunks)
        names = [".".join([*(render.key(str(name)) for name in path), key]) for key, _ in entries]
        texts = (text for _, text in entries)
        chunks[at:at] = [
            Chunk(lead, f"{name} = ", text, path=names_of(name)) for name, text in zip(names, texts, strict=True)
        ]
