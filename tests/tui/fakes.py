"""A small session that stands in for the real one: a homelab with pending changes, a managed file, runs in memory."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

from ksync_tui.config import Ask, Profile
from ksync_tui.engine.base import Capabilities
from ksync_tui.engine.embedded.docker.hosts import HostReport
from ksync_tui.engine.embedded.observing import HostState
from ksync_tui.errors import ConfigError, EngineError, KsyncError
from ksync_tui.git.pushing import Upstream
from ksync_tui.model.events import ActionRecord, Change, RunRecord
from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.kinds.resource_sync import ResourceSyncConfig
from ksync_tui.model.plan import Action, FieldChange, Plan, Removal, RenameHint, Selection, SyncOptions
from ksync_tui.model.resource import Declarations, Problem, SourceFile, SourceLocation, Target
from ksync_tui.model.rules import Rule
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.secrets import Redactor
from ksync_tui.planner.renaming import Rename
from ksync_tui.planner.safety import Confirmation
from ksync_tui.planner.selection import Parts
from ksync_tui.services import FileChange, Review, RunProgress, Sync, SyncRow
from ksync_tui.services.blocks import BlockDraft
from ksync_tui.services.commits import CommitDraft, WriteDraft
from ksync_tui.services.waiting import Waiting
from ksync_tui.source.base import SourceContents
from ksync_tui.source.inline import Inline
from ksync_tui.system.cancellation import Stop, never

FILE = "infra/stacks/web.toml"

BLOCK = """\
[[stack]]
name = "web"
description = "the website" # kept
[stack.config]
server = "edge-1"
environment = \"\"\"
LEVEL = debug
PORT = 8080
TRACE = 1
\"\"\"
"""

NO_EDIT: Any = None
NOT_PREPARED: Any = None

BEFORE = "# the whole homelab\n\n"
AFTER = '\n[[variable]]\nname = "DOMAIN"\nvalue = "example.org"\n'


def resource(kind: str, name: str, **table: Any) -> Resource:
    """A resource of a kind from its table as a file has it."""
    accepted = accept(KINDS[kind].model, {"name": name, **table})
    assert accepted.resource, accepted.issues
    return accepted.resource


def update(kind: str, name: str, changes: Sequence[FieldChange], **more: Any) -> Action:
    """An update with these changes."""
    current, proposed = more.pop("current", None), more.pop("proposed", None)
    return Action(
        "update", Target(kind, name), more.pop("reason", "changed"), place=SourceLocation(FILE, 14),
        changes=tuple(changes),
        current=current or resource(kind, name), proposed=proposed or resource(kind, name), fingerprint="0", **more,
    )  # fmt: skip


def homelab() -> tuple[Action, ...]:
    """Pending changes of every sort."""
    web_live = resource("stack", "web", config={"server": "edge-1", "environment": "LEVEL = info\nPORT = 8080\n"})
    web_file = resource(
        "stack", "web", config={"server": "edge-1", "environment": "LEVEL = debug\nPORT = 8080\nTRACE = 1\n"}
    )
    environment = FieldChange(
        "config.environment", "LEVEL = info\nPORT = 8080\n", "LEVEL = debug\nPORT = 8080\nTRACE = 1\n", redeploys=True
    )
    api = resource(
        "deployment",
        "api",
        config={"image": {"type": "Image", "params": {"image": "ghcr.io/ana/api:2"}}, "server": "edge-1"},
    )
    worker = resource(
        "deployment",
        "worker",
        config={"image": {"type": "Image", "params": {"image": "ghcr.io/ana/worker:2"}}, "server": "edge-1"},
    )
    wiki = resource("stack", "old-wiki", config={"server": "edge-1"})
    return (
        update(
            "variable", "DOMAIN", [FieldChange("value", "example.com", "example.org")],
            current=resource("variable", "DOMAIN", value="example.com"),
            proposed=resource("variable", "DOMAIN", value="example.org"),
        ),
        update("stack", "web", [environment], current=web_live, proposed=web_file, round=2,
               consequences=("Redeploys web: 2 containers restart.",)),
        Action("create", Target("deployment", "api"), "new", place=SourceLocation(FILE, 40), proposed=api, round=2),
        Action("create", Target("deployment", "worker"), "new", place=SourceLocation(FILE, 52), proposed=worker,
               round=2),
        Action("deploy", Target("stack", "web"), "config changed", place=SourceLocation(FILE, 14), current=web_live,
               proposed=web_file, requires=("update:stack/web",), round=3, fingerprint="0"),
        Action("deploy", Target("deployment", "worker"), "after web", place=SourceLocation(FILE, 52), proposed=worker,
               requires=("create:deployment/worker", "deploy:stack/web"), round=4),
        Action("create", Target("alerter", "phone"), "new", place=SourceLocation(FILE, 70),
               proposed=resource("alerter", "phone"), blocked="its endpoint is missing: add one at line 71"),
        Action("delete", Target("stack", "old-wiki"), "not declared", current=wiki, round=5, fingerprint="0",
               removal="down"),
    )  # fmt: skip


PROBLEM = Problem(
    Rule.MISSING_KEY,
    "error",
    SourceLocation(FILE, 71, 3),
    "an alerter needs an endpoint",
    "add [alerter.config.endpoint]",
)


def _profile(name: str, session: FakeSession | KsyncError) -> Profile:
    if isinstance(session, KsyncError):
        return Profile(name, "core", "https://nowhere.example", origin="config.toml")
    engine: Any = session.engine
    return Profile(name, engine, session.address, read_only=bool(session.read_only), origin="config.toml")


@dataclass
class FakeCoreService:
    """What only a Core has, over plain values."""

    happened: list[Change] = field(default_factory=list)
    logs: Mapping[str, list[str]] = field(default_factory=dict)
    committed: list[str] = field(default_factory=list)
    error: KsyncError | None = None

    def changes(self, target: Target | None = None) -> list[Change]:
        if self.error:
            raise self.error
        return [one for one in self.happened if target in (None, one.target)]

    def log_of(self, change: str) -> list[str]:
        return self.logs[change]

    def commit(self, sync: str) -> str:
        self.committed.append(sync)
        return f"Core committed {sync}: Commit"


@dataclass
class FakeChangeDetector:
    """What is new, as the session was told."""

    session: FakeSession

    def moved(self, now: float) -> bool:
        return True

    def count(self) -> int:
        return self.session.new


@dataclass
class FakeSession:
    """The session's services over plain values. What was done is kept in lists for tests to look at."""

    actions: tuple[Action, ...] = field(default_factory=homelab)
    engine: str = "embedded"
    profile: str = "local"
    address: str = ""
    docker: str = ""
    waiting = Waiting()
    read_only: str | None = None
    removals: tuple[Removal, ...] = ("down", "volumes", "forget")
    core: FakeCoreService | None = None
    container_logs: dict[Target, list[str]] = field(default_factory=dict)
    mapped: dict[str, str] = field(default_factory=dict)
    """The Docker hosts of servers; one whose address has `down` in it does not answer."""
    written_profiles: list[tuple[str, Mapping[str, Any], bool]] = field(default_factory=list)
    others: dict[str, FakeSession | KsyncError] = field(default_factory=dict)
    """What switching to a profile of that name leads to."""
    asks: tuple[tuple[str, bool], ...] = ()
    """What is asked before its syncs can be read: the question, and whether the answer is hidden."""
    answers: list[str | None] = field(default_factory=list)
    ask: Ask | None = None
    closed: bool = False
    warned: tuple[str, ...] = ()
    done: list[str] = field(default_factory=list)
    written: list[FileChange] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)
    uncommitted: list[FileChange] = field(default_factory=list)
    refused: KsyncError | None = None
    """Why no commit can be made."""
    put_back_files: list[str] = field(default_factory=list)
    records: dict[int, RunRecord] = field(default_factory=dict)
    error: KsyncError | None = None
    hold: Event | None = None
    """When set to an event, reviews wait for it."""
    steps_per_watch: int = 1
    stubborn: bool = False
    """Whether a run only stops when it is asked to give up what it is at."""
    started: list[Selection] = field(default_factory=list)
    added: list[tuple[str, Mapping[str, Any], Sequence[str]]] = field(default_factory=list)
    edited: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    empty: bool = False
    """Without any sync but those that were added."""

    files_read: int = 1
    """How many files its syncs have."""
    parts: Mapping[str, Collection[str]] = field(default_factory=dict)
    """The parts that were written back last."""
    consented: list[str] = field(default_factory=list)
    """The syncs whose files may be written, for good."""
    new: int = 0
    """How much is new, whatever is asked about."""

    def __post_init__(self) -> None:
        self.syncs = FakeSyncs(self)
        self.reviews = FakeReviews(self)
        self.runs = FakeRuns(self)
        self.files = FakeFiles(self)
        self.profiles = FakeProfiles(self)
        self.hosts = FakeHosts(self)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(remote=self.core is not None, history=self.core is not None)

    def container_log(self, target: Target, stop: Stop = never) -> list[str]:
        if target not in self.container_logs:
            raise EngineError("it has no log", where=str(target), why="no container is there", hint="Deploy it first")
        return self.container_logs[target]

    def look_at_hosts(self) -> list[HostState]:
        return [_host_state(server, address) for server, address in self.mapped.items()]

    def redactor(self, *, looks: bool = True) -> Redactor:
        return Redactor(self.known_secrets(), SecretLook() if looks else None)

    def switched(self, profile: str) -> FakeSession:
        other = self.others[profile]
        if isinstance(other, KsyncError):
            raise other
        if other.hold:
            other.hold.wait(10)
        other.ask = self.ask
        return other

    def ask_with(self, ask: Ask) -> None:
        self.ask = ask

    def close(self) -> None:
        self.closed = True

    def known_secrets(self) -> Mapping[str, str]:
        return {}


@dataclass
class FakeSyncs:
    """The syncs of a fake session."""

    session: FakeSession

    def all(self) -> list[Sync]:
        while self.session.ask and len(self.session.answers) < len(self.session.asks):
            self.session.answers.append(self.session.ask(*self.session.asks[len(self.session.answers)]))
        if None in self.session.answers:
            self.session.answers.clear()
            raise ConfigError("the profile has no secret", where=self.session.profile, hint="Write it down.")
        found = self._all_syncs()
        kept = (one for one in found if one.name not in self.session.removed)
        return [replace(one, name=self.session.renamed.get(one.name, one.name)) for one in kept]

    def _all_syncs(self) -> list[Sync]:
        stored = [
            Sync(name, SyncOptions(name), Inline(name, ""), f"dir  {paths[0]}") for name, _, paths in self.session.added
        ]
        return (
            stored
            if self.session.empty
            else sorted([*self._first(), *stored], key=lambda sync: sync.name, reverse=True)
        )

    def add(self, name: str, fields: Mapping[str, Any], paths: Sequence[str] = ()) -> Sync:
        self.session.added.append((name, fields, paths))
        return self.get(name)

    def config_of(self, name: str) -> ResourceSyncConfig:
        options = self.get(name).options
        return ResourceSyncConfig(managed=options.managed, delete=options.delete, match_tags=["prod"])

    def edit(self, name: str, fields: Mapping[str, Any], paths: Sequence[str] = ()) -> None:
        self.session.edited.append((name, fields))

    def rename(self, name: str, new: str) -> None:
        self.session.renamed[name] = new

    def remove(self, name: str) -> None:
        if self.session.error:
            raise self.session.error
        self.session.removed.append(name)

    def name_problem(self, name: str) -> str | None:
        return "a sync with this name already exists" if name in [sync.name for sync in self.all()] else None

    def path_problem(self, path: str, *, managed: bool = False) -> str | None:
        return None if path.startswith("/srv") else "the path does not exist"

    def path_completions(self, typed: str) -> list[str]:
        known = ("/srv/homelab/", "/srv/home/", "/srv/home/edge.toml")
        return [one for one in known if one.startswith(typed) and "/" not in one[len(typed) :].rstrip("/")]

    def _first(self) -> list[Sync]:
        return [
            Sync("homelab", SyncOptions("homelab", delete=True), Inline("homelab", ""), "git  infra@main 4f2a91c  2h"),
            Sync("edge", SyncOptions("edge", managed=True), Inline("edge", ""), "file ~/edge.toml"),
        ]

    def get(self, name: str) -> Sync:
        return next(sync for sync in self.all() if sync.name == name)


@dataclass
class FakeReviews:
    """Its reviews."""

    session: FakeSession

    def detect_changes(self, shown: object) -> FakeChangeDetector:
        return FakeChangeDetector(self.session)

    def row(self, sync: Sync) -> SyncRow:
        last = max(self.session.records.values(), key=lambda record: record.id, default=None)
        plan = self._plan(sync)
        problem = f"{PROBLEM.place} {PROBLEM.message}" if sync.managed else None
        return SyncRow(
            sync,
            "pending" if plan.actions else "in sync",
            plan.summary,
            1,
            problem,
            last,
            None,
            len(self.session.uncommitted),
        )

    def create(self, sync: Sync, contents: SourceContents | None = None, renames: Sequence[Rename] = ()) -> Review:
        if self.session.hold:
            self.session.hold.wait(10)
        if self.session.error:
            raise self.session.error
        file = SourceFile(FILE, f"/srv/{FILE}", BEFORE + BLOCK + AFTER)
        declarations = Declarations(files=(file,) * self.session.files_read, problems=(PROBLEM,))
        return Review(sync, self._plan(sync), declarations, tuple(self.session.uncommitted))

    def _plan(self, sync: Sync) -> Plan:
        left = tuple(action for action in self.session.actions if action.id not in self.session.done)
        renames = (RenameHint(Target("stack", "old-wiki"), Target("deployment", "api"), 80),)
        return Plan(sync.options, self.session.engine, left, (PROBLEM,), {"stack": 4, "server": 11}, renames)


@dataclass
class FakeRuns:
    """Its runs."""

    session: FakeSession

    @property
    def removals(self) -> tuple[Removal, ...]:
        return self.session.removals

    def confirmation(self, selection: Selection) -> Confirmation:
        deletes = selection.deletes
        if not deletes:
            return Confirmation("none", "", "")
        if len(deletes) == 1:
            return Confirmation("name", deletes[0].target.name, "1 delete: stack/old-wiki (running, 3 containers)")
        return Confirmation("count", str(len(deletes)), f"{len(deletes)} deletes")

    def start(self, selection: Selection) -> int:
        self.session.started.append(selection)
        run = len(self.session.records) + 1
        actions = tuple(ActionRecord(action.id, action.round, f"{action.sign} {action.target}") for action in selection)
        self.session.records[run] = RunRecord(
            run, selection.plan.sync, self.session.engine, "running", time.time(), None, "ana", actions
        )
        return run

    def latest(self, limit: int = 50) -> list[RunRecord]:
        return sorted(self.session.records.values(), key=lambda record: -record.id)[:limit]

    def came_back(self, run: int, plan: Plan) -> list[str]:
        done = [action.action for action in self.session.records[run].actions if action.outcome == "done"]
        return [action_id for action_id in done if action_id in plan.by_id]

    def any_by_this_user(self) -> bool:
        return bool(self.session.records)

    def undo_of(self, run: int) -> Plan:
        raise NotImplementedError("the real session tests this")

    def watch(self, run: int, after: int = 0) -> RunProgress:
        record = self.session.records[run]
        if record.state != "running":
            return RunProgress(record, (), after)
        lines: list[tuple[str, str]] = []
        for _ in range(self.session.steps_per_watch):
            record = self._step(record, lines)
        self.session.records[run] = record
        return RunProgress(record, tuple(lines), after + len(lines))

    def _step(self, record: RunRecord, lines: list[tuple[str, str]]) -> RunRecord:
        waiting = next((at for at, action in enumerate(record.actions) if action.outcome is None), None)
        if waiting is None:
            return replace(record, state="done", ended=time.time())
        action = record.actions[waiting]
        lines.append((action.action, f"{action.title} \x1b[31mpulled"))
        self.session.done.append(action.action)
        ended = replace(action, outcome="done", started=record.created, ended=time.time())
        return replace(record, actions=(*record.actions[:waiting], ended, *record.actions[waiting + 1 :]))

    def runnable(self) -> list[Target]:
        return [Target("build", "app"), Target("stack", "web")]

    def manual(self, target: Target) -> Selection:
        action = Action("run" if target.kind in ("build", "resource_sync") else "deploy", target, "run by hand")
        return Plan(SyncOptions("by hand"), self.session.engine, (action,)).select([action.id])

    def stop(self, run: int, *, now: bool = False) -> None:
        if self.session.stubborn and not now:
            return

        record = self.session.records[run]
        actions = tuple(a if a.outcome else replace(a, outcome="stopped") for a in record.actions)
        self.session.records[run] = replace(record, state="stopped", ended=time.time(), actions=actions)


@dataclass
class FakeFiles:
    """Its files."""

    session: FakeSession

    def edit_refusal(self, review: Review, target: Target) -> str | None:
        return None if review.sync.managed else "homelab is not managed: only a managed sync is edited here."

    def open_block(self, review: Review, target: Target, *, looks: bool = True) -> BlockDraft:
        return BlockDraft(target, FILE, BEFORE.count("\n") + 1, BEFORE, BLOCK, AFTER, BLOCK, {}, BEFORE, AFTER)

    def check(self, review: Review, draft: BlockDraft, text: str) -> tuple[Problem, ...]:
        import tomllib

        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            return (Problem(Rule.SYNTAX, "error", SourceLocation(draft.file, draft.first_line), str(error)),)
        return ()

    def names(self, kind: str) -> list[str]:
        return {"server": ["edge-1", "edge-2", "nas"]}.get(kind, [])

    def keys(self, kind: str) -> list[str]:
        return ["server", "environment", "file_contents", "repo", "run_directory"]

    def edits_of(self, review: Review, draft: BlockDraft, text: str) -> FileChange:
        import difflib

        diff = tuple(difflib.unified_diff(draft.text.splitlines(), text.splitlines(), lineterm="", n=1))
        body = diff[2:]
        added = sum(line.startswith("+") for line in body)
        return FileChange(draft.file, added, sum(line.startswith("-") for line in body), diff, NO_EDIT, Path())

    def needs_consent(self, review: Review) -> bool:
        return not review.sync.managed and self.session.files_read > 1 and not self.session.consented

    def consent(self, review: Review) -> None:
        self.session.consented.append(review.sync.name)

    def write_back(self, review: Review, ticked: Collection[str], parts: Parts | None = None) -> tuple[FileChange, ...]:
        self.session.parts = {action_id: set(chosen) for action_id, chosen in (parts or {}).items()}
        return (
            FileChange(FILE, 1, 1, ("@@ -4 +4 @@", *(f"+{one}" for one in ticked), "-LEVEL = debug"), NO_EDIT, Path()),
        )

    def prepare(self, review: Review, ticked: Collection[str], parts: Parts | None = None) -> WriteDraft | None:
        changes = self.write_back(review, ticked, parts)
        try:
            return WriteDraft(changes, self.commit_draft(changes))
        except KsyncError as error:
            return WriteDraft(changes, refused=error)

    def write_and_commit(self, draft: WriteDraft, message: str, *, push: bool = False) -> str:
        said = self.write(draft.changes)
        return f"{said} {self.commit(draft.commit, message, push=push)}" if draft.commit else said

    def is_uncommitted(self, changes: Sequence[FileChange]) -> bool:
        return bool(self.session.uncommitted)

    def write(self, changes: Sequence[FileChange]) -> str:
        self.session.written.extend(changes)
        return f"Wrote {', '.join(one.file for one in changes)}."

    def put_back(self, changes: Sequence[FileChange]) -> str:
        self.session.put_back_files += [change.file for change in changes]
        return "put back the file"

    def commit_draft(self, changes: Sequence[FileChange]) -> CommitDraft | None:
        if self.session.refused:
            raise self.session.refused
        notes = ("other changes in your working copy stay as they are",)
        return CommitDraft(
            "infra@main", tuple(changes), tuple(changes), "web: debug level", "Ana <ana@example.org>", notes, None,
            NOT_PREPARED, Upstream("origin", "main", 2),
        )  # fmt: skip

    def commit(self, draft: CommitDraft, message: str, *, push: bool = False) -> str:
        self.session.commits.append(f"{message} (pushed)" if push else message)
        return "Committed 4f2a91c to infra@main."


@dataclass
class FakeProfiles:
    """Its profiles."""

    session: FakeSession

    def all(self) -> tuple[Profile, ...]:
        known = [Profile("local", "embedded"), *(_profile(name, one) for name, one in self.session.others.items())]
        mine = next(
            (one for one in known if one.name == self.session.profile), _profile(self.session.profile, self.session)
        )
        return tuple(known) if mine in known else (*known, mine)

    def warnings(self) -> tuple[str, ...]:
        return self.session.warned

    def removable(self) -> frozenset[str]:
        return frozenset(self.session.others)

    def name_problem(self, name: str) -> str | None:
        return "a profile with this name already exists" if name in [one.name for one in self.all()] else None

    def problem(self, name: str, values: Mapping[str, Any]) -> str | None:
        return None if values["address"].startswith("https://") else "it does not start with https:// or http://"

    def add(self, name: str, values: Mapping[str, Any], *, usual: bool = False) -> None:
        if self.session.error:
            raise self.session.error
        self.session.written_profiles.append((name, values, usual))
        self.session.others[name] = FakeSession(engine="core", profile=name, address=values["address"], empty=True)

    def remove(self, name: str) -> None:
        del self.session.others[name]


@dataclass
class FakeHosts:
    """Its Docker hosts."""

    session: FakeSession

    def all(self) -> Mapping[str, str]:
        return dict(self.session.mapped)

    def server_problem(self, server: str) -> str | None:
        return "that is an address, not the name of a server" if "/" in server else None

    def add(self, server: str, address: str) -> None:
        if self.session.error:
            raise self.session.error
        self.session.mapped[server] = address

    def remove(self, server: str) -> None:
        del self.session.mapped[server]


def _host_state(server: str, address: str) -> HostState:
    up, problem = "down" not in address, "Connection refused\x1b[2J by the host"
    report = HostReport(up, "27.1" if up else None, "2.29" if up else None, 0.02, None if up else problem)
    return HostState([server], address, ("docker",), report)
