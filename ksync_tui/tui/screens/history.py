"""Runs, past and running, the newest first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType

from ksync_tui.present.runs import closing, history_row, title
from ksync_tui.present.text import count, cut_end, cut_middle, neutral, pad
from ksync_tui.tui import keymap, requests
from ksync_tui.tui.background import local_zone
from ksync_tui.tui.screens.listing import Listing
from ksync_tui.tui.theme import ink, style

if TYPE_CHECKING:
    from ksync_tui.model.events import RunRecord

STATE_LOOK = {"done": "plain", "running": "accent", "failed": "problem", "lost": "problem", "stopped": "update"}


class HistoryScreen(Listing[None]):
    """The journal; a run that goes on can be watched again."""

    place = "history"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("history")

    def __init__(self) -> None:
        super().__init__()
        self.records: list[RunRecord] = []
        self.shown: list[RunRecord] = []

    def on_mount(self) -> None:
        """Reads the journal."""
        tick, go = self.key_of("tick"), self.key_of("go")
        self.items.say_empty(f"\nNo runs yet.\n\nTick something in a review ({tick}) and press {go}.")
        self.do_refresh()

    def where(self) -> Text:
        """History."""
        return ink("history", "head")

    def counts(self) -> Text:
        """How many runs."""
        return ink(count(len(self.records), "run"), "bold")

    def disabled_reason(self, command: str) -> str | None:
        """Opening needs a run of this profile; the other history needs a Core."""
        if command in ("open", "copy", "filter") and not self.records:
            return "No run here yet."
        if command == "open" and self.shown and (place := self.shown[self.items.cursor].place) != self.session.profile:
            return f"This run is in the profile {place}: {self.key_of('profile')} goes there."
        if command == "undo":
            return self._no_undo()
        if command == "other_history" and not self.session.capabilities.history:
            return "Only a Komodo Core keeps a history."
        return None

    def label_of(self, command: str) -> str | None:
        """The other side of the history."""
        return "in Core" if command == "other_history" else None

    def do_other_history(self) -> None:
        """What happened in Core instead."""
        self.request(requests.SwitchHistory())

    def do_refresh(self) -> None:
        """Reads the journal again."""
        self.work("Reading the journal", self.session.runs.latest, self._read, background=bool(self.shown))

    def do_open(self) -> None:
        """Opens the run under the cursor."""
        if self.shown:
            self.request(requests.ShowRun(self.shown[self.items.cursor].id))

    def do_undo(self) -> None:
        """Plans the inverse of the run under the cursor."""
        self.request(requests.UndoRun(self.shown[self.items.cursor].id))

    def _no_undo(self) -> str | None:
        if not self.shown:
            return "No run here yet."
        record = self.shown[self.items.cursor]
        if record.place != self.session.profile:
            return f"This run is in the profile {record.place}: {self.key_of('profile')} goes there."
        return f"READ-ONLY: {self.session.read_only}" if self.session.read_only else None

    def do_copy(self) -> None:
        """Copies the summary of the run under the cursor."""
        if self.shown:
            record = self.shown[self.items.cursor]
            self.tell(self.host.copy_text("\n".join((title(record), *closing(record)))))

    def fill(self) -> None:
        """Shows the runs that pass the filter."""
        words = self.words.casefold().split()
        self.shown = [run for run in self.records if all(word in _haystack(run) for word in words)]
        self.items.show(len(self.shown), self._draw, key=lambda line: self.shown[line].id)

    def _read(self, records: list[RunRecord]) -> None:
        self.records = records
        self.fill()

    def _draw(self, line: int, width: int) -> Text:
        row = history_row(self.shown[line], time.time(), local_zone())
        text = ink(f"{row.id:>5}  ", "dim")
        text.append(f"{row.state:<8}", style(STATE_LOOK.get(row.state, "plain")))
        text.append(pad(cut_middle(row.sync, 18), 20), style("bold"))
        text.append(f"{row.when:<17}{row.took:>9}  ")
        elsewhere = "" if row.place == neutral(self.session.profile) else f"in {row.place}  "
        return text.append(cut_end(f"{elsewhere}{row.counts}", max(width - 63, 0)), style("dim"))


def _haystack(run: RunRecord) -> str:
    return f"{run.id} {run.sync} {run.state} {run.who} {run.place}".casefold()
