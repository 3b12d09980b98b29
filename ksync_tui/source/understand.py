"""From the text of one block to what it means, wherever it stands (architecture rules 1 to 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ksync_tui.model import text as texts
from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Deployable
from ksync_tui.model.kinds.fields import SCHEMA_KEY, schema
from ksync_tui.model.kinds.mentions import mentions
from ksync_tui.model.kinds.registry import BY_HEADER, KINDS, bad_name
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import Reference, Target, canonical_of, digest_of, tags_of
from ksync_tui.model.rules import Rule
from ksync_tui.source.lint import lint
from ksync_tui.source.suggest import closest, hint_for_key, hint_for_word
from ksync_tui.toml.blocks import Block, BlockError, locate, parse_block, parse_file_text
from ksync_tui.toml.locations import Header, headers
from ksync_tui.toml.spelling import spelled

if TYPE_CHECKING:
    from ksync_tui.model.kinds.accept import Issue
    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.kinds.fields import Table
    from ksync_tui.model.kinds.registry import Kind
    from ksync_tui.model.resource import Severity

_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,22}|[a-z][a-z0-9_-]{24,499}")
"""A name that no kind but variable changes or refuses, as most are; 24 characters may be an object id."""

Position = tuple[int, int]
"""Lines below the block's first one, and column."""


class WrittenFields(Protocol):
    """The text of a resource."""

    def at(self, path: Sequence[Any]) -> Position:
        """Where a path of keys stands; a step may be a collection of spellings."""

    def headers(self) -> Sequence[Header]:
        """The headers of the resource's own tables, their paths and lines counted from its own."""


class Note(NamedTuple):
    """A problem of a block, at a place relative to the block."""

    rule: Rule
    severity: Severity
    at: Position
    message: str
    hint: str | None = None
    near: int | None = None
    """Lines below the block's first one: what the hint speaks of stands there."""


class Understood(NamedTuple):
    """What a block's text means, wherever it stands; without `resource` when something is in the way.

    `resource` is also None, and `remembered` true, for what an earlier process understood without any note.
    """

    target: Target | None
    resource: Resource | None = None
    notes: tuple[Note, ...] = ()
    fingerprint: str = ""
    references: tuple[Reference, ...] = ()
    tags: tuple[str, ...] = ()
    deploy: bool = False
    after: tuple[str, ...] = ()
    header: str | None = None
    remembered: bool = False

    @property
    def broken(self) -> Note | None:
        """The first error, if there is one."""
        return next((note for note in self.notes if note.severity == "error"), None)


def understand(block: Block) -> Understood:
    """What a block means: the declared resource, or the reason why there is none, and the problems met on the way.

    A `[[stack]]` that is sound gives a Declared; a wrong type gives a Broken with the name, where that can be read.
    Never raises for what the block holds.
    """
    kind = BY_HEADER.get(block.header) if block.header is not None else None
    try:
        raw = parse_block(block)
    except BlockError as error:
        place = error.line - block.first, error.column
        note = Note(Rule.SYNTAX, "error", place, f"not TOML: {error.message}", error.hint)
        return Understood(_guess_target(kind, block.text) if kind else None, notes=(note,), header=block.header)
    if kind is None or not block.array:
        return Understood(None, notes=tuple(_foreign(block, raw)), header=block.header)

    return understand_table(kind, raw, _InBlock(block), block.header)


@dataclass(frozen=True, slots=True)
class _InBlock:
    """A resource that is a block of its own. See `WrittenFields`."""

    block: Block

    def at(self, path: Sequence[Any]) -> Position:
        line, column = locate(self.block, path)
        return line - self.block.first, column

    def headers(self) -> Sequence[Header]:
        own = headers(self.block.text)
        return [header._replace(path=header.path[2:], line=header.line - 1) for header in own]


def understand_table(kind: Kind, raw: Mapping[str, Any], text: WrittenFields, header: str | None = None) -> Understood:
    """What a resource's own table means. `text` is only looked at where something is wrong."""
    at = text.at
    accepted = accept(kind.model, raw)
    notes = [_note(issue, text) for issue in accepted.issues] if accepted.issues else []
    resource = accepted.resource
    if resource is None:
        return Understood(_target(kind, raw.get("name")), notes=tuple(notes), header=header)
    stored = resource.name
    if kind.name == "variable" or not _PLAIN_NAME.fullmatch(stored):
        bad = bad_name(kind, stored)
        if bad is not None:
            message = f"{kind.name} name {stored!r}: {bad}"
            notes.append(Note(Rule.INVALID_NAME, "error", at(["name"]), message, "give it another name"))
            return Understood(None, notes=tuple(notes), header=header)
        stored = kind.normalise(stored)
    if stored != resource.name:
        message = f"Komodo stores the name {resource.name!r} as {stored!r}; ksync does the same"
        notes.append(Note(Rule.NAME_CHANGED, "warning", at(["name"]), message, f'write name = "{stored}"'))
        resource = resource.model_copy(update={"name": stored})
    meant = canonical_of(resource)
    if bad_texts := _bad_texts(resource, meant):
        notes.extend(_bad_text(resource, name, at) for name in bad_texts)
    if isinstance(resource, Variable) and (refused := resource.refused()) is not None:
        message, hint = f"{refused}: Komodo refuses it", "shorten it to one line of text"
        notes.append(Note(Rule.INVALID_VARIABLE, "warning", at(["value"]), message, hint))
    for rule, path, message, hint in lint(resource):
        notes.append(Note(rule, "warning", at(spelled(kind.model, path)), message, hint))
    deployable = resource if isinstance(resource, Deployable) else None
    return Understood(
        Target(kind.name, stored),
        resource,
        tuple(notes),
        digest_of(meant),
        tuple([Reference(path, _named(kind, name), needed) for path, kind, name, needed in mentions(resource)]),
        tuple(tags_of(resource)),
        deployable is not None and deployable.deploy,
        tuple(deployable.after) if deployable else (),
        header,
    )


def resource_of(text: str) -> Resource:
    """The resource of a block's text about which there was nothing to say: only parsed and checked."""
    ((header, tables),) = parse_file_text(text).items()
    resource = accept(BY_HEADER[header].model, tables[0]).resource
    if resource is None:
        raise AssertionError("a block that was read before")
    return resource


@cache
def _named(kind: str, name: str) -> Target:
    """Whom a reference names: by the name that Komodo would have stored (semantics h.10)."""
    return Target(kind, KINDS[kind].normalise(name))


def _target(kind: Kind, name: object) -> Target | None:
    return Target(kind.name, kind.normalise(name)) if isinstance(name, str) and name.strip() else None


def _note(issue: Issue, text: WrittenFields) -> Note:
    place = text.at(issue.path)
    if issue.levels:
        hint, near = hint_for_key(issue.path, issue.levels, text.headers())
        return Note(issue.rule, issue.severity, place, issue.message, hint, near)
    if issue.known:
        return Note(issue.rule, issue.severity, place, issue.message, hint_for_word(issue.word, issue.known))
    return Note(issue.rule, issue.severity, place, issue.message, issue.hint)


@cache
def _pair_fields(model: type[Table]) -> tuple[str, ...]:
    return tuple(field.name for field in schema(model) if field.compare is not None and field.compare.how == "pairs")


def _bad_texts(resource: Resource, meant: Mapping[str, Any]) -> list[str]:
    """The fields that should hold pairs and do not: what they mean is their text as it stands."""
    settings = resource.settings
    values = meant if settings is resource else meant.get("config", {})
    return [name for name in _pair_fields(type(settings)) if isinstance(values.get(name), str)]


def _bad_text(resource: Resource, name: str, at: Callable[[Sequence[Any]], Position]) -> Note:
    """A line that has neither `=` nor `:`: Komodo stores it and fails later (semantics e.2).

    The message holds nothing of the line, which may be part of a secret.
    """
    settings = resource.settings
    path = [name] if settings is resource else ["config", name]
    lines = texts.lines_of(getattr(settings, name))
    number = next(number for number, line in enumerate(lines, 1) if not _is_pair(line))
    message = f"line {number} of {name!r} has neither `=` nor `:`: Komodo fails when it uses it"
    hint = "write NAME = value, or # before a comment"
    return Note(Rule.INVALID_PAIRS, "warning", at(spelled(type(resource), path)), message, hint)


def _is_pair(line: str) -> bool:
    try:
        texts.pairs(line)
    except texts.BadPairError:
        return False
    return True


def _foreign(block: Block, raw: Mapping[str, Any]) -> Iterator[Note]:
    """Tables and keys that are of no kind: Komodo ignores them, ksync says so. Or of a kind, but not in its form."""
    if block.header is not None:
        yield foreign_name(block.header, (0, 1))
        return
    for key in raw:
        if key == SCHEMA_KEY:
            continue
        line, column = locate(block, (key,))
        yield foreign_name(key, (line - block.first, column))


def foreign_name(name: str, place: Position) -> Note:
    """What is to be said of a header or top-level key that begins no resource."""
    if name in BY_HEADER:
        kind = BY_HEADER[name].name
        return Note(
            Rule.NOT_A_LIST, "error", place, f"{name!r} must be a list of tables", f"write [[{kind}]] above its keys"
        )
    meant = closest(name.replace("-", "_"), tuple(BY_HEADER))
    hint = f"did you mean [[{meant}]]?" if meant else f"the kinds are {', '.join(KINDS)}"
    message = f"{name or '(no name)'!r} is not a resource kind and is ignored"
    return Note(Rule.UNKNOWN_KIND, "warning", place, message, hint)


def _guess_target(kind: Kind, text: str) -> Target | None:
    """The target of a block that is not TOML, from its name line, so that it is not taken for deleted."""
    for line in texts.lines_of(text):
        key, equals, value = line.partition("=")
        if equals and key.strip() == "name":
            return _target(kind, value.split("#", 1)[0].strip().strip("\"'"))
    return None
