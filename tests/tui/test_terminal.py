"""The real program in a terminal: whole bursts in one write, and signals that end it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from .terminal import terminal

LEAVES_ALTERNATE_SCREEN = b"\x1b[?1049l"
SHOWS_CURSOR = b"\x1b[?25h"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "all.toml").write_text(
        '[[variable]]\nname = "MAX"\nvalue = "1"\n\n[[variable]]\nname = "MIN"\nvalue = "2"\n'
    )
    return folder


def test_a_burst_of_keys_goes_where_each_is_typed(tmp_path: Path, folder: Path) -> None:
    with terminal(str(folder), home=tmp_path / "home", size=(160, 30)) as screen:
        screen.see("MAX", "MIN")
        screen.type("/max")
        screen.see("[ ] + MAX", "0/1", "0 ticked")
        assert "MIN" not in screen.text
        screen.type("\rae")
        screen.see("[[variable]]")
        screen.type("abcdef" + "\x7f" * 4 + "XYZ" + "\x1b[D" * 3 + "Q")
        screen.see("abQXYZ[[variable]]")
        screen.type("\x03")
        screen.see("not saved")
        screen.type("\r")
        assert screen.end() == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT", "SIGUSR1", "SIGXCPU"])
def test_a_signal_that_ends_the_app_restores_the_terminal(tmp_path: Path, folder: Path, name: str) -> None:
    with terminal(str(folder), home=tmp_path / "home") as screen:
        screen.see("MAX", "MIN")
        screen.process.send_signal(getattr(signal, name))
        assert screen.end() == 128 + getattr(signal, name)
        assert screen.sent.rstrip().rfind(LEAVES_ALTERNATE_SCREEN) > screen.sent.rfind(b"\x1b[?1049h")
        assert screen.sent.rfind(SHOWS_CURSOR) > screen.sent.rfind(b"\x1b[?25l")


@pytest.mark.parametrize(("size", "most"), [((80, 24), 500), ((120, 36), 1024)])
def test_a_cursor_move_sends_few_bytes(tmp_path: Path, size: tuple[int, int], most: int) -> None:
    names = [f"stack-{at:03}" for at in range(200)]
    (tmp_path / "many.toml").write_text("".join(f'[[stack]]\nname = "{name}"\n' for name in names))
    with terminal(str(tmp_path / "many.toml"), home=tmp_path / "home", size=size) as screen:
        screen.see("200 pending", "> ", names[0])
        costs = []
        for name in names[1:60]:
            before = len(screen.sent)
            screen.type("j")
            screen.until(lambda name=name: any(line.startswith("> ") and name in line for line in screen.lines))
            costs.append(len(screen.sent) - before)
        assert sorted(costs)[len(costs) // 2] <= most
