"""What can be selected from a plan: prerequisites, and what follows from them (docs/architecture.md, rule 5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import replace
from functools import cached_property

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.origin import shared
from ksync_tui.model.parts import covers, differing_parts, value_at, with_parts
from ksync_tui.model.plan import Action, Direction, FieldChange, Plan, Selection, verb_towards
from ksync_tui.planner.diff import plain
from ksync_tui.planner.labels import fields_of, label_of


def possible(plan: Plan, ticked: Set[str]) -> Selection:
    """The selection of those ticked ids that are not blocked, nor need one that is."""
    return plan.select(ticked - Prerequisites(plan).refused.keys())


Parts = Mapping[str, Collection[str]]
"""The parts that are chosen of an update, by its id; one that is not named is taken as a whole."""


def parts_of(action: Action) -> tuple[str, ...]:
    """The parts of an update that can be chosen by themselves, as paths in the order of its changes; else none."""
    if action.verb != "update" or action.current is None or action.proposed is None or action.text_only:
        return ()
    current, proposed = action.current, action.proposed
    parts = (part for change in action.changes for part in differing_parts(change.field, current, proposed))
    return tuple(dict.fromkeys(parts))


def labelled_parts(action: Action, label: str) -> tuple[str, ...]:
    """The parts of an update that a label names: the one of that name, else all that are under it."""
    if action.proposed is None or not label:
        return ()
    labels = {part: label_of(part, action.proposed) for part in parts_of(action)}
    exact = tuple(part for part, name in labels.items() if name == label)
    return exact or tuple(part for part, name in labels.items() if covers((label,), name))


def narrowed(plan: Plan, parts: Parts) -> Plan:
    """The plan with each of these updates reduced to the parts that are chosen of it; without any of them, it goes.

    What is shown and run is then exactly that; all else of the resource stays as it is live.
    """
    if not parts:
        return plan
    actions = (narrowed_to(action, parts[action.id]) if action.id in parts else action for action in plan.actions)
    return replace(plan, actions=tuple(action for action in actions if action is not None))


def taken_parts(action: Action, chosen: Collection[str]) -> tuple[str, ...]:
    """The parts of an update that are chosen, each in whole or as an entry of a field."""
    every, found = parts_of(action), frozenset(chosen)
    fields = [change.field for change in action.changes if covers(found, change.field)]
    found |= _needed(action, found)
    # A key may begin with another one (`tls` and `tls.certresolver`): entries are chosen by their whole names.
    return tuple(part for part in every if part in found or (fields and covers(fields, part)))


def _needed(action: Action, chosen: Collection[str]) -> frozenset[str]:
    """Parts without which a chosen one would do nothing: a secret without a value is managed elsewhere, so the value of
    a variable can be taken away only together with its being secret (architecture rule 9)."""
    current, proposed = action.current, action.proposed
    if not (isinstance(current, Variable) and isinstance(proposed, Variable)) or "value" not in chosen:
        return frozenset()
    return frozenset({"is_secret"} if current.is_secret and not proposed.is_secret and not proposed.value else ())


def narrowed_to(action: Action, chosen: Collection[str]) -> Action | None:
    """An update reduced to these parts; None where it has none of them."""
    taken = taken_parts(action, chosen)
    if not taken or action.current is None or action.proposed is None:
        return None
    if taken == parts_of(action):
        return action
    proposed = with_parts(action.current, action.proposed, taken)
    changes = tuple(_of_parts(change, proposed, taken) for change in action.changes if _touches(change, taken))
    redeploys = any(change.redeploys for change in changes)
    return replace(
        action,
        proposed=proposed,
        changes=changes,
        reason=fields_of(changes, proposed),
        consequences=action.consequences if redeploys else (),
        origin=shared(change.origin for change in changes),
        parts=taken,
    )


def _touches(change: FieldChange, parts: Collection[str]) -> bool:
    return covers(parts, change.field) or any(covers((change.field,), part) for part in parts)


def _of_parts(change: FieldChange, proposed: Resource, parts: Collection[str]) -> FieldChange:
    if covers(parts, change.field):
        return change
    origins = tuple((part, origin) for part, origin in change.origins if part in parts)
    origin = shared(origin for _, origin in origins) if origins else change.origin
    return replace(change, proposed=plain(value_at(proposed, change.field)), origin=origin, origins=origins)


class Prerequisites:
    """Who needs whom in a plan, and what therefore cannot be ticked. Built once per plan and direction."""

    def __init__(self, plan: Plan, direction: Direction = "live") -> None:
        self.plan = plan
        self.direction = direction

    @cached_property
    def dependents(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of the actions that need an action directly."""
        found: dict[str, list[str]] = {}
        for action in self.plan.actions:
            for needed in action.requires:
                found.setdefault(needed, []).append(action.id)
        return {needed: tuple(needing) for needed, needing in found.items()}

    @cached_property
    def refused(self) -> Mapping[str, str]:
        """Every action that cannot be ticked, by its id, with the reason: blocked, or needing one that is.

        `{"deploy:stack/web": "needs create server/edge: its block has an error"}`.
        """
        missing = {needed: "is not part of this plan" for needed in self.dependents if needed not in self.plan.by_id}
        blocked = {action.id: action.blocked for action in self.plan.actions if action.blocked}
        found = dict(blocked)
        for root, why in (missing | blocked).items():
            for needing in self.above(root):
                found.setdefault(needing, f"needs {root.replace(':', ' ', 1)}: {why}")
        return found

    @cached_property
    def deleting(self) -> frozenset[str]:
        """Deletes, from live or from the file, and all that needs one: never ticked in bulk (architecture rule 4)."""
        deletes = [action.id for action in self.plan.actions if verb_towards(action, self.direction) == "delete"]
        return frozenset(deletes).union(*(self.above(delete) for delete in deletes))

    def above(self, action_id: str) -> set[str]:
        """All that needs an action, directly or not."""
        found: set[str] = set()
        waiting = [action_id]
        while waiting:
            for needing in self.dependents.get(waiting.pop(), ()):
                if needing not in found:
                    found.add(needing)
                    waiting.append(needing)
        return found

    @cached_property
    def safe(self) -> frozenset[str]:
        """Every action that a bulk tick may take: all but deletes, creates that may be renames, text-only ones and what
        cannot be ticked."""
        return frozenset(self.plan.by_id) - self.deleting - self.guessed - self.texts - self.refused.keys()

    @cached_property
    def guessed(self) -> frozenset[str]:
        """Creates of what is likely only renamed, and all that needs one: whoever knows chooses each by itself."""
        alike = [f"create:{hint.new}" for hint in self.plan.renames if hint.old.kind == hint.new.kind]
        creates = [action_id for action_id in alike if action_id in self.plan.by_id]
        return frozenset(creates).union(*(self.above(create) for create in creates))

    @cached_property
    def texts(self) -> frozenset[str]:
        """The actions in which only comments or spacing differ."""
        return frozenset(action.id for action in self.plan.actions if action.text_only)
