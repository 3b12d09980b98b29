"""What a review screen holds: the plan as a list, ticks per direction, and what a refresh keeps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ksync_tui.model.plan import Action, Plan
from ksync_tui.present.diff import Direction
from ksync_tui.present.rows import Outline
from ksync_tui.present.ticks import Ticks

if TYPE_CHECKING:
    from ksync_tui.session import Review

DIRECTIONS: tuple[Direction, ...] = ("live", "file")


@dataclass(frozen=True)
class Side:
    """One direction of a review: what the list shows, and what is ticked in it."""

    outline: Outline
    ticks: Ticks

    @classmethod
    def of(cls, plan: Plan, before: Side | None) -> Side:
        """A plan with the ticks of the one before it."""
        return cls(Outline(plan), before.ticks.moved_to(plan) if before else Ticks(plan))

    def ticked(self, ticks: Ticks) -> Side:
        """The same list with other ticks."""
        return replace(self, ticks=ticks)


def sides_of(review: Review, before: dict[Direction, Side]) -> dict[Direction, Side]:
    """Both directions of a newer review; ticks are kept per direction."""
    plans = {"live": review.plan, "file": to_file(review.plan)}
    return {direction: Side.of(plans[direction], before.get(direction)) for direction in DIRECTIONS}


def to_file(plan: Plan) -> Plan:
    """What live has that the file does not. A file has no deploys, and its blocks do not wait for each other."""
    actions = (replace(action, requires=(), blocked=None) for action in plan.actions if action.verb != "deploy")
    return replace(plan, actions=tuple(actions))


def path_of(review: Review, action: Action) -> str | None:
    """The file on disk in which an action's resource stands; None for inline text."""
    if action.place is None:
        return None
    named = (file.path for file in review.declarations.files if file.name == action.place.file)
    return next(named, None)
