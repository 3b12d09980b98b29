"""Which other resources a resource names: every field whose metadata says it refers to a kind. Pure."""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple, TypeVar

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import Choice, TargetRef
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.kinds.registry import BY_TITLE

Path = tuple[str | int, ...]
R = TypeVar("R", bound=Resource)


class Mention(NamedTuple):
    """A kind and name at a path of field names and indices. Not `needed` where what holds them is switched off."""

    path: Path
    kind: str
    name: str
    needed: bool


def mentions(resource: Resource) -> list[Mention]:
    """All resources that a resource names, in the order of its fields. `after` is not one of them: see the planner."""
    found: list[Mention] = []
    _in_table(resource, (), True, found)
    return found


@cache
def _naming_fields(model: type[Table]) -> tuple[FieldSchema, ...]:
    """The fields of a table that can name a resource, themselves or somewhere inside."""
    return tuple(field for field in schema(model) if field.ref is not None or _may_name(field))


def _may_name(field: FieldSchema) -> bool:
    table = field.table
    if table is None:
        return False
    return table is TargetRef or issubclass(table, Choice) or bool(_naming_fields(table))


@cache
def may_mention(model: type[Table], kind: str) -> bool:
    """Whether a table can name a resource of a kind, itself or somewhere inside."""
    if issubclass(model, Choice):
        return any(may_mention(variant, kind) for variant in model.variants.values())
    inside = (field.table for field in _naming_fields(model) if field.table is not None)
    named = model is TargetRef or any(field.ref == kind for field in _naming_fields(model))
    return named or any(may_mention(table, kind) for table in inside)


def _in_table(table: Table, path: Path, needed: bool, found: list[Mention]) -> None:
    if isinstance(table, TargetRef):
        _in_target(table, path, needed, found)
        return
    if isinstance(table, Choice):
        _in_table(table.params, (*path, "params"), needed, found)
        return
    values, given = table.__dict__, table.__pydantic_fields_set__
    needed = needed and values.get("enabled", True) is not False
    for field in _naming_fields(type(table)):
        if field.name in given:
            _in_value(field, values[field.name], (*path, field.name), needed, found)


def _in_value(field: FieldSchema, value: Any, path: Path, needed: bool, found: list[Mention]) -> None:
    kind = field.ref
    if kind is not None:
        named = [(path, value)] if isinstance(value, str) else [((*path, at), name) for at, name in enumerate(value)]
        found.extend([Mention(where, kind, name, needed) for where, name in named if name])
    elif isinstance(value, Table):
        _in_table(value, path, needed, found)
    elif isinstance(value, list):
        for at, entry in enumerate(value):
            _in_table(entry, (*path, at), needed, found)


def _in_target(target: TargetRef, path: Path, needed: bool, found: list[Mention]) -> None:
    kind = BY_TITLE.get(target.type)
    if kind is not None and target.id and not _is_pattern(target.id):
        found.append(Mention((*path, "id"), kind.name, target.id, needed))


def _is_pattern(text: str) -> bool:
    """Whether a name of a permission is a wildcard or a `\\regex\\` (semantics e.5)."""
    return "*" in text or "?" in text or (len(text) > 1 and text.startswith("\\") and text.endswith("\\"))


def with_name(resource: R, paths: Collection[Path], name: str) -> R:
    """The resource with another name at these paths of mentions."""
    found: R = resource
    for path in paths:
        found = _replaced(found, path, name)
    return found


def _replaced(value: Any, path: Path, name: str) -> Any:
    if not path:
        return name
    step, *rest = path
    if isinstance(value, list) and isinstance(step, int):
        return [_replaced(entry, tuple(rest), name) if at == step else entry for at, entry in enumerate(value)]
    return value.model_copy(update={step: _replaced(value.__dict__[str(step)], tuple(rest), name)})
