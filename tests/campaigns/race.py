"""Two at once, or somebody between two steps: no change of anybody's is lost, and nothing runs that moved meanwhile."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from ksync_tui.errors import KsyncError
from ksync_tui.services import Session
from tests.campaigns import lab as labs
from tests.campaigns.harness import Campaign, Check
from tests.campaigns.lab import KSYNC, Lab

APPLY = ("apply", "--sync", "lab", "--all", "--allow-delete", "--yes")
COMMIT = ("commit", "--sync", "lab", "--all", "--yes", "-m", "taken")
RUN = ("run", "stack/web", "--yes")
WORDS: Mapping[str, tuple[str, ...]] = {"apply": APPLY, "commit": COMMIT, "run": RUN, "plan": ("plan", "--sync", "lab")}
MARK = "# of somebody else\n"


def _edit_file(lab: Lab) -> None:
    lab.file.write_text(lab.file.read_text() + MARK)


def _commit_another(lab: Lab) -> None:
    (lab.infra / "other.txt").write_text("other\n")
    lab.git("add", "other.txt")
    lab.git("commit", "-qm", "somebody's", "--", "other.txt")


def _commit_the_same(lab: Lab) -> None:
    _edit_file(lab)
    lab.git("commit", "-qam", "somebody's")


def _stage(lab: Lab) -> None:
    lab.git("add", "notes.txt")


def _change_live(lab: Lab) -> None:
    file = lab.root / "meanwhile.toml"
    file.write_text('[[variable]]\nname = "A"\nvalue = "meanwhile"\n[[variable]]\nname = "MEANWHILE"\nvalue = "1"\n')
    with Session.open(lab.home) as session:
        plan = session.reviews.create(session.syncs.at(file)).plan
        session.runs.run(plan.select([action.id for action in plan.actions]))


MEANWHILE: Mapping[str, Callable[[Lab], None]] = {
    "file edited": _edit_file, "another file committed": _commit_another, "the same file committed": _commit_the_same,
    "staged": _stage, "live changed": _change_live, "nothing": lambda lab: None,
}  # fmt: skip
STEPS = ("review", "changes", "write", "draft", "commit", "end")
"""Of taking live into the file, as the app does it: somebody comes before one of them."""


@dataclass(frozen=True)
class Case:
    """Two commands at the same time, or one thing that happens before a step."""

    commands: tuple[str, ...]
    meanwhile: str
    step: str


CASES = st.one_of(
    st.builds(Case, st.tuples(*[st.sampled_from(sorted(WORDS))] * 2), st.just("nothing"), st.just("end")),
    st.builds(Case, st.just(()), st.sampled_from(sorted(MEANWHILE)), st.sampled_from(STEPS)),
    st.builds(Case, st.just(()), st.sampled_from(sorted(MEANWHILE)), st.just("apply")),
)


def check(template: Path, root: Path, case: Case, counts: Counter[str]) -> None:
    """One round."""
    lab = labs.copied(template, root)
    if case.commands:
        at_once(lab, case.commands)
    elif case.step == "apply":
        applied_meanwhile(lab, case.meanwhile)
    else:
        written_meanwhile(lab, case, counts)
    counts["two at once" if case.commands else case.meanwhile] += 1
    assert (lab.infra / "notes.txt").read_text() == labs.DIRTY
    assert "error" not in lab.git("fsck", "--no-dangling")
    assert lab.leftovers == []


def at_once(lab: Lab, commands: tuple[str, ...]) -> None:
    """Both end, in words; what one did the other sees."""
    running = [
        subprocess.Popen(
            [*KSYNC, *WORDS[command]], env=lab.environment, cwd=lab.infra, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for command in commands
    ]  # fmt: skip
    said = [process.communicate(timeout=120)[0] for process in running]
    codes = [process.returncode for process in running]
    assert all(code in (0, 1, 2) for code in codes), (codes, said)
    assert not any("internal error" in text or "Traceback" in text for text in said), said
    assert lab.subjects.count("taken") <= 1, lab.subjects
    assert lab.ups <= len(commands), lab.calls
    if set(commands) <= {"apply", "plan"} and "apply" in commands:
        done = lab.ksync(*APPLY)
        assert done.returncode == 0, done
        # Whoever planned while the other deployed asks compose once more, which then finds it running.
        made = sum(text.count("Recreated") + text.count("Started") for text in said)
        assert made <= 1, f"deployed twice: {said}"
        assert lab.ksync("plan", "--sync", "lab").returncode == 0
    if set(commands) <= {"commit", "plan"} and "commit" in commands:
        done = lab.ksync(*COMMIT)
        assert done.returncode == 0, done
        assert lab.git("show", "HEAD:lab.toml") == lab.file.read_text()


def written_meanwhile(lab: Lab, case: Case, counts: Counter[str]) -> None:
    """Takes live into the file step by step; whoever came in between keeps what was theirs."""
    held, refused = dict.fromkeys(STEPS, False), ""
    with Session.open(lab.home) as session:

        def step(name: str) -> None:
            if name == case.step and not held[name]:
                held[name] = True
                MEANWHILE[case.meanwhile](lab)

        try:
            step("review")
            review = session.reviews.create(session.syncs.get("lab"))
            step("changes")
            changes = session.files.write_back(review, set(review.plan.by_id) - {"deploy:stack/web"})
            step("write")
            session.files.write(changes)
            step("draft")
            draft = session.files.commit_draft(changes)
            step("commit")
            if draft is not None and draft.consent is None:  # a person is asked first, and shown what it takes back
                session.files.commit(draft, "taken")
        except KsyncError as error:
            refused = str(error)
            counts["refused"] += 1
        step("end")
    if "file" in case.meanwhile and held[case.step] and case.meanwhile != "another file committed":
        assert MARK in lab.file.read_text(), f"an edit is lost; refused: {refused}"
    if "committed" in case.meanwhile and held[case.step]:
        assert "somebody's" in lab.subjects, f"a commit is lost; refused: {refused}"
        what = "other.txt" if case.meanwhile.startswith("another") else "lab.toml"
        wanted = "other\n" if case.meanwhile.startswith("another") else MARK
        assert wanted in lab.git("show", f"HEAD:{what}"), f"what was committed is taken back; refused: {refused}"
    if case.meanwhile == "staged" and held[case.step]:
        assert lab.git("diff", "--cached", "--name-only").split() == ["notes.txt"], "the index was changed"


def applied_meanwhile(lab: Lab, meanwhile: str) -> None:
    """Plans, lets somebody in, and applies what was planned: what moved is skipped."""
    with Session.open(lab.home) as session:
        plan = session.reviews.create(session.syncs.get("lab")).plan
        MEANWHILE[meanwhile](lab)
        record = session.runs.run(plan.select([action.id for action in plan.actions if action.verb != "deploy"]))
        live = {str(target): one.resource for target, one in session.snapshot().live.items()}
    outcomes = {action.action: action.outcome for action in record.actions}
    if meanwhile == "live changed":
        assert outcomes["update:variable/A"] == "skipped", outcomes
        assert live["variable/A"].value == "meanwhile"  # type: ignore[attr-defined]
        assert "variable/MEANWHILE" in live
    else:
        assert set(outcomes.values()) == {"done"}, outcomes


@contextmanager
def opened(folder: Path, counts: Counter[str]) -> Iterator[Check]:
    """A lab."""
    template, root = labs.prepared(folder)
    yield lambda case: check(template, root, case, counts)


CAMPAIGN = Campaign("race", "two commands at once, and somebody else between two steps", CASES, opened)
