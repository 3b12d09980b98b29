"""Every real repository, by the command line: applied once it is settled, and its export means what it declares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.cli import main
from tests.corpus.conftest import repositories

WRITES = ("create", "update", "delete", "rename")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code and standard output of one command."""
    code = main(arguments)
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return code, said.out


def writes(plan: str) -> list[dict[str, Any]]:
    return [action for action in json.loads(plan)["actions"] if action["action"] in WRITES]


@pytest.mark.parametrize("name", repositories() or [pytest.param("", marks=pytest.mark.skip("no corpus here"))])
def test_a_repository_settles_and_its_export_means_the_same(
    name: str, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    folder, export = str(corpus / name), tmp_path / "export.toml"
    wrong, _ = run(capsys, "validate", folder)
    code, first = run(capsys, "plan", "--json", folder)
    assert code == (wrong or 2)
    run(capsys, "apply", folder, "--all", "--yes")
    _, second = run(capsys, "plan", "--json", folder)
    assert all(action["blocked"] for action in writes(second))
    assert len(writes(second)) == sum(bool(action["blocked"]) for action in writes(first))
    assert not writes(second) or wrong
    run(capsys, "export", "--with-secrets", "--output", str(export))
    if export.read_text().strip():
        _, third = run(capsys, "plan", "--json", "--delete", str(export))
        assert writes(third) == []
