"""Two syncs that claim one resource: each would take back what the other does, so both are named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ksync_tui.model.resource import Problem
from ksync_tui.planner.scope import Scope
from ksync_tui.present.text import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ksync_tui.model.resource import Declarations, Declared, Target
    from ksync_tui.services.syncs import Sync
    from ksync_tui.state.ownership import Claims


def told(declarations: Declarations, sync: Sync, claims: Claims, live: Collection[Target]) -> Declarations:
    """The declarations of a stored sync with a warning per other sync that claims some of them; they are kept."""
    if sync.target is None:
        return declarations
    scope = Scope(sync.options, sync.target)
    part = [one for one in declarations.resources if scope.has(one)]
    claims.keep(sync.name, "\n".join([f"{kind}/{name}" for kind, name in [one.target for one in part]]))
    found = tuple(_problems(part, sync, claims, live))
    return replace(declarations, problems=(*declarations.problems, *found)) if found else declarations


def _problems(part: list[Declared], sync: Sync, claims: Claims, live: Collection[Target]) -> Iterator[Problem]:
    existing = {target.name for target in live if target.kind == "resource_sync"}
    if len(existing) < 2:
        return
    for other, targets in claims.others(sync.name, existing):
        both = [one for one in part if str(one.target) in targets]
        if both:
            names = listed([str(one.target) for one in both])
            message = f"the syncs {sync.name} and {other} both declare {names}: each undoes the other's changes"
            hint = "keep each resource in one sync, or separate them with match tags"
            yield Problem("warning", both[0].place, message, hint, both[0].target)
