"""The rows of the review list: what is pending of one resource, as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ksync_tui.model.origin import Origin
from ksync_tui.model.plan import SIGNS, Action, Direction, Ignored, Plan, RenameHint, Verb, verb_towards
from ksync_tui.model.resource import Target
from ksync_tui.planner.labels import label_of
from ksync_tui.present.fields import changed_labels
from ksync_tui.present.ignored import rule_words
from ksync_tui.present.origin import words_of
from ksync_tui.present.summaries import similarity
from ksync_tui.present.text import neutral

Flag = Literal["redeploys", "deletes", "blocked", "consequences"]


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """An action as the list shows it; its tick, or that it is blocked, is asked of the Ticks (`mark`).

    Name and reason are neutral text; `verb` and `sign` say what happens to the side that changes.
    """

    id: str
    verb: Verb
    kind: str
    sign: str
    name: str
    reason: str
    flags: tuple[Flag, ...] = ()
    blocked: bool = False
    origin: Origin | None = None
    """Where it comes from (see `Plan.origins`)."""
    ignored: bool = False
    """Whether nothing of it is pending, because all that differs is left alone."""
    unchanged: bool = False
    """Whether live is as declared: there is nothing to choose."""
    state: str = ""
    """What runs of it, where that is known."""
    pair: tuple[str, ...] = ()
    """For a likely rename: the ids of the create and, where there is one, the delete that it stands for."""
    parent: str = ""
    """For a row below another one: the id of that one."""
    deploy: str = ""
    """The id of the deploy of the same resource, which the row stands for as well."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all that the row stands for."""
        return (self.id, self.deploy) if self.deploy else (self.id,)


def unchanged_entry(target: Target, state: str) -> ReviewEntry:
    """A resource that is as declared, as one row."""
    name = neutral(target.name)
    return ReviewEntry(
        f"unchanged:{target}", "update", target.kind, " ", name, "as declared", unchanged=True, state=state
    )


def with_deploy(entry: ReviewEntry, deploy: Action) -> ReviewEntry:
    """The row of an action and the deploy of the same resource in one."""
    reason = f"{entry.reason}; {reason_of(deploy)}" if deploy.blocked and not entry.blocked else entry.reason
    return replace(entry, deploy=deploy.id, sign=entry.sign + SIGNS["deploy"], reason=reason)


def deploy_below(entry: ReviewEntry, deploy: Action) -> ReviewEntry:
    """The deploy of a row that is open, as a row of its own."""
    return replace(entry_of(deploy), name="deploy", parent=entry.id)


def order(entry: ReviewEntry) -> tuple[bool, bool, bool, str, bool]:
    return entry.unchanged, entry.ignored, "deletes" in entry.flags, entry.name, entry.verb == "deploy"


def pair_entry(hint: RenameHint, plan: Plan) -> ReviewEntry | None:
    """A likely rename as one row; None where its create is not in the plan, as it was ignored or left out."""
    create, delete = f"create:{hint.new}", f"delete:{hint.old}"
    if hint.old.kind != hint.new.kind or create not in plan.by_id:
        return None
    pair = (create, delete) if delete in plan.by_id else (create,)
    name = _renamed(hint.old.name, hint.new.name)
    reason = f"rename? {similarity(hint)}"
    return ReviewEntry(f"rename:{hint.new}", "rename", hint.new.kind, SIGNS["rename"], name, reason, pair=pair)


def _renamed(old: str, new: str) -> str:
    return f"{neutral(old)} -> {neutral(new)}"


def ignored_entry(action: Action, ignored: Sequence[Ignored], direction: Direction) -> ReviewEntry:
    """A resource of which nothing is pending, as one row at the end of its kind."""
    rule = next((rule_words(one.rule) for one in ignored if not one.parts), "")
    parts = [part for one in ignored for part in one.parts]
    labels = ", ".join(label_of(part, action.proposed) for part in parts) if action.proposed else ""
    return replace(entry_of(action, direction, action.origin), reason=rule or neutral(labels), ignored=True)


def state_of(target: Target, plan: Plan) -> str:
    return plan.states.get(target, "unknown").replace("_", " ").replace("unknown", "")


def entry_of(
    action: Action, direction: Direction = "live", origin: Origin | None = None, state: str = ""
) -> ReviewEntry:
    """An action as one row."""
    verb = verb_towards(action, direction)
    return ReviewEntry(
        action.id,
        verb,
        action.target.kind,
        SIGNS[verb],
        _renamed(action.old_name, action.target.name) if action.old_name else neutral(action.target.name),
        line_of(action, direction),
        _flags(action, direction),
        action.blocked is not None,
        origin,
        state=state,
    )


def _reason_to_file(action: Action) -> str:
    if action.verb == "create":
        return "not live"
    if action.verb == "delete":
        return "only live"
    return reason_of(action) if action.parts else neutral(", ".join(changed_labels(action)) or action.reason)


def reason_of(action: Action) -> str:
    """In a few words why: for an update the fields that change, for a blocked action what blocks it."""
    if action.blocked:
        return neutral(action.blocked)
    if action.verb == "rename" and action.old_name is not None:
        return neutral(f"was {action.old_name}")
    if action.parts and action.proposed is not None:
        return neutral(", ".join(label_of(part, action.proposed) for part in action.parts))
    if action.verb == "update" and action.changes:
        return neutral(", ".join(changed_labels(action)))
    return neutral(action.reason)


def line_of(action: Action, direction: Direction = "live") -> str:
    """The reason, and for an update which side moved: `environment, image (changed live)`."""
    reason = reason_of(action) if direction == "live" else _reason_to_file(action)
    words = words_of(action)
    return f"{reason} ({words})" if words else reason


def _flags(action: Action, direction: Direction) -> tuple[Flag, ...]:
    line_of: dict[Flag, bool] = {
        "redeploys": any(change.redeploys for change in action.changes) and direction == "live",
        "deletes": verb_towards(action, direction) == "delete",
        "blocked": action.blocked is not None,
        "consequences": bool(action.consequences) and direction == "live",
    }
    return tuple(flag for flag, holds in line_of.items() if holds)
