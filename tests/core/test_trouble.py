"""What goes wrong on the way: busy resources, lost answers, a Core that restarts. Nothing is done twice or believed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from ksync_tui.engine.core import polling
from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.errors import BusyError, CoreError, EngineError, NoAnswerError
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target
from tests.contract.engines import create, delete, make, nowhere, opened, rename, update
from tests.core.fake import FakeCore, updates
from tests.core.fake.serving import serving

WEB = Target("stack", "web")
CONFIG = {"server_id": "edge-1", "file_contents": "services:\n  web:\n    image: nginx\n"}


@pytest.fixture(autouse=True)
def stack(engine: CoreEngine) -> None:
    engine.apply(create("server", "edge-1", config={"enabled": True}), nowhere)
    engine.apply(create("stack", "web", config=CONFIG), nowhere)
    engine.apply(create("build", "app", config={"builder_id": ""}), nowhere)


def deploy(target: Target = WEB, **config: Any) -> Action:
    proposed = make(*target, config=config or CONFIG)
    return Action("deploy", target, "stack has down state", proposed=proposed)


def sent(core: FakeCore, name: str) -> int:
    return sum(call.type == name for call in core.log)


CHANGES: dict[str, tuple[str, Action]] = {
    "create": ("CreateStack", create("stack", "new", config=CONFIG)),
    "update": ("UpdateStack", update(make("stack", "web", config=CONFIG), "stack", config={"auto_pull": False})),
    "update of tags": ("UpdateResourceMeta", update(make("stack", "web", config=CONFIG), "stack", tags=["a"])),
    "delete": ("DeleteStack", delete(make("stack", "web"), "stack")),
    "rename": ("RenameStack", rename(make("stack", "web"), "stack", "site")),
    "create of a variable": ("CreateVariable", create("variable", "X", value="1")),
    "create of a group": ("CreateUserGroup", create("user_group", "ops")),
}
EACH = pytest.mark.parametrize(("request_", "action"), CHANGES.values(), ids=CHANGES)
AFTER: list[Callable[[FakeCore, str], None]] = [
    lambda core, name: core.lose_answer(name),
    lambda core, name: core.half(name),
]


@EACH
@pytest.mark.parametrize("lose", AFTER, ids=["cut after", "half"])
def test_what_was_done_is_found_though_the_answer_was_lost(
    core: FakeCore, engine: CoreEngine, request_: str, action: Action, lose: Callable[[FakeCore, str], None]
) -> None:
    if action.proposed is not None and action.verb == "update" and "Update" in request_:
        action = only_one_request(action, request_)
    lose(core, request_)
    engine.apply(action, nowhere)
    assert sent(core, request_) == 1 + setting_up(request_)
    live = engine.snapshot().live
    assert (action.target in live) is (action.verb != "delete")


def only_one_request(action: Action, request_: str) -> Action:
    """An update that is done when this request is."""
    fields: dict[str, Any] = {"config": CONFIG}
    if request_ == "UpdateStack":
        fields["config"] = {**CONFIG, "auto_pull": False}
    else:
        fields["tags"] = ["a"]
    return replace(action, proposed=make("stack", "web", **fields))


def setting_up(request_: str) -> int:
    """How often the fixture made this request."""
    return int(request_ == "CreateStack")


@EACH
def test_what_was_not_done_is_said_and_not_tried_again(
    core: FakeCore, engine: CoreEngine, request_: str, action: Action
) -> None:
    before = engine.snapshot()
    core.cut(request_)
    with pytest.raises(CoreError, match="the answer was lost, and it was not done") as refused:
        engine.apply(action, nowhere)
    assert not isinstance(refused.value, NoAnswerError)
    assert sent(core, request_) == 1 + setting_up(request_)
    after = engine.snapshot()
    assert after.live.keys() == before.live.keys()
    assert after.applied == before.applied


def test_what_was_never_sent_is_not_looked_for(core: FakeCore, engine: CoreEngine) -> None:
    core.fail("CreateStack", 503, b"", content_type=None)
    with pytest.raises(NoAnswerError, match="does not answer"):
        engine.apply(create("stack", "new"), nowhere)


def test_half_an_update_is_said_to_be_not_done(core: FakeCore, engine: CoreEngine) -> None:
    core.lose_answer("UpdateResourceMeta")
    both = update(make("stack", "web", config=CONFIG), "stack", tags=["a"], config={**CONFIG, "auto_pull": False})
    with pytest.raises(CoreError, match="the answer was lost"):
        engine.apply(both, nowhere)
    assert sent(core, "UpdateStack") == 0
    engine.apply(both, nowhere)
    assert sent(core, "UpdateResourceMeta") == 1


# ---------------------------------------------------------------- executions


@pytest.mark.parametrize("harm", ["lose_answer", "half"])
def test_a_deploy_whose_answer_was_lost_is_followed(core: FakeCore, engine: CoreEngine, harm: str) -> None:
    getattr(core, harm)("DeployStack")
    engine.apply(deploy(), nowhere)
    assert sent(core, "DeployStack") == 1
    assert engine.snapshot().states[WEB] == "running"


def test_a_deploy_that_did_not_begin_is_said_and_not_tried_again(core: FakeCore, engine: CoreEngine) -> None:
    core.cut("DeployStack")
    with pytest.raises(CoreError, match="it was not started"):
        engine.apply(deploy(), nowhere)
    assert sent(core, "DeployStack") == 1


def test_a_deploy_that_somebody_else_ended_is_not_taken_for_ours(core: FakeCore, engine: CoreEngine) -> None:
    other = core.hold("stack", "web", "DeployStack")
    inner = core.planned

    def end_it_meanwhile(type_: str) -> Any:
        if type_ == "DeployStack" and other in core.updates and core.held:
            core.release("stack", "web")
        return inner(type_)

    core.cut("DeployStack")
    core.planned = end_it_meanwhile  # type: ignore[method-assign]
    with pytest.raises(CoreError, match="it was not started"):
        engine.apply(deploy(), nowhere)


def test_a_deploy_is_found_below_what_was_done_after_it(core: FakeCore, engine: CoreEngine) -> None:
    inner = core.planned

    def change_it_meanwhile(type_: str) -> Any:
        if type_ == "ListUpdates" and sent(core, "DeployStack"):
            updates.record(core, core.admin, "UpdateStack", core.named("stack", "web").target)
        return inner(type_)

    core.lose_answer("DeployStack")
    core.planned = change_it_meanwhile  # type: ignore[method-assign]
    engine.apply(deploy(), nowhere)
    assert sent(core, "DeployStack") == 1


def test_a_build_whose_answer_was_lost_runs_once(core: FakeCore, engine: CoreEngine) -> None:
    engine.apply(create("builder", "b", config={"type": "Url", "params": {"address": "http://b"}}), nowhere)
    engine.apply(create("build", "thing", config={"builder_id": "b"}), nowhere)
    core.lose_answer("RunBuild")
    engine.apply(Action("run", Target("build", "thing"), "asked for"), nowhere)
    assert sent(core, "RunBuild") == 1
    assert len(core.built[core.named("build", "thing").id]) == 1


def test_logs_come_as_they_are_written_and_end_with_the_failure(core: FakeCore, engine: CoreEngine) -> None:
    core.slow("DeployStack", 3)
    core.deploy_fails("stack", "web", "line one\nport is already allocated")
    said: list[str] = []
    with pytest.raises(CoreError, match="port is already allocated") as refused:
        engine.apply(deploy(), said.append)
    assert refused.value.where == str(WEB)
    assert [line for line in said if line.startswith("Progress")] == ["Progress", "Progress"]
    assert "  port is already allocated" in said


def test_a_core_that_restarts_ends_the_deploy_as_failed(core: FakeCore, engine: CoreEngine) -> None:
    core.slow("DeployStack", 5)
    said: list[str] = []

    def log(line: str) -> None:
        if line.startswith("Progress") and not said:
            core.restart()
        said.append(line)

    with pytest.raises(CoreError, match="Komodo shutdown"):
        engine.apply(deploy(), log)
    assert sent(core, "DeployStack") == 1


def test_a_core_that_is_away_for_a_moment_is_waited_for(core: FakeCore, engine: CoreEngine) -> None:
    core.slow("DeployStack", 2)
    core.fail("GetUpdate", 502, b"<html>", content_type="text/html", times=9)
    said: list[str] = []
    engine.apply(deploy(), said.append)
    assert sum("waiting for it" in line for line in said) == 1
    assert engine.snapshot().states[WEB] == "running"


def test_a_core_that_stays_away_is_given_up(
    core: FakeCore, engine: CoreEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "SILENT_SECONDS", -1.0)
    core.slow("DeployStack", 2)
    core.cut("GetUpdate", times=99)
    with pytest.raises(NoAnswerError):
        engine.apply(deploy(), nowhere)


def test_who_stops_waiting_is_told_that_core_goes_on(core: FakeCore, engine: CoreEngine) -> None:
    core.slow("DeployStack", 99)
    with pytest.raises(CoreError, match="Core goes on with it"):
        engine.apply(deploy(), nowhere, lambda: True)


# --------------------------------------------------------------------- busy

BUSY = {
    "update": update(make("stack", "web", config=CONFIG), "stack", config={**CONFIG, "auto_pull": False}),
    "delete": delete(make("stack", "web"), "stack"),
    "deploy": deploy(),
}


@pytest.mark.parametrize("action", BUSY.values(), ids=BUSY)
def test_a_busy_resource_is_waited_for(core: FakeCore, engine: CoreEngine, action: Action) -> None:
    core.hold("stack", "web", "PullStack", by="bo")
    said: list[str] = []

    def log(line: str) -> None:
        said.append(line)
        if "is busy" in line:
            core.release("stack", "web")

    engine.apply(action, log)
    line = next(line for line in said if "is busy" in line)
    assert line.startswith("stack/web is busy: PullStack by bo since 20")
    assert (WEB in engine.snapshot().live) is (action.verb != "delete")


@pytest.mark.parametrize("action", BUSY.values(), ids=BUSY)
def test_waiting_for_a_busy_resource_can_be_called_off(core: FakeCore, engine: CoreEngine, action: Action) -> None:
    core.hold("stack", "web", "PullStack", by="bo")
    said: list[str] = []
    with pytest.raises(BusyError, match="PullStack by bo since"):
        engine.apply(action, said.append, lambda: any("is busy" in line for line in said))
    assert WEB in engine.snapshot().live


def test_waiting_ends_by_itself(core: FakeCore, engine: CoreEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "BUSY_SECONDS", -1.0)
    monkeypatch.setattr(polling, "HELD_SECONDS", -1.0)
    core.hold("stack", "web", "PullStack", by="bo")
    with pytest.raises(BusyError, match="PullStack by bo since") as refused:
        engine.apply(BUSY["update"], nowhere)
    assert refused.value.hint


def test_an_operation_that_never_ends_holds_nobody_up_for_ever(
    core: FakeCore, engine: CoreEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """semantics h.22: an update may stay in progress though nothing runs any more."""
    monkeypatch.setattr(polling, "HELD_SECONDS", 0.0)
    core.hold("stack", "web", "DeployStack", by="hook")
    said: list[str] = []

    def log(line: str) -> None:
        said.append(line)
        core.held.clear()

    engine.apply(BUSY["update"], log)
    assert len(said) == 1


def test_busy_with_nobody_knows_what_is_waited_for_too(core: FakeCore, engine: CoreEngine) -> None:
    core.fail("UpdateStack", 500, {"error": "Stack busy", "trace": []}, times=2)
    said: list[str] = []
    engine.apply(BUSY["update"], said.append)
    assert said == ["stack/web is busy: Core does not say why; waiting"]


def test_busy_somewhere_in_the_middle_is_a_failure(core: FakeCore, engine: CoreEngine) -> None:
    core.deploy_fails("stack", "web", "mount: device or resource busy")
    with pytest.raises(CoreError, match="device or resource busy") as refused:
        engine.apply(deploy(), nowhere)
    assert not isinstance(refused.value, BusyError)
    assert sent(core, "DeployStack") == 1


def test_two_runs_at_once_do_not_get_into_each_others_way(core: FakeCore, engine: CoreEngine, tmp_path: Path) -> None:
    core.slow("DeployStack", 4)
    (tmp_path / "other").mkdir()
    place = CoreServer("http://core.test", transport=httpx.ASGITransport(app=core))
    keys = KeyAccess(core.key, core.secret)
    with opened(tmp_path / "other", place, keys) as other, ThreadPoolExecutor() as at_once:
        there = at_once.submit(other.apply, deploy(), nowhere)
        engine.apply(deploy(), nowhere)
        there.result()
    done = [one for one in core.updates.values() if one["operation"] == "DeployStack" and one["success"]]
    assert len(done) == 2


# ------------------------------------------------------------- somebody else


@pytest.mark.parametrize("kind", ["stack", "variable", "user_group"])
def test_what_somebody_else_deleted_has_no_fingerprint(engine: CoreEngine, core: FakeCore, kind: str) -> None:
    engine.apply(create(kind, "thing"), nowhere)
    engine.snapshot()
    {"stack": core.resources, "variable": core.variables, "user_group": core.groups}[kind].clear()
    assert engine.fingerprint(Target(kind, "thing")) is None
    with pytest.raises(EngineError, match="no longer exists") as refused:
        engine.apply(delete(make(kind, "thing"), kind), nowhere)
    assert refused.value.hint == "Plan again to see what is there now"


def test_a_fingerprint_moves_with_what_somebody_else_changed(core: FakeCore, engine: CoreEngine) -> None:
    before = engine.snapshot().live[WEB].fingerprint
    assert engine.fingerprint(WEB) == before
    core.named("stack", "web").config["auto_pull"] = False
    assert engine.fingerprint(WEB) != before
    core.named("stack", "web").config["auto_pull"] = True
    core.named("stack", "web").tags = ["0" * 24]
    assert engine.fingerprint(WEB) != before


def test_a_tag_that_was_made_since_is_known_by_its_name(core: FakeCore, engine: CoreEngine, tmp_path: Path) -> None:
    engine.snapshot()
    (tmp_path / "other").mkdir()
    place = CoreServer("http://core.test", transport=httpx.ASGITransport(app=core))
    with opened(tmp_path / "other", place, KeyAccess(core.key, core.secret)) as other:
        other.apply(update(make("stack", "web", config=CONFIG), "stack", tags=["new"], config=CONFIG), nowhere)
        assert engine.fingerprint(WEB) == other.snapshot().live[WEB].fingerprint


@pytest.mark.parametrize("off", [-400 * 86_400_000, 400 * 86_400_000])
def test_a_clock_that_is_wrong_changes_nothing(core: FakeCore, engine: CoreEngine, off: int) -> None:
    core.clock.offset = off
    core.lose_answer("DeployStack")
    engine.apply(deploy(), nowhere)
    assert sent(core, "DeployStack") == 1
    assert engine.snapshot().states[WEB] == "running"
    assert "DeployStack" in {change.what for change in engine.changes(WEB, 10)}


# ------------------------------------------------------------ update stream


@pytest.mark.parametrize("trouble", ["none", "refused", "dropped"])
def test_an_update_is_followed_with_and_without_the_stream(tmp_path: Path, trouble: str) -> None:
    core = FakeCore()
    core.mute_websocket = trouble == "refused"
    core.slow("DeployStack", 4)
    with (
        serving(core) as address,
        opened(tmp_path / "it", CoreServer(address), KeyAccess(core.key, core.secret)) as engine,
    ):
        engine.apply(create("server", "edge-1", config={"enabled": True}), nowhere)
        engine.apply(create("stack", "web", config=CONFIG), nowhere)
        engine.apply(deploy(), lambda _: core.drop_websockets() if trouble == "dropped" else None)
        assert engine.snapshot().states[WEB] == "running"
    assert sent(core, "DeployStack") == 1
