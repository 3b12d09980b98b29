"""A Core in memory behind a socket, and a ksync that has it as its profile `lab`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ksync_tui.session import Session
from tests.core.fake import FakeCore
from tests.core.fake.serving import serving


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
