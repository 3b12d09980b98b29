"""Create, copy, update, rename and delete, and what each leaves in the updates (semantics b.1)."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.core.fake import deleting, export, refreshing, samples, updates
from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import RefusedError
from tests.core.fake.kinds import KINDS, Kind, container_name
from tests.core.fake.permissions import allowed, created_by, may_create
from tests.core.fake.references import by_id
from tests.core.fake.state import Resource, User
from tests.core.fake.tags import tag_ids

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")


def new_name(core: FakeCore, kind: Kind, name: str) -> str:
    """The name a new resource gets; raises for names Core refuses."""
    if not name.strip():
        raise RefusedError(400, "Must provide non-empty name for resource")
    if OBJECT_ID.fullmatch(name):
        raise RefusedError(400, "Valid ObjectIds cannot be used as names")
    name = kind.normalise(name)
    if any(resource.title == kind.title and resource.name == name for resource in core.resources.values()):
        raise RefusedError(409, f"Resource with name '{name}' already exists")
    return name


def stored(core: FakeCore, who: User, kind: Kind, raw: Any) -> Json:
    """What is kept of a config as given: references by id, some values cleaned."""
    return cleaned(kind, by_id(core, who, kind, kind.partial(raw, "params.config")))


def cleaned(kind: Kind, partial: Json) -> Json:
    """The clean-ups of single fields on every write."""
    if kind.title == "Builder":
        return partial
    for field in kind.fields:
        if "drop_blank" in field.flags and field.name in partial:
            partial[field.name] = [entry for entry in partial[field.name] if entry.strip()]
        if "container_name" in field.flags and partial.get(field.name):
            partial[field.name] = container_name(partial[field.name])
    return partial


def create(core: FakeCore, who: User, kind: Kind, name: str, raw: Any) -> Resource:
    """A new resource, its permission and its update."""
    may_create(core, who, kind.title)
    kind.partial(raw, "params.config")
    name = new_name(core, kind, name)
    config = kind.complete(stored(core, who, kind, raw))
    if kind.title == "Action" and "file_contents" not in (raw or {}):
        config["file_contents"] = samples.ACTION
    made = Resource(core.ids.next(), kind.title, name, config, kind.info(), updated_at=core.clock.now())
    core.resources[made.id] = made
    created_by(core, who, made)
    said = f"Created {kind.title}\nid: {made.id}\nname: {made.name}"
    logs = ((f"Create {kind.title}", said), ("Config", json.dumps(config, indent=2, ensure_ascii=False)))
    updates.record(core, who, f"Create{kind.title}", made.target, *logs)
    return made


def update(core: FakeCore, who: User, resource: Resource, raw: Any) -> None:
    """Only the keys given change; nothing changed leaves no update."""
    core.check_free(resource)
    partial = stored(core, who, resource.kind, raw)
    config = merged(resource, partial)
    if config == resource.config:
        return
    before = export.block(core, resource)
    resource.config = config
    after = {"prev_toml": before, "current_toml": export.block(core, resource)}
    updates.record(core, who, f"Update{resource.title}", resource.target, **after)


def merged(resource: Resource, partial: Json) -> Json:
    """A config with some of its keys replaced; a builder of another type starts anew."""
    if resource.title != "Builder":
        return {**resource.config, **deepcopy(partial)}
    return deepcopy(partial) if partial else resource.config


def rename(core: FakeCore, who: User, resource: Resource, name: str) -> Json:
    """Another name, by the same rules."""
    old = resource.name
    resource.name = new_name(core, resource.kind, name)
    resource.updated_at = core.clock.now()
    said = f"Renamed {resource.title} {resource.id} from {old} to {resource.name}"
    return updates.record(core, who, f"Rename{resource.title}", resource.target, (f"Rename {resource.title}", said))


def set_meta(core: FakeCore, who: User, resource: Resource, p: Json) -> None:
    """Description, template and tags, each only where given."""
    if p.get("description") is not None:
        resource.description = p["description"]
    if p.get("template") is not None:
        resource.template = p["template"]
    if p.get("tags") is not None:
        resource.tags = tag_ids(core, who, p["tags"])


def _answered(core: FakeCore, who: User, resource: Resource) -> Json:
    """The answer is from before the refresh that a write triggers (semantics i)."""
    answer = deepcopy(resource.as_json())
    refreshing.after_write(core, who, resource)
    return answer


def _register(kind: Kind) -> None:
    title = kind.title
    extra = " public_key:str?=null" if title == "Server" else ""

    @answers("write", f"Create{title}", f"name:str config:any=null{extra}")
    def _create(core: FakeCore, who: User, p: Json) -> Json:
        return _answered(core, who, create(core, who, kind, p["name"], p["config"]))

    @answers("write", f"Copy{title}", "name:str id:str")
    def _copy(core: FakeCore, who: User, p: Json) -> Json:
        source = allowed(core, who, title, p["id"], "Read")
        return _answered(core, who, create(core, who, kind, p["name"], deepcopy(source.config)))

    @answers("write", f"Update{title}", "id:str config:any")
    def _update(core: FakeCore, who: User, p: Json) -> Json:
        kind.partial(p["config"], "params.config")
        resource = allowed(core, who, title, p["id"], "Write")
        update(core, who, resource, p["config"])
        return _answered(core, who, resource)

    @answers("write", f"Rename{title}", "id:str name:str")
    def _rename(core: FakeCore, who: User, p: Json) -> Json:
        return rename(core, who, allowed(core, who, title, p["id"], "Write"), p["name"])

    @answers("write", f"Delete{title}", "id:str")
    def _delete(core: FakeCore, who: User, p: Json) -> Json:
        resource = allowed(core, who, title, p["id"], "Write")
        deleting.delete(core, who, resource)
        return resource.as_json()


for _kind in KINDS.values():
    _register(_kind)


@answers(
    "write",
    "UpdateResourceMeta",
    "target:ResourceTarget description:str?=null template:bool?=null tags:list[str]?=null",
)
def _meta(core: FakeCore, who: User, p: Json) -> Json:
    if p["target"]["type"] == "System":
        raise RefusedError(400, "cannot update meta of System resource target")
    set_meta(core, who, allowed(core, who, p["target"]["type"], p["target"]["id"], "Write"), p)
    return {}
