"""The settings of a watch, and where it listens."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from ksync_tui import config
from ksync_tui.errors import ConfigError, UsageError
from ksync_tui.watch.listening import listening
from tests.watch.test_webhooks import Gate


def settings(home: Path, text: str) -> config.WatchSettings:
    (home / "config.toml").write_text(text)
    return config.load({"KSYNC_HOME": str(home)}).watch


def test_without_settings_there_is_an_interval_and_no_secret(tmp_path: Path) -> None:
    found = config.load({"KSYNC_HOME": str(tmp_path)}).watch
    assert (found.interval_seconds, found.shared_secret({})) == (60, "")


def test_the_environment_goes_before_the_settings(tmp_path: Path) -> None:
    found = settings(tmp_path, '[watch]\ninterval_seconds = 5\nwebhook_secret = "one"\n')
    assert (found.interval_seconds, found.shared_secret({})) == (5, "one")
    assert found.shared_secret({config.WEBHOOK_SECRET: "two"}) == "two"
    assert "one" not in repr(found)


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    found = settings(tmp_path, f'[watch]\nwebhook_secret_file = "{tmp_path / "secret"}"\n')
    with pytest.raises(ConfigError, match="cannot be read"):
        found.shared_secret({})
    (tmp_path / "secret").write_text("three\n")
    assert found.shared_secret({}) == "three"


@pytest.mark.parametrize(
    "text", ["watch = 5", "[watch]\ninterval = 5", '[watch]\ninterval_seconds = "5"', "[watch]\nwebhook_secret = true"]
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"\[watch\]"):
        settings(tmp_path, text)


def test_an_address_that_is_taken_is_said_to_be() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match="cannot listen"), listening(f"127.0.0.1:{port}", Gate()):
            pass


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(UsageError) as refused, listening("127.0.0.1:0", Gate()):
        pass
    assert "ksync-tui[webhooks]" in str(refused.value)
