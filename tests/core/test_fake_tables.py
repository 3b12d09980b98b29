"""The fake's own tables of fields and executions are those that were read from Komodo's source."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.core.fake.schema import Field, executions, tables

Json = dict[str, Any]


@pytest.fixture
def komodo() -> Json:
    """resources.json."""
    if "KSYNC_TEST_KOMODO" not in os.environ:
        pytest.skip("KSYNC_TEST_KOMODO is not set")
    return dict(json.loads((Path(os.environ["KSYNC_TEST_KOMODO"]) / "resources.json").read_text()))


def _wanted(komodo: Json) -> dict[str, list[Json]]:
    found = {
        name: kind["fields"]
        for name, kind in komodo["kinds"].items()
        if name not in ("builder", "variable", "user_group")
    }
    found |= {f"builder.{name}": fields for name, fields in komodo["kinds"]["builder"]["variants"].items()}
    return found | {name: struct["fields"] for name, struct in komodo["structs"].items()}


def _told(fields: tuple[Field, ...]) -> list[tuple[Any, ...]]:
    return [(field.name, field.default, list(field.aliases), field.form, field.key) for field in fields]


def test_every_field_has_its_default_aliases_form_and_name_in_files(komodo: Json) -> None:
    wanted = _wanted(komodo)
    assert tables().keys() == wanted.keys()
    for name, fields in wanted.items():
        assert _told(tables()[name]) == [
            (
                field["name"],
                field.get("default"),
                field.get("aliases", []),
                field.get("form", ""),
                field.get("export_key", field["name"]),
            )
            for field in fields
        ], name


def test_every_execution_has_its_params(komodo: Json) -> None:
    wanted = {name: execution["params"] for name, execution in komodo["executions"].items() if name != "None"}
    assert executions().keys() == wanted.keys()
    for name, params in wanted.items():
        assert [(field.name, field.required) for field in executions()[name]] == [
            (param["name"], bool(param.get("required"))) for param in params
        ], name
