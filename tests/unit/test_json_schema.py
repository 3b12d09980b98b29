"""The schema for editors: it takes every form that reading takes, and says one thing of one mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import tomli
from jsonschema import Draft7Validator

from ksync_tui.model.kinds.json_schema import resource_file_schema
from ksync_tui.model.resource import SourceFile
from ksync_tui.source.reader import Reader

SCHEMA = resource_file_schema()
VALIDATOR = Draft7Validator(SCHEMA)


def said(text: str) -> list[str]:
    """What the schema says of a text: the path of keys and the message of each error."""
    errors = VALIDATOR.iter_errors(tomli.loads(text))
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def config(kind: str, *lines: str) -> str:
    return "\n".join([f"[[{kind}]]", 'name = "x"', f"[{kind}.config]", *lines])


def stage(execution: str) -> str:
    return f'[[procedure]]\nname = "x"\n[[procedure.config.stage]]\nname = "s"\nexecutions = [{execution}]'


TAKEN = {
    "serde aliases of a word": config("stack", 'config_files = [{ path = "a", requires = "restart" }]'),
    "aliases of keys": config("stack", 'config_files = [{ path = "a", req = "none", service = "a, b" }]'),
    "a path alone": config("stack", 'config_files = ["a"]', 'additional_env_files = ["b"]'),
    "a list as text": config("stack", 'file_paths = "a, b"', 'links = "a"'),
    "entries as tables and lines": config("stack", 'environment = [{ variable = "A", value = "1" }, "B = 2"]'),
    "signals by number": config("deployment", 'termination_signal = "15"'),
    "a signal by number in an execution": stage(
        '{ execution.type = "Deploy", execution.params = { deployment = "a", stop_signal = "2" } }'
    ),
    "a version as text": config("build", 'version = "1.2"'),
    "a version with more parts": config("build", 'version = "1.2.3.beta"'),
    "a version as a table": config("build", "version = { major = 1 }"),
    "one registry": config("build", 'image_registry = { domain = "a", account = "b" }'),
    "several registries": config("build", 'image_registry = [{ domain = "a", account = "b" }]'),
    "an older registry": config(
        "build", 'image_registry = { type = "Standard", params = { domain = "a", account = "b" } }'
    ),
    "a level alone": '[[user_group]]\nname = "x"\nall.Server = "Read"\nall.Stack = { level = "Write" }',
    "permission for permissions": '[[user_group]]\nname = "x"\n'
    'permission = [{ target = { type = "Server", id = "a" }, level = "Read" }]',
    "an integer for a float": config("server", "cpu_warning = 90"),
    "references under both names": config("stack", 'server_id = "a"') + "\n" + config("repo", 'server = "a"'),
    "a sync by another key": stage('{ execution.type = "CommitSync", execution.params = { id = "a" } }'),
    "any arguments": stage('{ execution.type = "RunAction", execution.params = { action = "a", args = { b = [1] } } }'),
    "the schema's own key": f'"$schema" = "./resources.json"\n{config("stack")}',
    "plural headers": '[[stacks]]\nname = "x"\n[[variables]]\nname = "A"',
}


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_every_form_that_validate_takes_passes(text: str) -> None:
    found = Reader().read([SourceFile("a.toml", None, text)])
    assert [each.message for each in found.problems if "older form" not in each.message] == []
    assert found.resources
    assert said(text) == []


MISTAKES = {
    "unknown parameter": (
        stage('{ execution.type = "DeployStack", execution.params = { stack = "a", remove = true } }'),
        "procedure.0.config.stage.0.executions.0.execution.params: "
        "Additional properties are not allowed ('remove' was unexpected)",
    ),
    "missing parameter": (
        stage('{ execution.type = "DeployStack", execution.params = {} }'),
        "procedure.0.config.stage.0.executions.0.execution.params: 'stack' is a required property",
    ),
    "params that are text": (
        config("deployment", 'image = { type = "Image", params = "nginx:1" }'),
        "deployment.0.config.image.params: 'nginx:1' is not of type 'object'",
    ),
    "no params": (
        config("builder", 'type = "Url"'),
        "builder.0.config: 'params' is a required property",
    ),
    "unknown type": (
        config("alerter", 'endpoint = { type = "Mail", params = { to = "a" } }'),
        "alerter.0.config.endpoint.type: 'Mail' is not one of ['Custom', 'Slack', 'Discord', 'Ntfy', 'Pushover']",
    ),
    "unknown word": (
        config("stack", 'config_files = [{ path = "a", requires = "reload" }]'),
        "stack.0.config.config_files.0.requires: 'reload' is not one of "
        "['Redeploy', 'Restart', 'None', 'redeploy', 'restart', 'none']",
    ),
    "unknown level": (
        '[[user_group]]\nname = "x"\nall.Server = "read"',
        "user_group.0.all.Server: 'read' is not one of ['None', 'Read', 'Execute', 'Write']",
    ),
    "number for text": (config("stack", "branch = 1"), "stack.0.config.branch: 1 is not of type 'string'"),
    "number in a list": (
        config("stack", 'file_paths = ["a", 1]'),
        "stack.0.config.file_paths.1: 1 is not of type 'string'",
    ),
    "number for a file": (
        config("stack", "config_files = [1]"),
        "stack.0.config.config_files.0: 1 is not of type 'string', 'object'",
    ),
    "table for an environment": (
        config("stack", "environment = { A = 1 }"),
        "stack.0.config.environment: {'A': 1} is not of type 'string', 'array'",
    ),
    "key beside its alias": (
        config("stack", 'server = "a"', 'server_id = "a"'),
        "stack.0.config: False schema does not allow 'a'",
    ),
    "out of range": (
        config("deployment", "replicas = 2147483648"),
        "deployment.0.config.replicas: 2147483648 is greater than or equal to the maximum of 2147483648",
    ),
    "no name": ("[[stack]]\ntags = []", "stack.0: 'name' is a required property"),
    "unknown kind": ('[[stak]]\nname = "x"', ": Additional properties are not allowed ('stak' was unexpected)"),
    "text for a registry": (
        config("build", 'image_registry = "ghcr.io"'),
        "build.0.config.image_registry: 'ghcr.io' is not of type 'object'",
    ),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_one_mistake_gives_one_message(text: str, expected: str) -> None:
    assert said(text) == [expected]
    assert Reader().read([SourceFile("a.toml", None, text)]).problems


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every property that a person may write, wherever in the schema; what only conditions something is none."""
    if isinstance(schema, list):
        for entry in schema:
            yield from properties(entry, path)
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key == "properties" and "additionalProperties" in schema:
            yield from ((f"{path}.{name}", each) for name, each in value.items())
        if key not in ("if", "then", "dependencies"):
            yield from properties(value, f"{path}.{key}")


def test_every_property_has_a_description() -> None:
    found = dict(properties(SCHEMA))
    assert len(found) > 400
    assert [path for path, each in found.items() if not each.get("description", "").endswith(".")] == []


def test_every_default_and_example_is_what_may_be_written() -> None:
    found = {path: each for path, each in properties(SCHEMA) if each.keys() & {"default", "examples"}}
    assert len(found) > 250
    inside = {"definitions": SCHEMA["definitions"]}
    for path, each in found.items():
        for value in [each["default"]] * ("default" in each) + each.get("examples", []):
            errors = Draft7Validator(each | inside).iter_errors(value)
            assert [error.message for error in errors] == [], path


def test_the_spellings_of_a_key_say_so() -> None:
    config = SCHEMA["definitions"]["StackConfig"]["properties"]
    assert config["server"] | {"description": ""} == config["server_id"] | {"description": ""}
    assert config["server_id"]["description"] == f"{config['server']['description']} The same as server."
    assert "redeploys" in config["branch"]["description"]
    assert "[[NAME]]" in config["environment"]["description"]
    assert "secret" in config["webhook_secret"]["description"]


def test_nothing_stands_beside_a_reference() -> None:
    """Of which draft 7 would take no notice."""
    found = list(schemas(SCHEMA))
    assert sum("$ref" in each for each in found) > 100
    assert [each for each in found if "$ref" in each and len(each) > 1] == []


def schemas(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from schemas(inner)


def test_the_schema_is_one_and_has_an_id() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"].startswith("https://")
    assert resource_file_schema() == SCHEMA


@pytest.mark.parametrize(
    "text", ['"$schema" = "./a.json"\n\n[[stack]]\nname = "x"', '"$schema" = "./a.json"\nstack = [{ name = "x" }]']
)
def test_the_schema_key_at_the_top_of_a_file_is_let_through(text: str) -> None:
    found = Reader().read([SourceFile("a.toml", None, text)])
    assert [one.target.name for one in found.resources] == ["x"]
    assert found.problems == ()
    assert found.complete
