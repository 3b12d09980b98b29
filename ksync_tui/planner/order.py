"""The order of a plan: rounds that respect what actions need (semantics c.6, h.20)."""

from __future__ import annotations

from collections.abc import Iterator

from ksync_tui.model.kinds.registry import RUN_ORDER
from ksync_tui.model.plan import Action
from ksync_tui.model.references import find_cycles
from ksync_tui.model.resource import Target
from ksync_tui.planner.draft import ActionDraft, ActionDrafts

_STEP = {kind: at for at, kind in enumerate(RUN_ORDER)}
_RENAMES, _WRITES, _DELETES, _DEPLOYS, _ITSELF = range(5)

Key = tuple[int, int, int]
"""Phase, step in the phase, depth in the step: equal keys are one round."""


def settle(drafts: ActionDrafts, itself: Target | None = None) -> dict[str, Key]:
    """When each draft is done, and blocks what needs something blocked or needs each other.

    Renames come first. Creates and updates go kind by kind, deletes the other way, then deploys after each other.
    Deletes come before deploys, because they free names and ports. What the sync does to `itself` comes last (h.19).
    """
    _open_cycles(drafts)
    keys: dict[str, Key] = {}
    for draft in _needed_first(drafts):
        key = _key(draft, itself)
        for needed in draft.requires:
            if keys[needed] >= key:
                phase, step, depth = keys[needed]
                key = (phase, step, depth + 1)
            if (blocked := drafts[needed].blocked) is not None:
                draft.block(_because(draft, drafts[needed], blocked))
        keys[draft.id] = key
    return keys


def freeze(drafts: ActionDrafts, keys: dict[str, Key]) -> tuple[Action, ...]:
    """The actions in order, their rounds numbered from 1."""
    numbers = {key: number for number, key in enumerate(sorted(set(keys.values())), 1)}
    ordered = sorted(drafts.values(), key=lambda draft: (keys[draft.id], draft.at, draft.target))
    return tuple(draft.freeze(numbers[keys[draft.id]]) for draft in ordered)


def _key(draft: ActionDraft, itself: Target | None) -> Key:
    if draft.target == itself:
        return (_ITSELF, 0, 0)
    if draft.verb == "deploy":
        return (_DEPLOYS, 0, 0)
    step = _STEP[draft.target.kind]
    if draft.verb == "rename":
        return (_RENAMES, step, 0)
    return (_DELETES, -step, 0) if draft.verb == "delete" else (_WRITES, step, 0)


def _needed_first(drafts: ActionDrafts) -> Iterator[ActionDraft]:
    """Every draft after those it needs. There are no cycles."""
    done: set[str] = set()
    for start in drafts:
        path = [start]
        while path:
            if path[-1] in done:
                path.pop()
                continue
            waiting = [needed for needed in drafts[path[-1]].requires if needed not in done]
            if waiting:
                path.extend(waiting)
                continue
            done.add(path[-1])
            yield drafts[path.pop()]


def _open_cycles(drafts: ActionDrafts) -> None:
    """Blocks actions that need each other and takes those needs away, so that an order exists (semantics h.3)."""
    for cycle in find_cycles({name: draft.requires for name, draft in drafts.items() if draft.requires}):
        names = ", ".join(str(drafts[name].target) for name in cycle)
        for name in cycle:
            draft = drafts[name]
            draft.block(_cycle_reason(draft, names))
            draft.requires = [needed for needed in draft.requires if needed not in cycle]


def _cycle_reason(draft: ActionDraft, names: str) -> str:
    if draft.verb == "deploy":
        return f"`after` forms a cycle: {names}. Remove one of the entries"
    return f"these reference each other and none exists yet: {names}. Apply one without its reference first"


def _because(draft: ActionDraft, needed: ActionDraft, blocked: str) -> str:
    if needed.verb == "deploy":
        return f"after {needed.target.name}, whose deploy is blocked"
    if needed.target == draft.target:
        return f"its {needed.verb} is blocked: {blocked}"
    return f"needs {needed.target}, whose {needed.verb} is blocked: {blocked}"
