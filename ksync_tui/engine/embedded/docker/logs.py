"""The last lines that containers wrote."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ksync_tui.engine.container_log import LINES
from ksync_tui.engine.embedded.docker.command import DockerHost
from ksync_tui.engine.embedded.docker.containers import SECONDS, Container, hint_for, last_words
from ksync_tui.errors import EngineError
from ksync_tui.model.text import lines_of
from ksync_tui.system.cancellation import Stop
from ksync_tui.system.command import Command, run

_MOST = 1024 * 1024
"""Bytes that are kept of a container's output: a line may be as long as the container likes."""


def last_lines(host: DockerHost, found: Sequence[Container], stop: Stop) -> list[str]:
    """The last lines of each container, with their times; of several, each with its container's name in front.

    Raises EngineError when the host does not answer.
    """
    alone = len(found) == 1
    return [
        line if alone else f"{container.name} | {line}"
        for container in found
        for line in _lines_of(host, container, stop)
    ]


def _lines_of(host: DockerHost, container: Container, stop: Stop) -> list[str]:
    words = [*host.docker, "logs", "--timestamps", "--tail", str(LINES), "--", container.id]
    out, err = _Tail(), _Tail()
    what = f"the log of container {container.name} cannot be read"
    try:
        ending = run(Command(words, None, os.environ | host.environment, SECONDS), out.take, err.take, stop)
    except OSError as error:
        raise EngineError(what, why=error.strerror) from error
    if isinstance(ending, str):
        why = "it was stopped" if ending == "stopped" else f"it took longer than {SECONDS:g} s"
        raise EngineError(what, why=why)
    if ending != 0:
        last = err.lines()
        raise EngineError(what, why=last_words(last), hint=hint_for(last))
    return [*out.lines(), *err.lines()]


class _Tail:
    """The end of what a command writes."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._cut = False

    def take(self, data: bytes) -> None:
        """Keeps the newest of it."""
        self._kept += data
        if len(self._kept) > 2 * _MOST:
            del self._kept[:-_MOST]
            self._cut = True

    def lines(self) -> list[str]:
        """The lines that are whole, or a part of the only one."""
        lines = lines_of(self._kept.decode("utf-8", "replace").rstrip("\n"))
        return lines[1:] if self._cut and len(lines) > 1 else lines
