"""The line under a list in which a filter is typed."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import Input

from ksync_tui.model.origin import ORIGINS, Origin
from ksync_tui.present.search import ORIGIN


class FilterLine(Input):
    """Filters as one types. `esc` clears and closes, `enter` or an arrow goes back to the list."""

    DEFAULT_CSS = """
    FilterLine { dock: bottom; margin: 0 1 1 1; display: none; }
    """

    class Typed(Message):
        """The words of the filter are different now."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Left(Message):
        """The list gets the keys again."""

    def __init__(self) -> None:
        super().__init__(placeholder="filter", select_on_focus=False, compact=True)
        self.cursor_blink = False
        self.origin: Origin | None = None

    def open(self) -> None:
        """Shows the line and gives it the keys."""
        self.display = True
        self.focus()

    @property
    def words(self) -> str:
        """What is typed, and the origin that was chosen."""
        return f"{self.value} {ORIGIN}{self.origin}" if self.origin else self.value

    def turn_origin(self) -> None:
        """Leaves what comes from the next origin; after the last one, from all."""
        turn: tuple[Origin | None, ...] = (None, *ORIGINS)
        self.origin = turn[(turn.index(self.origin) + 1) % len(turn)]
        self.post_message(self.Typed(self.words))

    def clear_and_close(self) -> None:
        """No filter any more."""
        self.value = ""
        self.origin = None
        self.display = False
        self.post_message(self.Typed(""))
        self.post_message(self.Left())

    def on_input_changed(self, event: Input.Changed) -> None:
        """As one types."""
        event.stop()
        self.post_message(self.Typed(self.words))

    def on_key(self, event: events.Key) -> None:
        """The keys that end typing."""
        if event.key == "escape":
            self.clear_and_close()
        elif event.key in ("enter", "down", "up"):
            self.display = bool(self.value)
            self.post_message(self.Left())
        else:
            return
        event.stop()
        event.prevent_default()
