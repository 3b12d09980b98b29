"""ksync watch: watch the syncs: send alerts, run what may run unattended."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack, contextmanager
from threading import Event, Lock
from typing import TYPE_CHECKING

from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_OK, UsageError
from ksync_tui.services.watch_loop import WatchLoop
from ksync_tui.services.watching import WatchEvent, Watching
from ksync_tui.services.webhooks import SyncWebhooks
from ksync_tui.watch.listening import listening

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator

    from ksync_tui.cli.output import Output

LONGEST_INTERVAL = 24 * 3600


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("--sync", action="append", default=[], metavar="NAME", help="only this sync (repeatable)")
    parser.add_argument("--interval", type=float, metavar="SECONDS", help="between full checks")
    parser.add_argument("--webhooks", metavar="ADDR", help="take webhooks on HOST:PORT (needs ksync-tui[webhooks])")
    allows = "run this sync unattended, with deletes where the sync itself is set up to delete (repeatable)"
    parser.add_argument("--execute", action="append", default=[], metavar="NAME", help=allows)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def run(args: Namespace, output: Output) -> int:
    """Carries out `ksync watch`; SIGTERM and SIGINT end it after the action at hand."""
    stop, printing = Event(), Lock()

    def tell(happening: WatchEvent) -> None:
        try:
            with printing:
                output.happening(happening)
        except BrokenPipeError:  # whoever read it is gone
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            stop.set()

    with open_session(args) as session, ExitStack() as stack:
        interval = session.settings.watch.interval_seconds if args.interval is None else args.interval
        if not 1 <= interval <= LONGEST_INTERVAL:
            raise UsageError("bad interval", where=f"{interval:g}", hint="Give a value from one second to one day.")
        watching = Watching(session, tell, only=args.sync, execute=args.execute, stop=stop.is_set)
        watch_loop = WatchLoop(watching, session.alerting, tell, interval)

        def end() -> None:
            stop.set()
            watch_loop.requests.close()

        stack.enter_context(_ending_on_signals(end))
        tell(watching.beginning(interval))
        if args.webhooks:
            hooks = SyncWebhooks(session, watching, watch_loop.requests, tell)
            hooks.told("", f"listening on {stack.enter_context(listening(args.webhooks, hooks))}")
        watch_loop.keep(stop)
    return EXIT_OK


@contextmanager
def _ending_on_signals(end: Callable[[], object]) -> Iterator[None]:
    """Inside, SIGTERM and SIGINT ask for the end; a second one ends at once."""
    numbers = (signal.SIGTERM, signal.SIGINT)

    def request_stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.default_int_handler)
        end()

    before = [signal.signal(number, request_stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
