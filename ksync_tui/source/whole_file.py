"""Texts that blocks cannot describe: `stack = [{...}]`, dotted headers. They are parsed at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ksync_tui.model.kinds.fields import SCHEMA_KEY
from ksync_tui.model.kinds.registry import BY_HEADER
from ksync_tui.source.understand import Position, Understood, foreign_name, understand_table
from ksync_tui.toml.locations import Header, Index, headers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FIRST = 1
"""The line that the places of notes are relative to: the text's first one."""


def understand_file(text: str, data: Mapping[str, Any]) -> Iterator[tuple[Position, Understood]]:
    """Every resource of a parsed text with its line and column; notes are relative to the first line."""
    index = Index(text)
    for header, entries in data.items():
        if header == SCHEMA_KEY:
            continue
        kind = BY_HEADER.get(header)
        if kind is None or not isinstance(entries, list):
            place = _Part(text, index, (header,)).at(())
            yield (FIRST, 1), Understood(None, notes=(foreign_name(header, place),))
            continue
        for number, raw in enumerate(entries):
            part = _Part(text, index, (header, number))
            below, column = part.at(())
            yield (FIRST + below, column), understand_table(kind, raw if isinstance(raw, dict) else {}, part)


@dataclass(frozen=True, slots=True)
class _Part:
    """A resource in a text that is read whole. See `WrittenFields`."""

    text: str
    index: Index
    root: tuple[str | int, ...]

    def at(self, path: Sequence[Any]) -> Position:
        line, column = self.index.locate((*self.root, *path))
        return line - FIRST, column

    def headers(self) -> Sequence[Header]:
        depth = len(self.root)
        return [
            header._replace(path=header.path[depth:], line=header.line - FIRST)
            for header in headers(self.text)
            if header.path[:depth] == self.root
        ]
