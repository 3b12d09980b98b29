"""What was applied and deployed in a Komodo Core, kept here because Core has no place for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.resource import Deployed, Target, fingerprint, redeploy_digest
from ksync_tui.state.database import Database
from ksync_tui.state.last_applied import AppliedTable, LastApplied
from ksync_tui.state.secret_store import SecretStore

_OF_TARGET = "WHERE place = ? AND kind = ? AND name = ?"


class DeployRecords:
    """The records of one Core, known by its address. Changes join the transaction they are called in."""

    def __init__(self, database: Database, secret_store: SecretStore, place: str) -> None:
        self._database = database
        self._place = place
        self._applied = AppliedTable(database, secret_store, place)

    @property
    def version(self) -> int:
        """Counts the changes of these records."""
        found = self._database.row("SELECT version FROM places WHERE place = ?", (self._place,))
        return int(found[0]) if found else 0

    def together(self) -> AbstractContextManager[None]:
        """Changes inside become durable together or not at all."""
        return self._database.transaction()

    def records(self) -> tuple[Mapping[Target, str], Mapping[Target, Deployed]]:
        """The fingerprint last applied per target, and what was deployed or is owed."""
        rows = self._database.rows(
            "SELECT kind, name, applied, redeploy_digest, outstanding, deployed FROM deploy_records WHERE place = ?",
            (self._place,),
        )
        applied = {Target(kind, name): last for kind, name, last, *_ in rows if last is not None}
        deployed = {Target(kind, name): Deployed(*deploy) for kind, name, _, *deploy in rows if any(deploy)}
        return applied, deployed

    def newest_applied(self, target: Target) -> Resource | None:
        """What was last applied to a target from files, by whatever sync."""
        return self._applied.newest(target)

    @property
    def last_applied(self) -> LastApplied:
        """What each sync applied last; read when the first target is asked for."""
        return LastApplied(self._applied)

    def record_applied(self, target: Target, declared: Resource, sync: str, parts: Collection[str] = ()) -> None:
        """Remembers what a file said when a sync applied it, or these parts of it (see `AppliedTable.joined`)."""
        known = self._applied.joined(target, declared, sync, parts)
        if known is None:
            return
        digest = fingerprint(known)
        with self._database.transaction():
            self._set(target, ("applied",), (digest,))
            self._applied.record(target, known, digest, sync)

    def forget_applied(self, target: Target, sync: str) -> None:
        """Forgets what `sync` applied to a resource that is gone."""
        with self._database.transaction():
            self._applied.forget(target, sync)
            self._bump()

    def deployed(self, target: Target) -> Deployed | None:
        """What was deployed of one resource, or is owed; None where nothing is."""
        sql = f"SELECT redeploy_digest, outstanding, deployed FROM deploy_records {_OF_TARGET}"  # noqa: S608 - a constant
        found = self._database.row(sql, (self._place, *target))
        return Deployed(*found) if found and any(found) else None

    def record_deployed(self, target: Target, resource: Resource) -> None:
        """Remembers what was deployed; no deploy is owed any more."""
        values = (fingerprint(resource), redeploy_digest(resource), None)
        self._set(target, ("deployed", "redeploy_digest", "outstanding"), values)

    def mark_deploy_pending(self, target: Target, reason: str) -> None:
        """Remembers that a deploy is due; the reason first given stays until it is done."""
        known = self.deployed(target)
        if known is None or known.outstanding is None:
            self._set(target, ("outstanding",), (reason,))

    def unmark_deploy_pending(self, target: Target, reason: str) -> None:
        """Forgets that a deploy is due for a reason that does not hold any more."""
        known = self.deployed(target)
        if known is not None and known.outstanding == reason:
            self._set(target, ("outstanding",), (None,))

    def rename(self, old: Target, new: str) -> None:
        """Gives the record of a target another name."""
        with self._database.transaction():
            self._change(f"DELETE FROM deploy_records {_OF_TARGET}", (old.kind, new))  # noqa: S608 - a constant
            self._change(f"UPDATE deploy_records SET name = ? {_OF_TARGET}", old, first=(new,))  # noqa: S608 - a constant
            self._applied.rename(old, new)

    def forget(self, target: Target, sync: str) -> None:
        """Drops the record of a target that `sync` deleted; of what other syncs applied only that they did is kept."""
        with self._database.transaction():
            self._change(f"DELETE FROM deploy_records {_OF_TARGET}", target)  # noqa: S608 - a constant
            self._applied.deleted(target, sync)

    def _set(self, target: Target, columns: Sequence[str], values: Sequence[Any]) -> None:
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        new = ", ".join(f"{column} = excluded.{column}" for column in columns)
        sql = f"INSERT INTO deploy_records ({names}, place, kind, name) VALUES ({marks}, ?, ?, ?)"  # noqa: S608 - constants
        self._change(f"{sql} ON CONFLICT DO UPDATE SET {new}", target, first=values)

    def _change(self, sql: str, key: Sequence[str], first: Sequence[Any] = ()) -> None:
        with self._database.transaction():
            self._database.execute(sql, (*first, self._place, *key))
            self._bump()

    def _bump(self) -> None:
        sql = "INSERT INTO places (place, version) VALUES (?, 1) ON CONFLICT DO UPDATE SET version = version + 1"
        self._database.execute(sql, (self._place,))
