"""A block edited in place: what did not change keeps its characters."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from ksync_tui.errors import WriteBackError
from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.toml.blocks import parse_block, split
from ksync_tui.toml.edit import as_declared, edit_block, reads_as


def read(text: str, kind: str) -> Resource:
    (block,) = split(text)
    resource = accept(KINDS[kind].model, parse_block(block)).resource
    assert resource is not None
    return resource


def with_config(resource: Resource, **changes: Any) -> Resource:
    """The resource with other config fields, given as a file would."""
    table = {**resource.model_dump(exclude_unset=True), **{name: changes[name] for name in changes if name in META}}
    table["config"] = {**table.get("config", {}), **{name: changes[name] for name in changes if name not in META}}
    return type(resource).model_validate(table)


META = ("name", "description", "tags", "deploy", "after", "template")


class Case(NamedTuple):
    """A block, the changed fields, and the block after."""

    kind: str
    before: str
    changes: dict[str, Any]
    after: str


CASES = {
    "a value of one key": Case(
        "stack",
        '[[stack]]\nname = "web" # the site\n[stack.config]\nserver = "a"   # where\nbranch = \'dev\' # which\n',
        {"server_id": "b", "branch": "test"},
        '[[stack]]\nname = "web" # the site\n[stack.config]\nserver = "b"   # where\nbranch = \'test\' # which',
    ),
    "an alias stays": Case(
        "stack",
        '[[stacks]]\nname = "web"\nconfig.server_id = "a"\n',
        {"server_id": "b"},
        '[[stacks]]\nname = "web"\nconfig.server_id = "b"',
    ),
    "one line of an environment": Case(
        "stack",
        '[[stack]]\nname = "web"\n[stack.config]\nenvironment = """\n'
        '  # how loud\n  LEVEL = info # for now\n\n  - PORT: 80\n  PATH = C:\\temp\n"""\n',
        {"environment": "LEVEL = debug\nPORT = 80\nPATH = C:\\temp\n"},
        '[[stack]]\nname = "web"\n[stack.config]\nenvironment = """\n'
        '  # how loud\n  LEVEL = debug # for now\n\n  - PORT: 80\n  PATH = C:\\temp\n"""',
    ),
    "a pair more, a pair less": Case(
        "stack",
        '[[stack]]\nname = "web"\n[stack.config]\nenvironment = """\n  A: 1\n  # about b\n  B: 2\n  C: 3\n"""',
        {"environment": "A=1\nC=3\nD=4\n"},
        '[[stack]]\nname = "web"\n[stack.config]\nenvironment = """\n  A: 1\n  # about b\n  C: 3\n  D: 4\n"""',
    ),
    "literal quotes stay": Case(
        "stack",
        "[[stack]]\nname = \"web\"\n[stack.config]\nenvironment = '''\nA = 1\n'''",
        {"environment": "A = 2\n"},
        "[[stack]]\nname = \"web\"\n[stack.config]\nenvironment = '''\nA = 2\n'''",
    ),
    "file contents keep their end": Case(
        "stack",
        '[[stack]]\nname = "web"\n[stack.config]\nfile_contents = """\nservices: {}"""',
        {"file_contents": "services:\n  web: {}\n"},
        '[[stack]]\nname = "web"\n[stack.config]\nfile_contents = """\nservices:\n  web: {}"""',
    ),
    "a new key behind its neighbour": Case(
        "stack",
        '[[stack]]\nname = "web"\n[stack.config]\n  server = "a"\n\n  # files\n  file_paths = ["x.yaml"]\n',
        {"auto_update": True},
        '[[stack]]\nname = "web"\n[stack.config]\n  server = "a"\n  auto_update = true\n\n  # files\n'
        '  file_paths = ["x.yaml"]',
    ),
    "a key that means its default goes": Case(
        "stack",
        '[[stack]]\nname = "web"\n[stack.config]\nserver = "a"\n# often\nauto_update = true\nbranch = "dev"\n',
        {"auto_update": False},
        '[[stack]]\nname = "web"\n[stack.config]\nserver = "a"\n# often\nbranch = "dev"',
    ),
    "the first config": Case(
        "stack",
        '[[stack]]\nname = "web"',
        {"server_id": "a"},
        '[[stack]]\nname = "web"\n[stack.config]\nserver = "a"',
    ),
    "below an empty header": Case(
        "stack",
        '[[stack]]\nname = "web"\n[stack.config] # nothing yet\n',
        {"server_id": "a"},
        '[[stack]]\nname = "web"\n[stack.config] # nothing yet\nserver = "a"',
    ),
    "a list with an element per line": Case(
        "stack",
        '[[stack]]\nname = "web"\ntags = [\n  "a", # first\n  "b", # second\n  "c", # third\n]\n',
        {"tags": ["a", "c", "d"]},
        '[[stack]]\nname = "web"\ntags = [\n  "a", # first\n  "c", # third\n  "d",\n]',
    ),
    "the last element goes and the one before has a comment": Case(
        "stack",
        '[[stack]]\nname = "web"\ntags = ["a", # one\n  "b"]\n',
        {"tags": ["a"]},
        '[[stack]]\nname = "web"\ntags = ["a" # one\n]',
    ),
    "the last of three goes, each with a comment": Case(
        "stack",
        '[[stack]]\nname = "web"\ntags = ["a", # one\n  "b", # two\n  "c"] # all\n',
        {"tags": ["a", "b"]},
        '[[stack]]\nname = "web"\ntags = ["a", # one\n  "b" # two\n] # all',
    ),
    "an element is added behind a comment": Case(
        "stack",
        '[[stack]]\nname = "web"\ntags = ["a" # one\n]\n',
        {"tags": ["a", "b"]},
        '[[stack]]\nname = "web"\ntags = ["a", # one\n  "b"\n]',
    ),
    "a list on one line": Case(
        "stack",
        '[[stack]]\nname = "web"\ntags = [\'a\', "b"] # two',
        {"tags": ["b", "c"]},
        '[[stack]]\nname = "web"\ntags = ["b", "c"] # two',
    ),
    "the last element has no comma but a comment": Case(
        "stack",
        '[[stack]]\nname = "web"\n[stack.config]\nextra_args = [\n  "--x" # why\n]',
        {"extra_args": ["--x", "--y"]},
        '[[stack]]\nname = "web"\n[stack.config]\nextra_args = [\n  "--x", # why\n  "--y"\n]',
    ),
    "a list written as text": Case(
        "stack",
        '[[stack]]\nname = "web"\n[stack.config]\nfile_paths = """\n  a.yaml # one\n  # two\n  b.yaml\n"""',
        {"file_paths": ["a.yaml", "b.yaml", "c.yaml"]},
        '[[stack]]\nname = "web"\n[stack.config]\nfile_paths = """\n  a.yaml # one\n  # two\n  b.yaml\n  c.yaml\n"""',
    ),
    "inside an inline table": Case(
        "stack",
        '[[stack]]\nname = "web"\nconfig = { server = "a", pre_deploy = { path = ".", command = "x" } } # all',
        {"server_id": "b", "pre_deploy": {"path": ".", "command": "y\n"}, "auto_update": True},
        '[[stack]]\nname = "web"\nconfig = { server = "b", auto_update = true,'
        ' pre_deploy = { path = ".", command = "y" } } # all',
    ),
    "a table with a header of its own": Case(
        "stack",
        '[[stack]]\nname = "web"\n[stack.config]\nserver = "a"\n[stack.config.pre_deploy]\n'
        'path = "." # here\ncommand = "x"\n',
        {"pre_deploy": {"path": ".", "command": "y", "shell_mode": True}},
        '[[stack]]\nname = "web"\n[stack.config]\nserver = "a"\n[stack.config.pre_deploy]\n'
        'path = "." # here\ncommand = "y"\nshell_mode = true',
    ),
    "tables in a list": Case(
        "stack",
        '[[stack]]\nname = "web"\n[stack.config]\nconfig_files = [\n  { path = "a", req = "Restart" }, # a\n'
        '  "b", # b\n]',
        {"config_files": [{"path": "a", "requires": "Redeploy"}, {"path": "b"}, {"path": "c", "services": ["x"]}]},
        '[[stack]]\nname = "web"\n[stack.config]\nconfig_files = [\n  { path = "a", req = "Redeploy" }, # a\n'
        '  "b", # b\n  { path = "c", services = ["x"] },\n]',
    ),
    "another type of a choice": Case(
        "deployment",
        '[[deployment]]\nname = "api"\n[deployment.config]\nserver = "a"\nimage.type = "Image" # pulled\n'
        'image.params.image = "nginx"\nnetwork = "bridge"\n',
        {"image": {"type": "Build", "params": {"build_id": "api"}}},
        '[[deployment]]\nname = "api"\n[deployment.config]\nserver = "a"\nimage.type = "Build"\n'
        'image.params.build = "api"\nnetwork = "bridge"',
    ),
    "the same type of a choice": Case(
        "alerter",
        '[[alerter]]\nname = "hook"\n[alerter.config]\nendpoint = { type = "Ntfy", params = { url = "http://a" } }\n',
        {"endpoint": {"type": "Ntfy", "params": {"url": "http://a", "email": "a@b"}}},
        '[[alerter]]\nname = "hook"\n[alerter.config]\n'
        'endpoint = { type = "Ntfy", params = { url = "http://a", email = "a@b" } }',
    ),
    "windows line ends": Case(
        "stack",
        '[[stack]]\r\nname = "web"\r\n[stack.config]\r\nenvironment = """\r\nA = 1\r\nB = 2\r\n"""',
        {"environment": "A = 1\nB = 3\n", "server_id": "a"},
        '[[stack]]\r\nname = "web"\r\n[stack.config]\r\nserver = "a"\r\nenvironment = """\r\nA = 1\r\nB = 3\r\n"""',
    ),
    "quotes that the new text cannot stand in": Case(
        "stack",
        '[[stack]]\nname = "web"\ndescription = \'it\'\n[stack.config]\nfile_contents = """\na\n"""',
        {"description": "it's", "file_contents": 'x: """\n'},
        '[[stack]]\nname = "web"\ndescription = "it\'s"\n[stack.config]\nfile_contents = "x: \\"\\"\\"\\n"',
    ),
    "a pinned version goes when builds count up": Case(
        "build",
        '[[build]]\nname = "api"\n[build.config]\nversion = "1.2.3"\nauto_increment_version = false\nrepo = "me/api"',
        {"auto_increment_version": True, "version": "1.2.9"},
        '[[build]]\nname = "api"\n[build.config]\nrepo = "me/api"',
    ),
    "a version that live counts up is not written": Case(
        "build",
        '[[build]]\nname = "api"\n[build.config]\nrepo = "me/api"\n',
        {"version": "1.2.9", "branch": "dev"},
        '[[build]]\nname = "api"\n[build.config]\nrepo = "me/api"\nbranch = "dev"',
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_only_what_changed_is_rewritten(case: Case) -> None:
    old = read(case.before, case.kind)
    new = with_config(old, **case.changes)
    assert edit_block(case.before, case.kind, old, new).text == case.after
    assert reads_as(case.after, case.kind, new)


PROCEDURE = """[[procedure]]
name = "nightly"

[[procedure.config.stage]]
name = "one" # first
enabled = true
executions = [
  # why
  { execution.type = "RunBuild", execution.params.build = "api", enabled = true }, # build
]

# then
[[procedure.config.stage]]
name = "two"
executions = [{ execution = { type = "Sleep", params = { duration_ms = 5 } } }]
"""


def stages(*names: str, ms: int = 5) -> list[dict[str, Any]]:
    """The two stages above, or others with a sleep in them, by name."""
    build = {"execution": {"type": "RunBuild", "params": {"build": "api"}}, "enabled": True}
    sleep = {"execution": {"type": "Sleep", "params": {"duration_ms": ms}}}
    return [{"name": name, "executions": [build if name == "one" else sleep]} for name in names]


def test_a_value_deep_in_a_stage() -> None:
    old = read(PROCEDURE, "procedure")
    edited = edit_block(PROCEDURE, "procedure", old, with_config(old, stages=stages("one", "two", ms=9))).text
    assert edited == PROCEDURE.replace("duration_ms = 5", "duration_ms = 9").rstrip()


def test_a_stage_between_two() -> None:
    old = read(PROCEDURE, "procedure")
    edited = edit_block(PROCEDURE, "procedure", old, with_config(old, stages=stages("one", "between", "two"))).text
    assert [line for line in PROCEDURE.splitlines() if line not in edited.splitlines()] == []
    assert edited.count("[[procedure.config.stage]]") == 3


def test_a_stage_less() -> None:
    old = read(PROCEDURE, "procedure")
    edited = edit_block(PROCEDURE, "procedure", old, with_config(old, stages=stages("one"))).text
    assert edited.startswith(PROCEDURE.partition("\n# then")[0].rstrip())
    assert '"two"' not in edited


def test_a_key_joins_the_others_of_a_procedure() -> None:
    old = read(PROCEDURE, "procedure")
    edited = edit_block(PROCEDURE, "procedure", old, with_config(old, schedule="at 3")).text
    assert edited == PROCEDURE.replace('"nightly"\n', '"nightly"\nconfig.schedule = "at 3"\n').rstrip()


def test_permissions_of_a_group() -> None:
    text = (
        '[[user_group]]\nname = "ops"\nall.Server = "Read" # all of them\nall.Stack = { level = "Write" }\n'
        'permission = [\n  { target.type = "Build", target.id = "api", level = "Read" }, # api\n]\n'
    )
    old = read(text, "user_group")
    table = old.model_dump()
    table["all"] = {"Server": {"level": "Execute"}, "Stack": {"level": "Write"}, "Repo": {"level": "Read"}}
    table["permissions"][0]["level"] = "Write"
    edited = edit_block(text, "user_group", old, type(old).model_validate(table)).text
    assert edited == (
        '[[user_group]]\nname = "ops"\nall.Server = "Execute" # all of them\nall.Stack = { level = "Write" }\n'
        'all.Repo = "Read"\n'
        'permission = [\n  { target.type = "Build", target.id = "api", level = "Write" }, # api\n]'
    )


def test_a_block_that_cannot_be_followed_becomes_the_exported_one() -> None:
    text = '[[stack]]\nname = "web"\n[stack.config.pre_deploy]\npath = "x"'
    old = read(text, "stack")
    new = type(old).model_validate(
        {"name": "web", "config": {"pre_deploy": {"path": "x", "command": "y"}, "links": ["z"]}}
    )
    assert reads_as(edit_block(text, "stack", old, new).text, "stack", new)


def test_what_toml_cannot_hold_is_refused() -> None:
    text = '[[stack]]\nname = "web"'
    old = read(text, "stack")
    with pytest.raises(WriteBackError, match="surrogate"):
        edit_block(text, "stack", old, old.model_copy(update={"description": "\ud800"}))


def test_deploy_and_after_are_the_files_own() -> None:
    old = KINDS["stack"].model.model_validate({"name": "web", "deploy": True, "after": ["db"]})
    live = KINDS["stack"].model.model_validate({"name": "web", "description": "x"})
    kept = as_declared(old, live).model_dump()
    assert (kept["deploy"], kept["after"], kept["description"]) == (True, ["db"], "x")


def test_a_secret_managed_elsewhere_stays_out_of_the_file() -> None:
    text = '[[variable]]\nname = "TOKEN"\nis_secret = true'
    old = read(text, "variable")
    live = KINDS["variable"].model.model_validate(
        {"name": "TOKEN", "value": "hunter2", "is_secret": True, "description": "of CI"}
    )
    edited = edit_block(text, "variable", old, as_declared(old, live)).text
    assert "hunter2" not in edited
    assert 'description = "of CI"' in edited
