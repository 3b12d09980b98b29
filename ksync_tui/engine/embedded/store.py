"""Live resources as rows: reading them all as a snapshot, and the single changes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from ksync_tui.engine.embedded.database import Database
from ksync_tui.engine.embedded.vault import Vault
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Deployed, Live, Snapshot, Target, fingerprint, tags_of
from ksync_tui.model.secrets import labelled_secrets


@dataclass(frozen=True, slots=True)
class Applied:
    """The declaration that was last applied to a target: by which sync, when (unix seconds), and what it said."""

    sync: str
    at: float
    fingerprint: str
    resource: Resource


class Store:
    """The tables of live resources. Changes join the transaction they are called in. May raise StoreError."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """The store of an open database."""
        self._database = database
        self._vault = vault
        self._cached = Snapshot()
        self._specs: dict[Target, str] = {}

    def snapshot(self) -> Snapshot:
        """All live resources at one moment; the same object as before when nothing changed."""
        with self._database.reading():
            version = self._version()
            if version == self._cached.version:
                return self._cached
            snapshot, specs = self._load(version)
        if not self._database.in_transaction:
            self._cached, self._specs = snapshot, specs
        return snapshot

    def get(self, target: Target) -> Resource | None:
        """One live resource as it is right now."""
        found = self._database.row("SELECT spec FROM resources WHERE kind = ? AND name = ?", target)
        return self._open(target, found[0]) if found else None

    def fingerprint(self, target: Target) -> str | None:
        """The fingerprint of one live resource, or None where there is none."""
        found = self._database.row("SELECT fingerprint FROM resources WHERE kind = ? AND name = ?", target)
        return found[0] if found else None

    def put(self, target: Target, resource: Resource) -> None:
        """Stores a resource under its target, in place of the one that was there."""
        values = (fingerprint(resource), json.dumps(tags_of(resource)), time.time(), self._vault.seal(resource))
        self._change(
            "INSERT INTO resources (kind, name, fingerprint, tags, updated, spec) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, tags = excluded.tags,"
            " updated = excluded.updated, spec = excluded.spec",
            (*target, *values),
        )

    def remove(self, target: Target) -> None:
        """Forgets a resource, what was applied to it and what was deployed of it."""
        self._change("DELETE FROM resources WHERE kind = ? AND name = ?", target)

    def rename(self, old: Target, new: str) -> None:
        """Gives a row another name; the resource itself is `put` anew."""
        self._change("UPDATE resources SET name = ? WHERE kind = ? AND name = ?", (new, *old))

    def record_applied(self, target: Target, declared: Resource, sync: str) -> None:
        """Remembers what a file said when it was applied to a stored resource."""
        self._change(
            "UPDATE resources SET applied = ?, applied_by = ?, applied_at = ?, applied_spec = ?"
            " WHERE kind = ? AND name = ?",
            (fingerprint(declared), sync, time.time(), self._vault.seal(declared), *target),
        )

    def last_applied(self, target: Target) -> Applied | None:
        """What was last applied to a target from files."""
        found = self._database.row(
            "SELECT applied_by, applied_at, applied, applied_spec FROM resources"
            " WHERE kind = ? AND name = ? AND applied IS NOT NULL",
            target,
        )
        return Applied(found[0], found[1], found[2], self._open(target, found[3])) if found else None

    def owe_deploy(self, target: Target, reason: str) -> None:
        """Remembers that a deploy is due; the reason first given stays until it is done (DESIGN rule 5)."""
        sql = "UPDATE resources SET outstanding = coalesce(outstanding, ?) WHERE kind = ? AND name = ?"
        self._change(sql, (reason, *target))

    def known_secrets(self) -> Mapping[str, str]:
        """The secrets of all live resources, by label: `variable/TOKEN`, `stack/web config.webhook_secret`."""
        return {label: value for target, one in self._sealed() for label, value in labelled_secrets(target, one)}

    def unavailable(self) -> tuple[Target, ...]:
        """The resources of which a secret's value is no longer kept here."""
        sql = "SELECT kind, name, spec FROM resources WHERE instr(spec, '$secret')"
        return tuple(
            Target(kind, name) for kind, name, spec in self._database.rows(sql) if not self._vault.has_all(spec)
        )

    def _sealed(self) -> Iterator[tuple[Target, Resource]]:
        sql = "SELECT kind, name, spec FROM resources WHERE instr(spec, '$secret')"
        for kind, name, spec in self._database.rows(sql):
            target = Target(kind, name)
            yield target, self._open(target, spec)

    def _open(self, target: Target, spec: str) -> Resource:
        return self._vault.open(KINDS[target.kind].model, spec, str(target))

    def _version(self) -> int:
        found = self._database.row("SELECT version FROM state")
        return int(found[0]) if found else 0

    def _change(self, sql: str, values: Sequence[Any]) -> None:
        with self._database.transaction():
            self._database.execute(sql, values)
            self._database.execute("UPDATE state SET version = version + 1")

    def _load(self, version: int) -> tuple[Snapshot, dict[Target, str]]:
        snapshot = Snapshot(live := {}, {}, deployed := {}, applied := {}, version)
        specs: dict[Target, str] = {}
        old_specs, old_live = self._specs, self._cached.live
        tags_of_text = cache(_tags)
        deployed_of = cache(Deployed)
        for kind, name, spec, digest, tags, last_applied, *deploy in self._database.rows(_ALL):
            target = Target(kind, name)
            specs[target] = spec
            if old_specs.get(target) == spec:
                live[target] = old_live[target]
            else:
                live[target] = Live(target, digest, partial(self._open, target, spec), tags_of_text(tags))
            if last_applied is not None:
                applied[target] = last_applied
            if deploy != _NO_DEPLOY:
                deployed[target] = deployed_of(*deploy)
        return snapshot, specs


_ALL = (
    "SELECT kind, name, spec, fingerprint, tags, applied, redeploy_digest, outstanding, deployed"
    " FROM resources ORDER BY rowid"
)
_NO_DEPLOY = [None, None, None]


def _tags(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
