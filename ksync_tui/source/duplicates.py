"""Two declarations of one target: equal ones do no harm, different ones are an error (architecture rule 3).

Komodo takes whichever comes last (semantics h.21).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ksync_tui.model.resource import Problem, canonical_of
from ksync_tui.model.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ksync_tui.model.resource import Declared, Target

_NAMED = 5


def without_duplicates(declared: Sequence[Declared]) -> tuple[tuple[Declared, ...], list[Problem]]:
    """Each target once, the first one blocked where the others say something else; and the problems of it."""
    first = {declaration.target: declaration for declaration in reversed(declared)}
    if len(first) == len(declared):
        return tuple(declared), []
    several: dict[Target, list[Declared]] = {}
    for declaration in declared:
        if declaration is not first[declaration.target]:
            several.setdefault(declaration.target, [first[declaration.target]]).append(declaration)
    kept = tuple(_blocked(declaration, several) for declaration in declared if declaration is first[declaration.target])
    return kept, [problem for same in several.values() for problem in _problems(same)]


def _blocked(declared: Declared, several: dict[Target, list[Declared]]) -> Declared:
    same = several.get(declared.target)
    if same is None or _alike(same):
        return declared
    places = ", ".join(_place(other) for other in same[:_NAMED])
    more = ", ..." if len(same) > _NAMED else ""
    return replace(declared, blocked=f"declared {len(same)} times ({places}{more}): keep one")


def _alike(same: Sequence[Declared]) -> bool:
    return len({duplicate.fingerprint for duplicate in same}) == 1


def _problems(same: list[Declared]) -> Iterator[Problem]:
    first = same[0]
    if _alike(same):
        for duplicate in same[1:]:
            message = f"{duplicate.target} is declared twice with the same contents: {_place(first)} counts"
            yield Problem(Rule.REPEATED, "warning", duplicate.place, message, "remove this one", duplicate.target)
        return
    for duplicate in same:
        other = first if duplicate is not first else same[1]
        message = f"{duplicate.target} is declared twice: also at {_place(other)}{_difference(duplicate, other)}"
        yield Problem(Rule.DUPLICATE, "error", duplicate.place, message, "keep one of them", duplicate.target)


def _place(declared: Declared) -> str:
    return f"{declared.place.file}:{declared.place.line}"


def _difference(declared: Declared, other: Declared) -> str:
    """`, with another description, environment`: the fields that two declarations do not share."""
    fields = sorted(_differing(canonical_of(declared.resource), canonical_of(other.resource)))
    more = ", ..." if len(fields) > _NAMED else ""
    return f", with another {', '.join(fields[:_NAMED])}{more}" if fields else ""


def _differing(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    for name in one.keys() | other.keys():
        mine, theirs = one.get(name), other.get(name)
        if mine == theirs:
            continue
        if name == "config" and isinstance(mine or {}, dict) and isinstance(theirs or {}, dict):
            yield from _differing(mine or {}, theirs or {})
        else:
            yield name
