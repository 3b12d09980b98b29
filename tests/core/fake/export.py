"""Resources, variables and groups as TOML (semantics d), and the requests that answer it (semantics b.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.core.fake import pretty
from tests.core.fake.clauses import Json, answers
from tests.core.fake.kinds import KINDS
from tests.core.fake.permissions import allowed, group_named, groups_of, visible
from tests.core.fake.references import by_name
from tests.core.fake.schema import NO_VERSION, tables
from tests.core.fake.state import Group, Resource, User, Variable, shown
from tests.core.fake.tags import tag_named, tag_names

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

ORDER = (
    "Server",
    "Swarm",
    "Stack",
    "Deployment",
    "Build",
    "Repo",
    "Procedure",
    "Action",
    "Alerter",
    "Builder",
    "ResourceSync",
)


def block(core: FakeCore, resource: Resource, deploy: bool = False, after: list[str] | None = None) -> str:
    """One resource as its TOML block."""
    meta = {
        "name": resource.name,
        "description": resource.description,
        "template": resource.template or None,
        "tags": tag_names(core, resource.tags) or None,
        "deploy": deploy or None,
        "after": after or None,
    }
    return written(resource.title, meta, named(core, resource.title, resource.config))


def named(core: FakeCore, title: str, config: Json) -> Json:
    """A config with names for ids, as it is compared and exported; alerter targets too (semantics h.12)."""
    found = by_name(core, KINDS[title], config)
    for key in ("resources", "except_resources") if title == "Alerter" else ():
        found[key] = [{"type": entry["type"], "id": _name(core, entry)} for entry in found[key]]
    return found


def _name(core: FakeCore, target: Json) -> str:
    held = core.resources.get(target["id"])
    return held.name if held is not None and held.title == target["type"] else ""


def written(title: str, meta: Json, config: Json) -> str:
    """A block from its meta keys and its complete config with names."""
    header = KINDS[title].header
    head = f"[[{header}]]\n{pretty.lines(meta)}"
    if title == "Procedure":
        return head + _procedure(config)
    body = _builder(config) if title == "Builder" else pretty.lines(_exported(title, config))
    return f"{head}\n[{header}.config]\n{body}"


def _exported(title: str, config: Json) -> Json:
    """Only what differs from the default, under the names of files."""
    found: Json = {}
    for field in KINDS[title].fields:
        held = config[field.name]
        default = False if field.name == "send_unhealthy_alerts" else field.default
        if held == default or (field.name == "version" and config["auto_increment_version"]):
            continue
        found[field.key] = _value(field.name, held)
    return found


def _value(name: str, held: Any) -> Any:
    if name == "version":
        return version(held)
    if name == "image" and held["type"] == "Build":
        params = held["params"]
        pinned = {"version": version(params["version"])} if params["version"] != NO_VERSION else {}
        return {"type": "Build", "params": {**pinned, "build": params["build_id"]}}
    return held


def version(held: Json) -> str:
    """A version as text."""
    return f"{held['major']}.{held['minor']}.{held['patch']}"


def _builder(config: Json) -> str:
    fields = tables()[f"builder.{config['type']}"]
    params = {
        field.key: config["params"][field.name] for field in fields if config["params"][field.name] != field.default
    }
    return pretty.lines({"type": config["type"], "params": params}) + ("" if params else "\nparams = {}")


def _procedure(config: Json) -> str:
    keys = {
        field.name: config[field.name] for field in KINDS["Procedure"].fields if config[field.name] != field.default
    }
    stages = _taken_out(keys, "stages")
    text = "\n" + pretty.lines(keys, "config.") if keys else ""
    return text + "".join("\n\n[[procedure.config.stage]]\n" + pretty.lines(stage, keep_empty=True) for stage in stages)


def _taken_out(keys: Json, name: str) -> Any:
    """Core takes a key out by putting the last one in its place."""
    if name not in keys:
        return []
    rest = [key for key in keys if key != name]
    held, moved = keys[name], rest[-1:] + rest[:-1]
    values = dict(keys)
    keys.clear()
    keys.update({key: values[key] for key in moved})
    return held


def variable(held: Variable, admin: bool = True) -> str:
    """A variable as its block."""
    seen = held.as_json(admin)
    table = {key: seen.get(key) for key in ("name", "description", "value", "is_secret")}
    return f"[[variable]]\n{pretty.lines(table)}"


def group_table(core: FakeCore, group: Group) -> Json:
    """A group as files write it."""
    users = sorted(core.username(id_) for id_ in group.users if id_ in core.users)
    held = [entry for entry in core.permissions if entry.user_target == {"type": "UserGroup", "id": group.id}]
    permissions: list[Json] = [
        {
            "target": {"type": entry.resource_target["type"], "id": _name(core, entry.resource_target)},
            "level": entry.level,
            "specific": entry.specific or None,
        }
        for entry in held
    ]
    permissions.sort(key=lambda entry: (list(KINDS).index(entry["target"]["type"]), entry["target"]["id"]))
    return {
        "name": group.name,
        "everyone": group.everyone,
        "users": [] if group.everyone else users,
        "all": {kind: shown(held) for kind, held in group.all.items() if held["level"] != "None" or held["specific"]},
        "permissions": permissions,
    }


def group_block(table: Json) -> str:
    """A group's block from its table."""
    lines = [pretty.lines({"name": table["name"], "everyone": table["everyone"] or None})]
    if table["users"]:
        lines.append(f"users = {pretty.value(table['users'])}")
    lines += [f"all.{kind} = {pretty.value(held)}" for kind, held in table["all"].items()]
    if table["permissions"]:
        lines.append(f"permissions = {pretty.value(table['permissions'])}")
    return "[[user_group]]\n" + "\n".join(lines)


def is_exported(resource: Resource) -> bool:
    """Whether a sync resource counts at all (semantics c.3)."""
    config = resource.config
    if resource.title != "ResourceSync":
        return True
    return not config["file_contents"] and bool(config["files_on_host"] or config["repo"] or config["linked_repo"])


def everything(core: FakeCore, who: User, p: Json) -> list[str]:
    """The blocks of all that a user sees, narrowed by tags and switches."""
    tags = [tag_named(core, name).id for name in p.get("tags") or ()]
    kept = [
        resource
        for title in ORDER
        for resource in visible(core, who, title)
        if is_exported(resource) and all(tag in resource.tags for tag in tags)
    ]
    blocks = [_with_existing(core, resource, p.get("existing")) for resource in kept if p["include_resources"]]
    if p["include_variables"]:
        blocks += [variable(core.variables[name], who.admin) for name in sorted(core.variables)]
    if p["include_user_groups"]:
        groups = list(core.groups.values()) if who.admin else groups_of(core, who)
        blocks += [group_block(group_table(core, group)) for group in sorted(groups, key=lambda group: group.name)]
    return blocks


def _with_existing(core: FakeCore, resource: Resource, existing: Json | None) -> str:
    for entry in (existing or {}).get(resource.kind.header + "s", ()):
        if entry.get("name") == resource.name:
            return block(core, resource, entry.get("deploy", False), entry.get("after"))
    return block(core, resource)


@answers(
    "read",
    "ExportAllResourcesToToml",
    "include_resources:bool=true tags:list[str]=[] include_variables:bool=false include_user_groups:bool=false"
    " existing:object?=null",
)
def _all(core: FakeCore, who: User, p: Json) -> Json:
    return {"toml": pretty.joined(everything(core, who, p))}


@answers(
    "read",
    "ExportResourcesToToml",
    "targets:list[ResourceTarget]=[] user_groups:list[str]=[] include_variables:bool=false existing:object?=null",
)
def _some(core: FakeCore, who: User, p: Json) -> Json:
    found = [allowed(core, who, target["type"], target["id"], "Read") for target in p["targets"]]
    found.sort(key=lambda resource: ORDER.index(resource.title))
    blocks = [_with_existing(core, resource, p["existing"]) for resource in found if is_exported(resource)]
    if p["include_variables"]:
        blocks += [variable(core.variables[name], who.admin) for name in sorted(core.variables)]
    blocks += [group_block(group_table(core, group_named(core, name))) for name in p["user_groups"]]
    return {"toml": pretty.joined(blocks)}
