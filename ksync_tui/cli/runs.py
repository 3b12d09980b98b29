"""`ksync runs`: past and running ones; show, watch, resume, undo."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ksync_tui.cli.apply import carry_out, code_of
from ksync_tui.cli.choice import ticks_of
from ksync_tui.cli.commands import open_session
from ksync_tui.errors import EXIT_OK
from ksync_tui.planner.selection import possible
from ksync_tui.services import Session

if TYPE_CHECKING:
    from argparse import Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.model.events import RunRecord

_POLL_SECONDS = 0.2


def runs(wanted: Namespace, output: Output) -> int:
    """Carries out `ksync runs [show|watch|resume|undo]`."""
    with open_session(wanted) as session:
        if wanted.action == "show":
            watch = session.watch(wanted.run)
            output.run_in_full(watch.record, watch.lines)
        elif wanted.action == "watch":
            return _watch(session, wanted.run, output)
        elif wanted.action == "resume":
            plan, left = session.left_of(wanted.run)
            ticks = {tick for tick in left if wanted.allow_delete or not plan.by_id[tick].destructive}
            selection = possible(plan, ticks)
            if wanted.removal:
                selection = selection.removing(wanted.removal)
            return carry_out(session, plan, selection, output, yes=wanted.yes)
        elif wanted.action == "undo":
            plan = session.undo_of(wanted.run)
            ticks = ticks_of(plan, [], everything=True, deletes=wanted.allow_delete)
            selection = plan.select(ticks)
            if wanted.removal:
                selection = selection.removing(wanted.removal)
            output.left_out(plan, selection, deletes=wanted.allow_delete)
            return carry_out(session, plan, selection, output, yes=wanted.yes)
        else:
            output.runs(session.runs())
        return EXIT_OK


def _watch(session: Session, run: int, output: Output) -> int:
    """Follows a run; Ctrl-C leaves it running."""
    cursor, shown = 0, 0
    while True:
        watch = session.watch(run, cursor)
        cursor = watch.cursor
        output.lines(watch.lines)
        shown = output.outcomes(watch.record, shown)
        if watch.record.ended is not None or watch.record.state == "lost":
            return _ended(watch.record, output)
        time.sleep(_POLL_SECONDS)


def _ended(record: RunRecord, output: Output) -> int:
    from ksync_tui.model.plan import Plan, SyncOptions

    output.run(record)
    return code_of(Plan(SyncOptions(record.sync), record.engine), record)
