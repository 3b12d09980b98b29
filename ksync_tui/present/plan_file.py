"""A plan in a file: what was reviewed, so that just that is run later, or nothing where something moved. Pure.

The file holds no values of secrets, and nothing from which one could be guessed: digests are those of what is shown,
secrets masked. A secret that changed in between is therefore not noticed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ksync_tui.errors import UsageError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.plan import Action, Plan
from ksync_tui.model.resource import fingerprint
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.secrets import Redactor
from ksync_tui.present.mask import masked_text, named_secret, rewritten
from ksync_tui.present.text import neutral
from ksync_tui.present.ticks import short

FORMAT = "ksync plan"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One action as it was planned: digests of what was live and what was proposed, "" where there was none."""

    id: str
    reason: str
    parts: tuple[str, ...] = ()
    current: str = ""
    proposed: str = ""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan, what it was made from, and by which ksync for which place."""

    version: str
    profile: str
    address: str
    source: Mapping[str, Any]
    """The words of the command line that say what was planned."""
    actions: tuple[PlannedAction, ...] = field(default=())

    def text(self) -> str:
        """The file."""
        return json.dumps({"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}, indent=1) + "\n"

    def with_actions(self, plan: Plan, look: SecretLook) -> PlanFile:
        """The same with all that a plan would do; what `look` takes for a secret is hidden from its digests."""
        return replace(self, actions=tuple(_planned(action, look) for action in plan.actions if not action.blocked))


def is_plan_file(text: str) -> bool:
    """Whether a text is meant as one."""
    return text.lstrip().startswith("{") and f'"{FORMAT}"' in text[:200]


def read(text: str, where: str) -> PlanFile:
    """The plan in a file. Raises UsageError for a text that is none."""
    hint = "Make it again: `ksync plan --out FILE`."
    try:
        value = json.loads(text)
        if value.pop("format") != FORMAT or value.pop("format_version") != FORMAT_VERSION:
            raise UsageError("the plan is in a form that this ksync does not know", where=where, hint=hint)
        actions = tuple(PlannedAction(**{**one, "parts": tuple(one["parts"])}) for one in value.pop("actions"))
        return PlanFile(**value, actions=actions)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError("this is no plan", where=where, why=str(error), hint=hint) from error


def moved(file: PlanFile, plan: Plan, look: SecretLook) -> list[str]:
    """What is not as it was when a plan was made, in words; nothing where the same would be done."""
    return [f"{neutral(short(planned.id))} {why}" for planned in file.actions if (why := _moved(planned, plan, look))]


def beside(file: PlanFile, ids: Sequence[str]) -> Iterator[str]:
    """Of ids that would be run those that the plan does not have."""
    known = {planned.id for planned in file.actions}
    return (short(action_id) for action_id in ids if action_id not in known)


def _moved(planned: PlannedAction, plan: Plan, look: SecretLook) -> str:
    action = plan.by_id.get(planned.id)
    if action is None:
        return "is not pending any more"
    now = _planned(action, look)
    if action.blocked:
        return f"is blocked now: {neutral(action.blocked)}"
    if now.proposed != planned.proposed:
        return "would do something else: its file changed"
    if now.current != planned.current:
        return "is about something else: it changed live"
    return "" if now == planned else f"has another reason now: {neutral(now.reason)}"


def _planned(action: Action, look: SecretLook) -> PlannedAction:
    current, proposed = _digest(action.current, look), _digest(action.proposed, look)
    return PlannedAction(action.id, action.reason, action.parts, current, proposed)


def _digest(resource: Resource | None, look: SecretLook) -> str:
    """A digest of what is shown of a resource: marked secrets masked, and what looks like one hidden."""
    if resource is None:
        return ""
    redact = Redactor({}, look)
    secret = frozenset({"value"} if named_secret(resource, redact) else ())
    shown: Resource = rewritten(resource, lambda text, hidden: masked_text(text) if hidden else redact(text), secret)
    return fingerprint(shown)
