"""A command line with a home of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from ksync_tui.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands in one home; `files` is a folder for resource files."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = root / "home"
        self.files = root / "files"
        self.files.mkdir()
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Ended:
        code = main([str(argument) for argument in arguments])
        out, err = self._capsys.readouterr()
        return Ended(code, out, err)

    def write(self, text: str, name: str = "all.toml") -> Path:
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path


@pytest.fixture
def ksync(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")
    return CommandLine(tmp_path, capsys)
