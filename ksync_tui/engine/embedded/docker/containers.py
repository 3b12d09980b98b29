"""The containers of a host as `docker ps` lists them, and what Docker says when something fails."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from ksync_tui.engine.embedded.docker.command import Call, DockerHost, run
from ksync_tui.engine.embedded.docker.execution_context import OWNER_LABEL, ExecutionContext
from ksync_tui.errors import EngineError
from ksync_tui.model.text import lines_of
from ksync_tui.system.cancellation import Stop

Health = Literal["none", "starting", "healthy", "unhealthy"]
SECONDS = 10.0
"""How long a host may take to answer a question."""
_COMPOSE = "com.docker.compose"
_FIELDS = {
    "id": ".ID",
    "names": ".Names",
    "state": ".State",
    "status": ".Status",
    "owner": f'(.Label "{OWNER_LABEL}")',
    "project": f'(.Label "{_COMPOSE}.project")',
    "service": f'(.Label "{_COMPOSE}.service")',
    "one_off": f'(.Label "{_COMPOSE}.oneoff")',
    "config_hash": f'(.Label "{_COMPOSE}.config-hash")',
}
_FORMAT = "{" + ",".join(f'"{key}":{{{{json {value}}}}}' for key, value in _FIELDS.items()) + "}"
_HEALTH: dict[str, Health] = {
    "(healthy)": "healthy",
    "(unhealthy)": "unhealthy",
    "(health: starting)": "starting",
}
_NOISE = ("Run 'docker", "See 'docker", "For more help", "Usage:")
_HINTS = (
    (
        "permission denied while trying to connect",
        "Add this user to the group docker, or run ksync as a user who may use Docker",
    ),
    ("cannot connect to the docker daemon", "Start Docker there, or correct the host under [hosts]"),
    ("no space left on device", "Free some space on the host: `docker image prune` removes unused images"),
    ("port is already allocated", "Another container has that port: free it, or change `ports`"),
    ("address already in use", "Another program has that port: free it, or change `ports`"),
    ("executable file not found", "The image does not have that command"),
)


@dataclass(frozen=True, slots=True)
class Container:
    """One container: `owner` is the resource that ksync made it for, or empty; `state` is Docker's word.

    `config_hash` is compose's digest of the service that it was made from.
    """

    id: str
    name: str
    state: str
    health: Health
    owner: str
    project: str
    service: str
    one_off: bool
    config_hash: str = ""

    @property
    def alive(self) -> bool:
        """Whether it has to be stopped before it can go, and started to be as it was."""
        return self.state in ("running", "paused", "restarting")


def containers(host: DockerHost, stop: Stop | None = None) -> list[Container]:
    """All containers of a host, running or not, in one call. Raises EngineError when the host does not answer."""
    call = Call([*host.docker, "ps", "--all", "--no-trunc", "--format", _FORMAT], None, host.environment, SECONDS)
    what = f"the Docker host of server '{host.server}' does not answer"
    try:
        done = run(call, stop=stop) if stop else run(call)
    except EngineError as error:
        raise EngineError(what, why=error.what, hint=error.hint) from error
    if done.code != 0:
        raise EngineError(what, why=last_words(done.last), hint=hint_for(done.last))
    return [_container(line) for line in lines_of(done.out) if line.startswith("{")]


def containers_of(execution: ExecutionContext) -> list[Container]:
    """The containers of a host, those that ksync took over with the resource that owns them. Raises EngineError."""
    found, adopted = containers(execution.host, execution.stop), execution.adopted
    return [replace(one, owner=adopted[one.id]) if one.id in adopted else one for one in found]


def how_to_adopt(execution: ExecutionContext) -> str:
    """What to do about containers that somebody started by hand in a resource's place."""
    return f"`ksync import --host {execution.host.server} --adopt PATH` takes over what runs, PATH declaring it"


def last_words(lines: Sequence[str], most: int = 5) -> str:
    """The last lines that a command wrote, on one line, without docker's advice on usage."""
    said = [line.strip() for line in lines if line.strip() and not line.strip().startswith(_NOISE)]
    return "; ".join(said[-most:]) or "no output"


def hint_for(lines: Sequence[str]) -> str | None:
    """What to do about a failure that Docker tells often."""
    said = "\n".join(lines).lower()
    return next((hint for words, hint in _HINTS if words in said), None)


def _container(line: str) -> Container:
    said = cast(dict[str, str], json.loads(line))
    # A container that others link to has their names for it, too.
    name = next((name for name in said["names"].split(",") if "/" not in name), said["names"])
    health = next((health for words, health in _HEALTH.items() if words in said["status"]), "none")
    return Container(
        said["id"],
        name,
        said["state"],
        cast(Health, health),
        said["owner"],
        said["project"],
        said["service"],
        said["one_off"] == "True",
        said["config_hash"],
    )
