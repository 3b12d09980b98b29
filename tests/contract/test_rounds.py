"""A round of a run through every engine: as many at once as it can, with the same end as one after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ksync_tui.engine.base import Engine
from ksync_tui.model.events import RunRecord
from ksync_tui.model.plan import Action, Plan, SyncOptions
from ksync_tui.model.resource import Target
from ksync_tui.planner.undo import undo
from ksync_tui.run.runner import run
from ksync_tui.services.home import open_home
from ksync_tui.state.journal import Journal
from tests.contract.engines import ENGINES, create, delete, emptied, make, nowhere, rename, update


@pytest.fixture(params=ENGINES, ids=lambda factory: factory.__name__)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with request.param(tmp_path) as opened:
        assert not opened.snapshot().live, "the tests run only against an empty Core"
        try:
            yield opened
        finally:
            emptied(opened)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(open_home(tmp_path / "journal")) as home:
        yield Journal(home.database, home.secret_store)


def carried_out(engine: Engine, journal: Journal, *actions: Action) -> RunRecord:
    plan = Plan(SyncOptions("homelab"), engine.name, actions)
    return run(journal.create(plan.select([action.id for action in actions]), "ana"), engine, journal)


def test_what_is_declared_is_live_after_one_run(engine: Engine, journal: Journal) -> None:
    server = create("server", "edge-1")
    made = [create("stack", f"s{at}", tags=["home"], config={"server_id": "edge-1"}) for at in range(12)]
    stacks = [replace(action, round=2, requires=(server.id,)) for action in made]
    groups = [replace(create("user_group", f"g{at}", everyone=True), round=3) for at in range(3)]
    variables = [create("variable", f"V{at}", value=f"value-{at}") for at in range(12)]
    record = carried_out(engine, journal, server, *variables, *stacks, *groups)
    assert record.counts == {"done": 28}
    live = engine.snapshot().live
    assert len(live) == 28
    assert {live[action.target].fingerprint for action in stacks} == {
        engine.fingerprint(action.target) for action in stacks
    }


def test_what_moved_is_skipped_and_the_rest_of_the_round_goes_on(engine: Engine, journal: Journal) -> None:
    for at in range(9):
        engine.apply(create("stack", f"s{at}"), nowhere)
    live = {target: found for target, found in engine.snapshot().live.items() if target.kind == "stack"}
    actions: list[Action] = []
    for at, (target, found) in enumerate(sorted(live.items())):
        changed = [update(found.resource, "stack", description="ours"), delete(found.resource, "stack")][at % 2]
        actions.append(replace(changed, target=target, fingerprint=found.fingerprint))
    actions.append(create("stack", "taken"))
    for name in ("s2", "s5"):
        engine.apply(update(make("stack", name), "stack", description="theirs"), nowhere)
    engine.apply(create("stack", "taken", description="theirs"), nowhere)
    record = carried_out(engine, journal, *actions)
    skipped = {one.action.rpartition("/")[2]: one.message for one in record.actions if one.outcome == "skipped"}
    assert skipped == {
        "s2": "changed since the plan",
        "s5": "changed since the plan",
        "taken": "changed since the plan: it now exists",
    }
    live = engine.snapshot().live
    found = {target.name: current.resource.model_dump()["description"] for target, current in live.items()}
    ours, theirs = ("s0", "s4", "s6", "s8"), ("s2", "s5", "taken")
    assert found == dict.fromkeys(ours, "ours") | dict.fromkeys(theirs, "theirs")


def test_names_that_change_places_do_so_in_order(engine: Engine, journal: Journal) -> None:
    for name in ("a", "b"):
        engine.apply(create("stack", name, description=name), nowhere)
    a, b = (make("stack", name, description=name) for name in ("a", "b"))
    steps = [rename(a, "stack", "spare"), rename(b, "stack", "a")]
    last = replace(rename(a, "stack", "b"), old_name="spare", requires=(steps[0].id, steps[1].id))
    record = carried_out(engine, journal, *steps, last)
    assert record.state == "done", [one.message for one in record.actions]
    live = engine.snapshot().live
    assert {name: live[Target("stack", name)].resource.model_dump()["description"] for name in ("a", "b")} == {
        "a": "b",
        "b": "a",
    }


def test_what_a_run_did_is_taken_back_round_by_round(engine: Engine, journal: Journal) -> None:
    server = create("server", "edge-1")
    made = [create("stack", f"s{at}", config={"server_id": "edge-1"}) for at in range(12)]
    stacks = [replace(action, round=2, requires=(server.id,)) for action in made]
    run_id = carried_out(engine, journal, server, *stacks).id
    done = {one.action for one in journal.record(run_id).actions}
    keeps_deploy = engine.capabilities.keeps_deploy
    back = undo(journal.load(run_id), done, engine.snapshot(), keeps_deploy=keeps_deploy)
    assert [action.round for action in back.actions] == [1] * 12 + [2]
    assert carried_out(engine, journal, *back.actions).counts == {"done": 13}
    assert not engine.snapshot().live
