"""Runs that outlive the terminal: a child process of its own session, watched through the journal alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ksync_tui.errors import RunError
from ksync_tui.system.cancellation import Cancellation


def spawn(run_id: int, home: Path | None, profile: str = "local", environment: Mapping[str, str] | None = None) -> int:
    """Starts `ksync _run ID` on a planned run in a session of its own; returns its process id.

    `home` is the folder of both state and settings; None where the child finds them as this process did.
    `environment` is added to the child's: what somebody typed here, since nobody can be asked there.

    Tell the journal (`Journal.hand_over`). Raises RunError when no process can be started.
    """
    # -P: a file in the folder we stand in must not take the place of a module.
    command = [sys.executable, "-P", "-m", "ksync_tui", "_run", str(run_id), "--profile", profile]
    nothing = subprocess.DEVNULL
    try:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and a number
            command,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
            env={**os.environ, **({"KSYNC_HOME": str(home)} if home else {}), **(environment or {})},
        )
    except OSError as error:
        why = error.strerror or str(error)
        raise RunError("the run cannot be started", where=f"run {run_id}", why=why, hint="Try again") from error
    # Waited for in the background, so that an ended run does not stay as a zombie and look alive.
    threading.Thread(target=child.wait, name=f"run-{run_id}", daemon=True).start()
    return child.pid


@contextmanager
def stop_signals() -> Iterator[Cancellation]:
    """For the process that carries out a run: inside, SIGTERM and SIGINT only ask it to stop after the current action.

    A second signal gives that action up as well. Main thread only.
    """
    stop_requested = threading.Event()
    again = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [
        signal.signal(number, lambda *_: again.set() if stop_requested.is_set() else stop_requested.set())
        for number in numbers
    ]
    try:
        yield Cancellation(stop_requested.is_set, again.is_set)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
