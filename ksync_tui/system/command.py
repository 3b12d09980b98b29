"""Running commands: in a session of their own, without input, stopped when asked, never outliving ksync."""

from __future__ import annotations

import atexit
import errno
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from ksync_tui.system.cancellation import Stop, never

Ending = int | Literal["stopped", "timed out"]
"""How a command ended: its exit code, or why it was ended early."""
Output = Callable[[bytes], None]
_LOOK = 0.1
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: words, working folder, the whole environment, the seconds it may take, the seconds that it has to
    end by itself after SIGTERM (0: SIGKILL at once), and open files that it may read as `/dev/fd/N`.
    """

    words: Sequence[str]
    folder: Path | None
    environment: Mapping[str, str]
    seconds: float | None = None
    patience: float = 0
    files: Collection[int] = ()


def run(
    command: Command,
    out: Output,
    err: Output,
    stop: Stop = never,
    started: Callable[[int], None] = lambda pid: None,
) -> Ending:
    """Runs a command to its end. `out` and `err` get what it writes, as it comes; `started` gets its process number.

    Nothing of it is left when this returns or raises. Raises OSError when it cannot be started, and what the functions
    raise.
    """
    # In a thread, where no signal can interrupt it between the start and the note that it runs.
    with ThreadPoolExecutor(1) as pool:
        process = pool.submit(_start, command, started).result()
    try:
        return _follow(process, command, {process.stdout: out, process.stderr: err}, stop)
    except BaseException:
        _end(process, command.patience)
        raise
    finally:
        _close(process)


def _start(command: Command, started: Callable[[int], None]) -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(  # noqa: S603 - an argument list, no shell
            list(command.words),
            cwd=command.folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=tuple(command.files),
        )
    except ValueError as error:  # a NUL, which no word and no variable can hold
        raise OSError(errno.EINVAL, f"a word of the command has {error}") from error
    _running.add(process)
    try:
        started(process.pid)  # at once: whoever is killed now must have said what runs
    except BaseException:
        _end(process, 0)
        _close(process)
        raise
    return process


def _close(process: subprocess.Popen[bytes]) -> None:
    _running.discard(process)
    for stream in filter(None, (process.stdout, process.stderr)):
        stream.close()


def _follow(
    process: subprocess.Popen[bytes], command: Command, outputs: Mapping[IO[bytes] | None, Output], stop: Stop
) -> Ending:
    until = None if command.seconds is None else time.monotonic() + command.seconds
    with selectors.DefaultSelector() as watched:
        for stream, output in outputs.items():
            if stream is not None:
                watched.register(stream, selectors.EVENT_READ, output)
        while watched.get_map():
            _read(watched, _LOOK)
            if early := _early(stop, until):
                _end(process, command.patience)
                _read(watched, 0)
                return early
    while process.poll() is None:  # it closed its streams and goes on
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK)
        if early := _early(stop, until):
            _end(process, command.patience)
            return early
    return process.returncode


def _early(stop: Stop, until: float | None) -> Literal["stopped", "timed out"] | None:
    if stop():
        return "stopped"
    return "timed out" if until is not None and time.monotonic() > until else None


def _read(watched: selectors.BaseSelector, seconds: float) -> None:
    """Hands on what is there; waits that long where there is nothing."""
    for key, _ in watched.select(seconds):
        data = os.read(key.fd, 65536)
        if data:
            key.data(data)
        else:
            watched.unregister(key.fileobj)


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Ends all that the command started, also what outlives it."""
    if patience and process.poll() is None:
        _signal(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@atexit.register
def _end_all() -> None:
    """What a thread that ksync no longer waits for has started."""
    for process in tuple(_running):
        _end(process, 0)
