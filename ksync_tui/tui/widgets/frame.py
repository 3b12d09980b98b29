"""What stands around every screen: the line that says where I am, the line of keys, notices, and "too small"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from rich.text import Text
from textual.widget import Widget

from ksync_tui.present.text import ELLIPSIS, cell_width
from ksync_tui.tui.keymap import Command, Keymap
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
        self._next: Text | None = None

    def renew(self) -> None:
        """Draws the line again if it changed."""
        self._next = self.line()
        if self._next != self._sent:
            self.refresh()

    def on_resize(self) -> None:
        """What was made for another width is made anew."""
        self._next = None

    def render(self) -> Text:
        """The line as it reads now."""
        self._sent, self._next = self._next or self.line(), None
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

    def __init__(self, page: Framed) -> None:
        super().__init__(page)
        self._made: tuple[Sequence[KeyLabel], Text] = ((), Text())

    def line(self) -> Text:
        """As many keys as fit, the first ones first; help always."""
        items = self._fitting()
        if items != self._made[0]:
            texts = (Text.assemble((key, style("accent")), " ", (label, style("dim"))) for key, label in items)
            self._made = items, Text.assemble(" ", Text(GAP).join(texts), no_wrap=True, end="")
        return self._made[1]

    def _fitting(self) -> list[KeyLabel]:
        works = [command for command in self._ranked() if self.page.disabled_reason(command.id) is None]
        last = [command for command in works if command.id in ("help", "back", "cancel")][:1]
        end = [self._item(command) for command in last]
        room = self.size.width - 1 - sum(map(_cells, end))
        items: list[KeyLabel] = []
        for command in works:
            item = self._item(command) if command not in last else None
            if item and (room := room - _cells(item)) < 0:
                break
            items += [item] if item else []
        return [*items, *end]

    def _ranked(self) -> list[Command]:
        here = (command for command in self.page.keys.on(self.page.place) if command.rank)
        return sorted(here, key=lambda command: command.rank)

    def _item(self, command: Command) -> KeyLabel:
        return KeyLabel(command.key, self.page.label_of(command.id) or command.label)


class KeyLabel(NamedTuple):
    """A key and what it does, as the line of keys has them."""

    key: str
    label: str


def _cells(item: KeyLabel) -> int:
    return cell_width(item.key) + 1 + cell_width(item.label) + len(GAP)


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
