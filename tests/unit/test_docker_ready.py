"""When a container counts as running, and when waiting is no use."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ksync_tui.engine.embedded.docker.ready import RESTARTS, SETTLE, ContainerStatus, ReadinessCheck

UP = ContainerStatus("one", "running", 0, "none", 0)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (UP, None),
        (replace(UP, state="created"), None),
        (replace(UP, state="restarting", code=1), None),
        (replace(UP, health="starting"), None),
        (replace(UP, restarts=RESTARTS - 1), None),
        (replace(UP, restarts=RESTARTS, code=1), "keeps restarting (exit code 1)"),
        (replace(UP, state="exited"), "exit code 0"),
        (replace(UP, state="exited", code=137, out_of_memory=True), "exit code 137, out of memory"),
        (replace(UP, state="dead", code=1), "exit code 1"),
        (replace(UP, state="paused"), "is paused"),
        (replace(UP, health="unhealthy", said="no answer"), "is unhealthy (no answer)"),
    ],
)
def test_what_will_not_become_ready_is_told(seen: ContainerStatus, why: str | None) -> None:
    told = ReadinessCheck(0).wrong(seen)
    assert told is None if why is None else told is not None and why in told


def test_restarts_before_the_wait_do_not_count() -> None:
    assert ReadinessCheck(100).wrong(replace(UP, restarts=101)) is None


def test_without_a_healthcheck_it_has_to_stay_up() -> None:
    watch = ReadinessCheck(0)
    assert not watch.ready(UP, 10)
    assert not watch.ready(UP, 10 + SETTLE / 2)
    assert watch.ready(UP, 10 + SETTLE)


def test_a_restart_begins_the_wait_anew() -> None:
    watch = ReadinessCheck(0)
    watch.ready(UP, 10)
    assert not watch.ready(replace(UP, restarts=1), 10 + SETTLE)
    assert not watch.ready(replace(UP, state="restarting", restarts=1), 10 + 2 * SETTLE)
    assert not watch.ready(replace(UP, restarts=1), 10 + 3 * SETTLE)
    assert watch.ready(replace(UP, restarts=1), 10 + 4 * SETTLE)


def test_with_a_healthcheck_only_that_counts() -> None:
    watch = ReadinessCheck(0)
    assert not watch.ready(replace(UP, health="starting"), 10)
    assert not watch.ready(replace(UP, health="starting"), 10 + 2 * SETTLE)
    assert watch.ready(replace(UP, health="healthy"), 10)
