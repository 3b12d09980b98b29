"""Users and user groups (semantics b.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import failed
from tests.core.fake.permissions import admin_only, group_named, groups_of
from tests.core.fake.state import SERVICE_USERS, Group, User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore


@answers("read", "ListUsers", 'service_users:str="Exclude"')
def _users(core: FakeCore, who: User, p: Json) -> list[Json]:
    admin_only(who, 500, "this route is only accessable by admins")
    return [user.as_json() for user in sorted(core.users.values(), key=lambda user: user.username)]


@answers("read", "FindUser", "user:str")
def _find(core: FakeCore, who: User, p: Json) -> Json:
    admin_only(who, 500, "this method is admin only")
    return _user(core, p["user"]).as_json("$2b$10$not.a.real.hash")


@answers("read", "GetUsername", "user_id:str")
def _username(core: FakeCore, who: User, p: Json) -> Json:
    if p["user_id"] not in core.users and p["user_id"] not in SERVICE_USERS:
        raise failed("no user found with id")
    return {"username": core.username(p["user_id"]), "avatar": None}


def _user(core: FakeCore, name: str) -> User:
    user = core.user_named(name)
    if user is None:
        raise failed("No user found matching given id / username")
    return user


@answers("read", "ListUserGroups")
def _list(core: FakeCore, who: User, p: Json) -> list[Json]:
    found = list(core.groups.values()) if who.admin else groups_of(core, who)
    return [group.as_json() for group in sorted(found, key=lambda group: group.name)]


@answers("read", "GetUserGroup", "user_group:str")
def _get(core: FakeCore, who: User, p: Json) -> Json:
    group = group_named(core, p["user_group"])
    if not who.admin and group not in groups_of(core, who):
        raise failed(f"No user group found with name or id: {p['user_group']}")
    return group.as_json()


def create(core: FakeCore, name: str) -> Group:
    """A new group."""
    if any(group.name == name for group in core.groups.values()):
        raise failed("Failed to create UserGroup on db", f"a group named {name} exists")
    made = Group(core.ids.next(), name, updated_at=core.clock.now())
    core.groups[made.id] = made
    return made


def set_users(core: FakeCore, group: Group, names: list[str]) -> None:
    """The users of a group; unknown names are dropped without a word."""
    found = (core.user_named(name) for name in names)
    group.users = list(dict.fromkeys(user.id for user in found if user))


def delete(core: FakeCore, group: Group) -> None:
    """A group ends, and what was allowed to it."""
    del core.groups[group.id]
    target = {"type": "UserGroup", "id": group.id}
    core.permissions[:] = [entry for entry in core.permissions if entry.user_target != target]


def _by_id(core: FakeCore, id_: str) -> Group:
    if not re.fullmatch("[0-9a-fA-F]{24}", id_):
        raise failed(
            "failed to query db for UserGroups",
            "id is not ObjectId",
            f'provided hex string representation must be exactly 12 bytes, instead got: "{id_}", length {len(id_)}',
        )
    return group_named(core, id_)


def _admin(who: User) -> None:
    admin_only(who, 403, "This call is admin only")


@answers("write", "CreateUserGroup", "name:str")
def _create(core: FakeCore, who: User, p: Json) -> Json:
    _admin(who)
    return create(core, p["name"]).as_json()


@answers("write", "RenameUserGroup", "id:str name:str")
def _rename(core: FakeCore, who: User, p: Json) -> Json:
    _admin(who)
    group = _by_id(core, p["id"])
    group.name = p["name"]
    return group.as_json()


@answers("write", "DeleteUserGroup", "id:str")
def _delete(core: FakeCore, who: User, p: Json) -> Json:
    _admin(who)
    group = _by_id(core, p["id"])
    delete(core, group)
    return group.as_json()


@answers("write", "AddUserToUserGroup", "user_group:str user:str")
def _add(core: FakeCore, who: User, p: Json) -> Json:
    _admin(who)
    group = group_named(core, p["user_group"])
    user = _user(core, p["user"])
    group.users = list(dict.fromkeys([*group.users, user.id]))
    return group.as_json()


@answers("write", "RemoveUserFromUserGroup", "user_group:str user:str")
def _remove(core: FakeCore, who: User, p: Json) -> Json:
    _admin(who)
    group = group_named(core, p["user_group"])
    user = _user(core, p["user"])
    group.users = [id_ for id_ in group.users if id_ != user.id]
    return group.as_json()


@answers("write", "SetUsersInUserGroup", "user_group:str users:list[str]")
def _set(core: FakeCore, who: User, p: Json) -> Json:
    _admin(who)
    group = group_named(core, p["user_group"])
    set_users(core, group, p["users"])
    return group.as_json()


@answers("write", "SetEveryoneUserGroup", "user_group:str everyone:bool")
def _everyone(core: FakeCore, who: User, p: Json) -> Json:
    _admin(who)
    group = group_named(core, p["user_group"])
    group.everyone = p["everyone"]
    return group.as_json()
