"""Whole processes, timed against each other in one run, and what is said of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report: what was measured, its value and its limit (same unit), and the figures behind it."""

    what: str
    value: float
    limit: float
    unit: str
    behind: str

    def __str__(self) -> str:
        verdict = "ok  " if self.value <= self.limit else "MISS"
        figures = f"{self.value:8.2f}{self.unit:<3} limit {self.limit:g}{self.unit:<3}"
        return f"{verdict} {self.what:<58} {figures}  {self.behind}"


def ratio(what: str, of: float, to: float, limit: float) -> Row:
    """A row that compares two times in seconds."""
    return Row(what, of / to, limit, "x", f"{of * 1000:.1f} ms / {to * 1000:.1f} ms")


def run(command: Sequence[str], home: str) -> float:
    """Seconds a whole process took. Raises RuntimeError with its words when it did not end well."""
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment(home), check=False)
    took = time.perf_counter() - begin
    if done.returncode != 0:
        raise RuntimeError(
            f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return took


def medians(commands: Mapping[str, Callable[[], Sequence[str]]], home: str, *, runs: int) -> dict[str, float]:
    """The median seconds of each command. They take turns, so that a slow moment of the machine touches all.

    A command is asked for before each of its runs, outside the measured time.
    """
    for command in commands.values():
        run(command(), home)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(run(command(), home))
    return {name: median(took) for name, took in times.items()}


def environment(home: str) -> dict[str, str]:
    """The environment of a measured process, its state in `home`."""
    return os.environ | {"KSYNC_HOME": home, "TERM": "xterm-256color"}
