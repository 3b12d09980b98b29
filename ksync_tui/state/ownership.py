"""What each stored sync declared when it was read last, so that two syncs over the same resource are found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

from ksync_tui.errors import StoreError
from ksync_tui.model.resource import Target
from ksync_tui.state.database import Database


class OwnershipIndex:
    """Keeps one text per sync in the database: its targets, one a line, in order. Where it cannot be written, none."""

    def __init__(self, database: Database, place: str) -> None:
        """The index of the profile `place`: syncs of the same name in another profile are others."""
        self._database = database
        self._place = place

    def record(self, sync: str, owned: Iterable[Target]) -> None:
        """Records what a sync declares now."""
        targets = "\n".join([f"{kind}/{name}" for kind, name in owned])
        known = self._database.row("SELECT targets FROM ownership WHERE place = ? AND sync = ?", (self._place, sync))
        if known is None or known[0] != targets:
            with suppress(StoreError):
                sql = "INSERT OR REPLACE INTO ownership (place, sync, targets) VALUES (?, ?, ?)"
                self._database.execute(sql, (self._place, sync, targets))

    def others(self, sync: str, existing: Collection[str]) -> Iterator[tuple[str, set[str]]]:
        """What the other syncs that still exist declared last, by their names."""
        sql = "SELECT sync, targets FROM ownership WHERE place = ? AND sync <> ? ORDER BY sync"
        rows = self._database.rows(sql, (self._place, sync))
        return ((str(name), set(str(targets).split("\n"))) for name, targets in rows if name in existing)
