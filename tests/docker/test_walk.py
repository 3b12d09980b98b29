"""Deploying for real, by the command line: what goes up in which order, why again, and what a failure leaves."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.model.resource import Target
from ksync_tui.services import Session
from tests.cli.conftest import CommandLine, Ended
from tests.docker.conftest import BUSYBOX, DOCKERFILE
from tests.docker.real import docker, exists, inspect

pytestmark = pytest.mark.docker

LAB = """\
[[server]]
name = "{p}-here"
[server.config]
address = "http://localhost:8120"
enabled = true

[[builder]]
name = "{p}-builder"
[builder.config]
type = "Server"
params.server = "{p}-here"

[[build]]
name = "{p}-logger"
[build.config]
builder = "{p}-builder"
files_on_host = true
build_path = "{context}"

[[variable]]
name = "LEVEL"
value = "info"

[[deployment]]
name = "{p}-logger-01"
deploy = true
[deployment.config]
server = "{p}-here"
network = "none"
image.type = "Build"
image.params.build = "{p}-logger"
command = "{command}"
extra_args = ["--stop-signal=SIGKILL"]
environment = \"\"\"
LEVEL = [[LEVEL]]
VARIABLE_1 = {value} # as on Komodo's page
\"\"\"

[[deployment]]
name = "{p}-logger-02"
deploy = true
after = ["{p}-logger-01"]
[deployment.config]
server = "{p}-here"
network = "none"
image.type = "Build"
image.params.build = "{p}-logger"
command = "sleep 1000"
extra_args = ["--stop-signal=SIGKILL"]

[[stack]]
name = "{p}-stack"
deploy = true
after = ["{p}-logger-01"]
[stack.config]
server = "{p}-here"
auto_pull = false
file_contents = \"\"\"
services:
  web:
    image: {image}
    command: ["sleep", "1000"]
    network_mode: none
    stop_grace_period: 0s
    volumes: ["data:/data"]
volumes:
  data: {{}}
\"\"\"
"""


class Lab:
    """Komodo's page of two loggers and a stack, as files of its own, and what is asked of them."""

    def __init__(self, ksync: CommandLine, root: Path, prefix: str, image: str) -> None:
        self.ksync, self.p, self.image = ksync, prefix, image
        self.context = root / "context"
        self.context.mkdir()
        shutil.copy(BUSYBOX, self.context / "busybox")
        (self.context / "Dockerfile").write_text(DOCKERFILE)
        self.declare()

    def declare(self, value: str = "one", command: str = "sleep 1000", more: str = "") -> None:
        """Writes the files anew."""
        known = {"p": self.p, "context": self.context, "image": self.image, "value": value, "command": command}
        self.ksync.write(LAB.format(**known) + more.format(**known))

    def plan(self, *flags: str) -> dict[str, Any]:
        """The plan, as JSON."""
        found: dict[str, Any] = json.loads(self.ksync("plan", self.ksync.files, "--json", *flags).out)
        return found

    def reasons(self) -> dict[str, str]:
        """What is pending and why, without the prefix."""
        return {one["id"].replace(f"{self.p}-", ""): one["reason"] for one in self.plan()["actions"]}

    def apply(self, *flags: str) -> Ended:
        """Applies all, or what flags say."""
        return self.ksync("apply", self.ksync.files, "--yes", *(flags or ("--all",)))

    def settle(self) -> None:
        """Applies, builds, and applies what that makes possible."""
        assert self.apply().code == 0
        assert self.ksync("run", f"build/{self.p}-logger", "--yes").code == 0
        ended = self.apply()
        assert ended.code == 0, ended.err

    def outcomes(self) -> dict[str, str]:
        """How the actions of the last run ended, in order, without the prefix."""
        run = json.loads(self.ksync("runs", "--json").out)["runs"][0]
        return {one["id"].replace(f"{self.p}-", ""): one["outcome"] for one in run["actions"]}

    def started(self, *names: str) -> list[str]:
        """When containers were started."""
        return [inspect(f"{self.p}-{name}", "{{.State.StartedAt}}") for name in names]

    @property
    def web(self) -> str:
        """The id of the stack's container."""
        label = f"label=com.docker.compose.project={self.p}-stack"
        return docker("ps", "-aq", "--no-trunc", "--filter", label).stdout.strip()


@pytest.fixture
def lab(ksync: CommandLine, tmp_path: Path, prefix: str, tiny_image: str) -> Iterator[Lab]:
    one = Lab(ksync, tmp_path, prefix, tiny_image)
    yield one
    images = docker("images", "--format", "{{.Repository}}:{{.Tag}}", f"{prefix}-logger").stdout.split()
    docker("rmi", "--force", *images, check=False)


def test_what_the_page_declares_goes_up_in_order_and_stays(lab: Lab) -> None:
    blocked = {one["name"]: one["blocked"] for one in lab.plan()["actions"] if one["action"] == "deploy"}
    assert f"`ksync run build/{lab.p}-logger`" in blocked[f"{lab.p}-logger-01"]
    assert blocked[f"{lab.p}-stack"] == f"after {lab.p}-logger-01, whose deploy is blocked"
    assert lab.apply().code == 0
    built = lab.ksync("run", f"build/{lab.p}-logger", "--yes")
    assert built.code == 0, built.err
    rounds = {one["name"].removeprefix(f"{lab.p}-"): one["round"] for one in lab.plan()["actions"]}
    assert rounds == {"logger-01": 1, "logger-02": 2, "stack": 2}
    ended = lab.apply()
    assert ended.code == 0, ended.err
    first, *later = lab.started("logger-01", "logger-02")
    assert all(first < one for one in (*later, inspect(lab.web, "{{.State.StartedAt}}")))
    assert inspect(f"{lab.p}-logger-01", "{{.Config.Image}}") == f"{lab.p}-logger:0.0.1"
    assert "LEVEL=info" in inspect(f"{lab.p}-logger-01", "{{json .Config.Env}}")
    again = lab.plan()
    assert (again["actions"], again["problems"]) == ([], [])


def test_what_changed_is_deployed_again_with_the_reason(lab: Lab) -> None:
    lab.settle()
    lab.declare(value="two")
    parent = "Deployment parent dependency 'logger-01' is deploying"
    pending = lab.reasons()
    assert pending.pop("update:deployment/logger-01") == "environment"
    assert {name: reason.replace(f"{lab.p}-", "") for name, reason in pending.items()} == {
        "deploy:deployment/logger-01": "config has changed: environment",
        "deploy:deployment/logger-02": parent,
        "deploy:stack/stack": parent,
    }
    assert lab.apply().code == 0
    assert "VARIABLE_1=two" in inspect(f"{lab.p}-logger-01", "{{json .Config.Env}}")
    assert lab.reasons() == {}


def test_what_stopped_running_is_deployed_with_its_state_as_reason(lab: Lab) -> None:
    lab.settle()
    docker("kill", f"{lab.p}-logger-02")
    assert lab.reasons() == {"deploy:deployment/logger-02": "deployment has exited state"}
    docker("rm", f"{lab.p}-logger-02")
    docker("stop", "-t", "0", lab.web)
    assert lab.reasons() == {
        "deploy:deployment/logger-02": "deployment has not_deployed state",
        "deploy:stack/stack": "stack has stopped state",
    }
    assert lab.apply().code == 0
    assert lab.reasons() == {}


def test_a_new_version_of_its_build_is_deployed(lab: Lab) -> None:
    lab.settle()
    assert lab.ksync("run", f"build/{lab.p}-logger", "--yes").code == 0
    pending = lab.reasons()
    assert pending["deploy:deployment/logger-01"] == "build has new version: 0.0.2"
    assert pending["deploy:deployment/logger-02"] == "build has new version: 0.0.2"
    assert not [name for name in pending if not name.startswith("deploy:")]
    assert lab.apply().code == 0
    assert inspect(f"{lab.p}-logger-02", "{{.Config.Image}}") == f"{lab.p}-logger:0.0.2"
    assert lab.reasons() == {}


FREE = """
[[deployment]]
name = "{p}-free"
deploy = true
[deployment.config]
server = "{p}-here"
network = "none"
image.type = "Image"
image.params.image = "{image}"
command = "sleep 1000"
extra_args = ["--stop-signal=SIGKILL"]
"""


def test_a_broken_deploy_is_taken_back_stops_its_dependents_only_and_stays_pending(lab: Lab) -> None:
    lab.settle()
    before = lab.started("logger-02")
    lab.declare(command="sh -c 'echo out of luck; exit 3'", more=FREE)
    ended = lab.apply()
    assert ended.code == 2
    assert lab.outcomes() == {
        "update:deployment/logger-01": "done",
        "create:deployment/free": "done",
        "deploy:deployment/logger-01": "failed",
        "deploy:deployment/free": "done",
        "deploy:deployment/logger-02": "skipped",
        "deploy:stack/stack": "skipped",
    }
    assert "out of luck" in ended.err
    assert inspect(f"{lab.p}-logger-01", "{{.State.Status}} {{json .Config.Cmd}}") == 'running ["sleep","1000"]'
    assert lab.started("logger-02") == before
    pending = lab.reasons()
    assert pending["deploy:deployment/logger-01"] == "config has changed: command"
    assert "deploy:deployment/free" not in pending


def test_a_deploy_that_nobody_ticked_stays_pending(lab: Lab) -> None:
    lab.settle()
    lab.declare(value="two")
    session_apply(lab, "update")
    assert lab.reasons()["deploy:deployment/logger-01"] == "config has changed: environment"
    lab.declare(value="one")
    session_apply(lab, "update")
    assert lab.reasons() == {}


def session_apply(lab: Lab, verb: str) -> None:
    """Ticks only the actions of one verb, as a person may in the app."""
    with Session.open(lab.ksync.home) as session:
        plan = session.reviews.create(session.syncs.at(lab.ksync.files)).plan
        record = session.runs.run(plan.select([one.id for one in plan.actions if one.verb == verb]), lambda _: None)
        assert record.state == "done"


PROCEDURE = """
[[procedure]]
name = "{p}-all"
[[procedure.config.stage]]
name = "Build stuff"
executions = [
  {{ execution.type = "BatchRunBuild", execution.params.pattern = "foo-* , \\\\^{p}-log.*$\\\\" }},
]
[[procedure.config.stage]]
name = "Deploy"
executions = [
  {{ execution.type = "Deploy", execution.params.deployment = "{p}-logger-01" }},
  {{ execution.type = "DestroyStack", execution.params.stack = "{p}-stack", enabled = false }},
  {{ execution.type = "BatchDeploy", execution.params.pattern = "{p}-fr*" }},
]
"""


def test_a_procedure_runs_stage_by_stage(lab: Lab) -> None:
    lab.declare(more=FREE + PROCEDURE)
    lab.settle()
    before, web = lab.started("free"), lab.web
    ended = lab.ksync("run", f"procedure/{lab.p}-all", "--yes")
    assert ended.code == 0, ended.err
    assert inspect(f"{lab.p}-logger-01", "{{.Config.Image}}") == f"{lab.p}-logger:0.0.2"
    assert inspect(f"{lab.p}-logger-02", "{{.Config.Image}}") == f"{lab.p}-logger:0.0.1"
    assert lab.started("free") > before
    assert (lab.web, inspect(web, "{{.State.Running}}")) == (web, "true")
    assert lab.reasons() == {"deploy:deployment/logger-02": "build has new version: 0.0.2"}


@pytest.mark.parametrize(
    ("removal", "stays", "volume"), [("down", False, True), ("volumes", False, False), ("forget", True, True)]
)
def test_a_delete_takes_down_its_own_containers_alone(lab: Lab, removal: str, stays: bool, volume: bool) -> None:
    lab.declare(more=FREE)
    lab.settle()
    web, stranger = lab.web, f"{lab.p}-stranger"
    docker("run", "-d", "--name", stranger, "--network", "none", lab.image, "sleep", "1000")
    kept = LAB[: LAB.index("[[stack]]")]
    lab.ksync.write(kept.format(p=lab.p, context=lab.context, value="one", command="sleep 1000"))
    found = {one["id"].replace(f"{lab.p}-", ""): one["action"] for one in lab.plan("--delete")["actions"]}
    assert found == {"delete:stack/stack": "delete", "delete:deployment/free": "delete"}
    ended = lab.apply("--all", "--delete", "--allow-delete", "--removal", removal)
    assert ended.code == 0, ended.err
    assert [exists(f"{lab.p}-free"), exists(web)] == [stays, stays]
    assert bool(docker("volume", "ls", "-q", "--filter", f"name={lab.p}-stack_data").stdout.strip()) is volume
    assert all(exists(name) for name in (stranger, f"{lab.p}-logger-01", f"{lab.p}-logger-02"))
    assert lab.reasons() == {}
    if stays:
        docker("rm", "--force", web)


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker command that writes down how it is called, first on PATH; answers with the file it writes to."""
    real, said = shutil.which("docker"), tmp_path / "calls"
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "docker"
    script.write_text(f'#!/bin/sh\necho "$*" >> {said}\nexec {real} "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    said.touch()
    return said


MANY = """
[[stack]]
name = "{p}-s{number}"
deploy = true
[stack.config]
server = "{p}-here"
file_contents = "services: {{}}"
"""


def test_the_states_of_many_stacks_take_one_call(lab: Lab, calls: Path) -> None:
    server = LAB[: LAB.index("[[builder]]")].format(p=lab.p)
    lab.ksync.write(server + "".join(MANY.format(p=lab.p, number=number) for number in range(20)))
    session_apply(lab, "create")
    calls.write_text("")
    assert set(lab.reasons().values()) == {"deploy on creation"}
    assert len([line for line in calls.read_text().splitlines() if line.startswith("ps ")]) == 1
    assert len(calls.read_text().splitlines()) == 1


def test_where_nothing_is_deployed_docker_is_not_called(lab: Lab, calls: Path) -> None:
    lab.ksync.write(
        LAB.format(p=lab.p, context=lab.context, image="x", value="", command="").replace("localhost", "elsewhere")
    )
    session_apply(lab, "create")
    lab.plan()
    assert calls.read_text() == ""


ON_HOST = """
[[stack]]
name = "{p}-files"
deploy = true
[stack.config]
server = "{p}-here"
auto_pull = false
files_on_host = true
run_directory = "{context}"
"""
COMPOSE = """\
services:
  web: {{image: "{image}", command: ["sleep", "{seconds}"], network_mode: none, stop_grace_period: 0s}}
"""


def test_a_file_that_says_something_else_is_deployed_again(lab: Lab) -> None:
    file = lab.context / "compose.yaml"
    file.write_text(COMPOSE.format(image=lab.image, seconds=1000))
    server = LAB[: LAB.index("[[builder]]")]
    lab.ksync.write((server + ON_HOST).format(p=lab.p, context=lab.context))
    ended = lab.apply()
    assert ended.code == 0, ended.err
    assert lab.reasons() == {}
    file.write_text(COMPOSE.format(image=lab.image, seconds=2000))
    (reason,) = lab.reasons().values()
    assert reason.startswith("file contents have changed: ")
    assert reason.endswith("compose.yaml")
    assert lab.apply().code == 0
    assert lab.reasons() == {}


def test_secrets_reach_the_container_and_no_log(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSYNC_SECRET_OUTSIDE", "from-the-environment")
    secret = '\n[[variable]]\nname = "TOKEN"\nvalue = "hunter2-hunter2"\nis_secret = true\n'
    lab.declare(value="[[TOKEN]] [[OUTSIDE]]", command="sh -c 'echo told $VARIABLE_1; exit 1'", more=secret)
    lab.apply()
    lab.ksync("run", f"build/{lab.p}-logger", "--yes")
    ended = lab.apply()
    assert "<TOKEN>" in ended.err
    lab.declare(value="[[TOKEN]] [[OUTSIDE]]", more=secret)
    assert lab.apply().code == 0
    assert "VARIABLE_1=hunter2-hunter2 from-the-environment" in inspect(f"{lab.p}-logger-01", "{{json .Config.Env}}")
    database = b"".join(path.read_bytes() for path in lab.ksync.home.glob("ksync.db*"))
    assert b"hunter2" not in database + ended.err.encode()
    assert b"from-the-environment" not in database + ended.err.encode()


def test_a_build_that_was_run_keeps_its_version_over_an_update(lab: Lab) -> None:
    lab.settle()
    lab.ksync.write(
        lab.ksync.files.joinpath("all.toml").read_text().replace("files_on_host", "links = ['http://x']\nfiles_on_host")
    )
    assert lab.apply().code == 0
    with Session.open(lab.ksync.home) as session:
        build = session.snapshot().live[Target("build", f"{lab.p}-logger")].resource
        assert getattr(build.settings, "version", None) == "0.0.1"
