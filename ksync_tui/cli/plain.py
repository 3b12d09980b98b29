"""The review as numbered lines and questions: `--plain`, `TERM=dumb`, or no terminal to draw on."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ksync_tui.cli.carry_out import carry_out
from ksync_tui.cli.choice import agreed
from ksync_tui.cli.exit_codes import plan_code
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.cli.write_files import write_files
from ksync_tui.errors import KsyncError
from ksync_tui.model.plan import Direction
from ksync_tui.model.secrets import Redactor
from ksync_tui.planner.labels import label_of
from ksync_tui.planner.renaming import Rename
from ksync_tui.planner.selection import narrowed_to
from ksync_tui.present.choices import Choices
from ksync_tui.present.directions import planned_ids
from ksync_tui.present.entries import ReviewEntry
from ksync_tui.present.ignored import rule_words, until_of
from ksync_tui.present.plain import change_lines, numbered, problem_lines, remarks
from ksync_tui.present.rows import PartEntry
from ksync_tui.services import Confirmation
from ksync_tui.services.blocks import why_not_writable

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from ksync_tui.cli.output import Output
    from ksync_tui.model.plan import Action, Ignored
    from ksync_tui.present.style import StyledLine
    from ksync_tui.services import Review, Session

MOST = 100_000
"""Numbers that one range may name."""
HELP = """\
3       to live, or no longer; several: 1 3 5-7
< 3     to the file: take live's side
f 3     list the fields of 3; 3.1 chooses one of them
d 3     show the difference
i 3     ignore it, or no longer
a, n    all to live but deletes, nothing
x, q    go: run and commit what is chosen; leave"""

Row = ReviewEntry | PartEntry


def plain(args: Namespace, output: Output) -> int:
    """Shows what is pending; on a terminal, asks what to choose and does it."""
    with open_session(args) as session:
        if not args.path and len(session.syncs.all()) != 1:
            output.syncs([session.reviews.row(sync) for sync in session.syncs.all()])
            output.say("`ksync --plain PATH` reviews a folder, `ksync plan --sync NAME` a sync")
            return 0
        review = session.reviews.create(sync_of(session, args))
        shown = _PlainReview(session, review, Choices.of(review.plan), output, session.redactor())
        shown.show()
        nothing = not review.plan.pending and not review.plan.ignored
        if nothing or not sys.stdin.isatty() or not shown.is_agreed():
            return plan_code(shown.review.plan)
        return shown.carry_out()


@dataclass
class _PlainReview:
    """The review in lines: what is chosen, and which updates have their fields listed."""

    session: Session
    review: Review
    choices: Choices
    output: Output
    redact: Redactor
    opened: set[str] = field(default_factory=set)
    renames: list[Rename] = field(default_factory=list)

    def show(self) -> None:
        """Prints all of it."""
        plan = self.review.plan
        self.output.styled(line for _, line, _ in self._rows())
        self.output.styled(remarks(plan))
        self.output.styled(problem_lines(plan.problems))
        print(self.choices.totals.replace(" · ", ", "))

    def is_agreed(self) -> bool:
        """Asks until somebody goes on or leaves; whether it is to be done."""
        print(HELP)
        while True:
            try:
                answer = input("> ").strip().lower()
                if answer in ("q", "", "x"):
                    return answer == "x"
                self._answer(answer)
            except EOFError:
                return False

    def carry_out(self) -> int:
        """Runs what goes to live, then writes and commits what goes into the files."""
        to_live, to_file = (self.choices.ticks[way] for way in ("live", "file"))
        code = 0
        if to_live.ticked or not to_file.ticked:
            code = carry_out(self.session, self.review.plan, to_live.selection, self.output, yes=False)
        if to_file.ticked:
            ids = planned_ids(to_file.ticked, "file")
            changes = self.session.files.write_back(self.review, ids, to_file.parts)
            code = max(code, write_files(self.session, changes, self.output))
        return code

    def _answer(self, answer: str) -> None:
        rows = {number: row for number, _, row in self._rows()}
        word, _, rest = answer.partition(" ")
        named = word in ("d", "f", "i", "<", ">", "?")
        found = [rows[number] for number in _numbers(rest if named else answer) if number in rows]
        if word == "?":
            print(HELP)
        elif word == "d":
            self._show_differences(found)
        else:
            self._change(word, found)
            self.show()

    def _change(self, word: str, rows: Sequence[Row]) -> None:
        if word == "f":
            self.opened ^= {row.id for row in rows}
        elif word in ("a", "n"):
            self._choose(self.choices.all() if word == "a" else self.choices.none())
        elif word == "i":
            self._ignore(rows)
        elif word != "<" or self._may_write():
            for row in rows:
                if isinstance(row, ReviewEntry) and row.pair and word == "<":
                    self._choose(self.choices.rename_in_files(row.pair))
                elif isinstance(row, ReviewEntry) and row.pair:
                    self._rename(row)
                else:
                    self._choose(self._turned(word, row))

    def _turned(self, word: str, row: Row) -> Choices:
        way: Direction = "file" if word == "<" else "live"
        return self.choices.take(row, way) if word in ("<", ">") else self.choices.toggle_line(row, way)

    def _choose(self, choices: Choices) -> None:
        self.choices = choices
        if choices.note:
            self.output.say(choices.note)

    def _may_write(self) -> bool:
        refusal = why_not_writable(self.review)
        if refusal:
            self.output.say(refusal)
            return False
        if not self.session.files.needs_consent(self.review):
            return True
        name = self.review.sync.name
        may = agreed(Confirmation(), f"{name} is not managed: may live changes be written into its files from now on?")
        if may:
            self.session.files.consent(self.review)
        return may

    def _ignore(self, rows: Sequence[Row]) -> None:
        """Leaves these alone, or no longer where they are ignored; then everything is read again."""
        try:
            for row in rows:
                self._ignore_one(row)
        except KsyncError as error:
            self.output.error(error)
        self._read_again()

    def _rename(self, row: ReviewEntry) -> None:
        """Plans a likely rename in place of the create and the delete, and chooses it."""
        found = (hint for hint in self.review.plan.renames if f"rename:{hint.new}" == row.id)
        self.renames += [Rename(hint.old, hint.new) for hint in found]
        self._read_again()
        if row.id in self.review.plan.by_id:
            self._choose(self.choices.choose(row.id, "live"))

    def _read_again(self) -> None:
        self.review = self.session.reviews.create(self.review.sync, renames=self.renames)
        plans = Choices.of(self.review.plan).ticks
        moved = {way: ticks.moved_to(plans[way].plan) for way, ticks in self.choices.ticks.items()}
        self.choices = Choices(moved)

    def _ignore_one(self, row: Row) -> None:
        settings, action = self.session.sync_settings, self._action(row)
        if row.ignored:
            rules = [hidden.rule for hidden in self._hidden(row)]
            settings.stop_ignoring(rules)
            self.output.say(f"no longer ignored: {', '.join(map(str, rules))}")
            return
        until = until_of(input("until (a date, 3d, 2w, change or forever; nothing: change): "), date.today())  # noqa: DTZ011 - a person's own day
        if until is None:
            self.output.say("that is not an end: nothing is ignored")
            return
        field = label_of(row.part, action.proposed) if isinstance(row, PartEntry) and action.proposed else ""
        rule = settings.ignore(self.review.plan, action.target, field, until, input("why: "))
        self.output.say(f"ignored: {rule}, {rule_words(rule)}")

    def _show_differences(self, rows: Sequence[Row]) -> None:
        for row in rows:
            action = self._action(row)
            narrow = narrowed_to(action, [row.part]) if isinstance(row, PartEntry) else action
            self.output.styled(change_lines(narrow or action, self.output.width, self.redact))

    def _action(self, row: Row) -> Action:
        pair = row.pair if isinstance(row, ReviewEntry) else ()
        return self.review.plan.by_id.get((pair or (row.id,))[0]) or self._hidden(row)[0].action

    def _hidden(self, row: Row) -> list[Ignored]:
        """What is ignored of a line."""
        found = [hidden for hidden in self.review.plan.ignored if hidden.action.id == row.id]
        return [hidden for hidden in found if not isinstance(row, PartEntry) or row.part in hidden.parts]

    def _rows(self) -> Iterator[tuple[str, StyledLine, Row]]:
        return numbered(self.review.plan, self.choices, width=self.output.width, opened=self.opened)


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
