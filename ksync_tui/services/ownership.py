"""Two syncs that declare the same resource: each would undo what the other does, so both are named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ksync_tui.model.resource import Problem
from ksync_tui.model.rules import Rule
from ksync_tui.planner.scope import Scope
from ksync_tui.present.text import count, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ksync_tui.model.plan import Plan
    from ksync_tui.model.resource import Declarations, Declared, Target
    from ksync_tui.services.sync import Sync
    from ksync_tui.state.ownership import OwnershipIndex


def owned_by(sync: Sync, declarations: Declarations) -> list[Declared]:
    """The declared resources that a stored sync manages; none for a path, which is nobody's for long."""
    if sync.target is None:
        return []
    scope = Scope(sync.options, sync.target)
    return [resource for resource in declarations.resources if scope.has(resource)]


def check_ownership(
    declarations: Declarations, owned: list[Declared], sync: Sync, index: OwnershipIndex, live: Collection[Target]
) -> Declarations:
    """The declarations with a warning per other sync that manages some of what this one does; none is dropped."""
    found = tuple(_problems(owned, sync, index, live))
    return replace(declarations, problems=(*declarations.problems, *found)) if found else declarations


def without_others(plan: Plan, index: OwnershipIndex, live: Collection[Target]) -> Plan:
    """The plan without deletes of what another sync declares: that is not this one's to delete, nor to write down."""
    deleted = {str(action.target) for action in plan.actions if action.verb == "delete"}
    existing = {target.name for target in live if target.kind == "resource_sync"}
    others = [(name, targets & deleted) for name, targets in index.others(plan.sync, existing)] if deleted else []
    theirs = {target for _, targets in others for target in targets}
    if not theirs:
        return plan
    actions = tuple(one for one in plan.actions if one.verb != "delete" or str(one.target) not in theirs)
    said = tuple(f"{count(len(targets), 'live resource')} left alone: the sync {name} declares " + _them(targets)
                 for name, targets in others if targets)  # fmt: skip
    renames = tuple(hint for hint in plan.renames if str(hint.old) not in theirs)
    return replace(plan, actions=actions, renames=renames, left_out=(*plan.left_out, *said))


def _them(targets: Collection[str]) -> str:
    return "it" if len(targets) == 1 else "them"


def _problems(owned: list[Declared], sync: Sync, index: OwnershipIndex, live: Collection[Target]) -> Iterator[Problem]:
    existing = {target.name for target in live if target.kind == "resource_sync"}
    if not owned or len(existing) < 2:
        return
    for other, targets in index.others(sync.name, existing):
        both = [declaration for declaration in owned if str(declaration.target) in targets]
        if both:
            names = listed([str(item.target) for item in both])
            message = f"the syncs {sync.name} and {other} both declare {names}: each undoes the other's changes"
            hint = "keep each resource in one sync, or separate them with match tags"
            yield Problem(Rule.SHARED_RESOURCE, "warning", both[0].place, message, hint, both[0].target)
