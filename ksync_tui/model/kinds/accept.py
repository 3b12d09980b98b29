"""From a table as a file has it to a checked resource: keys first, then types. Pure.

Keys are checked before pydantic sees them, so an unknown key is a warning with a suggestion (architecture rule 3),
a key beside its alias an error (as Komodo has it), and the model only ever sees field names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import NO_PARAMS, UNKNOWN_TYPE, Choice
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.rules import Rule

Path = tuple[str | int, ...]


class Level(NamedTuple):
    """A table around a key: where it stands, what may stand in it and what does."""

    path: Path
    model: type[Table]
    keys: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with a table: the path of keys as the file has them, and what."""

    rule: Rule
    severity: Literal["error", "warning"]
    path: Path
    message: str
    levels: tuple[Level, ...] = ()
    """Of an unknown key: the tables around it, outermost first."""
    word: str = ""
    known: tuple[str, ...] = ()
    """Of an unknown word: those that would have been right."""
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The resource, unless an error stands in the way, and all that is to be said about it."""

    resource: Resource | None
    issues: tuple[Issue, ...]


def accept(model: type[Resource], raw: Mapping[str, Any]) -> Accepted:
    """Checks a resource's own table as a file has it and builds the resource.

    Every input form and alias is accepted (semantics c.2); unknown keys become warnings. The resource is None where an
    issue is an error. `accept(Stack, {"name": "web", "deploy": "yes"})` gives None and an issue at `deploy`.
    """
    issues: list[Issue] = []
    values = _table(model, raw, (), (), issues)
    if any(issue.severity == "error" for issue in issues):
        return Accepted(None, tuple(issues))
    try:
        return Accepted(model.model_validate(values), tuple(issues))
    except ValidationError as error:
        issues.extend(_issue(detail, *_written(model, raw, path)) for path, detail in _details(error, ()))
        return Accepted(None, tuple(issues))


def _table(model: type[Table], raw: Any, path: Path, around: tuple[Level, ...], issues: list[Issue]) -> Any:
    if model is Table:
        return raw
    adopted = model.upgrade(raw)
    if adopted is not raw and isinstance(raw, dict):
        issues.append(Issue(Rule.OLDER_FORM, "warning", path, "an older form; read as its current meaning"))
    if not isinstance(adopted, dict):
        return adopted
    by_key = schema(model).by_key
    levels = (*around, Level(path, model, adopted))
    values: dict[str, Any] = {}
    for key, value in adopted.items():
        field = by_key.get(key)
        if field is None:
            issues.append(_unknown_key((*path, key), levels))
        elif field.name in values:
            spellings = " and ".join(field.accepted)
            issues.append(
                Issue(Rule.DOUBLE_KEY, "error", (*path, key), f"{key!r} is given twice: {spellings} are one key")
            )
        elif field.table is None:
            values[field.name] = value
            if field.usual and isinstance(value, str) and value.lower() not in field.usual:
                message = f"{key!r}: {value!r} has no effect; one of {', '.join(field.usual[1:8])}"
                issues.append(Issue(Rule.UNKNOWN_VALUE, "warning", (*path, key), message))
        else:
            values[field.name] = _nested(table_of(model, field, adopted), field, value, (*path, key), levels, issues)
    return values


def _unknown_key(path: Path, levels: tuple[Level, ...]) -> Issue:
    where = ".".join(step for step in path[:-1] if isinstance(step, str))
    message = f"unknown key {path[-1]!r}{f' in {where}' if where else ''} is ignored"
    return Issue(Rule.UNKNOWN_KEY, "warning", path, message, levels)


def _nested(
    table: type[Table], field: FieldSchema, value: Any, path: Path, around: tuple[Level, ...], issues: list[Issue]
) -> Any:
    if field.mapped and isinstance(value, dict):
        return {key: _table(table, entry, (*path, key), around, issues) for key, entry in value.items()}
    if isinstance(value, list):
        return [_table(table, entry, (*path, at), around, issues) for at, entry in enumerate(value)]
    return _table(table, value, path, around, issues)


def table_of(model: type[Table], field: FieldSchema, raw: Mapping[str, Any]) -> type[Table]:
    """The table of a nested value; for the params of a choice the one that its type selects, Table for none."""
    chosen = model.params_of(raw.get("type")) if field.name == "params" and issubclass(model, Choice) else None
    return chosen or field.table or Table


def _details(error: ValidationError, path: Path) -> Iterator[tuple[Path, ErrorDetails]]:
    """What pydantic found, each with its path of field names."""
    for detail in error.errors(include_url=False):
        inner = detail.get("ctx", {}).get("error")
        where = (*path, *(part for part in detail["loc"] if part != "[key]"))
        if isinstance(inner, ValidationError):
            yield from _details(inner, (*where, "params"))
        else:
            yield where, detail


def _written(model: type[Table], raw: Any, path: Path) -> tuple[Path, FieldSchema | None]:
    """A path of field names with each as the file writes it, and the last field on it."""
    steps: list[str | int] = []
    last: FieldSchema | None = None
    for step in path:
        if isinstance(step, int):
            if isinstance(raw, list):
                raw = raw[step]
                steps.append(step)
            continue
        keys = raw if isinstance(raw, dict) else {}
        field = schema(model).fields.get(step)
        if field is None:
            key = step
        else:
            key = next((key for key in field.accepted if key in keys), field.key)
            model, last = table_of(model, field, keys), field
        steps.append(key)
        raw = keys.get(key)
    return tuple(steps), last


_EXPECTED = {
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_TOML_TYPES = {
    "str": "text",
    "bool": "true/false",
    "int": "a number",
    "float": "a number",
    "list": "a list",
    "dict": "a table",
}
_LIMITS = {"greater_than_equal": ("at least", "ge"), "less_than": ("less than", "lt")}
_FEW = 8
"""As many words are listed; of more, only those that are alike are named."""


def _issue(detail: ErrorDetails, path: Path, field: FieldSchema | None) -> Issue:
    """What pydantic found as people would say it, at a path as the file has it."""
    kind, given = detail["type"], detail["input"]
    if kind == UNKNOWN_TYPE:
        return _unknown_type(path, given, detail["ctx"]["variants"])
    if kind == NO_PARAMS:
        return _no_params(path, given, field)
    key = next((str(part) for part in reversed(path) if isinstance(part, str)), "the table")
    if kind == "missing":
        return Issue(Rule.MISSING_KEY, "error", path, f"{key!r} is missing")
    if (expected := _EXPECTED.get(kind)) is not None:
        message = f"{key!r} must be {expected}, not {_type_name(given)}"
        return Issue(Rule.TYPE, "error", path, message, hint=_hint_for_type(expected, given, field))
    if kind == "literal_error":
        return _unknown_word(path, key, given, detail["ctx"]["expected"])
    if kind in _LIMITS:
        words, limit = _LIMITS[kind]
        return Issue(Rule.OUT_OF_RANGE, "error", path, f"{key!r} must be {words} {detail['ctx'][limit]}")
    return Issue(Rule.INVALID_VALUE, "error", path, f"{key!r}: {detail['msg'].removeprefix('Value error, ')}")


def _type_name(given: Any) -> str:
    return _TOML_TYPES.get(type(given).__name__, "something else")


def _unknown_type(path: Path, given: Mapping[str, Any], variants: tuple[str, ...]) -> Issue:
    if "type" not in given:
        hint = f"one of {', '.join(variants)}" if len(variants) <= _FEW else None
        return Issue(Rule.MISSING_KEY, "error", (*path, "type"), "'type' is missing", hint=hint)
    if not isinstance(given["type"], str):
        message = f"'type' must be text in quotes, not {_type_name(given['type'])}"
        return Issue(Rule.TYPE, "error", (*path, "type"), message)
    holder = next((step for step in reversed(path) if isinstance(step, str)), "the table")
    message = f"{holder!r} has no type {given['type']!r}"
    return Issue(Rule.UNKNOWN_VALUE, "error", (*path, "type"), message, word=given["type"], known=variants)


def _no_params(path: Path, given: Mapping[str, Any], field: FieldSchema | None) -> Issue:
    at = (*path, "params")
    choice = field.table if field is not None else None
    chosen = choice.params_of(given["type"]) if choice is not None and issubclass(choice, Choice) else None
    keys = [known.key for known in schema(chosen)] if chosen else []
    if "params" not in given:
        required = any(known.required for known in schema(chosen)) if chosen else False
        hint = _keys_hint(keys) if required else "write `params = {}` to keep every default"
        return Issue(Rule.MISSING_KEY, "error", at, "'params' is missing", hint=hint)
    message = f"'params' must be a table, not {_type_name(given['params'])}"
    return Issue(Rule.TYPE, "error", at, message, hint=_keys_hint(keys))


def _keys_hint(keys: list[str]) -> str | None:
    return f"its keys are {', '.join(keys)}" if 0 < len(keys) <= _FEW else None


_PAIRS_FORMS = ("env_vars", "labels", "conversions", "term_signal_labels")


def _hint_for_type(expected: str, given: Any, field: FieldSchema | None) -> str | None:
    if field is None:
        return None
    if isinstance(given, dict) and field.form in _PAIRS_FORMS:
        return 'write one NAME = value a line, between """ and """'
    if expected != "a table" or field.table is None:
        return None
    if isinstance(given, list):
        return "write one table, not a list of tables"
    if issubclass(field.table, Choice) and (variant := next(iter(field.table.variants), None)):
        params = field.table.params_of(variant)
        first = next((known.key for known in schema(params)), None) if params else None
        more = f" and `{field.key}.params.{first} = ...`" if first else ""
        return f'write `{field.key}.type = "{variant}"`{more}'
    return _keys_hint([known.key for known in schema(field.table)])


def _unknown_word(path: Path, key: str, given: Any, expected: str) -> Issue:
    """`expected` is pydantic's list of words: `'a', 'b' or 'c'`."""
    words = tuple(re.findall(r"'([^']*)'", expected))
    if len(words) <= _FEW or not isinstance(given, str):
        return Issue(Rule.UNKNOWN_VALUE, "error", path, f"{key!r} must be one of {expected}")
    return Issue(Rule.UNKNOWN_VALUE, "error", path, f"{key!r} has no value {given!r}", word=given, known=words)
