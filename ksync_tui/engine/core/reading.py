"""Everything that is live in a Core, in a few requests at the same time (semantics a.6, b)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.loop import together
from ksync_tui.engine.core.names import RESOURCE_KINDS, TAG, USER, Directory, oid, plural
from ksync_tui.engine.core.wire import Json, group_values, values_of, variable_values
from ksync_tui.errors import ForbiddenError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target

EVERYTHING = {"limit": 0}
_WITH_STATES = ("server", "stack", "deployment", "build")
"""Kinds whose list items say more than the full resource: what runs, and how."""


@dataclass(slots=True)
class CoreReading:
    """All that was read at one moment."""

    directory: Directory = field(default_factory=Directory)
    values: dict[Target, Json] = field(default_factory=dict)
    """Per target what the model is built from (see `wire`)."""
    info: dict[Target, Mapping[str, Any]] = field(default_factory=dict)
    """What a full resource says beside its config."""
    states: dict[Target, Mapping[str, Any]] = field(default_factory=dict)
    """The `info` of list items: state, image, version."""


async def read_all(client: Client) -> CoreReading:
    """Reads all kinds, tags, variables, user groups with their permissions, and states.

    All of it each time: no request tells of several kinds, list items do not say when they were changed, and neither
    tags, rights, what is beside a config nor states leave an update (semantics a.5, a.8, b).
    """
    reads: list[Any] = await together(
        together(*(client.read(f"ListFull{plural(kind.title)}", **EVERYTHING) for kind in RESOURCE_KINDS)),
        together(*(client.read(f"List{plural(KINDS[kind].title)}", **EVERYTHING) for kind in _WITH_STATES)),
        client.read("ListTags"),
        client.read("ListVariables"),
        users_of(client),
        _groups(client),
    )
    full, states, tags, variables, users, groups = reads
    found = CoreReading()
    directory = found.directory
    directory.learn(TAG, ((oid(tag), tag["name"]) for tag in tags))
    directory.learn(USER, users or ())
    directory.admin = users is not None
    directory.learn("user_group", ((oid(group), group["name"]) for group, _ in groups))
    for kind, raws in zip(RESOURCE_KINDS, full, strict=True):
        directory.learn(kind.name, ((oid(raw), raw["name"]) for raw in raws))
    for kind, raws in zip(RESOURCE_KINDS, full, strict=True):
        for raw in raws:
            target = Target(kind.name, raw["name"])
            found.values[target] = values_of(kind.name, raw, directory)
            found.info[target] = raw.get("info") or {}
    found.values |= {Target("variable", raw["name"]): variable_values(raw, directory) for raw in variables}
    found.values |= {
        Target("user_group", raw["name"]): group_values(raw, granted, directory) for raw, granted in groups
    }
    for name, items in zip(_WITH_STATES, states, strict=True):
        found.states |= {Target(name, item["name"]): item.get("info") or {} for item in items}
    return found


async def users_of(client: Client) -> list[tuple[str, str]] | None:
    """Ids and names of all users; None for who is no admin. Nothing else of a user is kept (semantics i)."""
    try:
        return [(oid(user), user["username"]) for user in await client.read("ListUsers")]
    except ForbiddenError:
        return None


async def _groups(client: Client) -> list[tuple[Json, list[Json]]]:
    groups = await client.read("ListUserGroups")
    return list(zip(groups, await together(*(granted_to(client, group) for group in groups)), strict=True))


async def granted_to(client: Client, group: Json) -> list[Json]:
    """The permissions of a group on single resources; only by its id (semantics b.3)."""
    try:
        found = await client.read("ListUserTargetPermissions", user_target={"type": "UserGroup", "id": oid(group)})
    except ForbiddenError:
        return []
    return list(found)
