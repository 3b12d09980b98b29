"""Deploying stacks and deployments, and taking down what was deployed."""

from __future__ import annotations

from dataclasses import dataclass

from ksync_tui.engine.base import Log
from ksync_tui.engine.container_log import in_order
from ksync_tui.engine.embedded.docker import builds, deployments, logs, stacks
from ksync_tui.engine.embedded.docker.containers import containers
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.host_resolver import HostResolver
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.build import Build
from ksync_tui.model.kinds.common import NO_VERSION
from ksync_tui.model.kinds.deployment import Deployment, ImageParams
from ksync_tui.model.kinds.stack import Stack
from ksync_tui.model.plan import Removal
from ksync_tui.model.resource import Target
from ksync_tui.state.resources import ResourceStore
from ksync_tui.system.cancellation import Stop


@dataclass(frozen=True, slots=True)
class Deploying:
    """What is deployed is remembered only when it runs; a deploy that failed stays owed (architecture rule 5)."""

    store: ResourceStore
    resolver: HostResolver

    def deploy(self, target: Target, log: Log, stop: Stop) -> None:
        """Deploys a live resource and remembers what was deployed. Raises EngineError."""
        live = resource = self.store.get(target)
        if live is None or resource is None:
            raise EngineError("it no longer exists", where=str(target), hint="Plan again to see what is there now")
        execution = self.resolver.of(target, resource, log, stop)
        resource, known_as = self._keeping_project(target, resource)
        before = self._elsewhere(target, resource, execution)
        # What has the same ports or files goes first; a container on another host only when the new one runs.
        after = isinstance(resource, Deployment) and before is not None and not _same_host(before[1], execution)
        if before is not None and not after:
            _leave(target, *before)
        built, files = self._carry_out(target, resource, execution)
        self.store.record_deployed(target, live, built, files, known_as)
        if before is not None and after:
            _leave(target, *before)

    def _carry_out(
        self, target: Target, resource: Resource, execution: ExecutionContext
    ) -> tuple[str | None, dict[str, str]]:
        """Deploys; answers the version of the latest build that it runs, and the files that it was made from."""
        match resource:
            case Deployment():
                image, built = self.image(target, resource)
                deployments.deploy(target.name, resource, execution, image, former=self._former(target))
                return built, {}
            case Stack():
                return None, stacks.deploy(target.name, resource, execution, deployed=self.store.deployed_files(target))
            case _:
                raise EngineError("only stacks and deployments are deployed", where=str(target))

    def keeping_project(self, target: Target, stack: Stack) -> tuple[Stack, str]:
        """A stack as it is deployed, and the name that this is known by.

        One that was renamed since keeps its compose project, so that nothing is made anew for a name.
        """
        former = self._former(target)
        self._ensure_free(target, stack)
        if not former or former == target.name or stack.config.project_name:
            return stack, target.name
        config = stack.config.model_copy(update={"project_name": former})
        return stack.model_copy(update={"config": config}), former

    def _keeping_project(self, target: Target, resource: Resource) -> tuple[Resource, str]:
        return self.keeping_project(target, resource) if isinstance(resource, Stack) else (resource, target.name)

    def _ensure_free(self, target: Target, stack: Stack) -> None:
        """Raises EngineError where the compose project of a stack is that of another, which had its name before."""
        project = place_of(stack)
        for other in self.store.snapshot().deployed if not stack.config.project_name else ():
            deployed = self.store.deployed_resource(other) if other.kind == "stack" and other != target else None
            if deployed is not None and place_of(deployed) == project and deployed.name != other.name:
                why = f"{other} was renamed and still runs as that"
                hint = "Set a project_name"
                raise EngineError(f"the compose project '{project}' is in use", where=str(target), why=why, hint=hint)

    def _former(self, target: Target) -> str:
        """The name that a resource had when it was deployed last; empty where it never was."""
        deployed = self.store.deployed_resource(target)
        return deployed.name if deployed else ""

    def image(self, target: Target, deployment: Deployment) -> tuple[str, str | None]:
        """The image of a deployment, and the version of its build where it is the latest."""
        params = deployment.config.image.params
        if isinstance(params, ImageParams):
            return params.image, None
        named = Target("build", getattr(params, "build_id", ""))
        version = getattr(params, "version", NO_VERSION)
        build, last = self.store.get(named), self.store.last_built(named)
        if not isinstance(build, Build):
            raise EngineError("it has no image", where=str(target), why=f"{named} does not exist")
        if version != NO_VERSION:
            return builds.image_of(named.name, build, version), None
        if last is None:
            why = f"{named} was never built"
            raise EngineError("it has no image", where=str(target), why=why, hint=f"`ksync run {named}` builds it")
        return builds.image_of(named.name, build, *last), last[0]

    def _elsewhere(
        self, target: Target, resource: Resource, execution: ExecutionContext
    ) -> tuple[Resource, ExecutionContext] | None:
        """What was deployed before on another host, or as a container of another name, and must go."""
        before = self.store.deployed_resource(target)
        if before is None:
            return None
        server = getattr(before.settings, "server_id", "")
        host = self.resolver.host(server, self.store.get)
        if host is None:
            execution.log(f"its containers on server '{server}' are left there: no Docker host is mapped to it now")
            return None
        there = self.resolver.at(host, before, execution.log, execution.stop)
        # A stack knows by itself which project it was before.
        if _same_host(there, execution) and (isinstance(resource, Stack) or place_of(before) == place_of(resource)):
            return None
        return before, there

    def rename(self, old: Target, new: str, log: Log, stop: Stop) -> Deployment | None:
        """Gives the container of a deployment the new name while it runs; what is deployed from then on.

        It is kept under its old name, which its container's label has, with the new one as that of the container.
        None where no container follows: there is none, or it has a name of its own. Raises EngineError.
        """
        live, deployed = self.store.get(old), self.store.deployed_resource(old)
        if not (isinstance(live, Deployment) and isinstance(deployed, Deployment)) or live.config.custom_name:
            return None
        host = self.resolver.host(deployed.config.server_id, self.store.get)
        if host is None:
            log(f"its container keeps its name: no Docker host is mapped to server '{deployed.config.server_id}'")
            return None
        name = deployments.rename(deployed, new, self.resolver.at(host, deployed, log, stop))
        config = deployed.config.model_copy(update={"custom_name": name})
        return deployed.model_copy(update={"config": config})

    def container_log(self, target: Target, stop: Stop) -> list[str]:
        """See `Engine.container_log`: of what was deployed last, under the name that it has there."""
        resource = self.store.deployed_resource(target) or self.store.get(target)
        if resource is None:
            raise EngineError("it no longer exists", where=str(target), hint="Plan again to see what is there now")
        host, name = self.resolver.of(target, resource, lambda _: None, stop).host, place_of(resource)
        stack = target.kind == "stack"
        found = [one for one in containers(host, stop) if name == (one.project if stack else one.name)]
        if not found:
            why = (
                f"no container of the compose project '{name}' is there" if stack else f"no container '{name}' is there"
            )
            raise EngineError("it has no log", where=str(target), why=why, hint="Deploy it first")
        return in_order(logs.last_lines(host, found, stop))

    def take_down(self, target: Target, removal: Removal, log: Log, stop: Stop) -> None:
        """Takes down what was deployed of a resource; nothing where nothing was. Raises EngineError."""
        resource = self.store.deployed_resource(target)
        if resource is None:
            return
        _take_down(target, resource, self.resolver.of(target, resource, log, stop), volumes=removal == "volumes")


def place_of(resource: Resource) -> str:
    """The name under which Docker knows what is deployed: a container's, or a compose project's."""
    if isinstance(resource, Deployment):
        return deployments.container_name(resource.name, resource)
    if isinstance(resource, Stack):
        return stacks.project_name(resource.name, resource)
    raise EngineError("only stacks and deployments are deployed", where=resource.name)


def _same_host(one: ExecutionContext, other: ExecutionContext) -> bool:
    """Whether two sites are one Docker Engine, which may have several addresses."""
    if one.host.address == other.host.address:
        return True
    engines = [execution.quietly("info", "--format", "{{.ID}}") for execution in (one, other)]
    return all(answer.code == 0 and answer.out.strip() for answer in engines) and engines[0].out == engines[1].out


def known_as(target: Target, deployed: Resource) -> str:
    """The name under which something deployed is kept: a container has that of its deploy, a stack's record moves."""
    return deployed.name if isinstance(deployed, Deployment) else target.name


def _take_down(target: Target, deployed: Resource, execution: ExecutionContext, *, volumes: bool = False) -> None:
    name = known_as(target, deployed)
    if isinstance(deployed, Deployment):
        deployments.take_down(name, deployed, execution, volumes=volumes)
    elif isinstance(deployed, Stack):
        stacks.take_down(name, deployed, execution, volumes=volumes)


def _leave(target: Target, deployed: Resource, execution: ExecutionContext) -> None:
    """Takes down what was deployed elsewhere; where that fails, it says so and leaves it."""
    try:
        _take_down(target, deployed, execution)
    except EngineError as error:
        execution.log(f"what was deployed on server '{execution.host.server}' before is still there: {error}")
