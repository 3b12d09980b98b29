"""What `docker inspect` says of containers, their images and their engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ksync_tui.engine.embedded.docker.containers import hint_for, last_words
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.errors import EngineError

Said = Mapping[str, Any]
"""An object of Docker's API, as JSON has it."""
_AT_ONCE = 50
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Inspected:
    """A container, the config of its image (empty where that is gone), and what its engine does by default.

    `names` are the names of all containers of the host by their ids: others are referred to by id.
    """

    container: Said
    image: Said
    engine: Said
    names: Mapping[str, str]

    @property
    def id(self) -> str:
        """Its id, in full."""
        return str(self.container["Id"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.container["Name"]).removeprefix("/")

    @property
    def config(self) -> Said:
        """What runs in it."""
        return _table(self.container, "Config")

    @property
    def host_config(self) -> Said:
        """What the host gives it."""
        return _table(self.container, "HostConfig")

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels, those of its image among them."""
        return _table(self.config, "Labels")

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return bool(_table(self.container, "State").get("Running"))


def inspected(execution: ExecutionContext, ids: Sequence[str]) -> list[Inspected]:
    """What there is to say of containers; one that is gone meanwhile is left out. Raises EngineError."""
    found = list(_objects(execution, "container", ids))
    images = {str(one["Id"]): _table(one, "Config") for one in _objects(execution, "image", _images(found))}
    engine = _engine(execution)
    names = {str(one["Id"]): str(one["Name"]).removeprefix("/") for one in found}
    return [Inspected(one, images.get(str(one["Image"]), {}), engine, names) for one in found]


def _images(containers: Sequence[Said]) -> list[str]:
    return list(dict.fromkeys(str(container["Image"]) for container in containers))


def _objects(execution: ExecutionContext, kind: str, ids: Sequence[str]) -> Iterator[Said]:
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        done = execution.quietly(kind, "inspect", "--", *some, seconds=_SECONDS)
        try:
            # What was removed meanwhile makes docker fail, and print the others all the same.
            yield from json.loads(done.out[: done.out.rfind("]") + 1])
        except ValueError as error:
            why = last_words(done.last)
            raise EngineError(f"docker cannot say what its {kind}s are", why=why, hint=hint_for(done.last)) from error


def _engine(execution: ExecutionContext) -> Said:
    done = execution.quietly("info", "--format", "{{json .}}")
    try:
        found: Said = json.loads(done.out)
    except ValueError as error:
        raise EngineError("the Docker host does not say how it is set up", why=last_words(done.last)) from error
    return found


def _table(said: Said, key: str) -> Said:
    return said.get(key) or {}
