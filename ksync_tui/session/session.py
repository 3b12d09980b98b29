"""The session: everything a command or a screen may ask for, in the order of a person's work."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

from ksync_tui import config
from ksync_tui.engine.base import Stop, never
from ksync_tui.engine.embedded.home import open_home
from ksync_tui.engine.embedded.remembered import Remembered
from ksync_tui.errors import EngineError, GitError, KsyncError, RunError, UsageError
from ksync_tui.model.events import ActionLog
from ksync_tui.model.kinds.fields import shape
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.resource_sync import ResourceSync
from ksync_tui.model.resource import Target
from ksync_tui.planner.checks import check
from ksync_tui.planner.plan import Planner
from ksync_tui.planner.safety import Confirmation, confirmation
from ksync_tui.planner.undo import undo
from ksync_tui.run.journal import Journal
from ksync_tui.session import managed
from ksync_tui.session.byhand import BY_HAND, RUNNABLE, running
from ksync_tui.session.paths import checked, continuations
from ksync_tui.session.stored import adding, editing, new_target, on_paths, removing
from ksync_tui.session.syncs import Review, Sync, SyncRow, SyncState, at_path, of_resource
from ksync_tui.source.position import place_of
from ksync_tui.source.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from ksync_tui.config import Settings
    from ksync_tui.engine.embedded.observing import HostSeen
    from ksync_tui.model.events import Event, RunRecord
    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.plan import Plan, Selection
    from ksync_tui.model.resource import Problem, Snapshot
    from ksync_tui.session.alerting import Alerting
    from ksync_tui.session.managed import CommitDraft, Draft, FileChange
    from ksync_tui.session.news import News
    from ksync_tui.source.base import Gathered


@dataclass(frozen=True, slots=True)
class Watch:
    """What a watcher sees of a run: its newest state, what was logged after a cursor, and the cursor to go on with.

    `lines` holds the id of an action and a line of its output.
    """

    record: RunRecord
    lines: tuple[tuple[str, str], ...]
    cursor: int


class Session:
    """One open ksync: settings, engine and journal. Methods raise KsyncError; none may be called after `close`."""

    profile = "local"
    read_only: str | None = None

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._home = open_home(settings.state, settings.hosts, settings.file)
        self._journal = Journal(self._home.database, self._home.vault)
        self._readers: dict[str, Reader] = {}
        self._planners: dict[str, Planner] = {}

    @classmethod
    def open(cls, home: Path | None = None) -> Self:
        """The session of this user, or the one kept in `home`. Raises ConfigError, StoreError."""
        return cls(config.load({"KSYNC_HOME": str(home)} if home else None))

    def close(self) -> None:
        """Gives the database back."""
        self._home.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def engine(self) -> str:
        """The name of the engine."""
        return self._home.engine.name

    # ------------------------------------------------------------------ syncs

    def syncs(self) -> list[Sync]:
        """The stored syncs in order of their names. Reads no source."""
        live = self.snapshot().live
        stored = [one.resource for target, one in live.items() if target.kind == "resource_sync"]
        syncs = [of_resource(one, self.settings.state) for one in stored if isinstance(one, ResourceSync)]
        return sorted(syncs, key=lambda sync: sync.name)

    def sync(self, name: str) -> Sync:
        """A stored sync. Raises UsageError with the nearest name for one that does not exist."""
        known = {sync.name: sync for sync in self.syncs()}
        if name in known:
            return known[name]
        from ksync_tui.source.suggest import closest

        meant = closest(name, known)
        hint = f"Did you mean {meant}?" if meant else "`ksync syncs` lists them; `ksync syncs add` makes one."
        raise UsageError("there is no such sync", where=name, hint=hint)

    def at(
        self,
        path: Path,
        *,
        delete: bool = False,
        tags: tuple[str, ...] = (),
        variables: bool = True,
        user_groups: bool = True,
    ) -> Sync:
        """A file or folder as a sync of its own. Raises UsageError where nothing is."""
        if not path.expanduser().exists():
            raise UsageError("the path does not exist", where=str(path), hint="Check it, or name a sync with --sync.")
        return at_path(path, delete=delete, tags=tags, variables=variables, user_groups=user_groups)

    def add_sync(self, name: str, fields: Mapping[str, Any], paths: Sequence[str] = ()) -> Sync:
        """Stores a new sync with these config fields, over these folders and files if any. Raises UsageError."""
        live = self.snapshot().live
        self._by_hand(adding(name, {**fields, **(on_paths(paths) if paths else {})}, live, self.engine))
        return self.sync(new_target(name, {}).name)

    def name_problem(self, name: str) -> str | None:
        """Why no new sync can have a name, while it is typed, or None."""
        return _refusal(lambda: new_target(name, self.snapshot().live))

    def path_problem(self, path: str) -> str | None:
        """Why no sync can be over a path, while it is typed, or None."""
        return _refusal(lambda: checked(path))

    def paths(self, typed: str) -> list[str]:
        """What a typed path could become: folders, ending in `/`, and resource files."""
        return continuations(typed)

    def edit_sync(self, name: str, fields: Mapping[str, Any], paths: Sequence[str] = ()) -> None:
        """Changes config fields, and the source when paths are given, of a stored sync. Raises UsageError."""
        changed = {**fields, **(on_paths(paths) if paths else {})}
        self._by_hand(editing(name, changed, self.snapshot().live, self.engine))

    def remove_sync(self, name: str) -> None:
        """Forgets a stored sync; its files and what it made stay. Raises UsageError."""
        self._by_hand(removing(name, self.snapshot().live, self.engine))

    def _by_hand(self, selection: Selection) -> None:
        record = self.run(selection, lambda _: None, lambda: False)
        failed = next((action for action in record.actions if action.outcome != "done"), None)
        if failed is not None:
            raise EngineError("the sync was not changed", where=failed.action, why=failed.message)

    def row(self, sync: Sync) -> SyncRow:
        """One row of the list of syncs: reads and plans it. Never raises for what its source holds."""
        last = next(iter(self._journal.records(1, sync.options.name)), None)
        shown = replace(sync, place=self._place(sync))
        try:
            review = self.review(sync)
        except KsyncError as error:
            return SyncRow(shown, "unread", problem=str(error), last_run=last)
        plan = review.plan
        first = next(iter(plan.errors), None)
        state: SyncState = "problem" if first else "pending" if plan.pending else "in sync"
        return SyncRow(shown, state, plan.summary, len(plan.problems), str(first) if first else None, last)

    def _place(self, sync: Sync) -> str:
        """Where a source is; for files in a git work tree: which repository, branch and commit."""
        try:
            return managed.git_place(sync) or sync.place
        except GitError:
            return sync.place

    # ----------------------------------------------------------------- review

    def snapshot(self) -> Snapshot:
        """All live resources, as they are now."""
        return self._home.engine.snapshot()

    def review(self, sync: Sync, gathered: Gathered | None = None) -> Review:
        """Reads a sync's source, unless it was just gathered, and plans it. Doing so again costs what changed."""
        gathered = gathered or sync.source.gather()
        name = sync.options.name
        reader = self._readers.setdefault(name, Reader(Remembered(self._home.database)))
        declarations = reader.read(gathered.files, gathered.problems, complete=gathered.complete)
        engine = self._home.engine
        snapshot = engine.snapshot()
        declarations = check(declarations, snapshot.live, place_of)
        snapshot = engine.observed(snapshot, {one.target for one in declarations.resources if one.deploy})
        plan = self._planners.setdefault(name, Planner()).plan(
            declarations,
            snapshot,
            sync.options,
            engine=engine.name,
            capabilities=engine.capabilities,
            deploy_block=engine.deploy_block,
            itself=sync.target,
        )
        return Review(sync, plan, declarations)

    def confirmation(self, selection: Selection) -> Confirmation:
        """What must be typed before a selection runs."""
        return confirmation(selection)

    def known_secrets(self) -> Mapping[str, str]:
        """The values of live secrets by label, for masking."""
        return self._home.engine.known_secrets()

    def export(self, *, secrets: bool, targets: Sequence[Target] = (), tags: Sequence[str] = ()) -> str:
        """Live resources as TOML. Raises UsageError for a target that does not exist."""
        from ksync_tui.writeback.export import export

        live = self.snapshot().live
        for target in targets:
            if target not in live:
                raise UsageError("there is no such live resource", where=str(target))
        chosen = targets or [target for target, one in live.items() if set(tags) <= set(one.tags)]
        order = {kind: at for at, kind in enumerate(KINDS)}
        ordered = sorted(chosen, key=lambda target: (order[target.kind], target.name))
        return export([(target, live[target].resource) for target in ordered], secrets=secrets)

    def export_one(self, target: Target, resource: Resource) -> str:
        """One resource as TOML as it is given, for `plan --json`."""
        from ksync_tui.writeback.export import export_block

        return export_block(resource, target.kind, secrets=True)

    # ----------------------------------------------------------- managed mode

    def edit_refusal(self, review: Review, target: Target) -> str | None:
        """Why a resource's block cannot be edited here, in one sentence, or None."""
        return managed.refusal(review, target)

    def open_block(self, review: Review, target: Target) -> Draft:
        """The block of a resource for the editor. Raises WriteBackError where it cannot be edited."""
        return managed.open_block(review, target)

    def check(self, review: Review, draft: Draft, text: str) -> tuple[Problem, ...]:
        """The problems of an edited block, while it is typed."""
        return managed.problems_of(review, draft, text, self.snapshot().live.keys())

    def names(self, kind: str) -> list[str]:
        """The names of a kind that exist, for completion."""
        return sorted(target.name for target in self.snapshot().live if target.kind == kind)

    def keys(self, kind: str) -> list[str]:
        """The keys that a kind accepts, for completion."""
        model = KINDS[kind].model
        config = shape(model).fields.get("config")
        fields = [*shape(model), *(shape(config.table) if config and config.table else ())]
        return [field.key for field in fields]

    def edits_of(self, review: Review, draft: Draft, text: str) -> FileChange:
        """What saving an edited block would write. Raises WriteBackError where it is no sound block."""
        del review  # the draft holds all of it
        return managed.edited(draft, text, {*self.known_secrets().values(), *draft.tokens.values()})

    def write_back(self, review: Review, ticked: Collection[str]) -> tuple[FileChange, ...]:
        """What taking live into the files would write for the ticked ids. Raises WriteBackError."""
        return managed.write_back(review, ticked, self.known_secrets().values())

    def write(self, changes: Sequence[FileChange]) -> str:
        """Writes the files and says which. Raises WriteBackError; a file is written whole or not at all."""
        return managed.write(changes)

    def commit_draft(self, changes: Sequence[FileChange]) -> CommitDraft | None:
        """The commit of changes; None where the files are in no git work tree."""
        return managed.commit_draft(changes, self.known_secrets())

    def commit(self, draft: CommitDraft, message: str) -> str:
        """Commits and says what. Raises CommitRefusedError with the reason."""
        return managed.commit(draft, message)

    # --------------------------------------------------------------- watching

    def news(self, shown: Review | SyncRow) -> News:
        """What is new since something was shown, to be asked while it is."""
        from ksync_tui.session.news import News, row_since, since

        differs = partial(since, shown.plan) if isinstance(shown, Review) else partial(row_since, shown)
        return News(self, shown.sync, differs, self.settings.watch.interval_seconds)

    @cached_property
    def alerting(self) -> Alerting:
        """Who is told that a sync became pending or clean."""
        from ksync_tui.session.alerting import Alerting

        return Alerting(self.snapshot, self._home.database)

    # ------------------------------------------------------------------- runs

    def by_hand(self, target: Target) -> Selection:
        """The selection that deploys a stack or deployment, or runs a build, repo or procedure, whatever is planned.

        Raises UsageError where there is none of the name, NotPossibleError with the reason where it cannot be done.
        """
        return running(target, self.snapshot().live, self._home.engine)

    def runnable(self) -> list[Target]:
        """Every live resource that `by_hand` takes, by kind and name."""
        return sorted(target for target in self.snapshot().live if target.kind in RUNNABLE)

    def hosts(self) -> list[HostSeen]:
        """Each Docker host that a server stands for, looked at now."""
        return self._home.engine.hosts()

    def start(self, selection: Selection) -> int:
        """Freezes a selection and carries it out in a process of its own; answers the number of the run."""
        from ksync_tui.run.detached import spawn

        run = self._journal.create(selection, _who())
        # Without KSYNC_HOME the settings are in a folder of their own, and the child finds them by itself.
        one_folder = self.settings.file.parent == self.settings.state
        self._journal.hand_over(run, spawn(run, self.settings.state if one_folder else None))
        return run

    def run(
        self,
        selection: Selection,
        tell: Callable[[Event], None],
        stop: Stop = never,
        halt: Stop = never,
        who: str | None = None,
    ) -> RunRecord:
        """Carries out a selection here and now. `stop` ends it after the current action, `halt` gives that up too.

        `who` is what history says where it was not whoever is logged in.
        """
        return self.carry_out(self._journal.create(selection, who or _who()), tell, stop, halt, selection)

    def carry_out(
        self,
        run: int,
        tell: Callable[[Event], None] = lambda _: None,
        stop: Stop = never,
        halt: Stop = never,
        selection: Selection | None = None,
    ) -> RunRecord:
        """Carries out a run that was frozen before; a stop that somebody asks for is heeded too."""
        from ksync_tui.run.runner import run as carry_out

        chosen = selection or self._journal.load(run)
        return carry_out(
            run,
            self._home.engine.acting_for(chosen.plan.sync),
            self._journal,
            tell,
            lambda: stop() or self._journal.stop_requested(run),
            halt=lambda: halt() or self._journal.stop_requested(run, now=True),
            selection=chosen,
            secrets=self.known_secrets(),
        )

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """The newest runs, newest first."""
        return self._journal.records(limit)

    def watch(self, run: int, after: int = 0) -> Watch:
        """What a run did after a cursor. Raises RunError for an unknown run."""
        record = self._journal.record(run)
        lines: list[tuple[str, str]] = []
        cursor = after
        while True:
            events, cursor = self._journal.events_after(run, cursor)
            if not events:
                return Watch(record, tuple(lines), cursor)
            lines += [(event.action, event.line) for event in events if isinstance(event, ActionLog)]

    def stop(self, run: int, *, now: bool = False) -> None:
        """Asks a run to stop after the action it is at; `now`: to give that one up too."""
        self._journal.request_stop(run, now=now)

    def left_of(self, run: int) -> tuple[Plan, list[str]]:
        """A new plan for the sync of a run, and the ids in it that the run did not get done."""
        selection = self._journal.load(run, only_left=True)
        if selection.plan.sync == BY_HAND:
            raise RunError("the run cannot be resumed", where=f"run {run}", why="no sync made it", hint="Do it again.")
        review = self.review(self._sync_of(selection.plan))
        wanted = [action.id for action in selection]
        return review.plan, [found for found in wanted if found in review.plan.by_id]

    def undo_of(self, run: int) -> Plan:
        """A plan that takes back what a run did. Raises RunError for an unknown run."""
        done = {action.action for action in self._journal.record(run).actions if action.outcome == "done"}
        return undo(self._journal.load(run), done, self.snapshot())

    def _sync_of(self, plan: Plan) -> Sync:
        from pathlib import Path

        options = plan.options
        path = Path(options.name)
        if not path.is_absolute():
            return self.sync(options.name)
        return self.at(
            path,
            delete=options.delete,
            tags=options.match_tags,
            variables=options.include_variables,
            user_groups=options.include_user_groups,
        )


def _refusal(call: Callable[[], object]) -> str | None:
    try:
        call()
    except UsageError as error:
        return error.why or error.what
    return None


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
