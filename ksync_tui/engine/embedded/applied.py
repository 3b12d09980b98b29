"""The table of what each sync applied last: writing it, and reading it when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ksync_tui.engine.embedded.database import Database
from ksync_tui.errors import StoreError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.origin import Applied, Stamp
from ksync_tui.model.resource import Target

Open = Callable[[Target, str], Resource]
"""Reads a sealed resource."""


def record(database: Database, target: Target, stamp: Stamp, fingerprint: str, spec: str) -> None:
    """Remembers what a sync applied, in place of what it applied before."""
    database.execute(
        "INSERT OR REPLACE INTO applied (kind, name, sync, at, fingerprint, spec) VALUES (?, ?, ?, ?, ?, ?)",
        (*target, *stamp, fingerprint, spec),
    )


def forget(database: Database, target: Target, sync: str) -> None:
    """Forgets that a sync ever applied a resource."""
    database.execute("DELETE FROM applied WHERE kind = ? AND name = ? AND sync = ?", (*target, sync))


def forget_all(database: Database, target: Target) -> None:
    """Forgets what was applied to a resource that is deleted; not who did."""
    database.execute("UPDATE applied SET spec = NULL WHERE kind = ? AND name = ?", target)


def rename(database: Database, old: Target, new: str) -> None:
    """Gives the rows of a resource another name."""
    database.execute("UPDATE OR REPLACE applied SET name = ? WHERE kind = ? AND name = ?", (new, *old))


class Records:
    """Target to what was applied to it, the newest first. All stamps are read at once, each resource by itself."""

    def __init__(self, database: Database, open_: Open) -> None:
        self._database = database
        self._open = open_
        self._found: dict[Target, list[Applied]] | None = None

    def __call__(self, target: Target) -> list[Applied]:
        """See `Snapshot.last_applied`. Raises StoreError."""
        if self._found is None:
            self._found = self._read()
        return self._found.get(target, [])

    def _read(self) -> dict[Target, list[Applied]]:
        found: dict[Target, list[Applied]] = {}
        for kind, name, sync, at, fingerprint in self._database.rows(_ALL):
            target = Target(kind, name)
            build = partial(self._build, target, sync)
            found.setdefault(target, []).append(Applied(Stamp(sync, at), fingerprint, build))
        return found

    def _build(self, target: Target, sync: str) -> Resource:
        row = self._database.row(
            "SELECT spec FROM applied WHERE kind = ? AND name = ? AND sync = ? AND spec IS NOT NULL", (*target, sync)
        )
        if row is None:
            why = "the resource was deleted since"
            raise StoreError("what was applied is no longer kept", where=str(target), why=why, hint="Apply it again")
        return self._open(target, row[0])


_ALL = "SELECT kind, name, sync, at, fingerprint FROM applied ORDER BY at DESC"
