"""What somebody started by hand becomes resources, and ksync's, while it goes on running."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.engine.embedded.docker.arguments import arguments
from ksync_tui.engine.embedded.docker.as_deployment import as_deployment
from ksync_tui.engine.embedded.docker.inspected import inspected
from ksync_tui.engine.embedded.docker.interpolate import interpolate
from ksync_tui.model.kinds.deployment import DeploymentConfig, ImageParams
from ksync_tui.model.secret_look import SecretLook
from tests.cli.conftest import CommandLine
from tests.cli.test_json import object_of
from tests.docker.conftest import Workshop
from tests.docker.real import docker
from tests.docker.test_renames import containers

pytestmark = pytest.mark.docker

COMPOSE = """
services:
  app:
    image: {image}
    command: sleep 1000
    stop_signal: SIGKILL
    environment: {{LEVEL: "${{LEVEL}}"}}
    network_mode: none
  worker:
    image: {image}
    command: sleep {seconds}
    stop_signal: SIGKILL
    network_mode: none
"""
OPTIONS = {
    "bare": [],
    "ports": ["-p", "127.0.0.1::80", "-p", "18099:99/udp", "--expose", "7"],
    "volumes": ["-v", "/etc:/x:ro", "-v", "{name}-data:/data", "-v", "/nameless", "--tmpfs", "/run:size=64k"],
    "mounts": ["--mount", "type=bind,source=/etc,target=/m,readonly,bind-propagation=rslave"],
    "texts": [
        "-e",
        "A=a b",
        "-e",
        "B=a #b",
        "-e",
        'C="q"',
        "-e",
        "D=it's",
        "-e",
        "E=a=b",
        "-e",
        "F=x\ny",
        "-l",
        "k= v",
    ],
    "secrets": ["-e", "DB_PASSWORD=pa ss#w'or\"d", "-e", "URL=postgres://u:passw0rd@db/x", "-l", "api_key=abcdef12"],
    "host": ["--network", "host", "--restart", "on-failure:3", "--init", "--read-only", "--cap-add", "NET_ADMIN"],
    "limits": [
        "--memory",
        "64m",
        "--cpus",
        "0.5",
        "--ulimit",
        "nofile=100:200",
        "--pids-limit",
        "50",
        "--shm-size",
        "1m",
    ],
    "names": [
        "--hostname",
        "box",
        "--add-host",
        "db:10.0.0.1",
        "--dns",
        "1.1.1.1",
        "--group-add",
        "7",
        "--user",
        "1:1",
    ],
    "health": ["--health-cmd", "test -e /bin && true", "--health-interval", "1500ms", "--health-retries", "2"],
    "unhealthy": ["--no-healthcheck", "--security-opt", "no-new-privileges", "--log-opt", "max-size=1m", "-t", "-i"],
    "privileged": ["--privileged", "--device", "/dev/null:/dev/other", "--sysctl", "net.ipv4.ip_forward=1"],
    "unconfined": [
        "--security-opt",
        "systempaths=unconfined",
        "--ipc",
        "shareable",
        "--pid",
        "host",
        "--stop-timeout",
        "3",
    ],
    "entrypoint": ["--entrypoint", "/bin/sh", "--workdir", "/bin", "--rm", "--cgroupns", "private"],
}
VOLATILE = {"ContainerIDFile", "Hostname", "Image", "AttachStdout", "AttachStderr", "Volumes", "ExposedPorts"}


def facts(name: str) -> dict[str, Any]:
    """What Docker has of a container, less what is its own."""
    said = json.loads(docker("inspect", name).stdout)[0]
    config = {key: value for key, value in said["Config"].items() if key not in VOLATILE}
    config["Env"], config["Exposed"] = sorted(config["Env"] or ()), sorted(said["Config"].get("ExposedPorts") or ())
    mounts = sorted((mount["Destination"], mount.get("Name") or mount["Source"]) for mount in said["Mounts"])
    host = {key: value for key, value in said["HostConfig"].items() if key not in {*VOLATILE, "Binds"}}
    host["NetworkMode"] = host["NetworkMode"].replace("default", "bridge")
    return {"config": config, "host": host, "mounts": mounts}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_a_deployment_makes_the_container_that_it_was_made_from(
    workshop: Workshop, prefix: str, tiny_image: str, options: list[str]
) -> None:
    name, again = f"{prefix}-one", f"{prefix}-two"
    given = [option.format(name=name) for option in options]
    docker("create", "--name", name, *given, tiny_image, "sh", "-c", 'sleep 1000; echo "it\'s" $A')
    execution = workshop.execution()
    (seen,) = inspected(execution, [docker("inspect", "--format", "{{.Id}}", name).stdout.strip()])
    found = as_deployment(seen, "local", SecretLook(), {})
    config = found.resource.settings
    assert isinstance(config, DeploymentConfig)
    assert isinstance(config.image.params, ImageParams)
    for value in found.secrets.values():
        assert value not in str(found.resource)

    words = arguments(again, config, config.image.params.image, lambda text: interpolate(text, {}, found.secrets), {})
    assert words[:2] == ["run", "-d"]
    docker("create", *words[2:])
    if "/nameless" in given:
        assert [note for note in found.notes if note.startswith("/nameless is a volume without a name")]
    assert facts(again) == facts(name)


def hosted(ksync: CommandLine) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text('[hosts]\nedge = "unix:///var/run/docker.sock"\n')


def compose(folder: Path, *words: str) -> None:
    import subprocess

    plugin = docker("compose", "version", check=False).returncode == 0
    command = ["docker", "compose"] if plugin else ["docker-compose"]
    subprocess.run([*command, *words], cwd=folder, check=True, capture_output=True)


def started(ksync: CommandLine, prefix: str, image: str) -> list[Path]:
    """Three compose projects and two containers, as somebody who has no ksync starts them."""
    folders = [ksync.files.parent / f"{prefix}-{name}" for name in ("web", "blog", "wiki")]
    for folder in folders:
        folder.mkdir()
        (folder / "compose.yaml").write_text(COMPOSE.format(image=image, seconds=1000))
        (folder / ".env").write_text("LEVEL=1\n")
        compose(folder, "-p", folder.name, "up", "-d")
    secret = ["-e", "REDIS_PASSWORD=hunter2hunter2"]
    kill = ["--stop-signal", "SIGKILL", "--network", "none"]
    docker("run", "-d", "--name", f"{prefix}-cache", *kill, *secret, "-v", "/data", image, "sleep", "1000")
    docker("run", "-d", "--name", f"{prefix}-probe", *kill, image, "sleep", "1000")
    return folders


def mine(prefix: str) -> list[str]:
    names = [f"stack/{prefix}-{name}" for name in ("web", "blog", "wiki")]
    return [*names, f"deployment/{prefix}-cache", f"deployment/{prefix}-probe"]


def test_three_projects_and_two_containers_become_ksyncs_without_a_restart(
    ksync: CommandLine, prefix: str, tiny_image: str
) -> None:
    hosted(ksync)
    folders = started(ksync, prefix, tiny_image)
    before = containers(prefix)
    file = ksync.files / "all.toml"
    found = ksync("import", "--host", "edge", "-o", file)
    assert found.code == 0, found.err
    assert "hunter2" not in file.read_text() + found.err
    tables = tomllib.loads(file.read_text())
    assert {prefix + "-web", prefix + "-blog", prefix + "-wiki"} <= {stack["name"] for stack in tables["stack"]}

    only = [f"--only={name}" for name in mine(prefix)]
    adopted = ksync("import", "--host", "edge", "--adopt", file, *only, "--yes")
    assert adopted.code == 0, adopted.err
    assert "hunter2" not in adopted.out + adopted.err
    assert ksync("plan", file, "--json").code in (0, 2)
    actions = json.loads(ksync("plan", file, "--json").out)["actions"]
    assert not [action["id"] for action in actions if prefix in action["name"]]
    assert containers(prefix) == before

    again = object_of(ksync("import", "--host", "edge", "--json"), "import")
    assert not [one["name"] for one in again["found"] if prefix in one["name"]]
    assert again["owned"] == len(before)

    # A change makes anew what it is about and nothing else: the label that ksync gives would be a change, too.
    (folders[0] / "compose.yaml").write_text(COMPOSE.format(image=tiny_image, seconds=2000))
    applied = ksync("apply", file, f"--only=stack/{prefix}-web", "--yes")
    assert applied.code == 0, applied.err
    after = {name: known for known, name in containers(prefix).items()}
    kept = {name: known for known, name in before.items()}
    changed = {name for name in kept if after[name] != kept[name]}
    assert changed == {f"{prefix}-web-worker-1"}

    assert ksync("run", f"deployment/{prefix}-cache", "--yes").code == 0
    env = docker("inspect", "--format", "{{.Config.Env}}", f"{prefix}-cache").stdout
    assert "REDIS_PASSWORD=hunter2hunter2" in env
    ksync.write('[[server]]\nname = "edge"\n', "all.toml")
    ended = ksync("apply", file, "--all", "--delete", "--allow-delete", "--yes")
    assert ended.code == 0, ended.err
    assert containers(prefix) == {}


def test_undoing_an_import_leaves_what_runs_alone(ksync: CommandLine, prefix: str, tiny_image: str) -> None:
    hosted(ksync)
    docker("run", "-d", "--name", f"{prefix}-probe", "--network", "none", tiny_image, "sleep", "1000")
    before = containers(prefix)
    file = ksync.files / "all.toml"
    assert ksync("import", "--host", "edge", "-o", file).code == 0
    only = f"--only=deployment/{prefix}-probe"
    assert ksync("import", "--host", "edge", "--adopt", file, only, "--yes").code == 0
    assert ksync("runs", "undo", "1", "--all", "--allow-delete", "--yes").code == 0
    assert containers(prefix) == before
    found = json.loads(ksync("import", "--host", "edge", "--json").out)["found"]
    assert f"{prefix}-probe" in [one["name"] for one in found]


def test_what_is_declared_otherwise_is_taken_over_and_its_deploy_stays_pending(
    ksync: CommandLine, prefix: str, tiny_image: str
) -> None:
    hosted(ksync)
    docker("run", "-d", "--name", f"{prefix}-probe", "--network", "none", tiny_image, "sleep", "1000")
    before = containers(prefix)
    file = ksync.files / "all.toml"
    assert ksync("import", "--host", "edge", "-o", file).code == 0
    file.write_text(file.read_text().replace("sleep 1000", "sleep 2000"))
    only = f"--only=deployment/{prefix}-probe"
    ended = ksync("import", "--host", "edge", "--adopt", file, only, "--yes")
    assert "Its deploy stays pending: it would be made anew, with other options" in ended.err
    assert ended.code == 0
    assert containers(prefix) == before
    assert f"* {prefix}-probe  what runs has other settings" in ksync("plan", file).out
    assert ksync("apply", file, only, "--yes").code == 0
    assert containers(prefix) != before
    assert "sleep 2000" in docker("inspect", "--format", "{{.Config.Cmd}}", f"{prefix}-probe").stdout


DECLARED = """
[[server]]
name = "edge"

[[stack]]
name = "{prefix}-web"
deploy = true
[stack.config]
server = "edge"
files_on_host = true
run_directory = "{folder}"

[[deployment]]
name = "{prefix}-probe"
deploy = true
[deployment.config]
server = "edge"
network = "none"
image.type = "Image"
image.params.image = "{image}"
command = "sleep 1000"
environment = "LEVEL = 1"
"""


def test_what_was_declared_and_refused_can_be_taken_over(ksync: CommandLine, prefix: str, tiny_image: str) -> None:
    hosted(ksync)
    folder = ksync.files.parent / f"{prefix}-web"
    folder.mkdir()
    (folder / "compose.yaml").write_text(COMPOSE.format(image=tiny_image, seconds=1000))
    (folder / ".env").write_text("LEVEL=1\n")
    compose(folder, "-p", folder.name, "up", "-d")
    docker("run", "-d", "--name", f"{prefix}-probe", "--network", "none", "-e", "LEVEL=1", tiny_image, "sleep", "1000")
    before = containers(prefix)
    file = ksync.write(DECLARED.format(prefix=prefix, folder=folder, image=tiny_image))
    refused = ksync("apply", file, "--all", "--yes")
    assert refused.code == 2
    assert refused.err.count("`ksync import --host edge --adopt PATH` takes over what runs") == 2

    adopted = ksync("import", "--host", "edge", "--adopt", file, "--all", "--yes")
    assert adopted.code == 0, adopted.err
    assert containers(prefix) == before
    assert ksync("plan", file).code == 0
    assert "managed by ksync already" in ksync("import", "--host", "edge").err


def test_a_project_whose_files_are_gone_is_left_out_with_the_reason(
    ksync: CommandLine, prefix: str, tiny_image: str
) -> None:
    hosted(ksync)
    folder = ksync.files.parent / f"{prefix}-web"
    folder.mkdir()
    (folder / "compose.yaml").write_text(COMPOSE.format(image=tiny_image, seconds=1000))
    (folder / ".env").write_text("LEVEL=1\n")
    compose(folder, "-p", folder.name, "up", "-d")
    (folder / ".env").write_text("LEVEL=2\n")
    notes = {one["name"]: one["notes"] for one in json.loads(ksync("import", "--host", "edge", "--json").out)["found"]}
    assert notes[folder.name] == ["a deploy makes app anew: the files say something else than what runs"]
    (folder / "compose.yaml").unlink()
    left = {one["name"]: one["why"] for one in json.loads(ksync("import", "--host", "edge", "--json").out)["left_out"]}
    assert f"compose.yaml is not in {folder}" in left[folder.name]
