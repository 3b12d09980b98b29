"""From words of the command line to targets and ticks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ksync_tui.errors import UsageError
from ksync_tui.model.kinds.registry import BY_HEADER, KINDS
from ksync_tui.model.resource import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ksync_tui.model.plan import Plan
    from ksync_tui.planner.safety import Confirmation


def target_of(word: str) -> Target:
    """`stack/web` as a target. Raises UsageError for anything else."""
    header, slash, name = word.partition("/")
    kind = BY_HEADER.get(header)
    if kind is None or not slash or not name:
        hint = f"Write KIND/NAME, such as stack/web; the kinds are {', '.join(KINDS)}."
        raise UsageError("not a resource", where=word, hint=hint)
    return Target(kind.name, name)


def ticks_of(plan: Plan, only: Sequence[str], *, everything: bool, deletes: bool) -> set[str]:
    """The ids that --all or --only tick; blocked actions are never among them, deletes only where allowed.

    Raises UsageError where --only names something that the plan has nothing to do for.
    """
    if not everything and not only:
        raise UsageError("nothing selected", hint="Give --all, or --only KIND/NAME (`ksync plan` lists them).")
    args = {target_of(word) for word in only}
    missing = args - {action.target for action in plan.actions}
    if missing:
        names = ", ".join(map(str, sorted(missing)))
        raise UsageError("nothing is pending for this resource", where=names, hint="`ksync plan` lists what is.")
    return {
        action.id
        for action in plan.actions
        if ((everything and not action.text_only) or action.target in args)
        and not action.blocked
        and (deletes or not action.destructive)
    }


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
