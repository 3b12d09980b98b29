"""Actions as the journal keeps them: enough to carry them out in another process. Secrets are sealed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, NamedTuple, Protocol

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.origin import Stamp
from ksync_tui.model.plan import Action, FieldChange, SyncOptions
from ksync_tui.model.resource import SourceLocation, Target


class SecretExtractor(Protocol):
    """Writes resources without their secrets, and reads them back."""

    def seal(self, resource: Resource) -> str:
        """A resource as text without its secrets."""

    def open(self, model: type[Resource], spec: str, where: str) -> Resource:
        """The resource that was sealed. Raises StoreError where it cannot be read."""

    def has_all(self, spec: str) -> bool:
        """Whether `open` will find every secret of a sealed resource."""

    def sweep(self) -> int:
        """Forgets the secrets that nothing refers to any longer; returns how many."""


LOST_SECRET = "a secret value is no longer stored here: plan again"  # noqa: S105 - a message
_PLAIN = ("verb", "reason", "place", "requires", "round", "blocked", "fingerprint", "consequences", "old_name",
          "removal", "origin", "applied")  # fmt: skip


class Frozen(NamedTuple):
    """An action as three texts: all but its resources, and its sealed resources."""

    rest: str
    current: str | None
    proposed: str | None


def freeze(action: Action, needed_by: str | None, sealer: SecretExtractor) -> Frozen:
    """An action as JSON. `needed_by` is the id of the action it comes along for, None when it was ticked.

    Of a change only its field is kept: both values stand in the resources.
    """
    data: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(action, name))}
    data["target"] = action.target
    if needed_by:
        data["needed_by"] = needed_by
    if action.changes:
        data["changes"] = [(change.field, change.secret, change.redeploys, change.origin) for change in action.changes]
    rest = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Frozen(rest, *(sealer.seal(one) if one is not None else None for one in (action.current, action.proposed)))


def thaw(frozen: Frozen, sealer: SecretExtractor) -> tuple[Action, str | None]:
    """The action that `freeze` wrote, and the id of the action it comes along for. Raises StoreError."""
    data = json.loads(frozen.rest)
    target = Target(*data["target"])
    model = KINDS[target.kind].model
    current, proposed = (sealer.open(model, one, str(target)) if one else None for one in frozen[1:])
    action = Action(
        verb=data["verb"],
        target=target,
        reason=data.get("reason", ""),
        place=SourceLocation(*data["place"]) if "place" in data else None,
        current=current,
        proposed=proposed,
        changes=tuple(
            FieldChange(field, _value(current, field), _value(proposed, field), *marks)
            for field, *marks in data.get("changes", ())
        ),
        requires=tuple(data.get("requires", ())),
        round=data["round"],
        blocked=data.get("blocked") or (None if sealer.has_all(frozen.proposed or "") else LOST_SECRET),
        fingerprint=data.get("fingerprint"),
        consequences=tuple(data.get("consequences", ())),
        old_name=data.get("old_name"),
        removal=data.get("removal"),
        origin=data.get("origin"),
        applied=Stamp(*data["applied"]) if "applied" in data else None,
    )
    return action, data.get("needed_by")


def freeze_options(options: SyncOptions) -> str:
    """The options of a sync as JSON."""
    return json.dumps(asdict(options), ensure_ascii=False)


def thaw_options(frozen: str) -> SyncOptions:
    """The options that `freeze_options` wrote."""
    data = json.loads(frozen)
    return SyncOptions(**data | {"match_tags": tuple(data["match_tags"])})


def _value(resource: Resource | None, path: str) -> Any:
    found: Any = resource
    for step in path.split("."):
        found = getattr(found, step, None)
    return found
