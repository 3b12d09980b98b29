"""The review's list: actions under the heading of their kind, with their boxes. Drawn from present.rows and ticks."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.message import Message

from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.present.choices import SIGNS as BOXES
from ksync_tui.present.choices import Choices
from ksync_tui.present.entries import ReviewEntry
from ksync_tui.present.origin import SIGNS
from ksync_tui.present.rows import Group, Line, Outline, PartEntry
from ksync_tui.present.summaries import title_of
from ksync_tui.present.text import cell_width, cut_end, cut_middle, neutral, pad
from ksync_tui.present.ticks import Ticks
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.lines import CURSOR, Lines

MOST_NAME = 32
INDENT = 2
"""Cells before a box; three times as many for what is below another line."""
BOX = 8
"""Cells of `  [>] ~ `."""
SIDES = tuple(BOXES.values())
LOOKS = {"+": "create", "-": "delete", "~": "update"}


class OutlineView(Lines):
    """The list of a plan. A newer plan keeps the cursor on its action and the line where it was on the screen."""

    class BoxClicked(Message):
        """The box of a line was clicked; the cursor is on it."""

    def __init__(self) -> None:
        super().__init__(id="outline")
        self.outline = Outline(Plan(SyncOptions(""), ""))
        ticks = Ticks(self.outline.plan)
        self.choices = Choices({"live": ticks, "file": ticks})
        self.words = ""
        self.shown: tuple[Line, ...] = ()
        self.tail: list[str] = []
        self.opened: set[str] = set()
        """The updates whose parts are shown."""
        self._name_room = 0
        self._sign_room = 1

    @property
    def line(self) -> Line | None:
        """The heading or entry under the cursor."""
        return self.shown[self.cursor] if self.cursor < len(self.shown) else None

    @property
    def entry(self) -> ReviewEntry | None:
        """The entry under the cursor, or the one whose part is there; None on a heading."""
        line = self.line
        if isinstance(line, PartEntry):
            return self.outline.by_id.get(line.id)
        return line if isinstance(line, ReviewEntry) else None

    @property
    def part(self) -> PartEntry | None:
        """The part of an update under the cursor."""
        return self.line if isinstance(self.line, PartEntry) else None

    @property
    def has_parts(self) -> bool:
        """Whether an update is under the cursor, whose fields can be ticked each by itself."""
        return self.entry is not None and self.outline.has_parts(self.entry.id)

    @property
    def is_open(self) -> bool:
        """Whether its fields are shown."""
        return self.entry is not None and (self.entry.id in self.opened or bool(self.entry.parent))

    def on_click(self, event: events.Click) -> None:
        """A click on a box chooses; elsewhere it moves the cursor, as in every list."""
        at = self.scroll_offset.y + event.y
        line = self.shown[at] if at < len(self.shown) else None
        if line is None or isinstance(line, Group):
            return
        inner = isinstance(line, PartEntry) or bool(line.parent)
        box = len(CURSOR) + (INDENT * 3 if inner else INDENT)
        if box <= event.x < box + 3:
            event.prevent_default()
            self.move_to(at)
            self.post_message(self.BoxClicked())

    def open(self) -> None:
        """Shows the parts of the update under the cursor."""
        if self.entry:
            self.opened.add(self.entry.id)
            self._fill()

    def close(self) -> None:
        """Hides the parts of the update under the cursor, which gets the cursor."""
        entry = self.entry
        if entry is None:
            return
        if entry.parent and entry.id not in self.opened:
            entry = self.outline.by_id[entry.parent]
        self.opened.discard(entry.id)
        self.move_to(self.shown.index(entry))
        self._fill()

    def move_entry(self, step: int) -> None:
        """Moves to the next (1) or previous (-1) line that is no heading."""
        there = range(self.cursor + step, len(self.shown) if step > 0 else -1, step)
        at = next((at for at in there if not isinstance(self.shown[at], Group)), None)
        if at is not None:
            self.move_to(at)

    def show_plan(self, outline: Outline, choices: Choices, tail: list[str]) -> None:
        """Shows another plan."""
        self.outline, self.choices, self.tail = outline, choices, tail
        self._fill()

    def show_choices(self, choices: Choices) -> None:
        """Shows other choices of the same plan: the lines in sight that they change."""
        before, self.choices = self.choices, choices
        top = self.scroll_offset.y
        for at, line in enumerate(self.shown[top : top + self.size.height], top):
            if _choice(before, line) != _choice(choices, line):
                self.repaint_line(at)

    def show_found(self, words: str) -> None:
        """Shows what a filter leaves."""
        self.words = words
        self._fill()

    def _fill(self) -> None:
        before = _key(self.line)
        offset = self.cursor - self.scroll_offset.y
        self.shown = self.outline.shown(self.words, self.opened)
        self._sign_room = max((len(line.sign) for line in self.shown if isinstance(line, ReviewEntry)), default=1)
        names = (cell_width(line.name) for line in self.shown if isinstance(line, ReviewEntry))
        self._name_room = min(max(names, default=0), MOST_NAME)
        at = next((at for at, line in enumerate(self.shown) if before and _key(line) == before), None)
        first = 1 if self.shown and self.cursor == 0 and not before else self.cursor
        tail = ["", *self.tail] if self.tail and self.shown else self.tail
        if self.outline.entries and not self.shown:
            tail = ["No match for the filter.", *tail]
        self.show(
            len(self.shown) + len(tail),
            lambda line, width: self._draw_tail(tail, line, width),
            stops=lambda line: line < len(self.shown),
            cursor=first if at is None else at,
        )
        if at is not None:
            self.scroll_to(y=self.cursor - offset, animate=False)

    def _draw_tail(self, tail: list[str], at: int, width: int) -> Text:
        if at >= len(self.shown):
            return ink(cut_end(tail[at - len(self.shown)], width), "dim")
        line = self.shown[at]
        if isinstance(line, Group):
            return self._heading(line, width)
        return self._entry(line, width) if isinstance(line, ReviewEntry) else self._part(line, width)

    def _heading(self, group: Group, width: int) -> Text:
        count = f"{self.choices.count(group)}/{len(group.pending)}"
        title = pad(neutral(title_of(group.kind)), max(width - len(count) - 1, 1))
        return Text.assemble((title, style("head")), (count, style("dim")), " ")

    def _entry(self, entry: ReviewEntry, width: int) -> Text:
        mark, entry = self.choices.mark_of(entry), self.choices.row(entry)
        quiet = entry.ignored or entry.unchanged
        look = style("dim" if quiet else "blocked" if entry.blocked else entry.verb)
        origin = self._origin(entry)
        box = BOX + self._sign_room - 1
        longest = cell_width(entry.name) if entry.parent else self._name_room
        name_room = max(min(longest, width - box - 8), 8)
        reason_room = width - box - (4 if entry.parent else 0) - 2 - origin.cell_len - name_room - 2
        line = ink(f"{'      ' if entry.parent else '  '}{mark} ", _look_of(mark))
        line.append(f"{entry.sign:>{1 if entry.parent else self._sign_room}} ", look)
        line.append(pad(cut_middle(entry.name, name_room), name_room), style("dim" if quiet else "plain"))
        line.append("  ").append_text(origin)
        if entry.state:
            line.append(f"{entry.state}  ", style("plain" if entry.state == "running" else "problem"))
            reason_room -= len(entry.state) + 2
        return line.append(cut_end(entry.reason, reason_room), style("dim"))

    def _part(self, part: PartEntry, width: int) -> Text:
        mark = self.choices.mark_of(part)
        line = ink(f"      {mark} ", _look_of(mark))
        look = style("dim" if part.ignored else LOOKS[part.sign])
        line.append(f"{part.sign} ", look).append_text(self._origin(part))
        label = cut_middle(part.label, max(width - BOX - 6, 8))
        if not part.ignored:
            return line.append(label)
        room = width - line.cell_len - cell_width(label) - 3
        return line.append(label, style("dim")).append(f"  {cut_end(part.ignored, room)}", style("dim"))

    def _origin(self, entry: ReviewEntry | PartEntry) -> Text:
        """Where an entry comes from; no room is taken where that is known of none."""
        if not self.outline.has_origins:
            return Text()
        sign = SIGNS[entry.origin] if entry.origin else " "
        return ink(f"{sign} ", "dim" if entry.origin == "files" else "bold")


def _choice(choices: Choices, line: Line) -> tuple[str, str]:
    """What a line says of what is chosen."""
    if isinstance(line, Group):
        return str(choices.count(line)), ""
    return choices.mark_of(line), choices.reason(line) if isinstance(line, ReviewEntry) else ""


def _look_of(mark: str) -> str:
    return "bold" if mark in SIDES else "dim" if mark == "[i]" else "plain"


def _key(line: Line | None) -> str:
    if line is None:
        return ""
    if isinstance(line, PartEntry):
        return f"{line.id} {line.part}"
    return line.id if isinstance(line, ReviewEntry) else f"group:{line.kind}"
