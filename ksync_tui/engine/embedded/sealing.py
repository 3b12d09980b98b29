"""Where the secrets of a resource stand, and resources as JSON with their secrets taken out and put back.

The model says which fields are secret; the value of a variable is when the variable is. A value that only names
others (`[[NAME]]`) is no secret, nor is a field's default. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from ksync_tui.model import text
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldShape, Table, shape
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import Target

_KEY = "$secret"
_MARK = f'{{"{_KEY}":'
_TOKENS = re.compile(r'\{"\$secret":"([0-9a-f]+)"\}')
_NAMES_ONLY = re.compile(r"\s*(?:\[\[[^\[\]]+\]\]\s*)*")

Tables = dict[str, Any]
"""A table as JSON: field names to values."""


class _Slot(NamedTuple):
    """A secret field that is set: the table that holds it, its shape, its path from the resource."""

    table: Tables
    field: FieldShape
    path: str


class SecretValue(NamedTuple):
    """A secret of a resource: its path (`config.webhook_secret`, `value`) and the value."""

    path: str
    value: str


def seal(resource: Resource, keep: Callable[[str], str]) -> str:
    """The set fields of a resource as JSON; each secret is handed to `keep`, whose answer stands in its place."""
    if not _watched(type(resource)):
        return resource.model_dump_json(exclude_unset=True)
    data = resource.model_dump(mode="json", exclude_unset=True)
    for slot in _slots(type(resource), data):
        value = slot.table[slot.field.name]
        if isinstance(value, str) and _secret_parts(slot.field, value):
            slot.table[slot.field.name] = {_KEY: keep(value)}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def unseal(model: type[Resource], spec: str, find: Callable[[str], str]) -> Resource:
    """The resource that `seal` wrote; `find` gives the secret for what `keep` had answered. May raise ValueError."""
    if _MARK not in spec:
        return model.model_validate_json(spec)
    data = json.loads(spec)
    for slot in _slots(model, data):
        value = slot.table[slot.field.name]
        if isinstance(value, dict):
            slot.table[slot.field.name] = find(value[_KEY])
    return model.model_validate(data)


def tokens(spec: str) -> list[str]:
    """The answers of `keep` that stand in a sealed text."""
    return _TOKENS.findall(spec) if _MARK in spec else []


def secrets_of(resource: Resource) -> Iterator[SecretValue]:
    """All secrets of a resource; of an environment each value by itself."""
    model = type(resource)
    if not _watched(model):
        return
    for slot in _slots(model, resource.model_dump(mode="json", exclude_unset=True)):
        value = slot.table[slot.field.name]
        for name, part in _secret_parts(slot.field, value) if isinstance(value, str) else ():
            yield SecretValue(f"{slot.path}.{name}" if name else slot.path, part)


def labelled_secrets(target: Target, resource: Resource) -> Iterator[tuple[str, str]]:
    """The secrets of a resource by labels for people: `variable/TOKEN`, `stack/web config.webhook_secret`."""
    for path, value in secrets_of(resource):
        yield str(target) if target.kind == "variable" else f"{target} {path}", value


def _secret_parts(field: FieldShape, value: str) -> list[tuple[str, str]]:
    """What of a value is secret, each part with its name: the values of an environment, or the whole of another."""
    if value == field.default or _NAMES_ONLY.fullmatch(value):
        return []
    if field.compare is None or field.compare.how != "pairs":
        return [("", value)]
    try:
        pairs = text.pairs(value)
    except text.BadPairError:
        return [("", value)]
    return [(pair.key, pair.value) for pair in pairs if not _NAMES_ONLY.fullmatch(pair.value)]


def _slots(model: type[Table], data: Tables, path: str = "") -> Iterator[_Slot]:
    if model is Variable:
        if data.get("is_secret") and "value" in data:
            yield _Slot(data, shape(Variable).fields["value"], "value")
        return
    for field in _watched(model):
        value = data.get(field.name)
        if value is None:
            continue
        if field.secret:
            yield _Slot(data, field, path + field.name)
            continue
        table = _table_of(model, field, data)
        if table is not None:
            for step, entry in _entries(value):
                yield from _slots(table, entry, f"{path}{field.name}{step}.")


def _entries(value: Any) -> Iterator[tuple[str, Tables]]:
    if isinstance(value, dict):
        yield "", value
    elif isinstance(value, list):
        yield from ((f"[{number}]", entry) for number, entry in enumerate(value))


def _table_of(model: type[Table], field: FieldShape, data: Tables) -> type[Table] | None:
    if issubclass(model, Choice) and field.name == "params":
        return model.params_of(data.get("type"))
    return field.table


@cache
def _watched(model: type[Table]) -> tuple[FieldShape, ...]:
    """The fields of a table that are secret or hold a table which may have a secret."""
    if model is Variable:
        return (shape(model).fields["value"],)
    return tuple(field for field in shape(model) if field.secret or any(map(_watched, _tables_in(model, field))))


def _tables_in(model: type[Table], field: FieldShape) -> tuple[type[Table], ...]:
    if issubclass(model, Choice) and field.name == "params":
        return tuple(model.variants.values())
    return (field.table,) if field.table is not None else ()
