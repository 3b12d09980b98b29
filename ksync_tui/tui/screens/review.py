"""The review: everything pending by kind, ticks, and the difference of what is under the cursor."""

from __future__ import annotations

import gc
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from ksync_tui.errors import KsyncError
from ksync_tui.model.origin import Origin
from ksync_tui.model.plan import Direction
from ksync_tui.model.secrets import Redactor
from ksync_tui.present.diff import diff
from ksync_tui.present.directions import planned_ids
from ksync_tui.present.origin import WORDS
from ksync_tui.present.text import neutral
from ksync_tui.present.views import towards
from ksync_tui.tui import keymap, requests
from ksync_tui.tui.disabled_reasons import disabled_reason
from ksync_tui.tui.review_labels import label_of
from ksync_tui.tui.review_sides import sides_of
from ksync_tui.tui.screens.base import error_text
from ksync_tui.tui.screens.choosing import ChoosingPage
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.detail import Detail
from ksync_tui.tui.widgets.diff import plain_text
from ksync_tui.tui.widgets.filter import FilterLine
from ksync_tui.tui.widgets.lines import Lines
from ksync_tui.tui.widgets.outline import OutlineView
from ksync_tui.tui.words import first_words, tail_of, ticks_lost, uncommitted

if TYPE_CHECKING:
    from ksync_tui.services import Review, Sync

WIDE = 120
"""Cells from which list and difference stand side by side."""


class ReadReview(NamedTuple):
    """What reading brought: the review, what masks its secrets, and what is known of the person."""

    review: Review
    redact: Redactor
    asks_first: bool
    new_here: bool
    """Whether this person never ran anything here."""


class ReviewScreen(ChoosingPage):
    """One sync: read, planned, ticked."""

    place = "review"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("review")
    DEFAULT_CSS = """
    ReviewScreen #first { height: auto; display: none; padding: 0 0 1 2; }
    ReviewScreen.-first #first { display: block; }
    ReviewScreen #panes { height: 1fr; }
    ReviewScreen OutlineView { width: 1fr; }
    ReviewScreen Detail { display: none; width: 62%; padding: 0 0 0 1; border-left: solid ansi_bright_black; }
    ReviewScreen Detail:focus-within { border-left: heavy ansi_default; }
    ReviewScreen.-wide Detail { display: block; }
    ReviewScreen.-wide OutlineView { width: 38%; }
    """

    def __init__(self, sync: Sync, *, problems: bool = False) -> None:
        super().__init__()
        self.sync = sync
        self.problems_first = problems
        self.shows_secrets = False
        self.shows_unchanged = False

    def body(self) -> ComposeResult:
        """The list, and beside it the difference where there is room."""
        yield Static(id="first")
        with Horizontal(id="panes"):
            yield OutlineView()
            yield Detail(steady=True)
        yield FilterLine()

    def on_mount(self) -> None:
        """Reads and plans."""
        self.query_one("#first", Static).update(first_words(self.key_of))
        self.do_refresh()
        self.change_notifier.start_checking()

    def on_resize(self, event: events.Resize) -> None:
        """From 120 cells on the difference stands beside the list."""
        super().on_resize(event)
        self.set_class(event.size.width >= WIDE, "-wide")
        self.show_detail()

    @property
    def origin(self) -> Origin | None:
        """Where all that is shown comes from, while only that is."""
        return self.query_one(FilterLine).origin

    @property
    def wide(self) -> bool:
        """Whether the difference stands beside the list."""
        return self.has_class("-wide")

    @property
    def side_by_side(self) -> bool:
        """Whether the difference beside the list is in two columns."""
        return self.query_one(Detail).view.side

    def loss(self) -> str | None:
        """Ticks are lost with ksync."""
        ticked = sum(len(side.ticks.selection) for side in self.sides.values())
        return ticks_lost(self.sync.name, ticked) if ticked else None

    def where(self) -> Text:
        """The sync and the direction."""
        direction = "to live" if self.direction == "live" else "to file"
        if self.origin:
            direction += f"   {WORDS[self.origin]}"
        return Text.assemble(
            (neutral(self.sync.name), style("head")), (" > review   ", style("dim")), (direction, style("accent"))
        )

    def counts(self) -> Text:
        """Pending and ticked."""
        return ink(self.choices.totals, "bold") if self.side else Text()

    def disabled_reason(self, command: str) -> str | None:
        """What needs a plan, an action under the cursor, a file or a tick."""
        return disabled_reason(self, command)

    def label_of(self, command: str) -> str | None:
        """Labels that depend on what is chosen and shown."""
        return label_of(self, command)

    def done_with(self, direction: Direction) -> None:
        """What was ticked in a direction is being done: nothing of it is ticked for the next time."""
        if side := self.sides.get(direction):
            self.sides[direction] = side.ticked(side.ticks.none())
            self._show_side()

    def finish(self, result: None) -> None:
        """Leaves; what is ticked is still ticked when the review is opened again."""
        self.host.keep_ticks(self.sync, {way: side.ticks for way, side in self.sides.items() if side.ticks.ticked})
        super().finish(result)

    def do_refresh(self) -> None:
        """Reads sources and live state again; cursor, scroll, ticks and order stay."""
        self.work(f"Reading {self.sync.name}", self._read, self._show_read, background=self.review is not None)

    def _read(self) -> ReadReview:
        review = self.session.reviews.create(self.sync, renames=self.renames)
        if self.review is None:
            gc.freeze()  # once, as nothing thaws: walking what was read would stop the keys for half a second
        redact = self.session.redactor(looks=not self.shows_secrets)
        new_here = not self.session.runs.any_by_this_user()
        return ReadReview(review, redact, self.session.files.needs_consent(review), new_here)

    def _show_read(self, found: ReadReview) -> None:
        """Shows a newer review in place of the one before."""
        asked_before = self.review is not None and not self.asks_first
        self.review, self.redact = found.review, found.redact
        asks = found.asks_first
        self.set_class(found.new_here and not self.host.helped, "-first")
        self.renames = tuple(rename for rename in self.renames if f"rename:{rename.new}" in self.review.plan.by_id)
        self.asks_first = asks and not asked_before
        review = self.review
        self.sides = sides_of(review, self.sides, {} if self.sides else self.host.kept_ticks(self.sync))
        self._show_unchanged()
        self._show_side()
        self.change_notifier.follow([self.session.reviews.detect_changes(review)])
        note = self.sides[self.direction].ticks.note
        if note:
            self.tell(note)
        self.choose_rename()
        if self.problems_first:
            self.problems_first = False
            self.do_problems()

    def failed(self, error: KsyncError) -> None:
        """Without a plan, the error stands where the list would be."""
        if self.review is None:
            self.outline.say_empty(error_text(error).plain)
        else:
            self.tell_error(error)

    def do_unchanged(self) -> None:
        """Shows what is as declared too, or only what differs."""
        self.shows_unchanged = not self.shows_unchanged
        self._show_unchanged()
        self._show_side()

    def _show_unchanged(self) -> None:
        if self.shows_unchanged or any(side.outline.with_unchanged for side in self.sides.values()):
            self.sides = {way: side.showing(self.shows_unchanged) for way, side in self.sides.items()}

    def do_secrets(self) -> None:
        """Shows what only looks like a secret, or hides it again."""
        self.shows_secrets = not self.shows_secrets
        self.tell("Values that look like secrets are shown." if self.shows_secrets else "They are hidden again.")
        self.work("Reading", partial(self.session.redactor, looks=not self.shows_secrets), self._mask, background=True)

    def _mask(self, redact: Redactor) -> None:
        self.redact = redact
        self.show_detail()

    def do_direction(self) -> None:
        """Reads the same list the other way."""
        self.direction = "file" if self.direction == "live" else "live"
        self._show_side()

    def do_help(self) -> None:
        """Shows the help; whoever found it needs no first words."""
        self.host.helped = True
        self.remove_class("-first")
        super().do_help()

    def do_filter(self) -> None:
        """Opens the filter."""
        self.query_one(FilterLine).open()

    def do_origin(self) -> None:
        """Shows only what comes from the next origin in turn."""
        self.query_one(FilterLine).turn_origin()

    def do_open(self) -> None:
        """Opens the difference over the list."""
        if self.action:
            self.request(requests.ShowDiff())

    do_zoom = do_open

    def do_layout(self) -> None:
        """Side by side or unified."""
        self.query_one(Detail).switch()

    def do_next_change(self) -> None:
        """Next change in the difference."""
        self.query_one(Detail).view.jump(1)

    def do_previous_change(self) -> None:
        """Previous change in the difference."""
        self.query_one(Detail).view.jump(-1)

    def do_copy(self) -> None:
        """Copies the difference under the cursor."""
        if self.action:
            rows = towards(diff(self.here.shown or self.action, self.redact), self.direction)
            self.tell(self.host.copy_text(plain_text(rows)))

    def do_commit_written(self) -> None:
        """Commits what was written to the files before."""
        if self.review:
            self.request(requests.CommitFiles(self.review.uncommitted))

    def do_edit(self) -> None:
        """Opens the resource in the editor of the app."""
        if self.review and self.action:
            self.request(requests.EditBlock(self.review, self.action.target, looks=not self.shows_secrets))

    def do_editor(self) -> None:
        """Opens the file at its line in $EDITOR, then reads it again."""
        action, file = self.action, self.here.file
        if file and action and action.place:
            self.edit_file(file, action.place.line)

    def do_problems(self) -> None:
        """Opens the problems of this source."""
        if self.review:
            self.request(requests.ShowProblems(self.review))

    def do_go(self) -> None:
        """Confirms what is ticked."""
        if not (self.review and self.side):
            return
        to_live, to_file = self.sides["live"].ticks, self.sides["file"].ticks
        ids = planned_ids(to_file.ticked, "file")
        self.request(requests.RunSelection(self.review, to_live.selection, ids, to_file.parts))

    def do_run(self) -> None:
        """Confirms a run of what is under the cursor, or asks which resource where that cannot be run."""
        if self.review:
            self.request(requests.RunResource(self.review, self.action.target if self.action else None))

    def do_changes(self) -> None:
        """Opens what happened to the resource under the cursor."""
        if self.action:
            self.request(requests.ShowChanges(self.action.target))

    def do_back(self) -> None:
        """Clears the filter, then leaves."""
        if self.outline.words:
            self.query_one(FilterLine).clear_and_close()
        else:
            self.finish(None)

    def _show_side(self) -> None:
        if self.side is None or self.review is None:
            return
        tail = [
            *tail_of(self.review.plan, self.side.outline, self.key_of("problems")),
            *uncommitted(len(self.review.uncommitted), self.key_of("commit_written")),
        ]
        self.outline.show_plan(self.side.outline, self.choices, tail)
        self.show_detail()
        self.changed()

    def show_detail(self) -> None:
        """The pane beside the list; a narrow terminal has none."""
        if self.side and self.wide:
            self.query_one(Detail).show(self.here.shown, self.direction, self.words, self.redact)

    @on(Lines.Moved)
    def _moved(self, event: Lines.Moved) -> None:
        if event.lines is self.outline:
            self.show_detail()
            self.changed()

    @on(Lines.Clicked)
    def _clicked(self) -> None:
        self.action_command("open")

    @on(OutlineView.BoxClicked)
    def _box_clicked(self) -> None:
        self.action_command("tick")

    @on(FilterLine.Typed)
    def _typed(self, event: FilterLine.Typed) -> None:
        self.outline.show_found(event.words)
        self.show_detail()
        self.changed()

    @on(FilterLine.Left)
    def _left(self) -> None:
        self.outline.focus()
