"""One question; `enter` does it, `esc` does not."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page


class QuestionScreen(Page[bool]):
    """A question, asked over everything else."""

    place = "question"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("question")
    DEFAULT_CSS = "QuestionScreen Static { padding: 2 2; height: 1fr; }"

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question

    def body(self) -> ComposeResult:
        """The question alone."""
        yield Static(Text(neutral(self.question, keep_newlines=True)))

    def do_answer(self) -> None:
        """Yes."""
        self.finish(True)

    def do_cancel(self) -> None:
        """No."""
        self.finish(False)
