"""User groups in a sync (semantics c.9): patterns expanded, lists sorted, compared and carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.fake import export, groups
from tests.core.fake.clauses import Json
from tests.core.fake.errors import BLUE, DIM, END, GREEN, RED, bold
from tests.core.fake.kinds import KINDS
from tests.core.fake.patterns import matches
from tests.core.fake.permissions import find, set_on_target
from tests.core.fake.state import Group, Resource, shown
from tests.core.fake.sync_diff import as_tuple, deletes, kind_order
from tests.core.fake.sync_files import INFO
from tests.core.fake.sync_toml import Found

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore


def prepared(core: FakeCore, declared: Json, sort: bool) -> Json:
    """A declared group with its permissions spelled out; sorted where it is compared."""
    entries = [entry for entry in declared["permissions"] if entry["level"] != "None"]
    permissions = [found for entry in entries for found in _expanded(core, entry)]
    permissions.sort(key=lambda entry: (kind_order(entry["target"]["type"]), entry["target"]["id"]))
    users = [] if declared["everyone"] else list(declared["users"])
    return {
        "name": declared["name"],
        "everyone": declared["everyone"],
        "users": sorted(users) if sort else users,
        "all": {
            kind: shown(held) for kind, held in declared["all"].items() if held["level"] != "None" or held["specific"]
        },
        "permissions": permissions,
    }


def _expanded(core: FakeCore, entry: Json) -> list[Json]:
    title, pattern = entry["target"]["type"], entry["target"]["id"]
    if title == "System" or not pattern:
        return []
    names = [resource.name for resource in core.of(title) if matches(pattern, resource.name)]
    rest = {"level": entry["level"], "specific": entry["specific"] or None}
    return [{"target": {"type": title, "id": name}, **rest} for name in names]


def _named(core: FakeCore, name: str) -> Group | None:
    return next((group for group in core.groups.values() if group.name == name), None)


def _current(core: FakeCore, group: Group) -> Json:
    table = export.group_table(core, group)
    table["permissions"] = [entry for entry in table["permissions"] if entry["level"] != "None"]
    table["all"] = dict(sorted(table["all"].items()))
    return table


def _gone(core: FakeCore, sync: Resource, found: Found) -> list[Group]:
    names = {entry["name"] for entry in found.groups}
    kept = sorted(core.groups.values(), key=lambda group: group.name)
    return [group for group in kept if deletes(sync) and group.name not in names]


def pending(core: FakeCore, sync: Resource, found: Found) -> list[Json]:
    """All `user_group_updates`."""
    if not sync.config["include_user_groups"]:
        return []
    updates: list[Json] = [
        {"type": "Delete", "data": {"current": export.group_block(_current(core, group))}}
        for group in _gone(core, sync, found)
    ]
    for declared in found.groups:
        group = _named(core, declared["name"])
        wanted = prepared(core, declared, sort=group is not None)
        text = export.group_block(wanted)
        if group is None:
            updates.append({"type": "Create", "data": {"name": declared["name"], "proposed": text}})
        elif not _same(wanted, current := _current(core, group)):
            data = {"proposed": text, "current": export.group_block(current)}
            updates.append({"type": "Update", "data": data})
    return updates


def _same(wanted: Json, current: Json) -> bool:
    lists = ([as_tuple(entry) for entry in table["permissions"]] for table in (wanted, current))
    one, other = lists
    return one == other and all(wanted[key] == current[key] for key in ("users", "everyone", "all"))


def run(core: FakeCore, sync: Resource, found: Found) -> list[str]:
    """Carry it out; the lines of the log, none where nothing was to do."""
    lines: list[str] = []
    for declared in found.groups:
        lines += _one(core, declared)
    for group in _gone(core, sync, found):
        groups.delete(core, group)
        lines.append(f"{INFO}: {RED}deleted{END} user group '{bold(group.name)}'")
    return lines


def _one(core: FakeCore, declared: Json) -> list[str]:
    group = _named(core, declared["name"])
    fresh = group is None
    group = group or groups.create(core, declared["name"])
    wanted, current = prepared(core, declared, sort=True), _current(core, group)
    name = bold(group.name)
    lines = [f"{INFO}: {GREEN}created{END} user group '{name}'"] if fresh else []
    said = f"{INFO}: {BLUE}updated{END} user group '{name}'"
    if fresh or wanted["users"] != current["users"]:
        groups.set_users(core, group, wanted["users"])
        lines.append(f"{said} users")
    if fresh or wanted["everyone"] != current["everyone"]:
        group.everyone = wanted["everyone"]
        lines.append(f"{said} everyone")
    lines += [f"{said} base permissions on {kind}" for kind in _levels(group, declared, wanted, current)]
    return lines + [f"{said} permissions | {text}" for text in _permissions(core, group, wanted, current)]


def _levels(group: Group, declared: Json, wanted: Json, current: Json) -> list[str]:
    changed = sorted(kind for kind in KINDS if wanted["all"].get(kind) != current["all"].get(kind))
    for kind in changed:
        group.all[kind] = declared["all"].get(kind, {"level": "None", "specific": []})
    return changed


def _permissions(core: FakeCore, group: Group, wanted: Json, current: Json) -> list[str]:
    held = {as_tuple(entry) for entry in current["permissions"]}
    names = {as_tuple(entry)[:2] for entry in wanted["permissions"]}
    todo = [entry for entry in wanted["permissions"] if as_tuple(entry) not in held]
    off = [entry for entry in current["permissions"] if as_tuple(entry)[:2] not in names]
    todo += [{**entry, "level": "None", "specific": None} for entry in off]
    return [_grant(core, group, entry) for entry in todo]


def _grant(core: FakeCore, group: Group, entry: Json) -> str:
    target, specific = entry["target"], entry["specific"] or []
    resource = find(core, target["type"], target["id"])
    holder = {"type": "UserGroup", "id": group.id}
    set_on_target(core, holder, resource.target, {"level": entry["level"], "specific": specific})
    parts = (
        f'{DIM}target{END}: {target["type"]}("{target["id"]}")',
        f"{DIM}level{END}: {entry['level']}",
        f"{DIM}specific{END}: {', '.join(specific)}",
    )
    return " | ".join(parts)
