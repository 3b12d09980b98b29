"""Deploys that are owed: what was not done is not forgotten (architecture rule 5). The same for every engine."""

from __future__ import annotations

from typing import Protocol

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.resource import Deployed, Target, redeploy_digest, wants_deploy

ON_CREATION = "deploy on creation"
CONFIG_CHANGED = "config has changed"
TURNED_ON = "deploy was turned on"
FAILED = "the last deploy failed"
RUNS_OTHERWISE = "what runs has other settings"


class Records(Protocol):
    """Where is written down what was deployed and what is owed."""

    def deployed(self, target: Target) -> Deployed | None:
        """What was deployed of one resource, or is owed."""

    def mark_deploy_pending(self, target: Target, reason: str) -> None:
        """Remembers that a deploy is due; the reason first given stays until it is done."""

    def unmark_deploy_pending(self, target: Target, reason: str) -> None:
        """Forgets that a deploy is due for a reason that does not hold any more."""


def pending_after_create(records: Records, target: Target, proposed: Resource) -> None:
    """What a create makes due."""
    if wants_deploy(proposed):
        records.mark_deploy_pending(target, ON_CREATION)


def pending_after_adoption(records: Records, target: Target, resource: Resource) -> None:
    """What is due where what was taken over is not what its resource says."""
    if wants_deploy(resource):
        records.unmark_deploy_pending(target, ON_CREATION)
        records.mark_deploy_pending(target, RUNS_OTHERWISE)


def pending_after_update(records: Records, target: Target, live: Resource, proposed: Resource, *, wanted: bool) -> None:
    """What an update makes due, or no longer. `wanted`: whether a sync kept it deployed before."""
    if not wants_deploy(proposed):
        return
    if not wanted:
        records.mark_deploy_pending(target, TURNED_ON)
        return
    record = records.deployed(target)
    digest = redeploy_digest(proposed)
    if record is not None and digest == record.redeploy_digest:
        records.unmark_deploy_pending(target, CONFIG_CHANGED)
    elif digest != redeploy_digest(live):
        records.mark_deploy_pending(target, CONFIG_CHANGED)
