"""Values of the model as lines a person reads: TOML-like, short, secrets masked. For the eye, not to be parsed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ksync_tui.model.kinds.fields import Table, schema
from ksync_tui.model.text import lines_of
from ksync_tui.present.mask import MASK, hides, masked_text

_FEW, _FLAT = 4, 2
"""Values with so few scalars and so few levels take one line; the layout must not depend on how long a text is."""


def scalar(value: Any, secret: bool = False) -> str:
    """One value on one line, as TOML has it; a masked one is the mask, an empty secret is empty."""
    if secret:
        return _hidden(value)
    if value is None:
        return "none"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Table):
        return _inline(_entries(value))
    if isinstance(value, Mapping):
        return _inline([(str(key), entry, False) for key, entry in value.items()])
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(scalar, value))}]"
    return str(value)


def _hidden(value: Any) -> str:
    if isinstance(value, str):
        shown = masked_text(value)
        return shown if shown == MASK else scalar(shown)
    return MASK if value else ""


def _entries(table: Table) -> list[tuple[str, Any, bool]]:
    """Keys as in a file, values, and whether they are masked; what means its default is left out."""
    known = schema(type(table))
    return [
        (field.key, getattr(table, field.name), hides(table, field.name))
        for field in known
        if field.name in table.model_fields_set
        and (field.required or field.canonical(getattr(table, field.name)) != known.default_meanings[field.name])
    ]


def _inline(entries: list[tuple[str, Any, bool]]) -> str:
    inner = ", ".join(f"{key} = {scalar(value, secret)}" for key, value, secret in entries)
    return f"{{ {inner} }}" if inner else "{}"


def lines(value: Any, indent: str = "") -> list[str]:
    """A table, list or mapping as one line per entry, those that are too long for one spread over several."""
    if isinstance(value, Table):
        return _of_entries(_entries(value), indent)
    if isinstance(value, Mapping):
        return _of_entries([(str(key), entry, False) for key, entry in value.items()], indent)
    if isinstance(value, list | tuple):
        return [line for entry in value for line in _of_item(entry, indent)]
    return [indent + line for line in lines_of(str(value))]


def _of_entries(entries: list[tuple[str, Any, bool]], indent: str) -> list[str]:
    return [line for key, value, secret in entries for line in _of_entry(key, value, secret, indent)]


def _of_entry(key: str, value: Any, secret: bool, indent: str) -> list[str]:
    if not secret and isinstance(value, str) and "\n" in value.rstrip("\n"):
        return [f"{indent}{key} =", *(f"{indent}  {line}" for line in lines_of(value))]
    if secret or _fits(value):
        return [f"{indent}{key} = {scalar(value, secret)}"]
    return [f"{indent}{key} =", *lines(value, indent + "  ")]


def _of_item(value: Any, indent: str) -> list[str]:
    if _fits(value):
        return [f"{indent}{scalar(value)}"]
    inner = lines(value, indent + "  ")
    return [f"{indent}- {inner[0].strip()}", *inner[1:]] if inner else [f"{indent}-"]


def _fits(value: Any) -> bool:
    scalars, levels = _size(value)
    return scalars <= _FEW and levels <= _FLAT


def _size(value: Any) -> tuple[int, int]:
    """How many scalars and how many levels of tables a value has; a text of several lines never fits on one."""
    if isinstance(value, list | tuple):
        return _sum([_size(entry) for entry in value], 0)
    if isinstance(value, Table):
        return _sum([_size(entry) for _, entry, _ in _entries(value)], 1)
    if isinstance(value, Mapping):
        return _sum([_size(entry) for entry in value.values()], 1)
    return (_FEW + 1 if isinstance(value, str) and "\n" in value.rstrip("\n") else 1), 0


def _sum(sizes: list[tuple[int, int]], level: int) -> tuple[int, int]:
    return sum(scalars for scalars, _ in sizes), level + max((levels for _, levels in sizes), default=0)
