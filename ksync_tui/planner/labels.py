"""Fields under the names that a file has for them."""

from __future__ import annotations

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.fields import schema
from ksync_tui.model.plan import FieldChange


def fields_of(changes: tuple[FieldChange, ...], resource: Resource) -> str:
    """The fields that change, as their keys in a file: `environment, image.params.version`."""
    return ", ".join(label_of(change.field, resource) for change in changes)


def key_of(name: str, resource: Resource) -> str:
    """The key that a file has for a field of the resource's settings."""
    known = schema(type(resource.settings)).fields.get(name)
    return known.key if known else name


def label_of(path: str, resource: Resource) -> str:
    """The path of a field, or of an entry in it, with the key that a file has: `server`, `environment.LEVEL`."""
    first, *rest = path.removeprefix("config.").split(".")
    return ".".join((key_of(first, resource), *rest))
