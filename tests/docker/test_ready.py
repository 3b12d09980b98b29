"""Waiting for containers on a real engine."""

from __future__ import annotations

import pytest

from ksync_tui.engine.embedded.docker.ready import wait
from ksync_tui.errors import EngineError
from ksync_tui.model.resource import Target
from tests.docker.conftest import Workshop
from tests.docker.real import docker, inspect

pytestmark = pytest.mark.docker
ONE = Target("deployment", "one")


def start(name: str, image: str, *words: str, check: str = "") -> None:
    flags = ["--health-cmd", check, "--health-interval", "100ms", "--health-retries", "3"] if check else []
    docker("run", "-d", "--name", name, "--network", "none", *flags, image, *(words or ("sleep", "1000")))


def test_returns_when_all_run_and_are_healthy(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    start(f"{prefix}-plain", tiny_image)
    start(f"{prefix}-checked", tiny_image, "sh", "-c", "sleep 0.3; touch ok; sleep 1000", check="test -f ok")
    wait(workshop.execution(), [f"{prefix}-plain", f"{prefix}-checked"], ONE)
    assert inspect(f"{prefix}-checked", "{{.State.Health.Status}}") == "healthy"


def test_one_that_is_not_healthy_in_time_is_an_error(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    docker("run", "-d", "--name", prefix, "--network", "none", "--health-cmd", "true", tiny_image, "sleep", "1000")
    with pytest.raises(EngineError, match=f"deployment/one: container {prefix} is not ready after 0 s"):
        wait(workshop.execution(), [prefix], ONE, seconds=0.1)


def test_the_error_ends_with_the_containers_last_lines(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    start(prefix, tiny_image, "sh", "-c", "for n in $(seq 20); do echo line $n; done; exit 7")
    with pytest.raises(EngineError, match="exit code 7") as caught:
        wait(workshop.execution(), [prefix], ONE)
    assert "line 20" in str(caught.value)
    assert "line 10;" not in str(caught.value)


def test_what_a_stack_starts_once_may_end_well(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    start(prefix, tiny_image, "true")
    docker("wait", prefix)
    wait(workshop.execution(), [prefix], Target("stack", "one"))
    with pytest.raises(EngineError, match="exit code 0"):
        wait(workshop.execution(), [prefix], ONE)


def test_one_that_is_gone_is_an_error(workshop: Workshop, prefix: str) -> None:
    with pytest.raises(EngineError, match=r"is gone.*No such container"):
        wait(workshop.execution(), [prefix], ONE)


def test_nothing_to_wait_for_is_ready(workshop: Workshop) -> None:
    wait(workshop.execution(address="unix:///nowhere"), [], ONE)


def test_a_stop_ends_the_wait(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    start(prefix, tiny_image)
    workshop.stop = lambda: True
    with pytest.raises(EngineError, match="stopped"):
        wait(workshop.execution(), [prefix], ONE)
