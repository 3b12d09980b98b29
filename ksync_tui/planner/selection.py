"""What can be selected from a plan: prerequisites, and what follows from them (docs/architecture.md, rule 5)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cached_property

from ksync_tui.model.plan import Direction, Plan, Selection, verb_towards


def possible(plan: Plan, ticked: Set[str]) -> Selection:
    """The selection of those ticked ids that are not blocked, nor need one that is."""
    return plan.select(ticked - Prerequisites(plan).refused.keys())


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
        """Every action that cannot be ticked, with the reason: blocked, or needing one that is blocked or missing."""
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
        """Every action that a bulk tick may take: all but deletes, text-only ones and what cannot be ticked."""
        return frozenset(self.plan.by_id) - self.deleting - self.texts - self.refused.keys()

    @cached_property
    def texts(self) -> frozenset[str]:
        """The actions in which only comments or spacing differ."""
        return frozenset(action.id for action in self.plan.actions if action.text_only)
