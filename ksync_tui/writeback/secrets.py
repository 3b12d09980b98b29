"""The refusal to let a secret into new bytes (architecture rule 9)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from ksync_tui.errors import SecretInCommitError
from ksync_tui.model.secrets import label_is_interpolated
from ksync_tui.model.text import lines_of
from ksync_tui.toml.render import line_string

SHORTEST = 6
"""Shorter values are no secrets to look for: they are found by chance in any file."""
_LONG_LINE = 16


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
                hint = _hint(label)
                what = f"the new text holds the value of a secret ({label})"
                raise SecretInCommitError(what, where=f"{name}:{number}", hint=hint)


def _hint(label: str) -> str:
    if label_is_interpolated(label):
        return f"Write [[{_suggested(label)}]] in its place, and keep the value in a secret variable"
    return "Leave it out: the value stays as live has it"


def _needles(value: str) -> Iterator[str]:
    """What to look for: the value, as TOML may write it; of several lines each long one, but for PEM's frame."""
    if "\n" in value:
        lines = (line.strip() for line in lines_of(value))
        yield from (line for line in lines if len(line) >= _LONG_LINE and not line.startswith("-----"))
    elif len(value) >= SHORTEST:
        yield from {value, line_string(value)[1:-1]}


def _new_line(needle: str, old: str, new: str) -> int | None:
    """The number of the first line that holds the needle and is new."""
    if needle not in new:
        return None
    had = Counter(line for line in lines_of(old) if needle in line)
    holding = [(at, line) for at, line in enumerate(lines_of(new), 1) if needle in line]
    if len(holding) <= had.total():
        return None
    return next(at for at, line in holding if had.subtract([line]) or had[line] < 0)


def _suggested(label: str) -> str:
    """A name for `[[NAME]]`: the variable's own, else one made from the label."""
    kind, _, rest = label.partition("/")
    name = rest.removesuffix(" value") if kind == "variable" else rest or label
    return re.sub(r"\W+", "_", name).strip("_").upper() if kind != "variable" else name
