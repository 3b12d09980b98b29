"""Which Docker host stands for which server."""

from __future__ import annotations

import shlex
import socket
from pathlib import Path

import pytest

from ksync_tui.config.settings import load
from ksync_tui.engine.embedded.docker.command import DockerHost
from ksync_tui.engine.embedded.docker.hosts import host_of, why_not
from ksync_tui.errors import ConfigError
from ksync_tui.model.kinds.server import Server


def server(address: str, *, enabled: bool = True) -> Server:
    return Server.model_validate({"name": "s", "config": {"address": address, "enabled": enabled}})


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8120",
        "https://127.0.0.1:8120",
        "http://[::1]:8120",
        "localhost:8120",
        "localhost",
        "127.1.2.3",
        "HTTPS://LOCALHOST:8120/",
        f"https://{socket.gethostname()}:8120",
    ],
)
def test_an_enabled_server_on_this_machine_is_dockers_default(address: str) -> None:
    assert host_of("s", server(address), {}) == DockerHost("s", "")


@pytest.mark.parametrize(
    "address", ["", "https://192.0.2.7:8120", "https://periphery:8120", "https://localhost.example:1", "http://[::1"]
)
def test_any_other_server_has_none(address: str) -> None:
    assert host_of("s", server(address), {}) is None
    assert "`ksync hosts add s ADDRESS` maps one" in why_not("s", server(address))


def test_the_users_own_mapping_wins() -> None:
    hosts = {"s": "ssh://me@box", "far": "", "socket": "/run/docker.sock"}
    assert host_of("s", server("http://localhost:8120"), hosts) == DockerHost("s", "ssh://me@box")
    assert host_of("far", None, hosts) == DockerHost("far", "")
    assert host_of("socket", None, hosts) == DockerHost("socket", "unix:///run/docker.sock")


def test_a_local_server_that_is_not_enabled_says_how_to_enable_it() -> None:
    off = server("http://localhost:8120", enabled=False)
    assert host_of("s", off, {}) is None
    assert "enabled = true" in why_not("s", off)


@pytest.mark.parametrize("name", ["server-01", "my box", 'a"b', "a.b"])
def test_the_command_that_is_named_is_about_that_server(name: str) -> None:
    said = why_not(name, None)
    words = shlex.split(said[said.index("`") + 1 : said.rindex("`")])
    assert words == ["ksync", "hosts", "add", name, "ADDRESS"]


@pytest.mark.parametrize(
    ("written", "command", "name"),
    [
        ("", ("docker",), ""),
        ('[docker]\ncommand = "podman"\n', ("podman",), "podman"),
        ('[docker]\ncommand = ["sudo", "docker"]\n', ("sudo", "docker"), "docker"),
        ('[docker]\ncommand = ["a", "b"]\nname = "a box"\n', ("a", "b"), "a box"),
    ],
)
def test_another_command_can_stand_in_for_docker(
    tmp_path: Path, written: str, command: tuple[str, ...], name: str
) -> None:
    (tmp_path / "config.toml").write_text(written)
    settings = load({"KSYNC_HOME": str(tmp_path)})
    assert (settings.docker.command, settings.docker.name) == (command, name)
    host = host_of("s", server("http://localhost:8120"), {}, settings.docker.command)
    assert host is not None
    assert tuple(host.docker) == command
    assert host.as_shown([*host.docker, "ps"]) == [command[-1], "ps"]


@pytest.mark.parametrize("written", ["command = []", 'command = [""]', "command = 1", 'comand = ["x"]', "name = 1"])
def test_a_docker_command_that_is_none_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "config.toml").write_text(f"[docker]\n{written}\n")
    with pytest.raises(ConfigError, match=r"\[docker\] cannot be used"):
        load({"KSYNC_HOME": str(tmp_path)})
