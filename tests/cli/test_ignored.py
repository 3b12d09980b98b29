"""`ksync ignored`: what is left alone, by whom, until when; and `protected` of the settings."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import CommandLine

STACK = '[[stack]]\nname = "web"\n[stack.config]\nenvironment = """\n  A = {a}\n  B = {b}\n"""\n'
WEB_B = ("--only", "stack/web:environment.B")


@pytest.fixture
def lab(ksync: CommandLine) -> CommandLine:
    """A stack of which two entries differ."""
    ksync.write(STACK.format(a=1, b=1))
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    ksync.write(STACK.format(a=2, b=2))
    return ksync


def states(ksync: CommandLine) -> list[str]:
    return [one["state"] for one in json.loads(ksync("ignored", "--json").out)["ignored"]]


def test_an_entry_is_left_alone_until_it_changes(lab: CommandLine) -> None:
    added = lab("ignored", "add", lab.files, *WEB_B, "--reason", "ana is testing")
    assert (added.code, "until it changes: ana is testing" in added.err) == (0, True)
    assert states(lab) == ["ignored"]
    assert lab("apply", lab.files, "--all", "--yes").code == 0
    assert "A = 2\n  B = 1\n" in lab("export", "--only", "stack/web").out
    plan = lab("plan", lab.files)
    assert plan.code == 0
    assert "i stack/web:environment.B  until it changes: ana is testing" in plan.out
    (ignored,) = json.loads(lab("plan", lab.files, "--json").out)["ignored"]
    assert (ignored["resource"], ignored["field"], ignored["until"]) == ("stack/web", "environment.B", "change")
    assert "1 ignored" in lab("plan", lab.files, "--markdown").out.replace("\\", "") or "ignored" in plan.out
    lab.write(STACK.format(a=2, b=3))
    back = lab("plan", lab.files)
    assert back.code == 2
    assert "stack/web:environment.B is no longer ignored: it changed. Ignored by" in back.out
    assert states(lab) == ["changed"]
    assert json.loads(lab("plan", lab.files, "--json").out)["returned"][0]["why"] == "changed"
    lab.write(STACK.format(a=2, b=1))
    assert states(lab) == ["no difference"]
    assert lab("ignored", "remove", lab.files, *WEB_B).code == 0
    assert states(lab) == []


def test_what_cannot_be_ignored_says_why(lab: CommandLine) -> None:
    for words, said in (
        (("add", lab.files), "nothing selected"),
        (("add", lab.files, "--only", "stack/web:environment.C"), "no such difference"),
        (("add", lab.files, "--only", "stack/nobody"), "nothing is pending"),
        (("add", lab.files, *WEB_B, "--until", "soon"), "not an end"),
        (("remove", lab.files, *WEB_B), "that is not ignored"),
    ):
        ended = lab("ignored", *words)
        assert (ended.code, said in ended.err) == (1, True), ended.err
    (lab.home / "syncs.toml").write_text("[[ignored")
    broken = lab("apply", lab.files, "--all", "--yes")
    assert broken.code == 1
    assert "syncs.toml" in broken.err


def test_a_sync_that_is_renamed_keeps_what_it_ignores(lab: CommandLine) -> None:
    assert lab("syncs", "add", "lab", "--path", lab.files).code == 0
    assert lab("ignored", "add", "--sync", "lab", *WEB_B, "--until", "forever").code == 0
    assert lab("syncs", "rename", "lab", "home").code == 0
    assert states(lab) == ["ignored"]
    assert "1 ignored" in lab("syncs").out


def test_a_protected_resource_is_not_deleted_and_the_rest_runs(lab: CommandLine) -> None:
    (lab.home / "config.toml").write_text('protected = ["stack/w*"]\n')
    lab.write('[[variable]]\nname = "X"\nvalue = "1"\n')
    plan = lab("plan", lab.files, "--delete").out
    assert "delete blocked: it is protected by 'stack/w*' in the settings" in plan
    applied = lab("apply", lab.files, "--delete", "--all", "--allow-delete", "--yes")
    assert "1 done" in applied.out
    assert "web" in lab("export", "--only", "stack/web").out


def test_a_rule_about_a_delete_is_known_to_hide_something(lab: CommandLine) -> None:
    lab.write('[[stack]]\nname = "other"\n')
    added = lab("ignored", "add", lab.files, "--delete", "--only", "stack/web", "--until", "forever")
    assert added.code == 0, added.err
    assert "no difference" not in lab("ignored").out


def test_a_rule_follows_a_resource_that_is_renamed(lab: CommandLine) -> None:
    lab("ignored", "add", lab.files, "--only", "stack/web", "--until", "forever", "--reason", "later")
    lab.write(STACK.format(a=2, b=2).replace('"web"', '"site"'))
    assert lab("apply", lab.files, "--rename", "stack/web=site", "--only", "stack/site", "--yes").code in (0, 2)
    assert "stack/site" in lab("ignored").out
    assert "stack/web" not in lab("ignored").out
