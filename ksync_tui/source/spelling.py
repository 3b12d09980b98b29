"""The spellings under which a field may stand in a file, from its name in the model."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import Table, shape
from ksync_tui.model.kinds.registry import KINDS

if TYPE_CHECKING:
    from collections.abc import Collection


def spellings(step: str | int) -> str | int | Collection[str]:
    """All keys that a path step may be written as; an index stays as it is."""
    if isinstance(step, int):
        return step
    return _all_spellings().get(step, step)


@cache
def _all_spellings() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for kind in KINDS.values():
        _collect(kind.model, found, set())
    return {name: frozenset(keys) for name, keys in found.items()}


def _collect(model: type[Table], found: dict[str, set[str]], seen: set[type[Table]]) -> None:
    if model in seen:
        return
    seen.add(model)
    for field in shape(model):
        found.setdefault(field.name, set()).update(field.accepted)
        if field.table is not None:
            _collect(field.table, found, seen)
    if issubclass(model, Choice) and model is not Choice:
        for params in model.variants.values():
            _collect(params, found, seen)
