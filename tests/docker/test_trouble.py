"""What is told when Docker is not there, does not answer or is left in the middle; nothing is lost by it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from platformdirs import user_config_path

from ksync_tui.model.events import ActionLog, Event, RunRecord
from ksync_tui.services import Session
from ksync_tui.system.cancellation import Cancellation
from tests.cli.conftest import CommandLine
from tests.docker.real import docker, inspect

ONE = """\
[[server]]
name = "edge"

[[deployment]]
name = "{name}"
deploy = true
[deployment.config]
server = "edge"
network = "none"
image.type = "Image"
image.params.image = "{image}"
command = "{command}"
extra_args = [{extra}]
"""


def declare(
    ksync: CommandLine, name: str, image: str = "nowhere:1", command: str = "sleep 1000", extra: str = ""
) -> None:
    ksync.write(ONE.format(name=name, image=image, command=command, extra=extra or '"--stop-signal=SIGKILL"'))


def mapped(ksync: CommandLine, address: str) -> None:
    ksync.home.mkdir(exist_ok=True)
    (ksync.home / "config.toml").write_text(f'[hosts]\nedge = "{address}"\n')


def test_without_a_docker_command_that_is_said_and_nothing_else_is_held_up(
    ksync: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mapped(ksync, "unix:///nowhere/docker.sock")
    monkeypatch.setenv("PATH", str(tmp_path))
    declare(ksync, "web")
    ended = ksync("apply", ksync.files, "--all", "--yes")
    assert ended.code == 2
    assert "the command `docker` is not installed" in ended.err
    assert "2 done, 1 failed" in ended.out
    planned = ksync("plan", ksync.files, "--json")
    (deploy,) = json.loads(planned.out)["actions"]
    assert "the Docker host of server 'edge' does not answer" in deploy["blocked"]


def test_a_host_that_does_not_answer_is_a_warning_and_nothing_is_deployed_there(
    ksync: CommandLine, tmp_path: Path
) -> None:
    declare(ksync, "web")
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    mapped(ksync, f"unix://{tmp_path}/dead.sock")
    planned = json.loads(ksync("plan", ksync.files, "--json").out)
    (deploy,) = planned["actions"]
    assert deploy["reason"] == "deploy on creation"
    assert "does not answer" in deploy["blocked"]
    (problem,) = planned["problems"]
    assert (problem["severity"], problem["line"]) == ("warning", 1)
    assert "the Docker host of server 'edge' does not answer" in problem["message"]
    assert "ksync doctor" in problem["hint"]


def test_doctor_shows_each_host(ksync: CommandLine, tmp_path: Path) -> None:
    mapped(ksync, f"unix://{tmp_path}/dead.sock")
    ended = ksync("doctor")
    assert ended.code == 1
    (line,) = [line for line in ended.out.splitlines() if "dead.sock" in line]
    assert line.startswith("FAILS")
    assert "for edge: not reachable" in line
    found = {one["what"]: one["works"] for one in json.loads(ksync("doctor", "--json").out)["findings"]}
    assert found["engine"] is True
    assert found[f"docker unix://{tmp_path}/dead.sock"] is False


@pytest.mark.docker
def test_doctor_tells_the_versions_of_a_host_that_answers(ksync: CommandLine) -> None:
    mapped(ksync, "unix:///var/run/docker.sock")
    ended = ksync("doctor")
    (line,) = [line for line in ended.out.splitlines() if "docker.sock" in line]
    assert line.startswith("works")
    assert "for edge: Docker" in line
    assert "compose" in line
    assert line.endswith(" s")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("stack/nothing", "no such live resource"),
        ("deployment/web", "no Docker host is mapped to server 'edge'"),
        ("server/edge", "it cannot be run"),
        ("nonsense", "not a resource"),
    ],
)
def test_what_cannot_be_run_says_why(ksync: CommandLine, target: str, said: str) -> None:
    declare(ksync, "web")
    ksync("apply", ksync.files, "--all", "--yes")
    ended = ksync("run", target, "--yes")
    assert ended.code == 1
    assert said in ended.err


@pytest.mark.docker
def test_a_container_of_somebody_else_is_refused_and_left_alone(
    ksync: CommandLine, prefix: str, tiny_image: str
) -> None:
    mapped(ksync, "unix:///var/run/docker.sock")
    docker("run", "-d", "--name", f"{prefix}-web", "--network", "none", tiny_image, "sleep", "1000")
    before = inspect(f"{prefix}-web", "{{.Id}} {{.State.StartedAt}}")
    declare(ksync, f"{prefix}-web", tiny_image)
    ended = ksync("apply", ksync.files, "--all", "--yes")
    assert ended.code == 2
    assert f"{prefix}-web" in ended.err
    assert inspect(f"{prefix}-web", "{{.Id}} {{.State.StartedAt}}") == before


@pytest.mark.docker
def test_deleting_what_runs_on_a_silent_host_fails_unless_it_is_forgotten(
    ksync: CommandLine, prefix: str, tiny_image: str, tmp_path: Path
) -> None:
    mapped(ksync, "unix:///var/run/docker.sock")
    declare(ksync, f"{prefix}-web", tiny_image)
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    mapped(ksync, f"unix://{tmp_path}/dead.sock")
    ksync.write('[[server]]\nname = "edge"\n')
    flags = ("apply", ksync.files, "--all", "--delete", "--allow-delete", "--yes")
    ended = ksync(*flags)
    assert ended.code == 2
    assert "does not answer" in ended.err
    assert ksync(*flags, "--removal", "forget").code == 0
    assert inspect(f"{prefix}-web", "{{.State.Status}}") == "running"
    assert ksync("plan", ksync.files, "--delete").code == 0


@pytest.mark.docker
def test_what_moves_to_another_name_of_the_same_host_stays_up_and_a_renamed_container_leaves_none(
    ksync: CommandLine, prefix: str, tiny_image: str
) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text('[hosts]\nedge = "unix:///var/run/docker.sock"\nattic = "default"\n')
    declare(ksync, f"{prefix}-web", tiny_image)
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    file = ksync.files / "all.toml"
    file.write_text(file.read_text().replace('server = "edge"', 'server = "attic"') + '\n[[server]]\nname = "attic"\n')
    ended = ksync("apply", ksync.files, "--all", "--yes")
    assert ended.code == 0, ended.err
    assert inspect(f"{prefix}-web", "{{.State.Status}}") == "running"
    file.write_text(
        file.read_text().replace("[deployment.config]", f'[deployment.config]\ncustom_name = "{prefix}-new"')
    )
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    assert docker("ps", "-a", "--filter", f"name={prefix}", "--format", "{{.Names}}").stdout.split() == [
        f"{prefix}-new"
    ]
    assert ksync("plan", ksync.files).code == 0


@pytest.mark.docker
def test_a_run_in_the_background_knows_the_hosts_of_this_user(
    ksync: CommandLine, prefix: str, tiny_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KSYNC_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = user_config_path("ksync") / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[hosts]\nedge = "unix:///var/run/docker.sock"\n')
    declare(ksync, f"{prefix}-web", tiny_image)
    assert ksync("apply", ksync.files, "--all", "--yes", "--detach").code == 0
    ended = ksync("runs", "watch", "1")
    assert ended.code == 0, ended.err
    assert inspect(f"{prefix}-web", "{{.State.Status}}") == "running"


class Halting:
    """Runs everything pending in a session, and gives up as soon as the log shows a word."""

    def __init__(self, session: Session, files: Path) -> None:
        self.session, self.files = session, files
        self.halted = False

    def until(self, word: str) -> RunRecord:
        plan = self.session.reviews.create(self.session.syncs.at(self.files)).plan

        def tell(event: Event) -> None:
            self.halted = self.halted or (isinstance(event, ActionLog) and word in event.line)

        return self.session.runs.run(
            plan.select(plan.by_id), tell, Cancellation(lambda: self.halted, lambda: self.halted)
        )


@pytest.mark.docker
def test_a_deploy_given_up_in_the_middle_leaves_what_ran_and_stays_pending(
    ksync: CommandLine, prefix: str, tiny_image: str
) -> None:
    mapped(ksync, "unix:///var/run/docker.sock")
    declare(ksync, f"{prefix}-web", tiny_image)
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    check = '"--stop-signal=SIGKILL", "--health-cmd=false", "--health-interval=1h"'
    declare(ksync, f"{prefix}-web", tiny_image, extra=check)
    with Session.open(ksync.home) as session:
        record = Halting(session, ksync.files).until("docker run")
    assert [(one.action.partition(":")[0], one.outcome) for one in record.actions] == [
        ("update", "done"),
        ("deploy", "failed"),
    ]
    assert inspect(f"{prefix}-web", "{{.State.Status}} {{.Config.Healthcheck}}") == "running <nil>"
    (pending,) = json.loads(ksync("plan", ksync.files, "--json").out)["actions"]
    assert pending["reason"] == "config has changed: extra_args"


def seen(holds: Callable[[], bool]) -> None:
    """Waits until something holds, for 30 s at most."""
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.docker
@pytest.mark.parametrize(("times", "code", "state"), [(1, 0, "done"), (2, 2, "failed")])
def test_ctrl_c_stops_after_the_deploy_and_twice_gives_it_up(
    ksync: CommandLine, prefix: str, tiny_image: str, times: int, code: int, state: str
) -> None:
    mapped(ksync, "unix:///var/run/docker.sock")
    check = '"--stop-signal=SIGKILL", "--health-cmd=\'test -f /tmp/ready || exit 1\'", "--health-interval=1s"'
    command = "sh -c 'mkdir -p /tmp; sleep 3; touch /tmp/ready; sleep 1000'"
    declare(ksync, f"{prefix}-web", tiny_image, command, check)
    words = [sys.executable, "-m", "ksync_tui", "apply", str(ksync.files), "--all", "--yes"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        seen(lambda: docker("ps", "-q", "--filter", f"name={prefix}-web").stdout != "")
        assert process.stderr is not None
        said = ""
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            while "Ctrl-C again" not in (line := process.stderr.readline()) and line:
                said += line
        said += process.stderr.read()
        assert process.wait(60) == code, said
    assert json.loads(ksync("runs", "--json").out)["runs"][0]["state"] == state
    assert bool(json.loads(ksync("plan", ksync.files, "--json").out)["actions"]) is (times == 2)
    assert (docker("ps", "-q", "--filter", f"name={prefix}-web").stdout != "") is (times == 1)
