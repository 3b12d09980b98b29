"""What the command line promises: exit codes, JSON, and that nothing happens but what was asked for."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import CommandLine

TWO = """\
[[server]]
name = "edge"
[server.config]
address = "http://edge:8120"

[[stack]]
name = "web"
tags = ["front"]
[stack.config]
server = "edge"
environment = \"\"\"
LEVEL = info # how much is told
PORT = 8080
\"\"\"
"""
SECRET = """\
[[variable]]
name = "TOKEN"
value = "hunter2-hunter2"
is_secret = true
"""


def test_nothing_pending_ends_with_0_something_with_2(ksync: CommandLine) -> None:
    ksync.write(TWO)
    assert ksync("plan", ksync.files).code == 2
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    again = ksync("plan", ksync.files)
    assert (again.code, again.out.splitlines()[-1]) == (0, "2 unchanged")


def test_an_error_in_a_file_ends_with_1_and_the_rest_is_still_planned(ksync: CommandLine) -> None:
    ksync.write(TWO + "\n[[stack]]\nname = broken\n")
    ended = ksync("plan", ksync.files)
    assert ended.code == 1
    assert "+ web" in ended.out
    assert "all.toml:17:8: error: not TOML" in ended.out


def test_only_applies_what_it_names(ksync: CommandLine) -> None:
    ksync.write(TWO)
    ended = ksync("apply", ksync.files, "--only", "server/edge", "--yes")
    assert (ended.code, "1 done" in ended.out) == (0, True)
    plan = json.loads(ksync("plan", ksync.files, "--json").out)
    assert [action["id"] for action in plan["actions"]] == ["create:stack/web"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--yes"], "nothing selected"),
        (["--only", "stack/none", "--yes"], "nothing is pending for this resource"),
        (["--only", "web", "--yes"], "not a resource"),
        (["--all"], "cannot prompt: not a terminal"),
    ],
)
def test_apply_asks_for_what_it_needs_to_know(
    ksync: CommandLine, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    ksync.write(TWO)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    ended = ksync("apply", ksync.files, *words)
    assert (ended.code, said in ended.err) == (1, True)
    assert ksync("plan", ksync.files).code == 2


def test_deletes_need_allow_delete(ksync: CommandLine) -> None:
    path = ksync.write(TWO)
    ksync("apply", ksync.files, "--all", "--yes")
    path.write_text(TWO.split("[[stack]]")[0])
    left = ksync("apply", ksync.files, "--delete", "--all", "--yes")
    assert "1 delete left out" in left.err
    assert "- web" in ksync("plan", ksync.files, "--delete").out
    done = ksync("apply", ksync.files, "--delete", "--all", "--yes", "--allow-delete")
    assert (done.code, "- stack/web" in done.err) == (0, True)


def test_an_emptied_source_deletes_nothing(ksync: CommandLine) -> None:
    path = ksync.write(TWO)
    ksync("apply", ksync.files, "--all", "--yes")
    path.write_text("# nothing here\n")
    ended = ksync("plan", ksync.files, "--delete")
    assert "no deletes: 0 declared, 2 live" in ended.out
    assert ended.code == 2
    nothing = ksync("apply", ksync.files, "--delete", "--all", "--yes", "--allow-delete")
    assert "2 actions blocked" in nothing.err
    assert len(ksync("export").out.split("[[")) == 3


def test_plan_json_is_the_documented_object(ksync: CommandLine) -> None:
    ksync.write(TWO.replace('server = "edge"', 'serber = "edge"'))
    plan = json.loads(ksync("plan", ksync.files, "--json").out)
    assert plan.keys() == {
        "format_version",
        "sync",
        "engine",
        "summary",
        "actions",
        "problems",
        "notes",
        "renames",
        "ignored",
        "returned",
    }
    assert plan["engine"] == "embedded"
    assert plan["summary"] == {
        "create": 2,
        "update": 0,
        "delete": 0,
        "rename": 0,
        "deploy": 0,
        "unchanged": 0,
        "ignored": 0,
    }
    (web,) = [action for action in plan["actions"] if action["name"] == "web"]
    assert {key: type(value) for key, value in web.items()} == _ACTION_TYPES
    (problem,) = plan["problems"]
    place = {"severity": "warning", "file": "all.toml", "line": 10, "column": 1}
    assert {key: problem[key] for key in place} == place
    assert problem["hint"] == "did you mean 'server'?"


_ACTION_TYPES: dict[str, Any] = {
    "id": str, "action": str, "kind": str, "name": str, "reason": str, "file": str, "line": int, "requires": list,
    "round": int, "destructive": bool, "text_only": bool, "blocked": type(None), "origin": type(None), "changes": list,
    "fields": list,
    "current": type(None), "proposed": str,
}  # fmt: skip


def test_plan_json_of_a_thousand_resources(ksync: CommandLine) -> None:
    ksync.write("\n".join(TWO.replace('"edge"', f'"edge-{n}"').replace('"web"', f'"web-{n}"') for n in range(500)))
    plan = json.loads(ksync("plan", ksync.files, "--json").out)
    assert plan["summary"]["create"] == len(plan["actions"]) == 1000
    assert all(action.keys() == _ACTION_TYPES.keys() for action in plan["actions"])


def test_an_update_shows_the_one_line_that_changed(ksync: CommandLine) -> None:
    path = ksync.write(TWO)
    ksync("apply", ksync.files, "--all", "--yes")
    path.write_text(TWO.replace("LEVEL = info", "LEVEL = debug"))
    (change,) = json.loads(ksync("plan", ksync.files, "--json").out)["actions"][0]["changes"]
    assert change["field"] == "config.environment"
    assert "LEVEL = debug" in change["proposed"]
    assert "~   LEVEL = info -> debug" in ksync("plan", ksync.files).out


def test_a_secret_is_nowhere_to_be_seen(ksync: CommandLine, tmp_path: Path) -> None:
    path = ksync.write(SECRET)
    shown = [ksync("plan", ksync.files, *more) for more in ([], ["--json"], ["--markdown"])]
    shown.append(ksync("apply", ksync.files, "--all", "--yes"))
    path.write_text(SECRET.replace("hunter2-hunter2", "hunter3-hunter3"))
    shown += [ksync("plan", ksync.files, *more) for more in ([], ["--json"], ["--markdown"])]
    shown += [ksync("export"), ksync("runs"), ksync("runs", "--json"), ksync("runs", "show", 1)]
    for ended in shown:
        assert "hunter" not in ended.out + ended.err
    database = b"".join(file.read_bytes() for file in (tmp_path / "home").glob("ksync.db*"))
    assert b"hunter" not in database
    assert "hunter2-hunter2" in ksync("export", "--with-secrets").out


def test_what_export_writes_is_what_there_is(ksync: CommandLine) -> None:
    ksync.write(TWO + SECRET)
    ksync("apply", ksync.files, "--all", "--yes")
    target = ksync.files / "exported.toml"
    assert ksync("export", "--with-secrets", "-o", target).code == 0
    assert target.stat().st_mode & 0o777 == 0o600
    assert ksync("plan", target, "--delete").code == 0
    without = ksync.write(ksync("export").out, "without.toml")
    assert ksync("plan", without, "--delete").code == 0


def test_validate_prints_places_only(ksync: CommandLine) -> None:
    ksync.write(TWO.replace('"edge"\n[server', '"Edge\\nOne"\n[server'))
    ended = ksync("validate", ksync.files)
    assert ended.code == 0
    assert all(line.startswith("all.toml:") for line in ended.out.splitlines())
    assert "2 warnings in 1 file" in ended.err


def test_syncs_are_added_listed_edited_and_removed(ksync: CommandLine) -> None:
    ksync.write(TWO)
    assert ksync("syncs", "add", "home", "--path", ksync.files).code == 0
    assert ksync("plan", "--sync", "home").code == 2
    assert ksync("plan").code == 2, "the only sync needs no name"
    listed = json.loads(ksync("syncs", "--json").out)["syncs"]
    assert [(sync["name"], sync["state"], sync["delete"]) for sync in listed] == [("home", "pending", False)]
    assert ksync("syncs", "edit", "home", "--delete").code == 0
    assert json.loads(ksync("syncs", "--json").out)["syncs"][0]["delete"] is True
    assert "Did you mean home?" in ksync("plan", "--sync", "hom").err
    assert ksync("syncs", "remove", "home").code == 0
    assert json.loads(ksync("syncs", "--json").out)["syncs"] == []


def test_runs_tell_what_was_done(ksync: CommandLine) -> None:
    ksync.write(TWO)
    ksync("apply", ksync.files, "--all", "--yes")
    (run,) = json.loads(ksync("runs", "--json").out)["runs"]
    assert (run["state"], run["counts"]) == ("done", {"done": 2})
    assert "+ stack/web" in ksync("runs", "show", run["id"]).out
    missing = ksync("runs", "show", 99)
    assert (missing.code, "no such run" in missing.err) == (1, True)


def test_a_detached_run_outlives_its_starter(ksync: CommandLine) -> None:
    ksync.write(TWO)
    started = ksync("apply", ksync.files, "--all", "--yes", "--detach", "--json")
    run = json.loads(started.out)["run"]
    followed = ksync("runs", "watch", run)
    assert (followed.code, "2 done" in followed.out) == (0, True)
    assert ksync("plan", ksync.files).code == 0


def test_resume_does_what_was_left(ksync: CommandLine) -> None:
    path = ksync.write(TWO)
    ksync("apply", ksync.files, "--all", "--yes")
    path.write_text(TWO.replace("LEVEL = info", "LEVEL = debug"))
    ended = ksync("runs", "resume", 1, "--yes")
    assert (ended.code, ended.out) == (0, "nothing to do\n"), "run 1 got everything done; the update is not its own"


def test_undo_takes_back_what_a_run_did(ksync: CommandLine) -> None:
    path = ksync.write(TWO)
    ksync("apply", ksync.files, "--all", "--yes")
    before = ksync("export").out
    path.write_text(TWO.replace("LEVEL = info", "LEVEL = debug").replace("http://edge", "http://rim"))
    ksync("apply", ksync.files, "--all", "--yes")
    ended = ksync("runs", "undo", 2, "--yes")
    assert (ended.code, "2 done" in ended.out) == (0, True)
    assert ksync("export").out == before
    kept = ksync("runs", "undo", 1, "--yes")
    assert "2 deletes left out" in kept.err
    assert ksync("runs", "undo", 1, "--yes", "--allow-delete").code == 0
    assert ksync("export").out.strip() == ""


def test_undo_leaves_what_changed_since(ksync: CommandLine) -> None:
    path = ksync.write(TWO)
    ksync("apply", ksync.files, "--all", "--yes")
    path.write_text(TWO.replace("LEVEL = info", "LEVEL = debug"))
    ksync("apply", ksync.files, "--all", "--yes")
    ended = ksync("runs", "undo", 1, "--yes", "--allow-delete")
    assert ("1 action blocked" in ended.err, "- server/edge" in ended.err) == (True, True)
    assert 'name = "web"' in ksync("export").out


def test_schema_is_json_schema(ksync: CommandLine) -> None:
    schema = json.loads(ksync("schema").out)
    assert set(schema["properties"]) >= {"stack", "stacks", "user_group"}
    stack = schema["definitions"]["StackConfig"]["properties"]
    assert {"server", "server_id"} <= stack.keys()
    assert stack["branch"] == {
        "type": "string",
        "default": "main",
        "description": "The branch to use. Changing it redeploys.",
    }


def test_commit_takes_live_into_the_file(ksync: CommandLine) -> None:
    path = ksync.write(TWO)
    ksync("apply", ksync.files, "--all", "--yes")
    path.write_text(TWO.replace("LEVEL = info", "LEVEL = debug"))
    ended = ksync("commit", ksync.files, "--all", "--yes")
    assert (ended.code, "in no git repository" in ended.err) == (0, True)
    assert path.read_text() == TWO


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "/no/such/folder"], "the path does not exist"),
        (["plan"], "no sync given"),
        (["plan", "--sync", "x"], "no such sync"),
        (["plan", ".", "--sync", "x"], "a path and --sync"),
        (["apply", "--bogus"], "unrecognized arguments"),
        (["export", "--only", "stack/none"], "no such live resource"),
        (["syncs", "add", "x"], "a sync needs a source"),
        (["syncs", "add", "x", "--path", "/no/such/folder"], "the path does not exist"),
        (["syncs", "add", "x", "--path", __file__], "resource files end in .toml"),
        (["syncs", "remove", "x"], "no such sync"),
    ],
)
def test_wrong_usage_ends_with_1_and_says_why(ksync: CommandLine, arguments: list[str], said: str) -> None:
    ended = ksync(*arguments)
    assert (ended.code, said in ended.err, "Traceback" in ended.err) == (1, True, False)


BAD_FILES = {
    "not TOML": (b"[[stack]]\nname = front\n", "all.toml:2:8: error: not TOML"),
    "one name twice": (
        b'[[stack]]\nname = "a"\n[[stack]]\nname = "a"\ntags = ["t"]\n',
        "all.toml:3:1: error: stack/a is declared twice",
    ),
    "a wrong type": (b'[[stack]]\nname = "a"\nconfig.branch = 3\n', "'branch' must be text in quotes, not a number"),
    "an unknown kind": (b'[[stak]]\nname = "a"\n', "did you mean [[stack]]?"),
    "an unknown key": (b'[[stack]]\nname = "a"\nconfig.bransh = "x"\n', "did you mean 'branch'?"),
    "no name": (b'[[stack]]\ndescription = "a"\n', "all.toml:1:"),
    "an empty name": (b'[[stack]]\nname = ""\n', "the name is empty"),
    "a reference to nothing": (b'[[stack]]\nname = "a"\nconfig.server = "x"\n', "all.toml:3:"),
    "a circle": (b'[[stack]]\nname = "a"\nafter = ["a"]\n', "`after` forms a cycle: stack/a -> stack/a"),
    "a binary file": (b"\x7fELF\x00\xff\xfe", "a binary file, not text"),
    "a file of 50 MB": (b"#" * 50_000_000, "48 MB is too large"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files_get_a_clear_message_and_no_traceback(ksync: CommandLine, case: str) -> None:
    data, said = BAD_FILES[case]
    (ksync.files / "all.toml").write_bytes(data)
    ended = ksync("validate", ksync.files)
    assert said in ended.out
    assert ended.code == (0 if ": warning:" in ended.out and ": error:" not in ended.out else 1)
    ksync.write(TWO, "sound.toml")
    assert "+ web" in ksync("plan", ksync.files).out, "what is sound is still planned"


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda home: (home / "ksync.db").write_bytes(b"no database" * 1000), "ksync.db"),
        (lambda home: (home / "config.toml").write_text("hosts = 3"), "[hosts] must map"),
        (lambda home: (home / "config.toml").write_text("bogus = 3"), "unknown settings: bogus"),
        (lambda home: (home / "config.toml").write_text("= ="), "the settings are not TOML"),
        (lambda home: (home / "config.toml").write_text("protected = " + "[" * 5000), "the settings are not TOML"),
        (
            lambda home: (home / "syncs.toml").write_text("ignored = " + "[" * 5000),
            "the settings of syncs are not TOML",
        ),
        (lambda home: (home / "secrets.json").write_text("{"), "secrets"),
    ],
)
def test_a_broken_home_is_said_and_nothing_is_lost(ksync: CommandLine, break_it: Any, said: str) -> None:
    ksync.write(TWO)
    ksync("apply", ksync.files, "--all", "--yes")
    for file in ksync.home.glob("ksync.db-*"):
        file.unlink()
    break_it(ksync.home)
    before = {file.name: file.read_bytes() for file in ksync.home.iterdir()}
    ended = ksync("plan", ksync.files)
    assert (ended.code, said in ended.err, "Traceback" in ended.err) == (1, True, False)
    assert {file.name: file.read_bytes() for file in ksync.home.iterdir() if file.name in before} == before


def test_a_home_that_cannot_be_made_is_said(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = ksync.write("a file")
    monkeypatch.setenv("KSYNC_HOME", str(blocked / "home"))
    ended = ksync("plan", ksync.files)
    assert (ended.code, str(blocked) in ended.err) == (1, True)


def test_an_output_that_cannot_be_written_is_said(ksync: CommandLine) -> None:
    ended = ksync("schema", "-o", ksync.files / "none" / "schema.json")
    assert (ended.code, "the file cannot be written" in ended.err) == (1, True)


def test_without_a_terminal_the_app_is_numbered_lines(ksync: CommandLine) -> None:
    ksync.write(TWO)
    ended = ksync(ksync.files)
    assert (ended.code, "1 [ ] + create server/edge" in ended.out) == (2, True)


def test_a_fault_of_ksync_itself_shows_no_code_and_no_values(
    ksync: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("hunter2")

    monkeypatch.setattr("ksync_tui.services.reviews.Reviews.create", fail)
    ksync.write(TWO)
    ended = ksync("plan", ksync.files)
    assert (ended.code, "internal error of ksync (ValueError)" in ended.err) == (1, True)
    assert "Traceback" not in ended.err
    details = Path(ended.err.split("where: ")[1].splitlines()[0].strip())
    assert "commands.py" in details.read_text()
    assert "hunter2" not in ended.err + details.read_text()
    details.unlink()


def test_what_only_a_core_has_says_how_to_name_one(ksync: CommandLine) -> None:
    ended = ksync("changes")
    assert ended.code == 1
    assert "only a Komodo Core has that" in ended.err
    assert "Name a profile of a Core with --profile." in ended.err
