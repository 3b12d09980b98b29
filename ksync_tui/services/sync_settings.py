"""What was decided of single syncs: what they leave alone, and whether their files are written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.config import sync_settings
from ksync_tui.errors import SelectionError
from ksync_tui.model.ignored import IgnoreRule, SyncPolicy, Until
from ksync_tui.planner.ignored import value_of
from ksync_tui.planner.selection import labelled_parts
from ksync_tui.system.process import user

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ksync_tui.config import Settings
    from ksync_tui.model.plan import Action, Plan
    from ksync_tui.model.resource import Target


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """What was decided of the syncs of a profile. Methods raise ConfigError."""

    settings: Settings
    profile: str

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return self.settings.file.with_name(sync_settings.NAME)

    def ignored(self, sync: str | None = None) -> tuple[IgnoreRule, ...]:
        """The rules, of all syncs or of one."""
        found = sync_settings.read(self.file, self.profile)
        return found if sync is None else tuple(rule for rule in found if rule.sync == sync)

    def policy(self, sync: str) -> SyncPolicy:
        """What the settings say of a sync today."""
        return SyncPolicy(self.ignored(sync), self.settings.protected, date.today())  # noqa: DTZ011 - a person's own day

    def ignore(self, plan: Plan, target: Target, field: str, until: Until, reason: str = "") -> IgnoreRule:
        """Ignores what differs of a resource in a plan: a field or entry (`environment.LEVEL`), or all of it if "".

        Raises SelectionError where nothing of it is pending.
        """
        action = _action_of(plan, target, field)
        parts = labelled_parts(action, field)
        if field and not parts:
            hint = "Read it again: it may be as declared by now."
            raise SelectionError("no such difference", where=f"{target}:{field}", hint=hint)
        value = "" if until == "forever" else value_of(action, parts)
        rule = IgnoreRule(plan.sync, target, field, until, value, reason.strip(), user(), time.time())
        sync_settings.add(self.file, self.profile, rule)
        return rule

    def stop_ignoring(self, rules: Iterable[IgnoreRule]) -> None:
        """Ignores these no longer."""
        sync_settings.remove(self.file, self.profile, {rule.difference for rule in rules})

    def may_write(self, sync: str) -> bool:
        """Whether live may be written into the files of a sync that is not managed."""
        return sync_settings.may_write(self.file, self.profile, sync)

    def allow_writing(self, sync: str) -> None:
        """Lets live be written into the files of a sync from now on."""
        sync_settings.allow_writing(self.file, self.profile, sync)

    def rename_resource(self, old: Target, new: Target) -> None:
        """Keeps what was decided of a resource that got another name."""
        sync_settings.rename_resource(self.file, self.profile, old, new)

    def rename_sync(self, old: str, new: str) -> None:
        """Keeps what was decided of a sync that gets another name."""
        sync_settings.rename_sync(self.file, self.profile, old, new)


def _action_of(plan: Plan, target: Target, field: str) -> Action:
    """The action that a rule would be about: its write, else its delete or deploy."""
    found = [action for action in plan.actions if action.target == target]
    if field:
        found = [action for action in found if action.verb == "update"]
    action = next((action for action in found if action.verb != "deploy"), next(iter(found), None))
    if action is None:
        hint = "`ksync plan` lists what is pending."
        raise SelectionError("nothing is pending for this resource", where=str(target), hint=hint)
    return action
