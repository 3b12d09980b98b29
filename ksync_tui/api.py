"""The public face of ksync for scripts: open, plan, apply, export.

    >>> from pathlib import Path
    >>> from ksync_tui import api
    >>> with api.open(home=Path("state")) as session:
    ...     plan = api.plan(session, Path("homelab"))
    ...     print(plan.summary["create"], [str(action.target) for action in plan.actions])
    ...     record = api.apply(session, plan)
    ...     print(record.state)
    ...     print(api.plan(session, Path("homelab")).pending)
    ...     print(api.export(session), end="")
    1 ['variable/DOMAIN']
    done
    0
    [[variable]]
    name = "DOMAIN"
    value = "example.org"
    is_secret = false

Everything that goes wrong is a `ksync_tui.errors.KsyncError`. Nothing here asks a person anything.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from ksync_tui.errors import SelectionError
from ksync_tui.model.events import RunRecord
from ksync_tui.model.plan import Plan
from ksync_tui.model.resource import Target
from ksync_tui.planner.selection import possible
from ksync_tui.services import Session

__all__ = ["Plan", "RunRecord", "Session", "apply", "export", "open", "plan"]


def open(home: Path | None = None, profile: str | None = None, engine: str | None = None) -> Session:  # noqa: A001
    """Opens a profile; close it, or use it in `with`.

    `home` is a folder for state and settings; without it those of the user are used. `engine` is `embedded` or `core`.
    Raises ConfigError, StoreError.
    """
    return Session.open(home, profile, engine)


def plan(session: Session, source: Path | str, *, delete: bool = False, tags: Sequence[str] = ()) -> Plan:
    """Reads a source and plans it; nothing is changed.

    `source` is a file or folder of resources, or the name of a stored sync, which has its own options; `delete` also
    plans to delete what is live and not declared, `tags` keeps to resources that have them all. Raises UsageError,
    EngineError; what is wrong in the files are `Plan.problems`.
    """
    if isinstance(source, str):
        return session.reviews.create(session.syncs.get(source)).plan
    return session.reviews.create(session.syncs.at(source, delete=delete, tags=tuple(tags))).plan


def apply(
    session: Session, plan: Plan, *, only: Collection[str] | None = None, allow_delete: bool = False
) -> RunRecord:
    """Carries out a plan, or the actions whose ids (`update:stack/web`) are in `only`, with what those need.

    Blocked actions are left out, as are deletes without `allow_delete`. Returns how each action ended; the run is in
    the history. Raises SelectionError for an id that is not in the plan, RunError in a read-only profile.
    """
    unknown = sorted(set(only or ()) - plan.by_id.keys())
    if unknown:
        raise SelectionError("no such action in this plan", where=", ".join(unknown), hint="Plan again.")
    wanted = plan.by_id.keys() if only is None else set(only)
    ticked = {action_id for action_id in wanted if allow_delete or not plan.by_id[action_id].destructive}
    return session.runs.run(possible(plan, ticked))


def export(session: Session, *, secrets: bool = False, targets: Sequence[Target] = (), tags: Sequence[str] = ()) -> str:
    """Live resources as TOML: all, some `targets`, or those with all of `tags`. `secrets` includes secret values.

    Raises UsageError for a target that does not exist.
    """
    return session.exports.toml(secrets=secrets, targets=targets, tags=tags)
