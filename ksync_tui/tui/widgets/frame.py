"""What stands around every screen: the line that says where I am, the line of keys, notices, and "too small"."""

from __future__ import annotations

from typing import Protocol

from rich.text import Text
from textual.widget import Widget

from ksync_tui.present.text import ELLIPSIS
from ksync_tui.tui.keymap import Keymap
from ksync_tui.tui.theme import style

MIN_WIDTH = 40
MIN_HEIGHT = 10
GAP = "   "


class Framed(Protocol):
    """What a screen tells the lines around it."""

    @property
    def place(self) -> str:
        """The screen's name in the keymap."""

    @property
    def keys(self) -> Keymap:
        """The commands and their keys."""

    def where(self) -> Text:
        """The left of the top line: the path to here."""

    def status_line(self, room: int) -> Text:
        """The middle of the top line, in so many cells: engine, profile, READ-ONLY, what is going on."""

    def counts(self) -> Text:
        """The right of the top line: pending and ticked."""

    def news(self) -> Text:
        """What stands before it while something is new."""

    def disabled_reason(self, command: str) -> str | None:
        """Why a command does not work right now, or None."""

    def label_of(self, command: str) -> str | None:
        """Another label for the footer, where it depends on the state."""


class FrameLine(Widget):
    """A line of the frame; it is sent to the terminal only when it reads differently."""

    def __init__(self, page: Framed) -> None:
        super().__init__()
        self.page = page
        self._sent = Text()

    def renew(self) -> None:
        """Draws the line again if it changed."""
        if self.line() != self._sent:
            self.refresh()

    def render(self) -> Text:
        """The line as it reads now."""
        self._sent = self.line()
        return self._sent

    def line(self) -> Text:
        """What the line says."""
        return Text()


class TopLine(FrameLine):
    """Where am I, and how much is pending."""

    DEFAULT_CSS = "TopLine { height: 1; dock: top; }"

    def line(self) -> Text:
        """Left, middle and right; the middle gives way first, then the beginning of a long path."""
        right = Text.assemble(self.page.news(), self.page.counts())
        left = _tail(self.page.where(), self.size.width - right.cell_len - 2)
        room = self.size.width - left.cell_len - right.cell_len - 2
        middle = self.page.status_line(room)
        if middle.cell_len > room:
            middle = fitted(middle, room)
        before = max((room - middle.cell_len) // 2, 1)
        after = max(self.size.width - left.cell_len - right.cell_len - before - middle.cell_len, 1)
        line = Text.assemble(left, " " * before, middle, " " * after, right, no_wrap=True, end="")
        line.truncate(self.size.width)
        return line


def _tail(text: Text, width: int) -> Text:
    if text.cell_len <= width:
        return text
    return Text.assemble(ELLIPSIS, text[len(text) - max(width - 1, 0) :])


class KeyLine(FrameLine):
    """What can I press here: only what works now."""

    DEFAULT_CSS = "KeyLine { height: 1; dock: bottom; }"

    def line(self) -> Text:
        """As many keys as fit, the first ones first; help always."""
        here = (command for command in self.page.keys.on(self.page.place) if command.rank)
        ranked = sorted(here, key=lambda command: command.rank)
        works = [command.id for command in ranked if self.page.disabled_reason(command.id) is None]
        fixed = [name for name in works if name in ("help", "back", "cancel")][:1]
        items = [self._item(name) for name in works if name not in fixed]
        last = [self._item(name) for name in fixed]
        room = self.size.width - 1 - sum(item.cell_len + len(GAP) for item in last)
        while items and sum(item.cell_len + len(GAP) for item in items) > room:
            items.pop()
        return Text.assemble(" ", Text(GAP).join([*items, *last]), no_wrap=True, end="")

    def _item(self, name: str) -> Text:
        command = self.page.keys.by_id[name]
        label = self.page.label_of(name) or command.label
        return Text.assemble((command.key, style("accent")), " ", (label, style("dim")))


class Notice(Widget):
    """A few lines about what just happened; they go with the next key."""

    DEFAULT_CSS = "Notice { height: auto; dock: bottom; margin: 0 0 1 0; display: none; padding: 0 1; }"

    text: Text = Text()

    def tell(self, text: Text) -> None:
        """Shows the text; an empty one hides the notice."""
        if text == self.text:
            return
        self.text = text
        self.display = bool(text.plain)
        self.refresh(layout=True)

    def render(self) -> Text:
        """The text as it was told."""
        return self.text


class TooSmall(Widget):
    """Stands alone on a terminal in which nothing else would be readable."""

    DEFAULT_CSS = "TooSmall { display: none; height: 1fr; width: 1fr; }"

    def render(self) -> Text:
        """One message."""
        return Text(f"Make the terminal larger: ksync needs {MIN_WIDTH}x{MIN_HEIGHT}.")


def fitted(text: Text, width: int) -> Text:
    """The text cut to a width; nothing where there is no room for anything readable."""
    if width < 4:
        return Text()
    text.truncate(width, overflow="ellipsis")
    return text
