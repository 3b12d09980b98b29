"""One ksync at a time in a clone of ksync's own, over threads and processes."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ksync_tui.errors import GitError
from ksync_tui.git.command import never

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ksync_tui.git.command import Stop

_LOOK = 0.05


@contextmanager
def held(file: Path, what: str, seconds: float, stop: Stop = never) -> Iterator[None]:
    """Waits until nobody else holds the lock `file`, which is made where it is missing; holds it inside.

    Raises GitError, naming the process that holds it, when that takes longer than `seconds` or `stop` asks to give up.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise GitError("the clone's lock cannot be made", where=str(file), why=error.strerror) from error
    try:
        _wait(handle, file, what, time.monotonic() + seconds, stop)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, file: Path, what: str, until: float, stop: Stop) -> None:
    while not _taken(handle):
        if stop():
            raise GitError("stopped", where=what, why="somebody asked for it")
        if time.monotonic() >= until:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace") or "unknown"
            why = f"process {holder} reads or writes its clone, since {time.strftime('%H:%M', _since(file))}"
            hint = "Wait for it to end, or end it, and try again"
            raise GitError("another ksync is busy with this repository", where=what, why=why, hint=hint)
        time.sleep(_LOOK)


def _since(file: Path) -> time.struct_time:
    return time.localtime(file.stat().st_mtime)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
