"""Texts that blocks cannot describe: `stack = [{...}]`, dotted headers. They are parsed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ksync_tui.model.kinds.registry import BY_HEADER
from ksync_tui.source.places import Index
from ksync_tui.source.understand import Position, Understood, foreign_name, understand_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ksync_tui.source.understand import Finder

FIRST = 1
"""The line that the places of notes are relative to: the text's first one."""


def understand_whole(text: str, data: Mapping[str, Any]) -> Iterator[tuple[Position, Understood]]:
    """Every resource of a parsed text with its line and column; notes are relative to the first line."""
    index = Index(text)
    for header, entries in data.items():
        kind = BY_HEADER.get(header)
        if kind is None or not isinstance(entries, list):
            place = _finder(index, (header,))(())
            yield (FIRST, 1), Understood(None, notes=(foreign_name(header, place),))
            continue
        for number, raw in enumerate(entries):
            at = _finder(index, (header, number))
            below, column = at(())
            yield (FIRST + below, column), understand_table(kind, raw if isinstance(raw, dict) else {}, at)


def _finder(index: Index, root: tuple[str | int, ...]) -> Finder:
    def at(path: Sequence[Any]) -> Position:
        line, column = index.locate((*root, *path))
        return line - FIRST, column

    return at
