"""All commands of a screen, to find one by its words."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import style
from ksync_tui.tui.widgets.lines import Lines

LEFT_OUT = ("down", "up", "top", "bottom", "page_down", "page_up", "next_pane", "previous_pane", "palette", "open")


class PaletteScreen(Page[str]):
    """Type a few letters, `enter` does it. Only what works now is offered."""

    place = "palette"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("palette")
    DEFAULT_CSS = "PaletteScreen Input { dock: top; margin: 1 1 1 2; }"

    def __init__(self, page: Page[Any]) -> None:
        super().__init__()
        self.page = page
        self.found: list[keymap.Command] = []

    def where(self) -> Text:
        """Commands of which screen."""
        return Text.assemble(("commands", style("head")), (f" > {self.page.place}", style("dim")))

    def body(self) -> ComposeResult:
        """What is typed, and what it finds."""
        field = Input(placeholder="command", compact=True)
        field.cursor_blink = False
        yield field
        yield Lines(id="commands", empty="No command has these letters.")

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
            self.finish(self.found[self.query_one(Lines).cursor].id)

    def on_key(self, event: events.Key) -> None:
        """Arrows move in the list while one types."""
        if event.key in ("down", "up"):
            self.query_one(Lines).move(1 if event.key == "down" else -1)
            event.stop()

    def _find(self, words: str) -> None:
        wanted = words.casefold().split()
        self.found = [
            command
            for command in self.keys.on(self.page.place)
            if command.id not in LEFT_OUT
            and self.page.cannot(command.id) is None
            and all(word in f"{command.label} {command.help}".casefold() for word in wanted)
        ]
        self.query_one(Lines).show(len(self.found), self._draw, cursor=0)

    def _draw(self, line: int, width: int) -> Text:
        command = self.found[line]
        return Text.assemble((f"{command.key:<8}", style("accent")), command.help)
