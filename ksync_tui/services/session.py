"""The session: everything a command or a screen may ask for, in the order of a person's work."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from ksync_tui import config
from ksync_tui.errors import CoreError, EngineError, GitError, KsyncError, RunError, UsageError, WriteBackError
from ksync_tui.model.kinds.fields import shape
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.resource_sync import ResourceSync, ResourceSyncConfig
from ksync_tui.model.resource import Live, Target
from ksync_tui.planner.safety import Confirmation, confirmation
from ksync_tui.planner.undo import undo
from ksync_tui.services import files, writeback
from ksync_tui.services.core import CoreSide, CoreSource
from ksync_tui.services.home import open_home
from ksync_tui.services.manual_runs import BY_HAND, running
from ksync_tui.services.paths import continuations, path_at_core
from ksync_tui.services.reviews import Reviewing
from ksync_tui.services.runs import Acting, Watch
from ksync_tui.services.stored_syncs import adding, editing, existing, new_target, on_paths, removing, renaming
from ksync_tui.services.syncs import Review, Sync, SyncRow, SyncState, at_path, of_resource
from ksync_tui.services.uncommitted import Uncommitted
from ksync_tui.services.waiting import Waiting
from ksync_tui.state.journal import Journal
from ksync_tui.state.uncommitted import UncommittedTable
from ksync_tui.system.cancellation import NOT_CANCELLED, Cancellation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from ksync_tui.config import Ask, Profile, Settings
    from ksync_tui.engine.base import Engine
    from ksync_tui.engine.embedded.observing import HostSeen
    from ksync_tui.model.events import Event, RunRecord
    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.plan import Plan, Removal, Selection
    from ksync_tui.model.resource import Problem, Snapshot
    from ksync_tui.services.alerting import Alerting
    from ksync_tui.services.change_detector import News
    from ksync_tui.services.files import CommitDraft
    from ksync_tui.services.writeback import Draft, FileChange
    from ksync_tui.source.base import Gathered
    from ksync_tui.writeback.files import FileEdit


class Session:
    """One open ksync: settings, engine and journal. Methods raise KsyncError; none may be called after `close`."""

    def __init__(self, settings: Settings, profile: Profile | None = None, ask: Ask | None = None) -> None:
        """`ask` asks a person for what a login needs; without it only what is written somewhere is used."""
        self.settings = settings
        self._profile = profile or settings.profile()
        self._asking = ask
        self._home = open_home(settings.state, settings.hosts, settings.file)
        self._journal = Journal(self._home.database, self._home.vault, self._profile.name)
        self.core: CoreSide | None = None
        self._closed = False
        self._engine: Engine = self._home.engine
        if self._profile.engine == "core":
            self._open_core()
        self._reviewing = Reviewing(self._engine, self._home.database, self.profile, self.core)
        # Without KSYNC_HOME the settings are in a folder of their own, and a child finds them by itself.
        folder = settings.state if settings.file.parent == settings.state else None
        self._acting = Acting(self._engine, self._journal, self.profile, self.read_only, folder, self.core)
        self._uncommitted = Uncommitted(UncommittedTable(self._home.database), self._engine)
        self.waiting = Waiting()

    @classmethod
    def open(
        cls,
        home: Path | None = None,
        profile: str | None = None,
        engine: str | None = None,
        ask: Ask | None = None,
    ) -> Self:
        """The session of this user, or the one kept in `home`, in a profile. Raises ConfigError, StoreError."""
        settings = config.load({**os.environ, "KSYNC_HOME": str(home)} if home else None)
        return cls(settings, settings.profile(profile, engine), ask)

    def switched(self, profile: str) -> Self:
        """Another session, in another profile; this one stays open. Raises ConfigError, EngineError."""
        return type(self)(self.settings, self.settings.profile(profile), self._asking)

    def ask_with(self, ask: Ask) -> None:
        """Asks a person like this from now on: the question, and whether the answer must not be seen.

        It is called in threads that wait for the answer; None means that nobody answered.
        """
        self._asking = ask

    def _ask(self, question: str, secret: bool) -> str | None:
        return self._asking(question, secret) if self._asking else None

    def close(self) -> None:
        """Gives back the connection to a Core, and the database. Once is enough."""
        if self._closed:
            return
        self._closed = True
        self._engine.close()
        self._home.close()

    def _open_core(self) -> None:
        from ksync_tui.services.engines import core_engine

        try:
            engine = core_engine(self._profile, self.settings, self._home, self._ask)
        except BaseException:
            self._home.close()
            raise
        self._engine = engine
        self.core = CoreSide(engine, self._profile.read_only)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def engine(self) -> str:
        """The name of the engine."""
        return self._engine.name

    @property
    def profile(self) -> str:
        """The name of the profile."""
        return self._profile.name

    @property
    def address(self) -> str:
        """The address of the Core; "" for the embedded engine."""
        return self._profile.address

    @property
    def read_only(self) -> str | None:
        """Why nothing can be changed here, or None."""
        return f"the profile {self.profile} is read-only" if self._profile.read_only else None

    @property
    def removals(self) -> tuple[Removal, ...]:
        """What may become of the containers of what is deleted, the usual first."""
        return self._engine.capabilities.removals

    def profiles(self) -> tuple[Profile, ...]:
        """Every profile that can be switched to: of several with one name the one that the name means."""
        by_name: dict[str, Profile] = {}
        for profile in self.settings.profiles():
            by_name.setdefault(profile.name, profile)
        return tuple(by_name.values())

    def warnings(self) -> tuple[str, ...]:
        """What is unwise or broken in the profiles and settings, each with where and what to do."""
        return self.settings.warnings

    # ------------------------------------------------------------------ syncs

    def syncs(self) -> list[Sync]:
        """The stored syncs in order of their names. Reads no source."""
        live = self.snapshot().live
        stored = [_readable(one) for target, one in live.items() if target.kind == "resource_sync"]
        syncs = [self._stored(one) for one in stored if isinstance(one, ResourceSync)]
        return sorted(syncs, key=lambda sync: sync.name)

    def _stored(self, resource: ResourceSync) -> Sync:
        if self.core:
            return self.core.sync_of(resource)
        return of_resource(resource, self.settings.state, self._engine.recent().live, self.waiting)

    def sync(self, name: str) -> Sync:
        """A stored sync. Raises UsageError with the nearest name for one that does not exist."""
        known = {sync.name: sync for sync in self.syncs()}
        if name in known:
            return known[name]
        from ksync_tui.source.suggest import closest

        meant = closest(name, known)
        hint = f"Did you mean {meant}?" if meant else "`ksync syncs` lists them; `ksync syncs add` makes one."
        raise UsageError("no such sync", where=name, hint=hint)

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
        self._by_hand(adding(name, {**fields, **self._on_paths(paths, bool(fields.get("managed")))}, live, self.engine))
        return self.sync(new_target(name, {}).name)

    def ensure_reachable(self, fields: Mapping[str, Any]) -> None:
        """Asks git whether the repository of config fields is there. Raises GitError with what git says."""
        from ksync_tui.services.remote_sources import ensure_reachable

        with self.waiting:
            ensure_reachable(ResourceSyncConfig.model_validate(dict(fields)), self.waiting)

    def name_problem(self, name: str) -> str | None:
        """Why no new sync can have a name, while it is typed, or None."""
        return _refusal(lambda: new_target(name, self._engine.recent().live))

    def path_problem(self, path: str, *, managed: bool = False) -> str | None:
        """Why no sync can be over a path, while it is typed, or None. A managed one may be over a file to be made."""
        if self.core:
            return path_at_core(path)
        return _refusal(lambda: adding("x", on_paths([path], managed=managed), {}, self.engine))

    def paths(self, typed: str) -> list[str]:
        """What a typed path could become: folders, ending in `/`, and resource files."""
        return [] if self.core else continuations(typed)

    def edit_sync(self, name: str, fields: Mapping[str, Any], paths: Sequence[str] = ()) -> None:
        """Changes config fields, and the source when paths are given, of a stored sync. Raises UsageError."""
        managed = bool(fields.get("managed", self.config_of(name).managed)) if paths else False
        changed = {**fields, **self._on_paths(paths, managed)}
        self._by_hand(editing(name, changed, self.snapshot().live, self.engine))

    def config_of(self, name: str) -> ResourceSyncConfig:
        """The config of a stored sync as it is now, for a form. Raises UsageError for one that does not exist."""
        return existing(name, self.snapshot().live)[1].config

    def rename_sync(self, name: str, new: str) -> None:
        """Gives a stored sync another name; its runs go with it. Raises UsageError."""
        target = new_target(new, self.snapshot().live)
        self._by_hand(renaming(name, new, self.snapshot().live, self.engine))
        self._journal.rename_sync(name, target.name)

    def _on_paths(self, paths: Sequence[str], managed: bool) -> dict[str, Any]:
        """The fields of a sync over these paths; those of a Core's sync are where Core is."""
        if not paths:
            return {}
        if self.core:
            return {"files_on_host": True, "resource_path": list(paths), "file_contents": ""}
        return on_paths(paths, managed=managed)

    def remove_sync(self, name: str) -> None:
        """Forgets a stored sync; its files and what it made stay. Raises UsageError."""
        self._by_hand(removing(name, self.snapshot().live, self.engine))

    def _by_hand(self, selection: Selection) -> None:
        record = self.run(selection, lambda _: None)
        failed = next((action for action in record.actions if action.outcome != "done"), None)
        if failed is not None:
            raise EngineError("the sync was not changed", where=failed.action, why=failed.message)

    def row(self, sync: Sync) -> SyncRow:
        """One row of the list of syncs: reads and plans it. Never raises for what its source holds.

        A Core has read and planned its own syncs already.
        """
        last = next(iter(self._journal.records(1, sync.options.name)), None)
        if self.core and sync.target:
            return self.core.row(sync, last)
        try:
            review = self.review(sync)
        except KsyncError as error:
            return SyncRow(replace(sync, place=self._place(sync)), "unread", problem=str(error), last_run=last)
        shown = replace(sync, place=self._place(sync))
        plan = review.plan
        first = next(iter(plan.errors), None)
        done: SyncState = "empty" if plan.empty else "in sync"
        state: SyncState = "problem" if first else "pending" if plan.pending else done
        problem, unmade = str(first) if first else None, len(review.uncommitted)
        return SyncRow(shown, state, plan.summary, len(plan.problems), problem, last, uncommitted=unmade)

    def _place(self, sync: Sync) -> str:
        """Where a source is; for files in a git work tree: which repository, branch and commit."""
        try:
            return writeback.git_place(sync) or sync.source.describe()
        except GitError:
            return sync.place

    # ----------------------------------------------------------------- review

    def snapshot(self) -> Snapshot:
        """All live resources, as they are now."""
        return self._engine.snapshot()

    def recent(self) -> Snapshot:
        """All live resources as they were a moment ago: cheap to ask for."""
        return self._engine.recent()

    def review(self, sync: Sync, gathered: Gathered | None = None) -> Review:
        """Reads a sync's source, unless it was just gathered, and plans it. Doing so again costs what changed."""
        with self.waiting:
            gathered = gathered or sync.source.gather()
        review = self._reviewing.review(sync, gathered)
        found = self._uncommitted.in_review(review, self.known_secrets().values()) if sync.writable else ()
        return replace(review, uncommitted=found) if found else review

    def confirmation(self, selection: Selection) -> Confirmation:
        """What must be typed before a selection runs."""
        return confirmation(selection)

    def known_secrets(self) -> Mapping[str, str]:
        """The values of live secrets by label, for masking."""
        return self._engine.known_secrets()

    def export(self, *, secrets: bool, targets: Sequence[Target] = (), tags: Sequence[str] = ()) -> str:
        """Live resources as TOML. Raises UsageError for a target that does not exist."""
        from ksync_tui.toml.export import export

        live = self.snapshot().live
        for target in targets:
            if target not in live:
                raise UsageError("no such live resource", where=str(target))
        chosen = targets or [target for target, one in live.items() if set(tags) <= set(one.tags)]
        order = {kind: at for at, kind in enumerate(KINDS)}
        ordered = sorted(chosen, key=lambda target: (order[target.kind], target.name))
        found = {target: live[target].resource if targets else _readable(live[target]) for target in ordered}
        left_out = [f"# left out, as it cannot be read: {target}\n" for target, one in found.items() if one is None]
        text = export([(target, one) for target, one in found.items() if one is not None], secrets=secrets)
        return "\n".join(filter(None, ("".join(left_out), text)))

    def left_out(self, targets: Sequence[Target] = (), tags: Sequence[str] = ()) -> list[str]:
        """The secrets that an export of the same leaves out, and how to fill them in."""
        from ksync_tui.writeback.left_out import left_out

        live = self.snapshot().live
        chosen = targets or [target for target, one in live.items() if set(tags) <= set(one.tags)]
        found = ((target, _readable(live[target])) for target in chosen)
        return [line for target, one in found if one is not None for line in left_out(target, one)]

    def export_one(self, target: Target, resource: Resource) -> str:
        """One resource as TOML as it is given, for `plan --json`."""
        from ksync_tui.toml.export import export_block

        return export_block(resource, target.kind, secrets=True)

    # ----------------------------------------------------------- managed mode

    def edit_refusal(self, review: Review, target: Target) -> str | None:
        """Why a resource's block cannot be edited here, in one sentence, or None."""
        return writeback.refusal(review, target)

    def open_block(self, review: Review, target: Target) -> Draft:
        """The block of a resource for the editor. Raises WriteBackError where it cannot be edited."""
        return writeback.open_block(review, target)

    def check(self, review: Review, draft: Draft, text: str) -> tuple[Problem, ...]:
        """The problems of an edited block, while it is typed."""
        return writeback.problems_of(review, draft, text, self._engine.recent().live.keys())

    def names(self, kind: str) -> list[str]:
        """The names of a kind that exist, for completion."""
        return sorted(target.name for target in self._engine.recent().live if target.kind == kind)

    def keys(self, kind: str) -> list[str]:
        """The keys that a kind accepts, for completion."""
        model = KINDS[kind].model
        config = shape(model).fields.get("config")
        fields = [*shape(model), *(shape(config.table) if config and config.table else ())]
        return [field.key for field in fields]

    def edits_of(self, review: Review, draft: Draft, text: str) -> FileChange:
        """What saving an edited block would write. Raises WriteBackError where it is no sound block."""
        return writeback.edited(review, draft, text, {*self.known_secrets().values(), *draft.tokens.values()})

    def write_back(self, review: Review, ticked: Collection[str]) -> tuple[FileChange, ...]:
        """What taking live into the files would write for the ticked ids. Raises WriteBackError."""
        return writeback.write_back(review, ticked, self.known_secrets().values())

    def write(self, changes: Sequence[FileChange]) -> str:
        """Writes the files and says which. Raises WriteBackError; a file is written whole or not at all.

        Until the commit is made, those in a git work tree are `Review.uncommitted`.
        """
        here = [change for change in changes if not change.elsewhere]
        final = [change for change in here if change.kept_by or not self._uncommitted.writing(change)]
        said = files.write(changes, self._keep)
        for change in final:
            self._uncommitted.agree(change)
        return said

    def put_back(self, changes: Sequence[FileChange]) -> str:
        """Makes files what they were before changes that are written and not committed. Raises WriteBackError."""
        said = files.put_back(changes)
        for change in changes:
            self._uncommitted.forget(change)
        return said

    def _keep(self, sync: Sync, edit: FileEdit) -> None:
        """Writes a text that its sync keeps: Core a file of its own, the sync itself an inline text."""
        from ksync_tui.writeback.secrets import refuse_secrets

        self._acting.ensure_writable()
        refuse_secrets(edit.name, edit.before, edit.after, self.known_secrets())
        before, after = ((text or b"").decode("utf-8") for text in (edit.before, edit.after))
        if self.core and isinstance(sync.source, CoreSource):
            self.core.write(sync.name, edit.name, before, after)
        elif (stored := self.sync(sync.name)).source != sync.source:
            why, hint = "it changed since it was read", "Read it again."
            raise WriteBackError("the text was left as it was", where=stored.name, why=why, hint=hint)
        else:
            self.edit_sync(sync.name, {"file_contents": after})

    def commit_draft(self, changes: Sequence[FileChange]) -> CommitDraft | None:
        """The commit of changes; None where the files are in no git work tree."""
        with self.waiting:
            return files.commit_draft(changes, self.known_secrets())

    def commit(self, draft: CommitDraft, message: str, *, push: bool = False) -> str:
        """Commits, pushes where asked to, and says what. Raises CommitRefusedError with the reason."""
        with self.waiting:
            if push:
                files.ensure_can_push(draft)
            said = files.commit(draft, message)
            for change in draft.changes:
                self._uncommitted.done(change)
            return f"{said}{files.push(draft)}" if push and not draft.goes_elsewhere else said

    def is_uncommitted(self, draft: CommitDraft) -> bool:
        """Whether files of a commit that was refused are written; what was only not pushed is committed."""
        return self._uncommitted.has(draft.changes)

    # --------------------------------------------------------------- watching

    def news(self, shown: Review | SyncRow) -> News:
        """What is new since something was shown, to be asked while it is."""
        from ksync_tui.services.change_detector import news_of

        return news_of(self, shown)

    @cached_property
    def alerting(self) -> Alerting:
        """Who is told that a sync became pending or clean."""
        from ksync_tui.services.alerting import Alerting

        return Alerting(self.recent, self._home.database, self.profile)

    # ------------------------------------------------------------------- runs

    def by_hand(self, target: Target) -> Selection:
        """The selection that deploys a stack or deployment, or runs a build, repo or procedure, whatever is planned.

        Raises UsageError where there is none of the name, NotPossibleError with the reason where it cannot be done.
        """
        return running(target, self.snapshot().live, self._engine)

    def runnable(self) -> list[Target]:
        """Every live resource that `by_hand` takes, by kind and name."""
        kinds = self._engine.capabilities.runs
        return sorted(target for target in self._engine.recent().live if target.kind in kinds)

    def hosts(self) -> list[HostSeen]:
        """Each Docker host that a server stands for, looked at now; none where a Core has the servers."""
        return [] if self.core else self._home.engine.hosts()

    def start(self, selection: Selection) -> int:
        """Freezes a selection and carries it out in a process of its own; answers the number of the run."""
        return self._acting.start(selection)

    def run(
        self,
        selection: Selection,
        tell: Callable[[Event], None],
        cancellation: Cancellation = NOT_CANCELLED,
        who: str | None = None,
    ) -> RunRecord:
        """Carries out a selection here and now. `who` is what history says where it was not whoever is logged in."""
        return self._acting.run(selection, tell, cancellation, who)

    def carry_out(
        self,
        run: int,
        tell: Callable[[Event], None] = lambda _: None,
        cancellation: Cancellation = NOT_CANCELLED,
        selection: Selection | None = None,
    ) -> RunRecord:
        """Carries out a run that was frozen before; a stop that somebody asks for is heeded too."""
        return self._acting.carry_out(run, tell, cancellation, selection)

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """The newest runs, newest first."""
        return self._journal.records(limit)

    def watch(self, run: int, after: int = 0) -> Watch:
        """What a run did after a cursor. Raises RunError for an unknown run."""
        return self._acting.watch(run, after)

    def stop(self, run: int, *, now: bool = False) -> None:
        """Asks a run to stop after the action it is at; `now`: to give that one up too."""
        self._journal.request_stop(run, now=now)

    def left_of(self, run: int) -> tuple[Plan, list[str]]:
        """A new plan for the sync of a run, and the ids in it that the run did not get done."""
        self._acting.here(run)
        selection = self._journal.load(run, only_left=True)
        if selection.plan.sync == BY_HAND:
            raise RunError("the run cannot be resumed", where=f"run {run}", why="no sync made it", hint="Do it again.")
        review = self.review(self._sync_of(selection.plan))
        wanted = [action.id for action in selection]
        return review.plan, [found for found in wanted if found in review.plan.by_id]

    def undo_of(self, run: int) -> Plan:
        """A plan that takes back what a run did. Raises RunError for an unknown run."""
        keeps_deploy = self._acting.here(run).capabilities.keeps_deploy
        done = {action.action for action in self._journal.record(run).actions if action.outcome == "done"}
        return undo(self._journal.load(run), done, self.snapshot(), keeps_deploy=keeps_deploy)

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


def _readable(live: Live) -> Resource | None:
    """A live resource; None for one that this user may not see, or that a newer Core made."""
    try:
        return live.resource
    except CoreError:
        return None


def _refusal(call: Callable[[], object]) -> str | None:
    try:
        call()
    except UsageError as error:
        return error.why or error.what
    return None
