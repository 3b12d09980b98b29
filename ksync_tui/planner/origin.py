"""Drift or an intended change: what differs, compared with what this sync applied last (needs, row 12)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from ksync_tui.errors import KsyncError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.managed_elsewhere import with_live_secrets
from ksync_tui.model.origin import Applied, Origin, moved, shared
from ksync_tui.model.parts import covers, differing_parts, entries_at
from ksync_tui.model.plan import FieldChange, Ignored
from ksync_tui.model.resource import LastApplied
from ksync_tui.planner.draft import ActionDraft

Changes = tuple[FieldChange, ...]
_GONE = object()
"""Stands for the value of a field that a resource does not have; nothing means the same."""


class Origins:
    """Tells where differences come from, and remembers: planning again costs what changed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Changes, Applied, Changes]] = {}

    def tell(self, drafts: Iterable[ActionDraft], last_applied: LastApplied | None, sync: str) -> None:
        """Adds to creates, updates and deletes which side moved since `sync` applied them last.

        What another sync applied is no base to compare with. None for `last_applied`: the engine keeps no record.
        """
        if last_applied is None:
            return
        for draft in drafts:
            if draft.verb in ("create", "update", "delete"):
                self._tell(draft, last_applied(draft.target), sync)

    def of_ignored(self, ignored: Ignored, last_applied: LastApplied | None, sync: str) -> Ignored:
        """The same with which side moved."""
        action = ignored.action
        if last_applied is None or action.verb not in ("create", "update", "delete"):
            return ignored
        draft = ActionDraft(
            action.verb, action.target, action.reason, current=action.current, proposed=action.proposed,
            changes=action.changes,
        )  # fmt: skip
        self._tell(draft, last_applied(action.target), sync)
        return replace(ignored, action=replace(action, changes=draft.changes, origin=draft.origin))

    def _tell(self, draft: ActionDraft, records: Collection[Applied], sync: str) -> None:
        draft.applied = next((record.stamp for record in records), None)
        base = next((record for record in records if record.stamp.sync == sync), None)
        if draft.verb == "delete":
            _tell_delete(draft, base)
        elif base is None:
            return
        elif draft.verb == "create" and draft.proposed is not None:
            draft.origin, draft.reason = "live", "it was deleted live"
        elif draft.changes and not draft.changes[0].text_only:
            draft.changes = self._told(draft, base)
            draft.origin = shared(change.origin for change in draft.changes)

    def _told(self, draft: ActionDraft, base: Applied) -> Changes:
        known = self._known.get(draft.id)
        if known and known[0] is draft.changes and _same(known[1], base):
            return known[2]
        with_origins = _with_origins(draft, base)
        self._known[draft.id] = (draft.changes, base, with_origins)
        return with_origins

    def forget(self, drafts: Collection[str]) -> None:
        """Drops what is remembered of actions that are not in the plan any more."""
        for gone in self._known.keys() - drafts:
            del self._known[gone]


def _same(one: Applied, other: Applied) -> bool:
    return one is other or one.fingerprint == other.fingerprint


def _tell_delete(draft: ActionDraft, base: Applied | None) -> None:
    if base is not None:
        draft.origin = "files"
        draft.reason = "no longer declared" if draft.current is not None else draft.reason
    elif draft.applied is None:
        draft.origin = "live"


def _with_origins(draft: ActionDraft, base: Applied) -> Changes:
    """The changes with their origins. Equal fingerprints tell at once; only else the base itself is read."""
    if base.fingerprint == draft.fingerprint:
        return _all_from("files", draft.changes)
    if draft.declared is not None and base.fingerprint == draft.declared.fingerprint:
        return _all_from("live", draft.changes)
    try:
        resource = base.resource
    except KsyncError:
        return draft.changes
    return tuple(_with_origin(change, resource, draft) for change in draft.changes)


def _with_origin(change: FieldChange, base: Resource, draft: ActionDraft) -> FieldChange:
    """A change with where it comes from: as a whole, and each of its entries by itself where it has some."""
    declared = draft.proposed
    if declared is None or draft.current is None:
        return change
    parts = differing_parts(change.field, draft.current, declared)
    if parts == (change.field,) or not covers((change.field,), parts[0]):
        return replace(change, origin=_origin(change.field, base, draft))
    before, live, now = (entries_at(resource, change.field) for resource in (base, draft.current, declared))
    origins = tuple(
        (part, moved(files=now.get(part) != before.get(part), live=live.get(part) != before.get(part)))
        for part in parts
    )
    return replace(change, origin=shared(origin for _, origin in origins), origins=origins)


def _all_from(origin: Origin, changes: Changes) -> Changes:
    return tuple(replace(change, origin=origin) for change in changes)


def _origin(path: str, base: Resource, draft: ActionDraft) -> Origin | None:
    # A secret that the file leaves out is not edited in it: it is compared as the base has it.
    declared = with_live_secrets(draft.declared.resource, base) if draft.declared else draft.proposed
    before, live, now = (_meant(one, path) for one in (base, draft.current, declared))
    return moved(files=now != before, live=live != before)


def _meant(resource: Resource | None, path: str) -> Any:
    """What the field at a path (`config.image.params.version`) means in a resource."""
    value: Any = resource
    field: FieldSchema | None = None
    for name in path.split("."):
        field = schema(type(value)).fields.get(name) if isinstance(value, Table) else None
        if field is None:
            return _GONE
        value = value.__dict__[name]
    return field.canonical(value) if field else _GONE
