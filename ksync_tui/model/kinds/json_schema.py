"""JSON Schema of resource files, for editors: made from the same metadata that reading uses."""

from typing import Any, get_args, get_origin

from pydantic import TypeAdapter

from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldShape, Table, shape
from ksync_tui.model.kinds.registry import KINDS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}


def _entries(*keys: str) -> Schema:
    table = {"type": "object", "properties": dict.fromkeys(keys, _TEXT), "required": list(keys)}
    return {"anyOf": [_TEXT, {"type": "array", "items": {"anyOf": [_TEXT, table]}}]}


_FORMS: dict[str, Schema] = {
    "string_list": {"anyOf": [_TEXTS, _TEXT]},
    "env_vars": _entries("variable", "value"),
    "labels": _entries("variable", "value"),
    "conversions": _entries("local", "container"),
    "term_signal_labels": _entries("signal", "label"),
    "file_contents": _TEXT,
    "version": {
        "anyOf": [
            {"type": "string", "pattern": r"^\d+(\.\d+){0,2}"},
            {"type": "object", "properties": {key: {"type": "integer"} for key in ("major", "minor", "patch")}},
        ]
    },
}


def resource_file_schema() -> Schema:
    """The schema of a whole resource file: every kind under its header and its plural, every accepted key and form."""
    definitions: Schema = {}
    properties: Schema = {}
    for kind in KINDS.values():
        listed = {"type": "array", "items": _table(kind.model, definitions)}
        properties[kind.name] = properties[kind.plural] = listed
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Komodo resource file",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": definitions,
    }


def _table(model: type[Table], definitions: Schema) -> Schema:
    reference: Schema = {"$ref": f"#/$defs/{model.__name__}"}
    if model.__name__ not in definitions:
        definitions[model.__name__] = {}
        definitions[model.__name__] = _definition(model, definitions)
    return reference


def _definition(model: type[Table], definitions: Schema) -> Schema:
    if issubclass(model, Choice):
        return {"oneOf": [_variant(name, params, definitions) for name, params in model.variants.items()]}
    fields = list(shape(model))
    table: Schema = {
        "type": "object",
        "description": (model.__doc__ or "").strip().partition("\n")[0],
        "properties": {key: _field(field, definitions) for field in fields for key in field.accepted},
        "additionalProperties": False,
    }
    required = [_one_of_the_keys(field) for field in fields if field.required]
    if required:
        table["allOf"] = required
    return {"anyOf": [table, _TEXT]} if isinstance(model.adopt("text"), dict) else table


def _one_of_the_keys(field: FieldShape) -> Schema:
    return {"anyOf": [{"required": [key]} for key in field.accepted]}


def _variant(name: str, params: type[Table], definitions: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"type": {"const": name}, "params": _table(params, definitions)},
        "required": ["type", "params"],
        "additionalProperties": False,
    }


def _field(field: FieldShape, definitions: Schema) -> Schema:
    described = {"default": field.default} if isinstance(field.default, (str, bool, int, float)) else {}
    return _value(field, definitions) | described


def _value(field: FieldShape, definitions: Schema) -> Schema:
    if field.table is not None:
        table = _table(field.table, definitions)
        if field.mapped:
            names = get_args(get_args(field.annotation)[0])
            return {"type": "object", "properties": dict.fromkeys(names, table), "additionalProperties": False}
        if field.form == "item_or_vec":
            return {"anyOf": [table, {"type": "array", "items": table}]}
        return {"type": "array", "items": table} if field.many else table
    if field.form is not None:
        return dict(_FORMS[field.form])
    if get_origin(field.annotation) is dict:
        return {"type": "object"}
    return TypeAdapter(field.annotation).json_schema()
