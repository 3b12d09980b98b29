"""A log to read: what Core wrote down of an update, or what containers wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ksync_tui.errors import KsyncError
from ksync_tui.present.text import count, neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page, error_text
from ksync_tui.tui.theme import ink
from ksync_tui.tui.widgets.lines import Lines
from ksync_tui.tui.widgets.wrap import broken

STEP = "  "
"""What stands before all lines of a step but its first."""


@dataclass(frozen=True, slots=True)
class LogSource:
    """Where the lines of a log come from, and what is said of it: `title` above it, `empty` where it has no line.

    `look` names the style of a line; a log that is read from its end shows that first.
    """

    title: str
    read: Callable[[], list[str]]
    empty: str
    look: Callable[[str], str]
    from_end: bool = False


def step_look(line: str) -> str:
    """Of steps with their output: lines that are not indented are headings."""
    return "plain" if line.startswith(STEP) else "accent"


class LogScreen(Page[None]):
    """A log to read and to copy."""

    place = "log"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("log")
    DEFAULT_CSS = "LogScreen #title { height: auto; padding: 0 1 1 1; }"

    def __init__(self, source: LogSource) -> None:
        super().__init__()
        self.source = source
        self.log_lines: list[str] = []
        self.rows: list[str] = []

    def body(self) -> ComposeResult:
        """What it is the log of, and the log."""
        yield Static(ink(self.source.title, "bold"), id="title")
        yield Lines(id="log", pointing=False)

    def on_mount(self) -> None:
        """Reads it."""
        self.query_one(Lines).focus()
        self.do_refresh()

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
        if self.log_lines:
            self.tell_error(error)
        else:
            self.query_one(Lines).say_empty(error_text(error).plain)

    def do_refresh(self) -> None:
        """Reads it again."""
        self.work("Reading the log", self.source.read, self._read)

    def do_copy(self) -> None:
        """Copies the log."""
        self.tell(self.host.copy_text("\n".join((self.source.title, *self.log_lines))))

    def _read(self, lines: list[str]) -> None:
        self.log_lines = [neutral(line) for line in lines]
        view = self.query_one(Lines)
        view.say_empty(self.source.empty)
        self._fill()
        if self.source.from_end:
            self.call_after_refresh(view.move_to, -1)
        self.changed()

    def _fill(self) -> None:
        view = self.query_one(Lines)
        room = max(view.size.width - 2, 10)
        self.rows = [row for line in self.log_lines for row in broken(line, room)]
        view.show(len(self.rows), self._draw)

    def _draw(self, line: int, width: int) -> Text:
        words = self.rows[line]
        return ink(f" {words}", self.source.look(words))
