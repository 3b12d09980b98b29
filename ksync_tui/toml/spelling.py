"""The spellings under which the fields of a kind may stand in a file, from their names in the model."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import Table, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ksync_tui.model.kinds.base import Resource


def spelled(model: type[Resource], path: Sequence[str | int]) -> list[str | int | Collection[str]]:
    """A path of field names with each as all the keys that it may be written as; indices stay as they are."""
    known = _spellings(model)
    return [known.get(step, step) if isinstance(step, str) else step for step in path]


@cache
def _spellings(model: type[Resource]) -> Mapping[str, Collection[str]]:
    """By field name, wherever in the resource the field stands: no two fields of one name clash."""
    found: dict[str, set[str]] = {}
    _collect(model, found, set())
    return found


def _collect(model: type[Table], found: dict[str, set[str]], seen: set[type[Table]]) -> None:
    if model in seen:
        return
    seen.add(model)
    for field in schema(model):
        found.setdefault(field.name, set()).update(field.accepted)
        if field.table is not None:
            _collect(field.table, found, seen)
    if issubclass(model, Choice) and model is not Choice:
        for params in model.variants.values():
            _collect(params, found, seen)
