"""What could be typed before the cursor of a block: keys at the start of a line, names where a key refers to a kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.kinds.registry import KINDS

_KEY = re.compile(r"\s*([A-Za-z_][\w.]*)?$")
_VALUE = re.compile(r"\s*([\w.]+)\s*=\s*(?:\[(?:[^\]]*,)?\s*)?\"([^\"]*)$")


@dataclass(frozen=True, slots=True)
class Completion:
    """What stands before the cursor, and what it could become."""

    typed: str
    found: tuple[str, ...]

    @property
    def common(self) -> str:
        """What all that was found begin with."""
        if not self.found:
            return self.typed
        low, high = min(self.found), max(self.found)
        alike = next((at for at, char in enumerate(low) if not high.startswith(char, at)), len(low))
        return low[:alike]


def complete(kind: str, before: str, names: Callable[[str], Sequence[str]], keys: Sequence[str]) -> Completion:
    """What the text of a line up to the cursor could become.

    `names` gives the names that exist of a kind; `keys` are those the kind's block accepts.
    """
    if value := _VALUE.match(before):
        referred = _refers_to(kind, value[1].rsplit(".", 1)[-1])
        return _matching(value[2], names(referred) if referred else ())
    if key := _KEY.match(before):
        return _matching(key[1] or "", keys)
    return Completion("", ())


def _matching(typed: str, words: Sequence[str]) -> Completion:
    return Completion(typed, tuple(sorted({word for word in words if word.startswith(typed)})))


def _refers_to(kind: str, key: str) -> str | None:
    known = KINDS.get(kind)
    field = _field(known.model, key) if known else None
    return field.ref if field else None


def _field(model: type[Table], key: str) -> FieldSchema | None:
    known = schema(model)
    if key in known.by_key:
        return known.by_key[key]
    config = known.fields.get("config")
    return _field(config.table, key) if config and config.table else None
