"""A create and something undeclared that look like one resource under two names: hints, nothing more."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ksync_tui.errors import KsyncError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.plan import RenameHint
from ksync_tui.model.resource import Live, Target, canonical_of
from ksync_tui.model.text import lines_of
from ksync_tui.planner.draft import ActionDraft

LIKE = 85
SHORT_LIKE = 95
SHORT = 100
"""Texts shorter than this are alike by chance, so they must be more alike."""
TOO_SHORT = 24
MOST = 300
"""More creates or undeclared resources of one kind than this are a move of everything, not a rename."""
_TRIED = 3
_OWN_FIELDS = frozenset({"name", "tags", "deploy", "after"})


@dataclass(frozen=True, slots=True)
class _Sketch:
    """A resource as text to compare, and the lines it is made of."""

    target: Target
    text: str
    lines: frozenset[str]


def rename_hints(creates: Iterable[ActionDraft], undeclared: Iterable[Live]) -> tuple[RenameHint, ...]:
    """Pairs that look like renames, the likeliest first; each resource is in one pair at most."""
    new = _by_kind((draft.target, draft) for draft in creates if draft.proposed is not None)
    old = _by_kind((live.target, live) for live in undeclared)
    found = [hint for kind in new.keys() & old.keys() for hint in _pairs(new[kind], old[kind])]
    return tuple(_best(found))


def _by_kind(entries: Iterable[tuple[Target, Any]]) -> dict[str, list[Any]]:
    kinds: dict[str, list[Any]] = defaultdict(list)
    for target, entry in entries:
        kinds[target.kind].append(entry)
    return kinds


def _pairs(creates: list[ActionDraft], undeclared: list[Live]) -> Iterator[RenameHint]:
    if max(len(creates), len(undeclared)) > MOST:
        return
    old = [sketch for live in undeclared if (sketch := _sketch_live(live))]
    by_line = defaultdict(list)
    for sketch in old:
        for line in sketch.lines:
            by_line[line].append(sketch)
    for draft in creates:
        if draft.proposed is not None:
            new = _sketch(draft.target, draft.proposed)
            shared = Counter(sketch for line in new.lines for sketch in by_line.get(line, ()))
            yield from (hint for sketch, _ in shared.most_common(_TRIED) if (hint := _hint(sketch, new)))


def _hint(old: _Sketch, new: _Sketch) -> RenameHint | None:
    from rapidfuzz import fuzz  # noqa: PLC0415 - only a plan that may hold a rename needs it

    shorter = min(len(old.text), len(new.text))
    if shorter < TOO_SHORT:
        return None
    least = SHORT_LIKE if shorter < SHORT else LIKE
    likeness = fuzz.ratio(old.text, new.text, score_cutoff=least)
    return RenameHint(old.target, new.target, int(likeness)) if likeness else None


def _sketch_live(live: Live) -> _Sketch | None:
    try:
        return _sketch(live.target, live.resource)
    except KsyncError:
        return None


def _sketch(target: Target, resource: Resource) -> _Sketch:
    lines = list(_lines("", {key: value for key, value in canonical_of(resource).items() if key not in _OWN_FIELDS}))
    return _Sketch(target, "\n".join(lines), frozenset(lines))


def _lines(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _lines(f"{path}.{key}", value[key])
    elif isinstance(value, list):
        for entry in value:
            yield f"{path} {json.dumps(entry, sort_keys=True)}"
    else:
        yield from (f"{path} {line.strip()}" for line in lines_of(str(value)))


def _best(hints: list[RenameHint]) -> Iterator[RenameHint]:
    taken: set[Target] = set()
    for hint in sorted(hints, key=lambda hint: (-hint.likeness, hint.new, hint.old)):
        if hint.old not in taken and hint.new not in taken:
            taken |= {hint.old, hint.new}
            yield hint
