"""States as a real engine tells them."""

from __future__ import annotations

import pytest

from ksync_tui.engine.embedded.docker import containers as listing
from ksync_tui.engine.embedded.docker.command import DockerHost
from ksync_tui.engine.embedded.docker.hosts import compose, look
from ksync_tui.engine.embedded.docker.states import states
from ksync_tui.errors import EngineError
from ksync_tui.model.resource import Target
from tests.docker.real import docker

pytestmark = pytest.mark.docker
HOST = DockerHost("local")
NOWHERE = DockerHost("far", "unix:///nowhere/docker.sock")


def start(name: str, image: str, *words: str, project: str = "", service: str = "web") -> None:
    labels = [f"com.docker.compose.project={project}", f"com.docker.compose.service={service}"] if project else []
    flags = [word for label in [*labels, "odd=a,b={{c}}"] for word in ("--label", label)]
    docker("run", "-d", "--name", name, "--network", "none", *flags, image, *(words or ("sleep", "1000")))


def test_all_states_of_a_host_come_from_one_call(tiny_image: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    start(f"{prefix}-up", tiny_image)
    start(f"{prefix}-gone", tiny_image, "true")
    docker("wait", f"{prefix}-gone")
    stacks = [f"{prefix}-s{number}" for number in range(3)]
    for stack in stacks:
        start(f"{stack}_web_1", tiny_image, project=stack)
    start(f"{stacks[0]}_init_1", tiny_image, "true", project=stacks[0], service="init")
    docker("wait", f"{stacks[0]}_init_1")
    docker("pause", f"{stacks[1]}_web_1")
    calls = []
    real = listing.run
    monkeypatch.setattr(listing, "run", lambda *given, **named: calls.append(given) or real(*given, **named))
    wanted = [
        *((Target("deployment", name), f"{prefix}-{name}") for name in ("up", "gone", "missing")),
        *((Target("stack", stack), stack) for stack in [*stacks, f"{prefix}-none"]),
    ]
    found = states(HOST, wanted)
    assert list(found.values()) == ["running", "exited", "not_deployed", "unhealthy", "paused", "running", "down"]
    assert len(calls) == 1
    ignored = {Target("stack", stacks[0]): {"init"}}
    assert states(HOST, wanted, ignored)[Target("stack", stacks[0])] == "running"


def test_a_host_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(EngineError, match=r"server 'far' does not answer.*Cannot connect.*\[hosts\]"):
        states(NOWHERE, [])


def test_the_report_on_a_host_that_answers() -> None:
    report = look(HOST)
    assert report.reachable
    assert report.version
    assert report.problem is None or report.compose is None
    assert report.seconds >= 0


def test_the_report_on_a_host_that_does_not_answer() -> None:
    report = look(NOWHERE)
    assert (report.reachable, report.version, report.compose) == (False, None, None)
    assert report.problem
    assert "Cannot connect" in report.problem


def test_compose_is_for_the_host() -> None:
    try:
        words = compose(DockerHost("box", "a-context"))
    except EngineError as error:
        pytest.skip(str(error))
    assert words[1:3] == ["--context", "a-context"]
    assert "compose" in " ".join(words)
