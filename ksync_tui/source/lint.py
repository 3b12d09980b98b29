"""Values that Komodo stores and then fails on, or that do nothing. Warnings only: what Komodo accepts is accepted.

A field says with `Holds` what sort of value it has; each sort has a check, which knows the value and its table.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.source.lint_docker import image, ports, push_targets, registry_account, registry_provider, volumes
from ksync_tui.source.lint_git import branch, git_provider, repository
from ksync_tui.source.lint_schedule import date, hour, minute, schedule, time_zone
from ksync_tui.source.lint_script import compose_wrapper, script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ksync_tui.model.kinds.accept import Path
    from ksync_tui.source.lint_script import Flaw


_REFERENCE = re.compile(r"\[\[[^\[\]\n]+\]\]")
_NOT_REPLACED = "write the value itself, or leave the field out: then live keeps its value"


class Warned(NamedTuple):
    """A value that cannot work: its path of field names, why, and what to do."""

    path: Path
    message: str
    hint: str


def lint(resource: Table) -> Iterator[Warned]:
    """Everything in a resource, as far as the file gives it, that Komodo stores but that cannot work."""
    yield from _in_table(resource, ())


def _in_table(table: Table, path: Path) -> Iterator[Warned]:
    if isinstance(table, Choice):
        yield from _in_table(table.params, (*path, "params"))
        return
    values, given = table.__dict__, table.__pydantic_fields_set__
    for field in _fields(type(table)):
        if field.name in given:
            yield from _in_field(field, values[field.name], table, (*path, field.name))


def _in_field(field: FieldSchema, value: Any, table: Table, path: Path) -> Iterator[Warned]:
    if field.secret and not field.interpolated and isinstance(value, str) and _REFERENCE.search(value):
        yield Warned(path, f"{field.key!r} has [[...]], which Komodo does not replace here", _NOT_REPLACED)
    if field.holds is not None and value:
        for below, message, hint in _CHECKS[field.holds](value, table):
            yield Warned((*path, *below), f"{field.key!r} {message}", hint)
    if isinstance(value, Table):
        yield from _in_table(value, path)
    elif field.table is not None and field.many:
        for at, entry in enumerate(value):
            yield from _in_table(entry, (*path, at))


@cache
def _fields(model: type[Table]) -> tuple[FieldSchema, ...]:
    """The fields of a table that are looked at, themselves or somewhere inside."""
    return tuple(field for field in schema(model) if field.holds is not None or field.secret or _worth(field.table))


def _worth(table: type[Table] | None) -> bool:
    if table is None or table is Table:
        return False
    if issubclass(table, Choice):
        return any(_fields(params) for params in table.variants.values())
    return bool(_fields(table))


def _files(value: list[Any], table: Table) -> Iterator[Flaw]:
    for at, entry in enumerate(value):
        name = entry if isinstance(entry, str) else entry.path
        if not name.strip():
            yield (at,), "has a blank entry: Komodo finds no file there and does not deploy", "remove the blank entry"


def _url(value: str, table: Table) -> Iterator[Flaw]:
    if not value.startswith(("http://", "https://")) and "[[" not in value:
        yield (), "is not an address: Komodo cannot send to it", "begin it with https:// or http://"


_CHECKS: Mapping[str, Callable[[Any, Any], Iterator[Flaw]]] = {
    "branch": branch,
    "compose_wrapper": compose_wrapper,
    "date": date,
    "files": _files,
    "git_provider": git_provider,
    "hour": hour,
    "image": image,
    "minute": minute,
    "ports": ports,
    "push_targets": push_targets,
    "registry_account": registry_account,
    "registry_provider": registry_provider,
    "repository": repository,
    "schedule": schedule,
    "script": script,
    "time_zone": time_zone,
    "url": _url,
    "volumes": volumes,
}
