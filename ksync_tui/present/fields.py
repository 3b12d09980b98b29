"""Which fields of an action are shown, in the order of export, and under which names."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Action, FieldChange
from ksync_tui.present.mask import hides

_CONFIG = "config."


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field as it is shown: its path (`config.server_id`), label (`server`), both values, shape if it is known.

    Values that have a structure are the model's own tables, which mask themselves; `secret` hides the whole value.
    """

    path: str
    label: str
    current: Any
    proposed: Any
    schema: FieldSchema | None
    secret: bool


@cache
def _order_of(kind: str) -> dict[str, int]:
    """The path of every field of a kind to its place in an export."""
    known = KINDS.get(kind)
    if known is None:
        return {}
    paths: list[str] = []
    for field in schema(known.model):
        paths += _paths_in_config(known.model) if field.name == "config" else [field.name]
    return {path: at for at, path in enumerate(paths)}


def _paths_in_config(model: type[Resource]) -> list[str]:
    table = schema(model).fields["config"].table
    return [_CONFIG + field.name for field in schema(table)] if table else []


@lru_cache(1024)
def field_of(path: str) -> str:
    """The path of the field in which a nested path stands: `config.image.params.image` is in `config.image`."""
    inner = path.removeprefix(_CONFIG)
    return path[: len(path) - len(inner)] + inner.split(".", 1)[0]


@cache
def label_of(kind: str, path: str) -> str:
    """The key that a file has for the field of a path: `config.server_id` of a stack is `server`."""
    table: type[Table] | None = KINDS[kind].model if kind in KINDS else None
    if table and path.startswith(_CONFIG):
        table = schema(table).fields["config"].table if "config" in schema(table).fields else None
    name = field_of(path).removeprefix(_CONFIG)
    known = schema(table).fields.get(name) if table else None
    return known.key if known else name


def changed_labels(action: Action, among: Collection[str] | None = None) -> list[str]:
    """The labels of the fields that an action changes, each once, in the order of export; of all or some paths."""
    changes = in_order(action)
    return list(
        dict.fromkeys(_label(action, change.field) for change in changes if among is None or change.field in among)
    )


def _label(action: Action, path: str) -> str:
    """A field's label; of a builder, whose whole config is a choice, that of the param."""
    field = field_of(path)
    if field == "config.params" and (found := find(action.proposed or action.current, path)):
        return found.label
    return label_of(action.target.kind, path)


def in_order(action: Action) -> list[FieldChange]:
    """An action's changes in the order of export, unknown paths last."""
    order = _order_of(action.target.kind)
    return sorted(action.changes, key=lambda change: order.get(field_of(change.field), len(order)))


def fields_of(action: Action) -> list[FieldView]:
    """The fields to show: all that is set for a create or a delete, else what changes."""
    if action.verb == "create" and action.proposed is not None:
        return [_alone(field, current=None, proposed=field.value) for field in set_fields(action.proposed)]
    if action.verb == "delete" and action.current is not None:
        return [_alone(field, current=field.value, proposed=None) for field in set_fields(action.current)]
    return [_of_change(action, change) for change in in_order(action)]


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """A field of a resource: its path, its shape, its value, and whether it is masked."""

    path: str
    label: str
    schema: FieldSchema
    value: Any
    secret: bool


def set_fields(resource: Resource) -> Iterator[FieldMatch]:
    """The fields of a resource that do not mean their default, in the order of export, its name left out."""
    yield from _set_in(resource, "")
    if resource.settings is not resource:
        yield from _set_in(resource.settings, _CONFIG)


def _set_in(table: Table, prefix: str) -> Iterator[FieldMatch]:
    known, given = schema(type(table)), table.model_fields_set
    for field in known:
        if field.name not in given or (not prefix and field.name in ("name", "config")):
            continue
        value = getattr(table, field.name)
        if field.required or field.canonical(value) != known.default_meanings[field.name]:
            yield FieldMatch(prefix + field.name, field.key, field, value, hides(table, field.name))


def find(resource: Resource | None, path: str) -> FieldMatch | None:
    """The field of a resource at a path such as `config.image.params.image`; None where there is none."""
    table: Any = resource
    labels: list[str] = []
    secret = False
    known: FieldSchema | None = None
    for name in path.split("."):
        known = schema(type(table)).fields.get(name) if isinstance(table, Table) else None
        if known is None:
            return None
        secret = secret or hides(table, name)
        labels += [] if name == "config" and table is resource else [known.key]
        table = getattr(table, name)
    return FieldMatch(path, ".".join(labels), known, table, secret) if known else None


def _alone(field: FieldMatch, current: Any, proposed: Any) -> FieldView:
    return FieldView(field.path, field.label, current, proposed, field.schema, field.secret)


def _of_change(action: Action, change: FieldChange) -> FieldView:
    here, there = find(action.current, change.field), find(action.proposed, change.field)
    known = there or here
    structured = [found.value for found in (here, there) if found and isinstance(found.value, Table | list | dict)]
    hidden = any(found.secret for found in (here, there) if found) or (change.secret and not structured)
    return FieldView(
        path=change.field,
        label=known.label if known else change.field.removeprefix(_CONFIG),
        current=here.value if here else change.current if not change.secret or hidden else None,
        proposed=there.value if there else change.proposed if not change.secret or hidden else None,
        schema=known.schema if known else None,
        secret=hidden,
    )


def unchanged_count(action: Action) -> int:
    """How many fields are set on either side and do not change."""
    sides = [side for side in (action.current, action.proposed) if side is not None]
    paths = {field.path for side in sides for field in set_fields(side)}
    return len(paths - {field_of(change.field) for change in action.changes})
