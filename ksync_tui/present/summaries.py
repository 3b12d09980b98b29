"""A plan in a few words: how many of what, and what a likely rename is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ksync_tui.model.plan import SIGNS, Plan, RenameHint, Verb


def title_of(kind: str) -> str:
    """A kind as a person says it: `user group`."""
    return kind.replace("_", " ")


def similarity(hint: RenameHint) -> str:
    """`identical` or `91% similar`."""
    return "identical" if hint.likeness == 100 else f"{hint.likeness}% similar"


def plural_of(kind: str) -> str:
    """Several of a kind: `user groups`."""
    return title_of(kind) + "s"


def summary_of(plan: Plan) -> str:
    """`2 to create, 3 to update, 4 to deploy, 1 to delete, 15 unchanged`, zeros left out."""
    parts = [f"{plan.summary[verb]:,} to {verb}" for verb in _SUMMARY_ORDER if plan.summary[verb]]
    parts += [f"{plan.summary[state]:,} {state}" for state in ("unchanged", "ignored") if plan.summary[state]]
    blocked = sum(action.blocked is not None for action in plan.actions)
    if blocked:
        parts.append(f"{blocked:,} blocked")
    return ", ".join(parts) or "nothing declared, nothing live"


_SUMMARY_ORDER: Sequence[Verb] = ("create", "update", "rename", "deploy", "delete")


def counts_line(summary: Mapping[str, int]) -> str:
    """`+2 ~3 -1 *4 1 ignored` for a list of syncs, `.` when nothing is pending or ignored."""
    order = ("create", "update", "rename", "delete", "deploy")
    counts = [f"{SIGNS[verb]}{summary[verb]:,}" for verb in order if summary.get(verb)]
    ignored = [f"{summary['ignored']:,} ignored"] if summary.get("ignored") else []
    return " ".join([*counts, *ignored]) or "."
