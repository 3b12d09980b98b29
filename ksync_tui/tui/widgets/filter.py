"""The line under a list in which a filter is typed."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import Input


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

    def open(self) -> None:
        """Shows the line and gives it the keys."""
        self.display = True
        self.focus()

    def clear_and_close(self) -> None:
        """No filter any more."""
        self.value = ""
        self.display = False
        self.post_message(self.Typed(""))
        self.post_message(self.Left())

    def on_input_changed(self, event: Input.Changed) -> None:
        """As one types."""
        event.stop()
        self.post_message(self.Typed(event.value))

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
