"""The difference of one action: side by side where there is room, else unified. Drawn from present's rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from ksync_tui.present.diff import DiffRow
from ksync_tui.present.views import Cell, SplitLine, UnifiedLine, side_by_side, stops, unified
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.lines import Lines
from ksync_tui.tui.widgets.wrap import breaks, indent_of

SIDE_BY_SIDE = 60
"""Cells from which two columns are readable at all."""

WIDE = 120
"""Cells of terminal from which they are what a person sees first."""

DIVIDER = " │ "
LOOKS = {"+": "create", "-": "delete", "~": "update", " ": "plain"}

Stretch = tuple[int, int]


class LaidOut(NamedTuple):
    """One line as drawn: which line of the view, and the stretch of each side's text that stands on it."""

    line: int
    left: Stretch | None
    right: Stretch | None
    first: bool


class DiffView(Lines):
    """Rows of a difference. `wants_side` is what the person asked for, None what suits the terminal."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, pointing=False)
        self.rows: Sequence[DiffRow] = ()
        self.wants_side: bool | None = None
        self._view: Sequence[SplitLine | UnifiedLine] = ()
        self._laid: list[LaidOut] = []
        self.numbers = 0

    @property
    def side(self) -> bool:
        """Whether it is drawn side by side."""
        wanted = self._suits_side() if self.wants_side is None else self.wants_side
        return wanted and self.size.width >= SIDE_BY_SIDE

    def _suits_side(self) -> bool:
        """Two columns want a wide terminal, and something to stand in both."""
        return self.app.size.width >= WIDE and any(row.left and row.right for row in self.rows)

    def show_rows(self, rows: Sequence[DiffRow], *, keep: bool = False) -> None:
        """Shows other rows, from the top unless the place is kept."""
        self.rows = rows
        if not keep:
            self.scroll_to(y=0, animate=False)
        self._lay()

    def switch(self) -> None:
        """Side by side or unified; the row on top stays on top."""
        row = self._row_at(self.scroll_offset.y)
        self.wants_side = not self.side
        self._lay()
        self._scroll_to_row(row)

    def jump(self, step: int) -> bool:
        """Scrolls to the next (1) or previous (-1) change; whether there is one."""
        here = self._row_at(self.scroll_offset.y)
        found = [row for row in stops(self.rows) if (row > here if step > 0 else row < here)]
        if found:
            self._scroll_to_row(found[0] if step > 0 else found[-1])
        return bool(found)

    def on_resize(self) -> None:
        """Lines are broken anew for the width."""
        self._lay()

    def column(self) -> int:
        """The room for text in one column."""
        if self.side:
            return (self.size.width - len(DIVIDER) - 2) // 2 - self.numbers
        return self.size.width - 2 - self.numbers

    def _row_at(self, line: int) -> int:
        return self._view[self._laid[line].line].row if line < len(self._laid) else 0

    def _scroll_to_row(self, row: int) -> None:
        line = next((at for at, laid in enumerate(self._laid) if self._view[laid.line].row >= row), 0)
        self.scroll_to(y=line, animate=False)

    def _lay(self) -> None:
        self._view = [*side_by_side(self.rows)] if self.side else [*unified(self.rows)]
        found = [max(row.left_number or 0, row.right_number or 0) for row in self.rows]
        self.numbers = len(str(max(found))) + 1 if any(found) else 0
        room = self.column()
        self._laid = [laid for at, line in enumerate(self._view) for laid in _broken(at, line, room)]
        self.count = len(self._laid)
        self._draw = self._draw_line
        self.measure()
        self.repaint()

    def _draw_line(self, index: int, width: int) -> Text:
        laid = self._laid[index]
        shown = self._view[laid.line]
        sign = ink(f"{shown.sign if laid.first else ' '} ", LOOKS[shown.sign])
        if isinstance(shown, UnifiedLine):
            return sign.append_text(self._cell(shown.cell, laid.left, laid.first, _look(shown, shown.sign)))
        if shown.right is None:
            return sign.append(shown.left.text, style("dim"))
        left_sign, right_sign = ("-", "+") if shown.sign == "~" else (shown.sign, shown.sign)
        left = self._cell(shown.left, laid.left, laid.first, _look(shown, left_sign))
        right = self._cell(shown.right, laid.right, laid.first, _look(shown, right_sign))
        gap = " " * max(self.column() + self.numbers - left.cell_len, 0)
        return Text.assemble(sign, left, gap, (DIVIDER, style("dim")), right, end="", no_wrap=True)

    def _cell(self, cell: Cell, stretch: Stretch | None, first: bool, look: Style) -> Text:
        number = str(cell.number) if cell.number is not None and first else ""
        gutter = ink(f"{number:>{self.numbers - 1}} " if self.numbers else "", "dim")
        return gutter if stretch is None else gutter.append_text(_piece(cell, stretch, first, look))


def plain_text(rows: Sequence[DiffRow]) -> str:
    """A difference as text, unified."""
    return "\n".join(f"{line.sign} {line.cell.text}".rstrip() for line in unified(rows))


def _look(line: SplitLine | UnifiedLine, sign: str) -> Style:
    if line.kind in ("context", "fold", "origin", "note"):
        return style("dim")
    if line.kind == "field" and line.sign == " ":
        return style("bold")
    return style(LOOKS[sign])


def _piece(cell: Cell, stretch: Stretch, first: bool, look: Style) -> Text:
    """A stretch of a text with its differing words marked."""
    whole = Text(cell.text, look, end="", no_wrap=True)
    for start, end in cell.marks:
        whole.stylize(style("mark"), start, end)
    part = whole[slice(*stretch)]
    part.end = ""
    return part if first else Text(" " * indent_of(cell.text), end="").append_text(part)


def _broken(at: int, line: SplitLine | UnifiedLine, room: int) -> list[LaidOut]:
    if isinstance(line, UnifiedLine):
        return [LaidOut(at, piece, None, not number) for number, piece in enumerate(breaks(line.cell.text, room))]
    if line.right is None:
        return [LaidOut(at, (0, len(line.left.text)), None, True)]
    lefts, rights = breaks(line.left.text, room), breaks(line.right.text, room)
    return [
        LaidOut(at, _get(lefts, number), _get(rights, number), not number)
        for number in range(max(len(lefts), len(rights)))
    ]


def _get(stretches: list[Stretch], number: int) -> Stretch | None:
    return stretches[number] if number < len(stretches) else None
