"""The git repository a file lies in: what it holds, and commits of chosen edits that leave the rest alone."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ksync_tui.errors import CommitRefusedError, GitError, NotARepositoryError
from ksync_tui.git import Author, CommitResult, IndexState, Repo, command, commit_by_git, commit_by_libgit2
from ksync_tui.git.proposal import Proposal
from ksync_tui.git.settings import GitConfig

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


def test_a_healthy_repository_can_be_committed_to(infra: Path) -> None:
    found(infra).ensure_can_commit([FILE, "new.toml"])


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
    assert GitConfig({"commit.gpgsign": value}).flag("commit.gpgsign") is meant


# Commits

EDITED = b"one\n2\n"


def commit(root: Path, edits: dict[str, bytes] | None = None, message: str = "Set two") -> CommitResult:
    return found(root).commit({FILE: EDITED} if edits is None else edits, message)


def state(root: Path) -> tuple[str, str, bytes]:
    """What a refused commit must leave alone: HEAD, the index's entries, the file in the work tree."""
    head = subprocess.run(["git", "rev-parse", "-q", "--verify", "HEAD"], cwd=root, capture_output=True, text=True)
    return head.stdout, git(root, "ls-files", "--stage"), (root / FILE).read_bytes()


def refused(root: Path, edits: dict[str, bytes] | None = None, message: str = "Set two") -> CommitRefusedError:
    before = state(root)
    with pytest.raises(CommitRefusedError) as caught:
        commit(root, edits, message)
    assert state(root) == before
    assert leftovers(root) == []
    return caught.value


def leftovers(root: Path) -> list[str]:
    return [path.name for path in (root / ".git").iterdir() if path.name.startswith("ksync-")]


def add_hook(root: Path, name: str, script: str, folder: str = ".git/hooks") -> None:
    hook = root / folder / name
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)


@pytest.fixture(params=["libgit2", "git"])
def either(request: pytest.FixtureRequest, infra: Path) -> Path:
    """The repository, once without hooks and once with one: who writes the commit must not matter."""
    if request.param == "git":
        add_hook(infra, "pre-commit", "exit 0")
    return infra


def test_commits_exactly_the_edit(either: Path) -> None:
    parent = git(either, "rev-parse", "HEAD")
    (either / FILE).write_bytes(EDITED)
    result = commit(either, message="Set two\n\nbecause")
    assert result == CommitResult(git(either, "rev-parse", "main"), "main", (FILE,))
    assert git(either, "rev-parse", "HEAD^") == parent
    assert git(either, "log", "-1", "--format=%an <%ae> %cn|%B") == "Ada <ada@example.org> Ada|Set two\n\nbecause"
    assert git(either, "status", "--porcelain") == ""
    assert git(either, "reflog", "-1", "--format=%gs") == "commit: Set two"
    assert git(either, "fsck", "--strict") == ""
    assert leftovers(either) == []
    assert not (either / ".git/index.lock").exists()


def test_other_dirty_lines_of_the_file_stay_dirty(either: Path) -> None:
    (either / FILE).write_bytes(EDITED + b"mine\n")
    commit(either)
    assert (either / FILE).read_bytes() == EDITED + b"mine\n"
    assert git(either, "diff", "--cached") == ""
    assert git(either, "diff").splitlines()[-1] == "+mine"


def test_another_staged_file_stays_staged_and_uncommitted(either: Path) -> None:
    (either / "staged.toml").write_bytes(b"s\n")
    (either / "loose.toml").write_bytes(b"l\n")
    git(either, "add", "staged.toml")
    (either / FILE).write_bytes(EDITED)
    assert commit(either).files == (FILE,)
    assert git(either, "status", "--porcelain").splitlines() == ["A  staged.toml", "?? loose.toml"]


def test_other_edits_staged_for_the_file_stay_staged(either: Path) -> None:
    (either / FILE).write_bytes(b"one\ntwo\nstaged\n")
    git(either, "add", FILE)
    assert commit(either).left_out == (FILE,)
    assert git(either, "show", f":{FILE}") == "one\ntwo\nstaged"


def test_a_staged_deletion_stays_staged(either: Path) -> None:
    git(either, "rm", "-q", "--cached", FILE)
    assert commit(either).left_out == (FILE,)
    assert git(either, "ls-files") == ""


def test_the_next_commit_of_git_does_not_take_the_edit_back(either: Path) -> None:
    commit(either, {FILE: EDITED, "new/deep.toml": b"n\n"})
    git(either, "commit", "-q", "--no-verify", "--allow-empty", "-m", "next")
    assert git(either, "diff", "--name-only", "HEAD^", "HEAD") == ""
    assert git(either, "show", "HEAD:new/deep.toml") == "n"


@pytest.mark.parametrize("path", ["ü d/ф x.toml", 'quo"te.toml', "-dash.toml", " space "])
def test_any_name_git_knows_can_be_committed(either: Path, path: str) -> None:
    (either / path).parent.mkdir(exist_ok=True)
    (either / path).write_bytes(b"x\n")
    assert commit(either, {path: b"x\n"}).files == (path,)
    assert git(either, "status", "--porcelain") == ""


def test_the_first_commit_of_a_repository(either: Path, tmp_path: Path) -> None:
    root = tmp_path / "new"
    git(tmp_path, "init", "-q", "-b", "trunk", "new")
    if (either / ".git/hooks/pre-commit").exists():
        add_hook(root, "pre-commit", "exit 0")
    result = commit(root, {"a/b.toml": b"x\n", "c.toml": b"y\n"})
    assert (result.branch, result.files) == ("trunk", ("a/b.toml", "c.toml"))
    assert git(root, "ls-files").splitlines() == ["a/b.toml", "c.toml"]
    assert git(root, "rev-list", "--count", "HEAD") == "1"


def test_the_executable_bit_is_kept(either: Path) -> None:
    (either / FILE).chmod(0o755)
    git(either, "add", FILE)
    git(either, "commit", "-q", "-m", "bit")
    (either / FILE).write_bytes(EDITED)
    commit(either)
    assert git(either, "ls-tree", "HEAD", FILE).startswith("100755 ")
    assert git(either, "status", "--porcelain") == ""


def test_line_endings_are_stored_as_git_stores_them(either: Path) -> None:
    (either / ".gitattributes").write_text("*.toml text eol=crlf\n")
    (either / FILE).write_bytes(b"one\r\n2\r\n")
    commit(either, {FILE: b"one\r\n2\r\n"})
    assert found(either).head_blob(FILE) == EDITED
    assert git(either, "status", "--porcelain") == "?? .gitattributes"


def test_a_commit_in_a_linked_work_tree(either: Path, tmp_path: Path) -> None:
    side = tmp_path / "side"
    git(either, "worktree", "add", "-q", "-b", "side", str(side))
    (side / FILE).write_bytes(EDITED)
    assert commit(side).branch == "side"
    assert git(side, "status", "--porcelain") == ""
    assert found(either).head_blob(FILE) == b"one\ntwo\n"


def test_a_given_author_needs_no_configured_one(either: Path, tmp_path: Path) -> None:
    (tmp_path / "home/.gitconfig").write_text("")
    found(either).commit({FILE: EDITED}, "m", Author("Demo", "demo@example.org"))
    assert git(either, "log", "-1", "--format=%an %ae %cn") == "Demo demo@example.org Demo"


def test_nobody_commits_without_a_name(either: Path, tmp_path: Path) -> None:
    (tmp_path / "home/.gitconfig").write_text("")
    with pytest.raises(GitError, match=r"user\.email"):
        commit(either)


def test_dates_from_the_environment_are_honoured(either: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_DATE", "1700000000 -0330")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000001 +0100")
    commit(either)
    assert git(either, "log", "-1", "--format=%ad %cd", "--date=raw") == "1700000000 -0330 1700000001 +0100"


def test_an_environment_of_another_repository_changes_nothing(
    either: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere/index"))
    result = commit(either)
    monkeypatch.delenv("GIT_DIR")
    assert git(either, "rev-parse", "HEAD") == result.id


# Commits that are refused


def test_refused_when_detached(either: Path) -> None:
    git(either, "checkout", "-q", "--detach")
    error = refused(either)
    assert "on no branch" in str(error)
    assert error.hint
    with pytest.raises(CommitRefusedError):
        found(either).ensure_can_commit()


def test_refused_when_the_index_is_locked(either: Path) -> None:
    lock = either / ".git/index.lock"
    lock.touch()
    assert str(lock) in str(refused(either))
    assert lock.exists()
    with pytest.raises(CommitRefusedError, match=r"index\.lock"):
        found(either).ensure_can_commit()


def test_refused_when_libgit2_cannot_read_the_index(either: Path) -> None:
    git(either, "config", "core.splitIndex", "true")
    git(either, "update-index", "--split-index")
    with pytest.raises(GitError, match="split"):
        commit(either)
    assert git(either, "rev-list", "--count", "HEAD") == "1"
    assert not (either / ".git/index.lock").exists()


def test_refused_when_the_branch_is_locked(either: Path) -> None:
    (either / ".git/refs/heads/main.lock").touch()
    assert "lock" in str(refused(either))


def test_refused_during_a_merge(either: Path) -> None:
    git(either, "branch", "other")
    git(either, "commit", "-q", "--allow-empty", "-m", "ours")
    git(either, "checkout", "-q", "other")
    git(either, "commit", "-q", "--allow-empty", "-m", "theirs")
    git(either, "merge", "-q", "--no-ff", "--no-commit", "main")
    assert "a merge is under way" in str(refused(either))


def test_refused_when_the_file_has_a_conflict(either: Path) -> None:
    (either / FILE).write_bytes(b"stashed\n")
    git(either, "stash", "-q")
    (either / FILE).write_bytes(b"moved on\n")
    git(either, "commit", "-q", "-a", "-m", "moved on")
    subprocess.run(["git", "stash", "pop", "-q"], cwd=either, capture_output=True)
    assert found(either).index_state(FILE) is IndexState.CONFLICT
    assert "conflict" in str(refused(either))


@pytest.mark.parametrize("message", ["", " \n\t\n"])
def test_refused_without_a_message(either: Path, message: str) -> None:
    assert "message" in str(refused(either, message=message))


@pytest.mark.parametrize("edits", [{}, {FILE: b"one\ntwo\n"}])
def test_refused_when_nothing_would_change(either: Path, edits: dict[str, bytes]) -> None:
    assert "nothing to commit" in str(refused(either, edits))


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "../outside.toml",
        "komodo/../../outside.toml",
        "/etc/passwd",
        "komodo//web.toml",
        "a\0b",
        ".git/config",
        "sub/.GIT/config",
        "git~1/config",
        "komodo",
        f"{FILE}/below.toml",
        "link-out/x.toml",
        "link-in/web.toml",
        "link.toml",
        "module/x.toml",
        "nested/x.toml",
    ],
)
def test_refused_for_what_is_no_file_of_this_repository(infra: Path, tmp_path: Path, path: str) -> None:
    (infra / "link-out").symlink_to(tmp_path)
    (infra / "link-in").symlink_to("komodo")
    (infra / "link.toml").symlink_to(FILE)
    git(infra, "init", "-q", "nested")
    git(infra, "update-index", "--add", "--cacheinfo", f"160000,{git(infra, 'rev-parse', 'HEAD')},module")
    git(infra, "commit", "-q", "-m", "module")
    refused(infra, {path: b"x\n"})


def test_refused_for_an_ignored_file(infra: Path) -> None:
    (infra / ".gitignore").write_text("secret.toml\n")
    assert "ignore" in str(refused(infra, {"secret.toml": b"x\n"}))


@pytest.mark.parametrize("rule", ["filter=lfs diff=lfs merge=lfs -text", "filter=git-crypt", "ident"])
def test_refused_where_git_stores_something_else_than_the_text(infra: Path, rule: str) -> None:
    (infra / ".gitattributes").write_text(f"*.toml {rule}\n")
    assert rule.split()[0] in str(refused(infra))
    with pytest.raises(CommitRefusedError):
        found(infra).ensure_can_commit([FILE])


def stale_proposal(root: Path) -> Proposal:
    """What a commit would be that was decided before somebody else committed."""
    import pygit2

    handle = pygit2.Repository(str(root))
    parent = handle.head.peel(pygit2.Commit)
    index = pygit2.Index()
    index.read_tree(parent.tree)
    index.add(pygit2.IndexEntry(FILE, handle.create_blob(EDITED), pygit2.enums.FileMode.BLOB))
    ada = pygit2.Signature("Ada", "ada@example.org")
    proposal = Proposal("refs/heads/main", parent, index, index.write_tree(handle), "late\n", ada, ada)
    git(root, "commit", "-q", "--allow-empty", "-m", "somebody else's")
    return proposal


def test_refused_when_the_branch_moved_meanwhile(infra: Path, tmp_path: Path) -> None:
    import pygit2

    proposal = stale_proposal(infra)
    before = state(infra)
    handle = pygit2.Repository(str(infra))
    with pytest.raises(CommitRefusedError, match="moved"):
        commit_by_libgit2.write(handle, infra, proposal)
    with pytest.raises(CommitRefusedError, match="moved"):
        commit_by_git.write(handle, infra, proposal, "a hook", tmp_path, 60)
    assert state(infra) == before


def test_refused_when_the_branch_moved_just_before_git_looked(
    infra: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pygit2

    proposal = stale_proposal(infra)
    before = state(infra)
    tip, calls = commit_by_git._tip, iter([proposal.parents[0]])
    monkeypatch.setattr(commit_by_git, "_tip", lambda *args: next(calls, None) or tip(*args))
    with pytest.raises(CommitRefusedError, match="moved"):
        commit_by_git.write(pygit2.Repository(str(infra)), infra, proposal, "a hook", tmp_path, 60)
    assert state(infra) == before


def test_refused_when_a_hook_moves_the_branch(infra: Path) -> None:
    git(infra, "commit", "-q", "--allow-empty", "-m", "second")
    add_hook(infra, "pre-commit", "git update-ref refs/heads/main HEAD^")
    with pytest.raises(CommitRefusedError):
        commit(infra)
    assert git(infra, "log", "-1", "--format=%s") == "first"


# Hooks and signing


@pytest.mark.parametrize("folder", [".git/hooks", "shared-hooks"])
def test_hooks_see_the_commit_that_is_made(infra: Path, folder: str, tmp_path: Path) -> None:
    if folder != ".git/hooks":
        git(infra, "config", "core.hooksPath", folder)
    seen = tmp_path / "seen"
    (infra / "staged.toml").write_bytes(b"s\n")
    git(infra, "add", "staged.toml")
    (infra / FILE).write_bytes(EDITED + b"mine\n")
    add_hook(infra, "pre-commit", f"git diff --cached --name-only > {seen}; git show :{FILE} >> {seen}", folder)
    add_hook(infra, "post-commit", f"git log -1 --format=%s >> {seen}; echo said", folder)
    result = commit(infra)
    assert seen.read_text() == f"{FILE}\none\n2\nSet two\n"
    assert result.output == "said"


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg", "reference-transaction"])
def test_a_hook_can_refuse(infra: Path, name: str) -> None:
    add_hook(infra, name, "echo no tabs please >&2; exit 1")
    (infra / FILE).write_bytes(EDITED)
    assert "no tabs please" in str(refused(infra))


def test_a_hook_can_change_the_message(infra: Path) -> None:
    add_hook(infra, "commit-msg", 'echo "Signed-off-by: Ada" >> "$1"')
    commit(infra)
    assert git(infra, "log", "-1", "--format=%B") == "Set two\nSigned-off-by: Ada"


def test_what_a_hook_adds_to_the_commit_reaches_the_index_too(infra: Path) -> None:
    add_hook(infra, "pre-commit", "echo made > made.txt; git add made.txt")
    assert commit(infra).files == (FILE, "made.txt")
    assert git(infra, "diff", "--cached", "--name-only") == ""


def test_a_hook_that_is_not_executable_is_no_hook(infra: Path) -> None:
    add_hook(infra, "pre-commit", "exit 1")
    (infra / ".git/hooks/pre-commit").chmod(0o644)
    commit(infra)


def test_a_hook_that_does_not_end_is_stopped(infra: Path) -> None:
    add_hook(infra, "pre-commit", "sleep 60")
    before = state(infra)
    with pytest.raises(CommitRefusedError, match="in time"):
        found(infra).commit({FILE: EDITED}, "m", hook_seconds=0.2)
    assert state(infra) == before


def test_a_post_commit_hook_that_does_not_end_leaves_the_commit(infra: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = command.run

    def stopped(args: list[str], *rest: object, **options: object) -> command.GitResult:
        done = run(args, *rest, **options)
        return command.GitResult(None, done.stdout, done.stderr) if "commit" in args else done

    add_hook(infra, "pre-commit", "echo made > made.txt; git add made.txt")
    monkeypatch.setattr(command, "run", stopped)
    result = commit(infra)
    assert git(infra, "rev-parse", "HEAD") == result.id
    assert git(infra, "diff", "--cached", "--name-only") == ""


def test_a_hook_has_no_terminal_and_no_input(infra: Path, tmp_path: Path) -> None:
    script = "import os, sys; print(os.getsid(0), repr(sys.stdin.read()))"
    add_hook(infra, "pre-commit", f"{sys.executable} -c '{script}' > {tmp_path}/seen")
    commit(infra)
    session, read = (tmp_path / "seen").read_text().split()
    assert int(session) != os.getsid(0)
    assert read == "''"


def test_refused_when_hooks_need_a_git_that_is_missing(
    infra: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_hook(infra, "pre-commit", "exit 0")
    head = git(infra, "rev-parse", "HEAD")
    with monkeypatch.context() as patched:
        patched.setenv("PATH", str(tmp_path))
        with pytest.raises(CommitRefusedError, match="pre-commit"):
            commit(infra)
    assert git(infra, "rev-parse", "HEAD") == head


def test_without_hooks_no_git_command_is_needed(infra: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with monkeypatch.context() as patched:
        patched.setenv("PATH", str(tmp_path))
        result = commit(infra)
    assert git(infra, "log", "-1", "--format=%H %an") == f"{result.id} Ada"


def test_refused_when_signing_fails(infra: Path, tmp_path: Path) -> None:
    gpg = tmp_path / "gpg"
    gpg.write_text("#!/bin/sh\necho no secret key >&2\nexit 2\n")
    gpg.chmod(0o755)
    with (tmp_path / "home/.gitconfig").open("a") as config:
        config.write(f"[commit]\n\tgpgsign\n[gpg]\n\tprogram = {gpg}\n")
    assert "sign" in str(refused(infra))


def test_commits_are_signed_when_the_user_wants_it(infra: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in {"gpg.format": "ssh", "user.signingkey": f"{key}.pub", "commit.gpgsign": "true"}.items():
        git(infra, "config", name, value)
    commit(infra)
    assert "BEGIN SSH SIGNATURE" in git(infra, "cat-file", "commit", "HEAD")
    assert git(infra, "status", "--porcelain") == f"M {FILE}"
