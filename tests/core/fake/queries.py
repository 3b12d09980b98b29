"""The part of a database query that clients send: equality on dotted names and a few operators (semantics b.5)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$in": lambda held, wanted: held in wanted,
    "$nin": lambda held, wanted: held not in wanted,
    "$ne": operator.ne,
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


def matches(document: Any, query: dict[str, Any]) -> bool:
    """Whether a document is one that a query asks for."""
    return all(_clause(document, name, wanted) for name, wanted in query.items())


def _clause(document: Any, name: str, wanted: Any) -> bool:
    if name in ("$or", "$and"):
        found = (matches(document, query) for query in wanted)
        return any(found) if name == "$or" else all(found)
    held = document
    for step in name.split("."):
        held = held.get(step) if isinstance(held, dict) else None
    if isinstance(wanted, dict) and wanted and all(key in _OPERATORS for key in wanted):
        return all(_OPERATORS[key](held, value) for key, value in wanted.items())
    return bool(held == wanted)
