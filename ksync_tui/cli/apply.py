"""`ksync apply`: tick, ask, run, and say how each action ended."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from ksync_tui.cli.choice import agreed, target_of, ticks_of
from ksync_tui.cli.commands import open_session, sync_of
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, EXIT_PENDING
from ksync_tui.planner.selection import possible
from ksync_tui.present.text import count
from ksync_tui.services import Session
from ksync_tui.system.cancellation import Cancellation

if TYPE_CHECKING:
    from argparse import Namespace
    from types import FrameType

    from ksync_tui.cli.output import Output
    from ksync_tui.model.events import RunRecord
    from ksync_tui.model.plan import Plan, Selection


def apply(wanted: Namespace, output: Output) -> int:
    """Carries out what --all or --only tick; deletes only with --allow-delete."""
    with open_session(wanted) as session:
        plan = session.review(sync_of(session, wanted)).plan
        ticks = ticks_of(plan, wanted.only, everything=wanted.all, deletes=wanted.allow_delete)
        chosen = plan.only(wanted.origin) if wanted.origin else plan
        selection = possible(plan, ticks & chosen.by_id.keys())
        if wanted.removal:
            selection = selection.removing(wanted.removal)
        output.left_out(chosen, selection, deletes=wanted.allow_delete)
        if chosen.pending < plan.pending:
            output.say(f"{count(plan.pending - chosen.pending, 'action')} left out: not from {wanted.origin}")
        return carry_out(session, plan, selection, output, yes=wanted.yes, detach=wanted.detach)


def run_one(wanted: Namespace, output: Output) -> int:
    """Deploys, builds, pulls or runs one resource."""
    with open_session(wanted) as session:
        selection = session.by_hand(target_of(wanted.target))
        return carry_out(session, selection.plan, selection, output, yes=wanted.yes, detach=wanted.detach)


def carry_out(
    session: Session, plan: Plan, selection: Selection, output: Output, *, yes: bool, detach: bool = False
) -> int:
    """Asks unless `yes`, runs the selection, and answers the exit code."""
    if not len(selection):
        output.run(None)
        return EXIT_ERROR if plan.errors else EXIT_OK
    if not yes:
        confirmation = session.confirmation(selection)
        output.steps(selection, confirmation)
        if not agreed(confirmation, f"Run {len(selection)} of {count(max(plan.pending, len(selection)), 'action')}?"):
            output.say("nothing was done")
            return EXIT_ERROR
    if detach:
        output.started(session.start(selection))
        return EXIT_OK
    with _StopOnInterrupt(output) as cancellation:
        record = session.run(selection, output.event(selection), cancellation)
    output.run(record)
    return code_of(plan, record)


def code_of(plan: Plan, record: RunRecord) -> int:
    """The exit code of a run."""
    if plan.errors:
        return EXIT_ERROR
    return EXIT_OK if set(record.counts) <= {"done"} else EXIT_PENDING


class _StopOnInterrupt:
    """The first Ctrl-C (SIGTERM, SIGHUP) stops after the current action, the second aborts it, a third exits."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._asked = 0

    def __enter__(self) -> Cancellation:
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        self._before = {number: signal.signal(number, self._heard) for number in numbers}
        return Cancellation(lambda: self._asked > 0, lambda: self._asked > 1)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1
        if self._asked > len(_SAYS):
            raise KeyboardInterrupt
        self._output.say(_SAYS[self._asked - 1])


_SAYS = (
    "stopping after this action; press Ctrl-C again to abort it",
    "aborting this action; press Ctrl-C again to exit at once, whatever state that leaves",
)
