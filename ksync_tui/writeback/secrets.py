"""Which values are secret, and the refusal to let one into new bytes (DESIGN rule 9)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ksync_tui.errors import SecretInCommitError
from ksync_tui.model.kinds.fields import FieldShape, Table, shape
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.text import BadPairError, pairs
from ksync_tui.writeback.toml import line_string

SHORTEST = 6
"""Shorter values are no secrets to look for: they are found by chance in any file."""
_LONG_LINE = 16
_REFERENCE = re.compile(r"\s*(?:\[\[[^\[\]\n]+\]\]\s*)+")


def is_reference(text: str) -> bool:
    """Whether a text consists of `[[NAME]]`: it names a secret and holds none."""
    return _REFERENCE.fullmatch(text) is not None


def only_references(field: FieldShape, given: Any) -> bool:
    """Whether a secret field's value holds nothing but `[[NAME]]`: the whole text, or the value of every pair."""
    return not any(_literal(field, given)) if isinstance(given, str) else not given


def _literal(field: FieldShape, given: str) -> Iterator[str]:
    """The parts of a secret field's value that are secret themselves."""
    if field.compare is not None and field.compare.how == "pairs":
        try:
            yield from (pair.value for pair in pairs(given) if pair.value and not is_reference(pair.value))
        except BadPairError:
            yield given
    elif given and not is_reference(given):
        yield given


def secret_values(label: str, table: Table) -> Iterator[tuple[str, str]]:
    """The secret values of a resource, each with where it stands: `stack/web webhook_secret`.

    Defaults are no secrets, nor is what consists of `[[NAME]]`.
    """
    if isinstance(table, Variable):
        if table.is_secret and table.value and not is_reference(table.value):
            yield f"{label} value", table.value
        return
    for field in shape(type(table)):
        given = table.__dict__[field.name]
        if field.secret and isinstance(given, str) and given != field.default:
            yield from ((f"{label} {field.key}", value) for value in _literal(field, given))
        for entry in given if isinstance(given, list) else [given]:
            if isinstance(entry, Table):
                yield from secret_values(label, entry)


def refuse_secrets(name: str, before: bytes | None, after: bytes, known: Mapping[str, str]) -> None:
    """Raises SecretInCommitError when more lines of `after` than of `before` hold a known secret's value.

    `known` maps what a secret is called to its value; a value that `before` already gave away is not new. Names the
    place and the secret, never the value.
    """
    new, old = (data.decode("utf-8", "replace") for data in (after, before or b""))
    for label, value in known.items():
        for needle in _needles(value):
            number = _new_line(needle, old, new)
            if number is not None:
                hint = f"Write [[{_suggested(label)}]] in its place, and keep the value in a secret variable"
                what = f"the new text holds the value of a secret ({label})"
                raise SecretInCommitError(what, where=f"{name}:{number}", hint=hint)


def _needles(value: str) -> Iterator[str]:
    """What to look for: the value, as TOML may write it; of several lines each long one, but for PEM's frame."""
    if "\n" in value:
        lines = (line.strip() for line in value.splitlines())
        yield from (line for line in lines if len(line) >= _LONG_LINE and not line.startswith("-----"))
    elif len(value) >= SHORTEST:
        yield from {value, line_string(value)[1:-1]}


def _new_line(needle: str, old: str, new: str) -> int | None:
    """The number of the first line that holds the needle and is new."""
    if needle not in new:
        return None
    had = Counter(line for line in old.splitlines() if needle in line)
    holding = [(at, line) for at, line in enumerate(new.splitlines(), 1) if needle in line]
    if len(holding) <= had.total():
        return None
    return next(at for at, line in holding if had.subtract([line]) or had[line] < 0)


def _suggested(label: str) -> str:
    """A name for `[[NAME]]`: the variable's own, else one made from the label."""
    kind, _, rest = label.partition("/")
    name = rest.removesuffix(" value") if kind == "variable" else rest or label
    return re.sub(r"\W+", "_", name).strip("_").upper() if kind != "variable" else name
