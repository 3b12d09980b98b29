"""Resources as Core writes them, and back (semantics a.5, b.1). Pure.

What a field refers to stands in the model; so ids become names, and what is at its default goes, in one walk over it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from ksync_tui.engine.core.names import TAG, USER, Directory
from ksync_tui.errors import CoreError, ForbiddenError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import Choice, TargetRef, parse_version
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.kinds.registry import BY_TITLE, KINDS, OBJECT_ID
from ksync_tui.model.resource import Target, tags_of

Json = dict[str, Any]
UNSEEN = "(unseen)"
"""Marks values that are not all there."""
_SENT_ALWAYS: Mapping[str, frozenset[str]] = {
    # Left out, Core puts a sample script in (semantics h.13), or has two opinions about the default (semantics h.8).
    "action": frozenset({"file_contents"}),
    "swarm": frozenset({"send_unhealthy_alerts"}),
}


def values_of(kind: str, raw: Mapping[str, Any], directory: Directory) -> Json:
    """A full resource of Core as the model's values: references as names, what is at its default left out."""
    found: Json = {"name": raw["name"]}
    for name in ("description", "template"):
        if raw.get(name):
            found[name] = raw[name]
    if tags := raw.get("tags"):
        found["tags"] = [directory.name(TAG, tag) for tag in tags]
    config = schema(KINDS[kind].model).fields["config"].table
    if config is not None and isinstance(raw.get("config"), dict):
        found["config"] = _table(config, raw["config"], directory)
    return found


def variable_values(raw: Mapping[str, Any], directory: Directory) -> Json:
    """A variable of Core as the model's values."""
    known = schema(KINDS["variable"].model).fields
    found = {name: value for name, value in raw.items() if name in known and (name == "name" or value)}
    # Who is no admin gets `#` for each byte (semantics b.3): no value to compare, and none to write back.
    return found | {UNSEEN: True} if raw.get("is_secret") and not directory.admin else found


def group_values(raw: Mapping[str, Any], permissions: Iterable[Mapping[str, Any]], directory: Directory) -> Json:
    """A user group of Core with its permissions as the model's values."""
    found: Json = {"name": raw["name"]}
    if raw.get("everyone"):
        found["everyone"] = True
    if users := raw.get("users"):
        found["users"] = [directory.name(USER, user) for user in users]
    granted = {title: _permission(value) for title, value in (raw.get("all") or {}).items()}
    if granted := {title: value for title, value in granted.items() if _grants(value)}:
        found["all"] = granted
    if entries := [_on_target(entry, directory) for entry in permissions if _grants(entry)]:
        found["permissions"] = entries
    return found if directory.admin else found | {UNSEEN: True}


def build(kind: str, values: Json, where: str) -> Resource:
    """The resource that values mean. Raises CoreError for what this ksync does not understand, or may not see."""
    if UNSEEN in values:
        raise ForbiddenError("only an admin of Core sees all of it", where=where, hint="Log in as one to compare it")
    try:
        return KINDS[kind].model.model_validate(values)
    except (ValidationError, ValueError, TypeError) as error:
        why = _first(error) if isinstance(error, ValidationError) else str(error)
        hint = "Core may be newer than this ksync: update ksync; the resource is left alone"
        raise CoreError("the live resource is not understood", where=where, why=why, hint=hint) from error


def references(kind: str, raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Kind and id of all that a resource of Core refers to by id, its tags included."""
    for tag in raw.get("tags") or ():
        yield TAG, tag
    config = schema(KINDS[kind].model).fields["config"].table
    if config is not None and isinstance(raw.get("config"), dict):
        seen = _Listing()
        _table(config, raw["config"], seen)
        yield from seen.requested


def group_references(raw: Mapping[str, Any], permissions: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Kind and id of the users of a group, and of what it has rights on."""
    yield from ((USER, user) for user in raw.get("users") or ())
    seen = _Listing()
    for entry in permissions:
        _target(entry["resource_target"], seen)
    yield from seen.requested


class _Listing(Directory):
    """A directory that knows nothing and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.requested: list[tuple[str, str]] = []

    def name(self, kind: str, written: str) -> str:
        """See `Directory.name`."""
        if OBJECT_ID.fullmatch(written):
            self.requested.append((kind, written))
        return written


def written_anew(live: Resource, proposed: Resource) -> list[str]:
    """The fields to send so that live becomes what is proposed: those that differ, and texts written in another way."""
    here, there = live.settings.__dict__, proposed.settings.__dict__
    skipped = proposed.settings.unmanaged()
    texts = [name for name, text in there.items() if isinstance(text, str) and text != here[name]]
    return list(dict.fromkeys([*differing(live, proposed), *(name for name in texts if name not in skipped)]))


def differing(live: Resource, proposed: Resource) -> list[str]:
    """The fields of the settings in which live is not what is proposed; those that a file leaves to others aside."""
    skipped = proposed.settings.unmanaged()
    here, there = live.settings.__dict__, proposed.settings.__dict__
    fields = schema(type(proposed.settings)).fields.values()
    return [
        field.name
        for field in fields
        if field.name not in skipped and field.canonical(here[field.name]) != field.canonical(there[field.name])
    ]


def created_config(target: Target, resource: Resource, directory: Directory) -> Json:
    """The config to create a resource with: what is not at its default, texts as they are written.

    A text of comments alone means what none means, and Core's own sync compares it as it is written.
    """
    settings = resource.settings
    if isinstance(settings, Choice):
        return config_of(resource, None, directory)
    fields = schema(type(settings)).fields
    always = _SENT_ALWAYS.get(target.kind, ())
    named = {name for name, value in settings.__dict__.items() if name in always or _is_written(fields[name], value)}
    return config_of(resource, named, directory)


def _is_written(field: FieldSchema, value: Any) -> bool:
    if isinstance(value, str):
        return bool(value != field.default)
    return field.required or field.canonical(value) != field.canonical(field.default)


def config_of(resource: Resource, fields: Collection[str] | None, directory: Directory) -> Json:
    """Fields of a config as Core takes them, each whole; all of them for None. References stay names."""
    settings = resource.settings
    if fields is None or isinstance(settings, Choice):
        return settings.model_dump(mode="json")
    dumped = settings.model_dump(mode="json", include=set(fields))
    # The one place where Core takes a name for good and then finds nothing by it (semantics h.12).
    for name in {"resources", "except_resources"} & dumped.keys() & _target_lists(type(settings)):
        dumped[name] = [target_with_id(entry, directory) for entry in dumped[name]]
    return dumped


def target_with_id(entry: Json, directory: Directory) -> Json:
    """A `ResourceTarget` by id, where the name is known."""
    kind = BY_TITLE.get(entry["type"])
    known = directory.id(Target(kind.name, entry["id"])) if kind else None
    return {**entry, "id": known or entry["id"]}


def meta_of(live: Resource | None, proposed: Resource) -> Json:
    """Description, template and tags as far as they differ from live; with no live, from nothing."""
    found: Json = {}
    for name in ("description", "template"):
        wanted = getattr(proposed, name, None)
        if wanted is not None and wanted != (getattr(live, name) if live is not None else type(wanted)()):
            found[name] = wanted
    if set(tags_of(proposed)) != set(tags_of(live) if live is not None else ()):
        found["tags"] = list(dict.fromkeys(tags_of(proposed)))
    return found


@cache
def _target_lists(model: type[Table]) -> frozenset[str]:
    return frozenset(field.name for field in schema(model) if field.table is TargetRef and field.many)


@cache
def _defaults(model: type[Table]) -> Mapping[str, Any]:
    """The default of each field as Core writes it."""
    fields = (field for field in schema(model) if not field.required)
    return {
        field.name: field.default.model_dump(mode="json") if isinstance(field.default, Table) else field.default
        for field in fields
    }


def _table(model: type[Table], raw: Mapping[str, Any], directory: Directory) -> Json:
    if model is TargetRef:
        return _target(raw, directory)
    fields, defaults = schema(model).fields, _defaults(model)
    found: Json = {}
    for key, given in raw.items():
        field = fields.get(key)
        if field is None:
            continue
        value = parse_version(given) if field.form == "version" else given
        if key not in defaults or defaults[key] != value:
            found[key] = _value(model, field, value, raw, directory)
    return found


def _value(model: type[Table], field: FieldSchema, value: Any, raw: Mapping[str, Any], directory: Directory) -> Any:
    if field.ref is not None:
        if isinstance(value, list):
            return [directory.name(field.ref, entry) for entry in value]
        return directory.name(field.ref, value) if isinstance(value, str) else value
    table = field.table
    if issubclass(model, Choice) and field.name == "params":
        table = model.params_of(raw.get("type"))
    if table is None:
        return value
    if isinstance(value, list):
        return [_table(table, entry, directory) if isinstance(entry, dict) else entry for entry in value]
    return _table(table, value, directory) if isinstance(value, dict) and not field.mapped else value


def _target(raw: Mapping[str, Any], directory: Directory) -> Json:
    kind = BY_TITLE.get(str(raw.get("type")))
    named = str(raw.get("id", ""))
    return {"type": raw.get("type"), "id": directory.name(kind.name, named) if kind else named}


def _permission(value: Any) -> Json:
    """A level alone is written as text (semantics b.3)."""
    raw = {"level": value} if isinstance(value, str) else value
    return {name: raw[name] for name in ("level", "specific") if raw.get(name)}


def _grants(value: Mapping[str, Any]) -> bool:
    return value.get("level", "None") != "None" or bool(value.get("specific"))


def _on_target(entry: Mapping[str, Any], directory: Directory) -> Json:
    return {"target": _target(entry["resource_target"], directory), **_permission(entry)}


def _first(error: ValidationError) -> str:
    detail = error.errors(include_url=False)[0]
    inner = detail.get("ctx", {}).get("error")
    if isinstance(inner, ValidationError):
        return _first(inner)
    return f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}"
