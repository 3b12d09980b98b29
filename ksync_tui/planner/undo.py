"""The inverse of a run as a plan to look at: what was made goes, what was changed or deleted comes back (need 32)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.parts import with_parts
from ksync_tui.model.plan import Action, FieldChange, Plan, Selection
from ksync_tui.model.resource import Snapshot, bare, fingerprint
from ksync_tui.planner.diff import compare
from ksync_tui.planner.protected import protection_of

_FEW = 5


def undo(
    selection: Selection,
    done: Collection[str],
    snapshot: Snapshot,
    *,
    keeps_deploy: bool = True,
    protected: Sequence[str] = (),
) -> Plan:
    """What would take back the `done` actions of a run, its last round first. Deploys are not taken back.

    What changed since the run is blocked: taking it back would lose that change. So are deletes of what is protected.
    """
    ran = [[action for action in reversed(actions) if action.id in done] for actions in reversed(selection.rounds)]
    rounds = enumerate(filter(None, ran), 1)
    inverse = [_inverse(action, number, snapshot, keeps_deploy) for number, actions in rounds for action in actions]
    actions = tuple(_unless_protected(action, snapshot, protected) for action in inverse if action is not None)
    return replace(selection.plan, actions=actions, left_out=tuple(_not_taken_back(chain.from_iterable(ran))))


def _not_taken_back(ran: Iterable[Action]) -> Iterator[str]:
    names = [str(action.target) for action in ran if action.verb in ("deploy", "run")]
    if names:
        more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
        yield f"what the run deployed stays as it runs: {', '.join(names[:_FEW])}{more}; a plan then shows what differs"


def _unless_protected(action: Action, snapshot: Snapshot, protected: Sequence[str]) -> Action:
    live = snapshot.live.get(action.target)
    if action.verb != "delete" or action.blocked or live is None:
        return action
    return replace(action, blocked=protection_of(live, protected))


def _inverse(action: Action, number: int, snapshot: Snapshot, keeps_deploy: bool) -> Action | None:
    if action.verb == "create":
        back = Action("delete", action.target, "it was created by the run", current=action.proposed)
    elif action.verb == "update" and action.parts and action.target in snapshot.live:
        back = _parts_back(action, snapshot.live[action.target].resource)
    elif action.verb == "update":
        changes = tuple(map(_turned, action.changes))
        back = Action("update", action.target, "as before the run", changes=changes)
        back = replace(back, current=action.proposed, proposed=action.current)
    elif action.verb == "rename" and action.old_name:
        back = Action("rename", action.subject, "as before the run", old_name=action.target.name)
        back = replace(back, current=action.proposed, proposed=action.current)
    elif action.verb == "delete":
        back = Action("create", action.target, "it was deleted by the run", proposed=action.current)
    else:
        return None
    live = snapshot.live.get(back.subject)
    blocked = _why_not(back, snapshot, keeps_deploy)
    return replace(back, round=number, fingerprint=live.fingerprint if live else None, blocked=blocked)


def _parts_back(action: Action, live: Resource) -> Action:
    """Takes back only the parts that an update took, whatever happened to the rest since."""
    assert action.current is not None  # noqa: S101 - only an update has parts
    assert action.proposed is not None  # noqa: S101
    there = with_parts(live, action.proposed, action.parts)
    proposed = with_parts(live, action.current, action.parts)
    moved = fingerprint(there) != fingerprint(live)
    return Action(
        "update",
        action.target,
        "as before the run",
        current=there if moved else live,
        proposed=proposed,
        changes=compare(live, proposed).changes,
        parts=action.parts,
    )


def _turned(change: FieldChange) -> FieldChange:
    return replace(change, current=change.proposed, proposed=change.current, origin=None)


def _why_not(back: Action, snapshot: Snapshot, keeps_deploy: bool) -> str | None:
    """What stands against taking an action back, and what to do."""
    target = back.subject
    live = snapshot.live.get(target)
    if back.verb == "create":
        return f"{target} exists again: look at it first" if live else None
    if live is None:
        return f"{target} no longer exists: nothing to undo"
    if back.verb == "rename":
        taken = back.target in snapshot.live
        return f"{back.target} exists: look at it first" if taken else None  # whatever else changed is not lost by it
    expected = back.current if keeps_deploy or back.current is None else bare(back.current)
    if expected is not None and live.fingerprint != fingerprint(expected):
        return f"{target} changed since the run: change it by hand"
    return None
