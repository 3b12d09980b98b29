"""Choosing sides of differences: what the review does with the line under its cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ksync_tui.model.plan import Action, Direction
from ksync_tui.model.secrets import NOTHING_KNOWN
from ksync_tui.planner.renaming import Rename
from ksync_tui.present.choices import Choices
from ksync_tui.present.entries import ReviewEntry
from ksync_tui.tui import requests
from ksync_tui.tui.review_sides import Side
from ksync_tui.tui.screens.base import Page
from ksync_tui.tui.under_cursor import UnderCursor
from ksync_tui.tui.widgets.outline import OutlineView
from ksync_tui.tui.words import as_declared, explained

if TYPE_CHECKING:
    from ksync_tui.services import Review


class ChoosingPage(Page[None]):
    """A review with its choices, apart from how it is read and shown."""

    def __init__(self) -> None:
        super().__init__()
        self.review: Review | None = None
        self.sides: dict[Direction, Side] = {}
        self.redact = NOTHING_KNOWN
        self.direction: Direction = "live"
        self.renames: tuple[Rename, ...] = ()
        """The renames that were chosen: the plan has them instead of a create and a delete."""
        self.asks_first = False
        """Whether a person is asked before anything is chosen to go into the files."""
        self.note: str | None = None
        """What else came of the last choice."""
        self.to_choose = ""
        """The id of a rename that is chosen once all is planned again."""

    @property
    def outline(self) -> OutlineView:
        """The list."""
        return self.query_one(OutlineView)

    @property
    def side(self) -> Side | None:
        """The direction shown."""
        return self.sides.get(self.direction)

    @property
    def here(self) -> UnderCursor:
        """What is under the cursor."""
        return UnderCursor(self.review, self.outline, self.direction)

    @property
    def action(self) -> Action | None:
        """The action under the cursor."""
        return self.here.action

    @property
    def mark(self) -> str:
        """The box of the action or part under the cursor; empty where there is none."""
        return self.choices.mark_of(self.outline.line) if self.outline.line else ""

    @property
    def choices(self) -> Choices:
        """What is chosen in both directions."""
        return Choices({way: side.ticks for way, side in self.sides.items()}, self.direction)

    @property
    def can_write(self) -> bool:
        """Whether live can be taken into the files."""
        return self.disabled_reason("direction") is None

    @property
    def chosen_renames(self) -> frozenset[str]:
        """The ids of the renames that were chosen."""
        return frozenset(f"rename:{rename.new}" for rename in self.renames)

    @property
    def words(self) -> Text:
        """What is said of the line under the cursor."""
        if self.side is None or self.review is None:
            return Text()
        if declared := self.here.declared:
            return as_declared(declared, self.review.declarations.resources)
        return explained(self.side, self.here.shown, self.outline.line, self.direction, self.key_of("tick"))

    def show_detail(self) -> None:
        """Shows the difference beside the list anew."""
        raise NotImplementedError

    def do_refresh(self) -> None:
        """Reads and plans again."""
        raise NotImplementedError

    def do_tick(self) -> None:
        """Ticks the line, or on a heading what is shown under it: what changed live goes into the file."""
        line, origin = self.outline.line, self.here.origin
        if origin == "both" and self.can_write and self.mark in ("[ ]", "[~]"):
            live, file = self.key_of("to_live"), self.key_of("to_file")
            self.note = f"Changed on both sides: {live} takes the file's side, {file} takes live's."
            self.tell(self.note)
        elif isinstance(line, ReviewEntry) and line.pair:
            if self.mark == "[<]":
                self.choose(self.choices.rename_in_files(line.pair))
            else:
                self._rename(line)
        elif line and self.side:
            changed_live = origin == "live" and self.can_write
            self.choose(self.choices.toggle_line(line, "file" if changed_live else self.direction))

    def do_to_live(self) -> None:
        """Takes the file's side of what is under the cursor: live is changed."""
        self._take("live")

    def do_to_file(self) -> None:
        """Takes live's side: the file is written."""
        self._take("file")

    def _take(self, way: Direction) -> None:
        line = self.outline.line
        if isinstance(line, ReviewEntry) and line.pair:
            if way == "live":
                self._rename(line)
            elif self.mark != "[<]":
                self.choose(self.choices.rename_in_files(line.pair))
        elif isinstance(line, ReviewEntry) and way == "file" and line.id in self.chosen_renames:
            self.to_choose = line.id
            self._forget_rename(line.id)
        elif line:
            self.choose(self.choices.take(line, way))

    def _rename(self, entry: ReviewEntry) -> None:
        """Plans again with a likely rename in place of its create and delete, and chooses it."""
        hints = self.review.plan.renames if self.review else ()
        found = [Rename(hint.old, hint.new) for hint in hints if f"rename:{hint.new}" == entry.id]
        self.renames = (*self.renames, *found)
        self.to_choose = entry.id
        self.do_refresh()

    def _forget_rename(self, entry_id: str) -> None:
        """Plans again with the create and the delete in place of a rename."""
        self.renames = tuple(rename for rename in self.renames if f"rename:{rename.new}" != entry_id)
        self.do_refresh()

    def choose_rename(self) -> None:
        """Chooses the rename that was planned just now, or the other name in the files."""
        wanted, self.to_choose = self.to_choose, ""
        if wanted in self.chosen_renames:
            self.choose(self.choices.choose(wanted, "live"))
        elif self.side and wanted in self.side.outline.pairs:
            self.choose(self.choices.rename_in_files(self.side.outline.pairs[wanted].pair))

    def do_ignore(self) -> None:
        """Leaves what is under the cursor alone, once a reason and an end are given; what is ignored no longer so."""
        if rules := self.here.rules:
            self.request(requests.StopIgnoring(rules))
        elif self.review and self.action:
            self.request(requests.Ignore(self.review, self.action.target, self.here.field))

    def do_container_log(self) -> None:
        """Shows what the containers of the resource under the cursor wrote last."""
        if self.action:
            self.request(requests.ShowContainerLog(self.action.subject))

    def do_show_parts(self) -> None:
        """Shows the fields of the update under the cursor; of a rename, the create and the delete in its place."""
        entry = self.outline.entry
        if entry and entry.id in self.chosen_renames:
            self.outline.opened.add(entry.id)
            self._forget_rename(entry.id)
        else:
            self.outline.open()
            self.changed()

    def do_hide_parts(self) -> None:
        """Hides them again."""
        self.outline.close()
        self.changed()

    def do_tick_all(self) -> None:
        """Ticks all but deletes, of what the filter leaves."""
        if self.side:
            shown = {found for line in self.outline.shown if isinstance(line, ReviewEntry) for found in line.ids}
            self.choose(self.choices.all(shown if self.outline.words else None))

    def do_tick_none(self) -> None:
        """Unticks everything."""
        if self.side:
            self.choose(self.choices.none())

    def choose(self, choices: Choices) -> None:
        """Shows other choices, and what came along; asks first where files are not to be written as they are."""
        if self.asks_first and self.review and choices.ticks["file"].ticked:
            self.request(requests.AllowWriting(self.review, choices))
            return
        self.sides = {way: side.ticked(choices.ticks[way]) for way, side in self.sides.items()}
        self.note = choices.note
        self.outline.show_choices(choices)
        self.show_detail()
        if choices.note:
            self.tell(choices.note)
        self.changed()
