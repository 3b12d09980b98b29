"""Running commands, on this machine or against a Docker host, with their output line by line as it comes."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ksync_tui.errors import EngineError
from ksync_tui.system import debug_log
from ksync_tui.system.cancellation import Stop, never
from ksync_tui.system.command import Command, Ending
from ksync_tui.system.command import run as run_command

_log = logging.getLogger(__name__)
Log = Callable[[str], None]
KEPT_LINES = 30
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended: exit code, what it wrote to standard output, and the last lines of all it wrote."""

    code: int
    out: str
    last: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DockerHost:
    """A Docker Engine, as `[hosts]` names it: "" for docker's own default, an address (`unix://`, `ssh://`, `tcp://`),
    or the name of a docker context. `command` is the docker command that reaches it.
    """

    server: str
    address: str = ""
    command: tuple[str, ...] = ("docker",)

    @property
    def docker(self) -> list[str]:
        """The docker command for this host."""
        if self.address and "://" not in self.address:
            return [*self.command, "--context", self.address]
        return [*self.command]

    def as_shown(self, words: Sequence[str]) -> list[str]:
        """The words of a command for people: the docker command by its name alone."""
        length = len(self.command)
        ours = tuple(words[:length]) == self.command
        return [Path(self.command[-1]).name, *words[length:]] if ours else list(words)

    @property
    def environment(self) -> dict[str, str]:
        """What the environment needs to hold for it; `docker-compose` reads it too."""
        if "://" in self.address:
            return {"DOCKER_HOST": self.address}
        return {"DOCKER_CONTEXT": self.address} if self.address else {}


def _quiet(_: str) -> None:
    """Takes a line of output and leaves it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One command to run: words, working folder, what the environment holds besides, how long it may take, what of
    ksync's own environment it shall not see, and open files that it may read as `/dev/fd/N`.
    """

    words: Sequence[str]
    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    without: Collection[str] = ()
    files: Collection[int] = ()


def run(call: Call, log: Log = _quiet, stop: Stop = never) -> CommandResult:
    """Runs a command to its end; each line of output goes to `log` as it comes.

    When `stop` asks for it, or time is up, it gets SIGTERM, then SIGKILL. Raises EngineError when the command is not
    installed, was stopped or took too long; an exit code other than 0 is no error here.
    """
    out: list[str] = []
    last: list[str] = []

    def take(line: str) -> None:
        last.append(line)
        del last[:-KEPT_LINES]
        log(line)

    def take_standard(line: str) -> None:
        out.append(line)
        take(line)

    standard, other = _Lines(take_standard), _Lines(take)
    ending = _ending(call, standard, other, stop)
    standard.end()
    other.end()
    if ending == "stopped":
        raise EngineError(f"`{call.words[0]}` was stopped")
    if ending == "timed out":
        raise EngineError(f"`{call.words[0]}` took longer than {call.seconds:g} s")
    _log.debug("%s: exit %s", debug_log.command(call.words), ending)
    return CommandResult(ending, "\n".join(out), tuple(last))


def _ending(call: Call, standard: _Lines, other: _Lines, stop: Stop) -> Ending:
    environment = {key: value for key, value in os.environ.items() if key not in call.without} | dict(call.environment)
    command = Command(call.words, call.folder, environment, call.seconds, _PATIENCE, call.files)
    try:
        return run_command(command, standard, other, stop)
    except FileNotFoundError as error:
        missing = call.folder is not None and not call.folder.is_dir()
        what = (
            f"the folder {call.folder} is not there" if missing else f"the command `{call.words[0]}` is not installed"
        )
        raise EngineError(what, hint=None if missing else f"Install {call.words[0]}, or correct PATH") from error
    except OSError as error:
        raise EngineError(f"`{call.words[0]}` cannot be started", why=error.strerror) from error
    except ValueError as error:  # what Python says of it quotes nothing
        raise EngineError(f"`{call.words[0]}` cannot be started", why=str(error)) from error


class _Lines:
    """What a command writes to one of its streams, cut into lines."""

    def __init__(self, take: Log) -> None:
        self._take = take
        self._rest = b""

    def __call__(self, data: bytes) -> None:
        """Takes what the command wrote."""
        *lines, self._rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            self._take(line.decode("utf-8", "replace"))

    def end(self) -> None:
        """Takes a last line without an end."""
        if self._rest:
            self._take(self._rest.decode("utf-8", "replace"))
