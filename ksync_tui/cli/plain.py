"""The review as numbered lines and questions: `--plain`, `TERM=dumb`, or no terminal to draw on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ksync_tui.cli.carry_out import carry_out
from ksync_tui.cli.exit_codes import plan_code
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.present.plain import numbered, problem_lines, remarks
from ksync_tui.present.ticks import Ticks

if TYPE_CHECKING:
    from argparse import Namespace

    from ksync_tui.cli.output import Output

HELP = "numbers such as 1 3 5-7 tick or untick; a ticks all but deletes; n unticks all; x runs; q leaves"


def plain(args: Namespace, output: Output) -> int:
    """Shows what is pending; on a terminal, asks what to tick and runs it."""
    with open_session(args) as session:
        if not args.path and len(session.syncs.all()) != 1:
            output.syncs([session.reviews.row(sync) for sync in session.syncs.all()])
            output.say("`ksync --plain PATH` reviews a folder, `ksync plan --sync NAME` a sync")
            return 0
        review = session.reviews.create(sync_of(session, args))
        ticks = Ticks(review.plan)
        _show(ticks, output)
        if not review.plan.pending or not sys.stdin.isatty():
            return plan_code(review.plan)
        chosen = _asked(ticks, output)
        if chosen is None:
            return plan_code(review.plan)
        return carry_out(session, review.plan, chosen.selection, output, yes=False)


def _show(ticks: Ticks, output: Output) -> None:
    output.styled(line for _, line, _ in numbered(ticks.plan, ticks, width=output.width))
    output.styled(remarks(ticks.plan))
    output.styled(problem_lines(ticks.plan.problems))
    print(f"{ticks.plan.pending} pending, {len(ticks.selection)} ticked")


def _asked(ticks: Ticks, output: Output) -> Ticks | None:
    """Asks until somebody runs or leaves; None for leaving."""
    ids = {number: action for number, _, action in numbered(ticks.plan, ticks)}
    while True:
        try:
            answer = input(f"({HELP})\n> ").strip().lower()
        except EOFError:
            return None
        if answer in ("q", ""):
            return None
        if answer == "x":
            return ticks
        ticks = _changed(ticks, answer, ids)
        if ticks.note:
            output.say(ticks.note)
        _show(ticks, output)


def _changed(ticks: Ticks, answer: str, ids: dict[int, str]) -> Ticks:
    if answer == "a":
        return ticks.all()
    if answer == "n":
        return ticks.none()
    for number in _numbers(answer):
        if number in ids:
            ticks = ticks.toggle(ids[number])
    return ticks


def _numbers(answer: str) -> list[int]:
    found: list[int] = []
    for word in answer.replace(",", " ").split():
        low, _, high = word.partition("-")
        if low.isdecimal() and (high.isdecimal() or not high):
            found.extend(range(int(low), int(high or low) + 1))
    return found
