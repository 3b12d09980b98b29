"""Parts of a resource that can be chosen by themselves: its fields, and the entries of texts and lists in them. Pure.

A part is written as a path: `config.environment` is a field, `config.environment.LEVEL` an entry of it. Entries are the
pairs of an environment, of labels, ports and volumes by their keys, the values of a list of strings, and the tables of
a list by their names, such as the stages of a procedure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldSchema, Table, canonical, schema
from ksync_tui.model.text import BadPairError, lines_of, pairs

R = TypeVar("R", bound=Table)
_Entry = TypeVar("_Entry")


def differing_parts(field: str, one: Table, other: Table) -> tuple[str, ...]:
    """The parts in which a field differs between two resources: its entries, or the field where it has none.

    `field` is a path as a FieldChange has it.
    """
    whole = _meant_as_a_whole(one, field)
    keys = () if whole else _differing_keys(_field_at(one, field), value_at(one, field), value_at(other, field))
    return tuple(f"{field}.{key}" for key in keys) if keys else (whole or field,)


def _meant_as_a_whole(resource: Table, path: str) -> str | None:
    """The table around a field whose fields mean nothing each by itself, such as a command and its folder."""
    names = path.split(".")
    for count in range(1, len(names)):
        field = _field_at(resource, ".".join(names[:count]))
        if field is not None and field.compare is not None:
            return ".".join(names[:count])
    return None


def entries_at(resource: Table, field: str) -> Mapping[str, object]:
    """What the entries of a field mean, by their paths; nothing where it has none."""
    value = value_at(resource, field)
    found: Mapping[str, object] | None = None
    if isinstance(value, str) and _has_pairs(_field_at(resource, field)):
        found = _pairs_by_key(value)
    elif isinstance(value, list):
        found = _items_by_key(value)
    return {f"{field}.{key}": entry for key, entry in (found or {}).items()}


def with_parts(base: R, other: Table, parts: Iterable[str]) -> R:
    """`base` with the values that `other` has at these paths; an entry that `other` lacks is taken out."""
    return _with_paths(base, other, [part.split(".") for part in parts])


def meaning_at(resource: Table, part: str) -> Any:
    """What stands at a path, as JSON values that are equal where the meaning is; None where nothing does."""
    names = part.split(".")
    for count in range(len(names), 0, -1):
        path = ".".join(names[:count])
        field = _field_at(resource, path)
        if field is not None:
            whole = field.canonical(value_at(resource, path))
            return whole if count == len(names) else _plain(entries_at(resource, path).get(part))
    return None


def _plain(entry: object) -> Any:
    return canonical(entry) if isinstance(entry, Table) else entry


def value_at(resource: Table, path: str) -> Any:
    """The value of the field at a path; None where there is no such field."""
    found: Any = resource
    for name in path.split("."):
        found = found.__dict__.get(name) if isinstance(found, Table) else None
    return found


def _field_at(resource: Table, path: str) -> FieldSchema | None:
    table, _, name = path.rpartition(".")
    holder = value_at(resource, table) if table else resource
    return schema(type(holder)).fields.get(name) if isinstance(holder, Table) else None


def presence(part: str, one: Table, other: Table) -> tuple[bool, bool]:
    """Whether each of two resources has what is at a path; a field is always there."""
    return _has(one, part), _has(other, part)


def _has(resource: Table, part: str) -> bool:
    names = part.split(".")
    table: Any = resource
    while names and isinstance(table, Table):
        table = table.__dict__.get(names.pop(0))
    if not names:
        return True
    entries = (
        _pairs_by_key(table) if isinstance(table, str) else _items_by_key(table) if isinstance(table, list) else None
    )
    return entries is not None and ".".join(names) in entries


def covers(parts: Iterable[str], path: str) -> bool:
    """Whether a path is among these parts, or is an entry of one of them."""
    return any(path == part or path.startswith(f"{part}.") for part in parts)


def _with_paths(base: R, other: Table, paths: Iterable[Sequence[str]]) -> R:
    below: dict[str, list[Sequence[str]]] = {}
    for name, *rest in paths:
        below.setdefault(name, []).append(rest)
    return base.model_copy(update={name: _taken(base, other, name, rests) for name, rests in below.items()})


def _taken(base: Table, other: Table, name: str, rests: Sequence[Sequence[str]]) -> Any:
    """The value of a field as the other has it, or only what is at these paths in it."""
    here, there = base.__dict__.get(name), other.__dict__.get(name)
    if [] in rests:
        return there
    if isinstance(here, Table) and isinstance(there, Table):
        return _with_paths(here, there, rests) if _alike(here, there) else there
    return _with_entries(here, there, {".".join(rest) for rest in rests})


def _alike(one: Table, other: Table) -> bool:
    if isinstance(one, Choice) and isinstance(other, Choice):
        return one.type == other.type
    return type(one) is type(other)


def _differing_keys(field: FieldSchema | None, one: Any, other: Any) -> tuple[str, ...]:
    """The keys of the entries that differ; none where the values have no entries, or differ in more than those."""
    if isinstance(one, str) and isinstance(other, str) and _has_pairs(field):
        return _differing(_pairs_by_key(one), _pairs_by_key(other))
    if isinstance(one, list) and isinstance(other, list):
        return _differing(_items_by_key(one), _items_by_key(other))
    return ()


def _has_pairs(field: FieldSchema | None) -> bool:
    return field is not None and field.compare is not None and field.compare.how == "pairs"


def _differing(one: Mapping[str, object] | None, other: Mapping[str, object] | None) -> tuple[str, ...]:
    if one is None or other is None:
        return ()
    return tuple(key for key in {**one, **other} if one.get(key) != other.get(key))


@lru_cache(maxsize=32)
def _pairs_by_key(text: str) -> dict[str, object] | None:
    """The values of each key of a key/value text; None where it is no such text. Not to be changed: it is kept."""
    try:
        found = pairs(text)
    except BadPairError:
        return None
    values: dict[str, list[str]] = {}
    for pair in found:
        values.setdefault(pair.key, []).append(pair.value)
    return dict(values)


def _items_by_key(items: Sequence[Any]) -> dict[str, object] | None:
    """The items of a list by what they are called; None where that does not tell them apart."""
    names = [_name_of(item) for item in items]
    if None in names or len(set(names)) < len(names):
        return None
    return {str(name): item for name, item in zip(names, items, strict=True)}


def _name_of(item: Any) -> str | None:
    if isinstance(item, str):
        return item
    return item.__dict__.get("name") if isinstance(item, Table) else None


def _with_entries(here: Any, there: Any, keys: Collection[str]) -> Any:
    if isinstance(here, str) and isinstance(there, str):
        lines = _merged(lines_of(here), lines_of(there), keys, _key_of_line)
        return "".join(f"{line}\n" for line in lines)
    if isinstance(here, list) and isinstance(there, list):
        return _merged(here, there, keys, _name_of)
    return there


@lru_cache(maxsize=1 << 14)
def _key_of_line(line: str) -> str | None:
    try:
        return next((pair.key for pair in pairs(line)), None)
    except BadPairError:
        return None


def _merged(
    here: Sequence[_Entry], there: Sequence[_Entry], keys: Collection[str], name: Callable[[_Entry], str | None]
) -> list[_Entry]:
    """`here` with the entries of these keys as `there` has them: where they were, else after what they follow there."""
    mine = [name(item) for item in here]
    taken: dict[str, list[_Entry]] = {}
    added: _Added[_Entry] = _Added({key: at for at, key in enumerate(mine) if key is not None}, mine)
    for item in there:
        key = name(item)
        if key in keys:
            taken.setdefault(str(key), []).append(item)
        added.follow(key, item, key in keys)
    result = added.after(-1)
    for at, item in enumerate(here):
        result += [item] if mine[at] not in keys else taken.pop(str(mine[at]), [])
        result += added.after(at)
    return result


class _Added(Generic[_Entry]):
    """Entries that only the other side has, by the number of the entry that they go behind; -1 is the front."""

    def __init__(self, last: Mapping[str, int], mine: Sequence[str | None]) -> None:
        self._last = last
        self._at = next((at for at, key in enumerate(mine) if key is not None), len(mine)) - 1
        self._found: dict[int, list[_Entry]] = {}

    def follow(self, key: str | None, item: _Entry, chosen: bool) -> None:
        """Takes the next entry of the other side."""
        if key in self._last:
            self._at = self._last[str(key)]
        elif chosen:
            self._found.setdefault(self._at, []).append(item)

    def after(self, at: int) -> list[_Entry]:
        """What goes behind an entry."""
        return self._found.get(at, [])[:]
