"""Names become ids when a config is stored, and names again in exports (semantics b.1, d)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.core.fake.clauses import Json
from tests.core.fake.errors import RefusedError
from tests.core.fake.kinds import Kind
from tests.core.fake.permissions import attachable
from tests.core.fake.schema import executions, tables

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore
    from tests.core.fake.state import User

SourceLocation = tuple[Json, str, str]
"""A table, its key that names a resource, and the kind of that."""


def places(kind: Kind, config: Json) -> Iterator[SourceLocation]:
    """Where a config names other resources; alerters are left out, as in Core (semantics h.12)."""
    if kind.title == "Builder":
        for field in tables()[f"builder.{config['type']}"] if config else ():
            if field.ref:
                yield config["params"], field.name, field.ref
        return
    for field in kind.fields:
        if field.ref and field.name in config:
            yield config, field.name, field.ref
    if config.get("image", {}).get("type") == "Build":
        yield config["image"]["params"], "build_id", "Build"
    for stage in config.get("stages", ()):
        for entry in stage["executions"]:
            yield from _executed(entry["execution"])


def _executed(execution: Json) -> Iterator[SourceLocation]:
    for field in executions()[execution["type"]]:
        if field.ref:
            yield execution["params"], field.name, field.ref


def replaced(kind: Kind, config: Json, change: Callable[[str, str], str]) -> Json:
    """A config in which every name or id of another resource went through `change(kind, text)`."""
    found = deepcopy(config)
    for table, key, ref in list(places(kind, found)):
        held: Any = table[key]
        if isinstance(held, list):
            table[key] = [change(ref, entry) for entry in held]
        elif held:
            table[key] = change(ref, held)
    return found


def by_id(core: FakeCore, who: User, kind: Kind, config: Json) -> Json:
    """A config as Core stores it; what is not there or may not be attached is refused."""

    def look_up(ref: str, text: str) -> str:
        try:
            return attachable(core, who, ref, text).id
        except RefusedError as refused:
            raise RefusedError(500, attaching(kind.title, ref), [refused.error]) from None

    return replaced(kind, config, look_up)


def attaching(title: str, ref: str) -> str:
    """What Core says first where a reference names nothing."""
    if title == "Procedure":
        return "Failed to validate procedure config"
    return f"Cannot attach {title} to this {ref}"


def by_name(core: FakeCore, kind: Kind, config: Json) -> Json:
    """A config with names; an id that is not there any more becomes empty text."""

    def look_up(ref: str, text: str) -> str:
        held = core.resources.get(text)
        return held.name if held is not None and held.title == ref else ""

    return replaced(kind, config, look_up)
