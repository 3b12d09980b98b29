"""The runner: exactly the selection, in order, nothing that moved, nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from ksync_tui.engine.base import Log
from ksync_tui.engine.embedded.engine import EmbeddedEngine
from ksync_tui.errors import CoreError, EngineError, RunError, StoreError
from ksync_tui.model.events import ActionEnded, ActionStarted, Event, RunEnded, RunRecord
from ksync_tui.model.plan import Action, Plan, Selection, SyncOptions
from ksync_tui.model.resource import Target, fingerprint
from ksync_tui.model.secrets import Redactor
from ksync_tui.run import runner
from ksync_tui.run.detached import spawn, stop_signals
from ksync_tui.run.runner import run
from ksync_tui.services.home import Home, open_home
from ksync_tui.state.journal import Journal
from ksync_tui.system.cancellation import Cancellation, Stop, never
from tests.contract.engines import create, delete, make, nowhere, rename, update

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with closing(open_home(tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def journal(home: Home) -> Journal:
    return Journal(home.database, home.secret_store)


class Wrapped(EmbeddedEngine):
    """The embedded engine, doing something else before each action."""

    def __init__(self, home: Home, before: Callable[[Action, Log], None]) -> None:
        super().__init__(home.database, home.secret_store)
        self.before = before

    def apply(self, action: Action, log: Log, stop: Stop = never) -> None:
        self.before(action, log)
        super().apply(action, log, stop)


def select(*actions: Action) -> Selection:
    """All of these actions, ticked."""
    plan = Plan(SyncOptions("homelab"), "embedded", actions)
    return plan.select([action.id for action in actions])


def carry_out(
    home: Home,
    *actions: Action,
    before: Callable[[Action, Log], None] = lambda action, log: None,
    tell: Callable[[Event], None] = lambda event: None,
    stop: Callable[[], bool] = lambda: False,
) -> RunRecord:
    """Carries out these actions with the embedded engine."""
    journal = Journal(home.database, home.secret_store)
    run_id = journal.create(select(*actions), "ana")
    return run(run_id, Wrapped(home, before), journal, tell, Cancellation(stop))


def outcomes(record: RunRecord) -> dict[str, str | None]:
    """How each action ended."""
    return {action.action: action.outcome for action in record.actions}


def names(home: Home) -> set[str]:
    """The names of all live resources."""
    return {target.name for target in home.engine.snapshot().live}


class Unseen(Wrapped):
    """An engine that sometimes refuses to show what is live."""

    def __init__(self, home: Home, refused: Collection[int]) -> None:
        super().__init__(home, lambda action, log: None)
        self.refused = refused
        self.looks = 0

    def fingerprint(self, target: Target) -> str | None:
        self.looks += 1
        if self.looks in self.refused:
            raise CoreError("too many requests", where=str(target))
        return super().fingerprint(target)


def test_what_cannot_be_looked_at_costs_only_itself(home: Home, journal: Journal) -> None:
    chosen = select(create("variable", "A"), create("variable", "B"), create("variable", "C"))
    record = run(journal.create(chosen, "ana"), Unseen(home, [2]), journal)
    assert outcomes(record) == {"create:variable/A": "done", "create:variable/B": "failed", "create:variable/C": "done"}
    assert (record.state, names(home)) == ("failed", {"A", "C"})


def test_what_was_done_is_done_though_it_cannot_be_looked_at(home: Home, journal: Journal) -> None:
    made, deploy = create("stack", "web"), Action("deploy", Target("stack", "web"), "new", round=2)
    record = run(journal.create(select(made, deploy), "ana"), Unseen(home, [2]), journal)
    assert outcomes(record) == {made.id: "done", deploy.id: "skipped"}


def test_rounds_run_in_order(home: Home) -> None:
    done: list[str] = []
    actions = [
        replace(create("deployment", "late"), round=3),
        create("variable", "FIRST"),
        replace(create("stack", "middle"), round=2),
    ]
    record = carry_out(home, *actions, before=lambda action, log: done.append(action.target.name))
    assert done == ["FIRST", "middle", "late"]
    assert (record.state, record.counts) == ("done", {"done": 3})


def test_only_what_was_ticked_is_done(home: Home, journal: Journal) -> None:
    plan = Plan(SyncOptions("homelab"), "embedded", (create("server", "one"), create("server", "two")))
    run(journal.create(plan.select(["create:server/two"]), "ana"), home.engine, journal)
    assert names(home) == {"two"}


def test_a_failed_prerequisite_skips_what_needs_it_and_nothing_else(home: Home) -> None:
    home.engine.apply(create("server", "taken"), nowhere)
    server = replace(create("server", "taken"), fingerprint=home.engine.fingerprint(Target("server", "taken")))
    stack = replace(create("stack", "needs-it"), requires=(server.id,), round=2)
    after = replace(create("stack", "needs-that"), requires=(stack.id,), round=3)
    free = replace(create("stack", "free"), round=2)
    record = carry_out(home, server, stack, after, free)
    assert outcomes(record) == {server.id: "failed", stack.id: "skipped", free.id: "done", after.id: "skipped"}
    messages = {action.action: action.message for action in record.actions}
    assert messages[stack.id] == "needs create:server/taken, which failed"
    assert messages[after.id] == "needs create:stack/needs-it, which was skipped"
    assert record.state == "failed"


def test_what_moved_since_the_plan_is_skipped_and_the_rest_goes_on(home: Home) -> None:
    before = make("server", "edge-1")
    home.engine.apply(create("server", "edge-1"), nowhere)
    home.engine.apply(create("server", "gone"), nowhere)
    actions = [
        update(before, "server", tags=["mine"]),
        delete(make("server", "gone"), "server"),
        create("server", "made"),
        create("server", "fine"),
    ]
    home.engine.apply(update(before, "server", tags=["theirs"]), nowhere)
    home.engine.apply(delete(make("server", "gone"), "server"), nowhere)
    home.engine.apply(create("server", "made", description="theirs"), nowhere)
    record = carry_out(home, *actions)
    assert [action.message for action in record.actions] == [
        "changed since the plan",
        "changed since the plan: it no longer exists",
        "changed since the plan: it now exists",
        None,
    ]
    assert record.counts == {"skipped": 3, "done": 1}
    assert home.engine.snapshot().live[Target("server", "edge-1")].tags == ("theirs",)


def test_actions_on_one_target_build_on_each_other(home: Home) -> None:
    home.engine.apply(create("stack", "old", deploy=True), nowhere)
    old = make("stack", "old", deploy=True)
    moved = rename(old, "stack", "new")
    changed = replace(
        update(make("stack", "new"), "stack", deploy=True, description="moved"),
        fingerprint=fingerprint(old),
        requires=(moved.id,),
        round=2,
    )
    record = carry_out(home, moved, changed)
    assert record.state == "done"
    assert home.engine.snapshot().live[Target("stack", "new")].resource == changed.proposed


def test_a_deploy_after_its_own_update_is_not_taken_for_stale(home: Home) -> None:
    made = create("stack", "web", deploy=True, config={"server_id": "attic"})
    deploy = replace(made, verb="deploy", requires=(made.id,), round=2)
    record = carry_out(home, made, deploy)
    assert outcomes(record) == {made.id: "done", deploy.id: "failed"}
    assert "no Docker host is mapped" in str(record.actions[1].message)
    assert home.engine.snapshot().deployed[made.target].outstanding == "deploy on creation"


def test_a_blocked_action_is_not_tried(home: Home, journal: Journal) -> None:
    action = create("server", "edge-1")
    chosen = select(action)
    blocked = replace(chosen, plan=replace(chosen.plan, actions=(replace(action, blocked="the file is broken"),)))
    record = run(journal.create(blocked, "ana"), home.engine, journal)
    assert [(found.outcome, found.message) for found in record.actions] == [("skipped", "the file is broken")]


def test_stop_ends_after_the_current_action(home: Home) -> None:
    done: list[str] = []
    actions = [create("server", f"edge-{number}") for number in range(4)]
    record = carry_out(home, *actions, before=lambda action, log: done.append(action.id), stop=lambda: len(done) == 2)
    assert names(home) == {"edge-0", "edge-1"}
    assert record.counts == {"done": 2, "stopped": 2}
    assert record.state == "stopped"


def test_the_journal_can_stop_a_run(home: Home, journal: Journal) -> None:
    run_id = journal.create(select(create("server", "edge-1")), "ana")
    journal.request_stop(run_id)
    record = run(run_id, home.engine, journal, cancellation=journal.cancellation(run_id))
    assert record.state == "stopped"
    assert names(home) == set()


def test_whoever_watches_hears_of_ends_when_they_are_durable(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "CHUNK", 2)
    heard: list[Event] = []
    durable: list[int] = []

    def tell(event: Event) -> None:
        heard.append(event)
        if isinstance(event, ActionEnded):
            with closing(open_home(home.database.home)) as other:
                durable.append(len(other.engine.snapshot().live))

    actions = [create("server", f"edge-{number}") for number in range(3)]
    record = carry_out(home, *actions, tell=tell)
    assert durable == [2, 2, 3]
    journaled, _ = Journal(home.database, home.secret_store).events_after(record.id, 0)
    assert sorted(map(repr, journaled)) == sorted(map(repr, heard))
    assert isinstance(heard[0], ActionStarted)
    assert isinstance(heard[-1], RunEnded)


def test_an_engine_error_fails_its_action_alone(home: Home) -> None:
    def break_one(action: Action, log: Log) -> None:
        if action.target.name == "bad":
            raise EngineError("it broke", where=str(action.target), why="of old age", hint="Buy a new one")

    record = carry_out(
        home, create("server", "good"), create("server", "bad"), create("server", "fine"), before=break_one
    )
    assert names(home) == {"good", "fine"}
    assert [action.message for action in record.actions] == [None, "it broke: of old age. Buy a new one", None]


def test_a_store_error_takes_back_its_transaction_and_ends_the_run(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "CHUNK", 2)

    def fill_up(action: Action, log: Log) -> None:
        if action.target.name == "edge-3":
            raise StoreError("the disk is full", hint="Free some space")

    actions = [create("server", f"edge-{number}") for number in range(6)]
    record = carry_out(home, *actions, before=fill_up)
    assert names(home) == {"edge-0", "edge-1"}
    assert [action.outcome for action in record.actions] == ["done", "done", "failed", "failed", "stopped", "stopped"]
    assert record.actions[3].message == "the disk is full. Free some space"
    assert record.actions[5].message == "the run ended early: the disk is full"
    assert record.state == "failed"


def test_a_disk_that_stays_full_is_told_and_nothing_is_half_done(home: Home, journal: Journal) -> None:
    actions = [create("stack", f"big-{number}", config={"file_contents": "x" * 20_000}) for number in range(20)]
    run_id = journal.create(select(*actions), "ana")
    pages = home.database.row("PRAGMA page_count") or (0,)
    home.database.execute(f"PRAGMA max_page_count = {pages[0] + 20}")
    with suppress(StoreError):
        record = run(run_id, home.engine, journal)
        assert record.state == "failed"
        assert set(record.counts) <= {"failed", "stopped"}
    home.database.execute("PRAGMA max_page_count = 100000")
    assert names(home) == set()


def test_a_long_chunk_is_cut_in_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "CHUNK_SECONDS", 0.0)
    record = carry_out(home, *(create("server", f"edge-{number}") for number in range(5)))
    assert record.counts == {"done": 5}


def test_a_run_is_carried_out_once(home: Home, journal: Journal) -> None:
    run_id = journal.create(select(create("server", "edge-1")), "ana")
    run(run_id, home.engine, journal)
    with pytest.raises(RunError, match="it is done"):
        run(run_id, home.engine, journal)


def test_secrets_do_not_reach_log_or_messages(home: Home, journal: Journal) -> None:
    home.engine.apply(create("variable", "OLD", is_secret=True, value="old-s3cr3t"), nowhere)

    def leak(action: Action, log: Log) -> None:
        log("login with new-s3cr3t and old-s3cr3t")
        raise EngineError("refused", why="new-s3cr3t is wrong")

    action = create("variable", "NEW", is_secret=True, value="new-s3cr3t")
    run_id = journal.create(select(action), "ana")
    record = run(run_id, Wrapped(home, leak), journal, secrets=home.engine.known_secrets())
    assert journal.log(run_id) == ["login with <NEW> and <OLD>"]
    assert record.actions[0].message == "refused: <NEW> is wrong"


@pytest.mark.parametrize(
    ("secrets", "text", "shown"),
    [
        ([], "nothing to hide", "nothing to hide"),
        ([("variable/A", "abcd"), ("variable/B", "abcdef")], "abcdef abcd", "<B> <A>"),
        ([("variable/KEY", "begin\nmiddle\nend\n")], "a middle b", "a <KEY> b"),
        ([("variable/A", "1")], "1 of 1", "1 of 1"),
        ([("stack/web config.webhook_secret", "a.c*")], "a.c* abcd", "<stack/web config.webhook_secret> abcd"),
        ([("variable/A", "first"), ("variable/A", "second")], "first second", "<A> <A>"),
    ],
    ids=["none", "one in another", "lines", "too short", "no pattern", "old and new"],
)
def test_masking(secrets: list[tuple[str, str]], text: str, shown: str) -> None:
    assert Redactor(secrets)(text) == shown


CRASHING = """
import os, signal, sys
from pathlib import Path
from ksync_tui.services.home import open_home
from ksync_tui.run import runner
from ksync_tui.state.journal import Journal
from ksync_tui.system.cancellation import Cancellation

runner.CHUNK = 2
home = open_home(Path(sys.argv[1]))
seen = []

def stop():
    seen.append(1)
    if len(seen) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return False

runner.run(int(sys.argv[2]), home.engine, Journal(home.database, home.secret_store), cancellation=Cancellation(stop))
"""


@pytest.mark.parametrize("at", range(1, 6))
def test_a_killed_run_leaves_state_and_journal_in_step(home: Home, journal: Journal, at: int) -> None:
    actions = [create("server", f"edge-{number}") for number in range(5)]
    run_id = journal.create(select(*actions), "ana")
    arguments = [str(home.database.home), str(run_id), str(at)]
    ended = subprocess.run([sys.executable, "-c", CRASHING, *arguments], cwd=ROOT, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    record = journal.record(run_id)
    assert record.state == "lost"
    done = {action.action.rpartition("/")[2] for action in record.actions if action.outcome == "done"}
    assert names(home) == done == {f"edge-{number}" for number in range((at - 1) // 2 * 2)}
    left = journal.load(run_id, only_left=True)
    again = run(journal.create(left, "ana"), home.engine, journal)
    assert again.state == "done"
    assert len(names(home)) == 5


def test_signals_ask_to_stop() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_signals() as asked:
        assert (asked.after_action(), asked.now()) == (False, False)
        os.kill(os.getpid(), signal.SIGTERM)
        assert (asked.after_action(), asked.now()) == (True, False)
        os.kill(os.getpid(), signal.SIGINT)
        assert (asked.after_action(), asked.now()) == (True, True)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_detached_run_is_a_process_of_its_own_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[list[str], dict[str, object]]] = []

    class Child:
        pid = 4711

        def __init__(self, command: list[str], **options: object) -> None:
            started.append((command, options))

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", Child)
    assert spawn(17, tmp_path) == 4711
    command, options = started[0]
    assert command == [sys.executable, "-P", "-m", "ksync_tui", "_run", "17", "--profile", "local"]
    assert options["start_new_session"] is True
    environment = options["env"]
    assert isinstance(environment, dict)
    assert environment["KSYNC_HOME"] == str(tmp_path)


def test_a_run_that_cannot_be_started_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    with pytest.raises(RunError, match="cannot be started"):
        spawn(17, tmp_path)
