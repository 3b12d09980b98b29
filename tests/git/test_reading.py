"""A git repository elsewhere as the source of a sync: what is read of it, and what is told when it cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ksync_tui.errors import RemoteError
from ksync_tui.git.clone import Clone
from ksync_tui.git.fetching import Fetching
from ksync_tui.git.network import Patience
from ksync_tui.git.remote import remote_of
from ksync_tui.model.kinds.resource_sync import ResourceSyncConfig
from ksync_tui.source.base import SourceContents
from ksync_tui.source.repo import Repository
from tests.git.conftest import Upstream, git, variable
from tests.git.server import GitServer, serving


class Reader:
    """Reads a repository again and again, as one user's ksync."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def source(self, repo: str, paths: tuple[str, ...] = (".",), **fields: str) -> Repository:
        remote = remote_of(ResourceSyncConfig.model_validate({"repo": repo, **fields}))
        return Repository(Clone(remote, self.state, Patience(lock=0.1)), paths)

    def __call__(self, repo: str, *paths: str, **fields: str) -> SourceContents:
        return self.source(repo, paths or (".",), **fields).read()


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return Reader(tmp_path / "state")


def names(gathered: SourceContents) -> list[str]:
    return [file.name for file in gathered.files]


def told(gathered: SourceContents) -> str:
    return "\n".join(map(str, gathered.problems))


FILES: dict[str, str | bytes | None] = {
    "top.toml": variable("TOP"),
    "a/one.toml": variable("ONE"),
    "a/b/two.toml": variable("TWO"),
    "a/b/.hidden/three.toml": variable("THREE"),
    "a/readme.md": "words",
    "other/four.toml": variable("FOUR"),
}


@pytest.mark.parametrize("address", ["file", "path", "http"])
def test_files_at_any_depth_are_read_in_the_order_of_their_names(
    upstream: Upstream, server: GitServer, read: Reader, address: str
) -> None:
    upstream.push(FILES)
    url = {"file": upstream.url, "path": str(upstream.bare), "http": f"{server.url}/me/infra.git"}[address]
    gathered = read(url)
    assert names(gathered) == [
        "infra@main:a/b/.hidden/three.toml",
        "infra@main:a/b/two.toml",
        "infra@main:a/one.toml",
        "infra@main:other/four.toml",
        "infra@main:top.toml",
    ]
    assert gathered.files[-1].text == variable("TOP")
    assert gathered.problems == ()
    assert gathered.complete


def test_several_paths_are_read_in_their_order_and_no_file_twice(upstream: Upstream, read: Reader) -> None:
    upstream.push(FILES)
    gathered = read(upstream.url, "top.toml", "./a/", "a/one.toml")
    assert [name.partition(":")[2] for name in names(gathered)] == [
        "top.toml", "a/b/.hidden/three.toml", "a/b/two.toml", "a/one.toml",
    ]  # fmt: skip


@pytest.mark.parametrize("filters", [True, False])
def test_a_push_is_seen_by_the_next_reading(upstream: Upstream, server: GitServer, read: Reader, filters: bool) -> None:
    if filters:
        upstream.allow_filters()
    before = upstream.push(FILES)
    source = read.source(f"{server.url}/me/infra.git")
    assert len(source.read().files) == 5
    assert source.seen is not None
    for number in range(3):
        commit = upstream.push(
            {"a/one.toml": variable("ONE", str(number)), f"new{number}.toml": variable(f"N{number}")}
        )
        gathered = source.read()
        assert source.seen.id == commit
        assert f"infra@main {commit[:7]}" in source.describe()
        assert f"  was {before[:7]}  " in source.describe()
        before = commit
        assert len(gathered.files) == 6 + number
        assert variable("ONE", str(number)) in [file.text for file in gathered.files]
        assert gathered.problems == ()


def test_only_the_files_that_are_asked_for_come_over_the_network(
    upstream: Upstream, server: GitServer, read: Reader
) -> None:
    upstream.allow_filters()
    upstream.push({"big.bin": b"\0" * 1000, "old.toml": variable("OLD")})
    upstream.push({**FILES, "old.toml": None})
    source = read.source(f"{server.url}/me/infra.git")
    assert len(source.read().files) == 5
    folder = source.clone.folder
    here = git(folder, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split()
    assert here.count("commit") == 1
    assert here.count("blob") == 5


def test_a_remote_that_gives_no_single_files_is_cloned_whole(
    upstream: Upstream, server: GitServer, read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.allow_filters()
    upstream.push(FILES)
    # Without protocol 2 a server gives what branches and tags are at, and nothing else.
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "protocol.version")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "0")
    source = read.source(f"{server.url}/me/infra.git")
    assert len(source.read().files) == 5
    upstream.push({"new.toml": variable("NEW")})
    assert len(source.read().files) == 6


def test_a_dumb_server_is_read_whole(upstream: Upstream, read: Reader, tmp_path: Path) -> None:
    upstream.push(FILES)
    git(upstream.bare, "repack", "-q", "-a", "-d")
    git(upstream.bare, "update-server-info")
    with serving(upstream.bare.parent.parent, dumb=True) as dumb:
        source = read.source(f"{dumb.url}/me/infra.git")
        assert len(source.read().files) == 5
        upstream.push({"new.toml": variable("NEW")})
        git(upstream.bare, "update-server-info")
        gathered = source.read()
    assert (len(gathered.files), gathered.problems) == (6, ())


def test_branches_of_one_repository_share_a_clone(upstream: Upstream, read: Reader) -> None:
    upstream.push(FILES)
    upstream.push({"next.toml": variable("NEXT")}, branch="next/one")
    first, second = read.source(upstream.url), read.source(upstream.url, branch="next/one")
    assert first.clone.folder == second.clone.folder
    assert len(first.read().files) == 5
    assert len(second.read().files) == 6
    assert len(first.read().files) == 5


def test_a_commit_pin_holds_without_asking_the_remote_again(upstream: Upstream, read: Reader) -> None:
    pin = upstream.push(FILES)
    upstream.push({"new.toml": variable("NEW")})
    source = read.source(upstream.url, commit=pin)
    assert len(source.read().files) == 5
    assert source.describe().startswith(f"git  infra@main {pin[:7]}")
    assert source.describe().endswith("pinned")
    shutil.rmtree(upstream.bare)
    gathered = source.read()
    assert (len(gathered.files), gathered.problems) == (5, ())
    assert source.version() == pin


@pytest.mark.parametrize("how", ["short", "tag"])
def test_a_pin_may_be_short_or_a_tag(upstream: Upstream, read: Reader, how: str) -> None:
    pin = upstream.push(FILES)
    git(upstream.work, "tag", "v1")
    git(upstream.work, "push", "-q", "origin", "v1")
    for number in range(3):
        upstream.push({"new.toml": variable("NEW", str(number))})
    gathered = read(upstream.url, commit=pin[:9] if how == "short" else "v1")
    assert len(gathered.files) == 5, told(gathered)


@pytest.mark.parametrize("commit", ["1" * 40, "1234567", "nothing", "a..b", "HEAD~9"])
def test_a_commit_that_is_not_there_is_told(upstream: Upstream, read: Reader, commit: str) -> None:
    upstream.push(FILES)
    gathered = read(upstream.url, commit=commit)
    assert f"no such commit: {commit}" in told(gathered)
    assert not gathered.complete


def test_a_branch_that_is_not_there_is_told_with_those_that_are(upstream: Upstream, read: Reader) -> None:
    upstream.push(FILES)
    gathered = read(upstream.url, branch="mian")
    assert "no such branch: mian (It has: main)" in told(gathered)
    assert not gathered.complete


def test_a_branch_that_goes_away_is_an_error_and_no_empty_source(upstream: Upstream, read: Reader) -> None:
    upstream.push(FILES)
    upstream.push(branch="next")
    assert read(upstream.url, branch="next").complete
    git(upstream.bare, "branch", "-D", "next")
    gathered = read(upstream.url, branch="next")
    assert "no such branch: next" in told(gathered)
    assert not gathered.complete


def test_a_repository_without_commits_is_told(upstream: Upstream, read: Reader) -> None:
    assert "no commits yet" in told(read(upstream.url))


def test_a_repository_that_is_not_there_is_told(server: GitServer, read: Reader, tmp_path: Path) -> None:
    assert "no such repository" in told(read(f"{server.url}/me/nothing.git"))
    assert "no such repository" in told(read(f"file://{tmp_path}/nothing.git"))


def test_a_host_that_is_not_known_is_told(read: Reader) -> None:
    gathered = read("http://nowhere.invalid/me/infra.git")
    assert "the host is not known" in told(gathered)
    assert "Check the address and the network" in told(gathered)


def test_no_answer_and_no_clone_is_an_error(upstream: Upstream, read: Reader) -> None:
    with serving(upstream.bare.parent.parent) as gone:
        url = f"{gone.url}/me/infra.git"
    gathered = read(url)
    assert "no answer" in told(gathered)
    assert [problem.severity for problem in gathered.problems] == ["error"]


def test_no_answer_but_a_clone_is_a_warning_and_nothing_is_deleted(upstream: Upstream, read: Reader) -> None:
    commit = upstream.push(FILES)
    with serving(upstream.bare.parent.parent) as running:
        url = f"{running.url}/me/infra.git"
        assert read(url).complete
    source = read.source(url)
    gathered = source.read()
    assert len(gathered.files) == 5
    assert [problem.severity for problem in gathered.problems] == ["warning"]
    assert f"no answer: {commit[:7]} is planned from, as it was " in told(gathered)
    assert not gathered.complete
    assert "no answer now" in source.describe()
    assert source.version() == ""


def test_a_fetch_that_breaks_off_is_told_with_both_commits(upstream: Upstream, read: Reader, tmp_path: Path) -> None:
    first = upstream.push(FILES)
    assert read(upstream.url).complete
    second = upstream.push({"new.toml": variable("NEW")})
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho 'fatal: the remote end hung up unexpectedly' >&2\nexit 1\n")
    broken.chmod(0o755)
    with (tmp_path / "gitconfig").open("a") as config:
        config.write(f'[remote "origin"]\n\tuploadpack = {broken}\n')
    gathered = read(upstream.url)
    assert f"{first[:7]} is planned from" in told(gathered)
    assert f"the branch is at {second[:7]} by now" in told(gathered)
    assert (len(gathered.files), gathered.complete) == (5, False)


def test_a_branch_whose_name_begins_like_another_that_went_away_is_read(upstream: Upstream, read: Reader) -> None:
    upstream.push(FILES)
    upstream.push(branch="next")
    assert read(upstream.url, branch="next").complete
    git(upstream.bare, "branch", "-D", "next")
    upstream.push(branch="next/one")
    assert read(upstream.url, branch="next/one").complete


def test_who_is_not_let_in_learns_where_a_token_goes(upstream: Upstream, read: Reader) -> None:
    upstream.push(FILES)
    with serving(upstream.bare.parent.parent, "bot:hunter2") as locked:
        gathered = read(f"{locked.url}/me/infra.git", git_account="bot")
    assert "access denied" in told(gathered)
    assert f"KSYNC_GIT_TOKEN_127_0_0_1_{locked.server_port}_BOT" in told(gathered)
    assert not gathered.complete


def test_a_wrong_token_is_told_and_not_shown(upstream: Upstream, read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    upstream.push(FILES)
    with serving(upstream.bare.parent.parent, "bot:hunter2") as locked:
        monkeypatch.setenv(f"KSYNC_GIT_TOKEN_127_0_0_1_{locked.server_port}", "wrong-token")
        gathered = read(f"{locked.url}/me/infra.git", git_account="bot")
    assert "access denied" in told(gathered)
    assert "wrong-token" not in told(gathered)


def test_a_token_lets_in_and_is_kept_nowhere(upstream: Upstream, read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    upstream.push(FILES)
    with serving(upstream.bare.parent.parent, "bot:hunter2-hunter2") as locked:
        monkeypatch.setenv(f"KSYNC_GIT_TOKEN_127_0_0_1_{locked.server_port}_BOT", "hunter2-hunter2")
        source = read.source(f"{locked.url}/me/infra.git", git_account="bot")
        assert len(source.read().files) == 5
    assert "hunter2" not in repr(source.clone.remote) + source.describe()
    assert not [path for path in read.state.rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()]


def test_a_rewritten_history_is_told_until_the_branch_goes_on(upstream: Upstream, read: Reader) -> None:
    first = upstream.push(FILES)
    second = upstream.push({"lost.toml": variable("LOST")})
    assert read(upstream.url).problems == ()
    git(upstream.work, "reset", "-q", "--hard", first)
    third = upstream.push({"other.toml": variable("OTHER")}, force=True)
    for _ in range(2):
        gathered = read(upstream.url)
        assert f"its history was rewritten: {second[:7]} does not lead to {third[:7]}" in told(gathered)
        assert len(gathered.files) == 6
    upstream.push({"more.toml": variable("MORE")})
    assert read(upstream.url).problems == ()


def test_where_nobody_can_tell_no_rewritten_history_is_told(
    upstream: Upstream, read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.push(FILES)
    assert read(upstream.url).problems == ()
    fetch = Fetching._fetch

    def without_dates(self: Fetching, limit: list[str], *specs: str) -> None:
        if limit[0].startswith("--shallow-since"):
            error = RemoteError("the server does not support it")
            error.known = False
            raise error
        fetch(self, limit, *specs)

    monkeypatch.setattr(Fetching, "_fetch", without_dates)
    upstream.push({"new.toml": variable("NEW")})
    gathered = read(upstream.url)
    assert (len(gathered.files), gathered.problems) == (6, ())


def test_a_branch_that_goes_back_is_a_rewritten_history(
    upstream: Upstream, read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")
    first = upstream.push(FILES)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2024-01-01T00:00:00Z")
    second = upstream.push({"lost.toml": variable("LOST")})
    assert read(upstream.url).problems == ()
    git(upstream.work, "push", "-q", "--force", "origin", f"{first}:refs/heads/main")
    assert f"{second[:7]} does not lead to {first[:7]}" in told(read(upstream.url))


def test_old_commits_that_are_pushed_late_are_no_rewritten_history(
    upstream: Upstream, read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")
    upstream.push(FILES)
    assert read(upstream.url).problems == ()
    for year in ("2021", "2022", "2023"):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{year}-01-01T00:00:00Z")
        upstream.push({"new.toml": variable("NEW", year)})
    assert read(upstream.url).problems == ()


@pytest.mark.parametrize("what", ["HEAD", "objects", "shallow", "config", "lock"])
def test_a_damaged_clone_is_made_anew(upstream: Upstream, read: Reader, what: str) -> None:
    upstream.push(FILES)
    source = read.source(upstream.url)
    source.read()
    place = source.clone.folder / what
    if what == "objects":
        shutil.rmtree(place)
        place.mkdir()
    elif what == "lock":
        (source.clone.folder / "shallow.lock").touch()
    else:
        place.unlink(missing_ok=True)
    upstream.push({"new.toml": variable("NEW")})
    gathered = source.read()
    assert len(gathered.files) == 6, told(gathered)
    assert gathered.problems == ()


def test_what_a_killed_ksync_left_goes_away(upstream: Upstream, read: Reader) -> None:
    upstream.push(FILES)
    source = read.source(upstream.url)
    left = source.clone.folder.parent / f".{source.clone.folder.name}.left" / "clone"
    left.mkdir(parents=True)
    assert source.read().complete
    assert list(source.clone.folder.parent.iterdir()) == [source.clone.folder]


def test_a_repository_in_sha256_is_told(read: Reader, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    git(tmp_path / "new", "init", "-q", "--object-format=sha256", "-b", "main")
    git(tmp_path / "new", "commit", "-q", "--allow-empty", "-m", "first")
    assert "uses SHA-256" in told(read(f"file://{tmp_path}/new"))


def test_a_clone_whose_file_is_lost_fetches_it_again(upstream: Upstream, server: GitServer, read: Reader) -> None:
    upstream.push(FILES)
    source = read.source(f"{server.url}/me/infra.git")
    source.read()
    for pack in (source.clone.folder / "objects").glob("??/*"):
        if git(source.clone.folder, "cat-file", "-t", pack.parent.name + pack.name) == "blob":
            pack.unlink()
    assert len(source.read().files) == 5


def test_a_clone_that_another_ksync_uses_is_waited_for_and_told(upstream: Upstream, read: Reader) -> None:
    upstream.push(FILES)
    source = read.source(upstream.url)
    source.read()
    (lock,) = (read.state / "locks").iterdir()
    code = (
        "import fcntl, os, sys; f = open(sys.argv[1], 'r+'); fcntl.flock(f, fcntl.LOCK_EX); f.write(str(os.getpid()))"
    )
    code += "; f.flush(); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        gathered = source.read()
        assert f"another ksync is busy with this repository: process {other.pid}" in told(gathered)
        assert not gathered.complete
        other.communicate()
    assert source.read().complete


def test_two_at_once_in_one_process_do_not_disturb_each_other(upstream: Upstream, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    upstream.push({f"f{number}.toml": variable(f"F{number}") for number in range(20)})
    remote = remote_of(ResourceSyncConfig(repo=upstream.url))
    sources = [Repository(Clone(remote, tmp_path / "state"), (".",)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert [len(found.files) for found in pool.map(Repository.read, sources)] == [20] * 4


def test_an_lfs_pointer_is_told(upstream: Upstream, read: Reader) -> None:
    upstream.push({**FILES, "big.toml": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"})
    gathered = read(upstream.url)
    assert "infra@main:big.toml:1:1: error: a pointer of git LFS, not the file" in told(gathered)
    assert (len(gathered.files), gathered.complete) == (5, False)


@pytest.mark.parametrize(("content", "words"), [(b"\xff", "UTF-8"), (b"a = 1\n\0", "binary")])
def test_what_is_no_text_is_told(upstream: Upstream, read: Reader, content: bytes, words: str) -> None:
    upstream.push({"bad.toml": content})
    assert words in told(read(upstream.url))


def test_a_submodule_is_told(upstream: Upstream, read: Reader, tmp_path: Path) -> None:
    upstream.push(FILES)
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", str(upstream.bare), str(other))
    git(upstream.work, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "vendor/lib")
    upstream.push()
    within = read(upstream.url)
    assert "vendor/lib:1:1: warning: a submodule" in told(within)
    assert (len(within.files), within.complete) == (5, False)
    for path in ("vendor/lib", "vendor/lib/a/one.toml"):
        named = read(upstream.url, path)
        assert "submodule" in told(named)
        assert [problem.severity for problem in named.problems] == ["error"]


def test_links_are_followed_inside_the_repository_and_nowhere_else(upstream: Upstream, read: Reader) -> None:
    upstream.push(FILES)
    links = {
        "a/inside.toml": "../top.toml",
        "a/far": "../other",
        "a/outside.toml": "../../secret.toml",
        "a/root.toml": "/etc/hosts.toml",
        "a/round": "..",
        "a/gone.toml": "missing.toml",
    }
    for name, target in links.items():
        (upstream.work / name).symlink_to(target)
    upstream.push()
    gathered = read(upstream.url, "a")
    shown = [name.partition(":")[2] for name in names(gathered)]
    assert shown == ["a/b/.hidden/three.toml", "a/b/two.toml", "a/one.toml", "other/four.toml", "top.toml"]
    for name in ("a/outside.toml", "a/root.toml", "a/round", "a/gone.toml"):
        assert f"infra@main:{name}:1:1: warning: a " in told(gathered)
    assert not gathered.complete


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../x", "out of the repository"),
        ("a/../../x", "out of the repository"),
        ("/etc", "out of the repository"),
        ("nothing", "no such file or folder"),
        ("a/readme.md", "not a .toml file"),
        ("top.toml/x", "no such file or folder"),
    ],
)
def test_a_path_that_cannot_be_read_is_told(upstream: Upstream, read: Reader, path: str, words: str) -> None:
    upstream.push(FILES)
    gathered = read(upstream.url, path)
    assert words in told(gathered)
    assert not gathered.complete


def test_no_path_is_told(upstream: Upstream, tmp_path: Path) -> None:
    remote = remote_of(ResourceSyncConfig(repo=upstream.url))
    assert "the sync lists no path" in told(Repository(Clone(remote, tmp_path), ()).read())


def test_a_folder_without_resource_files_is_told(upstream: Upstream, read: Reader) -> None:
    upstream.push({"readme.md": "words"})
    assert "no .toml file here" in told(read(upstream.url))


def test_the_mark_is_the_remotes_commit(upstream: Upstream, read: Reader) -> None:
    first = upstream.push(FILES)
    source = read.source(upstream.url)
    assert source.version() == first
    second = upstream.push({"new.toml": variable("NEW")})
    assert source.version() == second


def test_a_long_fetch_can_be_stopped(upstream: Upstream, tmp_path: Path) -> None:
    upstream.push(FILES)
    remote = remote_of(ResourceSyncConfig(repo=upstream.url))
    hook = tmp_path / "slow"
    hook.write_text("#!/bin/sh\nexec sleep 60\n")
    hook.chmod(0o755)
    (tmp_path / "gitconfig").write_text(f'[remote "origin"]\n\tuploadpack = {hook}\n')
    asked: list[bool] = []
    patience = Patience(stop=lambda: bool(asked.append(True)) or len(asked) > 2)
    gathered = Repository(Clone(remote, tmp_path / "state", patience), (".",)).read()
    assert "stopped" in told(gathered)
    assert not list((tmp_path / "state" / "clones").rglob("HEAD"))


def test_a_remote_that_does_not_answer_in_time_is_told(upstream: Upstream, tmp_path: Path) -> None:
    import socket

    upstream.push(FILES)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/me/infra.git"
        remote = remote_of(ResourceSyncConfig(repo=url))
        gathered = Repository(Clone(remote, tmp_path / "state", Patience(answer=0.2)), (".",)).read()
    assert "no answer in 0.2 s" in told(gathered)


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ssh that carries the command out here, whatever the host; its words are written down."""
    words = tmp_path / "words"
    program = tmp_path / "ssh"
    program.write_text(f'#!/bin/sh\necho "$*" >> {words}\nfor last; do :; done\nexec sh -c "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(program))
    return words


@pytest.mark.parametrize("form", ["ssh://git@box{path}", "git@box:{path}"])
def test_ssh_is_spoken_without_questions(upstream: Upstream, read: Reader, ssh: Path, form: str) -> None:
    upstream.push(FILES)
    source = read.source(form.format(path=upstream.bare))
    assert len(source.read().files) == 5
    assert source.describe().startswith("git  me/infra@main ")
    assert all("BatchMode=yes" in line and "git@box" in line for line in ssh.read_text().splitlines())


def test_what_ssh_says_is_told(upstream: Upstream, read: Reader, ssh: Path) -> None:
    (ssh.parent / "ssh").write_text("#!/bin/sh\necho 'Host key verification failed.' >&2\nexit 255\n")
    gathered = read("git@box:me/infra")
    assert "the host's key is not trusted: Host key verification failed." in told(gathered)


def test_gits_own_credential_helper_is_asked(upstream: Upstream, read: Reader, tmp_path: Path) -> None:
    upstream.push(FILES)
    with (tmp_path / "gitconfig").open("a") as config:
        config.write('[credential]\n\thelper = "!f() { echo username=bot; echo password=hunter2; }; f"\n')
    with serving(upstream.bare.parent.parent, "bot:hunter2") as locked:
        gathered = read(f"{locked.url}/me/infra.git")
    assert len(gathered.files) == 5, told(gathered)


def test_a_token_is_for_its_host_only(upstream: Upstream, read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSYNC_GIT_TOKEN_GITHUB_COM", "hunter2-hunter2")
    for repo in ("https://example.org/me/infra", upstream.url, "git@example.org:me/infra"):
        assert read.source(repo).clone.remote.token == ""
    assert read.source("me/infra").clone.remote.token == "hunter2-hunter2"


def test_names_of_files_are_data(upstream: Upstream, read: Reader) -> None:
    upstream.push({"x\x1b[31m.toml": variable("A"), "ü/ß.toml": variable("B"), "with space.toml": variable("C")})
    assert len(read(upstream.url).files) == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_clone_or_remote_of_another_user_is_told_with_what_to_run(upstream: Upstream, read: Reader) -> None:
    upstream.push(FILES)
    source = read.source(upstream.url)
    source.read()
    subprocess.run(["chown", "-R", "65534", str(source.clone.folder)], check=True)
    assert "the clone belongs to another user" in told(source.read())
    subprocess.run(["chown", "-R", "0", str(source.clone.folder)], check=True)
    subprocess.run(["chown", "-R", "65534", str(upstream.bare)], check=True)
    gathered = source.read()
    assert "the repository belongs to another user" in told(gathered)
    assert "safe.directory" in told(gathered)


def test_a_server_that_becomes_a_dumb_one_is_read_whole(upstream: Upstream, server: GitServer, read: Reader) -> None:
    upstream.allow_filters()
    upstream.push(FILES)
    url = f"{server.url}/me/infra.git"
    assert len(read(url, "a").files) == 3
    git(upstream.bare, "update-server-info")
    server.become_dumb()
    assert len(read(url).files) == 5
    upstream.push({"new.toml": variable("NEW")})
    git(upstream.bare, "update-server-info")
    gathered = read(url)
    assert (len(gathered.files), gathered.problems) == (6, ())
