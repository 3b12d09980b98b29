"""Killed at any effect of a command: no byte is lost, nothing is done twice, and the next run finds the way clear."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from ksync_tui.services import Session
from tests.campaigns import lab as labs
from tests.campaigns.harness import Campaign, Check
from tests.campaigns.lab import KSYNC, Lab

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "apply": ("apply", "--sync", "lab", "--all", "--allow-delete", "--yes"),
    "commit": ("commit", "--sync", "lab", "--all", "--yes", "-m", "taken"),
    "run": ("run", "stack/web", "--yes"),
}
SYSCALLS = "write,pwrite64,fsync,fdatasync,ftruncate,rename,renameat,renameat2,link,unlink,unlinkat,mkdir,rmdir"
"""What is counted where strace kills: also what SQLite, libgit2 and git itself do."""
MOST = 10_000
MOST_CALLS = 200
"""Of one thread, about."""


@dataclass(frozen=True)
class Case:
    """A command, what counts its effects, and at which of them it is killed."""

    command: str
    by: str
    number: int


@cache
def ways() -> tuple[str, ...]:
    """What can count effects here: calls of Python, and of the system where strace may look at a process."""
    words = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "true"]
    traced = shutil.which("strace") and subprocess.run(words, capture_output=True, check=False).returncode == 0
    return ("python", "system") if traced else ("python",)


def cases() -> st.SearchStrategy[Case]:
    """Kills."""
    return st.builds(Case, st.sampled_from(sorted(COMMANDS)), st.sampled_from(ways()), st.integers(0, MOST))


@dataclass(frozen=True)
class Undisturbed:
    """How a command ends that nobody kills: the file, the commits, what is live, and how many effects it has."""

    file: str
    subjects: list[str]
    live: dict[str, str]
    effects: Mapping[str, int]
    leftovers: list[str]
    runs: int
    """The newest run that was there before."""


def live(lab: Lab) -> dict[str, str]:
    """What is live, by its meaning."""
    with Session.open(lab.home) as session:
        return {str(target): one.fingerprint for target, one in session.snapshot().live.items()}


def faulty(fault: str, number: int) -> tuple[str, ...]:
    """The words before those of ksync, in which an effect meets a fault."""
    return (sys.executable, "-m", "tests.campaigns.killed", fault, str(number))


def killing(by: str, number: int) -> tuple[str, ...]:
    """The words before those of ksync."""
    if by == "python":
        return faulty("kill", number)
    kill = f"inject={SYSCALLS}:signal=SIGKILL:when={number}"
    return ("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", f"trace={SYSCALLS}", "-e", kill, *KSYNC)


def undisturbed(lab: Lab, command: str) -> Undisturbed:
    """Runs a command to its end."""
    with Session.open(lab.home) as session:
        runs = session.runs.latest(1)[0].id
    done = lab.ksync(*COMMANDS[command], before=killing("python", 0))
    assert done.returncode == 0, done
    effects = {"python": int(done.stderr.splitlines()[-1]), "system": MOST_CALLS}
    return Undisturbed(lab.file.read_text(), lab.subjects, live(lab), effects, lab.leftovers, runs)


def check(template: Path, root: Path, usual: Mapping[str, Undisturbed], case: Case, counts: Counter[str]) -> None:
    """Kills, and runs again."""
    lab, expected = labs.copied(template, root), usual[case.command]
    before = killing(case.by, 1 + case.number % expected.effects[case.by])
    killed = disturbed(lab, case.command, before, expected)
    ended = "killed" if killed.returncode in (-9, 137) else "a child killed" if killed.returncode else "not killed"
    counts[f"{case.command} {ended}"] += 1


def disturbed(
    lab: Lab, command: str, before: tuple[str, ...], expected: Undisturbed
) -> subprocess.CompletedProcess[str]:
    """Runs a command that is disturbed, looks, runs it again, and compares with what an undisturbed run comes to."""
    there = live(lab)
    done = lab.ksync(*COMMANDS[command], before=before)
    ups, deployed = lab.ups, journaled(lab, expected.runs)
    sound(lab, expected)
    assert ups <= 1, f"deployed {ups} times"
    again = lab.ksync(*COMMANDS[command])
    assert again.returncode == 0, f"the next run: {again.returncode} {again.stdout} {again.stderr}"
    assert lab.ups - ups <= (command == "run" or not deployed), f"deployed again: {lab.ups}"
    same("the file", lab.file.read_text(), expected.file)
    same("commits", lab.subjects, expected.subjects)
    same("live", live(lab), expected.live if command == "apply" else there)
    same("git's status", lab.git("status", "--porcelain"), " M notes.txt\n")
    same("leftovers", lab.leftovers, expected.leftovers)
    return done


def same(what: str, found: object, expected: object) -> None:
    """Whether something is as it should be after the next run."""
    assert found == expected, f"{what}: {found!r}, expected {expected!r}"


def journaled(lab: Lab, before: int) -> bool:
    """Whether a run that is newer than so many says that it deployed."""
    with Session.open(lab.home) as session:
        actions = [action for record in session.runs.latest() if record.id > before for action in record.actions]
        return any(action.action == "deploy:stack/web" and action.outcome == "done" for action in actions)


def sound(lab: Lab, expected: Undisturbed) -> None:
    """After the kill: each file is as before or as it should become, the repository and the database are whole."""
    assert lab.file.read_text() in (labs.EDITED, expected.file)
    assert lab.git("show", "HEAD:lab.toml") in (labs.EDITED, expected.file)
    assert (lab.infra / "notes.txt").read_text() == labs.DIRTY
    assert "error" not in lab.git("fsck", "--no-dangling")
    with closing(sqlite3.connect(lab.home / "ksync.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def usually(folder: Path) -> tuple[Path, Path, Mapping[str, Undisturbed]]:
    """A lab's copy, the folder of the lab, and what each command comes to in it."""
    template, root = labs.prepared(folder)
    return template, root, {command: undisturbed(labs.copied(template, root), command) for command in COMMANDS}


@contextmanager
def opened(folder: Path, counts: Counter[str]) -> Iterator[Check]:
    """A lab, and what each command comes to in it."""
    template, root, usual = usually(folder)
    yield lambda case: check(template, root, usual, case, counts)


CAMPAIGN = Campaign("crash", "apply, commit and run are killed at any effect, and run again", cases(), opened, False)
