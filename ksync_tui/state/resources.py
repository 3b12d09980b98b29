"""Live resources as rows: reading them all as a snapshot, and the single changes."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import (
    Deployed,
    Live,
    Snapshot,
    Target,
    fingerprint,
    redeploy_digest,
    tags_of,
)
from ksync_tui.model.secrets import labelled_secrets
from ksync_tui.state.database import Database
from ksync_tui.state.last_applied import AppliedTable, LastApplied
from ksync_tui.state.secret_store import SecretStore


class ResourceStore:
    """The tables of live resources. Changes join the transaction they are called in. May raise StoreError."""

    def __init__(self, database: Database, secret_store: SecretStore) -> None:
        """The store of an open database."""
        self._database = database
        self._secret_store = secret_store
        self._applied = AppliedTable(database, secret_store)
        self._cached = Snapshot()
        self._specs: dict[Target, str] = {}

    def snapshot(self) -> Snapshot:
        """All live resources at one moment, with what is deployed of them and what was applied last.

        The same object as before when nothing changed; each resource is built when it is looked at first. Raises
        StoreError.
        """
        with self._database.reading():
            version = self._version()
            if version == self._cached.version:
                return self._cached
            snapshot, specs = self._load(version)
            # Here, while no other thread reads: the two belong together.
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
        values = (
            fingerprint(resource),
            json.dumps(tags_of(resource)),
            time.time(),
            self._secret_store.extract_secrets(resource),
        )
        self._change(
            "INSERT INTO resources (kind, name, fingerprint, tags, updated, spec) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, tags = excluded.tags,"
            " updated = excluded.updated, spec = excluded.spec",
            (*target, *values),
        )

    def remove(self, target: Target, sync: str) -> None:
        """Forgets a resource, what `sync` applied to it and what was deployed of it.

        Of what other syncs applied only that they did is kept.
        """
        with self._database.transaction():
            self._change("DELETE FROM resources WHERE kind = ? AND name = ?", target)
            self._applied.deleted(target, sync)

    def forget_applied(self, target: Target, sync: str) -> None:
        """Forgets what `sync` applied to a resource that is gone."""
        with self._database.transaction():
            self._applied.forget(target, sync)
            self._bump()

    def rename(self, old: Target, new: str) -> None:
        """Gives a row another name; the resource itself is `put` anew."""
        with self._database.transaction():
            self._change("UPDATE resources SET name = ? WHERE kind = ? AND name = ?", (new, *old))
            self._database.execute("UPDATE deployed_files SET name = ? WHERE kind = ? AND name = ?", (new, *old))
            self._applied.rename(old, new)

    def record_applied(self, target: Target, declared: Resource, sync: str, parts: Collection[str] = ()) -> None:
        """Remembers what a file said when a sync applied it, or these parts of it (see `AppliedTable.joined`)."""
        known = self._applied.joined(target, declared, sync, parts)
        if known is None:
            return
        digest = fingerprint(known)
        with self._database.transaction():
            self._change("UPDATE resources SET applied = ? WHERE kind = ? AND name = ?", (digest, *target))
            self._applied.record(target, known, digest, sync)

    def mark_deploy_pending(self, target: Target, reason: str) -> None:
        """Remembers that a deploy is due; the reason first given stays until it is done (architecture rule 5)."""
        sql = "UPDATE resources SET outstanding = coalesce(outstanding, ?) WHERE kind = ? AND name = ?"
        self._change(sql, (reason, *target))

    def deployed(self, target: Target) -> Deployed | None:
        """What was deployed of one resource, or is owed; None where nothing is."""
        sql = "SELECT redeploy_digest, outstanding, deployed, built FROM resources WHERE kind = ? AND name = ?"
        found = self._database.row(sql, target)
        return Deployed(*found) if found and any(found) else None

    def record_deployed(
        self,
        target: Target,
        resource: Resource,
        built: str | None,
        files: Mapping[str, str],
        known_as: str | None = None,
    ) -> None:
        """Remembers what was deployed: the resource, the version of its build, the files it was deployed with.

        No deploy is owed any more, unless the live resource has become another one meanwhile. `known_as` is the name
        that what runs has of it, where that is an older one.
        """
        runs = resource.model_copy(update={"name": known_as}) if known_as else resource
        deployed = fingerprint(resource)
        with self._database.transaction():
            self._change(
                "UPDATE resources SET deployed = ?, redeploy_digest = ?, deployed_spec = ?, built = ?,"
                " outstanding = iif(fingerprint = ?, NULL, outstanding) WHERE kind = ? AND name = ?",
                (
                    deployed,
                    redeploy_digest(resource),
                    self._secret_store.extract_secrets(runs),
                    built,
                    deployed,
                    *target,
                ),
            )
            self._database.execute("DELETE FROM deployed_files WHERE kind = ? AND name = ?", target)
            known = self.fingerprint(target) is not None  # it may have been deleted while it was deployed
            rows = [(*target, path, text) for path, text in files.items() if known]
            self._database.execute_many("INSERT INTO deployed_files (kind, name, path, text) VALUES (?, ?, ?, ?)", rows)

    def keep_deployed(self, target: Target, resource: Resource) -> None:
        """Remembers under which name what was deployed goes on; all else of it stays as it was."""
        sql = "UPDATE resources SET deployed_spec = ? WHERE kind = ? AND name = ?"
        self._change(sql, (self._secret_store.extract_secrets(resource), *target))

    def deployed_resource(self, target: Target) -> Resource | None:
        """A resource as it was when it was deployed last; None where it never was."""
        found = self._database.row("SELECT deployed_spec FROM resources WHERE kind = ? AND name = ?", target)
        return self._open(target, found[0]) if found and found[0] else None

    def adopt(self, target: Target, containers: Collection[str]) -> None:
        """Remembers that containers, by their ids, are those of a resource although they have no label of ksync's."""
        rows = [(container, *target) for container in containers]
        self._database.execute_many("INSERT OR REPLACE INTO adopted (container, kind, name) VALUES (?, ?, ?)", rows)

    def adopted(self) -> dict[str, str]:
        """The resource that owns each adopted container, by the container's id: `{"390c46...": "stack/web"}`."""
        rows = self._database.rows("SELECT container, kind, name FROM adopted")
        return {str(container): str(Target(kind, name)) for container, kind, name in rows}

    def deployed_files(self, target: Target) -> dict[str, str]:
        """The files that a stack was deployed with, as they were before variables were put in, by path."""
        sql = "SELECT path, text FROM deployed_files WHERE kind = ? AND name = ?"
        return {str(path): str(text) for path, text in self._database.rows(sql, target)}

    def with_files(self) -> set[Target]:
        """The stacks whose deployed files are known."""
        return {
            Target(kind, name) for kind, name in self._database.rows("SELECT DISTINCT kind, name FROM deployed_files")
        }

    def record_built(self, target: Target, build: Resource, version: str, commit: str | None) -> None:
        """Remembers what a build made last: its version and the commit it was made from; `build` is it from now on."""
        with self._database.transaction():
            self.put(target, build)
            sql = "UPDATE resources SET built = ?, built_hash = ? WHERE kind = ? AND name = ?"
            self._change(sql, (version, commit, *target))

    def last_built(self, target: Target) -> tuple[str, str | None] | None:
        """The version that a build made last and the commit it was made from; None where it never was built."""
        found = self._database.row("SELECT built, built_hash FROM resources WHERE kind = ? AND name = ?", target)
        return (found[0], found[1]) if found and found[0] else None

    def variables(self) -> list[Variable]:
        """All variables as they are right now."""
        rows = self._database.rows("SELECT name, spec FROM resources WHERE kind = 'variable'")
        found = (self._open(Target("variable", name), spec) for name, spec in rows)
        return [item for item in found if isinstance(item, Variable)]

    def unmark_deploy_pending(self, target: Target, reason: str) -> None:
        """Forgets that a deploy is due for a reason that does not hold any more."""
        self._change(
            "UPDATE resources SET outstanding = NULL WHERE outstanding = ? AND kind = ? AND name = ?", (reason, *target)
        )

    def known_secrets(self) -> Mapping[str, str]:
        """The secrets of all live resources, by label: `variable/TOKEN`, `stack/web config.webhook_secret`."""
        return {
            label: value for target, resource in self._sealed() for label, value in labelled_secrets(target, resource)
        }

    def unavailable(self) -> tuple[Target, ...]:
        """The resources of which a secret's value is no longer kept here."""
        sql = "SELECT kind, name, spec FROM resources WHERE instr(spec, '$secret')"
        return tuple(
            Target(kind, name) for kind, name, spec in self._database.rows(sql) if not self._secret_store.has_all(spec)
        )

    def _sealed(self) -> Iterator[tuple[Target, Resource]]:
        sql = "SELECT kind, name, spec FROM resources WHERE instr(spec, '$secret')"
        for kind, name, spec in self._database.rows(sql):
            target = Target(kind, name)
            yield target, self._open(target, spec)

    def _open(self, target: Target, spec: str) -> Resource:
        return self._secret_store.open(KINDS[target.kind].model, spec, str(target))

    def _version(self) -> int:
        found = self._database.row("SELECT version FROM state")
        return int(found[0]) if found else 0

    def _change(self, sql: str, values: Sequence[Any]) -> None:
        with self._database.transaction():
            self._database.execute(sql, values)
            self._bump()

    def _bump(self) -> None:
        self._database.execute("UPDATE state SET version = version + 1")

    def _load(self, version: int) -> tuple[Snapshot, dict[Target, str]]:
        snapshot = Snapshot(
            live := {}, {}, deployed := {}, digests := {}, version, built := {}, last_applied=LastApplied(self._applied)
        )
        specs: dict[Target, str] = {}
        old_specs, old_live = self._specs, self._cached.live
        tags_of_text = cache(_tags)
        deployed_of = cache(Deployed)
        for kind, name, spec, digest, tags, last_digest, *deploy in self._database.rows(_ALL):
            target = Target(kind, name)
            specs[target] = spec
            if old_specs.get(target) == spec:
                live[target] = old_live[target]
            else:
                live[target] = Live(target, digest, partial(self._open, target, spec), tags_of_text(tags))
            if last_digest is not None:
                digests[target] = last_digest
            if kind == "build":
                if deploy[-1]:
                    built[name] = deploy[-1]
            elif deploy != _NO_DEPLOY:
                deployed[target] = deployed_of(*deploy)
        return snapshot, specs


_ALL = (
    "SELECT kind, name, spec, fingerprint, tags, applied, redeploy_digest, outstanding, deployed, built"
    " FROM resources ORDER BY rowid"
)
_NO_DEPLOY = [None, None, None, None]


def _tags(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
