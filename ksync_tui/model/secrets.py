"""Which values are secret, and known secrets taken out of texts (architecture rule 9). Pure.

The model says which fields are secret; the value of a variable is when the variable is. A value that only names
others (`[[NAME]]`) is no secret, nor is a field's default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any, NamedTuple

from ksync_tui.model import text
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import Target
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.spellings import spellings

_NAMES_ONLY = re.compile(r"\s*(?:\[\[[^\[\]\n]+\]\]\s*)+")
SHORTEST = 4
"""Shorter values stand everywhere by chance; taking them out would only garble a text."""

HIDDEN = "<hidden>"
"""Stands for what looks like a secret."""


def hidden_label(number: int) -> str:
    """What the first, second, ... value is called that looks like a secret."""
    return "hidden" if number == 1 else f"hidden {number}"


Tables = dict[str, Any]
"""A table as JSON: field names to values."""


def names_only(value: str) -> bool:
    """Whether a text consists of `[[NAME]]`: it names a secret and holds none."""
    return _NAMES_ONLY.fullmatch(value) is not None


class SecretSlot(NamedTuple):
    """A secret field that is set: the table that holds it, its shape, its path from the resource."""

    table: Tables
    field: FieldSchema
    path: str


class SecretValue(NamedTuple):
    """A secret of a resource: its path (`config.webhook_secret`, `value`) and the value."""

    path: str
    value: str


def secrets_of(resource: Resource) -> Iterator[SecretValue]:
    """All secrets of a resource; of an environment each value by itself."""
    model = type(resource)
    if not may_hold_secrets(model):
        return
    for slot in secret_slots(model, resource.model_dump(mode="json", exclude_unset=True)):
        value = slot.table[slot.field.name]
        for name, part in secret_parts(slot.field, value) if isinstance(value, str) else ():
            yield SecretValue(f"{slot.path}.{name}" if name else slot.path, part)


def labelled_secrets(target: Target, resource: Resource) -> Iterator[tuple[str, str]]:
    """The secrets of a resource by labels for people: `variable/TOKEN`, `stack/web config.webhook_secret`."""
    for path, value in secrets_of(resource):
        yield str(target) if target.kind == "variable" else f"{target} {path}", value


def label_is_interpolated(label: str) -> bool:
    """Whether the secret of a label (`stack/web config.webhook_secret`) stands where Komodo replaces `[[NAME]]`."""
    kind, _, rest = label.partition("/")
    models: list[type[Table]] = [KINDS[kind].model] if kind in KINDS else []
    for step in rest.rpartition(" ")[2].split("."):
        fields = [field for model in models if (field := schema(model).fields.get(step.partition("[")[0]))]
        if any(field.interpolated for field in fields):
            return True
        models = [table for model, field in product(models, fields) for table in _tables_in(model, field)]
    return kind == "variable"


def only_references(field: FieldSchema, given: Any) -> bool:
    """Whether a secret field's value holds nothing but `[[NAME]]`: the whole text, or the value of every pair."""
    return not secret_parts(field, given) if isinstance(given, str) else not given


def secret_parts(field: FieldSchema, value: str) -> list[tuple[str, str]]:
    """What of a value is secret, each part with its name: the values of an environment, or the whole of another."""
    if not value or value == field.default or names_only(value):
        return []
    if field.compare is None or field.compare.how != "pairs":
        return [("", value)]
    try:
        pairs = text.pairs(value)
    except text.BadPairError:
        return [("", value)]
    return [(pair.key, pair.value) for pair in pairs if pair.value and not names_only(pair.value)]


def secret_slots(model: type[Table], data: Tables, path: str = "") -> Iterator[SecretSlot]:
    """The secret fields that are set in a table as JSON, at any depth."""
    if model is Variable:
        if data.get("is_secret") and "value" in data:
            yield SecretSlot(data, schema(Variable).fields["value"], "value")
        return
    for field in may_hold_secrets(model):
        value = data.get(field.name)
        if value is None:
            continue
        if field.secret:
            yield SecretSlot(data, field, path + field.name)
            continue
        table = _table_of(model, field, data)
        if table is not None:
            for step, entry in _entries(value):
                yield from secret_slots(table, entry, f"{path}{field.name}{step}.")


def _entries(value: Any) -> Iterator[tuple[str, Tables]]:
    if isinstance(value, dict):
        yield "", value
    elif isinstance(value, list):
        yield from ((f"[{number}]", entry) for number, entry in enumerate(value))


def _table_of(model: type[Table], field: FieldSchema, data: Tables) -> type[Table] | None:
    if issubclass(model, Choice) and field.name == "params":
        return model.params_of(data.get("type"))
    return field.table


@cache
def may_hold_secrets(model: type[Table]) -> tuple[FieldSchema, ...]:
    """The fields of a table that are secret or hold a table which may have a secret."""
    if model is Variable:
        return (schema(model).fields["value"],)
    return tuple(
        field for field in schema(model) if field.secret or any(map(may_hold_secrets, _tables_in(model, field)))
    )


def _tables_in(model: type[Table], field: FieldSchema) -> tuple[type[Table], ...]:
    if issubclass(model, Choice) and field.name == "params":
        return tuple(model.variants.values())
    return (field.table,) if field.table is not None else ()


@cache
def secret_names() -> frozenset[str]:
    """The names of all secret fields, of whatever kind."""
    return frozenset(name for kind in KINDS.values() for name in _secret_names(kind.model))


def _secret_names(model: type[Table]) -> Iterator[str]:
    for field in may_hold_secrets(model) if model is not Variable else ():
        if field.secret:
            yield field.name
        for table in _tables_in(model, field):
            yield from _secret_names(table)


@cache
def _named_secret() -> re.Pattern[str]:
    return re.compile(rf'("(?:{"|".join(sorted(secret_names()))})": )"(?:[^"\\]|\\.)+"')


def without_named_secrets(line: str) -> str:
    """A line of JSON without the values of secret fields, whatever they are: they may be old ones that nobody knows."""
    return _named_secret().sub(r'\1"<secret>"', line)


class Redactor:
    """Replaces the values of known secrets in any text by `<NAME>`.

    `known` maps a label to its value (`variable/TOKEN` is shown as `<TOKEN>`). Each line of a value of many lines
    counts too, and so does each of its `spellings`: programs quote what they repeat. With a `look`, values that look
    like secrets are hidden as well: as `<hidden>`, `<hidden 2>`, the same number for the same value.
    """

    __slots__ = ("_hidden", "_look", "_names", "_pattern")

    def __init__(self, known: Mapping[str, str] | Iterable[tuple[str, str]], look: SecretLook | None = None) -> None:
        self._look = look
        self._hidden: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for name, value in known.items() if isinstance(known, Mapping) else known:
            for part in (value, *map(str.strip, value.splitlines())):
                for spelling in spellings(part) if len(part) >= SHORTEST else ():
                    self._names.setdefault(spelling, f"<{name.removeprefix('variable/')}>")
        # The longest first, so that a secret inside another does not leave the rest of it readable.
        longest_first = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """The text with no known value in it, and none that looks like a secret."""
        shown = self._pattern.sub(lambda found: self._names[found[0]], text) if self._pattern else text
        return self._look.hide(shown, self._name_of) if self._look else shown

    def hides(self, variable: str) -> bool:
        """Whether the value of a variable is hidden because of its name."""
        return self._look is not None and self._look.names(variable)

    def _name_of(self, value: str) -> str:
        number = len(self._hidden) + 1
        return self._hidden.setdefault(value, f"<{hidden_label(number)}>")

    def everywhere(self, value: Any) -> Any:
        """The same in every string of a JSON value, keys included."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {self(str(key)): self.everywhere(entry) for key, entry in value.items()}
        return [self.everywhere(entry) for entry in value] if isinstance(value, list | tuple) else value


NOTHING_KNOWN = Redactor({})
