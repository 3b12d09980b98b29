"""An action while the plan is being made: the rules add to it, then it is frozen."""

from __future__ import annotations

from dataclasses import dataclass, field

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.origin import Origin, Stamp
from ksync_tui.model.plan import Action, FieldChange, Removal, Verb
from ksync_tui.model.resource import Declared, SourceLocation, Target


@dataclass(slots=True)
class ActionDraft:
    """An action in the making; see Action. `at` is its place in the order of the files."""

    verb: Verb
    target: Target
    reason: str
    at: int = 0
    declared: Declared | None = None
    place: SourceLocation | None = None
    current: Resource | None = None
    proposed: Resource | None = None
    changes: tuple[FieldChange, ...] = ()
    requires: list[str] = field(default_factory=list)
    blocked: str | None = None
    fingerprint: str | None = None
    consequences: list[str] = field(default_factory=list)
    removal: Removal | None = None
    origin: Origin | None = None
    applied: Stamp | None = None
    parts: tuple[str, ...] = ()
    old_name: str | None = None

    @property
    def id(self) -> str:
        """The id of the action to be."""
        return action_id(self.verb, self.target)

    def block(self, why: str | None) -> None:
        """Blocks it, unless it is blocked already: the first reason stands."""
        if self.blocked is None:
            self.blocked = why

    def need(self, other: str) -> None:
        """Adds a prerequisite once."""
        if other not in self.requires and other != self.id:
            self.requires.append(other)

    def freeze(self, number: int) -> Action:
        """The action, to be done in round `number`."""
        return Action(
            verb=self.verb,
            target=self.target,
            reason=self.reason,
            place=self.place,
            current=self.current,
            proposed=self.proposed,
            changes=self.changes,
            requires=tuple(self.requires),
            round=number,
            blocked=self.blocked,
            fingerprint=self.fingerprint,
            consequences=tuple(self.consequences),
            removal=self.removal,
            origin=self.origin,
            applied=self.applied,
            parts=self.parts,
            old_name=self.old_name,
        )


ActionDrafts = dict[str, ActionDraft]
"""Drafts by their ids."""


def action_id(verb: Verb, target: Target) -> str:
    """The id of an action (see Action.id)."""
    return f"{verb}:{target.kind}/{target.name}"


def pending(drafts: ActionDrafts, target: Target) -> ActionDraft | None:
    """The create or update of a target in this plan, if there is one."""
    return drafts.get(action_id("create", target)) or drafts.get(action_id("update", target))


def pending_create(drafts: ActionDrafts, target: Target) -> ActionDraft | None:
    """The create of a target in this plan, if there is one."""
    return drafts.get(action_id("create", target))
