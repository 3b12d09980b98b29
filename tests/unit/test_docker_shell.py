"""Commands of many lines, and where files may lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui.engine.embedded.docker import envfile, shell
from ksync_tui.engine.embedded.docker.paths import inside
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.common import SystemCommand


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("# only a comment", ""),
        ("echo one", "echo one"),
        ("  echo one  \n\n  echo two", "echo one && echo two"),
        ("\necho pre one\n# comment\necho pre two\n", "echo pre one && echo pre two"),
        ("echo one # said", "echo one"),
        ("echo a#b", "echo a#b"),
        ("docker run \\\n  --rm \\\n  x\necho done", "docker run --rm x && echo done"),
    ],
)
def test_many_lines_become_one(text: str, line: str) -> None:
    assert shell.one_line(text) == line


def test_shell_mode_leaves_the_text() -> None:
    text = "for x in 1 2 # count\ndo echo $x\ndone\n"
    assert shell.script(SystemCommand(command=text, shell_mode=True)) == text


@pytest.mark.parametrize("shell_mode", [True, False])
def test_an_empty_command_runs_nothing(shell_mode: bool) -> None:
    assert shell.script(SystemCommand(command=" \n", shell_mode=shell_mode)) is None


@pytest.mark.parametrize(
    ("parts", "place"),
    [((), "."), (("a",), "a"), (("a", "../b"), "b"), (("a", "/etc"), "/etc"), (("/srv", "/etc"), "/etc")],
)
def test_paths_stay_inside_or_are_absolute(parts: tuple[str, ...], place: str, tmp_path: Path) -> None:
    assert inside(tmp_path, *parts) == (tmp_path / place).resolve()


@pytest.mark.parametrize("parts", [("..",), ("a/../../b",), ("a", "../../b"), ("link/x",), ("/srv", "../etc")])
def test_relative_paths_that_lead_out_are_refused(parts: tuple[str, ...], tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(EngineError, match="leads out"):
        inside(root, *parts)


def test_an_empty_environment_leaves_a_file_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KEPT=1\n")
    assert envfile.write(tmp_path, ".env", "# nothing") is None
    assert (tmp_path / ".env").read_text() == "KEPT=1\n"


def test_a_path_that_no_file_can_have_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="null character"):
        inside(tmp_path, "a\0b")
