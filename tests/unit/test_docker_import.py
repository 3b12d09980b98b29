"""Containers and compose projects as resources: what is written reads back, what cannot be said is spoken of."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.engine.embedded.docker.arguments import arguments
from ksync_tui.engine.embedded.docker.as_deployment import UnsayableError, as_deployment
from ksync_tui.engine.embedded.docker.as_stack import as_stack
from ksync_tui.engine.embedded.docker.inspected import Inspected
from ksync_tui.engine.embedded.docker.interpolate import interpolate
from ksync_tui.model.discovery import Discovered
from ksync_tui.model.kinds.deployment import DeploymentConfig
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.secrets import names_only

NAME = "one"
ENGINE = {"LoggingDriver": "json-file", "DefaultRuntime": "runc", "CgroupVersion": "2"}
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=12)
KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,8}", fullmatch=True)


def seen(image: dict[str, Any] | None = None, host: dict[str, Any] | None = None, **config: Any) -> Inspected:
    """A container that runs, with this config, and an image of this one."""
    container = {
        "Id": "0" * 64,
        "Name": f"/{NAME}",
        "Created": "2026-01-01T00:00:00Z",
        "State": {"Running": True},
        "Config": {"Image": "tiny:1", **config},
        "HostConfig": {"NetworkMode": "bridge", **(host or {})},
    }
    return Inspected(container, {"Entrypoint": None, **(image or {})}, ENGINE, {"1" * 64: "vpn"})


def described(one: Inspected) -> tuple[Discovered, DeploymentConfig]:
    found = as_deployment(one, "edge", SecretLook(), {})
    config = found.resource.settings
    assert isinstance(config, DeploymentConfig)
    return found, config


def words(one: Inspected) -> list[str]:
    """What a deploy of the deployment runs."""
    found, config = described(one)
    return arguments(NAME, config, "tiny:1", lambda text: interpolate(text, {}, found.secrets), {})


def values(said: list[str], *flags: str) -> list[str]:
    """The values of options, as `--flag value` or `--flag=value`."""
    pairs = [word for flag, word in pairwise(said) if flag in flags]
    joined = [word.partition("=")[2] for word in said if word.partition("=")[0] in flags and "=" in word]
    return pairs + joined


@given(st.dictionaries(KEYS, TEXT, max_size=6))
def test_an_environment_reads_back_whatever_is_in_it(env: dict[str, str]) -> None:
    wanted = [f"{key}={value}" for key, value in env.items()]
    try:
        said = words(seen(Env=[*wanted, "PATH=/bin"], image={"Env": ["PATH=/bin"]}))
    except UnsayableError:
        return  # said so, rather than written otherwise
    assert sorted(values(said, "--env")) == sorted(wanted)


@given(st.dictionaries(KEYS, TEXT, max_size=6))
def test_labels_read_back_whatever_is_in_them(labels: dict[str, str]) -> None:
    wanted = [f"{key}={value}" for key, value in labels.items()]
    try:
        said = words(seen(Labels={**labels, "dev.ksync.owner": "deployment/gone"}))
    except UnsayableError:
        return
    assert sorted(values(said, "--label")) == sorted(wanted)


@given(st.lists(TEXT.filter(bool), min_size=1, max_size=4))
def test_a_command_reads_back(command: list[str]) -> None:
    try:
        said = words(seen(Cmd=command))
    except UnsayableError:
        return
    assert said[said.index("tiny:1") + 1 :] == command


@pytest.mark.parametrize(
    ("bindings", "expected"),
    [
        ({"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}, ["8080:80"]),
        ({"53/udp": [{"HostIp": "127.0.0.1", "HostPort": "53"}]}, ["127.0.0.1:53:53/udp"]),
        ({"80/tcp": [{"HostIp": "::1", "HostPort": "80"}]}, ["[::1]:80:80"]),
        ({"80/tcp": [{"HostIp": "", "HostPort": ""}]}, ["80"]),
        ({"80/tcp": [{"HostIp": "10.0.0.1", "HostPort": ""}]}, ["10.0.0.1::80"]),
        ({"80/tcp": None}, []),
    ],
)
def test_ports_are_published_as_they_were(bindings: dict[str, Any], expected: list[str]) -> None:
    assert values(words(seen(host={"PortBindings": bindings})), "-p", "--publish") == expected


def test_what_looks_like_a_secret_is_named_and_kept_beside() -> None:
    url = "DATABASE_URL=postgres://u:passw0rd@db/x"
    found, config = described(seen(Env=["DB_PASSWORD=hunter2hunter2", url, "LEVEL=1"]))
    assert config.environment == (
        "DB_PASSWORD = [[ONE_DB_PASSWORD]]\nDATABASE_URL = postgres://u:[[ONE_DATABASE_URL]]@db/x\nLEVEL = 1\n"
    )
    assert found.secrets == {"ONE_DB_PASSWORD": "hunter2hunter2", "ONE_DATABASE_URL": "passw0rd"}
    assert names_only("[[ONE_DB_PASSWORD]]")


def test_a_variable_that_has_another_value_already_keeps_its_name() -> None:
    one = seen(Env=["DB_PASSWORD=hunter2hunter2"])
    found = as_deployment(one, "edge", SecretLook(), {"ONE_DB_PASSWORD": "another"})
    assert found.secrets == {"ONE_DB_PASSWORD_2": "hunter2hunter2"}
    again = as_deployment(one, "edge", SecretLook(), found.secrets)
    assert again.secrets == {"ONE_DB_PASSWORD": "hunter2hunter2"}


def test_a_secret_that_no_variable_holds_leaves_the_container_out() -> None:
    with pytest.raises(UnsayableError, match="SIGNING_KEY looks like a secret, but the value holds a line break"):
        described(seen(Env=["SIGNING_KEY=-----BEGIN\nPRIVATE"]))


@pytest.mark.parametrize(
    ("host", "note"),
    [
        ({"KernelMemory": 4096}, "KernelMemory is set, for which `docker run` has no option"),
        ({"SecurityOpt": ['seccomp={"defaultAction":1}']}, "its security profile was read from a file"),
        ({"DeviceRequests": [{"Driver": "odd", "Count": 1}]}, "it has devices by a request"),
        (
            {"Mounts": [{"Type": "volume", "Target": "/d", "VolumeOptions": {"Labels": {"a": "b"}}}]},
            "the mount at /d has options that are not carried over",
        ),
    ],
)
def test_what_no_option_says_is_a_note(host: dict[str, Any], note: str) -> None:
    notes = described(seen(host=host))[0].notes
    assert len(notes) == 1
    assert notes[0].startswith(note)


def test_an_image_that_is_gone_is_a_note() -> None:
    one = seen(Env=["PATH=/bin"])
    gone = Inspected(one.container, {}, ENGINE, {})
    assert described(gone)[0].notes == ("its image is gone: what that set is written down with the rest",)
    assert values(words(gone), "--env") == ["PATH=/bin"]


def test_a_container_in_anothers_network_names_it_rather_than_its_id() -> None:
    assert described(seen(host={"NetworkMode": f"container:{'1' * 64}"}))[1].network == "container:vpn"


def test_further_networks_are_a_command_of_their_own() -> None:
    one = seen()
    networks = {"bridge": {}, "backend": {}}
    both = Inspected({**one.container, "NetworkSettings": {"Networks": networks}}, one.image, ENGINE, {})
    said = "it is also in the network backend: `docker network connect backend one` after a deploy"
    assert described(both)[0].notes == (said,)


def project(**labels: str) -> Inspected:
    return seen(Labels={f"com.docker.compose.project{key}": value for key, value in labels.items()})


def test_a_project_is_a_stack_whose_files_stay_where_they_are() -> None:
    given = {
        "": "web",
        ".working_dir": "/srv/web",
        ".config_files": "/srv/web/compose.yaml,/srv/web/../shared/base.yaml",
        ".environment_file": "/srv/web/.env,/srv/web/prod.env",
    }
    stack = as_stack("web", [project(**given)], "edge")
    assert stack is not None
    config = stack.config
    assert (config.files_on_host, config.run_directory) == (True, "/srv/web")
    assert config.file_paths == ["compose.yaml", "/srv/shared/base.yaml"]
    assert [file.path for file in config.additional_env_files] == ["prod.env"]


def test_the_usual_file_needs_no_line() -> None:
    stack = as_stack("web", [project(**{".working_dir": "/srv/web/", ".config_files": "compose.yaml"})], "edge")
    assert stack is not None
    assert stack.config.file_paths == []


@pytest.mark.parametrize("labels", [{}, {".working_dir": "/srv/web"}, {".config_files": "compose.yaml"}])
def test_without_its_files_a_project_is_no_stack(labels: dict[str, str]) -> None:
    assert as_stack("web", [project(**labels)], "edge") is None
