"""Values that Komodo stores and then fails on, or that do nothing. Warnings only: what Komodo accepts is accepted.

A field says with `Holds` what sort of value it has; each sort has a check, which knows the value and its table.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.rules import Rule
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
    """A value that cannot work: the rule, its path of field names, why, and what to do."""

    rule: Rule
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
        message = f"{field.key!r} has [[...]], which Komodo does not replace here"
        yield Warned(Rule.NOT_INTERPOLATED, path, message, _NOT_REPLACED)
    if field.holds is not None and value:
        rule, check = _CHECKS[field.holds]
        for below, message, hint in check(value, table):
            yield Warned(rule, (*path, *below), f"{field.key!r} {message}", hint)
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


_CHECKS: Mapping[str, tuple[Rule, Callable[[Any, Any], Iterator[Flaw]]]] = {
    "branch": (Rule.INVALID_BRANCH, branch),
    "compose_wrapper": (Rule.COMPOSE_WRAPPER, compose_wrapper),
    "date": (Rule.INVALID_WINDOW, date),
    "files": (Rule.BLANK_PATH, _files),
    "git_provider": (Rule.INVALID_GIT_PROVIDER, git_provider),
    "hour": (Rule.INVALID_WINDOW, hour),
    "image": (Rule.INVALID_IMAGE, image),
    "minute": (Rule.INVALID_WINDOW, minute),
    "ports": (Rule.INVALID_PORTS, ports),
    "push_targets": (Rule.INCOMPLETE_REGISTRY, push_targets),
    "registry_account": (Rule.INCOMPLETE_REGISTRY, registry_account),
    "registry_provider": (Rule.INCOMPLETE_REGISTRY, registry_provider),
    "repository": (Rule.INVALID_REPOSITORY, repository),
    "schedule": (Rule.INVALID_SCHEDULE, schedule),
    "script": (Rule.JOINED_LINES, script),
    "time_zone": (Rule.INVALID_TIME_ZONE, time_zone),
    "url": (Rule.INVALID_URL, _url),
    "volumes": (Rule.INVALID_VOLUMES, volumes),
}
