"""A value that looks like a secret is on no face of the command line, and `validate` says where it stands."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import CommandLine

FILE = """\
[[stack]]
name = "web"
[stack.config]
webhook_enabled = false
environment = \"\"\"
LEVEL = {level}
DB_PASSWORD = {password}
\"\"\"

[[variable]]
name = "API_TOKEN"
value = "{token}"
"""


@pytest.fixture
def lab(ksync: CommandLine) -> CommandLine:
    ksync.write(FILE.format(level="info", password="hunter2-old", token="t0ken-old"))
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    ksync.write(FILE.format(level="debug", password="hunter2-new", token="t0ken-new"))
    return ksync


@pytest.mark.parametrize("words", [(), ("--json",), ("--markdown",)])
def test_a_plan_shows_that_it_changes_and_no_value(lab: CommandLine, words: tuple[str, ...]) -> None:
    ended = lab("plan", lab.files, *words)
    for value in ("hunter2-old", "hunter2-new", "t0ken-old", "t0ken-new"):
        assert value not in ended.out + ended.err
    assert "LEVEL" in ended.out
    if not words:
        assert "DB_PASSWORD = <hidden> -> <hidden 2>" in ended.out


def test_a_run_and_what_is_written_into_the_file_show_no_value(lab: CommandLine) -> None:
    ended = lab("commit", lab.files, "--only", "stack/web:environment.DB_PASSWORD", "--yes")
    assert ended.code == 0, ended.err
    assert "DB_PASSWORD = <hidden" in ended.out + ended.err
    assert "hunter2" not in ended.out + ended.err
    assert "DB_PASSWORD = hunter2-old" in lab.files.joinpath("all.toml").read_text()


def test_a_variable_called_like_a_secret_is_written_and_not_shown(lab: CommandLine) -> None:
    ended = lab("commit", lab.files, "--only", "variable/API_TOKEN", "--yes")
    assert ended.code == 0, ended.err
    assert '+value = "<hidden' in ended.out + ended.err
    assert "t0ken" not in ended.out + ended.err
    assert 'value = "t0ken-old"' in lab.files.joinpath("all.toml").read_text()


def test_the_plan_in_a_file_is_the_same_whatever_the_value_of_a_secret(lab: CommandLine) -> None:
    def planned() -> str:
        assert lab("plan", lab.files, "--out", lab.home / "plan").code == 2
        return (lab.home / "plan").read_text()

    before = planned()
    lab.write(FILE.format(level="debug", password="hunter2-new", token="t0ken-third"))
    assert planned() == before
    lab.write(FILE.format(level="third", password="hunter2-new", token="t0ken-third"))
    assert planned() != before


def test_validate_names_the_line_and_the_way_out(lab: CommandLine) -> None:
    problems = json.loads(lab("validate", lab.files, "--json").out)["problems"]
    found = {(one["line"], one["severity"]): one for one in problems}
    password = found[(7, "warning")]
    assert "the value of DB_PASSWORD looks like a secret" in password["message"]
    assert "[[DB_PASSWORD]]" in password["hint"]
    assert "is_secret" in found[(10, "warning")]["hint"]
    assert "hunter2" not in json.dumps(problems)


def test_which_keys_count_is_a_setting(lab: CommandLine) -> None:
    (lab.home / "config.toml").write_text('secret_keys = ["LEVEL"]\n')
    ended = lab("plan", lab.files)
    assert "LEVEL = <hidden> -> <hidden 2>" in ended.out
    assert "hunter2-old" in ended.out
    (lab.home / "config.toml").write_text("secret_keys = [1]\n")
    assert "`secret_keys` must be a list of keys" in lab("plan", lab.files).err
