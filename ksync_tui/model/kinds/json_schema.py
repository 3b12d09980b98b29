"""JSON Schema of resource files, for editors: made from the same metadata that reading uses.

It takes what reading takes, and says one thing of one mistake: what may be text or a table, and what `type` selects, is
decided by if/then, never by a choice of which every branch has something to say. It is of draft 7, the latest that
TOML language servers and SchemaStore know; there a `$ref` stands alone, so that one with a description is in an allOf.
"""

import re
from itertools import combinations
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import TypeAdapter

from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import SCHEMA_KEY, FieldSchema, Table, schema
from ksync_tui.model.kinds.registry import KINDS

Schema = dict[str, Any]

ADDRESS = "https://raw.githubusercontent.com/ksync-tui/ksync-tui/main/ksync_tui/schemas/resource-file.schema.json"
"""Where the schema of the latest ksync is, for whoever names it in a file; it comes with ksync as well."""
_MARKS = {
    "redeploys": "Changing it redeploys.",
    "interpolated": "[[NAME]] in it stands for the value of a variable.",
    "secret": "A secret: left out, live keeps its value.",
}
_TEXT: Schema = {"type": "string"}


def _entries(**docs: str) -> Schema:
    table: Schema = {key: _TEXT | {"description": doc} for key, doc in docs.items()}
    return {
        "type": ["string", "array"],
        "items": {"type": ["string", "object"], "properties": table, "required": list(docs)},
    }


_FORMS: dict[str, Schema] = {
    "string_list": {"type": ["array", "string"], "items": _TEXT},
    "env_vars": _entries(variable="The name.", value="The value."),
    "labels": _entries(variable="The name.", value="The value."),
    "conversions": _entries(local="The port or path of the server.", container="The port or path of the container."),
    "term_signal_labels": _entries(signal="The signal.", label="What it means."),
    "file_contents": _TEXT,
    "version": {
        "type": ["string", "object"],
        "pattern": r"^\d+(\.\d+(\.\d+(\..*)?)?)?$",
        "properties": {
            key: {"type": "integer", "minimum": 0, "description": f"The {key} version."}
            for key in ("major", "minor", "patch")
        },
    },
}


def resource_file_schema() -> Schema:
    """The schema of a whole resource file: every kind under its header and its plural, every accepted key and form."""
    definitions: Schema = {}
    properties: Schema = {SCHEMA_KEY: _TEXT | {"description": "The schema of this file, for editors."}}
    for kind in KINDS.values():
        listed = {"type": "array", "items": _table(kind.model, definitions)}
        properties[kind.name] = listed | {"description": _summary(kind.model)}
        also = f"{_summary(kind.model)} The same as [[{kind.name}]]; a file has one of them."
        properties[kind.plural] = listed | {"description": also}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": ADDRESS,
        "title": "Komodo resource file",
        "description": "What a resource sync of Komodo reads.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "definitions": definitions,
    }


def _summary(model: type[Table]) -> str:
    first = (model.__doc__ or "").strip().partition("\n")[0]
    return re.sub(r" \(semantics [^)]*\)", "", first)


def _table(model: type[Table], definitions: Schema) -> Schema:
    reference: Schema = {"$ref": f"#/definitions/{model.__name__}"}
    if model.__name__ not in definitions:
        definitions[model.__name__] = {}
        definitions[model.__name__] = _definition(model, definitions)
    return reference


def _definition(model: type[Table], definitions: Schema) -> Schema:
    fields = list(schema(model))
    table: Schema = {
        "type": "object",
        "description": _summary(model),
        "properties": {key: _field(model, field, definitions, key) for field in fields for key in field.accepted},
        "additionalProperties": False,
        "required": [field.key for field in fields if field.required and len(field.accepted) == 1],
        "allOf": [_one_of_the_keys(field) for field in fields if field.required and len(field.accepted) > 1],
        "dependencies": _one_spelling(fields),
    }
    if issubclass(model, Choice):
        table["properties"]["type"] |= {"enum": list(model.variants)}
        table["allOf"] += _variants(model, definitions)
    return _other_forms(model, {key: value for key, value in table.items() if value not in ([], {})}, definitions)


def _one_of_the_keys(field: FieldSchema) -> Schema:
    return {"anyOf": [{"required": [key]} for key in field.accepted]}


def _one_spelling(fields: list[FieldSchema]) -> Schema:
    """A key beside its alias is an error."""
    found: dict[str, Schema] = {}
    for field in fields:
        for first, second in combinations(field.accepted, 2):
            found.setdefault(first, {"properties": {}})["properties"][second] = False
    return found


def _variants(model: type[Choice], definitions: Schema) -> list[Schema]:
    """The params that each type selects."""
    types: dict[type[Table], list[str]] = {}
    for name, params in model.variants.items():
        types.setdefault(params, []).append(name)
    return [
        {
            "if": {"properties": {"type": {"enum": names}}, "required": ["type"]},
            "then": {"properties": {"params": _table(params, definitions)}},
        }
        for params, names in types.items()
    ]


def _other_forms(model: type[Table], table: Schema, definitions: Schema) -> Schema:
    """A table that `upgrade` also takes in another form: as the text of one of its fields, or inside `params`."""
    if isinstance(short := model.upgrade("text"), dict):
        (name,) = short
        text = _field(model, schema(model).fields[name], definitions)
        inner = {key: table.pop(key) for key in list(table) if key not in ("type", "description")}
        return table | {"type": ["string", "object"], "if": _TEXT, "then": text, "else": inner}
    if model.upgrade({"params": {}}) == {}:
        older = {"properties": {"params": {"type": "object"}}, "required": ["params"]}
        current = {key: table.pop(key) for key in list(table) if key not in ("type", "description")}
        return table | {"if": older, "then": {"properties": {"params": {"type": "object"} | current}}, "else": current}
    return table


def _field(model: type[Table], field: FieldSchema, definitions: Schema, key: str | None = None) -> Schema:
    """What may stand behind `key`, by default the one that export writes."""
    same = f"The same as {field.key}." if key and key != field.key else ""
    marks = (words for flag, words in _MARKS.items() if flag in field.flags)
    words = " ".join(filter(None, (field.doc, *marks, same)))
    return _with(_value(model, field, definitions), **_default(field), **_examples(field), description=words)


def _with(value: Schema, **more: Any) -> Schema:
    """A schema with more said about it, which nothing may stand beside a reference."""
    return ({"allOf": [value]} if "$ref" in value else value) | more


def _default(field: FieldSchema) -> Schema:
    """What the field means where it is left out, as a file would write it."""
    value = field.default
    if isinstance(value, Choice):
        value = value.model_dump(mode="json", exclude_unset=True)
    plain = isinstance(value, (str, bool, int, float, dict)) or value == []
    return {"default": value} if plain and not field.required else {}


def _examples(field: FieldSchema) -> Schema:
    """Words that have an effect, where any other is taken too."""
    return {"examples": [word for word in field.usual if word]} if field.usual else {}


def _value(model: type[Table], field: FieldSchema, definitions: Schema) -> Schema:
    if field.table is Table:
        return {}
    if field.table is not None:
        table = _table(field.table, definitions)
        if field.mapped:
            names = get_args(get_args(field.annotation)[0])
            of = {name: _with(table, description=f"On every {name}.") for name in names}
            return {"type": "object", "properties": of, "additionalProperties": False}
        if field.form == "item_or_vec":
            return {"if": {"type": "array"}, "then": {"type": "array", "items": table}, "else": table}
        return {"type": "array", "items": table} if field.many else table
    if field.form is not None:
        return dict(_FORMS[field.form])
    return _plain(model, field)


def _plain(model: type[Table], field: FieldSchema) -> Schema:
    """What pydantic says of a plain type. TOML has no null, so what may be absent is only what it is when present."""
    info = model.model_fields[field.name]
    wanted: Any = info.annotation
    if get_origin(wanted) in (Union, UnionType):
        (wanted,) = (part for part in get_args(wanted) if part is not NoneType)
    annotated: Any = Annotated[(wanted, *info.metadata)]
    return TypeAdapter(annotated).json_schema()
