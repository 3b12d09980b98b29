"""Resources as the plain tables that export writes: which fields, keys and order (semantics d). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ksync_tui.model.kinds.common import NO_VERSION, Choice
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.secrets import only_references

Plain = dict[str, Any]


def differing(table: Table, *, secrets: bool) -> Plain:
    """The fields that differ from their default, each whole, by export key."""
    if isinstance(table, Choice):
        return {"type": table.type, "params": differing(table.params, secrets=secrets)}
    return {
        field.key: plain_value(table.__dict__[field.name], secrets=secrets)
        for field in schema(type(table))
        if _differs(table, field) and (secrets or may_show(field, table.__dict__[field.name]))
    }


def _differs(table: Table, field: FieldSchema) -> bool:
    if field.name in table.unmanaged():
        return False
    always = field.required or "always_exported" in field.flags
    return always or table.__dict__[field.name] != field.export_default


def plain_value(given: Any, *, secrets: bool) -> Any:
    """A value with the tables in it as plain ones."""
    if isinstance(given, Table):
        return whole(given, secrets=secrets)
    if isinstance(given, Mapping):
        return {name: plain_value(entry, secrets=secrets) for name, entry in given.items()}
    if isinstance(given, list):
        return [plain_value(entry, secrets=secrets) for entry in given]
    return given


def whole(table: Table, *, secrets: bool) -> Plain:
    """All fields of a nested table, defaults too, as Komodo writes them; less what reads back by itself."""
    return {
        field.key: plain_value(given, secrets=secrets)
        for field in schema(type(table))
        if not _reads_back(field, given := table.__dict__[field.name])
        and (secrets or field.required or may_show(field, given))
    }


def _reads_back(field: FieldSchema, given: Any) -> bool:
    """Whether Komodo leaves the field out: null, empty, an unpinned version, a list that is omitted when empty."""
    if field.required or given != field.default:
        return False
    return given in (None, "", NO_VERSION) or "omitted_when_empty" in field.flags


def may_show(field: FieldSchema, given: Any) -> bool:
    """Whether a value may leave without being asked for: no secret, or nothing but `[[NAME]]` (architecture rule 9)."""
    return not field.secret or only_references(field, given)
