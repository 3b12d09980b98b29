"""The journal: what was chosen, what happened, and whether somebody is still at it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest

from ksync_tui.errors import RunError
from ksync_tui.model.events import ActionEnded, ActionLog, ActionStarted, Event, RunEnded
from ksync_tui.model.origin import Stamp
from ksync_tui.model.plan import Action, FieldChange, Plan, Selection, SyncOptions
from ksync_tui.model.resource import SourceLocation, fingerprint
from ksync_tui.services.home import Home, open_home
from ksync_tui.state import journal as journals
from ksync_tui.state.action_codec import decode_action, encode_action
from ksync_tui.state.journal import Journal
from ksync_tui.system.process import identity, is_gone
from tests.contract.engines import create, delete, make, rename, update

OPTIONS = SyncOptions("homelab", match_tags=("a", "b"), managed=True)
SERVER = create("server", "edge-1")
STACK = replace(create("stack", "web", config={"webhook_secret": "s3cr3t-value"}), requires=(SERVER.id,), round=2)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with closing(open_home(tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def journal(home: Home) -> Journal:
    return Journal(home.database, home.secret_store)


def selection(*actions: Action, ticked: tuple[str, ...] | None = None) -> Selection:
    """A selection of a plan of these actions."""
    plan = Plan(OPTIONS, "embedded", actions)
    return plan.select(ticked if ticked is not None else [action.id for action in actions])


def ended_process() -> tuple[int, str]:
    """Number and identity of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        return process.pid, identity(process.pid)


def test_a_selection_comes_back_as_it_was_frozen(journal: Journal) -> None:
    chosen = selection(SERVER, STACK, create("stack", "other"), ticked=(STACK.id,))
    loaded = journal.load(journal.create(chosen, "ana"))
    assert list(loaded) == [SERVER, STACK]
    assert loaded.ticked == {STACK.id}
    assert loaded.added == {SERVER.id: STACK.id}
    assert loaded.plan.options == OPTIONS
    assert loaded.plan.engine == "embedded"


def test_every_part_of_an_action_is_frozen(home: Home, journal: Journal) -> None:
    before = make("stack", "web", config={"environment": "A = 1\n"})
    change = FieldChange(
        "config.environment",
        "A = 1\n",
        "A = 2\n",
        True,
        True,
        "live",
        text_only=True,
        origins=(("config.environment.A", "live"),),
    )
    tags = FieldChange("tags", [], ["home"], origin="files")
    action = replace(
        update(before, "stack", change, tags, tags=["home"], config={"environment": "A = 2\n"}),
        place=SourceLocation("stacks/web.toml", 3, 1, 9),
        reason="2 fields differ",
        consequences=("Redeploys web",),
        origin="both",
        applied=Stamp("homelab", 1_700_000_000.5),
        changed_by="Live was changed last by ana",
    )
    everything = replace(action, blocked="not yet", requires=("create:server/edge",), old_name="site", removal="down")
    everything = replace(everything, parts=("config.environment.A",), adopts=("390c469a",))
    assert [field.name for field in fields(everything) if not getattr(everything, field.name)] == []
    encoded = encode_action(everything, "deploy:stack/web", home.secret_store)
    assert decode_action(encoded, home.secret_store) == (everything, "deploy:stack/web")
    moved = rename(before, "stack", "site")
    gone = delete(make("stack", "old"), "stack")
    run = journal.create(selection(action, moved, gone), "ana")
    assert list(journal.load(run)) == [action, moved, gone]


def test_what_an_older_ksync_froze_without_origins_is_read(home: Home) -> None:
    before = make("stack", "web", config={"environment": "A = 1\n"})
    change = FieldChange("config.environment", "A = 1\n", "A = 2\n", redeploys=True)
    action = update(before, "stack", change, config={"environment": "A = 2\n"})
    frozen = encode_action(action, None, home.secret_store)
    data = json.loads(frozen.rest)
    data["changes"] = [change[:3] for change in data["changes"]]
    assert decode_action(frozen._replace(rest=json.dumps(data)), home.secret_store) == (action, None)


def test_a_new_run_is_planned_and_tells_what_is_in_it(journal: Journal) -> None:
    moved = rename(make("stack", "old"), "stack", "new")
    run = journal.create(selection(SERVER, STACK, moved), "ana")
    record = journal.record(run)
    assert (record.sync, record.engine, record.state, record.who) == ("homelab", "embedded", "planned", "ana")
    assert [(action.action, action.round, action.title) for action in record.actions] == [
        ("create:server/edge-1", 1, "+ server/edge-1"),
        ("rename:stack/new", 1, "= stack/old -> new"),
        ("create:stack/web", 2, "+ stack/web"),
    ]
    assert record.counts == {"waiting": 3}


def test_events_are_read_after_a_cursor(journal: Journal) -> None:
    run = journal.create(selection(SERVER), "ana")
    first: list[Event] = [ActionStarted(SERVER.id, 1.0), ActionLog(SERVER.id, "pulling")]
    then: list[Event] = [ActionEnded(SERVER.id, "failed", 2.0, "no such image"), RunEnded("failed", 3.0)]
    for event in first:
        journal.write(run, event)
    found, cursor = journal.events_after(run, 0)
    assert found == first
    assert journal.events_after(run, cursor) == ([], cursor)
    for event in then:
        journal.write(run, event)
    one, cursor = journal.events_after(run, cursor, limit=1)
    assert one == then[:1]
    assert journal.events_after(run, cursor)[0] == then[1:]


def test_the_record_follows_the_events(journal: Journal) -> None:
    run = journal.create(selection(SERVER), "ana")
    journal.begin(run)
    assert journal.record(run).state == "running"
    journal.write(run, ActionStarted(SERVER.id, 1.0))
    journal.write(run, ActionLog(SERVER.id, "a line"))
    journal.write(run, ActionEnded(SERVER.id, "done", 2.0))
    journal.write(run, RunEnded("done", 3.0))
    record = journal.record(run)
    action = record.actions[0]
    assert (record.state, record.ended, record.counts) == ("done", 3.0, {"done": 1})
    assert (action.outcome, action.started, action.ended, action.message) == ("done", 1.0, 2.0, None)
    assert journal.log(run) == journal.log(run, SERVER.id) == ["a line"]
    assert journal.log(run, "create:server/other") == []


def test_runs_are_listed_newest_first(journal: Journal) -> None:
    first = journal.create(selection(SERVER), "ana")
    second = journal.create(selection(STACK, ticked=()), "ana")
    assert [record.id for record in journal.records()] == [second, first]
    assert [record.id for record in journal.records(limit=1)] == [second]
    assert journal.records(sync="other") == []


def test_what_is_left_is_what_was_not_done(journal: Journal) -> None:
    other = create("server", "edge-2")
    run = journal.create(selection(SERVER, other, STACK), "ana")
    journal.write(run, ActionEnded(SERVER.id, "done", 1.0))
    journal.write(run, ActionEnded(other.id, "failed", 1.0, "because"))
    assert [action.id for action in journal.load(run, only_left=True)] == [other.id, STACK.id]


@pytest.mark.parametrize("call", [Journal.record, Journal.load, Journal.begin])
def test_an_unknown_run_is_told(journal: Journal, call: object) -> None:
    assert callable(call)
    with pytest.raises(RunError, match="no such run") as refused:
        call(journal, 99)
    assert refused.value.hint


def test_a_run_is_carried_out_once(journal: Journal) -> None:
    run = journal.create(selection(SERVER), "ana")
    journal.begin(run)
    with pytest.raises(RunError, match="it is running"):
        journal.begin(run)


def test_anybody_may_ask_a_run_to_stop(home: Home, journal: Journal) -> None:
    run = journal.create(selection(SERVER), "ana")
    assert not journal.stop_requested(run)
    with closing(open_home(home.database.home)) as watcher:
        Journal(watcher.database, watcher.secret_store).request_stop(run)
    assert journal.stop_requested(run)


def test_a_run_whose_process_is_gone_is_lost(home: Home, journal: Journal) -> None:
    run = journal.create(selection(SERVER), "ana")
    journal.begin(run)
    home.database.execute("UPDATE runs SET pid = ?, process = ?", ended_process())
    assert journal.record(run).state == "lost"
    with pytest.raises(RunError, match="it is lost"):
        journal.begin(run)


def test_a_planned_run_that_was_handed_over_waits_for_its_process(journal: Journal) -> None:
    run = journal.create(selection(SERVER), "ana")
    pid, _ = ended_process()
    journal.hand_over(run, pid)
    assert journal.records()[0].state == "lost"


def test_an_ended_run_is_never_lost(home: Home, journal: Journal) -> None:
    run = journal.create(selection(SERVER), "ana")
    journal.begin(run)
    journal.write(run, RunEnded("done", 1.0))
    home.database.execute("UPDATE runs SET pid = ?, process = ?", ended_process())
    assert journal.record(run).state == "done"


@pytest.mark.parametrize(
    ("known", "gone"),
    [
        ("{machine} {boot} {start}", False),
        ("{machine} {boot} 1", True),
        ("{machine} another-boot {start}", True),
        ("elsewhere {boot} 1", False),
    ],
    ids=["itself", "same number, other process", "before a restart", "on another machine"],
)
def test_a_process_is_known_by_more_than_its_number(known: str, gone: bool) -> None:
    import os

    machine, boot, start = identity(os.getpid()).rsplit(" ", 2)
    assert is_gone(os.getpid(), known.format(machine=machine, boot=boot, start=start)) is gone


def test_old_runs_and_their_secrets_are_forgotten(
    home: Home, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "KEPT_RUNS", 2)
    runs = []
    for number in range(4):
        action = create("variable", "TOKEN", is_secret=True, value=f"secret-value-{number}")
        runs.append(journal.create(selection(action), "ana"))
        journal.write(runs[-1], RunEnded("done", 1.0))
    assert [record.id for record in journal.records()] == [runs[3], runs[2]]
    kept = home.secret_store.path.read_text()
    assert [number for number in range(4) if f"secret-value-{number}" in kept] == [2, 3]
    assert home.database.row("SELECT count(*) FROM events WHERE run = ?", (runs[0],)) == (0,)


def test_an_action_whose_secret_was_lost_is_blocked(home: Home, journal: Journal) -> None:
    run = journal.create(selection(SERVER, STACK), "ana")
    home.secret_store.path.unlink()
    with closing(open_home(home.database.home)) as again:
        loaded = list(Journal(again.database, again.secret_store).load(run))
    assert loaded[0].blocked is None
    assert "no longer stored" in str(loaded[1].blocked)


def test_fingerprints_survive_freezing(journal: Journal) -> None:
    run = journal.create(selection(STACK, ticked=()), "ana")
    assert list(journal.load(run)) == []
    run = journal.create(selection(SERVER, STACK), "ana")
    proposed = [action.proposed for action in journal.load(run)]
    assert [fingerprint(found) for found in proposed if found] == [
        fingerprint(action.proposed) for action in (SERVER, STACK) if action.proposed
    ]
