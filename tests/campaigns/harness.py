"""What the campaigns share: cases drawn from a seed until the time is over, smaller ones where one fails, a report."""

from __future__ import annotations

import os
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import SkipTest

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import UnsatisfiedAssumption
from hypothesis.strategies import SearchStrategy

BATCH = 100
"""Cases of one seed: the next batch has the next one, so that a batch can be run again by itself."""
SHRINK_SECONDS = 30.0
"""How long a case that failed is made smaller."""
MOST_FAILURES = 5
"""A campaign ends early when so many batches have failed: the first ones are to be mended first."""

Check = Callable[[Any], None]
"""Tries a case and raises where it does not hold; `hypothesis.reject` leaves out one that says nothing."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is tried (`does`, for the list), the cases, and what opens the place where they are checked.

    `opened` gets an empty folder, and a counter for whatever is to be told besides how many cases were tried.
    `shrinks` is off where a case costs seconds, and is small as it is drawn.
    """

    name: str
    does: str
    cases: SearchStrategy[Any]
    opened: Callable[[Path, Counter[str]], AbstractContextManager[Check]]
    shrinks: bool = True


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that does not hold, as small as it could be made, the seed of its batch, and what was said."""

    seed: int
    case: str
    said: str

    def __str__(self) -> str:
        return f"failed with seed {self.seed}: {self.case}\n{self.said}"


@dataclass
class Report:
    """What a campaign found."""

    name: str
    seed: int
    tried: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        held = self.tried - len(self.failures)
        head = f"{self.name}: tried {self.tried}, held {held}, failed {len(self.failures)}, seed {self.seed}"
        counts = ", ".join(f"{what} {count}" for what, count in sorted(self.counts.items()))
        return "\n".join(
            [f"{head}, {self.seconds:.0f} s", *([f"  {counts}"] if counts else []), *map(str, self.failures)]
        )


def run(campaign: Campaign, seconds: float, first: int, most: int | None = None) -> Report:
    """Tries cases for so many seconds, or `most` of them, beginning with a seed."""
    report, begin = Report(campaign.name, first), time.monotonic()
    with TemporaryDirectory(prefix="ksync-campaign-") as folder, campaign.opened(Path(folder), report.counts) as check:
        number = first
        while not _over(report, begin + seconds, most) and len(report.failures) < MOST_FAILURES:
            _Batch(campaign, check, report, number, begin + seconds, most).run()
            number += 1
    report.seconds = time.monotonic() - begin
    return report


def _over(report: Report, until: float, most: int | None) -> bool:
    return time.monotonic() > until or (most is not None and report.tried >= most)


@dataclass
class _Batch:
    """The cases of one seed; its first failure, made smaller, goes into the report."""

    campaign: Campaign
    check: Check
    report: Report
    number: int
    until: float
    most: int | None
    failed: dict[str, BaseException] = field(default_factory=dict)
    """What was said of each case that failed: those that were made smaller are last."""
    late: float = 0.0

    def run(self) -> None:
        """Tries all of them."""
        phases = [Phase.generate, *([Phase.shrink] if self.campaign.shrinks else [])]
        wrapped = settings(
            max_examples=BATCH, deadline=None, database=None, phases=phases, suppress_health_check=list(HealthCheck)
        )(given(self.campaign.cases)(lambda case: self._again(case) if self.failed else self._first(case)))
        try:
            seed(self.number)(wrapped)()
        except SkipTest:
            return
        except KeyboardInterrupt:
            raise
        except BaseException:
            if not self.failed:
                raise
            case, error = self.failed.popitem()
            self.report.failures.append(Failure(self.number, case, _said(error)))

    def _first(self, case: Any) -> None:
        if _over(self.report, self.until, self.most):
            raise SkipTest  # hypothesis ends at once
        try:
            self._try(case)
        except UnsatisfiedAssumption:
            raise
        except BaseException:
            self.report.tried += 1
            self.late = time.monotonic() + SHRINK_SECONDS
            raise
        self.report.tried += 1

    def _again(self, case: Any) -> None:
        """A case made from one that failed; after a while only those that are known to fail do."""
        known = self.failed.pop(repr(case), None)
        if known is not None:
            self.failed[repr(case)] = known
            raise known
        if time.monotonic() < self.late:
            self._try(case)

    def _try(self, case: Any) -> None:
        try:
            self.check(case)
        except UnsatisfiedAssumption:
            raise
        except BaseException as error:
            self.failed[repr(case)] = error
            raise


def _said(error: BaseException) -> str:
    """The error and the last places of this project that it came through."""
    root = f"{Path(__file__).parents[2]}{os.sep}"
    own = [place for place in traceback.extract_tb(error.__traceback__) if place.filename.startswith(root)]
    places = [place for place in own if "site-packages" not in place.filename and place.filename != __file__][-5:]
    frames = "".join(f"    {place.filename.removeprefix(root)}:{place.lineno} in {place.name}\n" for place in places)
    return f"  {type(error).__name__}: {error}\n{frames}".rstrip()
