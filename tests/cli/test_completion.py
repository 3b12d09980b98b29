"""Completion of commands, options and names that there are, in a shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ksync_tui.cli.commands.completion import SHELLS
from tests.cli.conftest import CommandLine

FILES = """
[[stack]]
name = "web"

[[server]]
name = "attic"

[[variable]]
name = "$(touch hurt)"
value = "1"
"""
ASKS = """
source {script}
COMP_WORDS=({words} "")
COMP_CWORD={at}
$(complete -p ksync | sed 's/.*-F \\([^ ]*\\).*/\\1/') ksync "" "{before}" 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_a_script_that_it_understands(ksync: CommandLine, shell: str, tmp_path: Path) -> None:
    ended = ksync("completion", shell)
    assert ended.code == 0
    assert "rename" in ended.out
    assert "ksync _names resources" in ended.out
    if program := shutil.which(shell):
        (tmp_path / "script").write_text(ended.out)
        subprocess.run([program, "-n", tmp_path / "script"], check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not there")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["apply", "--only"], {"stack/web", "server/attic"}),
        (["run"], {"stack/web", "server/attic"}),
        (["plan", "--sync"], {"house"}),
        (["plan", "--profile"], {"local"}),
        (["hosts", "test"], {"attic"}),
    ],
)
def test_names_that_there_are_are_offered_in_bash(
    ksync: CommandLine, tmp_path: Path, words: list[str], offered: set[str]
) -> None:
    ksync.write(FILES)
    ksync("apply", ksync.files, "--all", "--yes")
    ksync("syncs", "add", "house", "--path", ksync.files)
    (tmp_path / "script").write_text(ksync("completion", "bash").out)
    (tmp_path / "ksync").write_text(f'#!/bin/sh\nexec {sys.executable} -m ksync_tui "$@"\n')
    (tmp_path / "ksync").chmod(0o755)
    line = ["ksync", *words]
    asks = ASKS.format(script=tmp_path / "script", words=" ".join(line), at=len(line), before=line[-1])
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    shown = subprocess.run(
        ["bash", "-c", asks], env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert offered <= set(shown.stdout.split())
    assert not (tmp_path / "hurt").exists()
    assert "touch" not in shown.stdout


def test_a_name_that_a_shell_would_carry_out_is_not_offered(ksync: CommandLine) -> None:
    ksync.write(FILES)
    ksync("apply", ksync.files, "--all", "--yes")
    assert ksync("_names", "resources").out.split() == ["server/attic", "stack/web"]


def test_where_nothing_can_be_read_nothing_is_offered(ksync: CommandLine) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text("[broken\n")
    ended = ksync("_names", "syncs")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
