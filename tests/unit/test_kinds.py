"""The model of all kinds says what Komodo's own reference says: fields, keys, defaults, references, forms.

The reference is Komodo's, so it is not part of this project: without KSYNC_TEST_KOMODO its tables are skipped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.executions import EXECUTIONS
from ksync_tui.model.kinds.fields import FieldSchema, Table, schema
from ksync_tui.model.kinds.mentions import mentions
from ksync_tui.model.kinds.registry import BY_HEADER, BY_TITLE, KINDS, RUN_ORDER, bad_name
from ksync_tui.model.resource import canonical_of, fingerprint

KOMODO = os.environ.get("KSYNC_TEST_KOMODO")
needs_reference = pytest.mark.skipif(not KOMODO, reason="KSYNC_TEST_KOMODO is not set: Komodo's reference is not here")

REDEPLOYS_MISSED_BY_KOMODO = {
    ("stack", field)
    for field in (
        "swarm_id", "run_build", "git_provider", "clone_path", "config_files", "registry_provider", "registry_account",
        "pre_deploy", "post_deploy", "compose_cmd_wrapper_include",
    )
} | {("deployment", field) for field in ("swarm_id", "custom_name", "replicas")}  # fmt: skip
"""semantics h.5: these change what is deployed, and Komodo's trigger lists leave them out."""

INTERPOLATED_INSIDE = {("alerter", "endpoint")}
"""Said of the whole endpoint there; here each endpoint's url says it."""


@cache
def reference() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((Path(KOMODO or "") / "resources.json").read_text())
    return data


def tables() -> Iterator[tuple[str, type[Table], list[dict[str, Any]]]]:
    """Every table of the reference that has a model here: its name, the model, its fields."""
    for name, known in reference()["kinds"].items():
        kind = KINDS[name]
        config = schema(kind.model).fields["config"].table if kind.has_config else kind.model
        assert config is not None
        if "fields" in known:
            yield name, config, known["fields"]
            continue
        assert issubclass(config, Choice)
        assert set(config.variants) == set(known["variants"])
        for variant, fields in known["variants"].items():
            yield f"{name}.{variant}", config.variants[variant], fields
    for name, known in reference()["executions"].items():
        yield f"execution.{name}", EXECUTIONS[name], known["params"]


def plain(value: Any) -> Any:
    if isinstance(value, Choice):
        return {"type": value.type, "params": plain(value.params)}
    if isinstance(value, Table):
        return {key: plain(entry) for key, entry in value.__dict__.items()}
    return "0.0.0" if value == {"major": 0, "minor": 0, "patch": 0} else value


def expected(table: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """What the reference says of a field, in this model's words."""
    name = known["name"]
    spellings = {name, known.get("export_key", name), *known.get("aliases", [])}
    ref = str(known.get("ref", "")).removesuffix(" (each entry)")
    return {
        "name": name,
        "key": known.get("export_key", name),
        "accepted": spellings,
        "default": "required" if known.get("required") else plain(known.get("default")),
        "ref": ref if ref in KINDS else None,
        "pattern": known.get("pattern_over"),
        "redeploys": bool(known.get("redeploy")) or (table, name) in REDEPLOYS_MISSED_BY_KOMODO,
        "interpolated": bool(known.get("interpolated")) and (table, name) not in INTERPOLATED_INSIDE,
        "form": known.get("form"),
    }


def found(field: FieldSchema, known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": field.name,
        "key": field.key,
        "accepted": set(field.accepted),
        "default": "required" if field.required else plain(field.default),
        "ref": field.ref,
        "pattern": field.pattern,
        "redeploys": field.redeploys,
        "interpolated": "interpolated" in field.flags,
        "form": field.form if known.get("form") else None,
    }


@needs_reference
def test_every_field_of_every_kind_and_execution_is_as_in_komodos_reference() -> None:
    seen = 0
    for name, model, fields in tables():
        assert list(schema(model).fields) == [known["name"] for known in fields], name
        for known in fields:
            field = schema(model).fields[known["name"]]
            assert found(field, known) == expected(name, known), f"{name}.{field.name}"
            seen += 1
    assert seen > 380


@needs_reference
def test_all_executions_are_known() -> None:
    assert set(EXECUTIONS) == set(reference()["executions"])
    assert len(EXECUTIONS) == 82


@needs_reference
def test_kinds_come_in_komodos_orders() -> None:
    assert list(KINDS) == reference()["export_order"]
    assert list(RUN_ORDER) == [step for step in reference()["sync_order"] if step in KINDS]


def accepted(kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    result = accept(KINDS[kind].model, {"name": "x", **raw})
    assert result.resource is not None, result.issues
    return canonical_of(result.resource)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "builder"])
def test_a_name_is_enough_and_everything_else_is_at_its_default(kind: str) -> None:
    assert accepted(kind, {}) == {"name": "x"}


def test_headers_and_titles() -> None:
    assert BY_HEADER["stacks"] is BY_HEADER["stack"] is BY_TITLE["Stack"] is KINDS["stack"]
    assert len(KINDS) == 13
    assert len(BY_HEADER) == 26
    assert set(RUN_ORDER) == set(KINDS)


def references_of(model: type[Table]) -> dict[str, str]:
    return {field.name: field.ref for field in schema(model) if field.ref is not None}


@pytest.mark.parametrize("execution", [name for name, params in EXECUTIONS.items() if references_of(params)])
def test_whom_an_execution_names_is_found(execution: str) -> None:
    params = EXECUTIONS[execution]
    wanted = references_of(params)
    needed = [field for field in schema(params) if field.required or field.name in wanted]
    given = {field.name: ["a"] if field.many else "a" for field in needed}
    stage = {"name": "s", "executions": [{"execution": {"type": execution, "params": given}}]}
    procedure = accept(KINDS["procedure"].model, {"name": "p", "config": {"stage": [stage]}}).resource
    assert procedure is not None
    found = mentions(procedure)
    assert {(mention.kind, mention.name) for mention in found} == {(kind, "a") for kind in wanted.values()}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].has_config and kind != "builder"])
def test_whom_a_resource_names_is_found(kind: str) -> None:
    config = schema(KINDS[kind].model).fields["config"].table
    assert config is not None
    wanted = references_of(config)
    given = {name: ["a"] if schema(config).fields[name].many else "a" for name in wanted}
    resource = accept(KINDS[kind].model, {"name": "x", "config": given}).resource
    assert resource is not None
    assert [(mention.path[:2], mention.kind) for mention in mentions(resource)] == [
        (("config", name), target) for name, target in wanted.items()
    ]


STACK = "stack"
SAME = [
    ("absent is default", STACK, {}, {"config": {"branch": "main", "links": [], "environment": ""}}),
    ("alias", STACK, {"config": {"server": "a"}}, {"config": {"server_id": "a"}}),
    ("list as text", STACK, {"config": {"file_paths": "a.yaml\nb.yaml, c.yaml # x"}},
     {"config": {"file_paths": ["a.yaml", "b.yaml", "c.yaml"]}}),
    ("set-like list", STACK, {"config": {"ignore_services": ["b", "a", "b"]}},
     {"config": {"ignore_services": ["a", "b"]}}),
    ("tags in any order", STACK, {"tags": ["b", "a"]}, {"tags": ["a", "b"]}),
    ("environment: = and :", STACK, {"config": {"environment": "A = 1\nB=2"}},
     {"config": {"environment": "A: 1\n# note\n\nB : 2 # why\n"}}),
    ("environment: YAML list", STACK, {"config": {"environment": "- A=1\n- B: 2"}},
     {"config": {"environment": "A=1\nB=2"}}),
    ("environment: quoted line", STACK, {"config": {"environment": '"A=1"'}}, {"config": {"environment": "A=1"}}),
    ("environment: entries", STACK, {"config": {"environment": [{"variable": "A", "value": "1"}, "B = 2"]}},
     {"config": {"environment": "A=1\nB=2"}}),
    ("trailing newlines", STACK, {"config": {"file_contents": "a: b\n\n"}}, {"config": {"file_contents": "a: b"}}),
    ("description ends in a newline", STACK, {"description": "x\n"}, {"description": "x"}),
    ("path only", STACK, {"config": {"additional_env_files": [".env"], "config_files": ["a"]}},
     {"config": {"additional_env_files": [{"path": ".env"}], "config_files": [{"path": "a", "requires": "none"}]}}),
    ("command without text", STACK, {"config": {"pre_deploy": {"path": "x", "command": " \n"}}}, {}),
    ("labels", "deployment", {"config": {"labels": [{"variable": "a.b", "value": "c"}]}},
     {"config": {"labels": "a.b: c"}}),
    ("ports", "deployment", {"config": {"ports": [{"local": "80", "container": "8080"}]}},
     {"config": {"ports": "80:8080"}}),
    ("volumes", "deployment", {"config": {"volumes": ["/a:/b:ro"]}}, {"config": {"volumes": "/a: /b:ro"}}),
    ("signals by number", "deployment", {"config": {"termination_signal": "2"}},
     {"config": {"termination_signal": "SIGINT"}}),
    ("short version", "deployment", {"config": {"image": {"type": "Build", "params": {"build": "b", "version": "1"}}}},
     {"config": {"image": {"type": "Build", "params": {"build_id": "b", "version": {"major": 1}}}}}),
    ("one registry", "build", {"config": {"image_registry": {"domain": "ghcr.io"}}},
     {"config": {"image_registry": [{"domain": "ghcr.io"}]}}),
    ("blank arguments", "build", {"config": {"extra_args": ["--pull", " "]}}, {"config": {"extra_args": "--pull"}}),
    ("stages", "procedure", {"config": {"stage": [{"name": "1", "execution": []}]}},
     {"config": {"stages": [{"name": "1", "executions": []}]}}),
    ("bare level", "user_group", {"all": {"Server": "Read"}}, {"all": {"Server": {"level": "Read", "specific": []}}}),
    ("level None", "user_group", {"all": {"Server": "None"}}, {}),
    ("32-bit float", "server", {"config": {"cpu_warning": 85.1}}, {"config": {"cpu_warning": 85.0999984741211}}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "one", "other"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_forms_that_mean_the_same(kind: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert accepted(kind, one) == accepted(kind, other)


DIFFERENT = [
    ("order of entries", STACK, {"config": {"environment": "A=1\nB=2"}}, {"config": {"environment": "B=2\nA=1"}}),
    ("order of files", STACK, {"config": {"file_paths": ["a", "b"]}}, {"config": {"file_paths": ["b", "a"]}}),
    ("value with a hash", STACK, {"config": {"environment": "A=b#c"}}, {"config": {"environment": "A=b"}}),
    ("specific right", "user_group", {"all": {"Server": "Read"}},
     {"all": {"Server": {"level": "Read", "specific": ["Logs"]}}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "one", "other"), [case[1:] for case in DIFFERENT], ids=[case[0] for case in DIFFERENT]
)
def test_forms_that_mean_something_else(kind: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = (accept(KINDS[kind].model, {"name": "x", **raw}).resource for raw in (one, other))
    assert first is not None
    assert second is not None
    assert fingerprint(first) != fingerprint(second)


@pytest.mark.parametrize(
    ("kind", "written", "stored"),
    [
        ("stack", " My Stack ", "my_stack"),
        ("build", "_App.2", "app_2"),
        ("deployment", "-My App.2", "My_App.2"),
        ("repo", "a b\nc", "a_b_c"),
        ("server", "a b\nc", "a b_c"),
        ("variable", "A_b1", "A_b1"),
    ],
)
def test_names_as_komodo_stores_them(kind: str, written: str, stored: str) -> None:
    assert KINDS[kind].normalise(written) == stored
    assert KINDS[kind].normalise(stored) == stored


@pytest.mark.parametrize(
    ("kind", "name"),
    [("stack", ""), ("stack", " \n"), ("server", "0123456789abcdef01234567"), ("variable", "1A"), ("variable", "A B"),
     ("variable", "A" * 501), ("stack", "---")],
)  # fmt: skip
def test_names_that_komodo_refuses(kind: str, name: str) -> None:
    assert bad_name(KINDS[kind], name)
