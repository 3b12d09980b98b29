"""What a review screen holds: both directions of a plan as lists, each with its ticks, and what a refresh keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ksync_tui.model.plan import Direction, Plan
from ksync_tui.present.directions import to_file
from ksync_tui.present.rows import Outline
from ksync_tui.present.ticks import Ticks

if TYPE_CHECKING:
    from ksync_tui.services import Review

DIRECTIONS: tuple[Direction, ...] = ("live", "file")

NO_TICKS: Mapping[Direction, Ticks] = {}


@dataclass(frozen=True)
class Side:
    """One direction of a review: what the list shows, and what is ticked in it."""

    outline: Outline
    ticks: Ticks

    @classmethod
    def of(cls, plan: Plan, direction: Direction, before: Side | None) -> Side:
        """A plan, turned to a direction, with the ticks of the one before it."""
        return cls(
            Outline(plan, changing=direction, for_choosing=True), before.ticks.moved_to(plan) if before else Ticks(plan)
        )

    def showing(self, unchanged: bool) -> Side:
        """The same choices over a list with or without what is as declared."""
        now = self.outline
        outline = Outline(now.plan, changing=now.changing, for_choosing=True, with_unchanged=unchanged)
        return replace(self, outline=outline)

    def ticked(self, ticks: Ticks) -> Side:
        """The same list with other ticks."""
        return replace(self, ticks=ticks)


def sides_of(
    review: Review, before: Mapping[Direction, Side], left: Mapping[Direction, Ticks] = NO_TICKS
) -> dict[Direction, Side]:
    """Both directions of a newer review; ticks are kept per direction, or are those of a review that was `left`."""
    plans: dict[Direction, Plan] = {"live": review.plan, "file": to_file(review.plan)}
    sides = {direction: Side.of(plans[direction], direction, before.get(direction)) for direction in DIRECTIONS}
    restored = {direction: ticks.restored_on(plans[direction]) for direction, ticks in left.items()}
    return sides | {direction: sides[direction].ticked(ticks) for direction, ticks in restored.items()}


def path_of(review: Review, file: str | None) -> str | None:
    """Where a file of a review is on disk; None for inline text."""
    return next((one.path for one in review.declarations.files if one.name == file), None)
