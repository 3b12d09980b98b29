"""Tags (semantics b.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import RefusedError, failed
from tests.core.fake.queries import matches
from tests.core.fake.state import Tag, User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore


def tag_named(core: FakeCore, name: str) -> Tag:
    """A tag by id or name."""
    for tag in core.tags.values():
        if name in (tag.id, tag.name):
            return tag
    raise failed(f"No tag found matching name or id: {name}")


def tag_ids(core: FakeCore, who: User, names: list[str]) -> list[str]:
    """Ids of tags by name or id; unknown names are made, unknown ids dropped."""
    found: list[str] = []
    for name in names:
        known = next((tag for tag in core.tags.values() if name in (tag.id, tag.name)), None)
        if known is None and re.fullmatch("[0-9a-f]{24}", name):
            continue
        found.append((known or make(core, who, name)).id)
    return found


def tag_names(core: FakeCore, ids: list[str]) -> list[str]:
    """The names behind ids."""
    return [core.tags[id_].name if id_ in core.tags else id_ for id_ in ids]


def make(core: FakeCore, who: User, name: str, color: str = "Slate") -> Tag:
    """A new tag."""
    if re.fullmatch("[0-9a-fA-F]{24}", name):
        raise RefusedError(400, "Tag name cannot be ObjectId")
    if any(tag.name == name for tag in core.tags.values()):
        raise RefusedError(409, f"Tag with name '{name}' already exists")
    made = Tag(core.ids.next(), name, who.id, color)
    core.tags[made.id] = made
    return made


def _own(core: FakeCore, who: User, name: str) -> Tag:
    tag = tag_named(core, name)
    if not who.admin and tag.owner != who.id:
        raise failed("User must be Tag owner or admin")
    return tag


def _by_id(core: FakeCore, who: User, id_: str) -> Tag:
    if id_ not in core.tags:
        raise failed(f"No tag found matching name or id: {id_}")
    return _own(core, who, id_)


@answers("read", "ListTags", "query:object?=null")
def _list(core: FakeCore, who: User, p: Json) -> list[Json]:
    tags = sorted(core.tags.values(), key=lambda tag: tag.name)
    return [tag.as_json() for tag in tags if matches(tag.as_json(), p["query"] or {})]


@answers("read", "GetTag", "tag:str")
def _get(core: FakeCore, who: User, p: Json) -> Json:
    return tag_named(core, p["tag"]).as_json()


@answers("write", "CreateTag", "name:str color:str?=null")
def _create(core: FakeCore, who: User, p: Json) -> Json:
    return make(core, who, p["name"], p["color"] or "Slate").as_json()


@answers("write", "RenameTag", "id:str name:str")
def _rename(core: FakeCore, who: User, p: Json) -> Json:
    tag = _by_id(core, who, p["id"])
    tag.name = p["name"]
    return tag.as_json()


@answers("write", "UpdateTagColor", "tag:str color:str")
def _color(core: FakeCore, who: User, p: Json) -> Json:
    tag = _own(core, who, p["tag"])
    tag.color = p["color"]
    return tag.as_json()


@answers("write", "DeleteTag", "id:str")
def _delete(core: FakeCore, who: User, p: Json) -> Json:
    tag = _by_id(core, who, p["id"])
    del core.tags[tag.id]
    for resource in core.resources.values():
        if resource.title != "Swarm":
            resource.tags = [id_ for id_ in resource.tags if id_ != tag.id]
    return tag.as_json()
