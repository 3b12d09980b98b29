"""Runs in a Core that do several things at once: quicker, and in the order that matters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ksync_tui.engine.core.client import AT_ONCE
from ksync_tui.model.events import ActionEnded, ActionStarted, Event
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target
from ksync_tui.state.journal import Journal
from tests.contract.engines import create, make, nowhere, rename, update
from tests.core.fake import FakeCore
from tests.core.meeting import Meeting
from tests.core.rounds import CONFIG, behind, carried_out, messages, outcomes, sent, stacks

# -------------------------------------------------------------------- fewer


@pytest.mark.parametrize("kind", ["stack", "variable", "server", "procedure"])
def test_creates_cost_a_request_each_and_go_on_eight_at_a_time(
    core: FakeCore, journal: Journal, tmp_path: Path, kind: str
) -> None:
    meeting = Meeting(core, AT_ONCE, f"Create{kind.title()}")
    with behind(meeting, core, tmp_path / "engine") as engine:
        record = carried_out(engine, journal, [create(kind, f"s{at}") for at in range(200)])
    assert record.counts == {"done": 200}
    assert len(core.log) <= 300
    assert meeting.most == AT_ONCE


def test_what_is_beside_the_config_is_read_back_together(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    meeting = Meeting(core, AT_ONCE, "UpdateResourceMeta")
    with behind(meeting, core, tmp_path / "engine") as engine:
        engine.apply(create("stack", "first"), nowhere)
        record = carried_out(engine, journal, stacks(80, description="mine"))
        live = engine.snapshot().live
    assert record.counts == {"done": 80}
    assert all(live[Target("stack", f"s{at}")].resource.description == "mine" for at in range(80))
    assert sent(core)["ListFullStacks"] + sent(core)["GetStack"] < 80


def test_one_after_another_where_the_settings_say_so(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    meeting = Meeting(core)
    told: list[Event] = []
    with behind(meeting, core, tmp_path / "engine", parallel=1) as engine:
        record = carried_out(engine, journal, stacks(5), told.append)
    assert record.counts == {"done": 5}
    assert meeting.most == 1
    assert [type(event) for event in told[:-1]] == [ActionStarted, ActionEnded] * 5


def test_deploys_of_a_round_go_on_at_the_same_time(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    core.add("server", "edge-1", {"enabled": True})
    core.add("stack", "web", CONFIG)
    core.add("stack", "db", CONFIG)
    image = {"server_id": "edge-1", "image": {"type": "Image", "params": {"image": "nginx"}}}
    core.add("deployment", "api", image)
    core.slow("DeployStack", 3)
    with behind(Meeting(core, 3, "DeployStack", "Deploy"), core, tmp_path / "engine") as engine:
        live = engine.snapshot().live
        actions = [
            Action("deploy", target, "due", proposed=live[target].resource, fingerprint=live[target].fingerprint)
            for target in (Target("stack", "web"), Target("deployment", "api"), Target("stack", "db"))
        ]
        record = carried_out(engine, journal, actions)
        assert record.counts == {"done": 3}
        assert set(engine.snapshot().states.values()) == {"running"}
    for name in ("web", "db"):
        lines = journal.log(record.id, f"deploy:stack/{name}")
        assert any(f"-p {name}" in line or name in line for line in lines)


def test_a_new_tag_is_made_once(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        engine.snapshot()
        record = carried_out(engine, journal, stacks(20, tags=["new", "newer"]))
        assert record.counts == {"done": 20}
        assert {live.tags for live in engine.snapshot().live.values()} == {("new", "newer")}
    assert sorted(tag.name for tag in core.tags.values()) == ["new", "newer"]


def test_a_read_that_several_share_is_sent_after_the_last_of_them_asked(
    core: FakeCore, journal: Journal, tmp_path: Path
) -> None:
    """What moved while an older request was under way is seen."""
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        for action in stacks(30):
            engine.apply(action, nowhere)
        live = engine.snapshot().live
        for at in range(0, 30, 3):
            core.named("stack", f"s{at}").config["auto_pull"] = False
        changes = [
            replace(update(live[target].resource, "stack", description="x"), fingerprint=live[target].fingerprint)
            for target in live
        ]
        record = carried_out(engine, journal, changes)
    moved = {f"update:stack/s{at}" for at in range(0, 30, 3)}
    assert {action for action, outcome in outcomes(record).items() if outcome == "skipped"} == moved
    assert record.counts == {"done": 20, "skipped": 10}


# --------------------------------------------------------------------- order


def test_two_things_on_one_resource_keep_their_order(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    core.add("stack", "a")
    core.add("stack", "c")
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        live = engine.snapshot().live
        a, c = live[Target("stack", "a")], live[Target("stack", "c")]
        chain = [
            rename(a.resource, "stack", "b"),
            rename(c.resource, "stack", "a"),
            replace(update(make("stack", "b"), "stack", description="was a"), fingerprint=a.fingerprint),
        ]
        record = carried_out(engine, journal, chain)
        assert record.counts == {"done": 3}, messages(record)
        found = engine.snapshot().live
    assert {target.name for target in found} == {"a", "b"}
    assert found[Target("stack", "b")].resource.model_dump()["description"] == "was a"


def test_a_deploy_goes_on_what_its_create_made(core: FakeCore, journal: Journal, tmp_path: Path) -> None:
    core.add("server", "edge-1", {"enabled": True})
    made = stacks(12, deploy=True, config=CONFIG)
    deploys = [replace(action, verb="deploy", requires=(action.id,), round=2) for action in made]
    core.fail("CreateStack", 500, {"error": "no space", "trace": []})
    with behind(Meeting(core), core, tmp_path / "engine") as engine:
        record = carried_out(engine, journal, [*made, *deploys])
        running = engine.snapshot().states
    assert record.counts == {"done": 22, "failed": 1, "skipped": 1}
    assert len(running) == 11
