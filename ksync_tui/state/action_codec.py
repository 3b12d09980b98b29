"""Actions as the journal keeps them: enough to carry them out in another process. Secrets are sealed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, NamedTuple, Protocol

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.origin import Stamp
from ksync_tui.model.plan import Action, FieldChange, SyncOptions
from ksync_tui.model.resource import SourceLocation, Target


class SecretExtractor(Protocol):
    """Writes resources without their secrets, and reads them back."""

    def extract_secrets(self, resource: Resource) -> str:
        """A resource as text without its secrets."""

    def open(self, model: type[Resource], spec: str, where: str) -> Resource:
        """The resource that was sealed. Raises StoreError where it cannot be read."""

    def has_all(self, spec: str) -> bool:
        """Whether `open` will find every secret of a sealed resource."""

    def sweep(self) -> int:
        """Forgets the secrets that nothing refers to any longer; returns how many."""


LOST_SECRET = "a secret value is no longer stored here: plan again"  # noqa: S105 - a message
_APART = ("target", "current", "proposed", "changes")
_PLAIN = tuple(field.name for field in fields(Action) if field.name not in _APART)
"""The fields of an action that are kept as they are: one that is added to it is kept too."""
_DECODERS: Mapping[str, Callable[[Any], Any]] = {
    "place": lambda values: SourceLocation(*values),
    "applied": lambda values: Stamp(*values),
    "requires": tuple,
    "consequences": tuple,
}
"""What JSON has no form for."""


class EncodedAction(NamedTuple):
    """An action as three texts: all but its resources, and both resources without their secrets."""

    rest: str
    current: str | None
    proposed: str | None


def encode_action(action: Action, needed_by: str | None, extractor: SecretExtractor) -> EncodedAction:
    """An action as JSON. `needed_by` is the id of the action it comes along for, None when it was ticked.

    Of a change only its field is kept: both values stand in the resources.
    """
    data: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(action, name))}
    data["target"] = action.target
    if needed_by:
        data["needed_by"] = needed_by
    if action.changes:
        data["changes"] = [_marks(change) for change in action.changes]
    rest = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return EncodedAction(
        rest,
        *(extractor.extract_secrets(one) if one is not None else None for one in (action.current, action.proposed)),
    )


def decode_action(encoded: EncodedAction, extractor: SecretExtractor) -> tuple[Action, str | None]:
    """The action that `encode_action` wrote, and the id of the action it comes along for. Raises StoreError."""
    data = json.loads(encoded.rest)
    target = Target(*data["target"])
    model = KINDS[target.kind].model
    current, proposed = (extractor.open(model, one, str(target)) if one else None for one in encoded[1:])
    plain = {name: _DECODERS.get(name, _same)(data[name]) for name in _PLAIN if name in data}
    if not plain.get("blocked") and not extractor.has_all(encoded.proposed or ""):
        plain["blocked"] = LOST_SECRET
    changes = tuple(
        FieldChange(field, _value(current, field), _value(proposed, field), *marks)
        for field, *marks in data.get("changes", ())
    )
    action = Action(target=target, current=current, proposed=proposed, changes=changes, **{"reason": "", **plain})
    return action, data.get("needed_by")


def _marks(change: FieldChange) -> tuple[Any, ...]:
    return change.field, change.secret, change.redeploys, change.origin, change.text_only


def _same(value: Any) -> Any:
    return value


def encode_options(options: SyncOptions) -> str:
    """The options of a sync as JSON."""
    return json.dumps(asdict(options), ensure_ascii=False)


def decode_options(encoded: str) -> SyncOptions:
    """The options that `encode_options` wrote."""
    data = json.loads(encoded)
    return SyncOptions(**data | {"match_tags": tuple(data["match_tags"])})


def _value(resource: Resource | None, path: str) -> Any:
    found: Any = resource
    for step in path.split("."):
        found = getattr(found, step, None)
    return found
