"""Resources as JSON with their secrets taken out and put back. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.secrets import may_hold_secrets, secret_parts, secret_slots

_KEY = "$secret"
_MARK = f'{{"{_KEY}":'
_TOKENS = re.compile(r'\{"\$secret":"([0-9a-f]+)"\}')


def extract_secrets(resource: Resource, keep: Callable[[str], str]) -> str:
    """The set fields of a resource as JSON; each secret is handed to `keep`, whose answer stands in its place."""
    if not may_hold_secrets(type(resource)):
        return resource.model_dump_json(exclude_unset=True)
    data = resource.model_dump(mode="json", exclude_unset=True)
    for slot in secret_slots(type(resource), data):
        value = slot.table[slot.field.name]
        if isinstance(value, str) and secret_parts(slot.field, value):
            slot.table[slot.field.name] = {_KEY: keep(value)}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def restore_secrets(model: type[Resource], spec: str, find: Callable[[str], str]) -> Resource:
    """The resource that `extract_secrets` wrote; `find` gives the secret for a reference. Raises ValueError."""
    if _MARK not in spec:
        return model.model_validate_json(spec)
    data = json.loads(spec)
    for slot in secret_slots(model, data):
        value = slot.table[slot.field.name]
        if isinstance(value, dict):
            slot.table[slot.field.name] = find(value[_KEY])
    return model.model_validate(data)


def tokens(spec: str) -> list[str]:
    """The answers of `keep` that stand in a sealed text."""
    return _TOKENS.findall(spec) if _MARK in spec else []
