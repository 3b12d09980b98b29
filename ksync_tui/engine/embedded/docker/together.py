"""Several things at the same time, each with a name in front of its output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from ksync_tui.engine.embedded.docker.command import Log
from ksync_tui.errors import KsyncError


class Task(NamedTuple):
    """Something to do, by name; it is given the log to write to."""

    name: str
    do: Callable[[Log], None]


class Failure(NamedTuple):
    """A task that raised."""

    name: str
    error: KsyncError


def together(tasks: Sequence[Task], log: Log, most: int | None = None) -> list[Failure]:
    """Does all at the same time, `most` at once, and returns those that failed in the order given.

    One that fails lets the others finish. Every line of a task goes to `log` with the task's name in front.
    """
    if not tasks:
        return []
    with ThreadPoolExecutor(min(len(tasks), most or len(tasks)), "ksync-task") as pool:
        outcomes = list(pool.map(lambda task: _do(task, log), tasks))
    return [failure for failure in outcomes if failure is not None]


def _do(task: Task, log: Log) -> Failure | None:
    def named(line: str) -> None:
        log(f"{task.name}: {line}")

    try:
        task.do(named)
    except KsyncError as error:
        named(f"failed: {error}")
        return Failure(task.name, error)
    return None
