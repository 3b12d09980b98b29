"""Declared against live by kind and name: what is to be created, updated, deleted (semantics c.3, c.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ksync_tui.errors import KsyncError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.plan import Removal, Verb
from ksync_tui.model.resource import Broken, Declarations, Declared, Live, Snapshot, Target, bare, fingerprint
from ksync_tui.planner.draft import ActionDraft, ActionDrafts, pending
from ksync_tui.planner.labels import fields_of
from ksync_tui.planner.scope import INLINE_SYNC, Scope, has_files

if TYPE_CHECKING:
    from ksync_tui.planner.diff import Difference


class PlanCapabilities(Protocol):
    """What the planner asks of an engine (see engine.base.Capabilities)."""

    @property
    def keeps_deploy(self) -> bool:
        """Whether `deploy` and `after` are part of the live resource."""

    @property
    def refuses_dangling(self) -> bool:
        """Whether a reference to nothing is refused."""

    @property
    def expands_patterns(self) -> bool:
        """Whether rights are stored per resource, so that the patterns of a user group mean what they match."""

    @property
    def compares_texts(self) -> bool:
        """Whether comments and spacing of a text are a difference to show."""

    @property
    def keeps_names(self) -> frozenset[str]:
        """The kinds that cannot be renamed."""

    @property
    def removals(self) -> tuple[Removal, ...]:
        """What may become of the containers of what is deleted."""


class Comparer:
    """Compares resources whose fingerprints differ, and remembers: planning again costs what changed."""

    def __init__(self) -> None:
        self._known: dict[Target, tuple[Resource, Live, bool, Difference]] = {}
        self._bare: dict[Target, tuple[Declared, str]] = {}

    def compare(self, declared: Declared, live: Live, *, keeps_deploy: bool) -> Difference:
        """See diff.compare; the same two objects are compared once."""
        known = self._known.get(declared.target)
        if known and known[0] is declared.resource and known[1] is live and known[2] is keeps_deploy:
            return known[3]
        from ksync_tui.planner.diff import compare  # noqa: PLC0415 - a plan without differences does without the nested models

        difference = compare(live.resource, _named(declared), keeps_deploy=keeps_deploy)
        self._known[declared.target] = (declared.resource, live, keeps_deploy, difference)
        return difference

    def bare_fingerprint(self, declared: Declared) -> str:
        """The fingerprint without `deploy` and `after`, for engines that have no place for them."""
        if not (declared.deploy or declared.after):
            return declared.fingerprint
        known = self._bare.get(declared.target)
        if known is None or known[0] is not declared:
            known = self._bare[declared.target] = (declared, fingerprint(bare(declared.resource)))
        return known[1]

    def forget(self, kept: dict[Target, Declared]) -> None:
        """Drops what is remembered of resources that are not declared any more."""
        for memory in (self._known, self._bare):
            for target in memory.keys() - kept.keys():
                del memory[target]


@dataclass(slots=True)
class Matched:
    """Declared and live side by side."""

    drafts: ActionDrafts = field(default_factory=dict)
    declared: dict[Target, Declared] = field(default_factory=dict)
    """Every declared resource once, whether or not it takes part."""
    part: list[Declared] = field(default_factory=list)
    """Those that take part, in file order."""
    unchanged: Counter[str] = field(default_factory=Counter)
    same: list[Target] = field(default_factory=list)
    """The targets that are counted in `unchanged`."""

    def add(self, draft: ActionDraft) -> None:
        """Adds a draft under its id."""
        self.drafts[draft.id] = draft


def match(
    declarations: Declarations, snapshot: Snapshot, scope: Scope, abilities: PlanCapabilities, comparer: Comparer
) -> Matched:
    """Creates and updates, and what is unchanged: declared and live side by side, in the order of the files.

    A resource whose fingerprint is equal is not looked at further. Deletes, deploys and order come later
    (see `Planner.plan`). `comparer` remembers differences from one plan to the next.
    """
    found = Matched()
    live_of, seen, part, everything = snapshot.live.get, found.declared, found.part, scope.lets_all
    same = found.same
    for declared in declarations.resources:
        target = declared.target
        if target in seen:
            _twice(found, target)
            continue
        seen[target] = declared
        if target.kind not in everything and not scope.has(declared):
            continue
        part.append(declared)
        live = live_of(target)
        draft = None
        if live is None or live.fingerprint != declared.fingerprint:
            draft = _write(declared, live, len(part), abilities, comparer)
        if draft is None:
            same.append(target)
            if abilities.compares_texts and live is not None:
                draft = _texts(declared, live, len(part))
        if draft is not None:
            found.add(draft)
    found.unchanged.update(target.kind for target in same)
    _add_broken(found, declarations.broken, snapshot, scope)
    return found


def _write(
    declared: Declared, live: Live | None, at: int, abilities: PlanCapabilities, comparer: Comparer
) -> ActionDraft | None:
    """The create or update that makes live what is declared, or None where both mean the same."""
    if live is None:
        return _create(declared, at)
    keeps_deploy = abilities.keeps_deploy
    if not keeps_deploy and live.fingerprint == comparer.bare_fingerprint(declared):
        return None
    return _update(declared, live, at, comparer, keeps_deploy)


def _create(declared: Declared, at: int) -> ActionDraft:
    return ActionDraft(
        "create",
        declared.target,
        "new",
        at,
        declared,
        declared.place,
        proposed=_named(declared),
        blocked=declared.blocked,
    )


def _update(declared: Declared, live: Live, at: int, comparer: Comparer, keeps_deploy: bool) -> ActionDraft | None:
    try:
        difference = comparer.compare(declared, live, keeps_deploy=keeps_deploy)
    except KsyncError as error:
        return _unreadable("update", declared.target, live, error, at)
    if not difference.changes:
        return None
    return ActionDraft(
        "update",
        declared.target,
        fields_of(difference.changes, declared.resource),
        at,
        declared,
        declared.place,
        live.resource,
        difference.proposed,
        difference.changes,
        blocked=declared.blocked or (None if has_files(live.target, live.resource) else INLINE_SYNC),
        fingerprint=live.fingerprint,
    )


def _texts(declared: Declared, live: Live, at: int) -> ActionDraft | None:
    """The update that only writes texts in another way, or None; what cannot be read shows none."""
    from ksync_tui.planner.diff import compare_texts  # noqa: PLC0415 - a plan without differences does without the nested models

    try:
        difference = compare_texts(live.resource, _named(declared))
    except KsyncError:
        return None
    if not difference.changes:
        return None
    fields = fields_of(difference.changes, declared.resource)
    draft = ActionDraft("update", declared.target, f"{fields} (text only)", at, declared, declared.place)
    draft.current, draft.proposed, draft.changes = live.resource, difference.proposed, difference.changes
    draft.fingerprint, draft.blocked = live.fingerprint, declared.blocked
    return draft


def _unreadable(verb: Verb, target: Target, live: Live, error: KsyncError, at: int = 0) -> ActionDraft:
    """Something to do with a live resource that the engine itself cannot read."""
    return ActionDraft(
        verb, target, "its live state cannot be read", at, blocked=str(error), fingerprint=live.fingerprint
    )


def _named(declared: Declared) -> Resource:
    """The declared resource under the name that Komodo stores (semantics h.10)."""
    resource = declared.resource
    if resource.name == declared.target.name:
        return resource
    return resource.model_copy(update={"name": declared.target.name})


def _twice(found: Matched, target: Target) -> None:
    draft = pending(found.drafts, target)
    if draft is not None:
        draft.block("it is declared more than once: keep one block")


def _add_broken(found: Matched, broken: Iterable[Broken], snapshot: Snapshot, scope: Scope) -> None:
    for at, block in enumerate(broken, len(found.part) + 1):
        target = block.target
        if target is None:
            continue
        live = snapshot.live.get(target)
        if target in found.declared:
            _twice(found, target)
        elif pending(found.drafts, target) is None and scope.has_broken(target, live):
            verb: Verb = "update" if live else "create"
            known = live.fingerprint if live else None
            reason = "its block has an error"
            found.add(ActionDraft(verb, target, reason, at, place=block.place, blocked=block.reason, fingerprint=known))


def undeclared(declarations: Declarations, found: Matched, snapshot: Snapshot, scope: Scope) -> list[Live]:
    """Live resources that the sync covers and that nothing in its files speaks of, by kind and name.

    A resource that is declared but does not take part is spoken of: it is left alone, not deleted.
    """
    spoken = found.declared.keys() | {block.target for block in declarations.broken if block.target}
    gone = [live for target, live in snapshot.live.items() if target not in spoken]
    return sorted((live for live in gone if scope.may_delete(live)), key=lambda live: live.target)


def delete(live: Live, snapshot: Snapshot, abilities: PlanCapabilities, held: str | None = None) -> ActionDraft:
    """The delete of a live resource; what was deployed of it is taken down, unless a person wants it otherwise.

    `held` is why it may not be done now.
    """
    try:
        current = live.resource
    except KsyncError as error:
        return _unreadable("delete", live.target, live, error)
    removal: Removal | None = "down" if _has_containers(live.target, snapshot, abilities) else None
    known = live.fingerprint
    draft = ActionDraft("delete", live.target, "not declared", current=current, fingerprint=known, removal=removal)
    draft.block(held)
    return draft


def _has_containers(target: Target, snapshot: Snapshot, abilities: PlanCapabilities) -> bool:
    """Whether something is taken down with a resource: what is on record, or, where there is no choice, what runs."""
    record = snapshot.deployed.get(target)
    if record is not None and record.redeploy_digest is not None:
        return True
    return len(abilities.removals) == 1 and snapshot.states.get(target, "down") not in ("down", "not_deployed")
