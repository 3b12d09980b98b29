"""What already runs on a Docker host: as resources to review, and taken over as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.engine.base import Log
from ksync_tui.engine.embedded.deploying import Deploying, place_of
from ksync_tui.engine.embedded.docker import stacks
from ksync_tui.engine.embedded.docker.arguments import arguments
from ksync_tui.engine.embedded.docker.as_deployment import UnsayableError, as_deployment
from ksync_tui.engine.embedded.docker.as_stack import PROJECT, as_stack
from ksync_tui.engine.embedded.docker.containers import Container, containers_of
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext, Interpolate
from ksync_tui.engine.embedded.docker.hosts import why_not
from ksync_tui.engine.embedded.docker.inspected import Inspected, inspected
from ksync_tui.engine.embedded.docker.interpolate import interpolate
from ksync_tui.engine.embedded.host_resolver import HostResolver
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.discovery import Discovered, Discovery, LeftOut
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.deployment import Deployment, DeploymentConfig
from ksync_tui.model.kinds.server import Server
from ksync_tui.model.kinds.stack import Stack
from ksync_tui.model.resource import Target
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.system.cancellation import Stop, never

if TYPE_CHECKING:
    from ksync_tui.state.resources import ResourceStore

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
        foreign = {one.project or one.id for one in known if not self._is_owned(one)}
        others = [one.id for one in known if (one.project or one.id) in foreign]
        found = [*self._described(inspected(execution, others), server, execution, look)]
        resources = tuple(one for one in found if isinstance(one, Discovered))
        left_out = tuple(one for one in found if isinstance(one, LeftOut))
        return Discovery(server, resources, left_out, len(known) - len(others))

    def difference(self, target: Target, resource: Resource) -> str | None:
        """What a deploy of a resource would change about what runs in its place, in words; None where that is nothing.

        Raises EngineError where it cannot be said.
        """
        execution = self.resolver.of(target, resource, lambda _: None, never)
        if isinstance(resource, Stack):
            moved = stacks.changed_services(target.name, resource, execution)
            return f"{', '.join(moved)} would be made anew" if moved else None
        there = [one.id for one in containers_of(execution) if one.name == place_of(resource)]
        seen = inspected(execution, there)
        if not seen or not isinstance(resource, Deployment):
            return "no container of its name is there"
        try:
            runs = as_deployment(seen[0], resource.config.server_id, SecretLook(()), {})
        except UnsayableError as error:
            return str(error)
        image, real = Deploying(self.store, self.resolver).image(target, resource)[0], str(seen[0].config.get("Image"))
        declared = _words(resource, image, execution.interpolate)
        actual = _words(runs.resource, real, lambda text: interpolate(text, {}, runs.secrets))
        return None if declared == actual else "it would be made anew, with other options"

    def take_over(
        self, target: Target, resource: Resource, containers: Collection[str], log: Log, stop: Stop
    ) -> dict[str, str] | None:
        """Makes sure that these containers are there and nobody else's; the contents of the files they were made from.

        None where a deploy would make some of them anew. Nothing is changed on the host. Raises EngineError.
        """
        execution, place = self.resolver.of(target, resource, log, stop), place_of(resource)
        stack = resource if isinstance(resource, Stack) else None
        known = [one for one in containers_of(execution) if not one.one_off]
        there = [one for one in known if place == (one.project if stack else one.name)]
        if {one.id for one in there} != set(containers):
            what = "its containers changed since they were looked at"
            raise EngineError(what, where=str(target), hint="Import it again")
        owned = (one for one in there if self._is_owned(one) and one.owner != str(target))
        if other := next(owned, None):
            raise EngineError(f"container {other.name} belongs to {other.owner}", where=str(target))
        log("taken over as it is; nothing was restarted")
        if difference := self.difference(target, resource):
            log(f"its deploy is pending: {difference}")
            return None
        return stacks.take_over(target.name, stack, execution) if stack else {}

    def _execution(self, server: str) -> ExecutionContext:
        resource = self.store.get(Target("server", server))
        known = resource if isinstance(resource, Server) else None
        host = self.resolver.host(server, self.store.get)
        if host is None:
            why = why_not(server, known)
            raise NotPossibleError("nothing can be imported", where=f"server/{server}", why=why)
        return self.resolver.at(host, known or Server(name=server), lambda _: None, never)

    def _is_owned(self, container: Container) -> bool:
        """Whether a resource that is still there has it."""
        kind, _, name = container.owner.partition("/")
        return bool(name) and self.store.fingerprint(Target(kind, name)) is not None

    def _described(
        self, seen: Sequence[Inspected], server: str, execution: ExecutionContext, look: SecretLook
    ) -> Iterator[Discovered | LeftOut]:
        """What runs as resources: the live one in whose place it runs, or a new one."""
        places, projects = self._places(server), dict[str, list[Inspected]]()
        values = {variable.name: variable.value for variable in self.store.variables()}
        for one in seen:
            if _SWARM_TASK in one.labels:
                yield LeftOut(one.name, "it is a task of a swarm's service")
            elif project := one.labels.get(PROJECT):
                projects.setdefault(project, []).append(one)
            elif live := places.get(("deployment", one.name)):
                yield Discovered(*live, (one.id,), live=True)
            else:
                found = _as_deployment(one, server, look, values)
                values |= found.secrets if isinstance(found, Discovered) else {}
                yield self._unless_taken(found)
        for project, containers in projects.items():
            if live := places.get(("stack", project)):
                yield Discovered(*live, tuple(sorted(one.id for one in containers)), live=True)
            else:
                yield self._unless_taken(_as_stack(project, containers, server, execution))

    def _places(self, server: str) -> dict[tuple[str, str], tuple[Target, Resource]]:
        """The live stacks and deployments of a server by their kind and what Docker calls them."""
        live = self.store.snapshot().live.values()
        deployable = [(one.target, one.resource) for one in live if one.target.kind in ("stack", "deployment")]
        here = [(target, found) for target, found in deployable if getattr(found.settings, "server_id", "") == server]
        return {(target.kind, place_of(found)): (target, found) for target, found in here}

    def _unless_taken(self, found: Discovered | LeftOut) -> Discovered | LeftOut:
        """The same, unless its name is not free or not one that a resource can have."""
        if isinstance(found, LeftOut):
            return found
        if self.store.fingerprint(found.target) is not None:
            return LeftOut(found.target.name, f"{found.target} is something else")
        if place_of(found.resource) != found.target.name:
            return LeftOut(found.target.name, f"a {found.target.kind} cannot have that name")
        return found


def _words(resource: Resource, image: str, put_in: Interpolate) -> tuple[list[str], list[str]]:
    """The words of `docker run` that make a container: the options, whose order says nothing, and the command."""
    config = resource.settings
    assert isinstance(config, DeploymentConfig)  # noqa: S101 - only deployments come here
    options = arguments("", config.model_copy(update={"command": ""}), image, put_in, {})
    return sorted(options), arguments("", config, image, put_in, {})[len(options) :]


def _as_deployment(seen: Inspected, server: str, look: SecretLook, values: Mapping[str, str]) -> Discovered | LeftOut:
    try:
        return as_deployment(seen, server, look, values)
    except UnsayableError as error:
        return LeftOut(seen.name, str(error))


def _as_stack(
    project: str, containers: Sequence[Inspected], server: str, execution: ExecutionContext
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
