"""Commands in new containers of a stack's services."""

from __future__ import annotations

from typing import Any

import pytest

from ksync_tui.engine.embedded.docker import services, stacks
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.executions import RunService
from ksync_tui.model.kinds.stack import Stack
from tests.docker.conftest import Workshop
from tests.docker.real import docker

COMPOSE = """services:
  web:
    image: {image}
    stop_grace_period: 0s
    command: ["sleep", "1000"]
    environment: {{GREETING: hello}}
"""


def params(**given: Any) -> RunService:
    return RunService.model_validate({"stack": "any", "service": "web", **given})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ["-T", "--rm", "--", "web"]),
        ({"command": ["echo", "two words"]}, ["-T", "--rm", "--", "web", "echo", "two words"]),
        ({"detach": True, "no_deps": True}, ["-T", "-d", "--no-deps", "--", "web"]),
        ({"service_ports": True}, ["-T", "--rm", "--service-ports", "--", "web"]),
        ({"no_deps": False, "user": "", "no_tty": False}, ["-T", "--rm", "--", "web"]),
        (
            {"workdir": "/w", "user": "1", "entrypoint": "sh", "env": {"A": "b c"}},
            ["-T", "--rm", "--workdir", "/w", "--user", "1", "--entrypoint", "sh", "-e", "A=b c", "--", "web"],
        ),
    ],
)
def test_the_words_of_a_run(given: dict[str, Any], words: list[str]) -> None:
    assert services.words(params(**given)) == words


def test_a_stack_that_is_not_deployed_runs_nothing(workshop: Workshop) -> None:
    with pytest.raises(EngineError, match="it is not deployed"):
        services.run("web", params(), workshop.execution())


@pytest.mark.docker
def test_a_command_runs_beside_the_service_and_leaves_nothing(workshop: Workshop, prefix: str, tiny_image: str) -> None:
    config = {"file_contents": COMPOSE.format(image=tiny_image), "auto_pull": False}
    stack = Stack.model_validate({"name": prefix, "config": config})
    execution = workshop.execution()
    stacks.deploy(prefix, stack, execution)
    services.run(prefix, params(command=["sh", "-c", "echo $GREETING there"]), execution)
    assert "hello there" in workshop.log
    with pytest.raises(EngineError, match=r"compose run of service 'web' failed: .*broken"):
        services.run(prefix, params(command=["sh", "-c", "echo broken; exit 3"]), execution)
    assert len(docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={prefix}").stdout.split()) == 1
    stacks.take_down(prefix, stack, execution)
