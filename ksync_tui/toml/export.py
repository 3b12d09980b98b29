"""Resources as TOML, in the format of Komodo's export (semantics d) without its faults (h.7, h.8). Pure.

What is written reads back as the same resource, always; where Komodo's text does that too, it is Komodo's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.user_group import Permission, UserGroup
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import Target
from ksync_tui.model.secrets import names_only
from ksync_tui.toml import render
from ksync_tui.toml.plain import Plain, differing, whole

SEPARATOR = "\n\n##\n\n"


def export(resources: Iterable[tuple[Target, Resource]], *, secrets: bool = False) -> str:
    """The text of a whole file: kinds in Komodo's order, inside a kind as given; no newline at the end (semantics d).

    Without `secrets`, secret values are left out; a secret variable without a value is managed elsewhere.
    """
    ranks = {kind: rank for rank, kind in enumerate(KINDS)}
    ordered = sorted(resources, key=lambda entry: ranks[entry[0].kind])
    return SEPARATOR.join(export_block(resource, target.kind, secrets=secrets) for target, resource in ordered)


def export_block(resource: Resource, kind: str, *, secrets: bool) -> str:
    """One block as Komodo's own export writes it (semantics d), from its header to its last key.

    Defaults are left out. Without a newline at the end but for an empty config's. Without `secrets` their fields are
    left out: see `writeback.left_out` for what is said of them.
    """
    return "\n".join([f"[[{kind}]]", *_body(resource, kind, secrets)])


def _body(resource: Resource, kind: str, secrets: bool) -> Iterator[str]:
    table = differing(resource, secrets=secrets)
    if isinstance(resource, UserGroup):
        yield from _group(resource, table)
    elif isinstance(resource, Variable):
        yield from _variable(resource, table, secrets)
    else:
        table.pop("config", None)
        yield from render.lines(table)
        yield from _config(kind, differing(resource.settings, secrets=secrets))


def _config(kind: str, config: Plain) -> Iterator[str]:
    if kind != "procedure":
        yield f"[{kind}.config]"
        yield "\n".join(render.lines(config))
        return
    stages = config.pop("stage", [])
    yield from render.lines({"config": _last_first(config) if stages else config} if config else {})
    for stage in stages:
        yield "\n[[procedure.config.stage]]"
        yield from _stage(stage)


def _last_first(config: Plain) -> Plain:
    """Komodo takes the stages, the first key, out by putting the last in their place."""
    return dict([*list(config.items())[-1:], *list(config.items())[:-1]])


def _stage(stage: Plain) -> Iterator[str]:
    """A stage has one execution per line, however short (semantics d)."""
    executions = stage.pop("executions", [])
    yield from render.lines(stage)
    yield f"executions = {render.listed(executions, limit=0)}"


def _variable(variable: Variable, table: Plain, secrets: bool) -> Iterator[str]:
    if variable.is_secret and not secrets and not names_only(variable.value):
        table.pop("value", None)
    return render.lines({**table, "is_secret": variable.is_secret})


def _group(group: UserGroup, table: Plain) -> Iterator[str]:
    """`all` has a line per kind, a bare level where that says everything (semantics d)."""
    permissions = table.pop("permissions", None)
    table.pop("all", None)
    yield from render.lines(table)
    for kind, permission in group.all.items():
        if permission.level != "None" or permission.specific:
            yield f"all.{kind} = {render.value(_granted(permission))}"
    yield from render.lines({"permissions": permissions})


def _granted(permission: Permission) -> Any:
    return whole(permission, secrets=True) if permission.specific else permission.level
