"""ksync runs: list runs (also: history); show, watch, resume, undo."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.carry_out import carry_out
from ksync_tui.cli.choice import allowed
from ksync_tui.cli.exit_codes import run_code
from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_OK
from ksync_tui.model.plan import Plan, SyncOptions
from ksync_tui.planner.selection import possible
from ksync_tui.services import Session

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.model.events import RunRecord

_POLL_SECONDS = 0.2


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    options.json(parser)
    actions = parser.add_subparsers(dest="action", metavar="show|watch|resume|undo")
    for name, summary in (
        ("show", "one run with its actions and log"),
        ("watch", "follow a run until it ends"),
        ("resume", "plan again and run what a run left undone"),
        ("undo", "plan the inverse of a run and run it"),
    ):
        child = actions.add_parser(name, help=summary, description=summary)
        child.add_argument("run", type=int, metavar="RUN")
        options.json_again(child)
        options.profile(child, argparse.SUPPRESS)
        if name in ("resume", "undo"):
            child.add_argument("--yes", "-y", action="store_true", help="do not prompt")
            child.add_argument("--allow-delete", action="store_true", help="include deletes")
            options.removal(child)


def run(args: Namespace, output: Output) -> int:
    """Carries out `ksync runs [show|watch|resume|undo]`."""
    with open_session(args) as session:
        if args.action == "show":
            watch = session.runs.watch(args.run)
            output.run_in_full(watch.record, watch.lines)
        elif args.action == "watch":
            return _watch(session, args.run, output)
        elif args.action == "resume":
            plan, left = session.reviews.unfinished(args.run)
            ticks = {tick for tick in left if args.allow_delete or not plan.by_id[tick].destructive}
            selection = possible(plan, ticks)
            if args.removal:
                selection = selection.removing(args.removal)
            return carry_out(session, plan, selection, output, yes=args.yes)
        elif args.action == "undo":
            plan = session.runs.undo_of(args.run)
            selection = plan.select(allowed(plan, deletes=args.allow_delete))
            if args.removal:
                selection = selection.removing(args.removal)
            output.left_out(plan, selection, deletes=args.allow_delete)
            return carry_out(session, plan, selection, output, yes=args.yes)
        else:
            output.runs(session.runs.latest())
        return EXIT_OK


def _watch(session: Session, run: int, output: Output) -> int:
    """Follows a run; Ctrl-C leaves it running."""
    cursor = 0
    shown: set[str] = set()
    while True:
        watch = session.runs.watch(run, cursor)
        cursor = watch.cursor
        output.lines(watch.lines, watch.record)
        output.outcomes(watch.record, shown)
        if watch.record.ended is not None or watch.record.state == "lost":
            return _ended(watch.record, output)
        time.sleep(_POLL_SECONDS)


def _ended(record: RunRecord, output: Output) -> int:
    output.run(record)
    return run_code(Plan(SyncOptions(record.sync), record.engine), record)
