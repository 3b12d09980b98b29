"""What serde takes: a JSON value becomes what Core stores, or the error names where and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from tests.core.fake import forms
from tests.core.fake.errors import UnreadableError
from tests.core.fake.schema import (
    BUILDER_TYPES,
    ENDPOINTS,
    ENUM_ALIASES,
    ENUMS,
    NO_VERSION,
    Field,
    executions,
    tables,
)

Json = dict[str, Any]

_EXPECTED = {"str": (str, "a string"), "bool": (bool, "a boolean"), "object": (dict, "a map"), "any": (object, "")}
_INTEGERS = {"int32": "i32", "int64": "i64", "uint8": "u8", "uint32": "u32"}
_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 255),
    "uint32": (0, 2**32 - 1),
}


def table(fields: Iterable[Field], raw: Any, path: str, struct: str, partial: bool = False) -> Json:
    """A table with its defaults filled in; `partial` keeps only what was given (a null counts as not given)."""
    if not isinstance(raw, dict):
        raise UnreadableError(path, f"invalid type: {unexpected(raw)}, expected struct {struct}")
    fields = tuple(fields)
    by_key = {key: field for field in fields for key in (field.name, *field.aliases)}
    found: Json = {}
    for key, given in raw.items():
        field = by_key.get(key)
        if field is None:
            continue
        if field.name in found:
            raise UnreadableError(path, f"duplicate field `{field.name}`")
        if given is None and partial and field.form != "item_or_vec":
            continue
        found[field.name] = value(field.type, given, f"{path}.{key}", field.form)
    if not partial:
        _complete(fields, found, path)
    return found


def _complete(fields: tuple[Field, ...], found: Json, path: str) -> None:
    for field in fields:
        if field.name in found:
            continue
        if field.required and not field.type.endswith("?"):
            raise UnreadableError(path, f"missing field `{field.name}`")
        if "omitted" not in field.flags:
            found[field.name] = deepcopy(field.default)


def value(type_: str, given: Any, path: str, form: str = "") -> Any:
    """One value of a type as Core stores it."""
    if type_.endswith("?"):
        return None if given is None else value(type_[:-1], given, path, form)
    if form and (formed := forms.FORMS[form](given, path)) is not forms.AS_IT_IS:
        return formed
    if type_.startswith("list["):
        return _list(type_[5:-1], given, path, form)
    return _reader(type_)(given, path)


def _reader(type_: str) -> Callable[[Any, str], Any]:
    if type_ in _SPECIAL:
        return _SPECIAL[type_]
    if type_ in ENUMS:
        return lambda given, path: _enum(type_, given, path)
    if type_ in _INTEGERS:
        return lambda given, path: _integer(type_, given, path)
    if type_ in tables():
        return lambda given, path: _struct(type_, given, path)
    return lambda given, path: _plain(type_, given, path)


def _plain(type_: str, given: Any, path: str) -> Any:
    wanted, expected = _EXPECTED.get(type_, (dict, "a map"))
    if not isinstance(given, wanted):
        raise UnreadableError(path, f"invalid type: {unexpected(given)}, expected {expected}")
    return given


def _integer(type_: str, given: Any, path: str) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise UnreadableError(path, f"invalid type: {unexpected(given)}, expected {_INTEGERS[type_]}")
    low, high = _RANGES[type_]
    if not low <= given <= high:
        raise UnreadableError(path, f"invalid value: {unexpected(given)}, expected {_INTEGERS[type_]}")
    return given


def _float(given: Any, path: str) -> float:
    if not isinstance(given, int | float) or isinstance(given, bool):
        raise UnreadableError(path, f"invalid type: {unexpected(given)}, expected a number")
    return float(given)


def _list(type_: str, given: Any, path: str, form: str) -> list[Any]:
    if not isinstance(given, list):
        expected = "string or Vec<string>" if form == "string_list" else "a sequence"
        raise UnreadableError(path, f"invalid type: {unexpected(given)}, expected {expected}")
    return [value(type_, entry, f"{path}[{number}]") for number, entry in enumerate(given)]


def _enum(type_: str, given: Any, path: str) -> str:
    if not isinstance(given, str):
        raise UnreadableError(path, f"invalid type: {unexpected(given)}, expected enum {type_}")
    given = ENUM_ALIASES.get(type_, {}).get(given, given)
    return _variant(given, ENUMS[type_], path)


def _variant(given: Any, known: Iterable[str], path: str) -> str:
    known = tuple(known)
    if given not in known:
        raise UnreadableError(path, unknown_variant(given, known))
    return str(given)


def unknown_variant(given: Any, known: Iterable[str]) -> str:
    """What serde says of a word that is not one of an enum's."""
    names = [f"`{name}`" for name in known]
    choice = " or ".join(names) if len(names) == 2 else "one of " + ", ".join(names)
    return f"unknown variant `{given}`, expected {choice}"


def _struct(name: str, given: Any, path: str) -> Json:
    if name in ("AdditionalEnvFile", "StackFileDependency") and isinstance(given, str):
        given = {"path": given}
    found = table(tables()[name], given, path, name)
    order = [field.name for field in tables()[name]]
    return {key: found[key] for key in order if key in found and not _omitted(name, key, found[key])}


def _omitted(name: str, key: str, held: Any) -> bool:
    return name == "StackFileDependency" and held in ([], "None") and key in ("services", "requires")


def _tagged(given: Any, path: str, known: Iterable[str], struct: str, content: str = "params") -> tuple[str, Any]:
    if not isinstance(given, dict):
        raise UnreadableError(path, f"invalid type: {unexpected(given)}, expected adjacently tagged enum {struct}")
    if "type" not in given:
        raise UnreadableError(path, "missing field `type`")
    type_ = _variant(given["type"], known, f"{path}.type")
    if content not in given:
        raise UnreadableError(path, f"missing field `{content}`")
    return type_, given[content]


_IMAGE = {
    "Image": (Field("image", "str", ""),),
    "Build": (Field("build_id", "str", "", aliases=("build",)), Field("version", "version", NO_VERSION)),
}


def _image(given: Any, path: str) -> Json:
    type_, params = _tagged(given, path, _IMAGE, "DeploymentImage")
    return {"type": type_, "params": table(_IMAGE[type_], params, f"{path}.params", type_)}


def _endpoint(given: Any, path: str) -> Json:
    type_, params = _tagged(given, path, ENDPOINTS, "AlerterEndpoint")
    fields = [Field(key, "str?", default) for key, default in ENDPOINTS[type_].items()]
    return {"type": type_, "params": table(fields, params, f"{path}.params", type_)}


def _target(given: Any, path: str) -> Json:
    type_, id_ = _tagged(given, path, ENUMS["ResourceTargetVariant"], "ResourceTarget", "id")
    return {"type": type_, "id": value("str", id_, f"{path}.id")}


def _user_target(given: Any, path: str) -> Json:
    type_, id_ = _tagged(given, path, ENUMS["UserTargetVariant"], "UserTarget", "id")
    return {"type": type_, "id": value("str", id_, f"{path}.id")}


def _execution(given: Any, path: str) -> Json:
    type_, params = _tagged(given, path, executions(), "Execution")
    read = table(executions()[type_], params, f"{path}.params", type_)
    order = [field.name for field in executions()[type_]]
    return {"type": type_, "params": {key: read[key] for key in order if key in read}}


def _permission(given: Any, path: str) -> Json:
    if isinstance(given, str) or given is None:
        return {"level": _enum("PermissionLevel", given or "None", path), "specific": []}
    fields = (Field("level", "PermissionLevel", "None"), Field("specific", "list[SpecificPermission]", []))
    return table(fields, given, path, "PermissionLevelAndSpecifics")


def _version(given: Any, path: str) -> Json:
    if isinstance(given, dict):
        parts = [given.get(part, 0) for part in NO_VERSION]
    elif isinstance(given, str):
        parts = [*given.split(".")[:3], "0", "0"][:3]
    else:
        raise UnreadableError(path, f"invalid type: {unexpected(given)}, expected version string or object")
    try:
        return dict(zip(NO_VERSION, map(int, parts), strict=True))
    except (TypeError, ValueError):
        raise UnreadableError(path, "Failed to parse version") from None


_QUERY = (
    Field("terms", "list[str]", []),
    Field("names", "list[str]", []),
    Field("tags", "list[str]", []),
    Field("tag_behavior", "TagBehavior", "All"),
    Field("templates", "TemplatesQueryBehavior", "Include"),
    Field("specific", "object", {}),
)


def _query(given: Any, path: str) -> Json:
    return table(_QUERY, given, path, "ResourceQuery")


_SPECIAL: dict[str, Callable[[Any, str], Any]] = {
    "float32": _float,
    "float64": _float,
    "DeploymentImage": _image,
    "AlerterEndpoint": _endpoint,
    "ResourceTarget": _target,
    "UserTarget": _user_target,
    "Execution": _execution,
    "Permission": _permission,
    "ResourceQuery": _query,
    "version": _version,
}


def builder(given: Any, path: str) -> Json:
    """A builder's config: `{type, params}`, complete."""
    type_, params = _tagged(given, path, BUILDER_TYPES, "PartialBuilderConfig")
    return {"type": type_, "params": table(tables()[f"builder.{type_}"], params, f"{path}.params", type_)}


def unexpected(given: Any) -> str:
    """A value as serde's messages show it."""
    if isinstance(given, bool):
        return f"boolean `{str(given).lower()}`"
    if isinstance(given, int):
        return f"integer `{given}`"
    if isinstance(given, float):
        return f"floating point `{given}`"
    if isinstance(given, str):
        return f'string "{given}"'
    return {dict: "map", list: "sequence"}.get(type(given), "null")
