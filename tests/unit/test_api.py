"""The public face for scripts."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from ksync_tui import api
from ksync_tui.errors import SelectionError

FILE = '[[variable]]\nname = "DOMAIN"\nvalue = "example.org"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "homelab").mkdir()
    (tmp_path / "homelab" / "variables.toml").write_text(FILE)
    return tmp_path


def test_the_example_is_true(folder: Path) -> None:
    assert folder
    assert doctest.testmod(api) == (0, 3)


def test_deletes_need_to_be_allowed(folder: Path) -> None:
    file = folder / "homelab" / "variables.toml"
    with api.open(home=folder / "home") as session:
        api.apply(session, api.plan(session, file))
        file.write_text('[[variable]]\nname = "OTHER"\n')
        plan = api.plan(session, file, delete=True)
        assert [action.id for action in plan.actions] == ["create:variable/OTHER", "delete:variable/DOMAIN"]
        api.apply(session, plan, only=["delete:variable/DOMAIN"])
        assert "DOMAIN" in api.export(session)
        api.apply(session, plan, allow_delete=True)
        assert "DOMAIN" not in api.export(session)


def test_an_unknown_action_is_refused(folder: Path) -> None:
    with api.open(home=folder / "home") as session, pytest.raises(SelectionError, match="update:stack/web"):
        api.apply(session, api.plan(session, folder / "homelab"), only=["update:stack/web"])
