"""Renames that a person chose: live as it will be once they are done, and the actions that do them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from ksync_tui.errors import KsyncError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import RUN_ORDER
from ksync_tui.model.origin import Applied
from ksync_tui.model.plan import Plan
from ksync_tui.model.references import renamed_in
from ksync_tui.model.resource import Declarations, LastApplied, Live, Snapshot, Target, fingerprint, tags_of
from ksync_tui.planner.draft import ActionDraft
from ksync_tui.planner.match import Matched, PlanCapabilities

V = TypeVar("V")


class Rename(NamedTuple):
    """A live resource, and the name that the files have for it."""

    old: Target
    new: Target


def applicable(renames: Sequence[Rename], declarations: Declarations, snapshot: Snapshot) -> tuple[Rename, ...]:
    """The renames that can be, in the order of their run: of what is not declared, to what is not live."""
    declared = {one.target for one in declarations.resources} if renames else set()
    can = (
        rename
        for rename in renames
        if rename.old in snapshot.live
        and rename.old not in declared
        and rename.new in declared
        and rename.new not in snapshot.live
        and rename.old.kind == rename.new.kind
    )
    return tuple(sorted(can, key=lambda rename: (RUN_ORDER.index(rename.new.kind), rename.new)))


def names_in_files(plan: Plan, ticked: Collection[str]) -> dict[Target, Target]:
    """The likely renames of which both ends go into the files: what the files call it, and what live does."""
    return {
        hint.new: hint.old
        for hint in plan.renames
        if hint.new.kind == hint.old.kind and {f"create:{hint.new}", f"delete:{hint.old}"} <= set(ticked)
    }


def renamed(snapshot: Snapshot, renames: Sequence[Rename]) -> Snapshot:
    """Live as if these renames were done: whoever names an old one names the new one, on every engine."""
    names = {rename.old: rename.new for rename in renames}
    if not names:
        return snapshot
    live = {names.get(target, target): _renamed(one, names, snapshot) for target, one in snapshot.live.items()}
    built = {rename.old.name: rename.new.name for rename in renames if rename.old.kind == "build"}
    return replace(
        snapshot,
        live=live,
        states=_moved(snapshot.states, names),
        deployed=_moved(snapshot.deployed, names),
        applied=_moved(snapshot.applied, names),
        changed_files=_moved(snapshot.changed_files, names),
        built={built.get(name, name): version for name, version in snapshot.built.items()},
        last_applied=_last_applied(snapshot.last_applied, renames) if snapshot.last_applied else None,
    )


def add_renames(
    found: Matched, renames: Sequence[Rename], before: Snapshot, after: Snapshot, abilities: PlanCapabilities
) -> None:
    """Adds the renames to a plan; what is done with a renamed resource, or one that names it, comes after them."""
    follows = {target for target, one in after.live.items() if before.live.get(target) is not one}
    for number, rename in enumerate(renames):
        declared = found.declared.get(rename.new)
        live = renamed(before, renames[:number]).live[rename.old]
        draft = ActionDraft("rename", rename.new, f"was {rename.old.name}", declared=declared)
        draft.old_name, draft.fingerprint, draft.origin = rename.old.name, live.fingerprint, "files"
        draft.place = declared.place if declared else None
        draft.current, draft.proposed = _readable(live), _readable(after.live[rename.new])
        for earlier in renames[:number]:  # of what this one names: its live state is expected to say so
            if renamed(before, [earlier]).live[rename.old] is not before.live[rename.old]:
                draft.need(f"rename:{earlier.new}")
        if rename.old.kind in abilities.keeps_names:
            draft.block(f"{rename.old.kind} resources cannot be renamed there: create the new one, delete the old one")
        for other in found.drafts.values():
            if other.verb != "rename" and other.target in follows:
                other.need(draft.id)
        found.add(draft)


def _readable(live: Live) -> Resource | None:
    try:
        return live.resource
    except KsyncError:
        return None


def _renamed(live: Live, names: Mapping[Target, Target], snapshot: Snapshot) -> Live:
    """A live resource under its new name, and with the new names of those it refers to."""
    target = names.get(live.target, live.target)
    try:
        resource = live.resource
    except KsyncError:
        return live
    found = resource
    for old, new in names.items():
        found = renamed_in(found, live.target, old, new.name, snapshot.live)
    if target == live.target and found is resource:
        return live
    other = found.model_copy(update={"name": target.name})
    return Live(target, fingerprint(other), lambda: other, tuple(tags_of(other)))


def _moved(known: Mapping[Target, V], names: Mapping[Target, Target]) -> dict[Target, V]:
    return {names.get(target, target): value for target, value in known.items()}


def _last_applied(last_applied: LastApplied, renames: Sequence[Rename]) -> LastApplied:
    before = {rename.new: rename.old for rename in renames}

    def found(target: Target) -> Sequence[Applied]:
        return last_applied(before.get(target, target))

    return found
