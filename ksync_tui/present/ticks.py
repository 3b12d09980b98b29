"""What a person has ticked; what that needs follows from `Plan.select` (architecture rule 5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from ksync_tui.model.plan import Direction, Plan, Selection, select
from ksync_tui.planner.selection import Prerequisites, narrowed, parts_of
from ksync_tui.present.entries import ReviewEntry, reason_of
from ksync_tui.present.rows import Group, State
from ksync_tui.present.text import count, listed, neutral

Mark = Literal["[x]", "[~]", "[ ]", "[.]", " x "]
"""Ticked, ticked in part, not ticked, needed by a ticked one, cannot be ticked."""


@dataclass(frozen=True)
class Ticks:
    """The ticks of one plan. Every change gives a new one, whose `note` says what else came of it."""

    plan: Plan
    ticked: frozenset[str] = frozenset()
    note: str | None = None
    direction: Direction = "live"
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The parts that are ticked of an update, by its id; one that is not in it is ticked as a whole."""

    @cached_property
    def needs(self) -> Prerequisites:
        """What needs what; handed on from one Ticks of a plan to the next."""
        return Prerequisites(self.plan, self.direction)

    @cached_property
    def selection(self) -> Selection:
        """What would run: the ticked actions, or the ticked parts of them, and those they need."""
        return select(narrowed(self.plan, self.parts), self.ticked)

    def mark(self, action_id: str) -> Mark:
        """The box in front of an action."""
        if action_id in self.ticked:
            return "[~]" if action_id in self.parts else "[x]"
        if action_id in self.selection:
            return "[.]"
        return " x " if action_id in self.needs.refused else "[ ]"

    def part_mark(self, action_id: str, part: str) -> Mark:
        """The box in front of a part of an update."""
        if action_id in self.parts and action_id in self.ticked:
            return "[x]" if part in self.parts[action_id] else "[ ]"
        return "[x]" if (mark := self.mark(action_id)) == "[~]" else mark

    def reason(self, entry: ReviewEntry) -> str:
        """The reason shown: for what is ticked because of another, who needs it; for some parts, which."""
        if self.mark(entry.id) == "[~]":
            return f"only {reason_of(self.selection.plan.by_id[entry.id])}"
        return needed_by(self.selection, entry.id) or entry.reason

    def count(self, group: Group) -> int:
        """How many entries of a group are ticked, those that come along included."""
        return len(group.ids & self.selection.ids)

    def state(self, group: Group) -> State:
        """Whether none, some or all of a group is ticked."""
        ticked = self.count(group)
        return "none" if not ticked else "all" if ticked == len(group.pending) else "some"

    @property
    def totals(self) -> str:
        """`10 pending · 5 ticked`."""
        return f"{self.plan.pending:,} pending · {len(self.selection):,} ticked"

    def toggle(self, action_id: str) -> Ticks:
        """Ticks an action, or unticks it and all that needs it. One that cannot be ticked stays, with the reason."""
        if action_id in self.selection and action_id not in self.parts:
            return self._without({action_id})
        why = self.needs.refused.get(action_id)
        if why is not None:
            return self._now(self.ticked, f"{short(action_id)} cannot be ticked: {neutral(why)}")
        after = self._whole({action_id})
        return after._noted(_also("also ticked", after.selection.added.keys() - self.selection.added.keys()))

    def tick(self, action_id: str) -> Ticks:
        """Ticks all of an action. One that cannot be ticked stays, with the reason."""
        if action_id in self.ticked and action_id not in self.parts:
            return self._now(self.ticked)
        if action_id in self.selection:
            return self._whole({action_id})
        return self.toggle(action_id)

    def untick(self, action_id: str) -> Ticks:
        """Unticks an action and all that needs it."""
        return self._without({action_id}) if action_id in self.selection else self._now(self.ticked)

    def without_parts(self, action_id: str, parts: Collection[str]) -> Ticks:
        """Unticks some parts of an update; with none left, all of it."""
        every = frozenset(parts_of(self.plan.by_id[action_id]))
        left = self.parts.get(action_id, every) - frozenset(parts)
        return self._whole({action_id})._of(action_id, left) if left else self.untick(action_id)

    def toggle_part(self, action_id: str, part: str) -> Ticks:
        """Ticks or unticks one part of an update; without any, the update is not ticked either."""
        if action_id not in self.selection:
            after = self.toggle(action_id)
            return after._of(action_id, {part}) if action_id in after.ticked else after
        every = parts_of(self.plan.by_id[action_id])
        chosen = self.parts.get(action_id, frozenset(every)) ^ {part}
        if not chosen:
            return self._without({action_id})
        return self._whole({action_id})._of(action_id, chosen)

    def toggle_all(self, entries: Iterable[ReviewEntry]) -> Ticks:
        """The same for a group, or what a filter leaves of it: ticks all, or unticks all when all are ticked.

        Deletes are left out, and the note says so: each is ticked by itself.
        """
        ids = {action_id for entry in entries for action_id in entry.ids}
        wanted = ids & self.needs.safe
        if wanted and not wanted <= self.ticked and not all(item in self.selection for item in wanted):
            return self._whole(wanted)._noted(self._left_out(ids - wanted))
        ticked = {action_id for action_id in ids if action_id in self.selection}
        return self._without(ticked) if ticked else self._now(self.ticked, self._left_out(ids))

    def all(self, among: Collection[str] | None = None) -> Ticks:
        """Every create, update, rename and deploy that can be ticked, of all or `among` some; never a delete."""
        every = frozenset(self.plan.by_id) if among is None else frozenset(among)
        return self._whole(every & self.needs.safe)._noted(self._left_out(every - self.needs.safe))

    def none(self) -> Ticks:
        """Nothing ticked."""
        return self._now(frozenset())

    def moved_to(self, plan: Plan) -> Ticks:
        """The same ticks on a newer plan, as far as the actions are still there and can be ticked."""
        needs = Prerequisites(plan, self.direction)
        kept = frozenset(
            action_id for action_id in self.ticked if action_id in plan.by_id and action_id not in needs.refused
        )
        parts = {action_id: self._still(plan, action_id) for action_id in kept & self.parts.keys()}
        kept -= {action_id for action_id, chosen in parts.items() if not chosen}
        lost = self.ticked - kept
        note = f"{count(len(lost), 'tick')} no longer in the plan: {_names(lost)}" if lost else None
        after = Ticks(plan, kept, note, self.direction, {key: parts[key] for key in parts.keys() & kept})
        after.__dict__["needs"] = needs
        return after

    def _still(self, plan: Plan, action_id: str) -> frozenset[str]:
        return frozenset(parts_of(plan.by_id[action_id])) & self.parts[action_id]

    def restored_on(self, plan: Plan) -> Ticks:
        """The same ticks on a plan that is read later, as far as the actions are still exactly what was ticked."""
        altered = {found for found in self.selection.ids if plan.by_id.get(found) != self.plan.by_id[found]}
        changed = self.ticked & altered.union(*map(self.needs.above, altered))
        same = self.ticked - changed
        after = replace(self, ticked=same).moved_to(plan)
        parts = [f"{count(len(after.ticked), 'tick')} kept from before"] if after.ticked else []
        parts += [f"{count(len(changed), 'tick')} dropped, no longer the same: {_names(changed)}"] if changed else []
        return after._noted("; ".join(parts))

    def _without(self, ids: set[str]) -> Ticks:
        going = ids.union(*(self.needs.above(action_id) for action_id in ids))
        also = (self.ticked & going) - ids
        return self._now(self.ticked - going, _also("also unticked", also))

    def _left_out(self, ids: Collection[str]) -> str | None:
        refused = sum(action_id in self.needs.refused for action_id in ids)
        deletes = len(self.needs.deleting.intersection(ids) - self.needs.refused.keys() - self.ticked)
        parts = [f"{count(deletes, 'delete')} left out: tick them one at a time"] if deletes else []
        parts += [f"{count(refused, 'blocked action')} left out"] if refused else []
        texts = len(self.needs.texts.intersection(ids) - self.ticked)
        parts += [f"{count(texts, 'text-only difference')} left out"] if texts else []
        return "; ".join(parts) or None

    def _whole(self, ids: Collection[str]) -> Ticks:
        """These ticked as well, with all that they are."""
        rest = {action_id: chosen for action_id, chosen in self.parts.items() if action_id not in ids}
        return replace(self._now(self.ticked | frozenset(ids)), parts=rest)

    def _of(self, action_id: str, chosen: Collection[str]) -> Ticks:
        """Only these parts of a ticked update."""
        if len(chosen) == len(parts_of(self.plan.by_id[action_id])):
            return self
        return replace(self, parts={**self.parts, action_id: frozenset(chosen)})

    def _now(self, ticked: frozenset[str], note: str | None = None) -> Ticks:
        parts = {action_id: chosen for action_id, chosen in self.parts.items() if action_id in ticked}
        after = Ticks(self.plan, ticked, note, self.direction, parts)
        after.__dict__["needs"] = self.needs
        return after

    def _noted(self, note: str | None) -> Ticks:
        if not note:
            return self
        after = self._now(self.ticked, note)
        after.__dict__["selection"] = self.selection
        return after


def needed_by(selection: Selection, action_id: str) -> str | None:
    """`needed by api` for an action that another one brought along; None for any other."""
    needing = selection.added.get(action_id)
    if needing is None:
        return None
    other = selection.plan.by_id[needing]
    same = other.target == selection.plan.by_id[action_id].target
    return f"needed by {f'its {other.verb}' if same else neutral(other.target.name)}"


def short(action_id: str) -> str:
    """`update:stack/web` as a person says it: `update stack/web`."""
    return neutral(action_id.replace(":", " ", 1))


def _also(what: str, ids: Collection[str]) -> str | None:
    return f"{what}: {_names(ids)}" if ids else None


def _names(ids: Collection[str]) -> str:
    return listed([short(action_id) for action_id in sorted(ids)])
