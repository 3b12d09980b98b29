"""Words of the command line do what they say."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

WEB = '[[stack]]\nname = "web"\n'


@pytest.mark.parametrize("arguments", [["pln", "."], ["plna"], ["--plain", "plna"], ["synks"]])
def test_a_misspelt_command_names_the_one_that_was_meant(ksync: CommandLine, arguments: list[str]) -> None:
    ended = ksync(*arguments)
    assert ended.code == 1
    assert "neither a command nor a path" in ended.err
    assert "Did you mean `ksync plan`?" in ended.err or "Did you mean `ksync syncs`?" in ended.err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["plan", "--help"], ["nonsense", "--help"]])
def test_what_is_ksyncs_own_is_not_shown(ksync: CommandLine, arguments: list[str]) -> None:
    ended = ksync(*arguments)
    assert "_run" not in ended.out + ended.err


def test_validate_takes_many_paths(ksync: CommandLine) -> None:
    good, bad = ksync.write(WEB, "good.toml"), ksync.write("[[stack]]\nnam = 3\n", "bad.toml")
    ended = ksync("validate", good, bad)
    assert (ended.code, "bad.toml:1" in ended.out) == (1, True)
    assert "in 2 files" in ended.err
    assert ksync("validate", good).code == 0


@pytest.mark.parametrize("command", ["validate", "commit"])
def test_what_cannot_delete_has_no_switch_for_it(ksync: CommandLine, command: str) -> None:
    ksync.write(WEB)
    assert "--delete" in ksync(command, ksync.files, "--delete").err
    assert "--delete" not in ksync(command, "--help").out


def test_the_runs_of_a_sync_go_with_its_new_name(ksync: CommandLine) -> None:
    ksync.write(WEB)
    ksync("syncs", "add", "old", "--path", ksync.files)
    ksync("apply", "--sync", "old", "--all", "--yes")
    assert ksync("syncs", "rename", "old", "new").code == 0
    assert "new " in ksync("runs").out
    assert "old " not in ksync("runs").out
    assert ksync("runs", "resume", "2", "--yes").code == 0


def test_a_repository_is_looked_for_before_it_is_a_sync(ksync: CommandLine, tmp_path: Path) -> None:
    there = tmp_path / "infra"
    subprocess.run(["git", "init", "-q", "-b", "next", str(there)], check=True)
    (there / "all.toml").write_text(WEB)
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"]
    subprocess.run(["git", "-C", str(there), "add", "."], check=True)
    subprocess.run(["git", "-C", str(there), *who, "commit", "-qm", "start"], check=True)
    assert ksync("syncs", "add", "x", "--repo", f"file://{tmp_path}/nothing").code == 1
    assert "no such branch" in ksync("syncs", "add", "x", "--repo", f"file://{there}#main").err
    assert ksync("syncs").out == ""
    assert ksync("syncs", "add", "x", "--repo", f"file://{there}#next").code == 0
    assert "+ web" in ksync("plan", "--sync", "x").out


def test_a_plan_in_a_pipe_is_not_cut(ksync: CommandLine) -> None:
    name, text = "n" * 120, "long " * 100
    ksync.write(f'[[stack]]\nname = "{name}"\n')
    ksync("apply", ksync.files, "--all", "--yes")
    ksync.write(f'[[stack]]\nname = "{name}"\ndescription = "{text}"\n')
    out = ksync("plan", ksync.files).out
    assert name in out
    assert text.strip() in out


def test_the_demo_falls_back_where_the_terminal_shows_no_screens(
    ksync: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    ended = ksync("demo")
    assert (ended.code, "homelab" in ended.out) == (0, True)
