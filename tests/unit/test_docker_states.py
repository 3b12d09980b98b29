"""States from what Docker says of containers."""

from __future__ import annotations

import pytest

from ksync_tui.engine.embedded.docker.containers import Container, Health, hint_for, last_words
from ksync_tui.engine.embedded.docker.states import of_deployment, of_stack


def container(state: str, health: Health = "none") -> Container:
    return Container(state, state, state, health, "", "project", "service", one_off=False)


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (None, "not_deployed"),
        (container("running"), "running"),
        (container("running", "starting"), "running"),
        (container("running", "healthy"), "running"),
        (container("running", "unhealthy"), "unhealthy"),
        (container("exited", "unhealthy"), "exited"),
        (container("created"), "created"),
        (container("paused"), "paused"),
        (container("restarting"), "restarting"),
        (container("dead"), "dead"),
        (container("removing"), "removing"),
        (container("something new"), "unknown"),
    ],
)
def test_a_deployment_has_the_state_of_its_container(found: Container | None, state: str) -> None:
    assert of_deployment(found) == state


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ([], "down"),
        (["running"], "running"),
        (["running", "running"], "running"),
        (["exited", "exited"], "stopped"),
        (["paused", "paused"], "paused"),
        (["created"], "created"),
        (["restarting"], "restarting"),
        (["dead"], "dead"),
        (["running", "exited"], "unhealthy"),
        (["running", "restarting"], "unhealthy"),
    ],
)
def test_a_stack_has_the_state_that_all_its_containers_have(found: list[str], state: str) -> None:
    assert of_stack([container(one) for one in found]) == state


def test_a_failing_healthcheck_makes_a_stack_unhealthy() -> None:
    assert of_stack([container("running", "healthy"), container("running", "unhealthy")]) == "unhealthy"


def test_dockers_last_words_leave_out_its_advice_on_usage() -> None:
    said = ["docker: Error: port is already allocated", "", "Run 'docker run --help' for more information"]
    assert last_words(said) == "docker: Error: port is already allocated"
    assert "`ports`" in (hint_for(said) or "")


def test_a_command_that_said_nothing_is_told_as_such() -> None:
    assert last_words(["", " "]) == "no output"
    assert hint_for([]) is None
