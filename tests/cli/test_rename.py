"""`--rename KIND/OLD=NEW`: a rename in place of a create and a delete."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import CommandLine

STACK = '[[stack]]\nname = "{name}"\n[stack.config]\nenvironment = "{text}"\n'
TEXT = "A_LONG_ENOUGH_NAME = a long enough value to be told from others"


@pytest.fixture
def lab(ksync: CommandLine) -> CommandLine:
    """A stack that was applied, and has another name in its file since."""
    ksync.write(STACK.format(name="wiki-js", text=TEXT))
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    ksync.write(STACK.format(name="wiki", text=TEXT))
    return ksync


def test_the_plan_says_how_and_the_rename_is_all_that_is_done(lab: CommandLine) -> None:
    assert "identical: a rename? --rename stack/wiki-js=wiki" in lab("plan", lab.files).out
    (likely,) = json.loads(lab("plan", lab.files, "--json").out)["renames"]
    assert likely == {"old": "stack/wiki-js", "new": "stack/wiki", "likeness": 100}
    planned = lab("plan", lab.files, "--delete", "--rename", "stack/wiki-js=wiki").out
    assert "= wiki" in planned
    assert "1 to rename" in planned
    assert lab("apply", lab.files, "--delete", "--rename", "stack/wiki-js=wiki", "--all", "--yes").code == 0
    assert lab("plan", lab.files, "--delete").code == 0
    undone = lab("runs", "undo", "2", "--yes")
    assert undone.code == 0, undone.err
    assert "wiki-js" in lab("export", "--only", "stack/wiki-js").out


@pytest.mark.parametrize("word", ["wiki-js=wiki", "stack/wiki-js", "stack/nobody=wiki", "stack/wiki-js=nobody"])
def test_what_cannot_be_renamed_says_why(lab: CommandLine, word: str) -> None:
    ended = lab("apply", lab.files, "--rename", word, "--all", "--yes")
    assert ended.code == 1
    assert word.split("=")[0] in ended.err
    assert "wiki" not in lab("export", "--only", "stack/wiki").out


def test_in_numbered_lines_a_likely_rename_is_one_line(lab: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(("f 1", "1", "x", "y"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt="": next(answers))
    ended = lab("--plain", lab.files)
    assert "1 [ ] = rename stack/wiki-js -> wiki  rename? identical" in ended.out
    assert "1.1 [ ] + create stack/wiki" in ended.out
    assert "1 [>] = rename stack/wiki-js -> wiki  was wiki-js" in ended.out
    assert lab("plan", lab.files).code == 0
