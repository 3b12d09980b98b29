"""A Core in memory, and the engine on it, without pauses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ksync_tui.engine.core import client, deploying, following, writing
from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import Server
from ksync_tui.engine.core.engine import CoreEngine
from tests.contract.engines import opened
from tests.core.fake import FakeCore


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "RETRY_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(following, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(following, "WATCHED_POLL_SECONDS", 0.0)
    monkeypatch.setattr(deploying, "LOOK_SECONDS", 0.0)
    for module in (writing, deploying):
        monkeypatch.setattr(module, "LOST_SECONDS", 0.0)


@pytest.fixture
def core() -> FakeCore:
    return FakeCore()


@pytest.fixture
def engine(core: FakeCore, tmp_path: Path) -> Iterator[CoreEngine]:
    place = Server("http://core.test", transport=httpx.ASGITransport(app=core))
    with opened(tmp_path, place, KeyAccess(core.key, core.secret)) as one:
        yield one
