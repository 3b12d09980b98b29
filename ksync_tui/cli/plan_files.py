"""Plans written to files and carried out from them."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui import __version__
from ksync_tui.errors import StaleError, UsageError
from ksync_tui.present import plan_file
from ksync_tui.present.plan_file import PlanFile
from ksync_tui.system.files import replace

if TYPE_CHECKING:
    from ksync_tui.model.plan import Plan, Selection
    from ksync_tui.services import Session

_SOURCE = ("path", "sync", "delete", "tag", "variables", "user_groups", "rename", "origin")
"""The options that say what is planned."""
MOST_BYTES = 100_000_000
"""A plan of a hundred thousand actions has a quarter of that."""


def write_plan(path: str, plan: Plan, session: Session, args: Namespace) -> None:
    """Keeps a plan, readable by its owner only. Raises UsageError where it cannot be written."""
    source = {name: getattr(args, name) for name in _SOURCE}
    made = PlanFile(__version__, session.profile, session.address, source).with_actions(plan, session.look)
    try:
        replace(Path(path), made.text().encode())
    except OSError as error:
        raise UsageError("the plan cannot be written", where=path, why=error.strerror) from error


def plan_of(path: str | None) -> PlanFile | None:
    """The plan in a file, or None where the path is one of resources. Raises UsageError for a broken plan."""
    if path is None or not os.path.isfile(path) or path.endswith(".toml"):  # noqa: PTH113 - any text is a path here
        return None
    try:
        with Path(path).open(encoding="utf-8") as file:
            text = file.read(MOST_BYTES)
    except (OSError, UnicodeDecodeError):
        return None
    return plan_file.read(text, path) if plan_file.is_plan_file(text) else None


def from_plan(file: PlanFile, args: Namespace) -> Namespace:
    """The command line with what the plan was made from. Raises UsageError for a word that contradicts it."""
    if file.version != __version__:
        why, hint = f"ksync {file.version} made it, this is {__version__}", "Make it again: `ksync plan --out FILE`."
        raise UsageError("the plan was made by another ksync", where=args.path, why=why, hint=hint)
    given = [name for name in ("sync", "delete", "tag", "rename", "origin") if getattr(args, name)]
    if given:
        why = f"--{given[0]} stands in the plan already"
        raise UsageError("the plan says what it is of", where=args.path, why=why, hint="Leave it out.")
    if args.profile not in (None, file.profile):
        why, hint = f"it is for profile {file.profile}", f"Give --profile {file.profile}, or nothing."
        raise UsageError("the plan is for another place", where=args.path, why=why, hint=hint)
    return Namespace(**{**vars(args), **file.source, "profile": file.profile})


def ensure_fresh(file: PlanFile, plan: Plan, session: Session) -> None:
    """Raises StaleError, which names what moved, and UsageError for a plan of another place of the same name."""
    if session.address != file.address:
        why = f"it was made at {file.address or 'this machine'}, this is {session.address or 'this machine'}"
        raise UsageError("the plan is for another place", where=session.profile, why=why)
    changed = plan_file.moved(file, plan, session.look)
    if changed:
        hint = "Plan again, and look at it again."
        raise StaleError("nothing was done: the plan is stale", why="; ".join(changed), hint=hint)


def ensure_planned(file: PlanFile, selection: Selection) -> None:
    """Raises StaleError where something would come along that the plan does not have."""
    more = list(plan_file.beside(file, [action.id for action in selection]))
    if more:
        hint = "Plan again, and look at it again."
        raise StaleError("nothing was done: more is needed now than was planned", why="; ".join(more), hint=hint)
