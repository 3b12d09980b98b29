"""From a resource to the place where it is carried out: its Docker host, its files, its values."""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ksync_tui.engine.base import Log
from ksync_tui.errors import NotPossibleError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.resource import Find, Target
from ksync_tui.state.resources import ResourceStore
from ksync_tui.system.cancellation import Stop

if TYPE_CHECKING:
    from ksync_tui.engine.embedded.docker.command import DockerHost
    from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext, Interpolate
    from ksync_tui.engine.embedded.secret_values import SecretValues

SECRET_PREFIX = "KSYNC_SECRET_"  # noqa: S105 - a prefix of names
"""Environment variables that begin with this give secrets: `KSYNC_SECRET_TOKEN` is `[[TOKEN]]`."""
TOKEN_PREFIXES = ("KSYNC_GIT_TOKEN_", "KSYNC_REGISTRY_TOKEN_")
"""Those that begin with these are tokens of accounts (see `model.tokens`)."""
SWARM = "it runs on a swarm, which needs a Komodo Core: take `swarm` out, or apply it there"


@dataclass(frozen=True, slots=True)
class HostResolver:
    """Which Docker host stands for which server: `hosts` is `[hosts]` of the settings file `config`.

    `docker` is the docker command that reaches them.
    """

    store: ResourceStore
    hosts: Mapping[str, str]
    config: Path
    state: Path
    docker: tuple[str, ...]
    secrets: SecretValues
    """Values of secrets that are kept elsewhere."""

    def host(self, server: str, find: Find) -> DockerHost | None:
        """The Docker host of a server, or None where there is none."""
        from ksync_tui.engine.embedded.docker.hosts import host_of  # noqa: PLC0415 - only what is deployed needs Docker
        from ksync_tui.model.kinds.server import Server  # noqa: PLC0415 - only what is deployed needs Docker

        known = find(Target("server", server))
        return host_of(server, known if isinstance(known, Server) else None, self.hosts, self.docker)

    def block(self, resource: Resource, find: Find) -> str | None:
        """Why nothing can be carried out for a resource, and what to do; None where it can."""
        from ksync_tui.engine.embedded.docker.hosts import why_not  # noqa: PLC0415 - only what is deployed needs Docker
        from ksync_tui.model.kinds.server import Server  # noqa: PLC0415 - only what is deployed needs Docker

        if getattr(resource.settings, "swarm_id", ""):
            return SWARM
        server = getattr(resource.settings, "server_id", "")
        if not server:
            return "no server set: set `server`"
        if self.host(server, find) is not None:
            return None
        known = find(Target("server", server))
        return why_not(server, known if isinstance(known, Server) else None)

    def of(self, target: Target, resource: Resource, log: Log, stop: Stop) -> ExecutionContext:
        """Where commands for a resource run: the Docker host of its server, with log, stop and variables.

        Raises NotPossibleError where no host stands for the server (`[hosts]` of the settings).
        """
        why = self.block(resource, self.store.get)
        host = None if why else self.host(resource.settings.server_id, self.store.get)  # type: ignore[attr-defined]
        if host is None:
            raise NotPossibleError("nothing was done", where=str(target), why=why)
        return self.at(host, resource, log, stop)

    def at(self, host: DockerHost, resource: Resource, log: Log, stop: Stop) -> ExecutionContext:
        """The site of a resource on a host that is known already."""
        from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext  # noqa: PLC0415 - only what is deployed needs Docker

        interpolate, adopted = self._interpolate(resource), self.store.adopted()
        return ExecutionContext(host, self.state, self.store.get, interpolate, log, stop, adopted)

    def _interpolate(self, resource: Resource) -> Interpolate:
        """Puts in variables and secrets (semantics e.1), unless the resource wants neither."""
        from ksync_tui.engine.embedded.docker.interpolate import interpolate  # noqa: PLC0415 - only what is deployed needs Docker

        if getattr(resource.settings, "skip_secret_interp", False):
            return lambda text: text
        known = self.store.variables()
        variables = {item.name: item.value for item in known if not item.is_secret}
        stored = {item.name: item.value for item in known if item.is_secret and item.value}
        secrets = ChainMap[str, str](secrets_outside(), cast("dict[str, str]", self.secrets), stored)
        return lambda text: interpolate(text, variables, secrets)


def secrets_outside() -> dict[str, str]:
    """The secrets that the environment gives, by the name of their variable."""
    given = {name: value for name, value in os.environ.items() if name.startswith(SECRET_PREFIX) and value}
    return {name.removeprefix(SECRET_PREFIX): value for name, value in given.items()}


def tokens_outside() -> dict[str, str]:
    """The tokens of accounts that the environment gives, by the whole names of their variables."""
    return {name: value for name, value in os.environ.items() if name.startswith(TOKEN_PREFIXES) and value}
