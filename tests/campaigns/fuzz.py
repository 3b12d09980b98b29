"""Broken input at every door: what is wrong is said in words, and no input takes long or much memory."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from ksync_tui.errors import KsyncError
from tests.campaigns import doors
from tests.campaigns.harness import Campaign, Check
from tests.campaigns.mutations import CHANGES, MB, Change, changed

SECONDS = 1.0
"""Of the processor, for each step of an input of up to 1 MB and so many blocks; a larger one has more."""
BLOCKS = 10_000
MOST_MEMORY = 500 * MB


@dataclass(frozen=True)
class Case:
    """A door, the numbers of two of its texts, and what is done to the first."""

    door: str
    text: int
    other: int
    changes: Sequence[Change]

    def broken(self) -> bytes:
        """What comes in."""
        texts = doors.TEXTS[self.door]()
        return changed(texts[self.text % len(texts)], texts[self.other % len(texts)], self.changes)

    def __repr__(self) -> str:
        data = self.broken()
        shown = repr(data) if len(data) <= 2000 else f"{data[:1000]!r} ... {data[-300:]!r}, {len(data)} bytes"
        return f"{self.door}: {shown}"


CASES = st.builds(Case, st.sampled_from(sorted(doors.TEXTS)), st.integers(0, 1000), st.integers(0, 1000), CHANGES)


def peak() -> int:
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def check(open_doors: Mapping[str, Callable[[bytes], Generator[str]]], case: Case, counts: Counter[str]) -> None:
    """Brings the text in, step by step."""
    data = case.broken()
    limit = SECONDS * max(1.0, len(data) / MB, data.count(b"\n[[") / BLOCKS)
    before, refused = peak(), False
    with closing(open_doors[case.door](data)) as steps:
        doing: str | None = case.door
        while doing is not None and not refused:
            begin = time.process_time()
            try:
                coming = next(steps, None)
            except KsyncError:
                refused = True
            took = time.process_time() - begin
            assert took < limit, f"{doing}: {took:.1f} s of the processor for {len(data)} bytes"
            doing = coming
    assert peak() - before < MOST_MEMORY, f"{(peak() - before) >> 20} MB more memory for {len(data)} bytes"
    counts[f"{case.door}{' refused' if refused else ''}"] += 1


@contextmanager
def opened(folder: Path, counts: Counter[str]) -> Iterator[Check]:
    """All doors."""
    with ExitStack() as stack:
        found = {}
        for name, door in doors.DOORS.items():
            (folder / name).mkdir()
            found[name] = stack.enter_context(door(folder / name))
        yield lambda case: check(found, case, counts)


CAMPAIGN = Campaign("fuzz", "broken files, answers, webhooks and settings are refused in words, soon", CASES, opened)
