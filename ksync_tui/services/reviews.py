"""Reading sources and planning them, with all that the engine knows; doing so again costs what changed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ksync_tui.errors import GitError, KsyncError, RunError
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.secrets import labelled_secrets
from ksync_tui.planner.checks import check
from ksync_tui.planner.clear_secrets import clear_secrets
from ksync_tui.planner.plan import Planner
from ksync_tui.planner.selection import narrowed
from ksync_tui.present.text import moment
from ksync_tui.services.change_detector import ChangeDetector, changes_between, row_changes
from ksync_tui.services.manual_runs import MANUAL
from ksync_tui.services.ownership import check_ownership, owned_by, without_others
from ksync_tui.services.review import Review, SyncRow, SyncState
from ksync_tui.services.sync import git_place
from ksync_tui.source.decrypting import Decrypter
from ksync_tui.source.position import place_of
from ksync_tui.source.reader import Reader
from ksync_tui.state.ownership import OwnershipIndex
from ksync_tui.state.parse_cache import ParseCacheTable
from ksync_tui.system import debug_log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ksync_tui.config import Settings
    from ksync_tui.engine.base import Engine
    from ksync_tui.model.events import Change
    from ksync_tui.model.plan import Action, Plan
    from ksync_tui.model.resource import Declarations, Problem, Snapshot, Target
    from ksync_tui.planner.renaming import Rename
    from ksync_tui.services.core import CoreService
    from ksync_tui.services.runs import Runs
    from ksync_tui.services.sync import Sync
    from ksync_tui.services.sync_settings import SyncSettings
    from ksync_tui.services.syncs import Syncs
    from ksync_tui.services.uncommitted import Uncommitted
    from ksync_tui.source.base import SourceContents
    from ksync_tui.state.database import Database


_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Reviews:
    """Reviews the syncs of one profile. What was read and compared is remembered per sync."""

    settings: Settings
    engine: Engine
    syncs: Syncs
    runs: Runs
    database: Database
    uncommitted: Uncommitted
    core: CoreService | None
    sync_settings: SyncSettings
    decrypter: Decrypter
    readers: dict[str, Reader] = field(default_factory=dict)
    planners: dict[str, Planner] = field(default_factory=dict)

    def create(self, sync: Sync, contents: SourceContents | None = None, renames: Sequence[Rename] = ()) -> Review:
        """Reads a sync's source, unless its contents are given, and plans it with the renames that a person chose.

        Nothing is changed by it, and what is wrong in the source is in `review.plan.problems`. A second review of the
        same sync costs what changed. Raises EngineError where the live side cannot be read, SourceError where the
        source cannot.
        """
        with self.syncs.waiting:
            contents = self.decrypter.contents(contents or sync.source.read())
        snapshot = self.engine.snapshot()
        _log.debug("read %s: %d files", sync.options.name, len(contents.files))
        index = OwnershipIndex(self.database, self.runs.profile.name)
        declarations = self._declarations(sync, contents, snapshot)
        debug_log.hide(lambda: _secrets_in(declarations))
        owned = owned_by(sync, declarations)
        declarations = check_ownership(declarations, owned, sync, index, snapshot.live)
        deployed = {resource.target for resource in declarations.resources if resource.deploy}
        plan = self._plan(sync, declarations, self.engine.observed(snapshot, deployed), renames)
        plan = without_others(plan, index, snapshot.live) if sync.target else plan
        review = Review(sync, self._completed(sync, plan), declarations, renames=tuple(renames))
        _log.debug("planned %s: %d actions, %d problems", sync.options.name, len(plan.actions), len(plan.problems))
        if sync.target:
            index.record(sync.name, [declaration.target for declaration in owned])
        return self._with_uncommitted(review)

    def row(self, sync: Sync) -> SyncRow:
        """One row of the list of syncs: reads and plans it. Never raises for what its source holds.

        A Core has read and planned its own syncs already.
        """
        last = self.runs.last_of(sync.options.name)
        if self.core and sync.target:
            return self.core.row(sync, last)
        try:
            review = self.create(sync)
        except KsyncError as error:
            return SyncRow(_located(sync), "unread", problem=str(error), last_run=last)
        plan = review.plan
        first = next(iter(plan.errors), None)
        done: SyncState = "empty" if plan.empty else "in sync"
        state: SyncState = "problem" if first else "pending" if plan.pending else done
        problem = str(first) if first else None
        uncommitted = len(review.uncommitted)
        return SyncRow(_located(sync), state, plan.summary, len(plan.problems), problem, last, uncommitted=uncommitted)

    def detect_changes(self, shown: Review | SyncRow) -> ChangeDetector:
        """Counts what is new since a review, or a row of the list of syncs, was shown."""
        sync = shown.sync
        if isinstance(shown, SyncRow):
            return self._detector(sync, lambda: row_changes(shown, self.row(sync)))
        return self._detector(sync, lambda: changes_between(shown.plan, self._again(shown).plan))

    def problems_in(self, sync: Sync) -> tuple[list[Problem], int]:
        """What is wrong in a sync's files by themselves, whatever is live, and how many files there are.

        A name that no file declares may well be live, so it is no problem. Raises SourceError.
        """
        contents = self.decrypter.contents(sync.source.read())
        reader = self.readers.setdefault(sync.options.name, Reader(ParseCacheTable(self.database)))
        read = reader.read(contents.files, contents.problems, complete=contents.complete)
        checked = check(read, _Everything(), place_of)
        look = SecretLook(self.settings.secret_keys)
        return [*checked.problems, *clear_secrets(checked.resources, look)], len(contents.files)

    def clear_secrets(self, review: Review) -> list[Problem]:
        """Warnings about values in the files of a review that look like secrets."""
        return list(clear_secrets(review.declarations.resources, SecretLook(self.settings.secret_keys)))

    def unfinished(self, run: int) -> tuple[Plan, list[str]]:
        """A new plan for the sync of a run, and the ids in it that the run did not get done. Raises RunError."""
        selection = self.runs.unfinished(run)
        if selection.plan.sync == MANUAL:
            raise RunError("the run cannot be resumed", where=f"run {run}", why="no sync made it", hint="Do it again.")
        plan = self.create(self.syncs.of_options(selection.plan.options)).plan
        plan = narrowed(plan, {action.id: action.parts for action in selection if action.parts})
        return plan, [action.id for action in selection if action.id in plan.by_id]

    def _again(self, shown: Review) -> Review:
        return self.create(shown.sync, renames=shown.renames)

    def _declarations(self, sync: Sync, contents: SourceContents, snapshot: Snapshot) -> Declarations:
        reader = self.readers.setdefault(sync.options.name, Reader(ParseCacheTable(self.database)))
        read = reader.read(contents.files, contents.problems, complete=contents.complete)
        return check(read, snapshot.live, place_of)

    def _plan(self, sync: Sync, declarations: Declarations, snapshot: Snapshot, renames: Sequence[Rename]) -> Plan:
        engine = self.engine
        return self.planners.setdefault(sync.options.name, Planner()).plan(
            declarations,
            snapshot,
            sync.options,
            engine=engine.name,
            capabilities=engine.capabilities,
            deploy_block=engine.deploy_block,
            itself=sync.target,
            refused=engine.refused,
            policy=self.sync_settings.policy(sync.options.name),
            renames=renames,
        )

    def _completed(self, sync: Sync, plan: Plan) -> Plan:
        """The plan with who changed live last, and where a Core's own list differs."""
        if updated := {action.target for action in plan.actions if action.verb == "update"}:
            plan = _attributed(plan, self.engine.last_changes(updated))
        if self.core is None:
            return plan
        return replace(plan, problems=(*plan.problems, *self.core.remarks(sync, plan)))

    def _with_uncommitted(self, review: Review) -> Review:
        if not review.sync.writable:
            return review
        found = self.uncommitted.in_review(review, self.engine.known_secrets().values())
        return replace(review, uncommitted=found) if found else review

    def _detector(self, sync: Sync, differs: Callable[[], int]) -> ChangeDetector:
        return ChangeDetector(self.engine, sync, differs, self.settings.watch.interval_seconds)


class _Everything:
    """All targets that could be."""

    def __contains__(self, target: object) -> bool:
        return True


def _secrets_in(declarations: Declarations) -> dict[str, str]:
    declared = ((one.target, one.resource) for one in declarations.resources)
    return {label: value for target, resource in declared for label, value in labelled_secrets(target, resource)}


def _located(sync: Sync) -> Sync:
    """The sync with its place as a list shows it: for files in a git work tree with repository, branch and commit."""
    try:
        return replace(sync, place=git_place(sync) or sync.source.describe())
    except GitError:
        return sync


def _attributed(plan: Plan, last: Mapping[Target, Change]) -> Plan:
    """The plan with, for each update, who changed live last and when."""
    return replace(plan, actions=tuple(_changed_by(action, last.get(action.target)) for action in plan.actions))


def _changed_by(action: Action, change: Change | None) -> Action:
    if change is None or action.verb != "update":
        return action
    return replace(action, changed_by=f"Live was changed last by {change.who}, {moment(change.at)} ({change.what})")
