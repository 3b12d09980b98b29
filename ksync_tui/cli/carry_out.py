"""From a selection to its run: confirmed, carried out here or in the background, printed."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from ksync_tui.cli.choice import agreed
from ksync_tui.cli.exit_codes import run_code
from ksync_tui.errors import EXIT_ERROR, EXIT_OK
from ksync_tui.present.text import count
from ksync_tui.system.cancellation import Cancellation

if TYPE_CHECKING:
    from types import FrameType

    from ksync_tui.cli.output import Output
    from ksync_tui.model.plan import Plan, Selection
    from ksync_tui.services import Session


def carry_out(
    session: Session, plan: Plan, selection: Selection, output: Output, *, yes: bool, detach: bool = False
) -> int:
    """Asks unless `yes`, runs the selection, and answers the exit code."""
    if not len(selection):
        output.run(None)
        return EXIT_ERROR if plan.errors else EXIT_OK
    if not yes:
        confirmation = session.runs.confirmation(selection)
        output.steps(selection, confirmation)
        if not agreed(confirmation, f"Run {len(selection)} of {count(max(plan.pending, len(selection)), 'action')}?"):
            output.say("nothing was done")
            return EXIT_ERROR
    if detach:
        output.started(session.runs.start(selection))
        return EXIT_OK
    with _StopOnInterrupt(output) as cancellation:
        record = session.runs.run(selection, output.event(selection), cancellation)
    output.run(record)
    return run_code(plan, record)


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
    "stopping after what has begun; press Ctrl-C again to abort it",
    "aborting what has begun; press Ctrl-C again to exit at once, whatever state that leaves",
)
