"""Stacks without an engine: compose's words, what changed files ask for, and where files may lie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.engine.embedded.docker import files, stacks, stacks_compose, stacks_record
from ksync_tui.engine.embedded.docker.command import DockerHost
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.files import WrittenStack
from ksync_tui.engine.embedded.docker.stacks_changes import Changed, changed
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.stack import Stack
from ksync_tui.model.resource import Target

PLUGIN, LEGACY = ["docker", "compose"], ["docker-compose"]


def stack(**config: Any) -> Stack:
    return Stack.model_validate({"name": "web", "config": config})


def site_at(state: Path, values: Mapping[str, str] | None = None, log: list[str] | None = None) -> ExecutionContext:
    def put_in(text: str) -> str:
        for name, value in (values or {}).items():
            text = text.replace(f"[[{name}]]", value)
        return text

    find: dict[Target, Resource] = {}
    return ExecutionContext(
        DockerHost("local"), state, find.get, put_in, ([] if log is None else log).append, lambda: False
    )


# ------------------------------------------------------------------ the command


@pytest.mark.parametrize(
    ("compose", "compose_files", "env", "expected"),
    [
        (PLUGIN, ["compose.yaml"], [], "docker compose -p web -f compose.yaml"),
        (
            PLUGIN,
            ["a.yaml", "sub/b.yaml"],
            ["common.env", ".env"],
            "docker compose -p web -f a.yaml -f sub/b.yaml --env-file common.env --env-file .env",
        ),
        (
            ["docker", "--context", "far", "compose"],
            ["compose.yaml"],
            [".env"],
            "docker --context far compose -p web -f compose.yaml --env-file .env",
        ),
        (LEGACY, ["compose.yaml"], [], "docker-compose -p web -f compose.yaml"),
        (LEGACY, ["compose.yaml"], [".env"], "docker-compose -p web -f compose.yaml --env-file FOLDER/.env"),
        (
            LEGACY,
            ["compose.yaml"],
            ["common.env", ".env"],
            "docker-compose -p web -f compose.yaml --env-file FOLDER/merged",
        ),
    ],
)
def test_what_compose_is_called_with(
    tmp_path: Path, compose: list[str], compose_files: list[str], env: list[str], expected: str
) -> None:
    (tmp_path / "common.env").write_text("A=common\nB=common")
    (tmp_path / ".env").write_text("A=own\n")
    laid = WrittenStack(tmp_path, tuple(compose_files), tuple(env))
    named = stacks_compose.env_files(compose, laid, tmp_path / "merged")
    assert (
        " ".join(stacks_compose.words(compose, "web", compose_files, named)).replace(str(tmp_path), "FOLDER")
        == expected
    )


def test_the_legacy_command_gets_all_env_files_as_one_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "common.env").write_text("A=common\nB=common")
    (tmp_path / ".env").write_text("A=own\n")
    merged = tmp_path / "merged"
    stacks_compose.env_files(LEGACY, WrittenStack(tmp_path, (), ("common.env", ".env")), merged)
    assert merged.read_text() == "A=common\nB=common\nA=own\n"
    assert merged.stat().st_mode & 0o777 == 0o600


def test_the_override_labels_each_service() -> None:
    made = json.loads(stacks_compose.override(["web", "db"], "stack/shop"))
    labels = {"labels": {"dev.ksync.owner": "stack/shop"}}
    assert made == {"services": {"web": labels, "db": labels}}


LEGACY_CONFIG = """\
networks:
  default:
    image: not-this
services:
  built:
    build:
      context: /srv
    image: built:1
  db:
    environment:
      image: 'nor this

        image: nor that'
    image: 'postgres:16'
  web:
    image: nginx:1
version: '3.9'
"""
PLUGIN_CONFIG = """\
name: shop
services:
  db:
    image: postgres:16
    networks:
      default: null
  web:
    image: nginx:1
networks:
  default:
    name: shop_default
"""


@pytest.mark.parametrize("text", [LEGACY_CONFIG, PLUGIN_CONFIG])
def test_the_images_to_pull_are_those_not_built_here(text: str) -> None:
    assert stacks_compose.to_pull(text) == ["nginx:1", "postgres:16"]


@pytest.mark.parametrize(
    ("wrapper", "expected"),
    [
        ("", ["docker", "compose", "up", "a b"]),
        ("op run -- [[COMPOSE_COMMAND]]", "op run -- docker compose up 'a b'"),
        (
            "# secrets\nexport A=1 # one\n[[COMPOSE_COMMAND]] \\\n  --quiet",
            "export A=1 && docker compose up 'a b' --quiet",
        ),
    ],
)
def test_a_wrapper_goes_around(wrapper: str, expected: list[str] | str) -> None:
    called, environment = stacks_compose.wrapped(wrapper, ["docker", "compose", "up", "a b"])
    assert called == expected or list(environment.values()) == [expected]


def test_a_wrapper_without_a_place_for_the_command_is_refused() -> None:
    with pytest.raises(EngineError, match="COMPOSE_COMMAND"):
        stacks_compose.wrapped("op run", ["docker"])


def test_extra_arguments_are_split_as_a_shell_would(tmp_path: Path) -> None:
    execution = site_at(tmp_path, {"N": "5"})
    words = stacks_compose.split(["--timeout [[N]]", "--label='a b'"], execution.interpolate)
    assert words == ["--timeout", "5", "--label=a b"]
    with pytest.raises(EngineError, match="open quote"):
        stacks_compose.split(["--label='a"], execution.interpolate)


@pytest.mark.parametrize(
    ("name", "project", "expected"), [("web", "", "web"), ("web", "shop", "shop"), ("web", "My Shop", "my_shop")]
)
def test_the_project_is_named_as_compose_takes_it(name: str, project: str, expected: str) -> None:
    assert stacks.project_name(name, stack(project_name=project)) == expected


def test_a_swarm_is_komodo_cores(tmp_path: Path) -> None:
    with pytest.raises(NotPossibleError, match="Komodo Core"):
        stacks.deploy("web", stack(swarm_id="s", file_contents="services: {}"), site_at(tmp_path))


# ------------------------------------------------------------------ changed files

CONFIG = stack(
    config_files=[
        {"path": "a.conf", "services": ["a"], "requires": "Restart"},
        {"path": "b.conf", "services": ["b"], "requires": "Redeploy"},
        {"path": "all.conf", "requires": "Restart"},
        {"path": "none.conf"},
    ]
)
DEPLOYED = {"compose.yaml": "1", "a.conf": "1", "b.conf": "1", "all.conf": "1", "none.conf": "1"}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({}, Changed(None)),
        ({"none.conf": "2"}, Changed(None)),
        ({"compose.yaml": "2"}, Changed("redeploy", (), ("compose.yaml",))),
        ({"compose.yaml": None}, Changed("redeploy", (), ("compose.yaml",))),
        ({".env": "new"}, Changed("redeploy", (), (".env",))),
        ({"a.conf": "2"}, Changed("restart", ("a",), ("a.conf",))),
        ({"a.conf": None}, Changed("restart", ("a",), ("a.conf",))),
        ({"b.conf": "2"}, Changed("redeploy", ("b",), ("b.conf",))),
        ({"a.conf": "2", "b.conf": "2"}, Changed("redeploy", ("a", "b"), ("a.conf", "b.conf"))),
        ({"a.conf": "2", "all.conf": "2"}, Changed("restart", (), ("a.conf", "all.conf"))),
        ({"a.conf": "2", "compose.yaml": "2"}, Changed("redeploy", (), ("a.conf", "compose.yaml"))),
    ],
)
def test_what_changed_files_ask_for(now: dict[str, str | None], expected: Changed) -> None:
    said = {path: text for path, text in (DEPLOYED | now).items() if text is not None}
    assert changed(DEPLOYED, said, CONFIG) == expected


_FILES = st.dictionaries(st.sampled_from(sorted(DEPLOYED)), st.sampled_from("12"))


@given(_FILES)
def test_the_same_contents_never_ask_for_anything(contents: dict[str, str]) -> None:
    assert changed(contents, dict(contents), CONFIG).verb is None


@given(_FILES, _FILES)
def test_a_change_asks_for_something_exactly_when_it_names_a_file(then: dict[str, str], now: dict[str, str]) -> None:
    found = changed(then, now, CONFIG)
    assert (found.verb is not None) == bool(found.files)
    assert all(then.get(path) != now.get(path) for path in found.files)


# ------------------------------------------------------------------ files


@pytest.mark.parametrize(
    "config",
    [
        {"run_directory": "../other", "file_contents": "services: {}"},
        {"file_paths": ["../../other.yaml"], "file_contents": "services: {}"},
        {"env_file_path": "../../.env", "environment": "A = 1", "file_contents": "services: {}"},
        {"repo": "https://example.org/x", "clone_path": "../../other"},
    ],
)
def test_no_relative_path_leads_out_of_the_stacks_folder(tmp_path: Path, config: dict[str, Any]) -> None:
    with pytest.raises(EngineError, match="leads out"):
        files.fetch("web", stack(**config), site_at(tmp_path), {})
    assert not list(tmp_path.rglob("other*"))


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "stacks/web").mkdir(parents=True)
    (tmp_path / "stacks/web/sub").symlink_to(tmp_path)
    with pytest.raises(EngineError, match="leads out"):
        files.fetch("web", stack(run_directory="sub", file_contents="services: {}"), site_at(tmp_path), {})


@pytest.mark.parametrize(
    ("environment", "values", "expected"),
    [
        ("A = 1\n# note\nB: two # three", {}, "A=1\nB=two\n"),
        ('A = "kept"', {}, 'A="kept"\n'),
        ("A = [[S]]", {"S": "x #y=z"}, "A=x #y=z\n"),
    ],
)
def test_the_env_file(tmp_path: Path, environment: str, values: dict[str, str], expected: str) -> None:
    one = stack(environment=environment, file_contents="services: {}")
    place = files.fetch("web", one, site_at(tmp_path, values), {})
    assert place.of(".env").read_text() == expected
    assert place.of(".env").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("value", "message"), [("no sign", "without `=`"), ("A = [[S]]", "line break")])
def test_an_environment_that_no_env_file_can_hold(tmp_path: Path, value: str, message: str) -> None:
    one = stack(file_contents="services: {}").model_copy()
    one.config.__dict__["environment"] = value
    with pytest.raises(EngineError, match=message):
        files.fetch("web", one, site_at(tmp_path, {"S": "a\nB=c"}), {})


def test_a_file_of_the_users_is_kept_before_it_is_written_over(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / ".env").write_text("PASSWORD=precious\n")
    one = stack(files_on_host=True, run_directory=str(here), environment="A = 1")
    log: list[str] = []
    written: dict[str, str] = {}
    files.fetch("web", one, site_at(tmp_path, log=log), written)
    files.fetch("web", stack(**one.config.model_dump() | {"environment": "A = 2"}), site_at(tmp_path), written)
    assert (here / ".env").read_text() == "A=2\n"
    assert (here / ".env.before-ksync").read_text() == "PASSWORD=precious\n"
    assert any("before-ksync" in line for line in log)


def test_an_env_file_goes_with_its_environment_but_never_one_of_the_users(tmp_path: Path) -> None:
    written: dict[str, str] = {}
    with_some, without = stack(file_contents="x: 1", environment="A = 1"), stack(file_contents="x: 1")
    file = files.fetch("web", with_some, site_at(tmp_path), written).of(".env")
    files.fetch("web", without, site_at(tmp_path), written)
    assert not file.exists()
    file.write_text("MINE=1\n")
    files.fetch("web", without, site_at(tmp_path), written)
    assert file.read_text() == "MINE=1\n"


def test_files_that_are_not_there_are_named_with_what_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").touch()
    one = stack(files_on_host=True, run_directory=str(tmp_path), config_files=[{"path": "app.conf"}])
    with pytest.raises(EngineError, match=r"compose\.yaml, app\.conf are not in") as caught:
        files.laid(one.config, files.fetch("web", one, site_at(tmp_path), {}))
    assert 'file_paths = ["docker-compose.yml"]' in (caught.value.hint or "")


def test_contents_tell_what_changed_and_no_secret(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for name in ("compose.yaml", ".env", "seen.env", "unseen.env", "app.conf"):
        (here / name).write_text(f"hush={name}")
    one = stack(
        files_on_host=True,
        run_directory=str(here),
        additional_env_files=[{"path": "seen.env"}, {"path": "unseen.env", "track": False}],
        config_files=[{"path": "app.conf"}, {"path": "missing.conf"}],
    )
    found = files.contents("web", one, site_at(tmp_path)) or {}
    assert set(found) == {"compose.yaml", ".env", "seen.env", "app.conf"}
    assert found["compose.yaml"] == "hush=compose.yaml"
    assert not any("hush" in text for path, text in found.items() if path != "compose.yaml")
    (here / "seen.env").write_text("other")
    assert files.contents("web", one, site_at(tmp_path)) != found


def test_contents_of_a_repo_that_is_nowhere_yet_are_unknown(tmp_path: Path) -> None:
    assert files.contents("web", stack(repo="https://example.org/x"), site_at(tmp_path)) is None
    assert files.contents("web", stack(linked_repo="none"), site_at(tmp_path)) is None


@pytest.mark.parametrize(
    ("config", "message"), [({}, "no compose file"), ({"linked_repo": "none"}, "linked repo 'none' does not exist")]
)
def test_a_stack_without_files(tmp_path: Path, config: dict[str, Any], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        files.fetch("web", stack(**config), site_at(tmp_path), {})


def test_a_record_that_is_damaged_says_where(tmp_path: Path) -> None:
    (tmp_path / "projects/web").mkdir(parents=True)
    (tmp_path / "projects/web/record.json").write_text("{")
    with pytest.raises(EngineError, match="damaged"):
        stacks_record.load("web", tmp_path)


@pytest.mark.parametrize(
    "config",
    [
        {"file_paths": ["../outside.yaml"]},
        {"env_file_path": "../outside.env"},
        {"additional_env_files": [{"path": "../outside.env"}]},
        {"config_files": [{"path": "../outside.conf"}]},
        {"file_paths": ["compose.yaml", "../outside.yaml"]},
    ],
)
@pytest.mark.parametrize("absolute", [True, False])
def test_a_path_out_of_the_run_directory_is_refused_before_anything_is_written(
    config: dict[str, Any], absolute: bool, tmp_path: Path
) -> None:
    run = tmp_path / "srv" / "web"
    one = stack(file_contents="services: {}", environment="A = 1", run_directory=str(run) if absolute else "", **config)
    with pytest.raises(EngineError, match="leads out"):
        files.fetch("web", one, site_at(tmp_path / "state"), {})
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
