"""Something that is on or off, written `[x]` or `[ ]`."""

from __future__ import annotations

from rich.text import Text
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from ksync_tui.present.text import cut_end, pad
from ksync_tui.tui.theme import style
from ksync_tui.tui.widgets.lines import CURSOR, NO_CURSOR

NAME = 13
"""Cells of the name."""


class Switch(Widget, can_focus=True):
    """One line: the mark, the name, what being on means."""

    DEFAULT_CSS = "Switch { height: 1; }"

    on: reactive[bool] = reactive(False)

    class Turned(Message):
        """The switch was turned on or off."""

    def __init__(self, name: str, meaning: str, *, id: str, on: bool = False) -> None:  # noqa: A002
        super().__init__(id=id)
        self.label = name
        self.meaning = meaning
        self.set_reactive(Switch.on, on)

    def turn(self) -> None:
        """Turns it on, or off again."""
        self.on = not self.on
        self.post_message(self.Turned())

    def on_click(self) -> None:
        """A click turns it."""
        self.turn()

    def render(self) -> Text:
        """The line; the cursor stands before it when it has the keys."""
        room = self.size.width - len(CURSOR) - 4 - NAME
        return Text.assemble(
            (CURSOR if self.has_focus else NO_CURSOR, style("accent")),
            "[x] " if self.on else "[ ] ",
            (pad(self.label, NAME), style("bold" if self.has_focus else "plain")),
            (cut_end(self.meaning, max(room, 0)), style("dim")),
            no_wrap=True,
            end="",
        )
