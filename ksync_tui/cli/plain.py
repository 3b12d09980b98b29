"""The review as numbered lines and questions: `--plain`, `TERM=dumb`, or no terminal to draw on."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ksync_tui.cli.carry_out import carry_out
from ksync_tui.cli.exit_codes import plan_code
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.model.secrets import Redactor
from ksync_tui.planner.selection import narrowed_to
from ksync_tui.present.plain import change_lines, numbered, problem_lines, remarks
from ksync_tui.present.rows import PartEntry, ReviewEntry
from ksync_tui.present.ticks import Ticks

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from ksync_tui.cli.output import Output
    from ksync_tui.present.style import StyledLine

MOST = 100_000
"""Numbers that one range may name."""
HELP = (
    "1 3 5-7 tick or untick; f 3 lists the fields of 3, 3.1 ticks one of them; d 3 shows the difference;"
    " a ticks all but deletes; n unticks all; x runs; q leaves"
)


def plain(args: Namespace, output: Output) -> int:
    """Shows what is pending; on a terminal, asks what to tick and runs it."""
    with open_session(args) as session:
        if not args.path and len(session.syncs.all()) != 1:
            output.syncs([session.reviews.row(sync) for sync in session.syncs.all()])
            output.say("`ksync --plain PATH` reviews a folder, `ksync plan --sync NAME` a sync")
            return 0
        review = session.reviews.create(sync_of(session, args))
        shown = _Review(Ticks(review.plan), output, Redactor(session.known_secrets()))
        shown.show()
        if not review.plan.pending or not sys.stdin.isatty():
            return plan_code(review.plan)
        if not shown.chosen():
            return plan_code(review.plan)
        return carry_out(session, review.plan, shown.ticks.selection, output, yes=False)


@dataclass
class _Review:
    """The review in lines: what is ticked, and which updates have their fields listed."""

    ticks: Ticks
    output: Output
    redact: Redactor
    opened: set[str] = field(default_factory=set)

    def show(self) -> None:
        """Prints all of it."""
        plan = self.ticks.plan
        self.output.styled(line for _, line, _ in self._rows())
        self.output.styled(remarks(plan))
        self.output.styled(problem_lines(plan.problems))
        print(f"{plan.pending} pending, {len(self.ticks.selection)} ticked")

    def chosen(self) -> bool:
        """Asks until somebody runs or leaves; whether it is to be run."""
        while True:
            try:
                answer = input(f"({HELP})\n> ").strip().lower()
            except EOFError:
                return False
            if answer in ("q", ""):
                return False
            if answer == "x":
                return True
            self._answer(answer)

    def _answer(self, answer: str) -> None:
        rows = {number: row for number, _, row in self._rows()}
        word, _, rest = answer.partition(" ")
        found = [rows[number] for number in _numbers(rest if word in ("d", "f") else answer) if number in rows]
        if word == "d":
            self._differences(found)
            return
        if word == "f":
            self.opened ^= {row.id for row in found}
        elif answer in ("a", "n"):
            self.ticks = self.ticks.all() if answer == "a" else self.ticks.none()
        else:
            self._tick(found)
        self.show()

    def _tick(self, rows: Sequence[ReviewEntry | PartEntry]) -> None:
        for row in rows:
            if isinstance(row, PartEntry):
                self.ticks = self.ticks.toggle_part(row.id, row.part)
            else:
                self.ticks = self.ticks.toggle(row.id)
            if self.ticks.note:
                self.output.say(self.ticks.note)

    def _differences(self, rows: Sequence[ReviewEntry | PartEntry]) -> None:
        for row in rows:
            action = self.ticks.plan.by_id[row.id]
            narrow = narrowed_to(action, [row.part]) if isinstance(row, PartEntry) else action
            self.output.styled(change_lines(narrow or action, self.output.width, self.redact))

    def _rows(self) -> Iterator[tuple[str, StyledLine, ReviewEntry | PartEntry]]:
        return numbered(self.ticks.plan, self.ticks, width=self.output.width, opened=self.opened)


def _numbers(answer: str) -> list[str]:
    """`1 3-5 7.2` as the numbers that it names."""
    found: list[str] = []
    for word in answer.replace(",", " ").split():
        low, _, high = word.partition("-")
        if low.isdecimal() and high.isdecimal():
            found.extend(map(str, range(int(low), min(int(high), int(low) + MOST) + 1)))
        else:
            found.append(word)
    return found
