"""Actions as the journal keeps them: enough to carry them out in another process. Secrets are sealed."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar

from pydantic import TypeAdapter

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.plan import Action, FieldChange, SyncOptions
from ksync_tui.model.resource import Target


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
_Form = TypeVar("_Form")
_APART = {"current", "proposed", "changes"}
_CHANGE = tuple(field.name for field in fields(FieldChange) if field.name not in _APART)
"""What is kept of a change, by position: its path first; a field that is added to it comes last."""


class EncodedAction(NamedTuple):
    """An action as three texts: all but its resources, and both resources without their secrets."""

    rest: str
    current: str | None
    proposed: str | None


def encode_action(action: Action, needed_by: str | None, extractor: SecretExtractor) -> EncodedAction:
    """An action as JSON. `needed_by` is the id of the action it comes along for, None when it was ticked.

    Of a change only its field is kept: both values stand in the resources.
    """
    data = {
        **_adapter(Action).dump_python(action, mode="json", exclude=_APART, exclude_defaults=True),
        "changes": [[getattr(change, name) for name in _CHANGE] for change in action.changes],
        "needed_by": needed_by,
    }
    return EncodedAction(
        json.dumps(data, ensure_ascii=False, separators=(",", ":")),
        *(extractor.extract_secrets(one) if one is not None else None for one in (action.current, action.proposed)),
    )


def decode_action(encoded: EncodedAction, extractor: SecretExtractor) -> tuple[Action, str | None]:
    """The action that `encode_action` wrote, and the id of the action it comes along for. Raises StoreError."""
    data = json.loads(encoded.rest)
    needed_by = data.pop("needed_by", None)
    target = Target(*data["target"])
    model = KINDS[target.kind].model
    current, proposed = (extractor.open(model, spec, str(target)) if spec else None for spec in encoded[1:])
    if not data.get("blocked") and not extractor.has_all(encoded.proposed or ""):
        data["blocked"] = LOST_SECRET
    changes = [_change(kept, current, proposed) for kept in data.get("changes", ())]
    action = _adapter(Action).validate_python({**data, "current": current, "proposed": proposed, "changes": changes})
    return action, needed_by


def _change(kept: list[Any], current: Resource | None, proposed: Resource | None) -> FieldChange:
    marks = dict(zip(_CHANGE, kept, strict=False))  # a record of an older version holds fewer
    path = marks["field"]
    marks["origins"] = tuple(map(tuple, marks.get("origins", ())))
    return FieldChange(**marks, current=_value(current, path), proposed=_value(proposed, path))


def encode_options(options: SyncOptions) -> str:
    """The options of a sync as JSON."""
    return _adapter(SyncOptions).dump_json(options).decode()


def decode_options(encoded: str) -> SyncOptions:
    """The options that `encode_options` wrote."""
    options: SyncOptions = _adapter(SyncOptions).validate_json(encoded)
    return options


@cache
def _adapter(form: type[_Form]) -> TypeAdapter[_Form]:
    """Built when the first action is written or read: plans that are only shown need none."""
    return TypeAdapter(form)


def _value(resource: Resource | None, path: str) -> Any:
    found: Any = resource
    for step in path.split("."):
        found = getattr(found, step, None)
    return found
