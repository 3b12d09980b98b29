"""Leaves out of a plan what a person decided to ignore; what has changed or expired since comes back with a word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ksync_tui.model.ignored import IgnoreRule, SyncPolicy
from ksync_tui.model.kinds.mentions import mentions
from ksync_tui.model.parts import meaning_at, with_parts
from ksync_tui.model.plan import Action, Ignored, Returned
from ksync_tui.model.resource import Declared, Live, Reference, Snapshot, Target, digest_of, fingerprint
from ksync_tui.planner.draft import ActionDraft, pending
from ksync_tui.planner.match import Matched, PlanCapabilities, delete
from ksync_tui.planner.selection import labelled_parts, narrowed_to, parts_of


class Ignoring:
    """The rules of a sync at work on one plan: what they hide, and what is back since they were made."""

    def __init__(self, policy: SyncPolicy) -> None:
        self.ignored: list[Ignored] = []
        self.returned: list[Returned] = []
        self._today = policy.today
        self._rules: dict[Target, list[IgnoreRule]] = defaultdict(list)
        for rule in policy.ignored:
            self._rules[rule.target].append(rule)
        self._hidden: dict[Target, bool] = {}

    def leave_out(self, found: Matched) -> None:
        """Takes out of creates and updates what is ignored of them."""
        for target, rules in self._rules.items():
            draft = pending(found.drafts, target)
            if draft is not None:
                self._leave_out(found, draft, rules)

    def hides(self, draft: ActionDraft) -> bool:
        """Whether a delete is ignored, or the deploy of a resource of which nothing else is done."""
        target = draft.target
        if target not in self._rules:
            return False
        if target not in self._hidden:
            whole = _whole(self._rules.get(target, ()))
            action = draft.freeze(0)
            self._hidden[target] = whole is not None and self._decide(whole, action)
        return self._hidden[target]

    def hides_delete(self, live: Live, snapshot: Snapshot, abilities: PlanCapabilities) -> bool:
        """Whether the delete of a live resource is ignored."""
        return live.target in self._rules and self.hides(delete(live, snapshot, abilities))

    def _leave_out(self, found: Matched, draft: ActionDraft, rules: Sequence[IgnoreRule]) -> None:
        action = draft.freeze(0)
        hidden = self._hidden_parts(action, rules)
        left = _without(action, hidden)
        whole = _whole(rules)
        self._hidden[draft.target] = bool(left and whole and self._decide(whole, left))
        if left is None or self._hidden[draft.target]:
            del found.drafts[draft.id]
            if action.text_only:
                found.unchanged[draft.target.kind] -= 1
        elif hidden:
            _narrow(draft, left)
        if hidden:
            _declare_as_live(found, draft, hidden)

    def _hidden_parts(self, action: Action, rules: Sequence[IgnoreRule]) -> set[str]:
        hidden: set[str] = set()
        for rule in rules:
            parts = labelled_parts(action, rule.field)
            if parts and self._decide(rule, action, parts):
                hidden.update(parts)
        return hidden

    def _decide(self, rule: IgnoreRule, action: Action, parts: tuple[str, ...] = ()) -> bool:
        """Whether a rule hides an action, or these parts of it; where it does not any more, it is noted why."""
        if rule.ended(self._today):
            self.returned.append(Returned(rule, "expired"))
        elif not rule.holds_for(value_of(action, parts)):
            self.returned.append(Returned(rule, "changed"))
        else:
            self.ignored.append(Ignored(rule, action, parts))
            return True
        return False


def value_of(action: Action, parts: Sequence[str] = ()) -> str:
    """A digest of what differs: both sides of these parts of an update, or of all of an action."""
    if not parts:
        return digest_of([action.fingerprint, fingerprint(action.proposed) if action.proposed else None])
    sides: Any = [[meaning_at(side, part) for side in (action.current, action.proposed) if side] for part in parts]
    return digest_of(sides)


def _whole(rules: Iterable[IgnoreRule]) -> IgnoreRule | None:
    return next((rule for rule in rules if not rule.field), None)


def _without(action: Action, hidden: Collection[str]) -> Action | None:
    """An action without some of its parts; None where nothing is left."""
    return narrowed_to(action, [part for part in parts_of(action) if part not in hidden]) if hidden else action


def _narrow(draft: ActionDraft, left: Action) -> None:
    draft.proposed, draft.changes, draft.reason = left.proposed, left.changes, left.reason
    draft.parts = left.parts


def _declare_as_live(found: Matched, draft: ActionDraft, hidden: Iterable[str]) -> None:
    """For the rest of the plan the file says of these parts what live has, so that nothing is deployed for them."""
    declared = draft.declared
    if declared is None or draft.current is None:
        return
    resource = with_parts(declared.resource, draft.current, hidden)
    references = tuple(Reference(path, Target(*named), needed) for path, *named, needed in mentions(resource))
    place, text, blocked = declared.place, declared.text, declared.blocked
    other = Declared(declared.target, resource, place, text, references=references, blocked=blocked)
    at = next(at for at, one in enumerate(found.part) if one is declared)
    found.part[at] = found.declared[draft.target] = draft.declared = other
