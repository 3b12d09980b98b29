"""Which Docker host stands for which server, and what it can do."""

from __future__ import annotations

import shlex
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ksync_tui.engine.embedded.docker.command import Call, DockerHost, run
from ksync_tui.engine.embedded.docker.containers import SECONDS, hint_for, last_words
from ksync_tui.errors import EngineError
from ksync_tui.model.text import lines_of

if TYPE_CHECKING:
    from ksync_tui.model.kinds.server import Server

DOCKER = ("docker",)
"""The docker command where the settings name no other."""


@dataclass(frozen=True, slots=True)
class HostReport:
    """What there is to say about a host: versions where they answered, seconds that it took, what is wrong."""

    reachable: bool
    version: str | None
    compose: str | None
    seconds: float
    problem: str | None


def host_of(
    server_name: str, server: Server | None, hosts: Mapping[str, str], command: tuple[str, ...] = DOCKER
) -> DockerHost | None:
    """The Docker host that stands for a server; None where none does.

    `hosts` is the user's own word and wins. Else an enabled server whose address is this machine is docker's default.
    """
    address = hosts.get(server_name)
    if address is not None:
        return DockerHost(server_name, f"unix://{address}" if address.startswith("/") else address, command)
    if server is not None and server.config.enabled and _is_here(server.config.address):
        return DockerHost(server_name, command=command)
    return None


def why_not(server_name: str, server: Server | None) -> str:
    """Why no Docker host stands for a server, with the command that maps one."""
    line = f"`ksync hosts add {shlex.quote(server_name)} ADDRESS` maps one"
    if server is None:
        return f"server '{server_name}' does not exist and no Docker host is mapped to it: {line}"
    if _is_here(server.config.address) and not server.config.enabled:
        return f"server '{server_name}' is not enabled: set `enabled = true` in its config"
    return f"no Docker host is mapped to server '{server_name}': {line}"


def _is_here(address: str) -> bool:
    """Whether an agent's address (`https://host:port`, `host:port` or `host`) is this machine."""
    try:
        name = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return False
    if name in ("localhost", socket.gethostname().lower()) or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def look(host: DockerHost) -> HostReport:
    """Asks a host who it is. Raises nothing: what is wrong is in the report."""
    started = time.monotonic()
    version, problem = _asked([*host.docker, "version", "--format", "{{.Server.Version}}"], host)
    seconds = time.monotonic() - started
    if version is None:
        return HostReport(False, None, None, seconds, problem)
    try:
        words = compose(host)
    except EngineError as error:
        return HostReport(True, version, None, seconds, str(error))
    found, problem = _asked([*words, "version", "--short"], host)
    return HostReport(True, version, found, seconds, problem)


def _asked(words: list[str], host: DockerHost) -> tuple[str | None, str | None]:
    """The one line that a command answers, or why it does not."""
    try:
        done = run(Call(words, None, host.environment, SECONDS))
    except EngineError as error:
        return None, str(error)
    if done.code == 0 and done.out.strip():
        return lines_of(done.out.strip())[-1], None
    hint = hint_for(done.last)
    return None, f"{last_words(done.last)}. {hint}" if hint else last_words(done.last)


def compose(host: DockerHost) -> list[str]:
    """The words of docker's compose for a host: the plugin, or the command of its own where there is no plugin.

    Raises EngineError when this machine has neither.
    """
    if _has_plugin(host.command):
        return [*host.docker, "compose"]
    if host.command != DOCKER or not _has_command():
        raise EngineError(
            "docker compose is not installed",
            why=f"neither `{host.command[-1]} compose` nor `docker-compose` answers",
            hint="Install docker's compose plugin",
        )
    return ["docker-compose", *host.docker[1:]]


@cache
def _has_plugin(command: tuple[str, ...]) -> bool:
    return _answers(*command, "compose", "version")


@cache
def _has_command() -> bool:
    return _answers("docker-compose", "version", "--short")


def _answers(*words: str) -> bool:
    try:
        return run(Call(words, seconds=SECONDS)).code == 0
    except EngineError:
        return False
