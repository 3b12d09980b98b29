"""The eleven kinds with a config, as Core's API names them (semantics b.1, e.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.core.fake import accept
from tests.core.fake.schema import Field, tables

Json = dict[str, Any]


def _general(name: str) -> str:
    return name.strip().replace("\n", "_")


def _path(name: str) -> str:
    return re.sub(r"[ \n]", "_", name.strip())


def container_name(name: str) -> str:
    """What a container may be called."""
    return re.sub(r"^[^A-Za-z0-9]+", "", re.sub(r"[^A-Za-z0-9_.-]", "_", name.strip()))


def _docker(name: str) -> str:
    return re.sub(r"^[^a-z0-9]+", "", re.sub(r"[^a-z0-9_-]", "_", name.strip().lower()))


_STACK_INFO = {
    "missing_files": [],
    "deployed_project_name": None,
    "deployed_hash": None,
    "deployed_message": None,
    "deployed_contents": None,
    "deployed_services": None,
    "deployed_config": None,
    "latest_services": [],
    "remote_contents": None,
    "remote_errors": None,
    "latest_hash": None,
    "latest_message": None,
}
_BUILD_INFO = {
    "last_built_at": 0,
    "built_hash": None,
    "built_message": None,
    "built_contents": None,
    "remote_path": None,
    "remote_contents": None,
    "remote_error": None,
    "latest_hash": None,
    "latest_message": None,
}
_REPO_INFO = {
    "last_pulled_at": 0,
    "last_built_at": 0,
    "built_hash": None,
    "built_message": None,
    "latest_hash": None,
    "latest_message": None,
}
_SYNC_INFO = {
    "last_sync_ts": 0,
    "last_sync_hash": None,
    "last_sync_message": None,
    "resource_updates": [],
    "variable_updates": [],
    "user_group_updates": [],
    "pending_deploys": [],
    "pending_error": None,
    "pending_deploy_error": None,
    "pending_hash": None,
    "pending_message": None,
    "remote_contents": [],
    "remote_errors": [],
}


@dataclass(frozen=True)
class Kind:
    """One kind."""

    title: str
    header: str
    param: str
    """The key of Get requests."""
    normalise: Callable[[str], str]
    fresh: Any
    """The info of a new one."""

    @property
    def plural(self) -> str:
        """As in List requests."""
        return self.title + "s"

    @property
    def fields(self) -> tuple[Field, ...]:
        """The keys of its config; a builder's depend on its type."""
        return tables()[self.header]

    def info(self) -> Any:
        """The info of a new one."""
        return deepcopy(self.fresh)

    def partial(self, raw: Json | None, path: str) -> Json:
        """A config as given, in the form Core stores; a builder's has a type, if there is one at all."""
        if self.title == "Builder":
            return {} if raw is None else accept.builder(raw, path)
        return accept.table(self.fields, raw or {}, path, f"Partial{self.title}Config", partial=True)

    def complete(self, partial: Json) -> Json:
        """A config with its defaults; the keys in Core's order."""
        if self.title == "Builder":
            return partial or accept.builder({"type": "Url", "params": {}}, "")
        return {field.name: partial.get(field.name, deepcopy(field.default)) for field in self.fields}


KINDS: dict[str, Kind] = {
    kind.title: kind
    for kind in (
        Kind("Swarm", "swarm", "swarm", _general, {}),
        Kind("Server", "server", "server", _general, {"attempted_public_key": "", "public_key": ""}),
        Kind("Stack", "stack", "stack", _docker, _STACK_INFO),
        Kind(
            "Deployment", "deployment", "deployment", container_name, {"latest_image_digest": "", "deployed_name": ""}
        ),
        Kind("Build", "build", "build", _docker, _BUILD_INFO),
        Kind("Repo", "repo", "repo", _path, _REPO_INFO),
        Kind("Procedure", "procedure", "procedure", _general, None),
        Kind("Action", "action", "action", _general, {}),
        Kind("Builder", "builder", "builder", _general, None),
        Kind("Alerter", "alerter", "alerter", _general, None),
        Kind("ResourceSync", "resource_sync", "sync", _general, _SYNC_INFO),
    )
}
