"""Looking at what runs: one call per Docker host, all hosts at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from ksync_tui.errors import EngineError, sentences
from ksync_tui.model.resource import Snapshot, Target

if TYPE_CHECKING:
    from ksync_tui.engine.embedded.docker.command import DockerHost
    from ksync_tui.engine.embedded.docker.hosts import HostReport
    from ksync_tui.engine.embedded.host_resolver import HostResolver
    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.resource import DeployState

SECONDS = 12.0
"""How long all hosts together are waited for; a host's own time limit is a little less."""


@dataclass(slots=True)
class Look:
    """One host to be looked at: which resources by which names, for which servers, and what came of it."""

    host: DockerHost
    servers: set[str] = field(default_factory=set)
    wanted: list[tuple[Target, str]] = field(default_factory=list)
    ignored: dict[Target, list[str]] = field(default_factory=dict)
    found: dict[Target, DeployState] = field(default_factory=dict)
    problem: str | None = f"no answer within {SECONDS:g} s"

    def ask(self) -> None:
        """Asks Docker; a host that does not answer is a problem, not an error."""
        from ksync_tui.engine.embedded.docker.states import states  # noqa: PLC0415 - only what is deployed needs Docker

        try:
            self.found = states(self.host, self.wanted, self.ignored)
            self.problem = None
        except EngineError as error:
            self.problem = sentences(error.why or error.what, error.hint)


def observed(snapshot: Snapshot, wanted: Collection[Target], resolver: HostResolver) -> Snapshot:
    """See `Engine.observed`. Nothing is asked where no host stands for any of it."""
    deployed = {target for target, record in snapshot.deployed.items() if record.redeploy_digest is not None}
    looked_at = [target for target in {*wanted, *deployed} if target in snapshot.live]
    looks = _looks(looked_at, deployed, snapshot, resolver)
    if not looks:
        return snapshot
    _in_parallel([look.ask for look in looks], SECONDS)
    found = {target: state for look in looks for target, state in look.found.items()}
    silent = {server: look.problem for look in looks if look.problem for server in sorted(look.servers)}
    return replace(
        snapshot,
        states=found,
        unreachable=silent,
        changed_files=dict(_changed_files(deployed & found.keys(), resolver)),
    )


def _looks(
    looked_at: Collection[Target], deployed: Collection[Target], snapshot: Snapshot, resolver: HostResolver
) -> list[Look]:
    """The hosts to be looked at. A resource is looked for under the name and on the server it was deployed with."""
    hosts = _hosts(snapshot, resolver) if looked_at else {}
    if not hosts:
        return []
    from ksync_tui.engine.embedded.deploying import place_of  # noqa: PLC0415 - only what is deployed needs Docker

    looks: dict[str, Look] = {}
    for target in looked_at:
        before = resolver.store.deployed_resource(target) if target in deployed else None
        resource = before or snapshot.live[target].resource
        server, swarm = (getattr(resource.settings, name, "") for name in ("server_id", "swarm_id"))
        host = hosts.get(server)
        if host is None or swarm:
            continue
        look = looks.setdefault(host.address, Look(host))
        look.servers.add(host.server)
        look.wanted.append((target, place_of(resource)))
        look.ignored[target] = getattr(resource.settings, "ignore_services", [])
    return list(looks.values())


def _hosts(snapshot: Snapshot, resolver: HostResolver) -> dict[str, DockerHost]:
    """The Docker hosts of all servers that have one."""
    live = (target.name for target in snapshot.live if target.kind == "server")
    found = (
        (server, resolver.host(server, partial(_live, snapshot))) for server in dict.fromkeys([*resolver.hosts, *live])
    )
    return {server: host for server, host in found if host is not None}


def _changed_files(deployed: Collection[Target], resolver: HostResolver) -> Iterator[tuple[Target, tuple[str, ...]]]:
    """The files of deployed stacks that say something else now, or are new; not those that cannot be read."""
    from ksync_tui.engine.embedded.docker.stacks import changed, contents  # noqa: PLC0415 - only what is deployed needs Docker
    from ksync_tui.model.kinds.stack import Stack  # noqa: PLC0415 - only what is deployed needs Docker

    for target in sorted(resolver.store.with_files() & set(deployed)):
        stack = resolver.store.get(target)
        if not isinstance(stack, Stack):
            continue
        try:
            now = contents(target.name, stack, resolver.of(target, stack, lambda _: None, lambda: False))
        except EngineError:
            continue
        looked_at = changed(resolver.store.deployed_files(target), now, stack) if now is not None else None
        if looked_at is not None and looked_at.verb:
            yield target, looked_at.files


@dataclass(slots=True)
class HostState:
    """A Docker host as it was found: for which servers, at which address ("" for docker's default), what it said."""

    servers: list[str]
    address: str
    docker: tuple[str, ...]
    report: HostReport | None = None

    def look(self) -> None:
        """Asks it."""
        from ksync_tui.engine.embedded.docker.command import DockerHost  # noqa: PLC0415 - only what is deployed needs Docker
        from ksync_tui.engine.embedded.docker.hosts import look  # noqa: PLC0415 - only what is deployed needs Docker

        self.report = look(DockerHost(", ".join(self.servers), self.address, self.docker))


def look_at_hosts(snapshot: Snapshot, resolver: HostResolver) -> list[HostState]:
    """See `EmbeddedEngine.hosts`; all are asked at the same time."""
    seen: dict[str, HostState] = {}
    for server, host in _hosts(snapshot, resolver).items():
        seen.setdefault(host.address, HostState([], host.address, host.command)).servers.append(server)
    hosts = list(seen.values()) or [HostState([], "", resolver.docker)]
    _in_parallel([host.look for host in hosts], 3 * SECONDS)
    return hosts


def _live(snapshot: Snapshot, target: Target) -> Resource | None:
    live = snapshot.live.get(target)
    return live.resource if live else None


def _in_parallel(calls: Sequence[Callable[[], None]], seconds: float) -> None:
    """Makes all calls at the same time. One that hangs is not waited for: its thread ends with its own time limit."""
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
