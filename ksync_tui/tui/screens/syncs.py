"""The root: every sync, its state, its source, what is pending, when it ran last (SCREENS, "Syncs")."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.binding import BindingType

from ksync_tui.errors import KsyncError
from ksync_tui.present.text import clock, count, cut_middle, neutral, pad
from ksync_tui.tui import keymap, opening
from ksync_tui.tui.background import Busy, in_thread, local_zone
from ksync_tui.tui.screens.listing import Listing
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.marks import summary_text

if TYPE_CHECKING:
    from ksync_tui.session import Sync, SyncRow

EMPTY = """
No syncs yet.

Open a folder or a file of resources    ksync PATH
Keep one under a name                   ksync syncs add NAME --path PATH
Look around without risk                ksync demo"""

STATE_LOOK = {"pending": "update", "problem": "problem", "unread": "dim", "in sync": "plain"}
NARROW = 100
"""Cells under which the source gives way."""


class SyncsScreen(Listing[None]):
    """The list of syncs. Each is read in its turn, off the UI thread, and its line filled in."""

    place = "syncs"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("syncs")
    empty = EMPTY

    def __init__(self, open_first: Sync | None = None) -> None:
        super().__init__()
        self.open_first = open_first
        self.syncs: list[Sync] = []
        self.shown: list[Sync] = []
        self.rows: dict[str, SyncRow | KsyncError] = {}

    def on_mount(self) -> None:
        """Reads the list, and opens what was asked for."""
        if self.open_first:
            opening.show_review(self, self.open_first)
        self.do_refresh()

    def on_screen_resume(self) -> None:
        """What was done elsewhere shows here."""
        if self.syncs:
            self.do_refresh()

    def counts(self) -> Text:
        """How many syncs there are."""
        return ink(count(len(self.syncs), "sync"), "bold")

    def cannot(self, command: str) -> str | None:
        """Opening needs something under the cursor."""
        if command in ("open", "problems") and not self.shown:
            return "There is no sync to open."
        return super().cannot(command)

    def do_refresh(self) -> None:
        """Reads everything again; the lines stay until they are known anew."""
        self.work("Reading the syncs", self.session.syncs, self._listed)

    def do_open(self) -> None:
        """Opens the review of the sync under the cursor."""
        opening.show_review(self, self.shown[self.items.cursor])

    def do_problems(self) -> None:
        """Opens the problems of the sync under the cursor."""
        opening.show_review(self, self.shown[self.items.cursor], problems=True)

    def leave(self) -> None:
        """At the root, back means leaving ksync."""
        self.ksync.action_leave()

    def fill(self) -> None:
        """Shows the syncs that pass the filter."""
        words = self.words.casefold().split()
        self.shown = [sync for sync in self.syncs if all(word in sync.name.casefold() for word in words)]
        self.items.show(len(self.shown), self._draw)

    def _listed(self, syncs: list[Sync]) -> None:
        self.syncs = syncs
        self.fill()
        self.busy = Busy.now("Planning")
        self.run_worker(self._read_all(syncs), group="rows", exclusive=True)

    async def _read_all(self, syncs: list[Sync]) -> None:
        for sync in syncs:
            try:
                self.rows[sync.name] = await in_thread(partial(self.ksync.in_turn, partial(self.session.row, sync)))
            except KsyncError as error:
                self.rows[sync.name] = error
            self.items.redraw()
        self.busy = None
        self.changed()

    def _draw(self, line: int, width: int) -> Text:
        sync = self.shown[line]
        row = self.rows.get(sync.name)
        name = ink(pad(neutral(sync.name), 16), "bold")
        if width < NARROW:
            cells = [name, _state(sync, row), _pending(row), _last(row, width - 54)]
        else:
            place = ink(pad(cut_middle(neutral(sync.place), 36), 38), "dim")
            cells = [name, _state(sync, row), place, _pending(row), _last(row, width - 92)]
        return Text(" ").join(cells)


def _state(sync: Sync, row: SyncRow | KsyncError | None) -> Text:
    words = "" if row is None else "unread" if isinstance(row, KsyncError) else row.state
    managed = "managed" if sync.managed else ""
    return Text.assemble((f"{words:<9}", style(STATE_LOOK.get(words, "plain"))), (f"{managed:<8}", style("dim")))


def _pending(row: SyncRow | KsyncError | None) -> Text:
    found = ink("...", "dim") if row is None else Text()
    if row is not None and not isinstance(row, KsyncError):
        found = summary_text(row.summary or {}, row.problems)
    found.append(" " * max(18 - found.cell_len, 0))
    return found


def _last(row: Any, width: int) -> Text:
    if row is None:
        return Text()
    if isinstance(row, KsyncError):
        return ink(cut_middle(neutral(str(row)), width), "problem")
    if row.problem and row.state == "problem":
        return ink(cut_middle(neutral(row.problem), width), "dim")
    if row.last_run is None:
        return ink("never", "dim")
    return ink(clock(row.last_run.created, time.time(), local_zone()), "dim")
