"""`--json`: one object, always, as docs/json.md and its schema have it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import CommandLine, Ended

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "json.schema.json").read_text("utf-8"))
WEB = '[[stack]]\nname = "web"\n[[variable]]\nname = "A"\nvalue = "1"\n'
BROKEN = '[[stack]]\nname = "x"\n[stack.config]\nserber = "edge"\n[[stack]]\nname = 3\n'


def object_of(ended: Ended, kind: str) -> dict[str, Any]:
    """The one object on standard output, which is of a kind of the schema and of no other."""
    found: dict[str, Any] = json.loads(ended.out)
    Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{kind}"}]}).validate(found)
    Draft202012Validator(SCHEMA).validate(found)
    return found


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["plan", "FILES"], "plan"),
        (["validate", "FILES"], "validate"),
        (["fmt", "FILES"], "fmt"),
        (["fmt", "FILES", "--diff", "--export-form"], "fmt"),
        (["apply", "FILES", "--all", "--yes"], "run"),
        (["syncs"], "syncs"),
        (["syncs", "list"], "syncs"),
        (["syncs", "list", "--json"], "syncs"),
        (["runs"], "runs"),
        (["alerters"], "alerters"),
        (["ignored"], "ignored"),
        (["ignored", "list"], "ignored"),
        (["doctor"], "findings"),
        (["hosts"], "hosts"),
        (["hosts", "list", "--json"], "hosts"),
        (["profiles"], "profiles"),
        (["profiles", "test", "local", "--json"], "findings"),
    ],
)
@pytest.mark.parametrize("text", [WEB, BROKEN, ""], ids=["good", "broken", "empty"])
def test_every_command_prints_its_object(ksync: CommandLine, arguments: list[str], kind: str, text: str) -> None:
    ksync.write(text)
    words = [str(ksync.files) if word == "FILES" else word for word in arguments]
    words = words if "--json" in words else [words[0], "--json", *words[1:]]
    object_of(ksync(*words), kind)


def test_a_run_is_shown_with_its_log(ksync: CommandLine) -> None:
    ksync.write(WEB)
    made = object_of(ksync("apply", ksync.files, "--all", "--yes", "--json"), "run")
    assert (made["state"], made["counts"]) == ("done", {"done": 2})
    shown = object_of(ksync("runs", "show", made["id"], "--json"), "run")
    assert shown["log"] == []
    assert object_of(ksync("runs", "--json", "show", made["id"]), "run") == shown


def test_nothing_to_run_is_a_run_without_a_number(ksync: CommandLine) -> None:
    ksync.write(WEB)
    ksync("apply", ksync.files, "--all", "--yes")
    found = object_of(ksync("apply", ksync.files, "--all", "--yes", "--json"), "run")
    assert (found["id"], found["state"]) == (None, "nothing to do")


def test_all_that_is_blocked_is_nothing_to_run(ksync: CommandLine) -> None:
    ksync.write('[[stack]]\nname = "a"\nafter = ["gone"]\n')
    ended = ksync("apply", ksync.files, "--all", "--yes", "--json")
    assert object_of(ended, "run")["state"] == "nothing to do"
    assert ended.code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "/no/such/folder", "--json"],
        ["plan", "--sync", "nobody", "--json"],
        ["apply", "--json"],
        ["apply", "--only", "nonsense", "--json", "FILES"],
        ["runs", "show", "99", "--json"],
        ["runs", "show", "x", "--json"],
        ["plan", "--nonsense", "--json"],
        ["changes", "--json"],
        ["fmt", "/no/such/folder", "--json"],
        ["fmt", "-", "--json"],
        ["--json"],
    ],
)
def test_an_error_is_an_object_too(ksync: CommandLine, arguments: list[str]) -> None:
    ksync.write(WEB)
    ended = ksync(*[ksync.files if word == "FILES" else word for word in arguments])
    found = object_of(ended, "error")
    assert found["error"]["what"]
    assert ended.code == 1
    assert ended.err


def test_a_run_is_followed_an_object_a_line(ksync: CommandLine) -> None:
    ksync.write(WEB)
    ended = ksync("apply", ksync.files, "--all", "--yes", "--events")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    for line in lines:
        Draft202012Validator(SCHEMA).validate(line)
    *events, last = lines
    done = [action["id"] for action in last["actions"] if action["outcome"] == "done"]
    assert done
    assert [event["action"] for event in events if event["event"] == "started"] == done
    assert [(event["action"], event["outcome"]) for event in events if event["event"] == "ended"] == [
        (one, "done") for one in done
    ]
    wrong = ksync("apply", "--only", "nonsense", ksync.files, "--yes", "--events")
    assert json.loads(wrong.out)["error"]["what"] == "not a resource"
