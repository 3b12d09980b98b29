"""A disk that is full, read-only or broken, few descriptors, a clock that is set: said in words, nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tests.campaigns import lab as labs
from tests.campaigns.crash import COMMANDS, MOST, Undisturbed, disturbed, faulty, usually
from tests.campaigns.harness import Campaign, Check

ERRORS = ("ENOSPC", "EDQUOT", "EIO", "EROFS", "EMFILE")
FAULTS = (*ERRORS, *(f"{error}+" for error in ERRORS), "later", "earlier", "few")


@dataclass(frozen=True)
class Case:
    """A command, a fault, and at which effect."""

    command: str
    fault: str
    number: int


CASES = st.builds(Case, st.sampled_from(sorted(COMMANDS)), st.sampled_from(FAULTS), st.integers(0, MOST))


def check(template: Path, root: Path, usual: Mapping[str, Undisturbed], case: Case, counts: Counter[str]) -> None:
    """Lets it meet the fault, and runs it again without."""
    expected = usual[case.command]
    number = 1 + case.number % expected.effects["python"]
    done = disturbed(labs.copied(template, root), case.command, faulty(case.fault, number), expected)
    said = done.stdout + done.stderr
    counts[f"{case.fault.strip('+')} ended with {done.returncode}"] += 1
    assert done.returncode in (0, 1, 2), said
    assert "internal error" not in said, said
    assert "Traceback" not in said, said


@contextmanager
def opened(folder: Path, counts: Counter[str]) -> Iterator[Check]:
    """A lab, and what each command comes to in it."""
    template, root, usual = usually(folder)
    yield lambda case: check(template, root, usual, case, counts)


CAMPAIGN = Campaign("disk", "full, read-only and broken disks, few descriptors, clocks that are set", CASES, opened)
