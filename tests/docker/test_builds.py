"""Builds on a real engine: every source of a Dockerfile, tags, arguments, secrets, failures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.engine.embedded.docker import builds
from ksync_tui.engine.embedded.docker.builds import Built
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.build import Build
from ksync_tui.model.kinds.builder import Builder, BuilderConfig
from ksync_tui.model.kinds.repo import Repo, RepoConfig
from ksync_tui.model.resource import Target
from tests.docker.conftest import BUSYBOX, Workshop
from tests.docker.real import docker

pytestmark = pytest.mark.docker

PLAIN = "FROM scratch\nCOPY app.txt /app.txt\n"


@pytest.fixture
def shop(workshop: Workshop) -> Workshop:
    """A workshop with a builder on the local server."""
    config = BuilderConfig.of("Server", server_ids=["local"])
    workshop.resources[Target("builder", "here")] = Builder(name="here", config=config)
    return workshop


def build_of(name: str, **config: Any) -> Build:
    return Build.model_validate({"name": name, "config": {"builder_id": "here", **config}})


def sources(folder: Path, dockerfile: str = PLAIN, text: str = "hello") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Dockerfile").write_text(dockerfile)
    (folder / "app.txt").write_text(text)
    return folder


def repository(folder: Path) -> str:
    """Makes a repository of sources and tells the commit's short hash."""
    where = {"cwd": folder, "check": True, "capture_output": True, "text": True}
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run(["git", "init", "-q", "-b", "main"], **where)
    subprocess.run(["git", "add", "-A"], **where)
    subprocess.run(["git", *who, "commit", "-q", "-m", "all"], **where)
    return subprocess.run(["git", "rev-parse", "--short", "HEAD"], **where).stdout.strip()


def labels(image: str) -> dict[str, str]:
    return json.loads(docker("inspect", "--type", "image", "--format", "{{json .Config.Labels}}", image).stdout) or {}


def run(shop: Workshop, build: Build, **values: dict[str, str]) -> Built:
    return builds.build(build.name, build, shop.execution(**values))


def test_a_folder_of_the_host_is_built_and_tagged(shop: Workshop, prefix: str, tmp_path: Path) -> None:
    folder = sources(tmp_path / "src")
    made = run(shop, build_of(prefix, files_on_host=True, build_path=str(folder), version="1.4.9"))
    assert made == Built("1.4.10", tuple(f"{prefix}:{tag}" for tag in ("latest", "1.4.10", "1.4", "1")), None)
    ids = {docker("inspect", "--format", "{{.Id}}", image).stdout for image in made.images}
    assert len(ids) == 1


def test_a_relative_folder_of_the_host_lies_in_the_state(shop: Workshop, prefix: str) -> None:
    sources(shop.state / "builds" / prefix / "app")
    assert run(shop, build_of(prefix, files_on_host=True, build_path="app")).version == "0.0.1"


def test_a_dockerfile_of_the_resource_is_built_with_variables(shop: Workshop, prefix: str) -> None:
    dockerfile = 'FROM scratch\nLABEL word="[[WORD]]" made="[[$VERSION]]"\n'
    made = run(shop, build_of(prefix, dockerfile=dockerfile), variables={"WORD": "hi"})
    assert labels(made.images[0]) == {"word": "hi", "made": "0.0.1"}


def test_a_written_dockerfile_replaces_nothing_of_the_users(shop: Workshop, prefix: str, tmp_path: Path) -> None:
    folder = sources(tmp_path / "src", "FROM mine")
    made = run(shop, build_of(prefix, dockerfile=PLAIN, build_path=str(folder)))
    assert made.images
    assert (folder / "Dockerfile").read_text() == "FROM mine"


def test_a_repository_is_built_with_its_commit(shop: Workshop, prefix: str, tmp_path: Path) -> None:
    commit = repository(sources(tmp_path / "src"))
    made = run(shop, build_of(prefix, repo=str(tmp_path / "src"), include_version_tags=False))
    assert made == Built("0.0.1", (f"{prefix}:latest", f"{prefix}:{commit}"), commit)
    deployed = build_of(prefix, repo="x", include_version_tags=False)
    assert builds.image_of(prefix, deployed, made.version, made.hash) in made.images


def test_a_linked_repo_is_built_below_its_path(shop: Workshop, prefix: str, tmp_path: Path) -> None:
    commit = repository(sources(tmp_path / "src" / "app").parent)
    repo = Repo(name="code", config=RepoConfig(repo=str(tmp_path / "src"), path="deep"))
    shop.resources[Target("repo", "code")] = repo
    made = run(shop, build_of(prefix, linked_repo="code", build_path="app", image_tag="slim"))
    assert f"{prefix}:{commit}-slim" in made.images
    assert (shop.state / "repos/code/deep/app/Dockerfile").is_file()


def test_arguments_labels_and_extra_arguments_reach_docker(shop: Workshop, prefix: str) -> None:
    dockerfile = "FROM scratch\nARG VERSION\nARG WHO\nARG DEEP\nLABEL is=$VERSION who=$WHO deep=$DEEP\n"
    build = build_of(
        prefix,
        dockerfile=dockerfile,
        build_args='WHO = "two words"',
        labels="x.y: [[WORD]]",
        extra_args=["--build-arg DEEP='a b'", "--no-cache"],
    )
    made = run(shop, build, variables={"WORD": "$(touch x) z"})
    assert labels(made.images[0]) == {"is": "0.0.1", "who": "two words", "deep": "a b", "x.y": "$(touch x) z"}


def test_a_version_argument_of_ones_own_is_kept(shop: Workshop, prefix: str) -> None:
    build = build_of(prefix, dockerfile="FROM scratch\nARG VERSION\nLABEL is=$VERSION\n", build_args="VERSION = nine")
    assert labels(run(shop, build).images[0]) == {"is": "nine"}


def test_what_runs_before_makes_the_files(shop: Workshop, prefix: str) -> None:
    build = build_of(prefix, dockerfile=PLAIN, pre_build={"command": "echo [[WORD]] > app.txt"})
    assert run(shop, build, variables={"WORD": "hi"}).version == "0.0.1"
    assert (shop.state / "builds" / prefix / "app.txt").read_text() == "hi\n"


def test_without_interpolation_texts_stay(shop: Workshop, prefix: str) -> None:
    build = build_of(prefix, dockerfile='FROM scratch\nLABEL word="[[WORD]]"\n', skip_secret_interp=True)
    assert labels(run(shop, build, variables={"WORD": "hi"}).images[0]) == {"word": "[[WORD]]"}


def test_a_build_really_runs_in_its_image(shop: Workshop, prefix: str, tmp_path: Path, tiny_image: str) -> None:
    folder = sources(tmp_path / "src", f"FROM {tiny_image}\nRUN echo made > /made\n")
    made = run(shop, build_of(prefix, files_on_host=True, build_path=str(folder)))
    out = docker("run", "--rm", "--name", f"{prefix}-look", made.images[0], "cat", "/made").stdout
    assert out == "made\n"


def test_an_account_without_a_token_is_not_pushed_to(
    shop: Workshop, prefix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    registry = {"domain": f"{prefix}.example.com", "account": "me"}
    made = run(shop, build_of(prefix, dockerfile="FROM scratch\nLABEL a=b\n", image_registry=[registry]))
    try:
        assert made.images[0] == f"{prefix}.example.com/me/{prefix}:latest"
        assert any("not logged in" in line and "KSYNC_REGISTRY_TOKEN" in line for line in shop.log)
        assert not any(line.startswith("$ docker push") for line in shop.log)
    finally:
        docker("rmi", *made.images)


def test_a_token_is_in_no_words_of_a_command(
    shop: Workshop, prefix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A docker of one's own tells what it was given."""
    (tmp_path / "docker").write_text('#!/bin/sh\necho "$@" >> told\n[ "$1" = login ] && cat > pipe\nexit 0\n')
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("KSYNC_REGISTRY_TOKEN_GHCR_IO", "hunter2")
    monkeypatch.chdir(tmp_path)
    registry = {"domain": "ghcr.io", "account": "me"}
    folder = sources(tmp_path / "src")
    build = build_of(prefix, files_on_host=True, build_path=str(folder), image_registry=[registry])
    run(shop, build)
    assert (tmp_path / "pipe").read_text() == "hunter2"
    assert (tmp_path / "told").read_text() == "login --username me ghcr.io --password-stdin\n"
    pushed = [line for line in (folder / "told").read_text().splitlines() if line.startswith("push ")]
    assert pushed == [f"push ghcr.io/me/{prefix}:{tag}" for tag in ("latest", "0.0.1", "0.0", "0")]
    assert "hunter2" not in "".join(shop.log)


def test_secrets_are_files_that_go_away(
    shop: Workshop, prefix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    look = 'stat -c "%a" "${word#*src=}"; cat "${word#*src=}"'
    each = f'for word in "$@"; do case $word in id=*) {look};; esac; done'
    (tmp_path / "docker").write_text(f"#!/bin/sh\n{each} > {tmp_path}/seen\n")
    (tmp_path / "docker").chmod(0o755)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    run(shop, build_of(prefix, dockerfile=PLAIN, secret_args="NPM = [[TOKEN]]"), secrets={"TOKEN": "hunter2"})
    assert (tmp_path / "seen").read_text() == "600\nhunter2"
    assert not list((tmp_path / "temporary").iterdir())
    assert "hunter2" not in "".join(shop.log)


def test_an_engine_that_takes_no_secrets_says_what_to_install(shop: Workshop, prefix: str) -> None:
    if docker("buildx", "version", check=False).returncode == 0:
        pytest.skip("this docker has buildx")
    with pytest.raises(EngineError, match="Install docker's buildx plugin"):
        run(shop, build_of(prefix, dockerfile="FROM scratch\nLABEL a=b\n", secret_args="NPM = x"))


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({}, "nothing to build from"),
        ({"files_on_host": True, "build_path": "/nowhere/at/all"}, "no such folder: /nowhere/at/all"),
        ({"files_on_host": True, "build_path": "{tmp}"}, "no such Dockerfile: {tmp}/Dockerfile"),
        ({"files_on_host": True, "build_path": "../../other"}, "leads out"),
        ({"files_on_host": True, "build_path": "a", "dockerfile_path": "../../../x"}, "leads out"),
        ({"linked_repo": "gone"}, "its linked repo 'gone' does not exist"),
        ({"dockerfile": "FROM scratch\nRUN nothing\n", "extra_args": ["--force-rm"]}, "docker build failed"),
        ({"dockerfile": "NONSENSE\n"}, "docker build failed: .*NONSENSE"),
        ({"dockerfile": PLAIN, "build_args": "only"}, "build_args has a line without"),
        ({"dockerfile": PLAIN, "extra_args": ["--label 'a"]}, "open quote"),
        ({"dockerfile": PLAIN, "pre_build": {"command": "echo no; false"}}, "pre_build failed: no"),
        (
            {"dockerfile": PLAIN, "include_latest_tag": False, "include_version_tags": False},
            "its image would have no tag",
        ),
    ],
)
def test_what_cannot_be_built_says_why(
    config: dict[str, Any], says: str, shop: Workshop, prefix: str, tmp_path: Path
) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    given = {key: value.format(tmp=place) if isinstance(value, str) else value for key, value in config.items()}
    with pytest.raises(EngineError, match=says.format(tmp=place)):
        run(shop, build_of(prefix, **given))


def test_a_secret_line_that_is_no_pair_is_not_shown(shop: Workshop, prefix: str) -> None:
    with pytest.raises(EngineError) as caught:
        run(shop, build_of(prefix, dockerfile=PLAIN, secret_args="hunter2"))
    assert "hunter2" not in str(caught.value)


def test_a_stopped_build_ends(shop: Workshop, prefix: str, tiny_image: str) -> None:
    shop.stop = lambda: any("RUN" in line for line in shop.log)
    with pytest.raises(EngineError, match="was stopped"):
        run(shop, build_of(prefix, dockerfile=f"FROM {tiny_image}\nRUN sleep 600\n"))


def test_the_busybox_of_this_machine_is_an_image(shop: Workshop, prefix: str, tmp_path: Path) -> None:
    if not BUSYBOX.is_file():
        pytest.skip(f"{BUSYBOX} is not there")
    folder = sources(tmp_path / "src", 'FROM scratch\nCOPY busybox /busybox\nENTRYPOINT ["/busybox"]\n')
    shutil.copy(BUSYBOX, folder / "busybox")
    made = run(shop, build_of(prefix, files_on_host=True, build_path=str(folder)))
    assert docker("run", "--rm", "--name", f"{prefix}-run", made.images[0], "echo", "hi").stdout == "hi\n"
