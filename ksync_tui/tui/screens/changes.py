"""What happened in a Core, whoever did it: its updates and alerts, the newest first."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType

from ksync_tui.errors import KsyncError
from ksync_tui.present.changes import ChangeRow, change_row, headline, is_alert
from ksync_tui.present.text import cell_width, count, cut_end, neutral, pad
from ksync_tui.tui import keymap, requests
from ksync_tui.tui.background import local_zone
from ksync_tui.tui.screens.base import error_text
from ksync_tui.tui.screens.listing import Listing
from ksync_tui.tui.theme import ink, style

if TYPE_CHECKING:
    from ksync_tui.model.events import Change
    from ksync_tui.model.resource import Target

STATE_LOOK = {"running": "accent", "failed": "problem", "open": "update", "resolved": "dim"}
WHO = 10
"""Cells of who did it."""


class ChangesScreen(Listing[None]):
    """The history of a Core, or of one resource there."""

    place = "changes"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("changes")

    def __init__(self, target: Target | None = None) -> None:
        super().__init__()
        self.target = target
        self.changes: list[Change] = []
        self.shown: list[tuple[Change, ChangeRow]] = []

    def on_mount(self) -> None:
        """Asks Core."""
        self.do_refresh()

    def where(self) -> Text:
        """Whose history."""
        of = neutral(str(self.target)) if self.target else "in Core"
        return Text.assemble(("history ", style("head")), (of, style("accent")))

    def counts(self) -> Text:
        """How many entries."""
        return ink(count(len(self.changes), "entry", "entries"), "bold")

    def disabled_reason(self, command: str) -> str | None:
        """A log needs an update under the cursor."""
        if command in ("open", "copy") and not self.shown:
            return "Nothing to open."
        if command == "open" and is_alert(self.here):
            return "An alert has no log."
        if command == "other_history" and self.target:
            return "This is the history of one resource."
        return None

    def label_of(self, command: str) -> str | None:
        """The other side of the history, and what opening shows."""
        return {"other_history": "ksync's runs", "open": "log"}.get(command)

    @property
    def here(self) -> Change:
        """The change under the cursor; only where one is shown."""
        return self.shown[self.items.cursor][0]

    def do_refresh(self) -> None:
        """Asks Core again."""
        read = partial(self.session.core.changes, self.target)
        self.work("Asking Core what happened", read, self._read, background=bool(self.shown))

    def failed(self, error: KsyncError) -> None:
        """Where nothing is shown yet, the error stands where the list would be."""
        if self.changes:
            self.tell_error(error)
        else:
            self.items.say_empty("\n" + error_text(error).plain)

    def do_open(self) -> None:
        """Opens the log."""
        self.request(requests.ShowLog(self.here))

    def do_copy(self) -> None:
        """Copies the line under the cursor."""
        self.tell(self.host.copy_text(headline(self.here, time.time(), local_zone())))

    def do_other_history(self) -> None:
        """ksync's own runs instead."""
        self.request(requests.SwitchHistory())

    def fill(self) -> None:
        """Shows what passes the filter."""
        words = self.words.casefold().split()
        now, zone = time.time(), local_zone()
        rows = [(change, change_row(change, now, zone)) for change in self.changes]
        self.shown = [row for row in rows if all(word in row[1].words for word in words)]
        self.items.show(len(self.shown), self._draw, key=lambda line: self.shown[line][0].id)

    def _read(self, changes: list[Change]) -> None:
        self.changes = changes
        self.items.say_empty("\nCore has no updates yet.")
        self.fill()

    def _widest(self, column: str) -> int:
        return max((cell_width(getattr(row, column)) for _, row in self.shown), default=0)

    def _draw(self, line: int, width: int) -> Text:
        row = self.shown[line][1]
        text = ink(f"{row.when:<16} ", "dim")
        text.append(f"{row.state:<9}", style(STATE_LOOK.get(row.state, "plain")))
        room = max(width - text.cell_len - WHO - 5, 16)
        what = min(self._widest("what"), room - room * 2 // 5)
        target = min(self._widest("target"), room - what)
        text.append(pad(cut_end(row.what, what), what), style("bold")).append("  ")
        text.append(pad(row.target, target)).append("  ")
        return text.append(cut_end(row.who, max(width - text.cell_len - 1, 0)), style("dim"))
