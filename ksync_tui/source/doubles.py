"""Two declarations of one target: neither can be what is meant (DESIGN rule 3, facts h.21)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ksync_tui.model.resource import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ksync_tui.model.resource import Declared, Target

_NAMED = 5


def without_doubles(declared: Sequence[Declared]) -> tuple[tuple[Declared, ...], list[Problem]]:
    """Each target once, the first one blocked where there are several; and a problem for each of those."""
    first = {one.target: one for one in reversed(declared)}
    if len(first) == len(declared):
        return tuple(declared), []
    several: dict[Target, list[Declared]] = {}
    for one in declared:
        if one is not first[one.target]:
            several.setdefault(one.target, [first[one.target]]).append(one)
    kept = tuple(_blocked(one, several) for one in declared if one is first[one.target])
    return kept, [_problem(one, same) for same in several.values() for one in same]


def _blocked(one: Declared, several: dict[Target, list[Declared]]) -> Declared:
    same = several.get(one.target)
    if same is None:
        return one
    places = ", ".join(f"{other.place.file}:{other.place.line}" for other in same[:_NAMED])
    more = ", ..." if len(same) > _NAMED else ""
    return replace(one, blocked=f"declared {len(same)} times ({places}{more}): keep one")


def _problem(one: Declared, same: list[Declared]) -> Problem:
    other = same[0] if one is not same[0] else same[1]
    message = f"{one.target} is declared twice: also at {other.place.file}:{other.place.line}"
    return Problem("error", one.place, message, "keep one of them", one.target)
