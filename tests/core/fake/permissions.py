"""Who may do what: levels by base, kind and target, of a user and the groups they are in (semantics b.3, i)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import RefusedError, failed
from tests.core.fake.kinds import KINDS
from tests.core.fake.schema import ENUMS
from tests.core.fake.state import Group, Permission, Resource, User, shown

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

LEVELS = ENUMS["PermissionLevel"]
_ANYONE_CREATES = ("Stack", "Deployment", "Repo", "Procedure", "Swarm")


def find(core: FakeCore, title: str, name: str) -> Resource:
    """A resource by id or name, or Core's "Did not find any"."""
    resource = core.resources.get(name)
    if resource is not None and resource.title == title:
        return resource
    for resource in core.resources.values():
        if resource.title == title and resource.name == name:
            return resource
    raise failed(f"Did not find any {title} matching {name}")


def allowed(core: FakeCore, who: User, title: str, name: str, level: str) -> Resource:
    """A resource that the user may read, execute or write; raises Core's refusals."""
    resource = find(core, title, name)
    if LEVELS.index(level_on(core, who, resource)) < LEVELS.index(level):
        raise failed(f"User does not have required permissions on this {title}. Must have at least {level} permissions")
    return resource


def attachable(core: FakeCore, who: User, title: str, name: str) -> Resource:
    """A resource that the user may have another one refer to."""
    resource = allowed(core, who, title, name, "Read")
    if not who.admin and "Attach" not in specifics_on(core, who, resource):
        raise failed(
            f"User does not have required permissions on this {title}. "
            "Must have at least Read permissions, as well as these specific permissions: [Attach]"
        )
    return resource


def specifics_on(core: FakeCore, who: User, resource: Resource) -> set[str]:
    """The specific permissions a user has on a resource."""
    held = [resource.base_permission, *on_kind(core, who, resource.title), *on_target(core, who, resource.target)]
    return {name for entry in held for name in entry["specific"]}


def groups_of(core: FakeCore, who: User) -> list[Group]:
    """The groups a user is in."""
    return [group for group in core.groups.values() if group.everyone or who.id in group.users]


def on_kind(core: FakeCore, who: User, title: str) -> Iterator[Json]:
    """What a user may do with every resource of a kind."""
    for held in (who.all, *(group.all for group in groups_of(core, who))):
        if title in held:
            yield held[title]


def on_target(core: FakeCore, who: User, target: Json) -> Iterator[Json]:
    """What a user may do with one resource, by its id."""
    mine = {("User", who.id), *(("UserGroup", group.id) for group in groups_of(core, who))}
    for entry in core.permissions:
        if entry.resource_target == target and (entry.user_target["type"], entry.user_target["id"]) in mine:
            yield {"level": entry.level, "specific": entry.specific}


def level_on(core: FakeCore, who: User, resource: Resource) -> str:
    """The level a user has on a resource."""
    if who.admin:
        return "Write"
    held = [resource.base_permission, *on_kind(core, who, resource.title), *on_target(core, who, resource.target)]
    return max((entry["level"] for entry in held), key=LEVELS.index)


def visible(core: FakeCore, who: User, title: str) -> list[Resource]:
    """The resources of a kind that a user may read, by name."""
    return [resource for resource in core.of(title) if level_on(core, who, resource) != "None"]


def may_create(core: FakeCore, who: User, title: str) -> None:
    """Raise the 403 where a user may not make a resource of a kind."""
    flags = {"Server": who.create_servers, "Build": who.create_builds}
    anyone = title in _ANYONE_CREATES and not core.disable_non_admin_create
    if not (who.admin or anyone or flags.get(title, False)):
        raise RefusedError(403, f"User does not have permissions to create {title}.")


def admin_only(who: User, status: int, message: str) -> None:
    """Raise what a call for admins says to others: the texts differ from call to call."""
    if not who.admin:
        raise RefusedError(status, message)


def resolve(core: FakeCore, target: Json) -> Json:
    """A target by id or name as a target by id."""
    if target["type"] == "System":
        return {"type": "System", "id": "system"}
    return find(core, target["type"], target["id"]).target


def _holder(core: FakeCore, target: Json) -> User | Group:
    if target["type"] == "User":
        user = core.user_named(target["id"])
        if user is None:
            raise failed("No user found matching given id / username")
        return user
    return group_named(core, target["id"])


def group_named(core: FakeCore, name: str) -> Group:
    """A group by id or name."""
    for group in core.groups.values():
        if name in (group.id, group.name):
            return group
    raise failed(f"No user group found with name or id: {name}")


def set_on_target(core: FakeCore, user_target: Json, resource_target: Json, permission: Json) -> None:
    """One entry per holder and resource; None stays as an entry (semantics b.3)."""
    for entry in core.permissions:
        if entry.user_target == user_target and entry.resource_target == resource_target:
            entry.level, entry.specific = permission["level"], permission["specific"]
            return
    made = Permission(core.ids.next(), user_target, resource_target, permission["level"], permission["specific"])
    core.permissions.append(made)


@answers(
    "write", "UpdatePermissionOnTarget", "user_target:UserTarget resource_target:ResourceTarget permission:Permission"
)
def _on_target(core: FakeCore, who: User, p: Json) -> Json:
    admin_only(who, 500, "this method is admin only")
    holder = _holder(core, p["user_target"])
    user_target = {"type": p["user_target"]["type"], "id": holder.id}
    set_on_target(core, user_target, resolve(core, p["resource_target"]), p["permission"])
    return {}


@answers(
    "write",
    "UpdatePermissionOnResourceType",
    "user_target:UserTarget resource_type:ResourceTargetVariant permission:Permission",
)
def _on_type(core: FakeCore, who: User, p: Json) -> Json:
    admin_only(who, 500, "this method is admin only")
    _holder(core, p["user_target"]).all[p["resource_type"]] = p["permission"]
    return {}


@answers(
    "write",
    "UpdateUserBasePermissions",
    "user_id:str enabled:bool?=null create_servers:bool?=null create_builds:bool?=null",
)
def _base(core: FakeCore, who: User, p: Json) -> Json:
    admin_only(who, 403, "This call is admin only")
    user = core.users.get(p["user_id"])
    if user is None:
        raise failed("No user found matching given id / username")
    for name in ("enabled", "create_servers", "create_builds"):
        if p[name] is not None:
            setattr(user, name, p[name])
    return {}


@answers("read", "ListUserTargetPermissions", "user_target:UserTarget")
def _of_holder(core: FakeCore, who: User, p: Json) -> list[Json]:
    admin_only(who, 500, "this method is admin only")
    return [entry.as_json() for entry in core.permissions if entry.user_target == p["user_target"]]


@answers("read", "ListPermissions")
def _own(core: FakeCore, who: User, p: Json) -> list[Json]:
    mine = {"type": "User", "id": who.id}
    return [entry.as_json() for entry in core.permissions if entry.user_target == mine]


@answers("read", "GetPermission", "target:ResourceTarget")
def _get(core: FakeCore, who: User, p: Json) -> object:
    if who.admin:
        return {"level": "Write", "specific": list(ENUMS["SpecificPermission"])}
    title = p["target"]["type"]
    base = find(core, title, p["target"]["id"]).base_permission
    held = [base, *on_kind(core, who, title), *on_target(core, who, p["target"])]
    level = max((entry["level"] for entry in held), key=LEVELS.index, default="None")
    specific = list(dict.fromkeys(name for entry in held for name in entry["specific"]))
    return shown({"level": level, "specific": specific})


def created_by(core: FakeCore, who: User, resource: Resource) -> None:
    """Whoever made a resource may do everything with it."""
    if not who.admin:
        permission = {"level": "Write", "specific": list(ENUMS["SpecificPermission"])}
        set_on_target(core, {"type": "User", "id": who.id}, resource.target, permission)


def forget(core: FakeCore, target: Json) -> None:
    """A resource is gone: so is what was allowed on it, and its place in alerters."""
    core.permissions[:] = [entry for entry in core.permissions if entry.resource_target != target]
    for resource in core.of("Alerter"):
        for name in ("resources", "except_resources"):
            resource.config[name] = [entry for entry in resource.config[name] if entry != target]


assert set(_ANYONE_CREATES) <= set(KINDS)
