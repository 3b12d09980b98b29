"""All that Core wrote down of one update."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ksync_tui.errors import KsyncError
from ksync_tui.present.changes import headline
from ksync_tui.present.text import count, neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.background import local_zone
from ksync_tui.tui.screens.base import Page, error_text
from ksync_tui.tui.theme import ink
from ksync_tui.tui.widgets.lines import Lines
from ksync_tui.tui.widgets.wrap import breaks, indent_of

if TYPE_CHECKING:
    from ksync_tui.model.events import Change

STEP = "  "
"""What stands before all lines of a step but its first."""


class LogScreen(Page[None]):
    """A log to read and to copy."""

    place = "log"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("log")
    DEFAULT_CSS = "LogScreen #title { height: auto; padding: 0 1 1 1; }"

    def __init__(self, change: Change) -> None:
        super().__init__()
        self.change = change
        self.log_lines: list[str] = []
        self.rows: list[str] = []

    def body(self) -> ComposeResult:
        """What it is the log of, and the log."""
        yield Static(ink(self._title, "bold"), id="title")
        yield Lines(id="log", pointing=False)

    def on_mount(self) -> None:
        """Asks Core for it."""
        self.query_one(Lines).focus()
        self.work("Asking Core for the log", partial(self.session.core.log_of, self.change.id), self._read)

    def on_resize(self, event: events.Resize) -> None:
        """Long lines are broken anew; nothing of a log is cut off."""
        super().on_resize(event)
        self.call_after_refresh(self._fill)

    def where(self) -> Text:
        """A log."""
        return ink("log", "head")

    def counts(self) -> Text:
        """How long it is."""
        return ink(count(len(self.log_lines), "line"), "bold")

    def failed(self, error: KsyncError) -> None:
        """The error stands where the log would be."""
        self.query_one(Lines).say_empty(error_text(error).plain)

    def do_copy(self) -> None:
        """Copies the log."""
        self.tell(self.host.copy_text("\n".join((self._title, *self.log_lines))))

    @property
    def _title(self) -> str:
        return headline(self.change, time.time(), local_zone())

    def _read(self, lines: list[str]) -> None:
        self.log_lines = [neutral(line) for line in lines]
        self.query_one(Lines).say_empty("Core has no log for it.")
        self._fill()

    def _fill(self) -> None:
        view = self.query_one(Lines)
        room = max(view.size.width - 2, 10)
        self.rows = [row for line in self.log_lines for row in _broken(line, room)]
        view.show(len(self.rows), self._draw)

    def _draw(self, line: int, width: int) -> Text:
        words = self.rows[line]
        return ink(f" {words}", "plain" if words.startswith(STEP) else "accent")


def _broken(line: str, room: int) -> Iterator[str]:
    for start, end in breaks(line, room):
        yield " " * (indent_of(line) if start else 0) + line[start:end]
