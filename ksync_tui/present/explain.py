"""One action in plain words: what would happen, why, what it needs, what it drags along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ksync_tui.model.plan import Action, Direction, Plan
from ksync_tui.model.resource import Declared
from ksync_tui.planner.selection import Prerequisites
from ksync_tui.present.fields import changed_labels
from ksync_tui.present.ignored import returned_words
from ksync_tui.present.origin import origin_sentences
from ksync_tui.present.summaries import similarity, title_of
from ksync_tui.present.text import count, listed, neutral
from ksync_tui.present.ticks import short


class Sentence(NamedTuple):
    """One line: what it speaks of, and its words."""

    topic: str
    """`blocked`, `returned`, `what`, `origin`, `why`, `needs`, `brings`, `changed`, `needed`, `like`, `where`."""
    text: str


def explain(
    action: Action, needs: Prerequisites, direction: Direction = "live", now: float | None = None
) -> list[Sentence]:
    """The lines below the diff. A blocked action begins with why and what to do. `now` is in unix seconds."""
    sentences = [
        Sentence("blocked", f"Blocked: {_ended(action.blocked or needs.refused.get(action.id))}"),
        Sentence("returned", " ".join(map(_ended, _returned(action, needs.plan)))),
        Sentence("what", _what(action) if direction == "live" else _what_to_file(action)),
        Sentence("origin", origin_sentences(action, needs.plan.sync, now, direction)),
        Sentence("why", _why(action) if direction == "live" else ""),
        Sentence("needs", _needs(action) if direction == "live" else ""),
        Sentence("brings", _brings(action) if direction == "live" else ""),
        Sentence("changed", _ended(action.changed_by)),
        Sentence("needed", _needed_by(action, needs) if direction == "live" else ""),
        Sentence("like", _like(action, needs.plan)),
        Sentence("where", f"Declared in {_place(action)}." if action.place else ""),
    ]
    refused = action.id in needs.refused
    return [sentence for sentence in sentences if sentence.text and (refused or sentence.topic != "blocked")]


def explain_with_deploy(sentences: Sequence[Sentence], deploy: Action, needs: Prerequisites) -> list[Sentence]:
    """The lines of a row that stands for a deploy too: those of its action, and what the deploy adds to them."""
    own = f"Needed by {short(deploy.id)}."
    said = [one for one in explain(deploy, needs) if one.topic in ("blocked", "brings")]
    then = Sentence("why", f"Deployed then: {_ended(deploy.reason)}")
    rest = [one for one in sentences if one.text != own]
    place = next((at for at, one in enumerate(rest) if one.topic == "where"), len(rest))
    return [*rest[:place], then, *said, *rest[place:]]


def explain_unchanged(declared: Declared, resources: Iterable[Declared]) -> list[Sentence]:
    """The lines below a resource that is as declared: where it stands, its tags, whom it names, who names it."""
    target = declared.target
    users = [one.target for one in resources if any(named.target == target for named in one.references)]
    names = [str(named.target) for named in declared.references]
    sentences = [
        Sentence("what", f"{neutral(str(target))} is live as declared."),
        Sentence("where", f"Declared in {neutral(declared.place.file)}:{declared.place.line}."),
        Sentence("tags", f"Tags: {neutral(', '.join(declared.tags))}." if declared.tags else ""),
        Sentence("needs", f"Names {neutral(listed(list(dict.fromkeys(names)), 5))}." if names else ""),
        Sentence("needed", f"Named by {neutral(listed(list(map(str, users)), 5))}." if users else ""),
    ]
    return [sentence for sentence in sentences if sentence.text]


def _ended(text: str | None) -> str:
    bare = neutral(text or "").rstrip()
    return bare if not bare or bare[-1] in ".!?" else f"{bare}."


def _named(action: Action) -> str:
    return f"{title_of(action.target.kind)} {neutral(action.target.name)}"


def _fields(action: Action, noun: str = "field") -> str:
    labels = changed_labels(action)
    return f"{count(len(labels), noun)} of {_named(action)}: {neutral(listed(labels, 6))}"


def _what(action: Action) -> str:
    named = _named(action)
    if action.verb == "update" and action.changes:
        return f"Changes {_fields(action)}."
    if action.verb == "rename":
        return (
            f"Renames {title_of(action.target.kind)} {neutral(action.old_name or '')} to {neutral(action.target.name)}."
        )
    return f"{_SAYS[action.verb]} {named}."


_SAYS = {"create": "Creates", "update": "Updates", "delete": "Deletes", "deploy": "Deploys", "run": "Runs"}


def _what_to_file(action: Action) -> str:
    """The same action read the other way: what live has that the file does not."""
    where = f" in {_place(action)}" if action.place else ""
    if action.verb == "delete":
        return f"Writes {_named(action)}, which exist only live, to the file."
    if action.verb == "create":
        return f"Takes {_named(action)}, which live does not have, out of the file{where}."
    if action.verb == "deploy":
        return "A deploy changes nothing in a file."
    return f"Writes {_fields(action, 'live field')}{where}."


def _place(action: Action) -> str:
    return f"{neutral(action.place.file)}:{action.place.line}" if action.place else ""


def _why(action: Action) -> str:
    if action.verb == "update" or not action.reason:
        return ""
    return f"Why: {_ended(action.reason)}"


def _needs(action: Action) -> str:
    return f"Needs {listed([short(one) for one in action.requires])} first." if action.requires else ""


def _needed_by(action: Action, needs: Prerequisites) -> str:
    above = needs.dependents.get(action.id, ())
    return f"Needed by {listed([short(one) for one in above])}." if above else ""


def _brings(action: Action) -> str:
    return _ended(", ".join(map(neutral, action.consequences)))


def _returned(action: Action, plan: Plan) -> list[str]:
    return [returned_words(back) for back in plan.returned if back.rule.target == action.target]


def _like(action: Action, plan: Plan) -> str:
    for hint in plan.renames:
        if action.target == hint.new and action.verb == "create":
            return f"{similarity(hint)} to {neutral(str(hint.old))}, which is no longer declared: a rename?"
        if action.target == hint.old and action.verb == "delete":
            return f"{similarity(hint)} to {neutral(str(hint.new))}, which is new: a rename?"
    return ""
