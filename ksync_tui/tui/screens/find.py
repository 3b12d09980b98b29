"""A list to find one entry of by its words."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.widgets.lines import Lines

T = TypeVar("T")
Result = TypeVar("Result")


class FindScreen(Page[Result], Generic[T, Result]):
    """Type a few letters, `enter` takes the entry under the cursor."""

    place = "palette"
    asks: ClassVar[str] = ""
    """What is typed."""
    none: ClassVar[str] = ""
    """What is said where nothing has these letters."""
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("palette")
    DEFAULT_CSS = "FindScreen Input { dock: top; margin: 1 1 1 2; }"

    def __init__(self) -> None:
        super().__init__()
        self.found: Sequence[T] = ()

    @abstractmethod
    def entries(self) -> Sequence[T]:
        """All there is to find."""

    @abstractmethod
    def words_of(self, entry: T) -> str:
        """The words by which an entry is found."""

    @abstractmethod
    def drawn(self, entry: T) -> Text:
        """An entry as a line."""

    @abstractmethod
    def answer(self, entry: T) -> Result:
        """What an entry that was taken means."""

    def body(self) -> ComposeResult:
        """What is typed, and what it finds."""
        field = Input(placeholder=self.asks, compact=True)
        field.cursor_blink = False
        yield field
        yield Lines(id="found", empty=self.none)

    def on_mount(self) -> None:
        """Everything is found at first."""
        self.query_one(Input).focus()
        self._find("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._find(event.value)

    @on(Input.Submitted)
    @on(Lines.Clicked)
    def _chosen(self) -> None:
        if self.found:
            self.finish(self.answer(self.found[self.query_one(Lines).cursor]))

    def on_key(self, event: events.Key) -> None:
        """Arrows move in the list while one types."""
        if event.key in ("down", "up"):
            self.query_one(Lines).move(1 if event.key == "down" else -1)
            event.stop()

    def _find(self, words: str) -> None:
        wanted = words.casefold().split()
        self.found = [
            entry for entry in self.entries() if all(word in self.words_of(entry).casefold() for word in wanted)
        ]
        self.query_one(Lines).show(len(self.found), lambda line, _: self.drawn(self.found[line]), cursor=0)
