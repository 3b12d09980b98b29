"""A Core in memory, the engine on it without pauses, and a ksync that has it behind a socket as its profile `lab`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ksync_tui.engine.core import client, deploying, polling, writing
from ksync_tui.engine.core.access import KeyAccess
from ksync_tui.engine.core.client import CoreServer
from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.services import Session
from ksync_tui.services.home import open_home
from ksync_tui.state.journal import Journal
from tests.contract.engines import opened
from tests.core.fake import FakeCore
from tests.core.fake.serving import serving


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "RETRY_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(polling, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(polling, "WATCHED_POLL_SECONDS", 0.0)
    monkeypatch.setattr(deploying, "LOOK_SECONDS", 0.0)
    for module in (writing, deploying):
        monkeypatch.setattr(module, "LOST_SECONDS", 0.0)


@pytest.fixture
def core() -> FakeCore:
    return FakeCore()


@pytest.fixture
def engine(core: FakeCore, tmp_path: Path) -> Iterator[CoreEngine]:
    place = CoreServer("http://core.test", transport=httpx.ASGITransport(app=core))
    with opened(tmp_path, place, KeyAccess(core.key, core.secret)) as one:
        yield one


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(open_home(tmp_path / "journal")) as home:
        yield Journal(home.database, home.secret_store)


@dataclass(frozen=True)
class Lab:
    """A Core, and the home of a ksync that may talk to it as an admin."""

    core: FakeCore
    home: Path
    address: str

    def open(self, profile: str = "lab") -> Session:
        """A session in a profile."""
        return Session.open(self.home, profile=profile)

    def written(self, since: int) -> list[str]:
        """The writes and executions that the Core was asked for after the first `since`."""
        return [call.type for call in self.core.writes[since:]]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    core = FakeCore()
    core.sync_folder = tmp_path / "syncs"
    core.sync_folder.mkdir()
    home = tmp_path / "home"
    home.mkdir()
    with serving(core) as address:
        config = home / "config.toml"
        config.write_text(f'[profiles.lab]\naddress = "{address}"\nkey = "{core.key}"\nsecret = "{core.secret}"\n')
        config.chmod(0o600)
        yield Lab(core, home, address)
