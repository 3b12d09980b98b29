"""What the Confirm screen says: the very steps of the run in order, what is deleted, what must be typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ksync_tui.model.plan import REMOVALS, Action, Selection
from ksync_tui.model.resource import Target
from ksync_tui.planner.renaming import names_in_files
from ksync_tui.present.entries import line_of
from ksync_tui.present.summaries import counts_line
from ksync_tui.present.text import count, neutral
from ksync_tui.present.ticks import needed_by

Typed = Literal["none", "name", "count"]


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the run; `number` stands on the first of a round only. All text is neutral."""

    number: int | None
    id: str
    sign: str
    target: str
    reason: str
    added: bool
    """Whether it comes along because another needs it."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """The whole screen. `question` asks for what must be typed; None where enter is enough."""

    title: str
    steps: tuple[Step, ...]
    deletes: tuple[str, ...]
    question: str | None
    why: str | None
    writes: tuple[Step, ...] = ()
    """What is taken from live into the files, after the run has begun."""
    removal: str | None = None
    """What becomes of the containers of what is deleted; None where nothing of it was deployed."""


def confirm(
    selection: Selection,
    where: str,
    typed: Typed = "none",
    expected: str = "",
    why: str = "",
    written: Iterable[tuple[str, Action]] = (),
) -> Confirm:
    """`where` names engine and profile; `written` has what goes into the files, each with the file's name; the rest
    says what is to be typed (planner's confirmation).
    """
    written = tuple(written)
    names = names_in_files(selection.plan, {action.id for _, action in written})
    writes = tuple(_written(file, action, names) for file, action in written)
    pending = count(max(selection.plan.pending, len(selection)), "action")
    more = f", write {count(len(writes), 'resource')}" if writes else ""
    title = f"Run {len(selection)} of {pending}{more}" if selection else f"Write {count(len(writes), 'resource')}"
    return Confirm(
        title=f"{title}{' on' if selection else f' as {_they_are(len(writes))} on'} {neutral(where)}",
        steps=tuple(_steps(selection)),
        writes=writes,
        deletes=tuple(map(_delete, selection.deletes)),
        question=_question(typed, expected),
        why=neutral(why) or None,
        removal=_removal(selection),
    )


def _steps(selection: Selection) -> Iterator[Step]:
    for number, actions in enumerate(selection.rounds, 1):
        for at, action in enumerate(actions):
            added = action.id in selection.added
            yield Step(
                number=None if at else number,
                id=action.id,
                sign=action.sign,
                target=neutral(str(action.target)),
                reason=needed_by(selection, action.id) or line_of(action),
                added=added,
            )


def _they_are(number: int) -> str:
    return "it is" if number == 1 else "they are"


def _written(file: str, action: Action, names: Mapping[Target, Target]) -> Step:
    """An action that goes into a file; `names` are what live calls what the files call otherwise."""
    called = next((f"renamed to {new.name}" for old, new in names.items() if action.target == old), "")
    called = called or next((f"was {old.name}" for old, new in names.items() if action.target == new), "")
    reason = f"{neutral(called) or line_of(action, 'file')}  {neutral(file)}"
    return Step(None, action.id, "<", neutral(str(action.target)), reason, added=False)


def file_step(file: str, added: int, removed: int) -> Step:
    """A file that is committed, with the lines that it gains and loses."""
    return Step(None, f"file:{file}", " ", neutral(file), f"+{added} -{removed}", added=False)


def _delete(action: Action) -> str:
    known = f" ({', '.join(map(neutral, action.consequences))})" if action.consequences else ""
    return f"{neutral(str(action.target))}{known}"


def _removal(selection: Selection) -> str | None:
    how = selection.removal
    number = sum(action.removal is not None for action in selection)
    return f"Of {number:,} deployed: {REMOVALS[how]}." if how else None


def _question(typed: Typed, expected: str) -> str | None:
    if typed == "none":
        return None
    return "Type its name to confirm:" if typed == "name" else f"Type {neutral(expected)} to confirm:"


def whole_run(summary: Mapping[str, int] | None) -> str:
    """What a run of a whole sync by Core means; `summary` counts what Core's own list has pending."""
    pending = "what it finds pending" if summary is None else f"what its own list has pending ({counts_line(summary)})"
    return (
        f"Core does all of {pending}, deletes too, as it decides when it runs: nothing of it was ticked here, and"
        " Core may deploy more than its list says. The review runs exactly what you tick."
    )


def lines(screen: Confirm) -> list[str]:
    """The screen as plain lines."""
    found = [screen.title, ""]
    found += [f"  {step.number or '':>2} {step.sign} {step.target}  {step.reason}".rstrip() for step in screen.steps]
    if screen.deletes:
        found += ["", count(len(screen.deletes), "delete") + ": " + ", ".join(screen.deletes)]
    if screen.removal:
        found.append(f"{screen.removal} --removal says otherwise.")
    if screen.question:
        found += [f"{screen.why}." if screen.why else "", screen.question]
    return found
