"""What each sync applied last: the table of it, written with every change and read when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from ksync_tui.errors import StoreError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.origin import Applied, Stamp
from ksync_tui.model.parts import with_parts
from ksync_tui.model.resource import Target
from ksync_tui.state.database import Database
from ksync_tui.state.secret_store import SecretStore

HERE = ""
"""The place of the embedded engine's own resources; that of a Core's is its address."""


class AppliedTable:
    """The records of one place. Changes join the transaction they are called in. May raise StoreError."""

    def __init__(self, database: Database, secret_store: SecretStore, place: str = HERE) -> None:
        self._database = database
        self._secret_store = secret_store
        self._place = place

    def record(self, target: Target, declared: Resource, digest: str, sync: str) -> None:
        """Remembers what a sync applied, in place of what it applied before; `digest` is its fingerprint."""
        values = (self._place, *target, sync, time.time(), digest, self._secret_store.extract_secrets(declared))
        self._database.execute(
            "INSERT OR REPLACE INTO applied (place, kind, name, sync, at, fingerprint, spec)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    def joined(self, target: Target, declared: Resource, sync: str, parts: Collection[str]) -> Resource | None:
        """What is applied of a resource when a sync applied it, or only these parts of it.

        Parts join what it applied before; None without such a record, as nothing is known of the others.
        """
        if not parts:
            return declared
        try:
            return with_parts(self.read(target, sync), declared, parts)
        except StoreError:
            return None

    def forget(self, target: Target, sync: str) -> None:
        """Forgets that a sync ever applied a resource."""
        sql = "DELETE FROM applied WHERE place = ? AND kind = ? AND name = ? AND sync = ?"
        self._database.execute(sql, (self._place, *target, sync))

    def deleted(self, target: Target, sync: str) -> None:
        """Forgets a resource that a sync deleted; of what others applied to it, all but that they did."""
        self.forget(target, sync)
        sql = "UPDATE applied SET spec = NULL WHERE place = ? AND kind = ? AND name = ?"
        self._database.execute(sql, (self._place, *target))

    def rename(self, old: Target, new: str) -> None:
        """Gives the records of a resource another name; what a sync applied stays its own under its new name."""
        sql = "UPDATE OR REPLACE applied SET name = ? WHERE place = ? AND kind = ? AND name = ?"
        self._database.execute(sql, (new, self._place, *old))
        if old.kind == "resource_sync":
            sql = "UPDATE OR REPLACE applied SET sync = ? WHERE place = ? AND sync = ?"
            self._database.execute(sql, (new, self._place, old.name))

    def stamps(self) -> list[tuple[Any, ...]]:
        """Kind, name, sync, time and fingerprint of all records, the newest first."""
        sql = "SELECT kind, name, sync, at, fingerprint FROM applied WHERE place = ? ORDER BY at DESC"
        return list(self._database.rows(sql, (self._place,)))

    def newest(self, target: Target) -> Resource | None:
        """What was applied to a target last, by whatever sync."""
        row = self._database.row(
            "SELECT spec FROM applied WHERE place = ? AND kind = ? AND name = ? AND spec IS NOT NULL"
            " ORDER BY at DESC LIMIT 1",
            (self._place, *target),
        )
        return self._secret_store.open(KINDS[target.kind].model, row[0], str(target)) if row else None

    def read(self, target: Target, sync: str) -> Resource:
        """What a sync applied to a target. Raises StoreError where that is no longer kept."""
        row = self._database.row(
            "SELECT spec FROM applied WHERE place = ? AND kind = ? AND name = ? AND sync = ? AND spec IS NOT NULL",
            (self._place, *target, sync),
        )
        if row is None:
            why = "the resource was deleted since"
            raise StoreError("what was applied is no longer kept", where=str(target), why=why, hint="Apply it again")
        return self._secret_store.open(KINDS[target.kind].model, row[0], str(target))


class LastApplied:
    """Target to what was applied to it, the newest first. All stamps are read at once, each resource by itself."""

    def __init__(self, table: AppliedTable) -> None:
        self._table = table
        self._found: dict[Target, list[Applied]] | None = None

    def __call__(self, target: Target) -> Sequence[Applied]:
        """See `Snapshot.last_applied`. Raises StoreError."""
        if self._found is None:
            self._found = self._all()
        return self._found.get(target, ())

    def _all(self) -> dict[Target, list[Applied]]:
        found: dict[Target, list[Applied]] = {}
        for kind, name, sync, at, digest in self._table.stamps():
            target = Target(kind, name)
            applied = Applied(Stamp(sync, at), digest, partial(self._table.read, target, sync))
            found.setdefault(target, []).append(applied)
        return found
