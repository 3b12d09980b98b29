"""One thing to type: what a login needs, or a name that allows something."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page


class InputField(Input):
    """A field whose text is nowhere but in it: a hidden one is not copied either."""

    def action_cut(self) -> None:
        """Nothing of a hidden text goes to the clipboard."""
        if not self.password:
            super().action_cut()

    def action_copy(self) -> None:
        """Nothing of a hidden text goes to the clipboard."""
        if not self.password:
            super().action_copy()


class AskScreen(Page[str]):
    """Answers with what was typed; None when it was left. With `expected`, only that is taken."""

    place = "ask"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("ask")
    DEFAULT_CSS = """
    AskScreen Static { padding: 2 2 1 2; height: auto; }
    AskScreen Input { margin: 0 2 0 2; }
    """

    def __init__(self, question: str, *, secret: bool = False, expected: str | None = None) -> None:
        super().__init__()
        self.question = question
        self.secret = secret
        self.expected = expected

    def body(self) -> ComposeResult:
        """The question and the field."""
        yield Static(Text(neutral(self.question, keep_newlines=True)))
        field = InputField(placeholder=neutral(self.expected or ""), password=self.secret, compact=True)
        field.cursor_blink = False
        yield field

    def on_mount(self) -> None:
        """The field gets the keys."""
        self.query_one(InputField).focus()

    def disabled_reason(self, command: str) -> str | None:
        """An answer needs to be typed, and to be right where one is expected."""
        if command != "give" or not self.is_mounted:
            return None
        typed = self.query_one(InputField).value
        if not typed:
            return "Type it first."
        return None if self.expected in (None, typed.strip()) else f"That is not {self.expected}."

    def do_give(self) -> None:
        """Gives what was typed."""
        self.finish(self.query_one(InputField).value)

    @on(Input.Changed)
    def _typing(self) -> None:
        self.changed()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.entered("give")
