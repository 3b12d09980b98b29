"""From a deployment to the words of `docker run` (semantics e.6)."""

from __future__ import annotations

from typing import Any

import pytest

from ksync_tui.engine.embedded.docker.arguments import arguments, environment, unquoted
from ksync_tui.engine.embedded.docker.interpolate import interpolate
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.deployment import DeploymentConfig

VARIABLES = {"GREETING": "hello", "MOUNT": "/srv/data:/data"}
SECRETS = {"PASS": "topsecret"}


def words(own: dict[str, str] | None = None, /, **config: Any) -> list[str]:
    """The words for a config, image and name being fixed."""

    def put_in(text: str) -> str:
        return interpolate(text, VARIABLES, SECRETS)

    return arguments("one", DeploymentConfig.model_validate(config), "local/tiny:1", put_in, own or {})


def test_the_words_are_those_that_komodos_agent_ran() -> None:
    said = words(
        restart="on-failure",
        network="bridge",
        command="sh -c 'echo [[GREETING]] [[PASS]]; sleep 1000'",
        environment=(
            'A = 1\nB: two words\n- C=3\nQUOTED = "q"\nG = [[GREETING]]\nP = [[PASS]]\n'
            "MISSING = [[NOPE]]\nESC = [[[GREETING]]]\n"
        ),
        labels="x.y = z",
        ports="18080:80",
        volumes="/srv:/data:ro",
        extra_args=["--hostname one", "--memory=64m"],
        termination_timeout=1,
    )
    # fmt: off
    assert said == [
        "run", "-d", "--name", "one", "--network", "bridge", "-p", "18080:80", "-v", "/srv:/data:ro",
        "--env", "A=1", "--env", "B=two words", "--env", "C=3", "--env", "QUOTED=q", "--env", "G=hello",
        "--env", "P=topsecret", "--env", "MISSING=[[NOPE]]", "--env", "ESC=[[GREETING]]",
        "--restart", "on-failure:10", "--label", "x.y=z", "--hostname", "one", "--memory=64m",
        "local/tiny:1", "sh", "-c", "echo hello topsecret; sleep 1000",
    ]
    # fmt: on


def test_a_bare_deployment_is_on_the_hosts_network_and_does_not_restart() -> None:
    said = words(command="sleep 1000")
    assert said[4:] == ["--network", "host", "--restart", "no", "local/tiny:1", "sleep", "1000"]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"ports": "127.0.0.1:80:80\n8443:443/udp"}, ["-p", "127.0.0.1:80:80", "-p", "8443:443/udp"]),
        ({"ports": "# none\n\n// none"}, []),
        ({"volumes": "[[MOUNT]]"}, ["-v", "/srv/data:/data"]),
        ({"volumes": '"/my data:/data"'}, ["-v", "/my data:/data"]),
        ({"volumes": "/a:/b # why"}, ["-v", "/a:/b"]),
        ({"environment": "JSON = {\"a\": 1, 'b': [2]}"}, ["--env", "JSON={\"a\": 1, 'b': [2]}"]),
        ({"environment": r"JSON = {\"a\": 1}"}, ["--env", 'JSON={"a": 1}']),
        ({"environment": "MONEY = $5 `x` $(y)"}, ["--env", "MONEY=$5 `x` $(y)"]),
        ({"environment": "EMPTY ="}, ["--env", "EMPTY="]),
        ({"environment": "URL = http://x?a=b"}, ["--env", "URL=http://x?a=b"]),
        ({"labels": "rule: Host(`a.b`) && Path(`/`)"}, ["--label", "rule=Host(`a.b`) && Path(`/`)"]),
        ({"extra_args": ["--add-host 'a:1 2'", "--privileged"]}, ["--add-host", "a:1 2", "--privileged"]),
    ],
)
def test_entries_become_words(config: dict[str, Any], expected: list[str]) -> None:
    said = words(**config)
    assert len(said) == len(words()) + len(expected)
    assert any(said[at : at + len(expected)] == expected for at in range(len(said)))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("", []),
        ("echo 'two words' \"three more words\"", ["echo", "two words", "three more words"]),
        ("sh -c 'a && b' && c", ["sh", "-c", "a && b", "&&", "c"]),
        ("server \\\n  --port 80", ["server", "--port", "80"]),
        ("echo '' # not a comment", ["echo", "", "#", "not", "a", "comment"]),
    ],
)
def test_a_command_is_cut_as_a_shell_would(command: str, expected: list[str]) -> None:
    said = words(command=command)
    assert said[said.index("local/tiny:1") + 1 :] == expected


def test_labels_of_ksyncs_own_come_besides() -> None:
    said = words({"owner": "deployment/one"}, labels="a=b")
    assert said[-5:-1] == ["--label", "a=b", "--label", "owner=deployment/one"]


@pytest.mark.parametrize(
    ("config", "field", "why"),
    [
        ({"command": "echo 'open"}, "command", "no closing quotation"),
        ({"extra_args": ['--label "x']}, "extra_args", "no closing quotation"),
        ({"environment": "A = 1\n[[PASS]]"}, "environment", "neither `=` nor `:`"),
        ({"ports": "[[PASS"}, "ports", "line 1"),
    ],
)
def test_what_makes_no_sense_is_an_error_that_names_the_field(config: dict[str, Any], field: str, why: str) -> None:
    with pytest.raises(EngineError, match=f"`{field}`") as caught:
        words(**config)
    assert why in str(caught.value)
    assert "topsecret" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("q", "q"),
        ('"q"', "q"),
        ("'q'", "q"),
        ("'a\\\\b'", "a\\\\b"),
        ('"', '"'),
        ('"open', '"open'),
        (r"a\$b\"c\\d\n", 'a$b"c\\d\\n'),
        ("", ""),
    ],
)
def test_quotes_are_taken_off_as_a_shell_does(value: str, expected: str) -> None:
    assert unquoted(value) == expected


def test_the_environment_may_stand_in_a_file() -> None:
    config = DeploymentConfig.model_validate({"environment": 'A = 1\nP = "[[PASS]]: 2"\nEMPTY =\n'})
    assert environment(config, lambda text: interpolate(text, VARIABLES, SECRETS)) == ("A=1\nP=topsecret: 2\nEMPTY=\n")
    said = arguments("one", config, "local/tiny:1", str, {}, "/dev/fd/9")
    assert said[said.index("--env-file") + 1] == "/dev/fd/9"
    assert "--env" not in said


def test_without_an_environment_no_file_is_named() -> None:
    assert "--env-file" not in arguments("one", DeploymentConfig(), "local/tiny:1", str, {}, "/dev/fd/9")


@pytest.mark.parametrize(
    ("text", "why"), [(f"BIG = {'x' * 65536}", "the value of BIG is longer"), ("A B = 1", "`A B` is not a name")]
)
def test_what_an_env_file_cannot_hold_is_refused_without_its_value(text: str, why: str) -> None:
    with pytest.raises(EngineError, match=why) as refused:
        environment(DeploymentConfig.model_validate({"environment": text}), str)
    assert "xxx" not in str(refused.value)
