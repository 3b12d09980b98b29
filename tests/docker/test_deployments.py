"""Deployments on a real engine: what runs afterwards, whatever went wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ksync_tui.engine.embedded.docker import deployments
from ksync_tui.engine.embedded.docker.deployments import act, deploy, take_down
from ksync_tui.engine.embedded.docker.execution_context import OWNER_LABEL
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.kinds.deployment import Deployment
from tests.docker.conftest import Workshop
from tests.docker.real import docker, exists, inspect

pytestmark = pytest.mark.docker
FOREVER = "sleep 1000"


def deployment(name: str, **config: Any) -> Deployment:
    """A deployment that stops at once when told to."""
    settings = {"command": FOREVER, "network": "none", "termination_timeout": 0} | config
    return Deployment.model_validate({"name": name, "config": settings})


def environment(name: str) -> list[str]:
    return inspect(name, '{{join .Config.Env "\\n"}}').splitlines()


def test_a_deployment_is_a_container_of_its_name_made_as_its_config_says(
    workshop: Workshop, tiny_image: str, prefix: str
) -> None:
    execution = workshop.execution({"GREETING": "hello"}, {"PASS": "top secret"})
    config = {
        "command": "sh -c 'echo [[GREETING]] [[PASS]]; sleep 1000'",
        "environment": 'A = 1\nQUOTED = "q"\nP = [[PASS]]\nMISSING = [[NOPE]]\nESC = [[[GREETING]]]',
        "labels": "x.y = z",
        "volumes": f"{prefix}-data:/data",
        "restart": "on-failure",
        "extra_args": ["--hostname one", "--memory=64m"],
    }
    deploy(prefix, deployment(prefix, **config), execution, tiny_image)
    assert inspect(prefix, "{{.State.Status}} {{.Config.Hostname}} {{.HostConfig.Memory}}") == f"running one {64 << 20}"
    assert inspect(prefix, f'{{{{index .Config.Labels "{OWNER_LABEL}"}}}}') == f"deployment/{prefix}"
    assert inspect(prefix, '{{index .Config.Labels "x.y"}}') == "z"
    assert inspect(prefix, "{{.HostConfig.RestartPolicy}}") == "{on-failure 10}"
    assert inspect(prefix, "{{(index .Mounts 0).Name}}") == f"{prefix}-data"
    assert docker("logs", prefix).stdout == "hello top secret\n"
    assert {"A=1", "QUOTED=q", "P=top secret", "MISSING=[[NOPE]]", "ESC=[[GREETING]]"} < set(environment(prefix))


def test_the_log_names_variables_and_holds_no_value(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    execution = workshop.execution({}, {"PASS": '"top secret"'})
    deploy(prefix, deployment(prefix, environment="P = [[PASS]]\nX = [[NOPE]]"), execution, tiny_image)
    said = "\n".join(workshop.log)
    assert "P=[[PASS]]" in said
    assert "top secret" not in said
    assert "no variable NOPE" in said


def test_a_custom_name_is_the_containers_name(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    one = deployment("one", custom_name=f"{prefix} named")
    deploy("one", one, workshop.execution(), tiny_image)
    assert exists(f"{prefix}_named")
    take_down("one", one, workshop.execution())
    assert not exists(f"{prefix}_named")


def test_a_second_deploy_replaces_the_container(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    deploy(prefix, deployment(prefix, environment="A = 1"), workshop.execution(), tiny_image)
    before = inspect(prefix, "{{.Id}}")
    deploy(prefix, deployment(prefix, environment="A = 2"), workshop.execution(), tiny_image)
    assert inspect(prefix, "{{.Id}}") != before
    assert "A=2" in environment(prefix)
    assert not exists(before)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"command": "sh -c 'echo one; echo cannot go on >&2; exit 3'"}, "exit code 3.*cannot go on"),
        ({"command": "no-such-command"}, "executable file not found.*does not have that command"),
        ({"command": "sh -c 'echo again; exit 1'", "restart": "always"}, "keeps restarting"),
        ({"extra_args": ["--memory=1"]}, "(?i)memory limit"),
        ({"network": "no-such-network"}, "no-such-network"),
        (
            {"extra_args": ["--health-cmd false", "--health-interval 100ms", "--health-retries 1"]},
            "is unhealthy",
        ),
    ],
)
def test_one_that_does_not_start_leaves_the_one_before_running(
    workshop: Workshop, tiny_image: str, prefix: str, config: dict[str, Any], said: str
) -> None:
    deploy(prefix, deployment(prefix), workshop.execution(), tiny_image)
    before = inspect(prefix, "{{.Id}}")
    with pytest.raises(EngineError) as caught:
        deploy(prefix, deployment(prefix, **config), workshop.execution(), tiny_image)
    assert re.search(f"{said}.*The container before it runs again", str(caught.value))
    assert inspect(prefix, "{{.Id}} {{.State.Status}}") == f"{before} running"
    assert names(prefix) == [prefix]


def names(prefix: str) -> list[str]:
    said = docker("ps", "--all", "--format", "{{.Names}}").stdout.split()
    return sorted(name for name in said if name.startswith(prefix))


def test_a_first_one_that_does_not_start_leaves_nothing(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    with pytest.raises(EngineError, match="exit code 1"):
        deploy(prefix, deployment(prefix, command="false"), workshop.execution(), tiny_image)
    assert names(prefix) == []


def test_a_stopped_one_comes_back_stopped(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    deploy(prefix, deployment(prefix), workshop.execution(), tiny_image)
    act("stop", prefix, deployment(prefix), workshop.execution())
    with pytest.raises(EngineError, match="is there again, exited as it was"):
        deploy(prefix, deployment(prefix, command="false"), workshop.execution(), tiny_image)
    assert inspect(prefix, "{{.State.Status}}") == "exited"


def test_a_taken_port_is_told_with_what_to_do(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    docker("run", "-d", "--name", f"{prefix}-other", "-p", "127.0.0.1::80", tiny_image, "sleep", "1000")
    port = docker("port", f"{prefix}-other", "80").stdout.strip().splitlines()[0]
    one = deployment(prefix, network="bridge", ports=f"{port}:80")
    with pytest.raises(EngineError, match=r"already allocated.*free it, or change `ports`"):
        deploy(prefix, one, workshop.execution(), tiny_image)
    assert names(prefix) == [f"{prefix}-other"]


def test_an_image_that_is_nowhere_is_an_error_before_anything_is_stopped(
    workshop: Workshop, tiny_image: str, prefix: str
) -> None:
    deploy(prefix, deployment(prefix), workshop.execution(), tiny_image)
    before = inspect(prefix, "{{.State.StartedAt}}")
    with pytest.raises(EngineError, match=f"image {prefix}:9 is not on the host.*still runs"):
        deploy(prefix, deployment(prefix), workshop.execution(), f"{prefix}:9")
    assert inspect(prefix, "{{.State.StartedAt}}") == before


def test_a_container_that_ksync_did_not_make_is_never_touched(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    docker("run", "-d", "--name", prefix, tiny_image, "sleep", "1000")
    before = inspect(prefix, "{{.Id}} {{.State.StartedAt}}")
    for do in (
        lambda: deploy(prefix, deployment(prefix), workshop.execution(), tiny_image),
        lambda: take_down(prefix, deployment(prefix), workshop.execution(), volumes=True),
        lambda: act("stop", prefix, deployment(prefix), workshop.execution()),
    ):
        with pytest.raises(EngineError, match=f"the name {prefix} is in use.*ksync did not make"):
            do()
    assert inspect(prefix, "{{.Id}} {{.State.StartedAt}}") == before


def test_the_container_of_another_deployment_is_never_touched(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    deploy("one", deployment("one", custom_name=prefix), workshop.execution(), tiny_image)
    with pytest.raises(EngineError, match="deployment/one has it"):
        deploy("two", deployment("two", custom_name=prefix), workshop.execution(), tiny_image)
    assert inspect(prefix, "{{.State.Status}}") == "running"


@pytest.mark.parametrize("at", ["docker run", "docker stop"])
def test_a_run_that_is_stopped_leaves_the_one_before_running(
    workshop: Workshop, tiny_image: str, prefix: str, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(prefix, deployment(prefix), workshop.execution(), tiny_image)
    before = inspect(prefix, "{{.Id}}")

    def stopped() -> bool:
        found = names(prefix)
        return found == [prefix, prefix + deployments.ASIDE] if at == "docker run" else _is_stopped(before)

    workshop.stop = stopped
    with pytest.raises(EngineError, match=r"stopped.*The container before it runs again"):
        deploy(prefix, deployment(prefix, environment="A = 2"), workshop.execution(), tiny_image)
    assert inspect(prefix, "{{.Id}} {{.State.Status}}") == f"{before} running"
    assert names(prefix) == [prefix]


def _is_stopped(container: str) -> bool:
    return inspect(container, "{{.State.Status}}") == "exited"


def test_what_a_broken_off_run_set_aside_takes_its_name_back(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    deploy(prefix, deployment(prefix), workshop.execution(), tiny_image)
    before = inspect(prefix, "{{.Id}}")
    docker("stop", "-t", "0", prefix)
    docker("rename", prefix, prefix + deployments.ASIDE)
    with pytest.raises(EngineError, match="runs again"):
        deploy(prefix, deployment(prefix, command="false"), workshop.execution(), tiny_image)
    assert inspect(prefix, "{{.Id}} {{.State.Status}}") == f"{before} running"


def test_what_a_broken_off_run_left_beside_is_removed(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    deploy(prefix, deployment(prefix), workshop.execution(), tiny_image)
    docker("rename", prefix, prefix + deployments.ASIDE)
    docker("run", "-d", "--name", prefix, "--label", f"{OWNER_LABEL}=deployment/{prefix}", tiny_image, "sleep", "1000")
    deploy(prefix, deployment(prefix), workshop.execution(), tiny_image)
    assert names(prefix) == [prefix]


def test_one_that_removes_itself_when_stopped_is_replaced(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    one = deployment(prefix, extra_args=["--rm"])
    deploy(prefix, one, workshop.execution(), tiny_image)
    before = inspect(prefix, "{{.Id}}")
    deploy(prefix, one, workshop.execution(), tiny_image)
    assert inspect(prefix, "{{.Id}}") != before


def test_taking_down_removes_its_own_container_only(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    for name in (prefix, f"{prefix}-b"):
        deploy(name, deployment(name, extra_args=["--volume /anonymous"]), workshop.execution(), tiny_image)
    volume = inspect(prefix, "{{(index .Mounts 0).Name}}")
    take_down(prefix, deployment(prefix), workshop.execution(), volumes=True)
    assert names(prefix) == [f"{prefix}-b"]
    assert docker("volume", "inspect", volume, check=False).returncode != 0
    take_down(f"{prefix}-b", deployment(f"{prefix}-b"), workshop.execution(), volumes=True)


def test_taking_down_keeps_volumes_unless_asked(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    one = deployment(prefix, volumes=f"{prefix}-data:/data")
    deploy(prefix, one, workshop.execution(), tiny_image)
    take_down(prefix, one, workshop.execution())
    assert docker("volume", "inspect", f"{prefix}-data").returncode == 0


def test_taking_down_what_is_not_there_says_so(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    take_down(prefix, deployment(prefix), workshop.execution())
    assert workshop.log == [f"no container {prefix}: nothing to take down"]


def test_a_container_is_stopped_with_the_signal_of_its_deployment(
    workshop: Workshop, tiny_image: str, prefix: str
) -> None:
    one = deployment(
        prefix,
        command="sh -c 'trap \"echo told > /data/told; exit 0\" INT; while :; do sleep 0.1; done'",
        volumes=f"{prefix}-data:/data",
        restart="always",
        termination_signal="SIGINT",
        termination_timeout=5,
    )
    deploy(prefix, one, workshop.execution(), tiny_image)
    act("stop", prefix, one, workshop.execution())
    assert inspect(prefix, "{{.State.Status}}") == "exited"
    assert docker("run", "--rm", "-v", f"{prefix}-data:/data", tiny_image, "cat", "/data/told").stdout == "told\n"


def test_a_container_is_started_restarted_paused_and_destroyed(
    workshop: Workshop, tiny_image: str, prefix: str
) -> None:
    one, execution = deployment(prefix, extra_args=["--stop-timeout 0"]), workshop.execution()
    deploy(prefix, one, execution, tiny_image)
    seen = []
    for verb in ("pause", "unpause", "stop", "start", "restart"):
        act(verb, prefix, one, execution)  # type: ignore[arg-type]
        seen.append(inspect(prefix, "{{.State.Status}}"))
    assert seen == ["paused", "running", "exited", "running", "running"]
    act("destroy", prefix, one, execution)
    assert not exists(prefix)
    with pytest.raises(EngineError, match="Deploy it first"):
        act("start", prefix, one, execution)


def test_a_swarm_needs_a_core(workshop: Workshop, prefix: str) -> None:
    with pytest.raises(NotPossibleError, match="Komodo Core"):
        deploy(prefix, deployment(prefix, swarm_id="s"), workshop.execution(), "x")


def test_a_host_that_does_not_answer_is_told(workshop: Workshop, tiny_image: str, prefix: str) -> None:
    execution = workshop.execution(address="unix:///nowhere/docker.sock")
    with pytest.raises(EngineError, match=r"server 'local' does not answer.*Start Docker"):
        deploy(prefix, deployment(prefix), execution, tiny_image)


def test_the_image_of_a_build_without_registry_is_not_asked_for(
    workshop: Workshop, tiny_image: str, prefix: str
) -> None:
    one = deployment(prefix, image={"type": "Build", "params": {"build": "tiny"}})
    deploy(prefix, one, workshop.execution(), tiny_image)
    assert any("built without a registry" in line for line in workshop.log)
