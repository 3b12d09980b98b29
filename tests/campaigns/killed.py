"""`python -m tests.campaigns.killed N WORDS...`: ksync WORDS, killed as with `kill -9` at the N-th of its effects.

An effect is a write, a sync to the disk, a rename or removal, a statement of the database, a command that is started:
each counts once before and once after it. Without a kill the last line on standard error says how many there were.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from typing import Any

_FILES = ("write", "pwrite", "fsync", "ftruncate", "replace", "rename", "unlink", "rmdir", "mkdir", "link", "symlink")


class Counter:
    """Counts effects, and kills the process at one of them."""

    def __init__(self, fatal: int) -> None:
        self.fatal = fatal
        self.count = 0

    def tick(self) -> None:
        """Before and after an effect."""
        self.count += 1
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same call, counted."""

        def counted(*words: Any, **named: Any) -> Any:
            self.tick()
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
        execute = counter.around(sqlite3.Connection.execute)
        executemany = counter.around(sqlite3.Connection.executemany)
        commit = counter.around(sqlite3.Connection.commit)

    connect: Callable[..., Any] = sqlite3.connect
    sqlite3.connect = lambda *words, **named: connect(*words, **{"factory": Counted, **named})  # type: ignore[assignment]


def main() -> int:
    """Runs ksync."""
    counter = Counter(int(sys.argv[1]))
    wrap(counter)
    from ksync_tui.cli import main as ksync

    code = ksync(sys.argv[2:])
    print(counter.count, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
