"""A plan as Markdown, for a comment in a review (need 34). Secrets are masked; what is too long is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ksync_tui.model.plan import VERBS, Action, Plan
from ksync_tui.model.resource import Problem
from ksync_tui.model.secrets import NOTHING_KNOWN, Redactor
from ksync_tui.present.diff import diff
from ksync_tui.present.entries import line_of
from ksync_tui.present.ignored import ignored_words, returned_words
from ksync_tui.present.plain import problem_count
from ksync_tui.present.rows import Outline
from ksync_tui.present.summaries import plural_of
from ksync_tui.present.text import count, neutral
from ksync_tui.present.views import unified

MOST = 60_000
"""Characters; GitHub refuses comments above 65,536."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~@])")


def plan_markdown(plan: Plan, redact: Redactor = NOTHING_KNOWN, most: int = MOST) -> str:
    """The plan in at most about `most` characters: summary, problems, then every action with its diff folded."""
    parts = [f"### ksync plan: {_escaped(plan.sync)}", _summary(plan), *_notes(plan), *_problems(plan.problems)]
    if plan.deletes_held:
        parts.append(f"**No deletes:** {_escaped(plan.deletes_held)}")
    used = sum(map(len, parts))
    blocks = list(_blocks(plan, redact))
    for number, block in enumerate(blocks):
        used += len(block) + 2
        if used > most:
            parts.append(f"... {count(len(blocks) - number, 'more block')} left out; run `ksync plan` to see all.")
            break
        parts.append(block)
    return "\n\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", neutral(text))


def _code(text: str) -> str:
    """A code span that holds whatever the text holds."""
    bare = neutral(text)
    fence = "`" * (_longest_ticks(bare) + 1)
    gap = " " if bare.startswith("`") or bare.endswith("`") else ""
    return f"{fence}{gap}{bare}{gap}{fence}"


def _longest_ticks(text: str) -> int:
    return max(map(len, re.findall(r"`+", text)), default=0)


def _summary(plan: Plan) -> str:
    heads = [*VERBS, "unchanged", *(["ignored"] if plan.ignored else [])]
    cells = [f"{plan.summary[head]:,}" for head in heads]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---:"] * len(heads), cells))


def _notes(plan: Plan) -> Iterator[str]:
    """What the sync leaves out, holds back or leaves alone."""
    notes = [*plan.left_out, *([plan.deletes_held] if plan.deletes_held else [])]
    notes += [*map(returned_words, plan.returned), *(f"ignored: {ignored_words(hidden)}" for hidden in plan.ignored)]
    if notes:
        yield "\n".join(f"- {_escaped(note)}" for note in notes)


def _problems(problems: tuple[Problem, ...]) -> Iterator[str]:
    if problems:
        listed = (f"- {_code(str(problem.place))} {problem.severity}: {_said(problem)}" for problem in problems[:50])
        more = [f"- and {len(problems) - 50:,} more"] if len(problems) > 50 else []
        yield "\n".join([f"**{problem_count(problems)}**", "", *listed, *more])


def _said(problem: Problem) -> str:
    return _escaped(f"{problem.message} ({problem.hint})" if problem.hint else problem.message)


def _blocks(plan: Plan, redact: Redactor) -> Iterator[str]:
    for group in Outline(plan).groups:
        yield f"#### {plural_of(group.kind)}"
        for entry in group.entries:
            yield _action(plan.by_id[entry.id], redact)


def _action(action: Action, redact: Redactor) -> str:
    head = f"{_code(action.sign)} {action.verb} {_code(action.target.name)}: {_escaped(line_of(action))}"
    if action.verb == "deploy":
        return f"- {head}"
    body = "\n".join(f"{line.sign} {line.cell.text}".rstrip() for line in unified(diff(action, redact)))
    fence = "`" * max(3, _longest_ticks(body) + 1)
    return f"- {head}\n\n<details><summary>diff</summary>\n\n{fence}diff\n{body}\n{fence}\n\n</details>"
