"""Logins that outlive a command: kept for their owner alone, and never in the way."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ksync_tui.engine.core.tokens import TokenFile
from ksync_tui.services import Session
from tests.core.conftest import Lab


def test_each_user_of_each_core_has_a_token_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    ana, bo, elsewhere = TokenFile(file, "a", "ana"), TokenFile(file, "a", "bo"), TokenFile(file, "b", "ana")
    ana.keep("one")
    bo.keep("two")
    assert (ana.recall(), bo.recall(), elsewhere.recall()) == ("one", "two", "")
    ana.keep("")
    assert (ana.recall(), bo.recall()) == ("", "two")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["tokens.json"]
    assert "two" not in repr(bo)


@pytest.mark.parametrize("text", ["", "{", "[1]", "\udcff"])
def test_a_token_file_that_is_none_means_no_token(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tokens.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    kept = TokenFile(file, "a", "ana")
    assert kept.recall() == ""
    kept.keep("one")
    assert kept.recall() == "one"


def test_one_login_serves_many_commands_until_it_ends(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.core.user("ana", "anas-password", admin=True)
    config = lab.home / "config.toml"
    config.write_text(config.read_text() + f'[profiles.ana]\naddress = "{lab.address}"\nuser = "ana"\n')
    monkeypatch.setenv("KSYNC_CORE_ADDRESS", lab.address)
    monkeypatch.setenv("KSYNC_CORE_USER", "ana")
    monkeypatch.setenv("KSYNC_CORE_PASSWORD", "anas-password")

    def logins() -> int:
        for _ in range(2):
            with Session.open(lab.home, profile="ana") as session:
                session.snapshot()
        return sum(call.type == "LoginLocalUser" for call in lab.core.log)

    assert logins() == 1
    lab.core.restart()
    assert logins() == 2
    assert "anas-password" not in "".join(one.read_text("utf-8", "replace") for one in lab.home.glob("*.json"))
