"""What differs between a live and a declared resource, field by field (architecture rule 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.managed_elsewhere import with_live_secrets
from ksync_tui.model.plan import FieldChange

_DEPLOY_FIELDS = frozenset({"deploy", "after"})


@dataclass(frozen=True, slots=True)
class Difference:
    """What an update would change, and the resource that live becomes."""

    changes: tuple[FieldChange, ...]
    proposed: Resource


def compare(live: Resource, declared: Resource, *, keeps_deploy: bool = True) -> Difference:
    """The difference between two resources of one kind; no changes: they mean the same.

    Fields that the declared side does not manage keep their live value. Without `keeps_deploy`, `deploy` and `after`
    are not looked at: the engine has no place for them.
    """
    proposed = _with_live_values(declared, live)
    skipped = frozenset({"name"}) if keeps_deploy else _DEPLOY_FIELDS | {"name"}
    changes = tuple(_changes(live, proposed, _Where(skipped=skipped)))
    if isinstance(live, Variable) and isinstance(proposed, Variable) and (live.is_secret or proposed.is_secret):
        changes = tuple(map(_masked_value, changes))
    return Difference(changes, proposed)


_TEXTS = ("env_vars", "labels", "conversions", "term_signal_labels", "file_contents")
"""The input forms that Komodo keeps as they are written."""


def _is_text(field: FieldSchema) -> bool:
    return field.form in _TEXTS and not field.secret


def compare_texts(live: Resource, declared: Resource) -> Difference:
    """The texts of the settings that mean the same and are written in another way: comments, spacing."""
    proposed = _with_live_values(declared, live)
    if isinstance(proposed.settings, Choice) or proposed.settings is proposed:
        return Difference((), proposed)
    here, there = live.settings.__dict__, proposed.settings.__dict__
    changes = tuple(
        FieldChange(f"config.{field.name}", here[field.name], there[field.name], text_only=True)
        for field in schema(type(proposed.settings))
        if _is_text(field) and here[field.name] != there[field.name]
    )
    return Difference(changes, proposed)


def _with_live_values(declared: Resource, live: Resource) -> Resource:
    declared = with_live_secrets(declared, live)
    kept = declared.settings.unmanaged()
    values = {name: getattr(live.settings, name) for name in kept}
    if not values:
        return declared
    if declared.settings is declared:
        return declared.model_copy(update=values)
    return declared.model_copy(update={"config": declared.settings.model_copy(update=values)})


def _masked_value(change: FieldChange) -> FieldChange:
    if change.field != "value":
        return change
    return replace(change, secret=True)


@dataclass(frozen=True, slots=True)
class _Where:
    """Where in a resource two tables stand, and what holds for all that is inside."""

    prefix: str = ""
    skipped: frozenset[str] = frozenset()
    secret: bool = False
    redeploys: bool = False

    def inside(self, field: FieldSchema) -> _Where:
        return _Where(
            f"{self.prefix}{field.name}.",
            secret=self.secret or field.secret,
            redeploys=self.redeploys or field.redeploys,
        )


def _changes(live: Table, declared: Table, where: _Where) -> Iterator[FieldChange]:
    for field in schema(type(declared)):
        if field.name in where.skipped:
            continue
        here, there = live.__dict__[field.name], declared.__dict__[field.name]
        if field.canonical(here) != field.canonical(there):
            yield from _deeper(field, here, there, where) or (_whole(field, here, there, where),)


def _deeper(field: FieldSchema, live: Any, declared: Any, where: _Where) -> list[FieldChange]:
    """The changes inside a nested table, or none where only the whole can be told."""
    if not _alike(live, declared):
        return []
    return list(_changes(live, declared, where.inside(field)))


def _alike(live: Any, declared: Any) -> bool:
    if isinstance(live, Choice) and isinstance(declared, Choice):
        return live.type == declared.type
    return isinstance(live, Table) and type(live) is type(declared)


def _whole(field: FieldSchema, live: Any, declared: Any, where: _Where) -> FieldChange:
    return FieldChange(
        where.prefix + field.name,
        plain(live),
        plain(declared),
        secret=where.secret or field.secret or holds_secret(live) or holds_secret(declared),
        redeploys=where.redeploys or field.redeploys,
    )


def plain(value: Any) -> Any:
    """A value as JSON has it: nested tables as dicts without what is at its default."""
    if isinstance(value, Table):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value


def holds_secret(value: Any) -> bool:
    """Whether a non-empty secret field stands in a value, at any depth."""
    if isinstance(value, Table):
        fields = schema(type(value)).fields
        return any(
            (entry and fields[name].secret) or holds_secret(entry)
            for name, entry in value.__dict__.items()
            if name in fields
        )
    if isinstance(value, Mapping):
        return any(map(holds_secret, value.values()))
    return isinstance(value, list) and any(map(holds_secret, value))
