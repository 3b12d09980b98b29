"""What an export or a commit leaves out, by field, and how to fill it in."""

from __future__ import annotations

from collections.abc import Iterator

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.fields import FieldSchema
from ksync_tui.model.resource import Target
from ksync_tui.model.secrets import secret_parts, secret_slots


def left_out(target: Target, resource: Resource) -> Iterator[str]:
    """A sentence per secret of a resource that is not written."""
    for slot in secret_slots(type(resource), resource.model_dump(mode="json")):
        value = slot.table[slot.field.name]
        if isinstance(value, str) and secret_parts(slot.field, value):
            how = "" if target.kind == "variable" else _how(slot.field)
            yield f"{target} {slot.path.removeprefix('config.')}: a secret, left out; live keeps it{how}"


def _how(field: FieldSchema) -> str:
    if field.interpolated:
        return '. To manage it, write "[[NAME]]" and keep the value in a secret variable NAME'
    return ". To manage it, write the value itself: Komodo does not replace [[NAME]] here"
