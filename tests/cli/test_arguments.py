"""What the command line says about engines and profiles, wherever they are written."""

from __future__ import annotations

from argparse import Namespace

import pytest

from ksync_tui.cli.commands import NAMES
from ksync_tui.cli.parser import parse

SHOWN = NAMES


def parsed(*arguments: str) -> Namespace:
    wanted = parse(arguments)
    assert isinstance(wanted, Namespace)
    return wanted


@pytest.mark.parametrize("command", SHOWN)
def test_the_help_of_every_command_shows_profile_and_engine(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert parse([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert "--profile NAME" in said
    assert "--engine {embedded,core}" in said


def test_the_help_of_ksync_tells_of_profile_and_engine(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(["--help"]) == 0
    assert "--profile NAME and --engine {embedded,core}" in capsys.readouterr().out


def test_neither_is_chosen_where_neither_is_given() -> None:
    for arguments in ([], ["plan"]):
        wanted = parsed(*arguments)
        assert (wanted.profile, wanted.engine) == (None, None)


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["plan", "my-infra", "--profile", "prod", "--engine", "core"], "plan"),
        (["--profile", "prod", "--engine", "core", "plan", "my-infra"], "plan"),
        (["--profile=prod", "plan", "--engine=core", "my-infra"], "plan"),
        (["--profile", "prod", "--engine", "core", "my-infra"], "open"),
        (["my-infra", "--engine", "core", "--profile", "prod"], "open"),
    ],
)
def test_they_may_stand_before_and_after_the_command(arguments: list[str], command: str) -> None:
    wanted = parsed(*arguments)
    assert (wanted.command, wanted.path) == (command, "my-infra")
    assert (wanted.profile, wanted.engine) == ("prod", "core")


@pytest.mark.parametrize("words", [["runs", "show", "3"], ["syncs", "add", "web"], ["syncs", "remove", "web"]])
def test_they_may_stand_at_every_place_of_a_command_of_several_words(words: list[str]) -> None:
    options = ["--profile", "prod", "--engine", "core"]
    for at in range(len(words) + 1):
        wanted = parsed(*words[:at], *options, *words[at:])
        assert (wanted.command, wanted.action) == (words[0], words[1])
        assert (wanted.profile, wanted.engine) == ("prod", "core")
    assert (parsed(*words).profile, parsed(*words).engine) == (None, None)


def test_a_profile_that_is_called_like_a_command_is_a_profile() -> None:
    wanted = parsed("--profile", "plan")
    assert (wanted.command, wanted.profile) == ("open", "plan")


def test_history_is_another_name_of_runs_and_of_nothing_else() -> None:
    assert parsed("history", "show", "3").command == "runs"
    assert parsed("plan", "--sync", "history").sync == "history"


def test_an_engine_that_there_is_not_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(["plan", "--engine", "swarm"]) == 1
    assert "swarm" in capsys.readouterr().err


def test_a_version_is_told_and_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(["-V", "plan"]) == 0
    assert capsys.readouterr().out.startswith("ksync ")
