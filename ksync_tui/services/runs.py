"""Runs of one profile: started here or in the background, watched, stopped, and only where they belong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.errors import EngineError, KsyncError, RunError
from ksync_tui.model.events import ActionLog
from ksync_tui.model.secret_look import PATTERNS, SecretLook
from ksync_tui.planner.safety import Confirmation, confirmation
from ksync_tui.planner.selection import parts_of
from ksync_tui.planner.undo import undo
from ksync_tui.services.manual_runs import MANUAL, manual_run
from ksync_tui.system.cancellation import NOT_CANCELLED, Cancellation
from ksync_tui.system.process import user

if TYPE_CHECKING:
    from pathlib import Path

    from ksync_tui.config import Profile
    from ksync_tui.engine.base import Engine
    from ksync_tui.model.events import Event, RunRecord
    from ksync_tui.model.plan import Action, Plan, Removal, Selection
    from ksync_tui.model.resource import Target
    from ksync_tui.services.core import CoreService
    from ksync_tui.services.sync_settings import SyncSettings
    from ksync_tui.state.journal import Journal

_log = logging.getLogger(__name__)
FEW = 50
"""Newest runs among which one of a sync is looked for."""
Tell = Callable[["Event"], None]


@dataclass(frozen=True, slots=True)
class RunProgress:
    """What a watcher sees of a run: its newest state, what was logged after a cursor, and the cursor to go on with.

    `lines` holds the id of an action and a line of its output.
    """

    record: RunRecord
    lines: tuple[tuple[str, str], ...]
    cursor: int


@dataclass(frozen=True, slots=True)
class Runs:
    """Carries out selections. `home` is the folder of both state and settings, where that is the same folder."""

    engine: Engine
    journal: Journal
    profile: Profile
    home: Path | None
    core: CoreService | None
    protected: tuple[str, ...] = ()
    """Patterns of what is never deleted, not even by undoing a create."""
    secret_keys: tuple[str, ...] = PATTERNS
    """Keys whose values are hidden in logs."""
    sync_settings: SyncSettings | None = None
    """Where rules about renamed resources follow them."""

    @property
    def read_only(self) -> str | None:
        """Why nothing can be changed here, or None."""
        return f"the profile {self.profile.name} is read-only" if self.profile.read_only else None

    @property
    def removals(self) -> tuple[Removal, ...]:
        """What may become of the containers of what is deleted, the usual first."""
        return self.engine.capabilities.removals

    def confirmation(self, selection: Selection) -> Confirmation:
        """What must be typed before a selection runs."""
        return confirmation(selection)

    def manual(self, target: Target) -> Selection:
        """The selection that deploys a stack or deployment, or runs a build, repo or procedure, whatever is planned.

        Raises UsageError where there is none of the name, NotPossibleError with the reason where it cannot be done.
        """
        return manual_run(target, self.engine.snapshot().live, self.engine)

    def runnable(self) -> list[Target]:
        """Every live resource that `manual` takes, by kind and name."""
        kinds = self.engine.capabilities.runs
        return sorted(target for target in self.engine.recent().live if target.kind in kinds)

    def start(self, selection: Selection) -> int:
        """Freezes a selection and carries it out in a process of its own; returns the number of the run."""
        from ksync_tui.run.detached import spawn  # noqa: PLC0415 - a plan runs nothing

        self.ensure_writable()
        run = self.journal.create(selection, user())
        environment = self.core.child_environment(self.profile.name) if self.core else {}
        self.journal.hand_over(run, spawn(run, self.home, self.profile.name, environment))
        return run

    def run(
        self,
        selection: Selection,
        tell: Tell = lambda _: None,
        cancellation: Cancellation = NOT_CANCELLED,
        who: str | None = None,
    ) -> RunRecord:
        """Carries out a selection here and now. `who` is who history says ran it, by default the user logged in.

        Raises RunError where nothing may be changed.
        """
        self.ensure_writable()
        return self.carry_out(self.journal.create(selection, who or user()), tell, cancellation, selection)

    def run_fully(self, selection: Selection, what: str) -> None:
        """Carries out a selection as a whole. Raises EngineError, which begins with `what`, where an action failed."""
        failed = next((action for action in self.run(selection).actions if action.outcome != "done"), None)
        if failed is not None:
            raise EngineError(what, where=failed.action, why=failed.message)

    def carry_out(
        self,
        run: int,
        tell: Tell = lambda _: None,
        cancellation: Cancellation = NOT_CANCELLED,
        selection: Selection | None = None,
    ) -> RunRecord:
        """Carries out a run that was frozen before; a stop requested through the journal is heeded as well."""
        from ksync_tui.run.runner import run as carry_out  # noqa: PLC0415 - a plan runs nothing

        engine = self.engine_of(run)
        chosen = selection or self.journal.load(run)
        engine.prepare(chosen)
        record = carry_out(
            run,
            engine.acting_for(chosen.plan.sync),
            self.journal,
            tell,
            cancellation | self.journal.cancellation(run),
            selection=chosen,
            secrets=engine.known_secrets(),
            look=SecretLook(self.secret_keys),
        )
        self._rules_follow(record, chosen)
        return record

    def _rules_follow(self, record: RunRecord, selection: Selection) -> None:
        """Gives the rules about renamed resources their new names; a run is done without that too."""
        done = {action.action for action in record.actions if action.outcome == "done"}
        for action in selection:
            if action.verb == "rename" and action.id in done and self.sync_settings:
                try:
                    self.sync_settings.rename_resource(action.subject, action.target)
                except KsyncError as error:
                    _log.debug("rules about %s keep its old name: %s", action.target, error)

    def latest(self, limit: int = 50) -> list[RunRecord]:
        """The newest runs, newest first."""
        return self.journal.records(limit)

    def came_back(self, run: int, plan: Plan) -> list[str]:
        """The ids of what a run did and a later plan has again: it does not settle. Raises RunError."""
        done = {action.action for action in self.journal.record(run).actions if action.outcome == "done"}
        return [action.id for action in self.journal.load(run) if action.id in done and _is_again_in(plan, action)]

    def any_by_this_user(self) -> bool:
        """Whether who sits here ever ran anything of a sync; what is done to syncs themselves does not count."""
        who = user()
        return any(record.sync != MANUAL and record.who == who for record in self.journal.records(FEW))

    def last_of(self, sync: str) -> RunRecord | None:
        """The newest run of a sync."""
        return next(iter(self.journal.records(1, sync)), None)

    def watch(self, run: int, after: int = 0) -> RunProgress:
        """What a run did after a cursor. Raises RunError for an unknown run."""
        record = self.journal.record(run)
        lines: list[tuple[str, str]] = []
        cursor = after
        while True:
            events, cursor = self.journal.events_after(run, cursor)
            if not events:
                return RunProgress(record, tuple(lines), cursor)
            lines += [(event.action, event.line) for event in events if isinstance(event, ActionLog)]

    def stop(self, run: int, *, now: bool = False) -> None:
        """Requests that a run stops after the action it is at; `now`: that it gives up that one too."""
        self.journal.request_stop(run, now=now)

    def unfinished(self, run: int) -> Selection:
        """What a run was to do and did not get done. Raises RunError for an unknown run, and one of another profile."""
        self.engine_of(run)
        return self.journal.load(run, only_left=True)

    def undo_of(self, run: int) -> Plan:
        """A plan that takes back what a run did. Raises RunError for an unknown run."""
        keeps_deploy = self.engine_of(run).capabilities.keeps_deploy
        done = {action.action for action in self.journal.record(run).actions if action.outcome == "done"}
        selection, live = self.journal.load(run), self.engine.snapshot()
        return undo(selection, done, live, keeps_deploy=keeps_deploy, protected=self.protected)

    def engine_of(self, run: int) -> Engine:
        """The engine, for a run of this profile. Raises RunError for one of another."""
        place = self.journal.record(run).place
        if place != self.profile.name:
            why = f"the run belongs to profile {place}; the current profile is {self.profile.name}"
            raise RunError("the run belongs elsewhere", where=f"run {run}", why=why, hint=f"Give --profile {place}.")
        return self.engine

    def ensure_writable(self) -> None:
        """Raises RunError in a read-only profile."""
        if self.read_only:
            hint = "Take `read_only` out of the profile, or use another one."
            raise RunError("nothing can be changed here", why=self.read_only, hint=hint)


def _is_again_in(plan: Plan, action: Action) -> bool:
    """Whether a plan has an action, or for some parts of an update any of these, once more."""
    again = plan.by_id.get(action.id)
    if again is None or not action.parts:
        return again is not None
    return not set(action.parts).isdisjoint(parts_of(again))
