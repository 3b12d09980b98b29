"""What may run while nobody looks: all that is not blocked, unless a person would have been asked something first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.model.resource import digest_of, fingerprint
from ksync_tui.planner.safety import exceeds_safe_change
from ksync_tui.planner.selection import possible

if TYPE_CHECKING:
    from ksync_tui.model.plan import Action, Plan, Selection


def everything(plan: Plan) -> Selection:
    """All actions that can be done. A plan holds deletes only where its sync deletes what it does not declare."""
    sound = {action.id for action in plan.actions if not action.blocked and not action.text_only}
    return possible(plan, sound)


def held(selection: Selection) -> str | None:
    """Why a selection waits for a person (architecture rule 4), or None."""
    plan = selection.plan
    if plan.deletes_held:
        return f"deletes are held: {plan.deletes_held}"
    if selection.deletes and not plan.options.deletes:
        return "it deletes, which the sync is not set up to do"
    big = exceeds_safe_change(selection)
    return f"a large change: {big}" if big else None


def digest(selection: Selection) -> str:
    """The same for selections that would do the same to the same."""
    return digest_of([_facts(action) for action in selection])


def _facts(action: Action) -> list[str | None]:
    proposed = fingerprint(action.proposed) if action.proposed else None
    return [action.id, action.fingerprint, proposed, action.reason]
