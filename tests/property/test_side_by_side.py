"""Whatever fails, a run that does several things at once does each of them once and keeps the order that matters."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ksync_tui.engine.base import Log
from ksync_tui.engine.embedded.engine import EmbeddedEngine
from ksync_tui.errors import EngineError
from ksync_tui.model.events import ActionEnded, ActionStarted, Event
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import Target
from ksync_tui.run.runner import run
from ksync_tui.run.side_by_side import Steps
from ksync_tui.services.home import Home, open_home
from ksync_tui.state.journal import Journal
from ksync_tui.system.cancellation import Stop, never
from tests.contract.engines import create

MOST = 4
NAMES = [f"n{at}" for at in range(12)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder: Path = tmp_path_factory.mktemp("home")
    with closing(open_home(folder)) as opened:
        yield opened


class Outside(EmbeddedEngine):
    """The embedded engine as one that does several things at once, some of which fail; it changes nothing."""

    capabilities = replace(EmbeddedEngine.capabilities, parallel=MOST)

    def __init__(self, home: Home, failing: set[str]) -> None:
        super().__init__(home.database, home.secret_store)
        self.failing = failing
        self.begun: list[str] = []
        self.under_way: set[str] = set()
        self.most = 0
        self.beside: dict[str, set[str]] = {}
        """What was going on when each began."""
        self._lock = threading.Lock()

    def outside(self, action: Action) -> bool:
        return True

    def fingerprint(self, target: Target) -> str | None:
        return None

    def apply(self, action: Action, log: Log, stop: Stop = never) -> None:
        with self._lock:
            self.begun.append(action.id)
            self.beside[action.id] = set(self.under_way)
            self.under_way.add(action.id)
            self.most = max(self.most, len(self.under_way))
        log(f"doing {action.id}")
        with self._lock:
            self.under_way.discard(action.id)
        if action.id in self.failing:
            raise EngineError("it broke", where=str(action.target))


@st.composite
def rounds(draw: st.DrawFn) -> list[Action]:
    """Actions that need earlier ones, and that touch what others touch, in a few rounds."""
    found: list[Action] = []
    for at in range(draw(st.integers(1, 24))):
        name, old = draw(st.sampled_from(NAMES)), draw(st.sampled_from([*NAMES, None, None]))
        verb = draw(st.sampled_from(["create", "update", "delete", "deploy"]))
        number = draw(st.integers(found[-1].round if found else 1, (found[-1].round if found else 1) + 1))
        action = replace(create("stack", name), verb=verb, round=number, old_name=old if at % 3 == 0 else None)
        needed = draw(st.sets(st.sampled_from([one.id for one in found]), max_size=3)) if found else set()
        if action.id not in {one.id for one in found}:
            found.append(replace(action, requires=tuple(sorted(needed)), fingerprint=None))
    return found


def before(actions: list[Action], action: Action) -> set[str]:
    """The earlier ones of a round that an action must not go on beside."""
    earlier = actions[: actions.index(action)]
    mine = {action.target, action.subject}
    return {one.id for one in earlier if one.id in action.requires or mine & {one.target, one.subject}}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=rounds(), data=st.data())
def test_each_is_done_once_and_after_what_it_depends_on(home: Home, actions: list[Action], data: st.DataObject) -> None:
    failing = data.draw(st.sets(st.sampled_from([action.id for action in actions])))
    engine = Outside(home, failing)
    journal = Journal(home.database, home.secret_store)
    plan = Plan(SyncOptions("homelab"), "embedded", tuple(actions))
    told: list[Event] = []
    record = run(journal.create(plan.select([one.id for one in actions]), "ana"), engine, journal, told.append)

    expected: dict[str, str] = {}
    for action in actions:
        held = any(expected[needed] != "done" for needed in action.requires)
        expected[action.id] = "skipped" if held else "failed" if action.id in failing else "done"
    assert {one.action: one.outcome for one in record.actions} == expected
    assert sorted(engine.begun) == sorted(one for one, outcome in expected.items() if outcome != "skipped")
    assert engine.most <= MOST

    at = {one: position for position, one in enumerate(engine.begun)}
    for action in actions:
        for other in before(actions, action):
            if other in at and action.id in at:
                assert at[other] < at[action.id]
                assert other not in engine.beside[action.id]
        for other in actions:
            if other.round < action.round and other.id in at and action.id in at:
                assert at[other.id] < at[action.id]
    starts = [event.action for event in told if isinstance(event, ActionStarted)]
    ends = [event.action for event in told if isinstance(event, ActionEnded)]
    assert sorted(starts) == sorted(engine.begun)
    assert sorted(ends) == sorted(expected)


@given(actions=rounds())
def test_all_of_a_round_becomes_free_in_order_of_the_plan(actions: list[Action]) -> None:
    steps, order = Steps(actions), []
    while steps:
        (action,) = steps.begin(1)
        order.append(action)
        steps.end(action.id)
    assert len(order) == len(actions)
    for action in actions:
        for other in before(actions, action):
            assert [one.id for one in order].index(other) < order.index(action)


def test_a_fault_of_our_own_waits_for_what_was_begun_and_is_raised(home: Home) -> None:
    class Faulty(Outside):
        def apply(self, action: Action, log: Log, stop: Stop = never) -> None:
            super().apply(action, log, stop)
            if action.target.name == "n1":
                raise ZeroDivisionError

    engine, journal = Faulty(home, set()), Journal(home.database, home.secret_store)
    actions = tuple(create("stack", name) for name in NAMES)
    run_id = journal.create(Plan(SyncOptions("homelab"), "embedded", actions).select([a.id for a in actions]), "ana")
    with pytest.raises(ZeroDivisionError):
        run(run_id, engine, journal)
    done = {action.action for action in journal.record(run_id).actions if action.outcome == "done"}
    assert done == {*engine.begun} - {"create:stack/n1"}


def test_an_interrupt_waits_for_nothing(home: Home) -> None:
    leave = threading.Event()

    class Slow(Outside):
        def apply(self, action: Action, log: Log, stop: Stop = never) -> None:
            leave.wait()

    engine, journal = Slow(home, set()), Journal(home.database, home.secret_store)
    actions = tuple(create("stack", name) for name in NAMES)
    run_id = journal.create(Plan(SyncOptions("homelab"), "embedded", actions).select([a.id for a in actions]), "ana")

    def interrupt(event: Event) -> None:
        raise KeyboardInterrupt

    try:
        with pytest.raises(KeyboardInterrupt):
            run(run_id, engine, journal, interrupt)
    finally:
        leave.set()
    assert all(action.outcome is None for action in journal.record(run_id).actions)
