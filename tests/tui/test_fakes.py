"""The fake session has the face of the real one: a test that passes on it means something."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from ksync_tui.services.change_detector import ChangeDetector
from ksync_tui.services.core import CoreService
from ksync_tui.services.files import Files
from ksync_tui.services.hosts import Hosts
from ksync_tui.services.profiles import Profiles
from ksync_tui.services.reviews import Reviews
from ksync_tui.services.runs import Runs
from ksync_tui.services.session import Session
from ksync_tui.services.syncs import Syncs
from tests.tui import fakes

PAIRS = (
    (fakes.FakeSyncs, Syncs), (fakes.FakeReviews, Reviews), (fakes.FakeRuns, Runs), (fakes.FakeFiles, Files),
    (fakes.FakeProfiles, Profiles), (fakes.FakeHosts, Hosts), (fakes.FakeCoreService, CoreService),
    (fakes.FakeChangeDetector, ChangeDetector),
    (fakes.FakeSession, Session),
)  # fmt: skip


def methods(fake: type) -> Iterator[str]:
    return (name for name, _ in inspect.getmembers(fake, inspect.isfunction) if not name.startswith("_"))


@pytest.mark.parametrize(("fake", "real"), PAIRS)
def test_a_fake_takes_what_the_real_one_takes(fake: type, real: type) -> None:
    assert [name for name in methods(fake) if name != "count" and not hasattr(real, name)] == []
    for name in methods(fake):
        found = getattr(real, name, None)
        if found is not None:
            assert [*inspect.signature(getattr(fake, name)).parameters] == [*inspect.signature(found).parameters], name
