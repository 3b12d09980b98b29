"""Runs the command that was parsed; errors are printed with what, where, why and what to do."""

from __future__ import annotations

import gc
import os
import time
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from ksync_tui.cli.commands import MODULES
from ksync_tui.cli.output import Output
from ksync_tui.errors import EXIT_ERROR, KsyncError
from ksync_tui.lazy import load

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator


def carry_out(args: Namespace) -> int:
    """Runs one command; errors are printed with what, where, why and what to do."""
    output = Output(plain=args.no_color, json=getattr(args, "json", False))
    _usable_time_zone()
    try:
        with _no_garbage_walks(args.command):
            run: Callable[[Namespace, Output], int] = load(_reference(args.command))
            return run(args, output)
    except KsyncError as error:
        output.failure(error)
    except RecursionError:
        output.failure(KsyncError("the input is nested too deeply", hint="Look for thousands of opening brackets."))
    return EXIT_ERROR


def _reference(command: str) -> str:
    return "ksync_tui.cli.app:run" if command == "open" else f"{MODULES}.{command}:run"


def _usable_time_zone() -> None:
    """UTC where TZ names a zone that Python cannot use, such as AAA+99:99."""
    try:
        datetime.now().astimezone()
    except ValueError:
        os.environ["TZ"] = "UTC"
        time.tzset()


_SHORT = ("plan", "validate", "export", "commit")
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
