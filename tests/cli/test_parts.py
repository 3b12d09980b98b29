"""`--only KIND/NAME:FIELD.ENTRY` and `--except`: one entry of an update to live, another into the file."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.cli.conftest import CommandLine, Ended

STACK = '[[stack]]\nname = "web"\n[stack.config]\nbranch = "{branch}"\nenvironment = """\n  # how loud\n{lines}"""\n'
BEFORE = "  A = 1\n  B = 1 # why\n  C = 1\n"


def text(lines: str, branch: str = "main") -> str:
    return STACK.format(lines=lines, branch=branch)


@pytest.fixture
def lab(ksync: CommandLine) -> CommandLine:
    """A stack that was applied; then its file was edited in three places, and its branch."""
    ksync.write(text(BEFORE))
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    ksync.write(text("  A = 2\n  B = 2\n  C = 2\n", "next"))
    return ksync


def live(ksync: CommandLine) -> str:
    return ksync("export", "--only", "stack/web").out


def fields(ksync: CommandLine) -> list[str]:
    (action,) = json.loads(ksync("plan", ksync.files, "--json").out)["actions"]
    return list(action["fields"])


def only(ksync: CommandLine, *words: str) -> Ended:
    return ksync("apply", ksync.files, "--yes", *words)


def test_one_entry_is_applied_and_the_rest_is_still_pending(lab: CommandLine) -> None:
    assert fields(lab) == ["branch", "environment.A", "environment.B", "environment.C"]
    assert only(lab, "--only", "stack/web:environment.B").code == 0
    assert "A = 1\n" in live(lab)
    assert "B = 2\n" in live(lab)
    assert "branch" not in live(lab)
    assert fields(lab) == ["branch", "environment.A", "environment.C"]
    assert only(lab, "--only", "stack/web:branch", "--only", "stack/web:environment").code == 0
    assert fields_left(lab) == 0


def fields_left(ksync: CommandLine) -> int:
    return len(json.loads(ksync("plan", ksync.files, "--json").out)["actions"])


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (("--all", "--except", "stack/web:environment.A"), ["environment.A"]),
        (("--all", "--except", "stack/web:environment"), ["environment.A", "environment.B", "environment.C"]),
        (("--only", "stack/web", "--except", "stack/web:branch"), ["branch"]),
        (("--all", "--except", "stack/web"), ["branch", "environment.A", "environment.B", "environment.C"]),
        (
            ("--all", "--except", "stack/web", "--except", "stack/web:environment.A"),
            ["branch", "environment.A", "environment.B", "environment.C"],
        ),
        (
            ("--only", "stack/web:environment", "--except", "stack/web:environment.C"),
            ["branch", "environment.C"],
        ),
    ],
)
def test_what_is_excepted_is_left(lab: CommandLine, words: tuple[str, ...], left: list[str]) -> None:
    assert only(lab, *words).code in (0, 2)
    assert fields(lab) == left


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("stack/web:environment.D", "no such difference"),
        ("stack/web:server", "There are: branch, environment.A, environment.B, environment.C."),
        ("stack/none:branch", "nothing is pending for this resource"),
        ("stack/web:", "no such difference"),
    ],
)
def test_what_does_not_differ_cannot_be_chosen(lab: CommandLine, word: str, said: str) -> None:
    for words in (["--only", word], ["--all", "--except", word]):
        ended = only(lab, *words)
        assert (ended.code, said in ended.err) == (1, True)
    assert len(fields(lab)) == 4


def test_undo_takes_back_just_that_entry_whatever_was_done_since(lab: CommandLine) -> None:
    only(lab, "--only", "stack/web:environment.A")
    only(lab, "--only", "stack/web:branch")
    assert lab("runs", "undo", "2", "--yes").code == 0
    assert fields(lab) == ["environment.A", "environment.B", "environment.C"]


def test_what_was_changed_again_is_not_taken_back(lab: CommandLine) -> None:
    only(lab, "--only", "stack/web:environment.A")
    lab.write(text("  A = 3\n  B = 1\n  C = 1\n"))
    assert only(lab, "--all").code == 0
    lab("runs", "undo", "2", "--yes")
    assert "A = 3" in live(lab)


def test_one_entry_of_live_goes_into_the_file_and_is_committed(lab: CommandLine) -> None:
    def git(*words: str) -> str:
        command = ["git", "-C", str(lab.files), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    git("init", "-q")
    git("config", "user.name", "Ada")
    git("config", "user.email", "ada@example.org")
    git("add", ".")
    git("commit", "-qm", "edited")
    ended = lab("commit", lab.files, "--only", "stack/web:environment.B", "--yes", "-m", "B as it is live")
    assert ended.code == 0, ended.err
    changed = [line for line in git("log", "-p", "-1", "--format=").splitlines() if line[:1] in "+-"][2:]
    assert changed == ["-  B = 2", "+  B = 1"]
    assert fields(lab) == ["branch", "environment.A", "environment.C"]
