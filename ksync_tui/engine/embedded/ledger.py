"""What was applied and deployed in a Komodo Core, kept here because Core has no place for it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ksync_tui.engine.embedded.database import Database
from ksync_tui.engine.embedded.store import Applied
from ksync_tui.engine.embedded.vault import Vault
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Deployed, Target, fingerprint, redeploy_digest


class Ledger:
    """The records of one Core, known by its address. Changes join the transaction they are called in."""

    def __init__(self, database: Database, vault: Vault, place: str) -> None:
        self._database = database
        self._vault = vault
        self._place = place

    @property
    def version(self) -> int:
        """Counts the changes of these records."""
        found = self._database.row("SELECT version FROM places WHERE place = ?", (self._place,))
        return int(found[0]) if found else 0

    def records(self) -> tuple[Mapping[Target, str], Mapping[Target, Deployed]]:
        """The fingerprint last applied per target, and what was deployed or is owed."""
        rows = self._database.rows(
            "SELECT kind, name, applied, redeploy_digest, outstanding, deployed FROM elsewhere WHERE place = ?",
            (self._place,),
        )
        applied = {Target(kind, name): last for kind, name, last, *_ in rows if last is not None}
        deployed = {Target(kind, name): Deployed(*deploy) for kind, name, _, *deploy in rows if any(deploy)}
        return applied, deployed

    def last_applied(self, target: Target) -> Applied | None:
        """What was last applied to a target from files."""
        sql = "SELECT applied_by, applied_at, applied, applied_spec FROM elsewhere"
        found = self._database.row(f"{sql} WHERE place = ? AND kind = ? AND name = ?", (self._place, *target))
        if found is None or found[2] is None:
            return None
        sync, at, digest, spec = found
        return Applied(sync, at, digest, self._vault.open(KINDS[target.kind].model, spec, str(target)))

    def record_applied(self, target: Target, declared: Resource, sync: str) -> None:
        """Remembers what a file said when it was applied."""
        with self._database.transaction():
            values = (fingerprint(declared), sync, time.time(), self._vault.seal(declared))
            self._set(target, ("applied", "applied_by", "applied_at", "applied_spec"), values)

    def deployed(self, target: Target) -> Deployed | None:
        """What was deployed of one resource, or is owed; None where nothing is."""
        sql = "SELECT redeploy_digest, outstanding, deployed FROM elsewhere WHERE place = ? AND kind = ? AND name = ?"
        found = self._database.row(sql, (self._place, *target))
        return Deployed(*found) if found and any(found) else None

    def record_deployed(self, target: Target, resource: Resource) -> None:
        """Remembers what was deployed; no deploy is owed any more."""
        values = (fingerprint(resource), redeploy_digest(resource), None)
        self._set(target, ("deployed", "redeploy_digest", "outstanding"), values)

    def owe_deploy(self, target: Target, reason: str) -> None:
        """Remembers that a deploy is due; the reason first given stays until it is done."""
        known = self.deployed(target)
        if known is None or known.outstanding is None:
            self._set(target, ("outstanding",), (reason,))

    def owe_no_deploy(self, target: Target, reason: str) -> None:
        """Forgets that a deploy is due for a reason that does not hold any more."""
        known = self.deployed(target)
        if known is not None and known.outstanding == reason:
            self._set(target, ("outstanding",), (None,))

    def rename(self, old: Target, new: str) -> None:
        """Gives the record of a target another name."""
        self._change("DELETE FROM elsewhere WHERE place = ? AND kind = ? AND name = ?", (old.kind, new))
        self._change("UPDATE elsewhere SET name = ? WHERE place = ? AND kind = ? AND name = ?", old, first=(new,))

    def forget(self, target: Target) -> None:
        """Drops the record of a target that is gone."""
        self._change("DELETE FROM elsewhere WHERE place = ? AND kind = ? AND name = ?", target)

    def _set(self, target: Target, columns: Sequence[str], values: Sequence[Any]) -> None:
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        new = ", ".join(f"{column} = excluded.{column}" for column in columns)
        sql = f"INSERT INTO elsewhere ({names}, place, kind, name) VALUES ({marks}, ?, ?, ?)"  # noqa: S608 - constants
        self._change(f"{sql} ON CONFLICT DO UPDATE SET {new}", target, first=values)

    def _change(self, sql: str, key: Sequence[str], first: Sequence[Any] = ()) -> None:
        with self._database.transaction():
            self._database.execute(sql, (*first, self._place, *key))
            self._database.execute(
                "INSERT INTO places (place, version) VALUES (?, 1) ON CONFLICT DO UPDATE SET version = version + 1",
                (self._place,),
            )
