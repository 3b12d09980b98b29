"""What ksync says about a repository: where it is, what HEAD, index and work tree hold, who commits."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ksync_tui.errors import GitError, NotARepositoryError
from ksync_tui.git import Author, IndexState, Repo
from ksync_tui.git.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "komodo/web.toml"


@pytest.fixture(autouse=True)
def _own_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No configuration, identity or repository but the test's own, for git and for libgit2."""
    import pygit2
    from pygit2.enums import ConfigLevel

    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("EMAIL", raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    levels = (ConfigLevel.GLOBAL, ConfigLevel.XDG, ConfigLevel.SYSTEM)
    before = {level: pygit2.settings.search_path[level] for level in levels}
    for level in levels:
        pygit2.settings.search_path[level] = str(home if level is ConfigLevel.GLOBAL else tmp_path / "nowhere")
    yield
    for level, path in before.items():
        pygit2.settings.search_path[level] = path


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    root = tmp_path / "infra"
    (root / "komodo").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    (root / FILE).write_bytes(b"one\ntwo\n")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first\n\nbody")
    return root


def found(path: Path) -> Repo:
    repo = Repo.discover(path)
    assert repo is not None
    return repo


def test_importing_costs_no_pygit2() -> None:
    code = "import ksync_tui.git, sys; assert 'pygit2' not in sys.modules, 'pygit2 loaded'"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_folder_outside_any_repository_costs_no_pygit2(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ksync_tui.git import Repo; "
        "assert Repo.discover(Path(sys.argv[1])) is None; assert 'pygit2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)


@pytest.mark.parametrize("inside", [".", "komodo", FILE, "not/yet/there.toml"])
def test_discovers_the_work_tree_from_anything_in_it(infra: Path, inside: str) -> None:
    assert found(infra / inside).root == infra


def test_discovers_through_a_link(infra: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(infra / "komodo")
    repo = found(tmp_path / "link")
    assert repo.root == infra
    assert repo.path_of(tmp_path / "link" / "web.toml") == FILE


def test_head_and_description(infra: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000000 +0100")
    git(infra, "commit", "-q", "--allow-empty", "-m", "second")
    repo = found(infra)
    head = repo.head()
    assert (head.branch, head.id, head.subject) == ("main", git(infra, "rev-parse", "HEAD"), "second")
    assert head.time == datetime.fromtimestamp(1700000000, UTC)
    assert repo.describe() == f"infra@main {head.short_id}"


def test_head_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "trunk", "new")
    repo = found(tmp_path / "new")
    assert (repo.head().branch, repo.head().id, repo.head().detached) == ("trunk", None, False)
    assert repo.describe() == "new@trunk no commits"
    assert repo.head_blob(FILE) is None


def test_head_detached(infra: Path) -> None:
    git(infra, "checkout", "-q", "--detach")
    repo = found(infra)
    assert repo.head().detached
    assert repo.describe().startswith("infra@detached ")


def test_a_linked_work_tree_is_a_work_tree(infra: Path, tmp_path: Path) -> None:
    git(infra, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    repo = found(tmp_path / "side" / FILE)
    assert (repo.root, repo.head().branch) == (tmp_path / "side", "side")


def test_remotes(infra: Path) -> None:
    git(infra, "remote", "add", "origin", "https://user:token@example.org/infra.git")
    assert found(infra).remotes() == ("origin",)


def test_a_bare_repository_has_no_work_tree(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    with pytest.raises(GitError, match="bare"):
        Repo.discover(tmp_path / "bare.git")


@pytest.mark.parametrize(
    ("file", "content"),
    [("HEAD", None), ("HEAD", "garbage\n"), ("config", "[broken\n"), ("refs/heads/main", "1" * 40 + "\n")],
)
def test_a_damaged_repository_is_an_error_with_a_hint(infra: Path, file: str, content: str | None) -> None:
    place = infra / ".git" / file
    place.unlink() if content is None else place.write_text(content)
    with pytest.raises(GitError) as caught:
        found(infra).head()
    assert caught.value.hint


def test_a_damaged_object_is_an_error(infra: Path) -> None:
    blob = git(infra, "rev-parse", f"HEAD:{FILE}")
    place = infra / ".git/objects" / blob[:2] / blob[2:]
    place.unlink()
    with pytest.raises(GitError):
        found(infra).head_blob(FILE)


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder away needs root")
def test_a_repository_of_another_user_is_an_error_that_says_what_to_run(infra: Path) -> None:
    os.chown(infra, 12345, 12345)
    os.chown(infra / ".git", 12345, 12345)
    with pytest.raises(GitError, match=r"safe\.directory"):
        Repo.discover(infra)


def test_a_path_outside_the_work_tree_has_no_name_in_it(infra: Path, tmp_path: Path) -> None:
    (infra / "way-out").symlink_to(tmp_path)
    for outside in (tmp_path / "x.toml", infra / "way-out" / "x.toml", infra):
        with pytest.raises(NotARepositoryError):
            found(infra).path_of(outside)


def test_status_of_a_clean_file(infra: Path) -> None:
    status = found(infra).status(FILE)
    assert (status.in_head, status.index, status.changed, status.dirty) == (True, IndexState.SAME, False, False)


def test_status_of_a_changed_a_staged_and_a_removed_file(infra: Path) -> None:
    repo = found(infra)
    (infra / FILE).write_bytes(b"one\n2\n")
    assert (repo.status(FILE).index, repo.status(FILE).changed) == (IndexState.SAME, True)
    git(infra, "add", FILE)
    assert repo.index_state(FILE) is IndexState.STAGED
    git(infra, "rm", "-q", "--cached", FILE)
    assert repo.index_state(FILE) is IndexState.ABSENT
    assert repo.status(FILE).dirty


def test_status_of_a_file_git_does_not_know(infra: Path) -> None:
    (infra / "new.toml").write_bytes(b"x\n")
    status = found(infra).status("new.toml")
    assert (status.in_head, status.index, status.changed) == (False, IndexState.ABSENT, True)


def test_line_endings_alone_are_no_change(infra: Path) -> None:
    git(infra, "config", "core.autocrlf", "true")
    (infra / FILE).write_bytes(b"one\r\ntwo\r\n")
    repo = found(infra)
    assert repo.clean(FILE, b"one\r\ntwo\r\n") == b"one\ntwo\n"
    assert not repo.status(FILE).changed


CRLF, LF, BINARY = b"a\r\nb\r\n", b"a\nb\n", b"a\r\n\0b"


@pytest.mark.parametrize("data", [CRLF, LF, BINARY, b"a\rb\r\n", b"\x01\x02\r\n", b""])
@pytest.mark.parametrize(
    ("attributes", "autocrlf"),
    [
        ("", "false"),
        ("", "true"),
        ("", "input"),
        ("*.toml text", "false"),
        ("*.toml text=auto", "false"),
        ("*.toml text=auto eol=crlf", "false"),
        ("*.toml eol=crlf", "false"),
        ("*.toml eol=lf", "false"),
        ("*.toml -text", "true"),
        ("*.toml binary", "true"),
        ("*.toml crlf", "false"),
        ("*.toml -crlf", "true"),
    ],
)
def test_stored_bytes_are_those_git_stores(infra: Path, attributes: str, autocrlf: str, data: bytes) -> None:
    git(infra, "config", "core.autocrlf", autocrlf)
    (infra / ".gitattributes").write_text(attributes + "\n")
    stored = found(infra).clean("new.toml", data)
    command = ["git", "-c", "core.safecrlf=false", "hash-object", "--stdin", "--path", "new.toml"]
    told = subprocess.run(command, cwd=infra, input=data, capture_output=True, check=True).stdout
    plain = ["git", "hash-object", "--stdin", "--no-filters"]
    ours = subprocess.run(plain, cwd=infra, input=stored, capture_output=True, check=True).stdout
    assert ours == told


def test_crlf_that_is_already_committed_stays(infra: Path) -> None:
    (infra / "crlf.toml").write_bytes(CRLF)
    git(infra, "add", ".")
    git(infra, "commit", "-q", "-m", "crlf")
    git(infra, "config", "core.autocrlf", "true")
    assert found(infra).clean("crlf.toml", CRLF + b"c\r\n") == CRLF + b"c\r\n"


def test_author_from_configuration_and_environment(infra: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(infra).author() == Author("Ada", "ada@example.org")
    git(infra, "config", "user.email", "ada@work.example")
    assert found(infra).author() == Author("Ada", "ada@work.example")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Grace")
    assert found(infra).author() == Author("Grace", "ada@work.example")


def test_author_from_an_include_that_depends_on_the_remote(infra: Path, tmp_path: Path) -> None:
    (tmp_path / "work.cfg").write_text("[user]\n\temail = ada@work.example\n")
    with (tmp_path / "home/.gitconfig").open("a") as config:
        config.write(f'[includeIf "hasconfig:remote.*.url:https://work.example/**"]\n\tpath = {tmp_path}/work.cfg\n')
    git(infra, "remote", "add", "origin", "https://work.example/infra.git")
    assert found(infra).author().email == "ada@work.example"


def test_author_without_a_git_command(infra: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found(infra).author() == Author("Ada", "ada@example.org")


def test_an_unknown_author_is_an_error_that_says_what_to_run(infra: Path, tmp_path: Path) -> None:
    (tmp_path / "home/.gitconfig").write_text("")
    with pytest.raises(GitError, match=r"git config --global user\.name"):
        found(infra).author()


@pytest.mark.parametrize(
    ("value", "meant"),
    [("true", True), ("Yes", True), ("on", True), ("1", True), (None, True), ("0", False), ("", False), ("no", False)],
)
def test_a_flag_is_read_as_git_reads_it(value: str | None, meant: bool) -> None:
    assert Settings({"commit.gpgsign": value}).flag("commit.gpgsign") is meant
