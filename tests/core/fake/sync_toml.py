"""What Core reads in a resource file (semantics c.2): its own rule for backslashes, then TOML, then serde."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import tomli

from tests.core.fake import accept
from tests.core.fake.clauses import Json
from tests.core.fake.errors import UnreadableError
from tests.core.fake.kinds import KINDS
from tests.core.fake.schema import Field, params, tables

META = params('name:str description:str="" template:bool=false tags:list[str]=[] deploy:bool=false after:list[str]=[]')
_VARIABLE = params('name:str description:str="" value:str="" is_secret:bool=false')
_GROUP = (*params("name:str everyone:bool=false users:list[str]=[] all:object={}"),)
_PERMISSIONS = Field("permissions", "list[PermissionToml]", [], aliases=("permission",))


@dataclass
class Declared:
    """One resource as a file says it; its config is complete, with names for ids."""

    title: str
    name: str
    description: str
    template: bool
    tags: list[str]
    deploy: bool
    after: list[str]
    config: Json

    @property
    def meta(self) -> Json:
        """The keys before the config, as exports write them."""
        return {
            "name": self.name,
            "description": self.description,
            "template": self.template or None,
            "tags": self.tags or None,
            "deploy": self.deploy or None,
            "after": self.after or None,
        }


@dataclass
class Found:
    """Everything that files declare, in their order."""

    resources: list[Declared] = field(default_factory=list)
    variables: list[Json] = field(default_factory=list)
    groups: list[Json] = field(default_factory=list)


def read(text: str, found: Found) -> None:
    """Add what a text declares; raises UnreadableError with Core's message."""
    doubled = _double(text)
    try:
        sections = tomli.loads(doubled)
    except tomli.TOMLDecodeError as error:
        raise UnreadableError("", _syntax(doubled, error)) from None
    try:
        for title in KINDS:
            for number, raw in enumerate(_section(sections, KINDS[title].header)):
                found.resources.append(_resource(title, raw, f"{KINDS[title].header}[{number}]"))
        found.variables += [accept.table(_VARIABLE, raw, "variable", "V") for raw in _section(sections, "variable")]
        found.groups += [_group(raw) for raw in _section(sections, "user_group")]
    except UnreadableError as error:
        raise UnreadableError("", _at(doubled, 1, 1, error.message)) from None


def _double(text: str) -> str:
    pieces = text.split('"""')
    pieces[1::2] = [piece.replace("\\", "\\\\") for piece in pieces[1::2]]
    return '"""'.join(pieces)


def _section(sections: Json, header: str) -> list[Any]:
    if header in sections and header + "s" in sections:
        raise UnreadableError("", f"duplicate field `{header}s`")
    found = sections.get(header, sections.get(header + "s", []))
    if not isinstance(found, list):
        raise UnreadableError("", f"invalid type: {accept.unexpected(found)}, expected a sequence")
    return found


def _resource(title: str, raw: Any, path: str) -> Declared:
    kind = KINDS[title]
    meta = accept.table(META, raw, path, "ResourceToml")
    config = kind.complete(kind.partial(raw.get("config"), f"{path}.config"))
    return Declared(title, **meta, config=config)


def _group(raw: Any) -> Json:
    group = accept.table((*_GROUP, _PERMISSIONS), raw, "user_group", "UserGroupToml")
    levels = {kind: accept.value("Permission", held, "all") for kind, held in group["all"].items()}
    group["all"] = dict(sorted(levels.items()))
    for entry in group["permissions"]:
        entry.setdefault("specific", [])
    return group


def _syntax(text: str, error: tomli.TOMLDecodeError) -> str:
    lines = text.splitlines()
    line = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
    if header := re.fullmatch(r"\s*(\[\[?)[^\[\]]*(\]?)\s*", line):
        missing = "]" if header[2] or header[1] == "[" else "]]"
        kind = "array table" if header[1] == "[[" else "table"
        return _at(text, error.lineno, len(line) + 1, f"unclosed {kind}, expected `{missing}`")
    message = "duplicate key" if "overwrite" in error.msg or "twice" in error.msg else error.msg
    return _at(text, error.lineno, error.colno, message)


def _at(text: str, line: int, column: int, message: str) -> str:
    shown = [*text.splitlines(), ""][line - 1]
    edge = " " * len(str(line))
    return (
        f"TOML parse error at line {line}, column {column}\n"
        f"{edge} |\n{line} | {shown}\n{edge} | {' ' * (column - 1)}^\n{message}\n"
    )


assert "PermissionToml" in tables()
