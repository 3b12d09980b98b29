"""Runs in a Core that do several things at once, when something goes wrong: as safe as one after another."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.engine.core import client
from ksync_tui.engine.core.client import AT_ONCE
from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.errors import CoreError, StoreError
from ksync_tui.model.events import ActionEnded, ActionLog, ActionStarted, Event
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import Target
from ksync_tui.run.runner import run
from ksync_tui.services.home import open_home
from ksync_tui.state.journal import Journal
from ksync_tui.system.cancellation import Cancellation
from tests.contract.engines import create, delete, nowhere
from tests.core.fake import FakeCore
from tests.core.meeting import Meeting
from tests.core.rounds import CONFIG, behind, carried_out, messages, outcomes, sent, stacks


@pytest.fixture(autouse=True)
def no_wait_for_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)


def test_what_somebody_made_meanwhile_is_skipped_and_left_alone(
    core: FakeCore, journal: Journal, tmp_path: Path
) -> None:
    core.add("stack", "s3", description="theirs")
    core.add_variable("V1", "theirs")
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        record = carried_out(engine, journal, [*stacks(6), *(create("variable", f"V{at}") for at in range(3))])
    skipped = {"create:stack/s3", "create:variable/V1"}
    assert {action for action, outcome in outcomes(record).items() if outcome == "skipped"} == skipped
    assert {messages(record)[one] for one in skipped} == {"changed since the plan: it now exists"}
    assert core.named("stack", "s3").description == "theirs"
    assert core.variables["V1"].value == "theirs"


def test_what_only_sounds_like_a_taken_name_has_failed(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    core.fail("CreateStack", 500, {"error": "destination path '/x' already exists and is not empty", "trace": []})
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        record = carried_out(engine, journal, stacks(1))
    assert outcomes(record) == {"create:stack/s0": "failed"}
    assert "destination path" in messages(record)["create:stack/s0"]


@pytest.mark.parametrize(("contents", "beside"), [("ours", {}), ("theirs", {"description": "theirs"})])
def test_a_lost_create_is_not_taken_for_done_where_somebody_else_was_first(
    core: FakeCore, engine: CoreEngine, contents: str, beside: dict[str, str]
) -> None:
    core.add("stack", "web", {"file_contents": "theirs"}, **beside)
    core.cut("CreateStack")
    action = create("stack", "web", tags=["mine"], config={"file_contents": contents})
    with pytest.raises(CoreError, match="somebody may have been first"):
        engine.apply(action, nowhere)
    assert core.named("stack", "web").config["file_contents"] == "theirs\n"
    assert Target("stack", "web") not in engine.snapshot().applied
    assert not [call for call in core.writes if call.type.startswith("Update")]


@pytest.mark.parametrize("harm", ["lose_answer", "cut", "half"])
def test_an_answer_lost_in_the_middle_is_looked_for_and_never_asked_again(
    core: FakeCore, journal: Journal, tmp_path: Path, harm: str
) -> None:
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        carried_out(engine, journal, [create("stack", "first")])
        getattr(core, harm)("CreateStack", times=3)
        record = carried_out(engine, journal, stacks(16))
        names = {target.name for target in engine.snapshot().live} - {"first"}
    assert sent(core)["CreateStack"] == 17
    done = {action.rpartition("/")[2] for action, outcome in outcomes(record).items() if outcome == "done"}
    assert done == names
    assert len(done) == (13 if harm == "cut" else 16)
    assert all("it was not done" in messages(record)[f"create:stack/s{at}"] for at in range(16) if f"s{at}" not in done)


def test_a_core_that_goes_away_ends_what_was_begun_and_begins_no_more(
    core: FakeCore, journal: Journal, tmp_path: Path
) -> None:
    def away(event: Event) -> None:
        core.down = core.down or (isinstance(event, ActionEnded) and event.action == "create:stack/s9")

    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        record = carried_out(engine, journal, stacks(60), away)
        core.down = False
        live = {target.name for target in engine.snapshot().live}
    ended = Counter(outcomes(record).values())
    assert ended["failed"] <= AT_ONCE
    assert ended["stopped"] >= 60 - 10 - 2 * AT_ONCE
    assert record.state == "failed"
    done = {action.rpartition("/")[2] for action, outcome in outcomes(record).items() if outcome == "done"}
    assert done == live
    assert all(action.started is None for action in record.actions if action.outcome == "stopped")


@pytest.mark.parametrize(
    ("body", "content_type", "headers"),
    [
        ({"error": "Too many attempts | Try again in 15s", "trace": []}, "application/json", {}),
        (b"<h1>Too many requests</h1>", "text/html", {"retry-after": "2"}),
        (b"", None, {}),
    ],
    ids=["core", "proxy", "bare"],
)
def test_too_many_requests_are_made_fewer_and_asked_again(
    core: FakeCore, journal: Journal, tmp_path: Path, body: Any, content_type: str | None, headers: dict[str, str]
) -> None:
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        engine.snapshot()
        core.fail("*", 429, body, times=40, content_type=content_type, headers=headers)
        places = engine.connection.client.places
        allowed, inner = [], core.planned

        def note(type_: str) -> Any:
            allowed.append(places.allowed)
            return inner(type_)

        core.planned = note  # type: ignore[method-assign]
        record = carried_out(engine, journal, stacks(60))
        assert record.counts == {"done": 60}
        assert len(engine.snapshot().live) == 60
    assert sent(core)["CreateStack"] == 60 + 40
    assert min(allowed) == 1
    assert places.allowed > 1


def test_too_many_for_too_long_ends_the_run(
    core: FakeCore, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LIMITED_SECONDS", -1.0)
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        engine.snapshot()
        core.fail("CreateStack", 429, b"", times=999, content_type=None)
        record = carried_out(engine, journal, stacks(60))
    assert Counter(outcomes(record).values())["failed"] <= AT_ONCE
    assert "too many requests" in messages(record)["create:stack/s0"]
    assert record.actions[-1].message == "the run ended early: too many requests"


def test_a_stop_lets_what_was_begun_end(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    begun: list[str] = []

    def count(event: Event) -> None:
        begun.extend([event.action] if isinstance(event, ActionStarted) else [])

    stop = Cancellation(after_action=lambda: len(begun) >= 4)
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        record = carried_out(engine, journal, stacks(60), count, stop)
        live = {f"create:stack/{target.name}" for target in engine.snapshot().live}
    ended = outcomes(record)
    assert {action for action, outcome in ended.items() if outcome == "done"} == live == set(begun)
    assert set(ended.values()) == {"done", "stopped"}
    assert len(live) <= 4 + AT_ONCE
    assert record.state == "stopped"


def test_a_stop_at_once_gives_up_all_deploys_that_are_waited_for(
    core: FakeCore, journal: Journal, tmp_path: Path
) -> None:
    core.add("server", "edge-1", {"enabled": True})
    for at in range(12):
        core.add("stack", f"s{at}", CONFIG)
    core.slow("DeployStack", 10_000)
    asked: list[Event] = []

    def log(event: Event) -> None:
        asked.extend([event] if isinstance(event, ActionLog) else [])

    stop = Cancellation(after_action=lambda: bool(asked), now=lambda: bool(asked))
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        live = engine.snapshot().live
        actions = [
            Action("deploy", target, "due", proposed=found.resource, fingerprint=found.fingerprint)
            for target, found in live.items()
            if target.kind == "stack"
        ]
        record = carried_out(engine, journal, actions, log, stop)
    ended = Counter(outcomes(record).values())
    assert ended["done"] == 0
    assert 1 <= ended["failed"] <= AT_ONCE
    assert sent(core)["DeployStack"] == ended["failed"]
    assert all("Core goes on with it" in said for said in messages(record).values() if "stopped waiting" in said)


# ------------------------------------------------------------------- journal


def test_each_action_is_written_down_before_it_is_done(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    """Another connection to the journal sees the beginning of whatever Core is asked for."""
    seen: list[bool] = []
    inner = core.planned

    def look(type_: str) -> Any:
        if type_ == "CreateStack":
            with closing(open_home(tmp_path / "journal")) as other:
                (record,) = Journal(other.database, other.secret_store).records(1)
            begun = sum(action.started is not None for action in record.actions)
            seen.append(begun > len([call for call in core.writes if call.type == "CreateStack"]) - 1)
        return inner(type_)

    core.planned = look  # type: ignore[method-assign]
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        record = carried_out(engine, journal, stacks(12))
    assert seen == [True] * 12
    events, _ = journal.events_after(record.id, 0)
    for action in record.actions:
        own = [type(event) for event in events if getattr(event, "action", None) == action.action]
        assert own[0] is ActionStarted
        assert own[-1] is ActionEnded


def test_a_journal_that_cannot_be_written_stops_the_run_and_tells_what_was_done(
    core: FakeCore, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, full = journal.write, []

    def fill_up(run_id: int, *events: Event) -> None:
        if len(core.resources) >= 10 and not full:
            full.append(True)
            raise StoreError("the disk is full", hint="Free some space")
        write(run_id, *events)

    monkeypatch.setattr(journal, "write", fill_up)
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        record = carried_out(engine, journal, stacks(60))
        live = {f"create:stack/{target.name}" for target in engine.snapshot().live}
    assert {action for action, outcome in outcomes(record).items() if outcome == "done"} == live
    assert record.actions[-1].message == "the run ended early: the disk is full"


def test_a_journal_that_stays_unwritable_ends_the_run_with_an_error(
    core: FakeCore, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = journal.write

    def full(run_id: int, *events: Event) -> None:
        if len(core.resources) >= 10:
            raise StoreError("the disk is full", hint="Free some space")
        write(run_id, *events)

    monkeypatch.setattr(journal, "write", full)
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        with pytest.raises(StoreError, match="disk is full"):
            carried_out(engine, journal, stacks(60))
        assert len(core.resources) <= 10 + AT_ONCE


def test_secrets_are_masked_in_the_log_of_each(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    core.add("server", "edge-1", {"enabled": True})
    core.add_variable("TOKEN", "s3cr3t-value", is_secret=True)
    for at in range(6):
        core.add("stack", f"s{at}", CONFIG)
        core.deploy_fails("stack", f"s{at}", f"login {at} with s3cr3t-value")
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        live = engine.snapshot().live
        actions = [
            Action("deploy", target, "due", proposed=found.resource, fingerprint=found.fingerprint)
            for target, found in live.items()
            if target.kind == "stack"
        ]
        plan = Plan(SyncOptions("homelab"), "core", tuple(actions))
        run_id = journal.create(plan.select([action.id for action in actions]), "ana")
        record = run(run_id, engine, journal, secrets=engine.known_secrets())
    for at in range(6):
        lines = journal.log(run_id, f"deploy:stack/s{at}")
        assert f"  login {at} with <TOKEN>" in lines
        assert not any(f"login {other} " in line for line in lines for other in range(6) if other != at)
        assert "s3cr3t" not in messages(record)[f"deploy:stack/s{at}"]


def test_deletes_of_a_round_are_each_seen_to_be_gone(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        for action in stacks(20):
            engine.apply(action, nowhere)
        live = engine.snapshot().live
        core.fail("DeleteStack", 200, {}, times=2)
        actions = [replace(delete(found.resource, "stack"), fingerprint=found.fingerprint) for found in live.values()]
        record = carried_out(engine, journal, actions)
        left = {f"delete:stack/{target.name}" for target in engine.snapshot().live}
    assert {action for action, outcome in outcomes(record).items() if outcome == "failed"} == left
    assert record.counts == {"done": 18, "failed": 2}
