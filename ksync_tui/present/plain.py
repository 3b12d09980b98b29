"""A plan, its problems and errors as lines for people: `ksync plan`, `validate` and the plain review."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ksync_tui.errors import KsyncError
from ksync_tui.model.plan import Action, Plan
from ksync_tui.model.resource import Problem
from ksync_tui.model.secrets import NOTHING_KNOWN, Redactor
from ksync_tui.present.choices import Choices
from ksync_tui.present.diff import DiffRow, bare_rows
from ksync_tui.present.entries import ReviewEntry, line_of
from ksync_tui.present.ignored import SIGN, ignored_words, returned_words
from ksync_tui.present.lines import common_start
from ksync_tui.present.rows import Outline, PartEntry
from ksync_tui.present.style import OF_SIGN, OF_VERB, Style, StyledLine, line
from ksync_tui.present.summaries import plural_of, similarity, summary_of
from ksync_tui.present.text import ELLIPSIS, cell_width, count, cut_end, cut_middle, neutral, pad

_NAME_WIDTH = 40
_ENTRIES = 6
"""Changed entries of one field that are shown before they are counted."""


def plan_lines(
    plan: Plan, width: int = 100, redact: Redactor = NOTHING_KNOWN, changes: bool = True
) -> Iterator[StyledLine]:
    """What `ksync plan` prints: groups, actions, with `changes` their changed fields, the summary, the problems."""
    outline = Outline(plan)
    for group in outline.groups:
        yield line((plural_of(group.kind), Style.BOLD))
        room = min(_name_width(group.entries), max(_NAME_WIDTH, width // 3))
        for entry in group.entries:
            yield action_line(plan.by_id[entry.id], room, width)
            if changes:
                yield from change_lines(plan.by_id[entry.id], width, redact)
        yield ()
    yield from ignored_lines(plan)
    yield line((summary_of(plan), Style.BOLD))
    yield from remarks(plan)
    yield from problem_lines(plan.problems)


def ignored_lines(plan: Plan) -> Iterator[StyledLine]:
    """What is left alone, each with its reason; nothing where nothing is."""
    if plan.ignored:
        yield line(("ignored", Style.BOLD))
        yield from (line((f"  {SIGN} {ignored_words(hidden)}", Style.DIM)) for hidden in plan.ignored)
        yield ()


def _name_width(entries: Sequence[ReviewEntry]) -> int:
    return max((cell_width(entry.name) for entry in entries), default=0)


def action_line(action: Action, name_width: int, width: int) -> StyledLine:
    """`  ~ web        environment, image`; a blocked one has `x` for its sign."""
    style = Style.PROBLEM if action.blocked else OF_VERB[action.verb]
    head = f"  {action.sign} {pad(neutral(action.target.name), name_width)}"
    reason = f"{action.verb} blocked: {line_of(action)}" if action.blocked else line_of(action)
    return line((head, style), "  ", cut_end(reason, max(width - cell_width(head) - 2, 20)))


def change_lines(action: Action, width: int, redact: Redactor = NOTHING_KNOWN) -> Iterator[StyledLine]:
    """The changed fields of an update or rename, one line each; entries of longer ones below, a few of them."""
    if action.verb not in ("update", "rename"):
        return
    shown = 0
    field: str | None = None
    rows = [row for row in bare_rows(action, redact) if _telling(row)]
    for at, row in enumerate(rows):
        shown = shown + 1 if row.kind == "entry" and row.field == field else 0
        field = row.field
        if shown <= _ENTRIES:
            yield from _row_lines(row, width)
        elif at + 1 == len(rows) or rows[at + 1].field != field:
            yield line((f"        {shown - _ENTRIES:,} more", Style.DIM))


def _telling(row: DiffRow) -> bool:
    return row.kind in ("field", "origin") or row.changed


def _row_lines(row: DiffRow, width: int) -> Iterator[StyledLine]:
    room = width - 8
    if row.sign == "~":
        left, right = row.left, row.right
        if right == f"{left} (changed)":
            yield line(("      ~ ", Style.UPDATE), right)
            return
        common = f"{left.split(' = ')[0]} = "
        if right.startswith(common) and len(left) + len(right) < room:
            yield line(("      ~ ", Style.UPDATE), f"{left} -> {right.removeprefix(common)}")
            return
        start = common_start(left, right)
        yield line(("      - ", Style.DELETE), _around(left, start, room))
        yield line(("      + ", Style.CREATE), _around(right, start, room))
        return
    style = Style.DIM if row.kind in ("origin", "note") else OF_SIGN[row.sign]
    yield line((f"      {row.sign} ", style), cut_end(row.left or row.right, room))


def _around(text: str, at: int, room: int) -> str:
    """A line cut so that what differs, from `at` on, is seen."""
    start = at - room // 3 if len(text) > room and at > room // 2 else 0
    return cut_end(f"{ELLIPSIS}{text[start:]}" if start > 0 else text, room)


def remarks(plan: Plan) -> Iterator[StyledLine]:
    """What a plan has to say beside its actions: deletes that are held back, likely renames."""
    for words in plan.left_out:
        yield line((neutral(words), Style.WARNING))
    for back in plan.returned:
        yield line((returned_words(back), Style.WARNING))
    if plan.deletes_held:
        yield line((f"no deletes: {neutral(plan.deletes_held)}", Style.WARNING))
    for hint in plan.renames:
        old, new = neutral(str(hint.old)), neutral(str(hint.new))
        how = f" --rename {old}={neutral(hint.new.name)}" if hint.old.kind == hint.new.kind else ""
        yield line((f"{old} and {new} are {similarity(hint)}: a rename?{how}", Style.DIM))


def problem_lines(problems: Sequence[Problem]) -> Iterator[StyledLine]:
    """`file:line:column: severity: message (hint)`, one line each."""
    for problem in problems:
        style = Style.PROBLEM if problem.severity == "error" else Style.WARNING
        place = neutral(str(problem.place))
        hint = f" ({neutral(problem.hint)})" if problem.hint else ""
        yield line(f"{place}: ", (problem.severity, style), f": {neutral(problem.message)}{hint}")


def problem_count(problems: Sequence[Problem]) -> str:
    """`2 errors, 1 warning`; `no problems`."""
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    parts = [count(number, noun) for number, noun in ((errors, "error"), (warnings, "warning")) if number]
    return ", ".join(parts) or "no problems"


def numbered(
    plan: Plan, choices: Choices, query: str = "", width: int = 100, opened: Collection[str] = ()
) -> Iterator[tuple[str, StyledLine, ReviewEntry | PartEntry]]:
    """The plain review: each action with its number (the same whatever the filter), its line, and what it is.

    Below each id in `opened` the parts of that update: `3.1`, `3.2`.
    """
    outline = Outline(plan, for_choosing=True)
    numbers: Mapping[str, int] = {entry.id: number for number, entry in enumerate(outline.entries, 1)}
    digits = len(str(len(numbers)))
    part = 0
    for row in outline.shown(query, opened):
        if isinstance(row, ReviewEntry):
            part = part + 1 if row.parent else 0
            number = f"{numbers[row.parent]}.{part}" if row.parent else str(numbers[row.id])
            head = f"{number:>{digits}} {choices.mark_of(row)} {row.sign} {row.verb} {row.kind}/{row.name}"
            reason = row.reason if row.ignored else choices.reason(row)
            yield number, line((cut_middle(head, width), OF_VERB[row.verb]), f"  {cut_end(reason, 60)}"), row
        elif isinstance(row, PartEntry):
            part += 1
            number = f"{numbers[row.id]}.{part}"
            text = "  ".join(filter(None, (row.label, row.ignored)))
            head = f"{'':>{digits}}     {number} {choices.mark_of(row)} {row.sign} {text}"
            yield number, line(cut_end(head, width)), row


def error_lines(error: KsyncError) -> list[str]:
    """An error: what, and where it has them, where, why and what to do."""
    parts = (("where", error.where), ("why", error.why), ("do", error.hint))
    found = [f"error: {neutral(error.what)}"]
    return found + [f"  {name + ':':<7}{neutral(text)}" for name, text in parts if text]
