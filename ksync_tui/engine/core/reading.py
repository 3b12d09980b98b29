"""Everything that is live in a Core, in a few requests at the same time (semantics a.6, b)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.loop import together
from ksync_tui.engine.core.names import RESOURCE_KINDS, TAG, USER, Directory, oid, plural
from ksync_tui.engine.core.wire import Json, group_references, group_values, references, values_of, variable_values
from ksync_tui.errors import CoreError, CredentialsError, ForbiddenError, NoAnswerError, NotFoundError, RateLimitedError
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
    """Reads all kinds, tags, variables, user groups with their permissions, and states."""
    reads: list[Any] = await together(
        together(*(client.read(f"ListFull{plural(kind.title)}", **EVERYTHING) for kind in RESOURCE_KINDS)),
        together(*(client.read(f"List{_title(kind)}", **EVERYTHING) for kind in _WITH_STATES)),
        client.read("ListTags"),
        client.read("ListVariables"),
        _users(client),
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


async def read_one(client: Client, target: Target, directory: Directory) -> Json:
    """One resource as it is right now. Raises NotFoundError."""
    kind, name = target
    if kind == "variable":
        return variable_values(await _by_name(client, "Variable", "name", name), directory)
    if kind == "user_group":
        group = await _by_name(client, "UserGroup", "user_group", name)
        directory.add(kind, oid(group), group["name"])
        granted = await _granted(client, group)
        await _know(client, directory, group_references(group, granted))
        return group_values(group, granted, directory)
    raw = await client.read(f"Get{_TITLES[kind]}", **{_KEYS.get(kind, kind): name})
    directory.add(kind, oid(raw), raw["name"])
    await _know(client, directory, references(kind, raw))
    return values_of(kind, raw, directory)


async def _know(client: Client, directory: Directory, named: Iterable[tuple[str, str]]) -> None:
    """Reads names again where an id turned up that is new."""
    for kind in {kind for kind, one in named if not directory.knows(kind, one)}:
        await relearn(client, kind, directory)


async def _by_name(client: Client, title: str, key: str, name: str) -> Json:
    """A variable or user group. Of those Core has several ways to say that there is none, so the list decides."""
    try:
        return dict(await client.read(f"Get{title}", **{key: name}))
    except (NoAnswerError, CredentialsError, RateLimitedError):
        raise
    except CoreError as error:
        found = next((one for one in await client.read(f"List{plural(title)}") if one["name"] == name), None)
        if found is None:
            raise NotFoundError("not found", where=name, why=error.why) from error
        raise


async def read_info(client: Client, target: Target) -> Mapping[str, Any]:
    """What the list item of one resource says (`info`); empty where there is none."""
    found = await client.read(f"List{_title(target.kind)}", query={"names": [target.name]}, **EVERYTHING)
    return next((item.get("info") or {} for item in found if item["name"] == target.name), {})


async def relearn(client: Client, kind: str, directory: Directory) -> None:
    """Reads the names of a kind again, when an id turns up that is not known."""
    if kind == TAG:
        directory.learn(kind, ((oid(tag), tag["name"]) for tag in await client.read("ListTags")))
    elif kind == USER:
        directory.learn(kind, await _users(client) or ())
    else:
        directory.learn(kind, ((oid(raw), raw["name"]) for raw in await client.read(f"List{_title(kind)}", limit=0)))


async def _users(client: Client) -> list[tuple[str, str]] | None:
    """Ids and names of all users; None for who is no admin. Nothing else of a user is kept (semantics i)."""
    try:
        return [(oid(user), user["username"]) for user in await client.read("ListUsers")]
    except ForbiddenError:
        return None


async def _groups(client: Client) -> list[tuple[Json, list[Json]]]:
    groups = await client.read("ListUserGroups")
    return list(zip(groups, await together(*(_granted(client, group) for group in groups)), strict=True))


async def _granted(client: Client, group: Json) -> list[Json]:
    """The permissions of a group on single resources; only by its id (semantics b.3)."""
    try:
        found = await client.read("ListUserTargetPermissions", user_target={"type": "UserGroup", "id": oid(group)})
    except ForbiddenError:
        return []
    return list(found)


_TITLES = {kind.name: kind.title for kind in RESOURCE_KINDS}
_KEYS = {"resource_sync": "sync"}
"""The parameter that names a resource where it is not the kind itself (semantics b.1)."""


def _title(kind: str) -> str:
    return plural(_TITLES[kind])
