"""One at a time, over threads and processes: a lock file that the system releases when its holder ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path

from ksync_tui.system.cancellation import Stop, never

_LOOK_SECONDS = 0.05


class LockStoppedError(Exception):
    """Somebody cancelled the wait for a lock."""


class LockTimeoutError(Exception):
    """A lock was not released in time. `holder` is the process that has it, `since` when it took it (unix seconds)."""

    def __init__(self, holder: str, since: float) -> None:
        super().__init__(holder, since)
        self.holder = holder
        self.since = since


@contextmanager
def locked(file: Path, *, seconds: float = inf, stop: Stop = never) -> Iterator[None]:
    """Waits until nobody else holds the lock `file`, which is made where it is missing; holds it inside.

    Raises OSError where the file cannot be made, LockTimeoutError after `seconds`, LockStoppedError when `stop` asks.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait(handle, file, time.monotonic() + seconds, stop)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, file: Path, until: float, stop: Stop) -> None:
    while not _taken(handle):
        if stop():
            raise LockStoppedError
        if time.monotonic() >= until:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace") or "unknown"
            raise LockTimeoutError(holder, file.stat().st_mtime)
        time.sleep(_LOOK_SECONDS)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
