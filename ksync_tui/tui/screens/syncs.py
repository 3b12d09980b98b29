"""The root: every sync, its state, its source, what is pending, when it ran last."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType

from ksync_tui.errors import KsyncError
from ksync_tui.present.text import cell_width, clock, count, cut_end, neutral, pad
from ksync_tui.services import SyncRow
from ksync_tui.tui import keymap, requests
from ksync_tui.tui.background import Busy, in_thread, local_zone, start
from ksync_tui.tui.screens.base import error_text
from ksync_tui.tui.screens.listing import Listing
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.marks import summary_text

if TYPE_CHECKING:
    from ksync_tui.services import Sync

EMPTY = """
No syncs yet: {new} makes one from a folder or a file of resources.

{core:14}use a Komodo Core
{docker:14}deploy to a Docker host
ksync PATH    look at one without keeping it
ksync demo    look around without risk
ksync import  write down what already runs on a host"""

EMPTY_CORE = """
No syncs of this Core that you may see: {new} makes one over files where Core runs.

ksync PATH    look at files of this machine without keeping a sync"""

STATE_LOOK = {"pending": "update", "problem": "problem", "unread": "dim", "empty": "update", "in sync": "plain"}
NARROW = 100
"""Cells under which the source gives way."""

MOST_NAME = 24
MOST_PLACE = 40
PENDING = 16
BETWEEN = "  "


NEED_SYNC = ("open", "problems", "run_sync", "core_commit", "edit_sync", "remove_sync")
CHANGING = ("new", "run_sync", "core_commit", "edit_sync", "remove_sync")
BY_CORE = ("run_sync", "core_commit")


class SyncsScreen(Listing[None]):
    """The list of syncs. Each is read in its turn, off the UI thread, and its line filled in."""

    place = "syncs"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("syncs")

    def __init__(self, open_first: Sync | None = None) -> None:
        super().__init__()
        self.open_first = open_first
        self.syncs: list[Sync] = []
        self.shown: list[Sync] = []
        self.rows: dict[str, SyncRow | KsyncError] = {}
        self._listed_once = False
        self._newest: str | None = None

    def on_mount(self) -> None:
        """Reads the list, and opens what was asked for."""
        if self.open_first:
            self.request(requests.ShowReview(self.open_first))
        self.do_refresh()
        self.change_notifier.start_checking()

    def on_screen_resume(self) -> None:
        """What was done elsewhere shows here; what a question there led to reads again by itself."""
        if self._listed_once and self.is_current and not self.working:
            self.do_refresh()

    def counts(self) -> Text:
        """How many syncs there are."""
        return ink(count(len(self.syncs), "sync"), "bold")

    def disabled_reason(self, command: str) -> str | None:
        """Opening needs something under the cursor."""
        if command in NEED_SYNC and not self.shown:
            return "No sync to open."
        if command in CHANGING and self.session.read_only:
            return f"READ-ONLY: {self.session.read_only}"
        row = self.rows.get(self.here.name) if self.shown else None
        if command == "commit_written" and not (isinstance(row, SyncRow) and row.uncommitted):
            return "Nothing is written that is not committed."
        if command in BY_CORE and not self.session.capabilities.remote:
            return "That is for a Komodo Core."
        if command == "core_commit" and not self.here.managed:
            return f"{self.here.name} is not managed: Core commits only managed syncs."
        return super().disabled_reason(command)

    @property
    def here(self) -> Sync:
        """The sync under the cursor; only where one is shown."""
        return self.shown[self.items.cursor]

    def failed(self, error: KsyncError) -> None:
        """Where nothing was read yet, the error stands where the list would be."""
        if self._listed_once:
            self.tell_error(error)
            return
        again, profile = self.key_of("refresh"), self.key_of("profile")
        words = f"{error_text(error).plain}\n\n{again} tries again, {profile} goes to another profile."
        self.items.say_empty("\n" + words)

    def do_refresh(self) -> None:
        """Reads everything again; the lines stay until they are known anew."""
        self.work("Reading the syncs", self.session.syncs.all, self._listed, background=self._listed_once)

    def do_open(self) -> None:
        """Opens the review of the sync under the cursor."""
        self.request(requests.ShowReview(self.here))

    def do_run_sync(self) -> None:
        """Confirms a run of the whole sync by Core."""
        row = self.rows.get(self.here.name)
        self.request(requests.RunInCore(self.here, row.summary if isinstance(row, SyncRow) else None))

    def do_core_commit(self) -> None:
        """Asks whether Core may write the sync's file."""
        self.request(requests.CommitInCore(self.here))

    def do_edit_sync(self) -> None:
        """Opens the form of the sync."""
        self.request(requests.EditSync(self.here))

    def do_remove_sync(self) -> None:
        """Asks for the name of the sync, then deletes it."""
        self.request(requests.RemoveSync(self.here))

    def saved(self, name: str | None) -> None:
        """Reads again after the form of a sync; its line has the cursor."""
        if name is not None:
            self._newest = name
            self.read_again(f"Saved {name}.")

    def do_commit_written(self) -> None:
        """Commits what was written to the files of the sync under the cursor."""
        read = partial(self.session.reviews.create, self.here)
        self.work(
            f"Reading {self.here.name}", read, lambda review: self.request(requests.CommitFiles(review.uncommitted))
        )

    def do_new(self) -> None:
        """Opens the form of a new sync."""
        self.request(requests.AddSync())

    def added(self, sync: Sync) -> None:
        """Opens the review of a new sync; its line here has the cursor."""
        self._newest = sync.name
        self.request(requests.ShowReview(sync))

    def do_problems(self) -> None:
        """Opens the problems of the sync under the cursor."""
        self.request(requests.ShowReview(self.here, problems=True))

    def leave(self) -> None:
        """At the root, back means leaving ksync."""
        self.host.action_leave()

    def fill(self) -> None:
        """Shows the syncs that pass the filter."""
        words = self.words.casefold().split()
        self.shown = [sync for sync in self.syncs if all(word in sync.name.casefold() for word in words)]
        self.items.show(len(self.shown), self._draw, key=lambda line: self.shown[line].name)

    def _listed(self, syncs: list[Sync]) -> None:
        self.syncs = syncs
        self._listed_once = True
        empty = EMPTY_CORE if self.session.capabilities.remote else EMPTY
        core = [self.key_of(command) for command in ("profile", "new_profile")]
        docker = [self.key_of(command) for command in ("profile", "other_settings", "new_host")]
        words = empty.format(new=self.key_of("new"), core=" ".join(core), docker=" ".join(docker))
        self.items.say_empty(words)
        self.fill()
        self._point_at_newest()
        self.busy = Busy.now("Planning")
        start(self, partial(self._read_all, syncs), group="rows", exclusive=True)

    def _point_at_newest(self) -> None:
        names = [sync.name for sync in self.shown]
        if self._newest in names:
            self.items.move_to(names.index(self._newest))
            self._newest = None

    async def _read_all(self, syncs: list[Sync]) -> None:
        for sync in syncs:
            try:
                self.rows[sync.name] = await in_thread(
                    partial(self.host.in_turn, partial(self.session.reviews.row, sync))
                )
            except KsyncError as error:
                self.rows[sync.name] = error
            self.items.repaint()
        self.busy = None
        rows = (self.rows[sync.name] for sync in syncs)
        self.change_notifier.follow(
            [self.session.reviews.detect_changes(row) for row in rows if not isinstance(row, KsyncError)]
        )

    def _draw(self, line: int, width: int) -> Text:
        sync = self.shown[line]
        row = self.rows.get(sync.name)
        cells = [ink(pad(neutral(sync.name), self._widest(lambda one: one.name, MOST_NAME)), "bold"), _state(sync, row)]
        if width >= NARROW:
            room = self._widest(lambda one: self._place(one), max(MOST_PLACE, width - 90))
            cells.append(ink(pad(neutral(self._place(sync)), room), "dim"))
        cells.append(_pending(row))
        used = sum(cell.cell_len + len(BETWEEN) for cell in cells)
        return Text(BETWEEN).join([*cells, _last(row, width - used)])

    def _widest(self, words: Callable[[Sync], str], most: int) -> int:
        return min(max((cell_width(neutral(words(sync))) for sync in self.syncs), default=0), most)

    def _place(self, sync: Sync) -> str:
        row = self.rows.get(sync.name)
        return sync.place if row is None or isinstance(row, KsyncError) else row.sync.place


def _state(sync: Sync, row: SyncRow | KsyncError | None) -> Text:
    words = "" if row is None else "unread" if isinstance(row, KsyncError) else row.state
    managed = "managed" if sync.managed else ""
    return Text.assemble((f"{words:<8}", style(STATE_LOOK.get(words, "plain"))), (f"{managed:<7}", style("dim")))


def _pending(row: SyncRow | KsyncError | None) -> Text:
    found = ink("...", "dim") if row is None else Text()
    if row is not None and not isinstance(row, KsyncError):
        found = summary_text(row.summary or {}, row.problems)
    found.append(" " * max(PENDING - found.cell_len, 0))
    return found


def _last(row: SyncRow | KsyncError | None, width: int) -> Text:
    """When it ran last, or what stands in the way of reading it."""
    if row is None:
        return Text()
    if isinstance(row, KsyncError) or (row.problem and row.state in ("problem", "unread")):
        words = str(row) if isinstance(row, KsyncError) else row.problem or ""
        return ink(cut_end(neutral(words), width), "problem" if width > 20 else "dim")
    if row.uncommitted:
        return ink(cut_end("written, not committed", width), "update")
    ran = max(row.last_run.created if row.last_run else 0.0, row.ran or 0.0)
    return ink(clock(ran, time.time(), local_zone()) if ran else "never run", "dim")
