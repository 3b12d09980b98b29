"""A screen with one list that can be filtered."""

from __future__ import annotations

from typing import Generic, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult

from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import style
from ksync_tui.tui.widgets.filter import FilterLine
from ksync_tui.tui.widgets.lines import Lines

Result = TypeVar("Result")


class Listing(Page[Result], Generic[Result]):
    """One list, drawn by `draw`, opened by `do_open`."""

    empty = ""
    """What is said where the list is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""

    def body(self) -> ComposeResult:
        """The list and, when open, its filter."""
        yield Lines(id="list", empty=self.empty)
        yield FilterLine()

    @property
    def items(self) -> Lines:
        """The list."""
        return self.query_one("#list", Lines)

    def fill(self) -> None:
        """Shows what passes the filter."""

    def do_filter(self) -> None:
        """Opens the filter."""
        self.query_one(FilterLine).open()

    def do_back(self) -> None:
        """Clears the filter, then leaves."""
        if self.words:
            self.query_one(FilterLine).clear_and_close()
        else:
            self.leave()

    def leave(self) -> None:
        """Leaves the screen."""
        self.finish(None)

    @on(FilterLine.Typed)
    def _typed(self, event: FilterLine.Typed) -> None:
        self.words = event.words
        self.fill()
        self.changed()

    @on(FilterLine.Left)
    def _left(self) -> None:
        self.items.focus()

    @on(Lines.Moved)
    def _moved(self) -> None:
        self.changed()

    @on(Lines.Clicked)
    def _clicked(self) -> None:
        self.action_command("open")


def columns(width: int, *cells: tuple[str, int, str]) -> Text:
    """One line of cells (text, width, style name); the text is already neutral and cut to its width."""
    line = Text(end="", no_wrap=True)
    for words, room, look in cells:
        line.append(words, style(look)).append(" " * max(room - Text(words).cell_len, 0))
    line.truncate(width)
    return line
