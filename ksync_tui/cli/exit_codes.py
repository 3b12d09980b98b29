"""Exit codes of what was planned and run (see `ksync_tui.errors`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.errors import EXIT_ERROR, EXIT_OK, EXIT_PENDING

if TYPE_CHECKING:
    from ksync_tui.model.events import RunRecord
    from ksync_tui.model.plan import Plan


def plan_code(plan: Plan) -> int:
    """The exit code of a plan, by what is shown of it."""
    if plan.errors:
        return EXIT_ERROR
    return EXIT_PENDING if plan.pending else EXIT_OK


def run_code(plan: Plan, record: RunRecord) -> int:
    """The exit code of a run."""
    if plan.errors:
        return EXIT_ERROR
    return EXIT_OK if set(record.counts) <= {"done"} else EXIT_PENDING
