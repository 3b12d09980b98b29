"""What is under the cursor of a review: the action or part of it, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target
from ksync_tui.planner.labels import label_of
from ksync_tui.planner.selection import narrowed_to
from ksync_tui.present.directions import planned_ids
from ksync_tui.present.rows import Group
from ksync_tui.tui.review_sides import path_of

if TYPE_CHECKING:
    from ksync_tui.model.ignored import IgnoreRule
    from ksync_tui.model.origin import Origin
    from ksync_tui.model.plan import Direction, Ignored
    from ksync_tui.model.resource import Declared
    from ksync_tui.present.rows import PartEntry
    from ksync_tui.services import Review
    from ksync_tui.tui.widgets.outline import OutlineView


@dataclass(frozen=True, slots=True)
class UnderCursor:
    """A line of a review as it is now; nothing of it while nothing was read."""

    review: Review | None
    outline: OutlineView
    direction: Direction

    @property
    def action(self) -> Action | None:
        """The action, or what would be one if it were not ignored."""
        if self.review is None or self._id is None:
            return None
        if self.declared is not None:
            return _as_declared(self.declared)
        planned = None if self.part and self.part.ignored else self.review.plan.by_id.get(self._id)
        return planned or next((hidden.action for hidden in self._hidden), None)

    @property
    def shown(self) -> Action | None:
        """The action as it is shown: of a part only that, of an ignored resource only what is ignored."""
        action = self.action
        parts = [self.part.part] if self.part else [part for hidden in self._hidden for part in hidden.parts]
        narrow = self.part or (action and self.review and action.id not in self.review.plan.by_id)
        return narrowed_to(action, parts) if action and narrow and parts and not self.declared else action

    @property
    def declared(self) -> Declared | None:
        """The resource on the line, where it is live as it is declared."""
        entry = self.outline.entry
        if self.review is None or entry is None or not entry.unchanged:
            return None
        kind, _, name = entry.id.partition(":")[2].partition("/")
        return self.review.declared.get(Target(kind, name))

    @property
    def part(self) -> PartEntry | None:
        """The part of an update that the line is."""
        return self.outline.part

    @property
    def origin(self) -> Origin | None:
        """Which side moved."""
        line = self.part or self.outline.entry
        return line.origin if line else None

    @property
    def field(self) -> str:
        """The part as the command line names it (`environment.LEVEL`); empty on the line of a resource."""
        action = self.action
        return label_of(self.part.part, action.proposed) if self.part and action and action.proposed else ""

    @property
    def rules(self) -> tuple[IgnoreRule, ...]:
        """The rules that hide what is on the line."""
        line = self.outline.line
        if line is None or isinstance(line, Group) or not line.ignored:
            return ()
        found = (hidden for hidden in self._hidden if not self.part or self.part.part in hidden.parts)
        return tuple(hidden.rule for hidden in found)

    @property
    def file(self) -> str | None:
        """Where on disk the resource is declared."""
        place = self.action.place if self.action else None
        return path_of(self.review, place.file) if self.review and place else None

    @property
    def _id(self) -> str | None:
        entry = self.outline.entry
        if entry is None:
            return None
        (planned,) = planned_ids((entry.id,), self.direction)
        return planned

    @property
    def _hidden(self) -> list[Ignored]:
        """What is ignored of the action."""
        return [one for one in self.review.plan.ignored if one.action.id == self._id] if self.review else []


def _as_declared(declared: Declared) -> Action:
    """Both sides of a resource that differs in nothing."""
    resource = declared.resource
    return Action("update", declared.target, "as declared", declared.place, resource, resource)
