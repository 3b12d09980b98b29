"""How much goes on in a Core at the same time: the setting `parallel`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui.config.settings import load
from ksync_tui.errors import ConfigError
from ksync_tui.services import Session


def written(tmp_path: Path, text: str) -> dict[str, str]:
    (tmp_path / "config.toml").write_text(text)
    return {"KSYNC_HOME": str(tmp_path)}


@pytest.mark.parametrize(("text", "parallel"), [("", 8), ("parallel = 1\n", 1), ("parallel = 64\n", 64)])
def test_it_is_eight_where_nothing_is_said(tmp_path: Path, text: str, parallel: int) -> None:
    assert load(written(tmp_path, text)).parallel == parallel


@pytest.mark.parametrize("value", ["0", "-1", "65", "true", "2.5", '"many"', "[8]"])
def test_it_is_a_whole_number_in_bounds(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match=r"`parallel` must be a whole number from 1 to 64") as refused:
        load(written(tmp_path, f"parallel = {value}\n"))
    assert "parallel = 8" in str(refused.value.hint)


def test_it_is_what_a_core_gets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = '[profiles.lab]\naddress = "http://127.0.0.1:1"\nkey = "K_k_K"\nsecret = "S_s_S"\n'
    for name, value in written(tmp_path, f"parallel = 3\n{profile}").items():
        monkeypatch.setenv(name, value)
    with Session.open(tmp_path, profile="lab") as session:
        assert session.capabilities.parallel == 3
    with Session.open(tmp_path) as session:
        assert session.capabilities.parallel == 1
