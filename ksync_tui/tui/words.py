"""The sentences of the review: below the difference, and below the list."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rich.text import Text

from ksync_tui.model.plan import Action, Direction, Plan
from ksync_tui.model.resource import Declared
from ksync_tui.present.entries import ReviewEntry
from ksync_tui.present.explain import explain, explain_unchanged, explain_with_deploy
from ksync_tui.present.plain import remarks
from ksync_tui.present.rows import Group, Line, Outline
from ksync_tui.present.summaries import plural_of, summary_of
from ksync_tui.present.text import count, neutral
from ksync_tui.tui.review_sides import Side
from ksync_tui.tui.theme import ink, style

LOOKS = {"blocked": "problem", "what": "bold", "where": "dim", "like": "rename"}


def first_words(key_of: Callable[[str], str]) -> Text:
    """Three quiet lines for who sees a review for the first time."""
    tick, fields, go, help_key = map(key_of, ("tick", "show_parts", "go", "help"))
    lines = (
        "+ create   ~ update   - delete   = rename   * deploy   F, L, B: who changed it",
        f"{tick} chooses: [>] to live, [<] into the file; {fields} shows single fields",
        f"{go} shows all that will be done, and asks; {help_key} has the rest",
    )
    return ink("\n".join(lines), "dim")


def as_declared(declared: Declared, resources: Sequence[Declared]) -> Text:
    """What is known of a resource that is live as it is declared."""
    sentences = explain_unchanged(declared, resources)
    return Text("\n").join(ink(sentence.text, LOOKS.get(sentence.topic, "plain")) for sentence in sentences)


def explained(side: Side, action: Action | None, line: Line | None, direction: Direction, tick: str) -> Text:
    """What the thing under the cursor would bring about. `tick` is the key that ticks."""
    if action is not None:
        sentences = explain(action, side.ticks.needs, direction, time.time())
        if isinstance(line, ReviewEntry) and line.deploy in side.outline.plan.by_id:
            sentences = explain_with_deploy(sentences, side.outline.plan.by_id[line.deploy], side.ticks.needs)
        return Text("\n").join(ink(sentence.text, LOOKS.get(sentence.topic, "plain")) for sentence in sentences)
    if isinstance(line, ReviewEntry) and line.pair:
        sentence = f"One is live and not declared, the other is new in the files.\n{tick} plans the rename instead."
        return Text.assemble((f"{line.reason}\n", style("rename")), sentence)
    if isinstance(line, Group):
        title = f"{len(line.pending):,} of {plural_of(line.kind)}, {side.ticks.count(line):,} ticked."
        return Text.assemble((title, style("bold")), f"\n{tick} ticks what is shown under this heading, never deletes.")
    return Text()


def ticks_lost(sync: str, ticked: int) -> str:
    """What is lost when ticks are."""
    return f"Ticked in {neutral(sync)} and not run: {count(ticked, 'action')}."


def uncommitted(files: int, commit_key: str) -> list[str]:
    """`1 file written, not committed: c commits it`; nothing where all is."""
    return [f"{count(files, 'file')} written, not committed: {commit_key} commits"] if files else []


def tail_of(plan: Plan, outline: Outline, problems_key: str) -> list[str]:
    """The lines below the list: what is as declared, why nothing is deleted, likely renames."""
    said = ["".join(piece for piece, _ in line) for line in remarks(plan)]
    if not plan.actions:
        return ["", _nothing(plan, problems_key), summary_of(plan), *map(neutral, said)]
    return [line for line in (outline.unchanged, *map(neutral, said)) if line]


def _nothing(plan: Plan, problems_key: str) -> str:
    if plan.errors:
        return f"Nothing is pending in what could be read; for the rest see the problems ({problems_key})."
    if plan.ignored:
        return "Nothing is pending: live matches the files, but for what is ignored."
    return "Nothing takes part in this sync." if plan.empty else "Nothing is pending: live matches the files."
