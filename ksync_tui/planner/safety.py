"""What must be typed before a selection runs (architecture rule 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ksync_tui.model.plan import Plan, Selection

BIG_PART = 0.3
FEW = 10
"""With fewer existing resources than this, a part of them says nothing."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What to type: nothing, the name of what is deleted, or a count; `why` says it in words."""

    kind: Literal["none", "name", "count"] = "none"
    expected: str = ""
    why: str = ""

    def accepts(self, typed: str) -> bool:
        """Whether what was typed is what was asked for."""
        return self.kind == "none" or typed.strip() == self.expected


def exceeds_safe_change(selection: Selection) -> str | None:
    """Why a selection is a big change: over 30 % of what exists is changed or deleted. None where it is not."""
    touched, existing = _touched(selection), _existing(selection.plan)
    if existing < FEW or touched <= existing * BIG_PART:
        return None
    return f"{touched} of {existing} resources will be changed or deleted"


def confirmation(selection: Selection) -> Confirmation:
    """What a person has to type before a selection runs.

    Nothing where nothing is lost; the name of the one resource that is deleted; how many, where there are several; how
    many resources are touched, where the change is a big one.
    """
    big = exceeds_safe_change(selection)
    if big is not None:
        return Confirmation("count", str(_touched(selection)), big)
    deletes = selection.deletes
    if not deletes:
        return Confirmation()
    if len(deletes) == 1:
        return Confirmation("name", deletes[0].target.name, f"{deletes[0].target} will be deleted")
    return Confirmation("count", str(len(deletes)), f"{len(deletes)} resources will be deleted")


def _touched(selection: Selection) -> int:
    return sum(action.verb in ("update", "delete", "rename") for action in selection)


def _existing(plan: Plan) -> int:
    """The resources that exist and take part."""
    return plan.summary["unchanged"] + sum(action.verb in ("update", "delete", "rename") for action in plan.actions)
