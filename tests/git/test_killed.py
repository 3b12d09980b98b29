"""A commit that is interrupted or killed: nothing of ksync's stays in the way, and nothing is undone later."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ksync_tui.errors import CommitRefusedError
from ksync_tui.git import Repo
from ksync_tui.git.leftovers import note_parent, scratch_in
from ksync_tui.system import process as processes
from ksync_tui.system.files import temporary_beside
from ksync_tui.writeback.files import edit_file, write

TEXT = '[[variable]]\nname = "A"\nvalue = "1"\n'


class Worktree:
    """A repository of one file whose pre-commit hook waits until it may go on."""

    def __init__(self, root: Path) -> None:
        self.root, self.file = root, root / "a.toml"
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ana")
        self.git("config", "user.email", "ana@example.org")
        self.file.write_text(TEXT)
        self.git("add", ".")
        self.git("commit", "-qm", "start")

    def git(self, *words: str) -> str:
        return subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True, text=True).stdout

    def hook(self, name: str, script: str) -> None:
        path = self.root / ".git/hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    @property
    def leftovers(self) -> list[str]:
        found = [*self.root.glob(".git/ksync-*"), *self.root.glob(".git/*.lock"), *self.root.glob(".*.ksync")]
        return sorted(path.name for path in found)

    def commit(self, value: str) -> subprocess.Popen[str]:
        """A process that commits another value, and says `ready` when its hook runs."""
        script = COMMIT.format(file=str(self.file), text=TEXT.replace("1", value))
        return subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


COMMIT = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # `nohup` before the tests would leave it ignored
from pathlib import Path
from ksync_tui import cli
from ksync_tui.git import Repo

def commit(wanted):
    repo = Repo.discover(Path({file!r}))
    Path({file!r}).write_text({text!r})
    print(repo.commit({{"a.toml": {text!r}.encode()}}, "changed").id, flush=True)
    return 0

cli._run = commit
sys.exit(cli.main([]))
"""


@pytest.fixture
def worktree(tmp_path: Path) -> Worktree:
    return Worktree(tmp_path / "infra")


def waiting(worktree: Worktree, tmp_path: Path, name: str = "pre-commit") -> tuple[Path, Path]:
    """A hook that opens one pipe when it runs and reads another before it ends."""
    ready, go = tmp_path / "ready", tmp_path / "go"
    os.mkfifo(ready)
    os.mkfifo(go)
    worktree.hook(name, f"echo > '{ready}'; cat '{go}' > /dev/null")
    return ready, go


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_during_a_hook_ends_git_too_and_leaves_nothing(
    worktree: Worktree, tmp_path: Path, number: signal.Signals
) -> None:
    ready, _ = waiting(worktree, tmp_path)
    committing = worktree.commit("2")
    ready.read_text()
    committing.send_signal(number)
    _, said = committing.communicate(timeout=60)
    assert "stopped" in said
    assert committing.returncode == (1 if number is signal.SIGINT else 128 + number)
    assert worktree.leftovers == []
    assert worktree.git("log", "--format=%s").split() == ["start"]
    assert worktree.git("status", "--porcelain") == " M a.toml\n"


def test_a_commit_that_was_made_before_the_signal_counts(worktree: Worktree, tmp_path: Path) -> None:
    ready, _ = waiting(worktree, tmp_path, "post-commit")
    committing = worktree.commit("2")
    ready.read_text()
    committing.send_signal(signal.SIGTERM)
    made, _ = committing.communicate(timeout=60)
    assert worktree.git("rev-parse", "HEAD") == made
    assert worktree.leftovers == []
    assert worktree.git("status", "--porcelain") == ""


def test_what_a_killed_commit_left_is_cleared_by_the_next_one(worktree: Worktree, tmp_path: Path) -> None:
    ready, go = waiting(worktree, tmp_path)
    committing = worktree.commit("2")
    ready.read_text()
    committing.kill()
    committing.communicate(timeout=60)
    assert "index.lock" in worktree.leftovers
    go.write_text("go\n")  # git, which nobody killed, makes the commit
    repo = Repo.discover(worktree.file)
    assert repo is not None
    worktree.hook("pre-commit", "true")
    while refused := refusal(repo):
        assert "git still makes a commit" in refused
    assert worktree.leftovers == []
    assert worktree.git("log", "--format=%s").split() == ["changed", "start"]
    assert worktree.git("status", "--porcelain") == ""
    worktree.git("commit", "-q", "--allow-empty", "-m", "by hand")
    assert '"2"' in worktree.git("show", "HEAD:a.toml")


def refusal(repo: Repo) -> str | None:
    try:
        repo.ensure_can_commit(["a.toml"])
    except CommitRefusedError as error:
        return str(error)
    return None


def test_a_lock_of_somebody_else_stays(worktree: Worktree) -> None:
    (worktree.root / ".git/index.lock").write_text("")
    repo = Repo.discover(worktree.file)
    assert repo is not None
    with pytest.raises(Exception, match="the index is locked"):
        repo.commit({"a.toml": b"x = 1\n"}, "m")
    assert (worktree.root / ".git/index.lock").exists()


def test_an_index_behind_head_follows_only_the_commit_that_was_noted(
    worktree: Worktree, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo.discover(worktree.file)
    assert repo is not None
    with scratch_in(worktree.root / ".git") as scratch:
        note_parent(scratch, None)
        scratch.rename(scratch.with_name(scratch.name.replace(processes.token(), dead())))
    worktree.git("commit", "-q", "--allow-empty", "-m", "another")
    before = (worktree.root / ".git/index").read_bytes()
    repo.ensure_can_commit(["a.toml"])
    assert worktree.leftovers == []
    assert (worktree.root / ".git/index").read_bytes() == before


def dead() -> str:
    """The token of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    known = processes.token(ended.pid)
    ended.wait()
    return known


def test_a_temporary_file_of_a_killed_process_goes_with_the_next_writing(tmp_path: Path) -> None:
    target = tmp_path / "a.toml"
    target.write_text(TEXT)
    left, mine, other = (tmp_path / f".{name}.x.ksync" for name in (f"a.toml.{dead()}", "a.toml.mine", f"b.{dead()}"))
    for path in (left, mine, other):
        path.write_text("secret")
    with temporary_beside(target) as (_, handle):
        assert handle
        assert not left.exists()
        assert len(list(tmp_path.glob(f".a.toml.{processes.token()}.*"))) == 1
    assert mine.exists()
    assert other.exists()
    write(edit_file(target, "a.toml", []))
    assert target.read_text() == TEXT


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_a_commit_keeps_the_flags_of_the_file(worktree: Worktree, flag: str) -> None:
    worktree.git("update-index", flag, "a.toml")
    before = worktree.git("ls-files", "-v")
    repo = Repo.discover(worktree.file)
    assert repo is not None
    repo.commit({"a.toml": TEXT.replace("1", "2").encode()}, "m")
    assert worktree.git("ls-files", "-v") == before != ""
    assert '"2"' in worktree.git("show", "HEAD:a.toml")
    assert worktree.git("diff", "--cached") == ""


def test_a_signal_to_a_plan_ends_the_git_that_it_waits_for(tmp_path: Path) -> None:
    ready, tools = tmp_path / "ready", tmp_path / "bin"
    os.mkfifo(ready)
    tools.mkdir()
    (tools / "git").write_text(f"#!/bin/sh\necho $$ > '{ready}'\nexec sleep 1000\n")
    (tools / "git").chmod(0o755)
    environment = os.environ | {"KSYNC_HOME": str(tmp_path / "home")}
    ksync = [sys.executable, "-m", "ksync_tui"]
    config = 'repo = "https://git.example/a/b"\nresource_path = ["."]\n'
    sync = f'[[resource_sync]]\nname = "x"\n[resource_sync.config]\n{config}'
    (tmp_path / "syncs.toml").write_text(sync)
    subprocess.run([*ksync, "apply", str(tmp_path / "syncs.toml"), "--all", "--yes"], env=environment, check=True)
    hanging = environment | {"PATH": f"{tools}:{os.environ['PATH']}"}
    planning = subprocess.Popen([*ksync, "plan", "--sync", "x"], env=hanging, stderr=subprocess.PIPE, text=True)
    git = os.pidfd_open(int(ready.read_text()))  # readable once that process has ended
    planning.send_signal(signal.SIGTERM)
    _, said = planning.communicate(timeout=60)
    assert (planning.returncode, "stopped" in said) == (128 + signal.SIGTERM, True)
    assert select.select([git], [], [], 60)[0] == [git]
    os.close(git)
