"""Deploys and builds in a Core: done only when it runs, and owed until then."""

from __future__ import annotations

from typing import Any

import pytest

from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.errors import CoreError
from ksync_tui.model.plan import Action
from ksync_tui.model.resource import Target
from tests.contract.engines import create, make, nowhere, update
from tests.core.fake import FakeCore
from tests.core.fake.errors import formatted

WEB, API = Target("stack", "web"), Target("deployment", "api")
CONFIGS = {
    WEB: {"server_id": "edge-1", "file_contents": "services:\n  web:\n    image: nginx\n"},
    API: {"server_id": "edge-1", "image": {"type": "Image", "params": {"image": "nginx"}}},
}


@pytest.fixture(autouse=True)
def resources(engine: CoreEngine) -> None:
    engine.apply(create("server", "edge-1", config={"enabled": True}), nowhere)
    for target, config in CONFIGS.items():
        engine.apply(create(*target, config=config, deploy=True), nowhere)


def deploy(target: Target) -> Action:
    return Action("deploy", target, "not deployed yet", proposed=make(*target, config=CONFIGS[target], deploy=True))


def owed(engine: CoreEngine, target: Target) -> str | None:
    return engine.snapshot().deployed[target].outstanding


EACH = pytest.mark.parametrize("target", [WEB, API], ids=str)


@EACH
def test_a_deploy_tells_what_core_does_and_is_done_when_it_runs(engine: CoreEngine, target: Target) -> None:
    assert owed(engine, target) == "deploy on creation"
    said: list[str] = []
    engine.apply(deploy(target), said.append)
    assert any(line.startswith(("Compose Up: docker compose", "Docker Run: docker run")) for line in said)
    snapshot = engine.snapshot()
    assert snapshot.states[target] == "running"
    assert snapshot.deployed[target].outstanding is None
    assert snapshot.deployed[target].redeploy_digest


@EACH
def test_a_failed_deploy_stays_owed(core: FakeCore, engine: CoreEngine, target: Target) -> None:
    core.deploy_fails(*target, "\n".join(f"line {at}" for at in range(40)))
    with pytest.raises(CoreError, match="line 39") as refused:
        engine.apply(deploy(target), nowhere)
    assert "line 0 " not in str(refused.value)
    assert owed(engine, target) == "deploy on creation"


@EACH
def test_a_cause_that_core_repeats_in_its_trace_is_said_once(
    core: FakeCore, engine: CoreEngine, target: Target
) -> None:
    silent = "Periphery is not connected"
    core.deploy_fails(*target, formatted(f"Failed to deploy: {silent}", [f"request failed: {silent}", silent]))
    with pytest.raises(CoreError, match=silent) as refused:
        engine.apply(deploy(target), nowhere)
    assert str(refused.value).count(silent) == 1


@EACH
@pytest.mark.parametrize("trace", [[], ["request failed: {}", "{}"]], ids=["bare", "with causes"])
def test_a_server_that_is_not_reached_is_named_in_one_line(
    core: FakeCore, engine: CoreEngine, target: Target, trace: list[str]
) -> None:
    silent = "Cannot send command when Server is unreachable or disabled"
    core.deploy_fails(*target, formatted(silent, [cause.format(silent) for cause in trace]))
    with pytest.raises(CoreError) as refused:
        engine.apply(deploy(target), nowhere)
    said = str(refused.value)
    assert "server 'edge-1' is unreachable or disabled. Deploy again when Core reaches it" in said
    assert said.count("unreachable") == 1
    assert "\n" not in said


@EACH
def test_a_failed_deploy_is_owed_though_nothing_was_before_and_the_host_is_silent(
    core: FakeCore, engine: CoreEngine, target: Target
) -> None:
    engine.apply(deploy(target), nowhere)
    core.state("server", "edge-1", "NotOk")
    with pytest.raises(CoreError, match="unreachable") as refused:
        engine.apply(deploy(target), nowhere)
    assert str(refused.value).count("unreachable") == 1
    snapshot = engine.snapshot()
    assert target not in snapshot.states
    assert snapshot.deployed[target].outstanding == "the last deploy failed"
    assert snapshot.unreachable.keys() == {"edge-1"}
    core.state("server", "edge-1", None)
    engine.apply(deploy(target), nowhere)
    assert owed(engine, target) is None


@EACH
@pytest.mark.parametrize("state", ["restarting", "dead", "unhealthy", "paused"])
def test_what_was_deployed_but_does_not_run_has_failed(
    core: FakeCore, engine: CoreEngine, target: Target, state: str
) -> None:
    core.state(*target, state)
    with pytest.raises(CoreError, match=f"its state is {state}") as refused:
        engine.apply(deploy(target), nowhere)
    assert "'edge-1'" in str(refused.value.hint)
    assert ("ignore_services" in str(refused.value.hint)) is (target == WEB)
    assert owed(engine, target)


@pytest.mark.parametrize(("target", "state"), [(WEB, "down"), (WEB, "a-new-state"), (API, "exited"), (API, "unknown")])
def test_what_may_be_well_is_done_with_a_remark(core: FakeCore, engine: CoreEngine, target: Target, state: str) -> None:
    core.state(*target, state)
    said: list[str] = []
    engine.apply(deploy(target), said.append)
    seen = state if state != "a-new-state" else "unknown"
    assert said[-1] == f"Core says it was deployed, and that its state is {seen}"
    assert owed(engine, target) is None


def test_a_deployment_that_is_not_there_after_all_has_failed(core: FakeCore, engine: CoreEngine) -> None:
    core.state(*API, "not_deployed")
    with pytest.raises(CoreError, match="its state is not_deployed"):
        engine.apply(deploy(API), nowhere)


def test_a_state_that_lags_behind_is_waited_for(core: FakeCore, engine: CoreEngine) -> None:
    core.state(*WEB, "deploying")
    looks = 0
    inner = core.planned

    def settle(type_: str) -> Any:
        nonlocal looks
        looks += type_ == "ListStacks"
        if looks == 3:
            core.state(*WEB, "running")
        return inner(type_)

    core.planned = settle  # type: ignore[method-assign]
    engine.apply(deploy(WEB), nowhere)
    assert looks == 3


def test_what_is_declared_decides_what_is_owed_after_an_update(engine: CoreEngine) -> None:
    engine.apply(deploy(WEB), nowhere)
    live = engine.snapshot().live[WEB].resource
    changed = {**CONFIGS[WEB], "file_contents": "services: {}\n"}
    engine.apply(update(live, "stack", deploy=True, config=changed), nowhere)
    assert owed(engine, WEB) == "config has changed"
    live = engine.snapshot().live[WEB].resource
    engine.apply(update(live, "stack", deploy=True, config=CONFIGS[WEB]), nowhere)
    assert owed(engine, WEB) is None


# -------------------------------------------------------------------- builds


@pytest.fixture
def build(engine: CoreEngine) -> Target:
    engine.apply(create("builder", "b", config={"type": "Url", "params": {"address": "http://b"}}), nowhere)
    engine.apply(create("build", "app", config={"builder_id": "b", "image_tag": "slim"}), nowhere)
    return Target("build", "app")


def of_build(version: str = "0.0.0", name: str = "box") -> dict[str, Any]:
    image = {"type": "Build", "params": {"build_id": "app", "version": version}}
    return {"name": name, "config": {"server_id": "edge-1", "image": image}}


def test_the_latest_of_a_build_that_was_never_built_cannot_be_deployed(engine: CoreEngine, build: Target) -> None:
    def find(target: Target) -> Any:
        live = engine.snapshot().live.get(target)
        return live.resource if live else None

    assert "never built" in str(engine.deploy_block(make("deployment", **of_build()), find))
    assert engine.deploy_block(make("deployment", **of_build("1.2.3")), find) is None
    engine.apply(Action("run", build, "asked for"), nowhere)
    engine.snapshot()
    assert engine.deploy_block(make("deployment", **of_build()), find) is None


def test_a_deployment_knows_which_version_of_its_build_it_runs(
    core: FakeCore, engine: CoreEngine, build: Target
) -> None:
    box = Target("deployment", "box")
    engine.apply(Action("run", build, "asked for"), nowhere)
    engine.apply(create("deployment", **of_build()), nowhere)
    engine.apply(Action("deploy", box, "new", proposed=make("deployment", **of_build())), nowhere)
    snapshot = engine.snapshot()
    assert snapshot.built == {"app": "0.0.1"}
    assert snapshot.deployed[box].built == "0.0.1"
    engine.apply(Action("run", build, "asked for"), nowhere)
    snapshot = engine.snapshot()
    assert (snapshot.built["app"], snapshot.deployed[box].built) == ("0.0.2", "0.0.1")


def test_a_build_that_failed_says_why(core: FakeCore, engine: CoreEngine, build: Target) -> None:
    core.deploy_fails("build", "app", "failed to solve: no such stage")
    with pytest.raises(CoreError, match="no such stage"):
        engine.apply(Action("run", build, "asked for"), nowhere)


def test_a_disabled_server_is_said_before_anything_is_tried(engine: CoreEngine) -> None:
    def find(target: Target) -> Any:
        return make("server", target.name, config={"enabled": False})

    said = engine.deploy_block(make(*WEB, config=CONFIGS[WEB]), find)
    assert said == "server 'edge-1' is disabled: set `enabled = true` on it"
    assert "set `server`" in str(engine.deploy_block(make(*WEB), find))


@EACH
def test_the_log_of_its_containers_is_in_the_order_of_their_writing(
    core: FakeCore, engine: CoreEngine, target: Target
) -> None:
    at = "2026-01-02T03:04:0{}.000000000Z"
    out = "\n".join([f"web-1  | {at.format(1)} one", f"db-1   | {at.format(3)} three"])
    core.container_logs[target.kind.title(), target.name] = (out, f"web-1  | {at.format(2)} two")
    assert engine.container_log(target) == ["web-1 | one", "web-1 | two", "db-1 | three"]


@EACH
def test_a_log_that_cannot_be_read_says_why(core: FakeCore, engine: CoreEngine, target: Target) -> None:
    with pytest.raises(CoreError, match=r"its log cannot be read.*no such container"):
        engine.container_log(target)
    core.state("server", "edge-1", "NotOk")
    with pytest.raises(CoreError, match="unreachable"):
        engine.container_log(target)
