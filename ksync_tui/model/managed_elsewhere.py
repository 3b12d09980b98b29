"""Secrets that a file leaves out are managed elsewhere: what live has stays (architecture rule 9). Pure.

The rule: a secret without a value in a file, left out or at its default, is neither planned to that default nor taken
for an edit; an update keeps live's value. A file that gives a value manages it. It holds for every field that the model
marks secret, at any depth, and for the value of a secret variable (`Variable.unmanaged`). Entries of a list belong
together when all but their secrets is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldSchema, Table, canonical
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.secrets import may_hold_secrets

T = TypeVar("T", bound=Table)


def with_live_secrets(declared: T, live: Table) -> T:
    """What a file declares, with the secrets that it gives no value for as live has them."""
    if not _of_one_shape(declared, live):
        return declared
    return _changed(declared, lambda field: _filled(field, declared.__dict__[field.name], live.__dict__[field.name]))


def without_left_out(live: T, declared: Table) -> T:
    """What live has, without the secrets that the file leaves out and goes on leaving out."""
    if not _of_one_shape(live, declared):
        return without_secrets(live)
    return _changed(live, lambda field: _emptied(field, live.__dict__[field.name], declared.__dict__[field.name]))


def without_secrets(table: T) -> T:
    """The table with every secret at its default."""
    return _changed(table, lambda field: _bare(field, table.__dict__[field.name]))


def _changed(table: T, value_of: Callable[[FieldSchema], Any]) -> T:
    if isinstance(table, Variable):
        return table
    values = {field.name: value_of(field) for field in _fields(table)}
    new = {name: value for name, value in values.items() if value is not table.__dict__[name]}
    return table.model_copy(update=new) if new else table


def _fields(table: Table) -> Iterator[FieldSchema]:
    return (field for field in may_hold_secrets(type(table)) if not (field.secret and field.required))


def _of_one_shape(table: Table, other: Table) -> bool:
    if isinstance(table, Choice) and isinstance(other, Choice):
        return table.type == other.type
    return type(table) is type(other)


def _filled(field: FieldSchema, declared: Any, live: Any) -> Any:
    if field.secret:
        return live if declared == field.default else declared
    if isinstance(declared, Table) and isinstance(live, Table):
        return with_live_secrets(declared, live)
    return _list(declared, live, with_live_secrets, lambda entry: entry)


def _emptied(field: FieldSchema, live: Any, declared: Any) -> Any:
    if field.secret:
        return field.default if declared == field.default and live != declared else live
    if isinstance(live, Table):
        return without_left_out(live, declared) if isinstance(declared, Table) else without_secrets(live)
    return _list(live, declared, without_left_out, without_secrets)


def _bare(field: FieldSchema, value: Any) -> Any:
    if field.secret:
        return value if value == field.default else field.default
    if isinstance(value, Table):
        return without_secrets(value)
    return _list(value, (), without_left_out, without_secrets)


def _list(entries: Any, others: Any, paired: Callable[[Table, Table], Table], alone: Callable[[Table], Table]) -> Any:
    if not isinstance(entries, list):
        return entries
    left = list(others) if isinstance(others, Sequence) else []
    found = [_entry(entry, left, paired, alone) for entry in entries]
    same = all(new is old for new, old in zip(found, entries, strict=True))
    return entries if same else found


def _entry(
    entry: Any, left: list[Any], paired: Callable[[Table, Table], Table], alone: Callable[[Table], Table]
) -> Any:
    if not isinstance(entry, Table):
        return entry
    known = canonical(without_secrets(entry))
    for at, other in enumerate(left):
        if type(other) is type(entry) and canonical(without_secrets(other)) == known:
            return paired(entry, left.pop(at))
    return alone(entry)
