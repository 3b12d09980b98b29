"""Syncs looked at while nobody does: read, planned, told of, and run where a person allowed it beforehand."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ksync_tui.errors import KsyncError, UsageError
from ksync_tui.model.kinds.resource_sync import ResourceSync
from ksync_tui.model.plan import SIGNS, VERBS
from ksync_tui.model.resource import Target
from ksync_tui.planner.unattended import digest, everything, held
from ksync_tui.present.text import listed
from ksync_tui.services.alerting import pending_of
from ksync_tui.source.folder import Folder
from ksync_tui.system.cancellation import Cancellation, Stop, never
from ksync_tui.watch.requests import SyncRequest

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ksync_tui.model.events import RunRecord
    from ksync_tui.model.plan import Plan, Selection
    from ksync_tui.services.review import Review
    from ksync_tui.services.session import Session
    from ksync_tui.services.sync import Sync
    from ksync_tui.source.base import SourceContents

BY_ITSELF = "watch"
"""Who is said to have wanted what no person and no webhook asked for."""
POLL = SyncRequest(BY_ITSELF, run=True)

What = Literal["watch", "pending", "clean", "problem", "run", "held", "alert", "webhook"]


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One thing that happened, for a line. `at` is unix seconds; `sync` is "" where it is about none."""

    at: float
    sync: str
    what: What
    text: str


Tell = Callable[[WatchEvent], None]


@dataclass(slots=True)
class _LastLook:
    """What is known of a sync from the last look.

    `setup` says where its `contents` came from, `version` that they may differ now. `left` is what the last run
    left undone, `held` why nothing is run now, `said` what was last said of it.
    """

    setup: tuple[str, ...] = ()
    version: str = ""
    contents: SourceContents | None = None
    said: str = ""
    left: str = ""
    held: str = ""


class Watching:
    """Looks at syncs, one at a time. `only` names those to look at (all where empty), `execute` those that may run.

    Nothing raises for what is wrong with a sync: that is told, and the others go on.
    """

    def __init__(
        self,
        session: Session,
        tell: Tell,
        *,
        only: Collection[str] = (),
        execute: Collection[str] = (),
        now: Callable[[], float] = time.time,
        stop: Stop = never,
    ) -> None:
        """Raises UsageError for a name that no sync has, or a run that this profile does not allow."""
        self._session = session
        self._tell = tell
        self._only = tuple(only)
        self._execute = frozenset(execute)
        self._now = now
        self._stop = stop
        self._seen: dict[str, _LastLook] = {}
        for name in (*only, *execute):
            session.syncs.get(name)
        if execute and session.read_only:
            raise UsageError("nothing can be run unattended", why=f"READ-ONLY: {session.read_only}")

    def resources(self) -> dict[str, ResourceSync]:
        """The stored syncs to look at, by name, as they were a moment ago; templates are none. Raises EngineError."""
        live = self._session.recent().live
        stored = [current.resource for target, current in live.items() if target.kind == "resource_sync"]
        real = (resource for resource in stored if isinstance(resource, ResourceSync) and not resource.template)
        return {resource.name: resource for resource in real if not self._only or resource.name in self._only}

    def syncs(self) -> list[Sync]:
        """The syncs to look at, as they are now. Raises EngineError."""
        stored = self._session.syncs.all()
        wanted = self.resources()
        return [sync for sync in stored if sync.name in wanted]

    def beginning(self, interval: float) -> WatchEvent:
        """What is said first: which syncs are watched, how often, and which may run."""
        names = listed([sync.name for sync in self.syncs()], 10) or "no syncs yet"
        may = f"; may run: {listed(sorted(self._execute), 10)}" if self._execute else "; nothing is run"
        return WatchEvent(self._now(), "", "watch", f"{names}, every {interval:g} s{may}")

    def paths(self) -> dict[str, tuple[Path, ...]]:
        """The files and folders on this machine that each sync reads."""
        return {sync.name: sync.source.paths for sync in self.syncs() if isinstance(sync.source, Folder)}

    def look_at_all(self) -> None:
        """Looks at every sync once, and forgets those that there are no longer."""
        try:
            syncs = self.syncs()
            known = self._session.recent().live
            self._session.alerting.forget_others({target.name for target in known if target.kind == "resource_sync"})
        except KsyncError as error:
            self._say("", "problem", str(error))
            return
        names = {sync.name for sync in syncs}
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        for sync in syncs:
            if self._stop():
                return
            self._look(sync, POLL)

    def touched(self, name: str) -> None:
        """Files of a sync were touched: looks at it if that is so."""
        sync = self._find(name)
        seen = self._seen.get(name)
        if sync and not (seen and seen.setup == self._setup(sync) and seen.version == sync.source.version() != ""):
            self._look(sync, POLL)

    def grant(self, name: str, request: SyncRequest) -> None:
        """Does what somebody wants of a sync."""
        if sync := self._find(name):
            self._look(sync, request)

    def _find(self, name: str) -> Sync | None:
        try:
            return next((sync for sync in self.syncs() if sync.name == name), None)
        except KsyncError as error:
            self._say(name, "problem", str(error))
            return None

    def _look(self, sync: Sync, request: SyncRequest) -> None:
        seen = self._seen.setdefault(sync.name, _LastLook())
        try:
            review = self._read(sync, seen, fresh=request.fresh)
            requested = request.run and request.who != BY_ITSELF
            if sync.name in self._execute:
                seen.held = _why_not(review.plan, "" if requested else seen.left)
                if request.run and review.plan.pending and not seen.held:
                    review = self._run(review, seen, request.who)
            elif requested:
                self._say(sync.name, "held", f"not run: {request.who} asked for it, but no --execute names it")
            self._settle(sync, review.plan, seen)
        except Exception as error:  # noqa: BLE001 - the other syncs are looked at all the same
            self._once(sync.name, seen, "problem", in_words(error))

    def _read(self, sync: Sync, seen: _LastLook, *, fresh: bool) -> Review:
        """Plans a sync; its source is read only when it may say something else."""
        version, setup = sync.source.version(), self._setup(sync)
        if fresh or not version or (version, setup) != (seen.version, seen.setup) or seen.contents is None:
            seen.contents = sync.source.read()
            seen.version, seen.setup = version, setup
        return self._session.reviews.create(sync, seen.contents)

    def _setup(self, sync: Sync) -> tuple[str, ...]:
        """Another one where the sync, or the repo that it links to, was set up otherwise."""
        live = self._session.recent().live
        own = live.get(Target("resource_sync", sync.name))
        resource = own.resource if own else None
        linked = resource.config.linked_repo if isinstance(resource, ResourceSync) else ""
        return tuple(one.fingerprint for one in (own, live.get(Target("repo", linked))) if one)

    def _run(self, review: Review, seen: _LastLook, who: str) -> Review:
        """Runs what can be run; answers the plan that is left, which is not run again and again by itself."""
        selection = everything(review.plan)
        record = self._session.runs.run(selection, lambda _: None, Cancellation(self._stop), who=who)
        self._say_run(review.sync.name, record, selection)
        after = self._session.reviews.create(review.sync, seen.contents)
        seen.left = digest(everything(after.plan))
        seen.held = _why_not(after.plan, seen.left)
        return after

    def _settle(self, sync: Sync, plan: Plan, seen: _LastLook) -> None:
        """Says how a sync stands where that is new, and queues an alert where it turned."""
        pending = pending_of(plan)
        problem = _problem(plan)
        if pending is None:
            self._once(sync.name, seen, "problem", problem)
            return
        what: What = "clean" if not pending else "held" if seen.held else "pending"
        self._once(sync.name, seen, what, "; ".join(filter(None, (summary(plan), seen.held, problem))))
        if not self._session.capabilities.remote:  # a Core tells its own alerters
            self._session.alerting.turned(sync.name, pending, self._now())

    def _say_run(self, name: str, record: RunRecord, selection: Selection) -> None:
        counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(record.counts.items()))
        failed = [
            f"{action.title}: {action.message or action.outcome}"
            for action in record.actions
            if action.outcome != "done"
        ]
        more = f"; {failed[0]}" if failed else ""
        self._say(name, "run", f"run {record.id} {record.state} ({counts} of {len(selection)}){more}")

    def _once(self, name: str, seen: _LastLook, what: What, text: str) -> None:
        """Says something unless it was the last thing said."""
        if seen.said != f"{what} {text}":
            seen.said = f"{what} {text}"
            self._say(name, what, text)

    def _say(self, name: str, what: What, text: str) -> None:
        self._tell(WatchEvent(self._now(), name, what, text))


def in_words(error: Exception) -> str:
    """What is said of an error; a fault of ksync itself may hold anything, so that only its kind is named."""
    if isinstance(error, KsyncError):
        return str(error)
    return f"an internal error of ksync, please report it: {type(error).__name__}"


def _why_not(plan: Plan, left: str) -> str:
    """Why nothing of a plan is run; "" where it is, or nothing is pending. `left` is what the last run left."""
    selection = everything(plan)
    if not len(selection):
        return "all of it is blocked" if plan.pending else ""
    if why := held(selection):
        return f"waits for a person: {why}"
    return "the last run left it so" if digest(selection) == left else ""


def _problem(plan: Plan) -> str:
    """What stands in the way of knowing all; "" where nothing does."""
    if plan.errors:
        return str(plan.errors[0])
    unseen = f"no answer from the Docker hosts of {listed(list(plan.unseen))}" if plan.unseen else ""
    return plan.deletes_held or unseen


def summary(plan: Plan) -> str:
    """`+2 ~3 -1`; "" where nothing is pending."""
    return " ".join(f"{SIGNS[verb]}{plan.summary[verb]}" for verb in VERBS if plan.summary[verb])
