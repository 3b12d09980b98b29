"""A pretend docker command for the demo: it keeps a list of containers in a file and says what a real one would say.

    python docker.py FOLDER WORDS...

Nothing runs, nothing is fetched, nothing listens. It knows the words that ksync uses. It is started anew for each of
them, so it needs few modules, and those of the standard library only.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import sys
import time
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

VERSION = "0 (pretend)"
_PROJECT, _SERVICE = "com.docker.compose.project", "com.docker.compose.service"
_OWNER = "dev.ksync.owner"
_FAILS_ONCE = ("traefik/whoami:v1.11",)
"""Images that are not healthy the first time: what ksync does then is worth seeing."""
_ENDS = ("busybox",)
"""Images whose command ends well at once."""
_STATES = {
    "start": "running", "restart": "running", "unpause": "running", "pause": "paused", "stop": "exited",
    "kill": "exited", "wait": "exited",
}  # fmt: skip
_VALUED = {"--name", "--network", "-p", "-v", "--env", "-e", "--env-file", "--restart", "--label", "-t", "--signal"}
"""Options of `run` and `stop` with a value of their own word."""


class Container(NamedTuple):
    """A container that is not there."""

    id: str
    name: str
    image: str
    host: str
    state: str = "running"
    health: str = "healthy"
    labels: Mapping[str, str] = {}
    made_from: str = ""
    log: Sequence[str] = ()


class Host:
    """What was made on the pretend hosts so far: `tried` has the images that failed once already."""

    def __init__(
        self, containers: Sequence[Sequence[Any]] = (), images: Sequence[str] = (), tried: Sequence[str] = ()
    ) -> None:
        self.containers = [Container(*container) for container in containers]
        self.images = list(images)
        self.tried = list(tried)

    @property
    def here(self) -> list[Container]:
        """The containers of the host that the environment names."""
        return [container for container in self.containers if container.host == _address()]

    def found(self, words: Sequence[str]) -> list[Container]:
        """The containers of these names or ids."""
        return [container for container in self.here if container.name in words or container.id in words]

    def put(self, changed: Container) -> None:
        """Replaces a container, or adds it."""
        self.remove(changed)
        self.containers.append(changed)

    def remove(self, gone: Container) -> None:
        """Takes a container away."""
        self.containers = [container for container in self.containers if container.id != gone.id]

    def make(self, name: str, image: str, labels: Mapping[str, str], made_from: str = "") -> Container:
        """Starts a container."""
        known = f"{crc32(name.encode()):08x}{time.time_ns():056x}"
        container = Container(known, name, image, _address(), labels=labels, made_from=made_from, log=_first_log(image))
        if image.startswith(_ENDS):
            container = container._replace(state="exited", health="none")
        elif image in _FAILS_ONCE and image not in self.tried:
            self.tried.append(image)
            log = [*container.log, f"{_now()} pretend: the port is still taken, try again"]
            container = container._replace(health="unhealthy", log=log)
        self.put(container)
        return container


def _address() -> str:
    return os.environ.get("DOCKER_HOST", "")


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z", time.gmtime())


def _first_log(image: str) -> list[str]:
    return [f"{_now()} {line}" for line in (f"pretend: this is {image}", "pretend: ready, and doing nothing")]


@contextmanager
def _opened(folder: str) -> Iterator[Host]:
    """What is on the hosts; kept again afterwards. One command at a time."""
    with open(f"{folder}/docker.json", "a+", encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs half the start
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        host = Host(**json.loads(file.read() or "{}"))
        yield host
        text = json.dumps(vars(host))
        file.seek(0)
        file.truncate()
        file.write(text)


# --------------------------------------------------------------- docker WORDS


def _version(host: Host, words: Sequence[str]) -> int:
    print("1.47" if "APIVersion" in " ".join(words) else VERSION)
    return 0


def _ps(host: Host, words: Sequence[str]) -> int:
    for container in host.here:
        status = "Up (pretend)" if container.state == "running" else "Exited (pretend)"
        if container.health in ("healthy", "unhealthy") and container.state == "running":
            status = f"Up ({container.health})"
        labels = container.labels
        shown = {
            "id": container.id, "names": container.name, "state": container.state, "status": status,
            "owner": labels.get(_OWNER, ""), "project": labels.get(_PROJECT, ""), "service": labels.get(_SERVICE, ""),
            "one_off": "False", "config_hash": "",
        }  # fmt: skip
        print(json.dumps(shown))
    return 0


def _inspect(host: Host, words: Sequence[str]) -> int:
    found = host.found(words)
    if not found:
        return _refuse("pretend: no such container")
    for container in found:
        state = {"Status": container.state, "ExitCode": 0}
        if container.health != "none":
            state["Health"] = {"Status": container.health, "Log": [{"Output": "pretend: no answer yet"}]}
        if "ExitCode" in _after("--format", words):
            print(0)
        else:
            print(json.dumps({"name": f"/{container.name}", "state": state, "restarts": 0}))
    return 0


def _logs(host: Host, words: Sequence[str]) -> int:
    timed = "--timestamps" in words
    for container in host.found(words):
        for line in container.log:
            print(line if timed else line.partition(" ")[2])
    return 0


def _run(host: Host, words: Sequence[str]) -> int:
    labels, rest = {}, list(words)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        value = rest.pop(0) if option in _VALUED else ""
        if option == "--label":
            key, _, labels[key] = value.partition("=")
        if option == "--name":
            labels[""] = value
    name = labels.pop("", "pretend")
    if host.found([name]):
        return _refuse(f"pretend: the name {name} is in use")
    print(host.make(name, rest[0] if rest else "", labels).id)
    return 0


def _rename(host: Host, words: Sequence[str]) -> int:
    for container in host.found(words[:1]):
        host.put(container._replace(name=words[1]))
    return 0


def _remove(host: Host, words: Sequence[str]) -> int:
    for container in host.found(words):
        host.remove(container)
    return 0


def _change(verb: str) -> Callable[[Host, Sequence[str]], int]:
    def change(host: Host, words: Sequence[str]) -> int:
        for container in host.found(words):
            host.put(container._replace(state=_STATES[verb], log=[*container.log, f"{_now()} pretend: {verb}"]))
        return 0

    return change


def _pull(host: Host, words: Sequence[str]) -> int:
    for image in words:
        if not image.startswith("-"):
            print(f"pretend: {image} is here now")
            host.images.append(image)
    return 0


def _image(host: Host, words: Sequence[str]) -> int:
    return 0 if words[-1] in host.images else _refuse("pretend: no such image")


def _anything(host: Host, words: Sequence[str]) -> int:
    print("pretend: done")
    return 0


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


def _after(option: str, words: Sequence[str]) -> str:
    return words[words.index(option) + 1] if option in words else ""


# ------------------------------------------------------- docker compose WORDS


class Project(NamedTuple):
    """A compose project: its name, and per service its lines in the file and its labels."""

    name: str
    services: dict[str, list[str]]
    labels: dict[str, str]
    env: str

    def image(self, service: str) -> str:
        """The image that a service runs."""
        found = (re.match(r"\s*image:\s*[\"']?([^\s\"']+)", line) for line in self.services[service])
        return next((match[1] for match in found if match), f"{self.name}-{service}")

    def text(self) -> str:
        """The project as `config` prints it."""
        lines = [f"name: {self.name}", "services:"]
        for service, written in self.services.items():
            lines += [f"  {service}:", f"    image: {self.image(service)}", "    labels:"]
            lines += [f"      {_OWNER}: {self.labels.get(service, '')}", "    # as written:"]
            lines += [f"    # {line.strip()}" for line in written]
        return "\n".join(lines)


def _compose(host: Host, words: Sequence[str]) -> int:
    if words[0] == "version":
        print(VERSION)
        return 0
    name, files, env, rest = "", [], "", list(words)
    while rest and rest[0].startswith("-"):
        option, value = rest.pop(0), rest.pop(0)
        if option == "-f":
            files.append(_text(value))
        elif option == "--env-file":
            env += _text(value)
        else:
            name = value
    project = _project(name, files, env)
    verb, *rest = rest
    named = [word for word in rest if word in project.services] or list(project.services)
    return _COMPOSE.get(verb, _compose_other(verb))(host, project, named, rest)


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs half the start
        return file.read()


def _project(name: str, files: Sequence[str], env: str) -> Project:
    services: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for text in files:
        if text.lstrip().startswith("{"):
            given = json.loads(text)["services"]
            labels |= {service: table["labels"][_OWNER].replace("$$", "$") for service, table in given.items()}
            continue
        for service, lines in _services(text):
            services[service] = lines
            owner = next((line for line in lines if line.strip().startswith(f"{_OWNER}:")), "")
            labels[service] = owner.partition(":")[2].strip()
    return Project(name, services, labels, env)


def _services(text: str) -> Iterator[tuple[str, list[str]]]:
    """The services of a compose file that is laid out as usual, each with its lines."""
    lines = [line for line in text.split("\n") if line.strip()]
    start = next((at for at, line in enumerate(lines) if line.rstrip() == "services:"), len(lines))
    body = list(takewhile(lambda line: line[0].isspace(), lines[start + 1 :]))
    indent = min((len(line) - len(line.lstrip()) for line in body), default=0)
    service, inside = "", []
    for line in body:
        if len(line) - len(line.lstrip()) > indent:
            inside.append(line)
            continue
        if service:
            yield service, inside
        service, inside = line.strip().rstrip(":"), []
    if service:
        yield service, inside


def _config(host: Host, project: Project, named: Sequence[str], words: Sequence[str]) -> int:
    print("\n".join(project.services) if "--services" in words else project.text())
    return 0


def _up(host: Host, project: Project, named: Sequence[str], words: Sequence[str]) -> int:
    for service in named:
        name, image = f"{project.name}-{service}-1", project.image(service)
        made_from = f"{crc32((image + project.env).encode()):x}"
        before = next(iter(host.found([name])), None)
        if before and before.made_from == made_from and "--force-recreate" not in words:
            host.put(before._replace(state="exited" if image.startswith(_ENDS) else "running"))
            print(f" Container {name}  Running (pretend)")
            continue
        if before:
            host.remove(before)
        labels = {_OWNER: project.labels.get(service, ""), _PROJECT: project.name, _SERVICE: service}
        host.make(name, image, labels, made_from)
        print(f" Container {name}  {'Recreated' if before else 'Started'} (pretend)")
    return 0


def _compose_pull(host: Host, project: Project, named: Sequence[str], words: Sequence[str]) -> int:
    return _pull(host, [project.image(service) for service in named])


def _down(host: Host, project: Project, named: Sequence[str], words: Sequence[str]) -> int:
    for container in host.here:
        labels = container.labels
        if labels.get(_PROJECT) == project.name and labels.get(_SERVICE) in named:
            host.remove(container)
            print(f" Container {container.name}  Removed (pretend)")
    return 0


def _compose_other(verb: str) -> Callable[[Host, Project, Sequence[str], Sequence[str]], int]:
    def other(host: Host, project: Project, named: Sequence[str], words: Sequence[str]) -> int:
        for service in named if verb in _STATES else ():
            _change(verb)(host, [f"{project.name}-{service}-1"])
        print(f"pretend: {verb} {' '.join(named)}")
        return 0

    return other


_COMPOSE = {"config": _config, "up": _up, "pull": _compose_pull, "down": _down, "rm": _down}
_DOCKER: Mapping[str, Callable[[Host, Sequence[str]], int]] = {
    "version": _version, "info": _version, "ps": _ps, "inspect": _inspect, "logs": _logs, "run": _run,
    "rename": _rename, "rm": _remove, "pull": _pull, "image": _image, "compose": _compose,
    **{verb: _change(verb) for verb in _STATES},
}  # fmt: skip


def main(folder: str, verb: str = "version", *words: str) -> int:
    """Does one command; gives its exit code."""
    with _opened(folder) as host:
        return _DOCKER.get(verb, _anything)(host, words)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
