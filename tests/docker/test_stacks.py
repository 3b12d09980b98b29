"""Stacks on a real Docker Engine: what goes up, what stays untouched, and what a failure leaves."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.engine.embedded.docker import stacks
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.repo import Repo
from ksync_tui.model.kinds.stack import Stack
from ksync_tui.model.resource import Target
from tests.docker.conftest import Workshop
from tests.docker.real import docker, exists, inspect

pytestmark = pytest.mark.docker

Make = Callable[..., Stack]


@pytest.fixture
def compose(tiny_image: str) -> Callable[..., str]:
    """The text of a compose file: services by name, each with its command and further lines."""

    def text(extra: str = "", **services: str) -> str:
        lines = [
            f"  {name}:\n    image: {tiny_image}\n    stop_grace_period: 0s\n    command: {command}\n{extra}"
            for name, command in services.items()
        ]
        return "services:\n" + "".join(lines)

    return text


@pytest.fixture(autouse=True)
def projects_go(prefix: str) -> Iterator[None]:
    """The legacy compose command may leave a container under another name: projects are removed by their label."""
    yield
    listed = docker("ps", "-a", "--format", '{{.ID}} {{.Label "com.docker.compose.project"}}').stdout.splitlines()
    ours = [line.split()[0] for line in listed if line.partition(" ")[2].startswith(prefix)]
    if ours:
        docker("rm", "--force", *ours)


def stack(text: str = "", **config: Any) -> Stack:
    return Stack.model_validate({"name": "any", "config": {"file_contents": text, "auto_pull": False, **config}})


def container(project: str, service: str) -> str:
    """The name of a service's one container, whichever compose made it."""
    words = ("--filter", f"label=com.docker.compose.project={project}")
    more = ("--filter", f"label=com.docker.compose.service={service}")
    return docker("ps", "-a", *words, *more, "--format", "{{.Names}}").stdout.strip()


def state(project: str, service: str) -> str:
    return inspect(container(project, service), "{{.State.Status}}")


SLEEP = '["sleep", "1000"]'


def test_an_inline_stack_goes_up_and_comes_down(workshop: Workshop, prefix: str, compose: Callable[..., str]) -> None:
    one = stack(compose(web=SLEEP), environment="GREETING = hello [[WHO]]", post_deploy={"command": "echo after"})
    execution = workshop.execution({"WHO": "world"})
    deployed = stacks.deploy(prefix, one, execution)
    assert state(prefix, "web") == "running"
    assert inspect(container(prefix, "web"), '{{index .Config.Labels "dev.ksync.owner"}}') == f"stack/{prefix}"
    folder = workshop.state / "stacks" / prefix
    assert (folder / ".env").read_text() == "GREETING=hello world\n"
    assert {file.stat().st_mode & 0o777 for file in (folder / ".env", folder / "compose.yaml")} == {0o600}
    assert "after" in workshop.log
    assert deployed == stacks.contents(prefix, one, execution)
    assert stacks.changed(deployed, stacks.contents(prefix, one, execution) or {}, one).verb is None
    stacks.take_down(prefix, one, execution)
    assert not container(prefix, "web")


def test_env_files_reach_the_services_and_the_own_one_wins(
    workshop: Workshop, prefix: str, compose: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KSYNC_TEST_A", "of the shell")
    folder = workshop.state / "stacks" / prefix
    folder.mkdir(parents=True)
    (folder / "common.env").write_text("KSYNC_TEST_A=common\nKSYNC_TEST_B=common\n")
    text = compose("    environment: {A: '${KSYNC_TEST_A}', B: '${KSYNC_TEST_B}'}\n", web=SLEEP)
    one = stack(text, environment="KSYNC_TEST_A = own", additional_env_files=[{"path": "common.env"}])
    stacks.deploy(prefix, one, workshop.execution())
    env = inspect(container(prefix, "web"), "{{json .Config.Env}}")
    assert '"A=own"' in env
    assert '"B=common"' in env


def test_pre_deploy_may_make_the_files_and_runs_in_the_run_directory(
    workshop: Workshop, prefix: str, compose: Callable[..., str], tmp_path: Path
) -> None:
    here = tmp_path / "host"
    here.mkdir()
    (here / "plain").write_text(compose(web=SLEEP))
    one = stack(
        files_on_host=True,
        run_directory=str(here),
        file_paths=["made.yaml"],
        pre_deploy={"command": "# first\ncp plain \\\n  made.yaml\necho done"},
    )
    deployed = stacks.deploy(prefix, one, workshop.execution())
    assert list(deployed) == ["made.yaml"]
    assert state(prefix, "web") == "running"


def test_a_failing_command_before_the_deploy_leaves_all_as_it_was(
    workshop: Workshop, prefix: str, compose: Callable[..., str]
) -> None:
    one = stack(compose(web=SLEEP), pre_deploy={"command": "echo not today; exit 3"})
    with pytest.raises(EngineError, match="pre_deploy failed") as caught:
        stacks.deploy(prefix, one, workshop.execution())
    assert "not today" in (caught.value.why or "")
    assert not container(prefix, "web")


def test_a_project_that_ksync_did_not_make_is_refused_and_stays(
    workshop: Workshop, prefix: str, compose: Callable[..., str], tiny_image: str
) -> None:
    label = f"com.docker.compose.project={prefix}"
    docker("run", "-d", "--name", f"{prefix}-mine", "--label", label, "--stop-timeout", "0", tiny_image, "sleep", "999")
    one = stack(compose(web=SLEEP))
    for do in (stacks.deploy, stacks.take_down):
        with pytest.raises(EngineError, match="not this stack's") as caught:
            do(prefix, one, workshop.execution())
        assert "project_name" in (caught.value.hint or "")
    assert inspect(f"{prefix}-mine", "{{.State.Status}}") == "running"


def test_another_stack_of_the_same_project_is_refused(
    workshop: Workshop, prefix: str, compose: Callable[..., str]
) -> None:
    one = stack(compose(web=SLEEP), project_name=prefix)
    stacks.deploy(f"{prefix}-a", one, workshop.execution())
    with pytest.raises(EngineError, match=f"made for stack/{prefix}-a"):
        stacks.deploy(f"{prefix}-b", one, workshop.execution())


def test_a_service_that_fails_brings_back_what_ran_before(
    workshop: Workshop, prefix: str, compose: Callable[..., str]
) -> None:
    execution = workshop.execution()
    good = stack(compose(web=SLEEP))
    stacks.deploy(prefix, good, execution)
    bad = stack(compose(web='["sh", "-c", "echo the reason; exit 7"]'))
    with pytest.raises(EngineError) as caught:
        stacks.deploy(prefix, bad, execution)
    assert "the reason" in str(caught.value)
    assert "brought up again" in (caught.value.hint or "")
    assert state(prefix, "web") == "running"
    assert inspect(container(prefix, "web"), "{{json .Config.Cmd}}") == '["sleep","1000"]'


def test_a_command_that_the_image_lacks_brings_back_what_ran_before(
    workshop: Workshop, prefix: str, compose: Callable[..., str]
) -> None:
    execution = workshop.execution()
    stacks.deploy(prefix, stack(compose(web=SLEEP)), execution)
    name = container(prefix, "web")
    with pytest.raises(EngineError, match="compose could not bring it up") as caught:
        stacks.deploy(prefix, stack(compose(web='["no-such-command"]')), execution)
    assert "no-such-command" in (caught.value.why or "")
    assert container(prefix, "web") == name
    assert state(prefix, "web") == "running"


def test_a_first_deploy_that_fails_can_be_tried_again(
    workshop: Workshop, prefix: str, compose: Callable[..., str]
) -> None:
    execution = workshop.execution()
    with pytest.raises(EngineError, match="exit code 1"):
        stacks.deploy(prefix, stack(compose(web='["false"]')), execution)
    stacks.deploy(prefix, stack(compose(web=SLEEP)), execution)
    assert state(prefix, "web") == "running"


def test_a_job_that_ended_well_is_done(workshop: Workshop, prefix: str, compose: Callable[..., str]) -> None:
    stacks.deploy(prefix, stack(compose(web=SLEEP, job='["true"]')), workshop.execution())
    assert inspect(container(prefix, "job"), "{{.State.ExitCode}}") == "0"


def test_an_ignored_service_may_fail(workshop: Workshop, prefix: str, compose: Callable[..., str]) -> None:
    stacks.deploy(prefix, stack(compose(web=SLEEP, job='["false"]'), ignore_services=["job"]), workshop.execution())
    assert state(prefix, "web") == "running"


def test_an_image_that_is_nowhere_stops_before_anything_is_touched(workshop: Workshop, prefix: str) -> None:
    text = f"services:\n  web:\n    image: localhost:1/{prefix}:none\n"
    with pytest.raises(EngineError, match="is not there and cannot be pulled"):
        stacks.deploy(prefix, stack(text, auto_pull=True), workshop.execution())
    assert not container(prefix, "web")


def test_a_failed_pull_goes_on_where_the_image_is_there(workshop: Workshop, prefix: str, tiny_image: str) -> None:
    image = f"localhost:1/{prefix}:here"
    docker("tag", tiny_image, image)
    try:
        text = f"services:\n  web:\n    image: {image}\n    stop_grace_period: 0s\n    command: {SLEEP}\n"
        stacks.deploy(prefix, stack(text, auto_pull=True), workshop.execution())
    finally:
        docker("rmi", "--force", image)
    assert any("every image is there already" in line for line in workshop.log)
    assert state(prefix, "web") == "running"


def test_images_are_built_where_asked(workshop: Workshop, prefix: str, tiny_image: str) -> None:
    folder = workshop.state / "stacks" / prefix
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text(f"FROM {tiny_image}\nARG WHO\nENV WHO=$WHO\n")
    text = (
        f"services:\n  web:\n    build: .\n    image: {prefix}-web:1\n    command: {SLEEP}\n    stop_grace_period: 0s\n"
    )
    one = stack(text, run_build=True, build_extra_args=["--build-arg WHO=[[NAME]]"])
    stacks.deploy(prefix, one, workshop.execution({"NAME": "me"}))
    assert '"WHO=me"' in inspect(container(prefix, "web"), "{{json .Config.Env}}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("services: [", "compose cannot use its files"), ("services:\n  web: {}\n", "compose cannot use its files")],
)
def test_a_broken_compose_file_is_told_in_the_words_of_compose(
    workshop: Workshop, prefix: str, text: str, expected: str
) -> None:
    with pytest.raises(EngineError, match=expected) as caught:
        stacks.deploy(prefix, stack(text), workshop.execution())
    assert caught.value.why
    assert caught.value.where == f"stack/{prefix}"


def test_only_the_services_asked_for(workshop: Workshop, prefix: str, compose: Callable[..., str]) -> None:
    one, execution = stack(compose(a=SLEEP, b=SLEEP)), workshop.execution()
    stacks.deploy(prefix, one, execution, services=["a"])
    assert container(prefix, "a")
    assert not container(prefix, "b")
    with pytest.raises(EngineError, match="no service c"):
        stacks.deploy(prefix, one, execution, services=["c"])


def test_a_project_that_got_another_name_moves(workshop: Workshop, prefix: str, compose: Callable[..., str]) -> None:
    execution, text = workshop.execution(), compose(web=SLEEP)
    stacks.deploy(prefix, stack(text, project_name=f"{prefix}-old"), execution)
    stacks.deploy(prefix, stack(text, project_name=f"{prefix}-new"), execution)
    assert not container(f"{prefix}-old", "web")
    assert state(f"{prefix}-new", "web") == "running"


def test_a_renamed_stack_keeps_its_project_until_it_is_deployed(
    workshop: Workshop, prefix: str, compose: Callable[..., str]
) -> None:
    execution, one = workshop.execution(), stack(compose(web=SLEEP))
    stacks.deploy(f"{prefix}-old", one, execution)
    stacks.renamed(f"{prefix}-old", f"{prefix}-new", workshop.state)
    stacks.act("stop", f"{prefix}-new", one, execution)
    assert state(f"{prefix}-old", "web") == "exited"
    stacks.deploy(f"{prefix}-new", one, execution)
    assert not container(f"{prefix}-old", "web")
    assert state(f"{prefix}-new", "web") == "running"


def test_volumes_go_only_when_asked(workshop: Workshop, prefix: str, compose: Callable[..., str]) -> None:
    text = compose("    volumes: ['data:/data']\n", web=SLEEP) + "volumes: {data: {}}\n"
    execution = workshop.execution()
    for volumes in (False, True):
        stacks.deploy(prefix, stack(text), execution)
        # What the files say meanwhile does not matter: what was deployed is taken down.
        stacks.take_down(prefix, stack("services: ["), execution, volumes=volumes)
        left = docker("volume", "ls", "--quiet", "--filter", f"name={prefix}_data").stdout.split()
        assert left == ([] if volumes else [f"{prefix}_data"])


def test_verbs(workshop: Workshop, prefix: str, compose: Callable[..., str]) -> None:
    one, execution = stack(compose(a=SLEEP, b=SLEEP)), workshop.execution()
    with pytest.raises(EngineError, match="nothing to stop"):
        stacks.act("stop", prefix, one, execution)
    stacks.deploy(prefix, one, execution)
    for verb, services, expected in (
        ("stop", ["a"], ("exited", "running")),
        ("start", [], ("running", "running")),
        ("pause", ["b"], ("running", "paused")),
        ("unpause", ["b"], ("running", "running")),
        ("restart", [], ("running", "running")),
    ):
        stacks.act(verb, prefix, one, execution, services)  # type: ignore[arg-type]
        assert (state(prefix, "a"), state(prefix, "b")) == expected, verb
    with pytest.raises(EngineError, match="no service c"):
        stacks.act("stop", prefix, one, execution, ["c"])
    stacks.act("destroy", prefix, one, execution, ["a"])
    assert not container(prefix, "a")
    stacks.act("destroy", prefix, one, execution)
    assert not container(prefix, "b")


def test_config_files_do_what_they_require(
    workshop: Workshop, prefix: str, compose: Callable[..., str], tmp_path: Path
) -> None:
    here = tmp_path / "host"
    here.mkdir()
    (here / "compose.yaml").write_text(compose(a=SLEEP, b=SLEEP, c=SLEEP))
    for name in ("restarts", "redeploys", "nothing"):
        (here / name).write_text("1")
    one = stack(
        files_on_host=True,
        run_directory=str(here),
        config_files=[
            {"path": "restarts", "services": ["a"], "requires": "restart"},
            {"path": "redeploys", "services": ["b"], "requires": "redeploy"},
            {"path": "nothing"},
        ],
    )
    execution = workshop.execution()

    def seen() -> dict[str, tuple[str, str]]:
        return {name: tuple(inspect(container(prefix, name), "{{.Id}} {{.State.StartedAt}}").split()) for name in "abc"}  # type: ignore[misc]

    deployed = stacks.deploy(prefix, one, execution)
    before = seen()
    (here / "nothing").write_text("2")
    assert stacks.deploy_if_changed(prefix, one, execution, deployed=deployed) is None
    (here / "restarts").write_text("2")
    assert stacks.changed(deployed, stacks.contents(prefix, one, execution) or {}, one) == (
        "restart",
        ("a",),
        ("restarts",),
    )
    deployed = stacks.deploy_if_changed(prefix, one, execution, deployed=deployed) or {}
    restarted = seen()
    assert restarted["a"][0] == before["a"][0]
    assert restarted["a"][1] != before["a"][1]
    (here / "redeploys").write_text("2")
    deployed = stacks.deploy(prefix, one, execution, deployed=deployed)
    after = seen()
    assert after["b"][0] != before["b"][0]
    assert after["a"] == restarted["a"]
    assert after["c"] == before["c"]
    assert "1" not in deployed.values()


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def origin(tmp_path: Path, compose: Callable[..., str]) -> Path:
    """A repository with a stack in `stacks/web` and an env file at its top."""
    origin = tmp_path / "origin"
    (origin / "stacks/web").mkdir(parents=True)
    git(origin, "init", "-q", "-b", "main")
    (origin / "common.env").write_text("COMMON=yes\n")
    (origin / "stacks/web/compose.yaml").write_text(compose(web=SLEEP))
    git(origin, "add", ".")
    git(origin, "commit", "-q", "-m", "first")
    return origin


@pytest.mark.parametrize("linked", [True, False], ids=["linked repo", "own repo"])
def test_a_stack_from_a_repo(
    workshop: Workshop, prefix: str, compose: Callable[..., str], origin: Path, linked: bool
) -> None:
    execution, url = workshop.execution(), f"file://{origin}"
    workshop.resources[Target("repo", "r")] = Repo.model_validate({"name": "r", "config": {"repo": url}})
    source = {"linked_repo": "r"} if linked else {"repo": url, "clone_path": "clone"}
    one = stack(run_directory="stacks/web", additional_env_files=[{"path": "../../common.env"}], **source)
    assert stacks.contents(prefix, one, execution) is None
    deployed = stacks.deploy(prefix, one, execution)
    assert set(deployed) == {"compose.yaml", "../../common.env"}
    assert "COMMON" not in deployed["../../common.env"]
    (origin / "stacks/web/compose.yaml").write_text(compose(web=SLEEP, other=SLEEP))
    git(origin, "commit", "-q", "-a", "-m", "second")
    assert stacks.deploy_if_changed(prefix, one, execution, deployed=deployed) != deployed
    assert state(prefix, "other") == "running"


def test_a_wrapper_goes_around_the_subcommands_it_is_for(
    workshop: Workshop, prefix: str, compose: Callable[..., str]
) -> None:
    text = compose("    environment: {A: '${KSYNC_TEST_SECRET-}'}\n", web=SLEEP)
    one = stack(text, compose_cmd_wrapper="export KSYNC_TEST_SECRET=[[S]]\n[[COMPOSE_COMMAND]]")
    stacks.deploy(prefix, one, workshop.execution(secrets={"S": "open sesame"}))
    assert '"A=open"' in inspect(container(prefix, "web"), "{{json .Config.Env}}")


def test_a_stopped_run_stops(workshop: Workshop, prefix: str, compose: Callable[..., str]) -> None:
    workshop.stop = lambda: any("pre_deploy is slow" in line for line in workshop.log)
    one = stack(compose(web=SLEEP), pre_deploy={"command": "echo pre_deploy is slow; sleep 600"})
    with pytest.raises(EngineError, match="stopped"):
        stacks.deploy(prefix, one, workshop.execution())
    assert not exists(container(prefix, "web") or prefix)


def test_a_taken_port_brings_back_what_ran_before(workshop: Workshop, prefix: str, compose: Callable[..., str]) -> None:
    execution = workshop.execution()
    stacks.deploy(f"{prefix}-first", stack(compose("    ports: ['127.0.0.1::80']\n", web=SLEEP)), execution)
    taken = docker("port", container(f"{prefix}-first", "web"), "80").stdout.strip().rpartition(":")[2]
    stacks.deploy(prefix, stack(compose(web=SLEEP)), execution)
    with pytest.raises(EngineError, match="already allocated"):
        stacks.deploy(prefix, stack(compose(f"    ports: ['127.0.0.1:{taken}:80']\n", web=SLEEP)), execution)
    assert state(prefix, "web") == "running"


def test_a_daemon_that_is_down_says_so(workshop: Workshop, prefix: str, tmp_path: Path) -> None:
    execution = workshop.execution(address=f"unix://{tmp_path}/none.sock")
    for do in (stacks.deploy, stacks.take_down):
        with pytest.raises(EngineError, match="does not answer"):
            do(prefix, stack("services: {web: {image: x}}"), execution)


def test_a_service_added_by_a_deploy_that_failed_does_not_stay(
    workshop: Workshop, prefix: str, compose: Callable[..., str]
) -> None:
    execution = workshop.execution()
    stacks.deploy(prefix, stack(compose(web=SLEEP)), execution)
    with pytest.raises(EngineError, match="brought up again"):
        stacks.deploy(prefix, stack(compose(web=SLEEP, new='["false"]')), execution)
    assert state(prefix, "web") == "running"
    assert not container(prefix, "new")


def test_a_failed_move_to_another_project_brings_the_old_one_back(
    workshop: Workshop, prefix: str, compose: Callable[..., str]
) -> None:
    execution = workshop.execution()
    stacks.deploy(prefix, stack(compose(web=SLEEP), project_name=f"{prefix}-old"), execution)
    with pytest.raises(EngineError, match="brought up again"):
        stacks.deploy(prefix, stack(compose(web='["false"]'), project_name=f"{prefix}-new"), execution)
    assert state(f"{prefix}-old", "web") == "running"
    assert not container(f"{prefix}-new", "web")


def test_what_was_destroyed_on_purpose_is_not_brought_back(
    workshop: Workshop, prefix: str, compose: Callable[..., str]
) -> None:
    execution = workshop.execution()
    stacks.deploy(prefix, stack(compose(web=SLEEP)), execution)
    stacks.act("destroy", prefix, stack(compose(web=SLEEP)), execution)
    with pytest.raises(EngineError) as caught:
        stacks.deploy(prefix, stack(compose(web='["false"]')), execution)
    assert "brought up again" not in str(caught.value)
