"""What already runs on a Docker host: as resources to review, and taken over as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.engine.base import Log
from ksync_tui.engine.embedded.deploying import place_of
from ksync_tui.engine.embedded.docker import stacks
from ksync_tui.engine.embedded.docker.as_deployment import UnsayableError, as_deployment
from ksync_tui.engine.embedded.docker.as_stack import as_stack
from ksync_tui.engine.embedded.docker.containers import Container, containers_of
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.hosts import why_not
from ksync_tui.engine.embedded.docker.inspected import Inspected, inspected
from ksync_tui.engine.embedded.host_resolver import HostResolver
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.discovery import Discovered, Discovery, LeftOut
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.server import Server
from ksync_tui.model.kinds.stack import Stack
from ksync_tui.model.resource import Target
from ksync_tui.state.resources import ResourceStore
from ksync_tui.system.cancellation import Stop, never

if TYPE_CHECKING:
    from ksync_tui.model.secret_look import SecretLook

_SWARM_TASK = "com.docker.swarm.task.id"


@dataclass(frozen=True, slots=True)
class Importing:
    """Finds what ksync did not make, and takes it over."""

    store: ResourceStore
    resolver: HostResolver

    def discover(self, server: str, look: SecretLook) -> Discovery:
        """All compose projects and containers on the host of a server. Raises EngineError."""
        execution = self._execution(server)
        known = [container for container in containers_of(execution) if not container.one_off]
        owned = {container.id for container in known if self._is_owned(container)}
        projects = {container.project for container in known if container.id in owned} - {""}
        others = [one.id for one in known if one.id not in owned and one.project not in projects]
        found = [self._sayable(one) for one in self._described(inspected(execution, others), server, execution, look)]
        resources = [one for one in found if isinstance(one, Discovered)]
        left_out = [one for one in found if isinstance(one, LeftOut)]
        return Discovery(server, tuple(resources), tuple(left_out), len(known) - len(others))

    def take_over(
        self, target: Target, resource: Resource, containers: Collection[str], log: Log, stop: Stop
    ) -> dict[str, str]:
        """Makes sure that these containers are there and nobody's; gives the contents of a stack's files.

        Raises EngineError. Nothing is changed on the host.
        """
        execution, place = self.resolver.of(target, resource, log, stop), place_of(resource)
        stack = resource if isinstance(resource, Stack) else None
        known = [one for one in containers_of(execution) if not one.one_off]
        there = [one for one in known if place == (one.project if stack else one.name)]
        if {one.id for one in there} != set(containers):
            what = "its containers changed since they were looked at"
            raise EngineError(what, where=str(target), hint="Import it again")
        if owned := next(filter(self._is_owned, there), None):
            raise EngineError(f"container {owned.name} belongs to {owned.owner}", where=str(target))
        files = stacks.take_over(target.name, stack, execution) if stack else {}
        log("taken over as it is; nothing was restarted")
        return files

    def _execution(self, server: str) -> ExecutionContext:
        resource = self.store.get(Target("server", server))
        known = resource if isinstance(resource, Server) else None
        host = self.resolver.host(server, self.store.get)
        if host is None:
            why = why_not(server, known, self.resolver.config)
            hint = f"`ksync hosts add {server} ADDRESS` says which host it is"
            raise NotPossibleError("nothing can be imported", where=f"server/{server}", why=why, hint=hint)
        return self.resolver.at(host, known or Server(name=server), lambda _: None, never)

    def _is_owned(self, container: Container) -> bool:
        """Whether a resource that is still there has it."""
        kind, _, name = container.owner.partition("/")
        return bool(name) and self.store.fingerprint(Target(kind, name)) is not None

    def _described(
        self, seen: Sequence[Inspected], server: str, execution: ExecutionContext, look: SecretLook
    ) -> Iterator[Discovered | LeftOut]:
        projects: dict[str, list[Inspected]] = {}
        values = {variable.name: variable.value for variable in self.store.variables()}
        for one in seen:
            if _SWARM_TASK in one.labels:
                yield LeftOut(one.name, "it is a task of a swarm's service")
            elif project := one.labels.get("com.docker.compose.project"):
                projects.setdefault(project, []).append(one)
            else:
                found = _deployment(one, server, look, values)
                values |= found.secrets if isinstance(found, Discovered) else {}
                yield found
        for project, containers in projects.items():
            yield self._stack(project, containers, server, execution)

    def _stack(
        self, project: str, containers: Sequence[Inspected], server: str, execution: ExecutionContext
    ) -> Discovered | LeftOut:
        stack = as_stack(project, containers, server)
        if stack is None:
            return LeftOut(project, "compose did not write down which files it was brought up from")
        try:
            moved = stacks.changed_services(project, stack, execution)
        except EngineError as error:
            return LeftOut(project, f"its files cannot be used from here: {error}")
        ids = tuple(sorted(one.id for one in containers))
        note = f"a deploy makes {', '.join(moved)} anew: the files say something else than what runs"
        return Discovered(Target("stack", project), stack, ids, notes=(note,) if moved else ())

    def _sayable(self, found: Discovered | LeftOut) -> Discovered | LeftOut:
        """The same, unless its name is not free or not one that a resource can have."""
        if isinstance(found, LeftOut):
            return found
        if self.store.fingerprint(found.target) is not None:
            return LeftOut(found.target.name, f"{found.target} exists already and was not deployed from it")
        if place_of(found.resource) != found.target.name:
            return LeftOut(found.target.name, f"a {found.target.kind} cannot have that name")
        return found


def _deployment(seen: Inspected, server: str, look: SecretLook, values: Mapping[str, str]) -> Discovered | LeftOut:
    try:
        return as_deployment(seen, server, look, values)
    except UnsayableError as error:
        return LeftOut(seen.name, str(error))
