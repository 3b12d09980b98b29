"""Secrets masked the same way in every face (architecture rule 9). A mask has one length, whatever it hides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.fields import Table, schema
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.plan import Action, FieldChange
from ksync_tui.model.secrets import NOTHING_KNOWN, Redactor, names_only

MASK = "******"


def masked_text(value: str) -> str:
    """A secret as it may be shown: hidden, but for nothing at all and for `[[NAME]]`."""
    return value if not value or names_only(value) else MASK


def masked(value: Any, secret: bool = False) -> Any:
    """A value of the model as plain JSON values with every secret in it masked.

    `secret` masks all of it; tables mask their own secret fields however deep they stand.
    """
    if isinstance(value, str):
        return masked_text(value) if secret else value
    if isinstance(value, Table):
        return {name: masked(getattr(value, name), secret or hides(value, name)) for name in _set_fields(value)}
    if isinstance(value, Mapping):
        return {key: masked(entry, secret) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(entry, secret) for entry in value]
    return MASK if secret and value is not None else value


def _set_fields(table: Table) -> list[str]:
    return [name for name in schema(type(table)).fields if name in table.model_fields_set]


def hides(table: Table, name: str) -> bool:
    """Whether a field of this very table is masked: marked so, or the value of a variable that is secret."""
    if name == "value" and table.__dict__.get("is_secret"):
        return True
    known = schema(type(table)).fields.get(name)
    return known is not None and known.secret


def named_secret(resource: Resource | None, redact: Redactor) -> bool:
    """Whether a resource is a variable that is called like a secret."""
    return isinstance(resource, Variable) and redact.hides(resource.name)


def hides_value(action: Action, redact: Redactor) -> bool:
    """Whether an action is about a variable that is called like a secret, now or as it is to be called."""
    return any(named_secret(side, redact) for side in (action.current, action.proposed))


def secret_change(action: Action, change: FieldChange, redact: Redactor = NOTHING_KNOWN) -> bool:
    """Whether a change is masked: either side hides it. A variable that stops being secret still hides its value."""
    if change.secret or (change.field == "value" and hides_value(action, redact)):
        return True
    return any(_hides_path(side, change.field) for side in (action.current, action.proposed))


def _hides_path(table: Any, path: str) -> bool:
    for name in path.split("."):
        if not isinstance(table, Table):
            return False
        if hides(table, name):
            return True
        table = getattr(table, name, None)
    return False


def masked_sides(action: Action, change: FieldChange, redact: Redactor = NOTHING_KNOWN) -> tuple[Any, Any]:
    """Both values of a change as they may be shown; an empty secret is None."""
    if not secret_change(action, change, redact):
        return masked(change.current), masked(change.proposed)
    return _hidden(change.current), _hidden(change.proposed)


def _hidden(value: Any) -> Any:
    return masked(value, secret=True) if isinstance(value, str) and value else MASK if value else None


def masked_resource(resource: Resource, secret: frozenset[str] = frozenset()) -> Resource:
    """A copy of a resource with its secrets masked, for whoever writes it as TOML.

    `secret` names further fields to mask, as JSON paths (`value`, `config.passkey`).
    """
    copy: Resource = rewritten(resource, lambda text, hidden: masked_text(text) if hidden else text, secret)
    return copy


Rewrite = Callable[[str, bool], str]
"""From a text, and whether a mask hides it, to the text to put in its place."""


def rewritten(value: Any, rewrite: Rewrite, secret: frozenset[str] = frozenset()) -> Any:
    """A value of the model with every text in it rewritten; the value itself where nothing changes."""
    return _rewritten(value, rewrite, secret, "", hidden=False)


def _rewritten(value: Any, rewrite: Rewrite, secret: frozenset[str], path: str, hidden: bool) -> Any:
    if isinstance(value, str):
        return rewrite(value, hidden)
    if isinstance(value, Table):
        return _rewritten_table(value, rewrite, secret, path, hidden)
    if isinstance(value, list):
        return [_rewritten(entry, rewrite, secret, path, hidden) for entry in value]
    if isinstance(value, dict):
        return {key: _rewritten(entry, rewrite, secret, path, hidden) for key, entry in value.items()}
    return value


def _rewritten_table(table: Table, rewrite: Rewrite, secret: frozenset[str], path: str, hidden: bool) -> Table:
    updates = {}
    for name in _set_fields(table):
        value, inner = getattr(table, name), f"{path}{name}"
        inside = hidden or hides(table, name) or inner in secret
        if (new := _rewritten(value, rewrite, secret, f"{inner}.", inside)) != value:
            updates[name] = new
    return table.model_copy(update=updates) if updates else table


def secret_fields(action: Action, redact: Redactor = NOTHING_KNOWN) -> frozenset[str]:
    """The paths of fields that are masked on both sides of an action."""
    changed = {change.field for change in action.changes if secret_change(action, change)}
    return frozenset({"value", *changed} if hides_value(action, redact) else changed)
