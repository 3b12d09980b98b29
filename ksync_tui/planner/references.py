"""References between resources, as far as they decide what can be done (architecture rule 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.resource import Declared, Reference, Snapshot, Target
from ksync_tui.planner.draft import ActionDraft, ActionDrafts, pending, pending_create

_LOOSE = frozenset({"alerter"})
"""Kinds that Komodo stores whatever they name (semantics h.12)."""


@dataclass(frozen=True, slots=True)
class References:
    """Looks up whom a declared resource names."""

    drafts: ActionDrafts
    declared: dict[Target, Declared]
    snapshot: Snapshot

    def to_create(self, declared: Declared) -> Iterator[ActionDraft]:
        """The creates, in this plan, of what a resource names."""
        for reference in declared.references:
            draft = None if reference.target == declared.target else pending_create(self.drafts, reference.target)
            if draft is not None:
                yield draft

    def missing(self, declared: Declared, *, all_of_them: bool) -> Reference | None:
        """The first reference to something that is neither live nor created by this plan.

        Those in something disabled count only with `all_of_them`.
        """
        return next(
            (
                reference
                for reference in declared.references
                if (all_of_them or reference.needed) and not self._found(reference.target)
            ),
            None,
        )

    def _found(self, target: Target) -> bool:
        return target in self.snapshot.live or pending_create(self.drafts, target) is not None

    def find(self, target: Target) -> Resource | None:
        """A resource as it will be once this plan is done, whatever of it is ticked."""
        draft = pending(self.drafts, target)
        if draft is not None and draft.proposed is not None:
            return draft.proposed
        live = self.snapshot.live.get(target)
        return live.resource if live else None

    def why_missing(self, reference: Reference) -> str:
        """What is missing and which line to add."""
        kind, name = reference.target
        if reference.target in self.declared:
            return f"{kind} {name} is declared but not included in this sync, and does not exist"
        return f'{kind} {name} is neither declared nor live: add a block [[{kind}]] with name = "{name}"'


def check_writes(references: References) -> None:
    """For an engine that refuses dangling references: what creates and updates need, and what blocks them."""
    for draft in list(references.drafts.values()):
        declared = draft.declared
        if declared is None or draft.verb not in ("create", "update") or draft.target.kind in _LOOSE:
            continue
        for needed in references.to_create(declared):
            draft.need(needed.id)
        missing = references.missing(declared, all_of_them=True)
        if missing is not None:
            draft.block(references.why_missing(missing))
