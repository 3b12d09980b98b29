"""The two ways to look at the rows of a diff, and its two directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ksync_tui.model.plan import Direction
from ksync_tui.present.diff import DiffRow, RowKind, Sign
from ksync_tui.present.lines import Spans

_SWAPPED: dict[Sign, Sign] = {"+": "-", "-": "+"}
TITLES: dict[Direction, tuple[str, str]] = {"live": ("live", "file"), "file": ("file", "live")}
"""The headings of the left and the right column."""
_ACROSS: tuple[RowKind, ...] = ("fold", "origin", "note")
"""Rows that stand across both columns."""


def towards(rows: Sequence[DiffRow], direction: Direction) -> tuple[DiffRow, ...]:
    """The rows as read in a direction: to live as they are, to file with columns and signs swapped."""
    return tuple(rows) if direction == "live" else tuple(map(_swapped, rows))


def _swapped(row: DiffRow) -> DiffRow:
    if row.kind in _ACROSS:
        return row
    return replace(
        row,
        sign=_SWAPPED.get(row.sign, row.sign),
        left=row.right,
        right=row.left,
        left_marks=row.right_marks,
        right_marks=row.left_marks,
        left_number=row.right_number,
        right_number=row.left_number,
    )


class Cell(NamedTuple):
    """One side of a row."""

    text: str
    marks: Spans = ()
    number: int | None = None


@dataclass(frozen=True, slots=True)
class SplitLine:
    """A line of the side-by-side view. What spans both columns has its text in `left`; `right` is None."""

    kind: RowKind
    sign: Sign
    left: Cell
    right: Cell | None
    field: str | None = None
    row: int = 0
    """Which row it shows: the same in both views, so that switching keeps the place."""


@dataclass(frozen=True, slots=True)
class UnifiedLine:
    """A line of the unified view."""

    kind: RowKind
    sign: Sign
    cell: Cell
    field: str | None = None
    row: int = 0


def side_by_side(rows: Iterable[DiffRow]) -> list[SplitLine]:
    """One line per row."""
    return [
        SplitLine(
            row.kind,
            row.sign,
            Cell(row.left, row.left_marks, row.left_number),
            None if row.kind in _ACROSS else Cell(row.right, row.right_marks, row.right_number),
            row.field,
            number,
        )
        for number, row in enumerate(rows)
    ]


def unified(rows: Iterable[DiffRow]) -> list[UnifiedLine]:
    """Changed rows as a line taken away and one added; of a stretch of changes first all that goes, then what comes."""
    found: list[UnifiedLine] = []
    added: list[UnifiedLine] = []
    for number, row in enumerate(rows):
        if row.kind != "entry":
            found += [*added, *_unified(row, number)]
            added = []
            continue
        for line in _unified(row, number):
            (added if line.sign == "+" else found).append(line)
    return found + added


def _unified(row: DiffRow, number: int) -> Iterator[UnifiedLine]:
    if row.sign == "~" or row.sign == "-":
        yield UnifiedLine(row.kind, "-", Cell(row.left, row.left_marks, row.left_number), row.field, number)
    if row.sign == "~" or row.sign == "+":
        yield UnifiedLine(row.kind, "+", Cell(row.right, row.right_marks, row.right_number), row.field, number)
    if row.sign == " ":
        yield UnifiedLine(row.kind, " ", Cell(row.left or row.right), row.field, number)


def stops(rows: Sequence[DiffRow]) -> list[int]:
    """The rows at which a stretch of changes begins: for next and previous change."""
    changed = [row.changed for row in rows]
    return [at for at, here in enumerate(changed) if here and (at == 0 or not changed[at - 1] or _new(rows, at))]


def _new(rows: Sequence[DiffRow], at: int) -> bool:
    return rows[at].field != rows[at - 1].field
