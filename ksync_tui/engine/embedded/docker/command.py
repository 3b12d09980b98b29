"""Running commands, on this machine or against a Docker host, with their output line by line as it comes."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ksync_tui.errors import EngineError
from ksync_tui.system import debug_log

_log = logging.getLogger(__name__)
Log = Callable[[str], None]
Stop = Callable[[], bool]
KEPT_LINES = 30
_PATIENCE = 10.0
_LOOK = 0.2


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended: exit code, what it wrote to standard output, and the last lines of all it wrote."""

    code: int
    out: str
    last: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DockerHost:
    """A Docker Engine, as `[hosts]` names it: "" for docker's own default, an address (`unix://`, `ssh://`, `tcp://`),
    or the name of a docker context.
    """

    server: str
    address: str = ""

    @property
    def docker(self) -> list[str]:
        """The docker command for this host."""
        if self.address and "://" not in self.address:
            return ["docker", "--context", self.address]
        return ["docker"]

    @property
    def environment(self) -> dict[str, str]:
        """What the environment needs to hold for it; `docker-compose` reads it too."""
        if "://" in self.address:
            return {"DOCKER_HOST": self.address}
        return {"DOCKER_CONTEXT": self.address} if self.address else {}


def _quiet(_: str) -> None:
    """Takes a line of output and leaves it."""


def _never() -> bool:
    return False


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


def run(call: Call, log: Log = _quiet, stop: Stop = _never) -> CommandResult:
    """Runs a command to its end; each line of output goes to `log` as it comes.

    The command has a process group of its own and no standard input. When `stop` asks for it, or time is up, the group
    gets SIGTERM, then SIGKILL. Raises EngineError when the command is not installed, was stopped or took too long; an
    exit code other than 0 is no error here.
    """
    process = _start(call)
    out: list[str] = []
    last: list[str] = []

    def take(line: str, *, standard: bool) -> None:
        if standard:
            out.append(line)
        last.append(line)
        del last[:-KEPT_LINES]
        log(line)

    try:
        _follow(process, call, take, stop)
    except BaseException:
        _end(process)
        raise
    finally:
        for stream in filter(None, (process.stdout, process.stderr)):
            stream.close()
    _log.debug("%s: exit %s", debug_log.command(call.words), process.returncode)
    return CommandResult(process.returncode, "\n".join(out), tuple(last))


def _start(call: Call) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - words, no shell
            list(call.words),
            cwd=call.folder,
            env={key: value for key, value in os.environ.items() if key not in call.without} | dict(call.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=call.files,
        )
    except FileNotFoundError as error:
        missing = call.folder is not None and not call.folder.is_dir()
        what = (
            f"the folder {call.folder} is not there" if missing else f"the command `{call.words[0]}` is not installed"
        )
        raise EngineError(what, hint=None if missing else f"Install {call.words[0]}, or correct PATH") from error
    except OSError as error:
        raise EngineError(f"`{call.words[0]}` cannot be started", why=error.strerror) from error


def _follow(process: subprocess.Popen[bytes], call: Call, take: Callable[..., None], stop: Stop) -> None:
    until = None if call.seconds is None else time.monotonic() + call.seconds
    with selectors.DefaultSelector() as watched:
        for stream, standard in ((process.stdout, True), (process.stderr, False)):
            if stream is not None:
                watched.register(stream, selectors.EVENT_READ, _Lines(stream, standard))
        while watched.get_map():
            for key, _ in watched.select(_LOOK):
                if not key.data.read(take):
                    watched.unregister(key.fileobj)
            if stop():
                raise EngineError(f"`{call.words[0]}` was stopped")
            if until is not None and time.monotonic() > until:
                raise EngineError(f"`{call.words[0]}` took longer than {call.seconds:g} s")
    process.wait()


class _Lines:
    """One of a command's two streams, cut into lines."""

    def __init__(self, stream: IO[bytes], standard: bool) -> None:
        self._stream = stream
        self._standard = standard
        self._rest = b""

    def read(self, take: Callable[..., None]) -> bool:
        """Takes what is there; false at the end."""
        data = os.read(self._stream.fileno(), 65536)
        *lines, self._rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        if not data and self._rest:
            lines.append(self._rest)
        for line in lines:
            take(line.decode("utf-8", "replace"), standard=self._standard)
        return bool(data)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the whole group: asked first, then at once."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            continue
        return
