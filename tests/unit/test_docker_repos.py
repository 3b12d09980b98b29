"""Repos of the embedded engine: clones and pulls of real local remotes, and what runs after them."""

from __future__ import annotations

import stat
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ksync_tui.engine.embedded.docker import checkout, repos
from ksync_tui.engine.embedded.docker.command import DockerHost
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.repo import Repo, RepoConfig


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


class Upstream:
    """A repository that others clone."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        git(folder, "init", "-q", "-b", "main")
        git(folder, "config", "user.name", "Ada")
        git(folder, "config", "user.email", "ada@example.com")

    def commit(self, text: str, file: str = "app.txt") -> str:
        (self.folder / file).write_text(text)
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "-m", f"write {text}")
        return git(self.folder, "rev-parse", "--short", "HEAD")


@pytest.fixture(autouse=True)
def quiet_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    made = Upstream(tmp_path / "upstream")
    made.commit("one")
    return made


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def execution(tmp_path: Path, lines: list[str]) -> ExecutionContext:
    return ExecutionContext(
        host=DockerHost("local"),
        state=tmp_path / "state",
        find=lambda _: None,
        interpolate=lambda text: text.replace("[[TOKEN]]", "hush"),
        log=lines.append,
        stop=lambda: False,
    )


def repo_of(upstream: Upstream, **config: object) -> Repo:
    return Repo(name="app", config=RepoConfig.model_validate({"repo": str(upstream.folder), **config}))


def text_in(state: Path) -> str:
    return (state / "repos" / "app" / "app.txt").read_text()


def test_a_clone_holds_the_branch_and_tells_its_commit(upstream: Upstream, execution: ExecutionContext) -> None:
    at = repos.clone("app", repo_of(upstream), execution)
    assert at == checkout.Pulled(git(upstream.folder, "rev-parse", "--short", "HEAD"), "write one")
    assert text_in(execution.state) == "one"


def test_a_file_address_is_taken_as_it_is(upstream: Upstream, execution: ExecutionContext) -> None:
    repo = repo_of(upstream, repo=upstream.folder.as_uri())
    assert repos.clone("app", repo, execution).message == "write one"


def test_a_folder_as_provider_holds_repositories(upstream: Upstream, execution: ExecutionContext) -> None:
    repo = repo_of(upstream, git_provider=str(upstream.folder.parent), repo="upstream")
    assert repos.clone("app", repo, execution).message == "write one"


def test_a_pull_follows_the_branch(upstream: Upstream, execution: ExecutionContext) -> None:
    repos.clone("app", repo_of(upstream), execution)
    upstream.commit("two")
    assert repos.pull("app", repo_of(upstream), execution).message == "write two"
    assert text_in(execution.state) == "two"


def test_a_pull_of_nothing_clones(upstream: Upstream, execution: ExecutionContext) -> None:
    repos.pull("app", repo_of(upstream, on_clone={"command": "touch cloned"}), execution)
    assert (execution.state / "repos/app/cloned").exists()


def test_a_pull_follows_a_rewritten_branch_and_drops_local_changes(
    upstream: Upstream, execution: ExecutionContext
) -> None:
    repos.clone("app", repo_of(upstream), execution)
    git(upstream.folder, "commit", "-q", "--amend", "-m", "rewritten")
    (execution.state / "repos/app/app.txt").write_text("edited")
    assert repos.pull("app", repo_of(upstream), execution).message == "rewritten"
    assert text_in(execution.state) == "one"


def test_a_pull_goes_to_another_branch_and_address(
    upstream: Upstream, execution: ExecutionContext, tmp_path: Path
) -> None:
    repos.clone("app", repo_of(upstream), execution)
    other = Upstream(tmp_path / "other")
    other.commit("first")
    git(other.folder, "checkout", "-q", "-b", "next")
    other.commit("branched")
    at = repos.pull("app", repo_of(other, branch="next"), execution)
    assert at.message == "write branched"


def test_a_pinned_commit_is_kept(upstream: Upstream, execution: ExecutionContext) -> None:
    pinned = git(upstream.folder, "rev-parse", "HEAD")
    upstream.commit("two")
    assert repos.clone("app", repo_of(upstream, commit=pinned), execution).message == "write one"
    assert repos.pull("app", repo_of(upstream, commit=pinned), execution).message == "write one"
    assert repos.pull("app", repo_of(upstream), execution).message == "write two"


def test_a_failed_clone_leaves_the_old_one(upstream: Upstream, execution: ExecutionContext) -> None:
    repos.clone("app", repo_of(upstream), execution)
    with pytest.raises(EngineError, match="git clone failed"):
        repos.clone("app", repo_of(upstream, branch="nowhere"), execution)
    assert text_in(execution.state) == "one"
    assert sorted(path.name for path in (execution.state / "repos").iterdir()) == ["app"]


def test_a_clone_takes_the_place_of_the_old_one(upstream: Upstream, execution: ExecutionContext) -> None:
    repos.clone("app", repo_of(upstream), execution)
    (execution.state / "repos/app/left").touch()
    repos.clone("app", repo_of(upstream), execution)
    assert not (execution.state / "repos/app/left").exists()


def test_the_commands_run_in_order_with_variables_put_in(upstream: Upstream, execution: ExecutionContext) -> None:
    repo = repo_of(
        upstream,
        on_clone={"command": "echo clone [[TOKEN]] >> ran"},
        on_pull={"command": "# said\necho pull >> ran"},
    )
    ran = execution.state / "repos/app/ran"
    repos.clone("app", repo, execution)
    assert ran.read_text() == "clone hush\npull\n"
    repos.pull("app", repo, execution)
    assert ran.read_text() == "clone hush\npull\npull\n"


def test_a_failing_on_clone_stops(upstream: Upstream, execution: ExecutionContext) -> None:
    repo = repo_of(upstream, on_clone={"command": "echo broken; exit 3"}, on_pull={"command": "touch pulled"})
    with pytest.raises(EngineError, match="on_clone failed: broken"):
        repos.clone("app", repo, execution)
    assert not (execution.state / "repos/app/pulled").exists()


def test_a_command_runs_in_its_path(upstream: Upstream, execution: ExecutionContext) -> None:
    (upstream.folder / "sub").mkdir()
    upstream.commit("x", "sub/x")
    repos.clone("app", repo_of(upstream, on_clone={"path": "sub", "command": "touch here"}), execution)
    assert (execution.state / "repos/app/sub/here").exists()


def test_the_environment_becomes_a_file_for_its_owner_only(upstream: Upstream, execution: ExecutionContext) -> None:
    repos.clone("app", repo_of(upstream, environment='A = [[TOKEN]]\nB = "two"', env_file_path="conf/.env"), execution)
    file = execution.state / "repos/app/conf/.env"
    assert file.read_text() == 'A=hush\nB="two"\n'
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_interpolation_texts_stay(upstream: Upstream, execution: ExecutionContext) -> None:
    repos.clone("app", repo_of(upstream, environment="A = [[TOKEN]]", skip_secret_interp=True), execution)
    assert (execution.state / "repos/app/.env").read_text() == "A=[[TOKEN]]\n"


@pytest.mark.parametrize("name", ["..", ".", "/etc", "../x", "a/../.."])
def test_no_name_leads_out_of_the_state(name: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        repos.folder(name, Repo(name=name), tmp_path)


@pytest.mark.parametrize(
    ("name", "path", "place"),
    [
        ("app", "", "state/repos/app"),
        ("my app", "", "state/repos/my_app"),
        ("app", "sub/deep", "state/repos/app/sub/deep"),
        ("app", "{tmp}/elsewhere", "elsewhere"),
    ],
)
def test_where_a_repo_is_kept(name: str, path: str, place: str, tmp_path: Path) -> None:
    repo = Repo(name=name, config=RepoConfig(path=path.format(tmp=tmp_path)))
    assert repos.folder(name, repo, tmp_path / "state") == tmp_path / place


def test_a_relative_path_stays_below_the_repo(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="leads out"):
        repos.folder("app", Repo(name="app", config=RepoConfig(path="../other")), tmp_path)


def test_an_env_file_through_a_link_out_of_the_repo_is_refused(
    upstream: Upstream, execution: ExecutionContext, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (upstream.folder / "link").symlink_to(tmp_path / "outside")
    upstream.commit("linked")
    with pytest.raises(EngineError, match="leads out"):
        repos.clone("app", repo_of(upstream, environment="A=1", env_file_path="link/.env"), execution)
    assert not list((tmp_path / "outside").iterdir())


def test_a_folder_of_the_users_own_is_not_replaced(
    upstream: Upstream, execution: ExecutionContext, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis").write_text("years")
    repo = repo_of(upstream, path=str(mine))
    for act in (repos.clone, repos.pull):
        with pytest.raises(EngineError, match="ksync did not put there"):
            act("app", repo, execution)
    assert (mine / "thesis").read_text() == "years"


def _changed(mine: Path) -> None:
    (mine / "app.txt").write_text("edited")


def _committed(mine: Path) -> None:
    _changed(mine)
    git(mine, "-c", "user.name=Me", "-c", "user.email=me@example.com", "commit", "-qam", "mine")


@pytest.mark.parametrize("work", [_changed, _committed])
def test_work_in_a_clone_of_the_users_own_is_not_lost(
    work: Callable[[Path], None], upstream: Upstream, execution: ExecutionContext, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    git(tmp_path, "clone", "-q", str(upstream.folder), "mine")
    repo = repo_of(upstream, path=str(mine))
    upstream.commit("two")
    assert repos.pull("app", repo, execution).message == "write two"
    work(mine)
    with pytest.raises(EngineError, match="nowhere else"):
        repos.pull("app", repo, execution)
    with pytest.raises(EngineError, match="ksync did not put there"):
        repos.clone("app", repo, execution)
    assert (mine / "app.txt").read_text() == "edited"


def test_another_repository_of_the_environment_is_not_touched(
    upstream: Upstream, execution: ExecutionContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Upstream(tmp_path / "other")
    before = other.commit("other")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    repos.clone("app", repo_of(upstream), execution)
    monkeypatch.undo()
    assert git(other.folder, "rev-parse", "--short", "HEAD") == before
    assert text_in(execution.state) == "one"


def test_pulls_of_one_repo_wait_for_each_other(upstream: Upstream, execution: ExecutionContext) -> None:
    failed: list[EngineError] = []

    def pull() -> None:
        try:
            repos.pull("app", repo_of(upstream), execution)
        except EngineError as error:
            failed.append(error)

    threads = [threading.Thread(target=pull) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert text_in(execution.state) == "one"


def test_a_stop_is_heard(upstream: Upstream, execution: ExecutionContext) -> None:
    with pytest.raises(EngineError, match="stopped"):
        repos.clone("app", repo_of(upstream, on_clone={"command": "sleep 60"}), replace(execution, stop=lambda: True))


@pytest.mark.parametrize("field", ["repo", "branch", "commit"])
def test_what_git_would_take_for_an_option_is_refused(
    field: str, upstream: Upstream, execution: ExecutionContext
) -> None:
    with pytest.raises(EngineError, match="begins with a dash"):
        repos.clone("app", repo_of(upstream, **{field: "--upload-pack=touch x"}), execution)


def test_a_repo_without_a_repository_says_so(execution: ExecutionContext) -> None:
    with pytest.raises(EngineError, match="Set `repo`"):
        repos.pull("app", Repo(name="app"), execution)
