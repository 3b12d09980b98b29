"""The states of deployments and stacks as Docker tells them, in one call per host."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ksync_tui.engine.embedded.docker.command import DockerHost
from ksync_tui.engine.embedded.docker.containers import Container, containers
from ksync_tui.model.resource import DeployState, Target

_STATES: dict[str, DeployState] = {
    "created": "created",
    "running": "running",
    "paused": "paused",
    "restarting": "restarting",
    "stopping": "stopping",
    "removing": "removing",
    "exited": "exited",
    "dead": "dead",
}


def states(
    host: DockerHost,
    wanted: Sequence[tuple[Target, str]],
    ignored: Mapping[Target, Collection[str]] | None = None,
) -> dict[Target, DeployState]:
    """The state of each target: a deployment by its container's name, a stack by its compose project.

    `ignored` names services per stack that do not count (`ignore_services`). Raises EngineError when the host does
    not answer.
    """
    found = containers(host)
    by_name = {container.name: container for container in found}
    by_project: dict[str, list[Container]] = {}
    for container in found:
        if container.project and not container.one_off:
            by_project.setdefault(container.project, []).append(container)
    left_out = ignored or {}
    return {
        target: of_stack([one for one in by_project.get(name, ()) if one.service not in left_out.get(target, ())])
        if target.kind == "stack"
        else of_deployment(by_name.get(name))
        for target, name in wanted
    }


def of_deployment(container: Container | None) -> DeployState:
    """The state of a deployment whose container that is."""
    return of_container(container) if container else "not_deployed"


def of_container(container: Container) -> DeployState:
    """Docker's word for a container, a running one with a failing healthcheck being unhealthy."""
    if container.state == "running" and container.health == "unhealthy":
        return "unhealthy"
    return _STATES.get(container.state, "unknown")


def of_stack(found: Sequence[Container]) -> DeployState:
    """The state of a stack of these containers: what all are, else unhealthy (Komodo's rule); down without any."""
    each = {of_container(container) for container in found}
    if not each:
        return "down"
    if len(each) > 1:
        return "unhealthy"
    state = each.pop()
    return "stopped" if state == "exited" else state
