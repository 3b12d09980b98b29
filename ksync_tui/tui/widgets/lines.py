"""A list or a text that is drawn line by line: only what is in sight is ever made, so 10,000 rows cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import chain

from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ksync_tui.model.text import lines_of
from ksync_tui.tui.theme import ink

Draw = Callable[[int, int], Text]
"""Line number and width to the line's text."""

Key = Callable[[int], Hashable]
"""Line number to what the line is about, the same whatever line it is on."""

CURSOR = "> "
NO_CURSOR = "  "


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines drawn by a function, with a cursor on the ones that `stops` allows.

    Without a cursor (`pointing` False) it is a text that scrolls.
    """

    DEFAULT_CSS = """
    Lines { height: 1fr; width: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; background: transparent; }
    """

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor stands on another line."""

        def __init__(self, lines: Lines) -> None:
            super().__init__()
            self.lines = lines

        @property
        def control(self) -> Lines:
            """The list whose cursor moved."""
            return self.lines

    class Clicked(Message):
        """The line under the cursor was clicked again."""

    def __init__(self, *, id: str | None = None, pointing: bool = True, empty: str = "") -> None:  # noqa: A002
        super().__init__(id=id)
        self.pointing = pointing
        self.empty = empty
        self.count = 0
        self._draw: Draw = lambda line, width: Text()
        self._stops: Callable[[int], bool] = lambda line: True
        self._key: Key | None = None
        self._here: Hashable = None
        self._sent: dict[int, Strip] = {}
        """What stands on each line of the screen, as it was painted last."""
        self._next: dict[int, Strip] = {}
        """What was made to be painted next."""

    def show(
        self,
        count: int,
        draw: Draw,
        *,
        stops: Callable[[int], bool] | None = None,
        cursor: int | None = None,
        key: Key | None = None,
    ) -> None:
        """Shows `count` lines. The cursor stays on the line with the same `key`, or else at the same number.

        `cursor` puts it on another line.
        """
        here = self._here if key and self._key else None
        self.count = count
        self._draw = draw
        self._key = key
        self._stops = stops or (lambda line: True)
        self._next.clear()
        self.measure()
        wanted = self._line_of(here) if cursor is None else cursor
        self.cursor = self._nearest(min(max(wanted, 0), max(count - 1, 0)))
        self._remember()
        self.repaint()

    def measure(self) -> None:
        """Says how long it is; while all is in sight nothing is laid out again for that."""
        self.virtual_size = Size(0, max(self.count, self.size.height, 1))

    def repaint(self) -> None:
        """Paints the lines in sight that read differently now."""
        top = self.scroll_offset.y
        made = {y: self._made(y) for y in range(self.size.height)}
        self._next = {y: strip for y, strip in made.items() if self._sent.get(y) != strip}
        for y in self._next:
            self.refresh_line(top + y)

    def repaint_line(self, line: int) -> None:
        """Paints one line as it reads by then."""
        self._next.pop(line - self.scroll_offset.y, None)
        self.refresh_line(line)

    def _line_of(self, here: Hashable) -> int:
        if here is None or self._key is None:
            return self.cursor
        return next((line for line in range(self.count) if self._key(line) == here), self.cursor)

    def _remember(self) -> None:
        self._here = self._key(self.cursor) if self._key and self.cursor < self.count else None

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other lines are in sight."""
        self._next.clear()
        super().watch_scroll_y(old_value, new_value)

    def say_empty(self, words: str) -> None:
        """Says something else where there are no lines; lines that are shown may stand for what is gone already."""
        self.empty = words
        if not self.count:
            self.repaint()

    def move(self, by: int) -> None:
        """Moves the cursor by so many lines to one where it may stand, or scrolls a text."""
        if not self.pointing:
            self.scroll_to(y=self.scroll_offset.y + by, animate=False)
            return
        self._point(self.cursor + by, 1 if by > 0 else -1)

    def move_page(self, by: int) -> None:
        """Moves by so many pages."""
        self.move(by * max(self.size.height - 1, 1))

    def move_to(self, line: int) -> None:
        """Moves to a line; negative ones count from the end."""
        target = line if line >= 0 else self.count + line
        if not self.pointing:
            self.scroll_to(y=target, animate=False)
            return
        self._point(target, -1 if line < 0 else 1)

    def reveal(self, line: int) -> None:
        """Scrolls as little as it takes to have a line in sight."""
        self._keep_in_sight(line)

    def render_line(self, y: int) -> Strip:
        """One line in sight."""
        strip = self._sent[y] = self._next.pop(y) if y in self._next else self._made(y)
        return strip

    def _made(self, y: int) -> Strip:
        width = self.size.width
        index = self.scroll_offset.y + y
        if index >= self.count:
            return self._beyond(y, width)
        return self._strip(self._line(index, width), width)

    def validate_cursor(self, line: int) -> int:
        """The cursor stays inside the lines."""
        return min(max(line, 0), max(self.count - 1, 0))

    def watch_cursor(self, old: int, new: int) -> None:
        """Only the two lines concerned are drawn again."""
        if not self.pointing:
            return
        self._remember()
        self.repaint_line(old)
        self.repaint_line(new)
        self._keep_in_sight(new)
        self.post_message(self.Moved(self))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; a click on the cursor opens."""
        line = self.scroll_offset.y + event.y
        if not self.pointing or line >= self.count or not self._stops(line):
            return
        if line == self.cursor:
            self.post_message(self.Clicked())
        self.cursor = line

    def on_focus(self) -> None:
        """The cursor looks different with the focus."""
        self.repaint_line(self.cursor)

    def on_blur(self) -> None:
        """The cursor looks different without the focus."""
        self.repaint_line(self.cursor)

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        self._next.clear()
        self.measure()
        if self.pointing:
            self._keep_in_sight(self.cursor)

    def _line(self, index: int, width: int) -> Text:
        if not self.pointing:
            return self._draw(index, width)
        here = index == self.cursor and self._stops(index)
        line = ink(CURSOR if here else NO_CURSOR, "accent")
        line.append_text(self._draw(index, width - len(CURSOR)))
        if here:
            line.stylize("bold" if self.has_focus else "", len(CURSOR))
        return line

    def _beyond(self, y: int, width: int) -> Strip:
        if self.count or not self.empty:
            return Strip.blank(width)
        words = lines_of(self.empty)
        return self._strip(ink(f"  {words[y]}" if y < len(words) else "", "dim"), width)

    def _strip(self, text: Text, width: int) -> Strip:
        text.end = ""
        return Strip(text.render(self.app.console)).adjust_cell_length(width)

    def _keep_in_sight(self, line: int) -> None:
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if line < top + 1 and not self._stops(line - 1):
            self.scroll_to(y=max(line - 1, 0), animate=False)
        elif line < top:
            self.scroll_to(y=line - (self._jump if line >= top - 1 else 0), animate=False)
        elif line >= top + height:
            more = self._jump if line <= top + height else 0
            self.scroll_to(y=line - height + 1 + more, animate=False)

    @property
    def _jump(self) -> int:
        """How many more lines come into sight when the cursor leaves it by one: then all is sent anew."""
        return self.size.height // 3

    def _point(self, line: int, step: int) -> None:
        line = min(max(line, 0), self.count - 1)
        self.cursor = self._nearest(line, step)

    def _nearest(self, line: int, step: int = 1) -> int:
        """The first line from here on where the cursor may stand, else the first one back."""
        onward = range(line, self.count) if step > 0 else range(line, -1, -1)
        back = range(line, -1, -1) if step > 0 else range(line, self.count)
        return next((at for at in chain(onward, back) if self._stops(at)), line)
