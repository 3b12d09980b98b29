"""The pending differences of a sync, as Core shows them (semantics c.3, c.4, c.8, c.9)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.core.fake import export
from tests.core.fake.clauses import Json
from tests.core.fake.kinds import KINDS
from tests.core.fake.schema import NO_VERSION, tables
from tests.core.fake.state import Resource, Variable
from tests.core.fake.sync_toml import Declared, Found
from tests.core.fake.tags import tag_names

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
    "Builder",
    "Alerter",
    "ResourceSync",
)


@dataclass
class Change:
    """One resource that is not as declared."""

    title: str
    declared: Declared | None
    existing: Resource | None

    @property
    def name(self) -> str:
        """As declared, or as it is."""
        return self.declared.name if self.declared else self.existing.name if self.existing else ""


def deletes(sync: Resource) -> bool:
    """Whether what is not declared goes."""
    return bool(sync.config["delete"] or sync.config["managed"])


def declared_of(sync: Resource, found: Found, title: str) -> list[Declared]:
    """The declared resources of a kind that take part."""
    wanted = set(sync.config["match_tags"])
    return [entry for entry in found.resources if entry.title == title and wanted <= set(entry.tags) and _counts(entry)]


def _counts(entry: Declared) -> bool:
    config = entry.config
    if entry.title != "ResourceSync":
        return True
    return not config["file_contents"] and bool(config["files_on_host"] or config["repo"] or config["linked_repo"])


def existing_of(core: FakeCore, sync: Resource, title: str) -> list[Resource]:
    """The resources of a kind that take part."""
    wanted = set(sync.config["match_tags"])
    found = [resource for resource in core.of(title) if export.is_exported(resource)]
    return [resource for resource in found if wanted <= set(tag_names(core, resource.tags))]


def changes(core: FakeCore, sync: Resource, found: Found, title: str) -> list[Change]:
    """What is to be done with a kind: deletes in no order, then as declared."""
    declared, existing = declared_of(sync, found, title), existing_of(core, sync, title)
    names = {entry.name for entry in declared}
    gone = [Change(title, None, held) for held in existing if deletes(sync) and held.name not in names]
    gone.sort(key=lambda change: zlib.crc32(change.name.encode()))
    held = {resource.name: resource for resource in existing}
    rest = [Change(title, entry, held.get(entry.name)) for entry in declared]
    return gone + [change for change in rest if differs(core, change)]


def differs(core: FakeCore, change: Change) -> bool:
    """Whether a declared resource is missing or other than declared, as far as the view looks."""
    declared, existing = change.declared, change.existing
    if declared is None or existing is None:
        return True
    return bool(meta_differs(core, declared, existing) or config_change(core, declared, existing))


def meta_differs(core: FakeCore, declared: Declared, existing: Resource) -> bool:
    """Description and tags; the view does not look at the template flag (semantics h.11)."""
    return declared.description != existing.description or declared.tags != tag_names(core, existing.tags)


def config_change(core: FakeCore, declared: Declared, existing: Resource) -> Json:
    """The declared values of the fields that differ."""
    now = export.named(core, declared.title, existing.config)
    if declared.title == "Builder":
        return _builder_change(declared.config, now)
    found = {key: held for key, held in declared.config.items() if held != now[key]}
    if found.get("version") == NO_VERSION:
        del found["version"]
    return found


def _builder_change(wanted: Json, now: Json) -> Json:
    blank = {field.name: field.default for field in tables()[f"builder.{wanted['type']}"]}
    if wanted == now or (wanted["type"] != now["type"] and wanted["params"] == blank):
        return {}
    return wanted


def shown(core: FakeCore, change: Change) -> Json:
    """A change as `resource_updates` holds it."""
    declared, existing = change.declared, change.existing
    target = {"type": change.title, "id": existing.id if existing else ""}
    if declared is None and existing is not None:
        return {"target": target, "data": {"type": "Delete", "data": {"current": export.block(core, existing)}}}
    assert declared is not None
    proposed = export.written(change.title, declared.meta, declared.config)
    if existing is None:
        data: Json = {"name": declared.name, "proposed": proposed}
        return {"target": target, "data": {"type": "Create", "data": data}}
    current = export.block(core, existing, declared.deploy, declared.after)
    return {"target": target, "data": {"type": "Update", "data": {"proposed": proposed, "current": current}}}


def resources(core: FakeCore, sync: Resource, found: Found) -> list[Json]:
    """All `resource_updates`."""
    if not sync.config["include_resources"]:
        return []
    return [shown(core, change) for title in ORDER for change in changes(core, sync, found, title)]


def variables(core: FakeCore, sync: Resource, found: Found) -> list[Json]:
    """All `variable_updates`; whether one is secret is not looked at (semantics h.11)."""
    if not sync.config["include_variables"]:
        return []
    names = {entry["name"] for entry in found.variables}
    gone = [core.variables[name] for name in sorted(core.variables) if deletes(sync) and name not in names]
    updates: list[Json] = [{"type": "Delete", "data": {"current": export.variable(held)}} for held in gone]
    for entry in found.variables:
        held = core.variables.get(entry["name"])
        proposed = export.variable(Variable(**entry))
        if held is None:
            updates.append({"type": "Create", "data": {"name": entry["name"], "proposed": proposed}})
        elif (held.value, held.description) != (entry["value"], entry["description"]):
            data = {"proposed": proposed, "current": export.variable(held)}
            updates.append({"type": "Update", "data": data})
    return updates


def kind_order(title: str) -> int:
    """The place of a kind in lists of permissions."""
    return list(KINDS).index(title)


def as_tuple(entry: Json) -> tuple[Any, ...]:
    """A permission entry for comparing."""
    return entry["target"]["type"], entry["target"]["id"], entry["level"], frozenset(entry["specific"] or ())
