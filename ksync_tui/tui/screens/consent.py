"""Whether live may be written into the files of a sync that is not managed."""

from __future__ import annotations

from typing import ClassVar, Literal

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ksync_tui.present.text import neutral
from ksync_tui.tui import keymap
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.theme import ink

Answer = Literal["now", "for good"]


class ConsentScreen(Page[Answer]):
    """Answers with how long it may be; nothing when it was left."""

    place = "consent"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("consent")
    DEFAULT_CSS = "ConsentScreen Static { padding: 2 2 0 2; height: auto; }"

    def __init__(self, sync: str) -> None:
        super().__init__()
        self.sync = sync
        self.for_good = False

    def body(self) -> ComposeResult:
        """The question, and whether it is asked again."""
        name = neutral(self.sync)
        yield Static(Text(f"{name} is not managed. Write live changes into its files?\n\nYou see each change first."))
        yield Static(id="for-good")

    def on_mount(self) -> None:
        """Asked again, unless turned off."""
        self._show()

    def do_remember(self) -> None:
        """Asks again for this sync, or not."""
        self.for_good = not self.for_good
        self._show()

    def do_answer(self) -> None:
        """Yes."""
        self.finish("for good" if self.for_good else "now")

    def _show(self) -> None:
        words = f"[{'x' if self.for_good else ' '}] do not ask again for this sync"
        self.query_one("#for-good", Static).update(ink(words, "bold" if self.for_good else "dim"))
