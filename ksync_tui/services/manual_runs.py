"""Running one resource because a person asks for it: a plan of one action, journaled like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.errors import NotPossibleError, UsageError
from ksync_tui.model.plan import Action, Plan, Selection, SyncOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ksync_tui.engine.base import Engine
    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.resource import Live, Target

MANUAL = "by hand"
"""What the journal calls the source of a change that no sync made."""


def manual_run(target: Target, live: Mapping[Target, Live], engine: Engine) -> Selection:
    """The selection that carries out one resource. Raises UsageError, NotPossibleError."""
    runs = engine.capabilities.runs
    if target.kind not in runs:
        more = "" if "action" in runs else "; a Komodo Core runs actions and syncs"
        reason = f"the {engine.name} engine runs {', '.join(runs)}{more}"
        raise NotPossibleError("it cannot be run", where=str(target), why=reason)
    found = live.get(target)
    if found is None:
        hint = "Apply it first; `ksync export` lists what is live."
        raise UsageError("no such live resource", where=str(target), hint=hint)
    verb, resource = runs[target.kind], found.resource
    if verb == "deploy" and (why := engine.deploy_block(resource, lambda named: _found(named, live))):
        raise NotPossibleError("it cannot be deployed", where=str(target), why=why)
    action = Action(verb, target, "run by hand", current=resource, proposed=resource, fingerprint=found.fingerprint)
    plan = Plan(SyncOptions(MANUAL), engine.name, (action,))
    return plan.select([action.id])


def _found(target: Target, live: Mapping[Target, Live]) -> Resource | None:
    found = live.get(target)
    return found.resource if found else None
