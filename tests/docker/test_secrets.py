"""Secrets on a real engine: they reach the container, and neither the process list nor the log."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ksync_tui.engine.embedded.docker import builds, deployments, stacks
from ksync_tui.model.kinds.build import Build
from ksync_tui.model.kinds.builder import Builder
from ksync_tui.model.kinds.deployment import Deployment
from ksync_tui.model.kinds.stack import Stack
from ksync_tui.model.resource import Target
from tests.docker.conftest import Workshop
from tests.docker.real import docker, inspect, record_words

pytestmark = pytest.mark.docker
SECRETS = {"PASS": "top secret value", "PIN": "x9q"}


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the words of every command stand that ksync ran."""
    folder = tmp_path / "recorders"
    folder.mkdir()
    record = record_words(folder, "docker", "docker-compose", "bash", "sh")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return record


def assert_hidden(words: Path, workshop: Workshop) -> None:
    """No secret is among the words of a command; the log has names in their place."""
    ran, said = words.read_text(), "\n".join(workshop.log)
    assert ran
    for name, value in SECRETS.items():
        assert value not in ran
        assert value not in said
        assert f"[[{name}]]" in said


def test_the_environment_of_a_deployment_is_not_in_the_process_list(
    workshop: Workshop, tiny_image: str, prefix: str, words: Path
) -> None:
    environment = 'A = [[PASS]]\nQUOTED = "it is: [[PIN]]"\nHASH = #1\nEMPTY =\n'
    config = {"command": "sleep 1000", "network": "none", "termination_timeout": 0, "environment": environment}
    one = Deployment.model_validate({"name": prefix, "config": config})
    deployments.deploy(prefix, one, workshop.execution({}, SECRETS), tiny_image)
    made = inspect(prefix, '{{join .Config.Env "\\n"}}').splitlines()
    assert {"A=top secret value", "QUOTED=it is: x9q", "EMPTY="} < set(made)
    assert_hidden(words, workshop)


def test_commands_around_a_deploy_and_extra_arguments_show_names(
    workshop: Workshop, tiny_image: str, prefix: str, words: Path
) -> None:
    compose = f"services:\n  web:\n    image: {tiny_image}\n    command: sleep 1000\n    stop_grace_period: 0s\n"
    config = {
        "project_name": prefix,
        "file_contents": compose,
        "auto_pull": False,
        "pre_deploy": {"command": "printf '%s' '[[PASS]]' > seen # a comment\ntest -n '[[PIN]]'"},
        "compose_cmd_wrapper": "export PIN='[[PIN]]'\n[[COMPOSE_COMMAND]]",
    }
    stacks.deploy(prefix, Stack.model_validate({"name": prefix, "config": config}), workshop.execution({}, SECRETS))
    assert (workshop.state / "stacks" / prefix / "seen").read_text() == SECRETS["PASS"]
    assert_hidden(words, workshop)


def test_the_line_of_a_build_shows_the_names_of_its_arguments(
    workshop: Workshop, tiny_image: str, prefix: str, words: Path
) -> None:
    server = Builder.model_validate({"name": "b", "config": {"type": "Server", "params": {"server_ids": ["local"]}}})
    workshop.resources[Target("builder", "b")] = server
    dockerfile = f'FROM {tiny_image}\nARG PIN\nRUN test -n "$PIN"\n'
    config = {"builder_id": "b", "image_name": prefix, "dockerfile": dockerfile, "build_args": "PIN = [[PIN]]"}
    builds.build(prefix, Build.model_validate({"name": prefix, "config": config}), workshop.execution({}, SECRETS))
    said = "\n".join(line for line in workshop.log if line.startswith("$ "))
    assert "PIN=[[PIN]]" in said
    assert SECRETS["PIN"] not in said
    assert docker("images", "--quiet", prefix).stdout
