"""Runs the command that was parsed; errors are printed with what, where, why and what to do."""

from __future__ import annotations

import gc
import logging
import os
import platform
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui import __version__
from ksync_tui.cli.commands import MODULES
from ksync_tui.cli.output import Output
from ksync_tui.errors import EXIT_ERROR, EXIT_PENDING, KsyncError, StaleError
from ksync_tui.lazy import load
from ksync_tui.system import debug_log

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator


_log = logging.getLogger(__name__)


def carry_out(args: Namespace) -> int:
    """Runs one command; errors are printed with what, where, why and what to do."""
    events = getattr(args, "events", False)
    output = Output(plain=args.no_color, json=getattr(args, "json", False) or events, events=events)
    _usable_time_zone()
    try:
        _log_to(args.debug)
        with _no_garbage_walks(args.command):
            run: Callable[[Namespace, Output], int] = load(_reference(args.command))
            return run(args, output)
    except KsyncError as error:
        _log.debug("%s", error)
        output.failure(error)
        return EXIT_PENDING if isinstance(error, StaleError) else EXIT_ERROR
    except RecursionError:
        output.failure(KsyncError("the input is nested too deeply", hint="Look for thousands of opening brackets."))
    return EXIT_ERROR


def _reference(command: str) -> str:
    return "ksync_tui.cli.app:run" if command == "open" else f"{MODULES}.{command}:run"


def _log_to(path: str | None) -> None:
    """Starts the debug log where one is named; a run in the background finds its name in the environment."""
    path = path or os.environ.get("KSYNC_DEBUG")
    if not path:
        return
    file = Path(path).absolute()
    debug_log.start(file)
    os.environ[debug_log.VARIABLE] = str(file)
    _log.debug("ksync %s, Python %s, %s", __version__, platform.python_version(), platform.platform())


def _usable_time_zone() -> None:
    """UTC where TZ names a zone that Python cannot use, such as AAA+99:99."""
    try:
        datetime.now().astimezone()
    except ValueError:
        os.environ["TZ"] = "UTC"
        time.tzset()


_SHORT = ("plan", "validate", "export", "commit", "fmt")
"""Commands that end soon; the others may go on for hours."""


@contextmanager
def _no_garbage_walks(command: str) -> Iterator[None]:
    """Walking ten thousand resources for garbage would take half the time of a command that ends soon anyway."""
    if command not in _SHORT:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
