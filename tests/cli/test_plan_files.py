"""`plan --out` and `apply FILE`: just what was reviewed is done, or nothing where something moved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

STACK = '[[stack]]\nname = "{name}"\n[stack.config]\nenvironment = "A = {a}"\n'
SECRET = '[[variable]]\nname = "TOKEN"\nvalue = "{value}"\nis_secret = true\n'


@pytest.fixture
def lab(ksync: CommandLine) -> CommandLine:
    """Two stacks of which one differs, and a third that is new."""
    ksync.write(STACK.format(name="web", a=1) + STACK.format(name="api", a=1))
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    ksync.write(STACK.format(name="web", a=2) + STACK.format(name="api", a=1) + STACK.format(name="new", a=1))
    return ksync


def planned(lab: CommandLine, *words: object) -> Path:
    out = lab.home.parent / "plan.json"
    ended = lab("plan", lab.files, "--out", out, *words)
    assert (ended.code, f"ksync apply {out}" in ended.err) == (2, True), ended.err
    return out


def test_what_was_planned_is_done(lab: CommandLine) -> None:
    out = planned(lab)
    assert out.stat().st_mode & 0o077 == 0
    ended = lab("apply", out, "--yes", "--json")
    assert ended.code == 0, ended.err
    assert [one["id"] for one in json.loads(ended.out)["actions"]] == ["update:stack/web", "create:stack/new"]
    assert lab("plan", lab.files).code == 0
    again = lab("apply", out, "--yes")
    assert (again.code, "update stack/web is not pending any more" in again.err) == (2, True)


def test_what_came_later_is_not_done(lab: CommandLine) -> None:
    out = planned(lab)
    lab.write(STACK.format(name="late", a=1), "late.toml")
    assert lab("apply", out, "--yes").code == 0
    assert "create" in lab("plan", lab.files).out
    assert 'name = "late"' not in lab("export").out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("file", "update stack/web would do something else: its file changed"),
        ("live", "update stack/web is about something else: it changed live"),
        ("gone", "update stack/web is not pending any more; create stack/new is not pending any more"),
    ],
)
def test_a_plan_that_something_moved_under_is_refused(lab: CommandLine, change: str, said: str) -> None:
    out = planned(lab)
    other = lab.home.parent / "other.toml"
    other.write_text(STACK.format(name="web", a=7))
    if change == "file":
        path = lab.files / "all.toml"
        path.write_text(path.read_text().replace("A = 2", "A = 3"))
    elif change == "live":
        assert lab("apply", other, "--all", "--yes").code == 0
    else:
        lab("apply", lab.files, "--all", "--yes")
    before = lab("export").out
    ended = lab("apply", out, "--yes")
    assert (ended.code, said in ended.err) == (2, True), ended.err
    assert lab("export").out == before


def test_only_some_of_it_and_deletes_only_where_allowed(lab: CommandLine) -> None:
    lab.write(STACK.format(name="web", a=2))
    out = planned(lab, "--delete")
    assert "1 delete left out" in lab("apply", out, "--yes").err
    lab.write(STACK.format(name="web", a=1))
    out = planned(lab, "--delete")
    ended = lab("apply", out, "--yes", "--only", "stack/api", "--allow-delete", "--json")
    assert [one["id"] for one in json.loads(ended.out)["actions"]] == ["delete:stack/api"]


def test_no_secret_and_nothing_to_guess_it_from_is_in_the_file(ksync: CommandLine) -> None:
    texts = []
    for value in ("hunter2-hunter2", "another-value"):
        ksync.write(SECRET.format(value=value) + STACK.format(name="web", a=f"1\\nDB_PASSWORD = {value}"))
        out = ksync.home.parent / "plan.json"
        assert ksync("plan", ksync.files, "--out", out).code == 2
        texts.append(out.read_text())
        assert value not in texts[-1]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("old", "new", "words", "said"),
    [
        ('"version": "', '"version": "9', (), "the plan was made by another ksync"),
        ('"profile": "local"', '"profile": "local"', ("--profile", "environment"), "it is for profile local"),
        ('"address": ""', '"address": "https://komodo.example"', (), "the plan is for another place"),
        ('"format_version": 1', '"format_version": 2', (), "in a form that this ksync does not know"),
        ('"actions": [', '"actions": {', (), "this is no plan"),
        ('"reason"', '"raeson"', (), "this is no plan"),
        ("", "", ("--delete",), "--delete stands in the plan already"),
    ],
)
def test_a_plan_of_another_place_or_a_broken_one_is_refused(
    lab: CommandLine, old: str, new: str, words: tuple[str, ...], said: str
) -> None:
    out = planned(lab)
    out.write_text(out.read_text().replace(old, new, 1) if old else out.read_text())
    ended = lab("apply", out, "--yes", *words)
    assert (ended.code, said in ended.err) == (1, True), ended.err


def test_a_plan_that_cannot_be_written_says_so(lab: CommandLine) -> None:
    ended = lab("plan", lab.files, "--out", lab.home.parent / "nowhere" / "plan.json")
    assert (ended.code, "the plan cannot be written" in ended.err) == (1, True)
