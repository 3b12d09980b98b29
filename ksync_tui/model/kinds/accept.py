"""From a table as a file has it to a checked resource: keys first, then types. Pure.

Keys are looked at before pydantic sees them, so that an unknown key is a warning with a suggestion (DESIGN rule 3),
a key beside its alias an error (as Komodo has it), and the model only ever sees field names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldShape, Table, shape

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with a table: the path of keys, and what."""

    severity: Literal["error", "warning"]
    path: Path
    message: str
    known: tuple[str, ...] = ()
    """The keys that would have been right here, for a suggestion."""
    written: bool = True
    """Whether the path holds keys as the file has them; else names of fields."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The resource, unless an error stands in the way, and all that is to be said about it."""

    resource: Resource | None
    issues: tuple[Issue, ...]


def accept(model: type[Resource], raw: Mapping[str, Any]) -> Accepted:
    """Checks a resource's own table as a file has it and builds the resource."""
    issues: list[Issue] = []
    values = _table(model, raw, (), issues)
    if any(issue.severity == "error" for issue in issues):
        return Accepted(None, tuple(issues))
    try:
        return Accepted(model.model_validate(values), tuple(issues))
    except ValidationError as error:
        issues.extend(_issues_of(error, ()))
        return Accepted(None, tuple(issues))


def _table(model: type[Table], raw: Any, path: Path, issues: list[Issue]) -> Any:
    if model is Table:
        return raw
    adopted = model.adopt(raw)
    if adopted is not raw and isinstance(raw, dict):
        issues.append(Issue("warning", path, "an older form; read as its current meaning"))
    if not isinstance(adopted, dict):
        return adopted
    by_key = shape(model).by_key
    values: dict[str, Any] = {}
    for key, value in adopted.items():
        field = by_key.get(key)
        if field is None:
            issues.append(Issue("warning", (*path, key), f"unknown key {key!r} is ignored", tuple(by_key)))
        elif field.name in values:
            spellings = " and ".join(field.accepted)
            issues.append(Issue("error", (*path, key), f"{key!r} is given twice: {spellings} are one key"))
        elif field.table is None:
            values[field.name] = value
            if field.usual and isinstance(value, str) and value.lower() not in field.usual:
                message = f"{key!r}: {value!r} has no effect; one of {', '.join(field.usual[1:8])}"
                issues.append(Issue("warning", (*path, key), message))
        else:
            values[field.name] = _nested(_table_of(model, field, adopted), field, value, (*path, key), issues)
    return values


def _nested(table: type[Table], field: FieldShape, value: Any, path: Path, issues: list[Issue]) -> Any:
    if field.mapped and isinstance(value, dict):
        return {key: _table(table, entry, (*path, key), issues) for key, entry in value.items()}
    if isinstance(value, list):
        return [_table(table, entry, (*path, at), issues) for at, entry in enumerate(value)]
    return _table(table, value, path, issues)


def _table_of(model: type[Table], field: FieldShape, raw: Mapping[str, Any]) -> type[Table]:
    """The table of a nested value; for the params of a choice the one that its type selects, Table for none."""
    chosen = model.params_of(raw.get("type")) if field.name == "params" and issubclass(model, Choice) else None
    return chosen or field.table or Table


def _issues_of(error: ValidationError, path: Path) -> Iterator[Issue]:
    for detail in error.errors(include_url=False):
        inner = detail.get("ctx", {}).get("error")
        where = (*path, *detail["loc"])
        if isinstance(inner, ValidationError):
            yield from _issues_of(inner, (*where, "params"))
        else:
            keys = tuple(part for part in where if part != "[key]")
            yield Issue("error", keys, _message(detail), written=False)


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


def _message(detail: ErrorDetails) -> str:
    key = next((str(part) for part in reversed(detail["loc"]) if isinstance(part, str)), "the table")
    if detail["type"] == "missing":
        return f"{key!r} is missing"
    expected = _EXPECTED.get(detail["type"])
    if expected is not None:
        given = _TOML_TYPES.get(type(detail["input"]).__name__, "something else")
        return f"{key!r} must be {expected}, not {given}"
    if detail["type"] == "literal_error":
        return f"{key!r} must be one of {detail['ctx']['expected']}"
    return f"{key!r}: {detail['msg'].removeprefix('Value error, ')}"
