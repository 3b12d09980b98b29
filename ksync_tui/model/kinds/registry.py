"""The 13 kinds: their names in files, in Komodo's API, and their order (semantics b.1, d)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ksync_tui.lazy import load
from ksync_tui.model.kinds.base import Deployable, Resource
from ksync_tui.model.kinds.fields import container_name

VARIABLE_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,499}")
OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")


def _general(name: str) -> str:
    return name.strip().replace("\n", "_")


def _path(name: str) -> str:
    return re.sub(r"[ \n]", "_", name.strip())


def _docker(name: str) -> str:
    return re.sub(r"^[^a-z0-9]+", "", re.sub(r"[^a-z0-9_-]", "_", name.strip().lower()))


def _as_written(name: str) -> str:
    return name


@dataclass(frozen=True)
class Kind:
    """One kind of resource."""

    name: str
    """As in a file's header: `stack`."""
    title: str
    """As in Komodo's API and targets: `Stack`."""
    normalise: Callable[[str], str]
    """The name Komodo would store (semantics e.5)."""

    @property
    def plural(self) -> str:
        """The other accepted header."""
        return self.name + "s"

    @cached_property
    def model(self) -> type[Resource]:
        """The kind's pydantic model."""
        model: type[Resource] = load(f"ksync_tui.model.kinds.{self.name}:{self.title}")
        return model

    @property
    def deployable(self) -> bool:
        """Whether a sync may deploy it."""
        return issubclass(self.model, Deployable)

    @property
    def has_config(self) -> bool:
        """Whether its fields stand in a `config` table."""
        return "config" in self.model.model_fields


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("server", "Server", _general),
        Kind("swarm", "Swarm", _general),
        Kind("stack", "Stack", _docker),
        Kind("deployment", "Deployment", container_name),
        Kind("build", "Build", _docker),
        Kind("repo", "Repo", _path),
        Kind("procedure", "Procedure", _general),
        Kind("action", "Action", _general),
        Kind("alerter", "Alerter", _general),
        Kind("builder", "Builder", _general),
        Kind("resource_sync", "ResourceSync", _general),
        Kind("variable", "Variable", _as_written),
        Kind("user_group", "UserGroup", _as_written),
    )
}
"""Every kind by its name, in the order of export."""

BY_HEADER: dict[str, Kind] = {header: kind for kind in KINDS.values() for header in (kind.name, kind.plural)}
BY_TITLE: dict[str, Kind] = {kind.title: kind for kind in KINDS.values()}

RUN_ORDER: tuple[str, ...] = (
    "variable",
    "user_group",
    "server",
    "alerter",
    "action",
    "swarm",
    "builder",
    "repo",
    "build",
    "stack",
    "resource_sync",
    "deployment",
    "procedure",
)
"""The order in which a run creates and updates (semantics c.6); deletes go the other way (semantics h.20)."""


def bad_name(kind: Kind, name: str) -> str | None:
    """Why Komodo would refuse a name, or None (semantics e.5)."""
    if not name.strip():
        return "the name is empty"
    if kind.name == "variable" and not VARIABLE_NAME.fullmatch(name):
        return "a variable's name has letters, digits and _ only and does not start with a digit"
    if OBJECT_ID.fullmatch(name):
        return "the name looks like one of Komodo's object ids"
    if not kind.normalise(name):
        return "nothing of the name is left after Komodo's clean-up"
    return None
