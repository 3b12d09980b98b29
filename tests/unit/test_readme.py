"""The README keeps its word: its keys are the app's, its commands run, its pictures are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ksync_tui.tui.keymap import COMMANDS, Command

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
NEARLY_ALL = 6
"""From this many screens on, a list of them says less than a word."""


def between(name: str) -> str:
    """What stands between the README's markers of that name."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert found, f"no markers {name}"
    return found[1]


def table_of_keys() -> str:
    """The keymap as the README shows it."""
    rows = "".join(f"| {_keys(command)} | {command.help} | {_where(command)} |\n" for command in COMMANDS)
    return "| key | does | where |\n|---|---|---|\n" + rows


def _keys(command: Command) -> str:
    return " ".join(f"`{key}`" for key in command.all_keys.split(", "))


def _where(command: Command) -> str:
    places = dict.fromkeys(command.places)
    return "nearly everywhere" if len(places) >= NEARLY_ALL else ", ".join(places)


def ksync_lines() -> list[list[str]]:
    """Every `ksync` command of the README, as arguments."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if words[0] == "ksync"]


def test_the_table_of_keys_is_the_keymap() -> None:
    assert between("keys") == table_of_keys()


def test_the_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) == 2
    assert all((ROOT / picture).read_text("utf-8").startswith("<svg") for picture in pictures)


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_the_two_commands_of_a_newcomer_are_one_line_each(name: str) -> None:
    fence, line, end = between(name).splitlines()
    assert (fence, end) == ("```sh", "```")
    assert line.startswith("python3 -m venv .venv && ")
