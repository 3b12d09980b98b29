"""From words of the command line to targets and ticks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from ksync_tui.errors import UsageError
from ksync_tui.model.kinds.registry import BY_HEADER, KINDS
from ksync_tui.model.resource import Target
from ksync_tui.planner.labels import label_of
from ksync_tui.planner.selection import labelled_parts, parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.plan import Action, Plan
    from ksync_tui.planner.safety import Confirmation


def target_of(word: str) -> Target:
    """`stack/web` as a target. Raises UsageError for anything else."""
    header, slash, name = word.partition("/")
    kind = BY_HEADER.get(header)
    if kind is None or not slash or not name:
        hint = f"Write KIND/NAME, such as stack/web; the kinds are {', '.join(KINDS)}."
        raise UsageError("not a resource", where=word, hint=hint)
    return Target(kind.name, name)


class Choice(NamedTuple):
    """What a command line chooses of a plan: ids of actions, and the parts of those that are taken in part."""

    ids: set[str]
    parts: dict[str, set[str]]


def choose(
    actions: Sequence[Action], only: Sequence[str], left_out: Sequence[str] = (), *, everything: bool = False
) -> Choice:
    """What `everything` or `only` choose, less what is `left_out`: each is KIND/NAME, or KIND/NAME:FIELD[.ENTRY].

    Raises UsageError for a word that names no difference.
    """
    found: dict[str, set[str] | None] = {}
    if everything:
        found = {action.id: None for action in actions if not action.text_only}
    for word in only:
        for action, parts in _named(actions, word):
            known = found.get(action.id, set())
            found[action.id] = None if parts is None or known is None else known | parts
    for word in left_out:
        for action, parts in _named(actions, word):
            if action.id in found:
                every = set(parts_of(action))
                chosen = found[action.id]
                found[action.id] = (every if chosen is None else chosen) - (parts or every)
    kept = {action_id: parts for action_id, parts in found.items() if parts is None or parts}
    return Choice(set(kept), {action_id: parts for action_id, parts in kept.items() if parts})


def allowed(plan: Plan, *, deletes: bool) -> set[str]:
    """The ids that may be run: blocked actions are never among them, deletes only where allowed."""
    return {action.id for action in plan.actions if not action.blocked and (deletes or not action.destructive)}


def _named(actions: Sequence[Action], word: str) -> list[tuple[Action, set[str] | None]]:
    """The actions that a word names, each with the parts that it names of it; None where that is all."""
    whole = [action for action in actions if str(action.target) == str(target_of(word))]
    if whole:
        return [(action, None) for action in whole]
    resource, _, label = word.partition(":")
    target = target_of(resource)
    there = [action for action in actions if action.target == target]
    if not there:
        hint = "`ksync plan` lists what is."
        raise UsageError("nothing is pending for this resource", where=resource, hint=hint)
    found = [(action, set(parts)) for action in there if (parts := labelled_parts(action, label))]
    if not found:
        labels = [label_of(part, _declared(action)) for action in there for part in parts_of(action)]
        raise UsageError("no such difference", where=word, hint=f"There are: {', '.join(labels) or 'none'}.")
    return list(found)


def _declared(action: Action) -> Resource:
    assert action.proposed is not None, "only an update has parts"  # noqa: S101 - see parts_of
    return action.proposed


def agreed(confirmation: Confirmation, question: str) -> bool:
    """Asks on the terminal. Raises UsageError where nobody can answer."""
    if not sys.stdin.isatty():
        raise UsageError("cannot prompt: not a terminal", hint="Give --yes.")
    try:
        if confirmation.kind == "none":
            return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
        return confirmation.accepts(input("> "))
    except EOFError:
        return False
