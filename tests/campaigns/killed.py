"""`python -m tests.campaigns.killed FAULT N WORDS...`: ksync WORDS, with a fault at the N-th of its effects.

An effect is a write, a sync to the disk, a rename or removal, a statement of the database, a command that is started:
each counts once before and once after it. A fault is `kill`, as with `kill -9`; the name of an error of the system,
such as ENOSPC, which that effect meets, and with `+` all later ones too; `later` or `earlier`, when the clock is set
another year; `few`, with which there are 32 descriptors from the beginning. Without a fault, N = 0, the last line on
standard error says how many effects there were.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

_SQLITE = {
    "ENOSPC": (sqlite3.SQLITE_FULL, "database or disk is full"),
    "EDQUOT": (sqlite3.SQLITE_FULL, "database or disk is full"),
    "EIO": (sqlite3.SQLITE_IOERR, "disk I/O error"),
    "EROFS": (sqlite3.SQLITE_READONLY, "attempt to write a readonly database"),
    "EMFILE": (sqlite3.SQLITE_CANTOPEN, "unable to open database file"),
}
_FILES = ("write", "pwrite", "fsync", "ftruncate", "replace", "rename", "unlink", "rmdir", "mkdir", "link", "symlink")


YEAR = 366 * 86_400


def _met(name: str, error: type[Exception]) -> Exception:
    """What a file, or the database, answers with where the system has this error."""
    if error is OSError:
        code = getattr(errno, name)
        return OSError(code, os.strerror(code))
    refused = sqlite3.OperationalError(_SQLITE[name][1])
    refused.sqlite_errorcode = _SQLITE[name][0]
    return refused


class Counter:
    """Counts effects, and lets one of them meet a fault."""

    def __init__(self, fault: str, number: int) -> None:
        self.fault = fault
        self.number = number
        self.count = 0

    def tick(self, error: type[Exception] | None = None) -> None:
        """Before and after an effect; before it, with the error that the disk is to answer with."""
        self.count += 1
        if self.count == self.number and self.fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.count == self.number and self.fault in ("later", "earlier"):
            clock, off = time.time, YEAR if self.fault == "later" else -YEAR
            time.time = lambda: clock() + off
        elif self.fault.startswith("E") and self._hits() and error is not None:
            raise _met(self.fault.strip("+"), error)

    def _hits(self) -> bool:
        """Whether this effect, or as both halves of one count the next, is the one."""
        if self.fault.endswith("+"):
            return 0 < self.number <= self.count
        return self.count in (self.number, self.number + 1)

    def around(self, call: Callable[..., Any], error: type[Exception] = OSError) -> Callable[..., Any]:
        """The same call, counted."""

        def counted(*words: Any, **named: Any) -> Any:
            self.tick(error)
            found = call(*words, **named)
            self.tick()
            return found

        return counted


def wrap(counter: Counter) -> None:
    """Counts what this process does from now on."""
    for name in _FILES:
        setattr(os, name, counter.around(getattr(os, name)))
    subprocess.Popen.__init__ = counter.around(subprocess.Popen.__init__)  # type: ignore[method-assign]

    class Counted(sqlite3.Connection):
        execute = counter.around(sqlite3.Connection.execute, sqlite3.Error)
        executemany = counter.around(sqlite3.Connection.executemany, sqlite3.Error)
        commit = counter.around(sqlite3.Connection.commit, sqlite3.Error)

    connect: Callable[..., Any] = sqlite3.connect
    sqlite3.connect = lambda *words, **named: connect(*words, **{"factory": Counted, **named})  # type: ignore[assignment]


def main() -> int:
    """Runs ksync."""
    counter = Counter(sys.argv[1], int(sys.argv[2]))
    if counter.fault == "few":
        resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    wrap(counter)
    from ksync_tui.cli import main as ksync

    code = ksync(sys.argv[3:])
    print(counter.count, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
