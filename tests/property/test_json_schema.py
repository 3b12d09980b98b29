"""The schema for editors and reading agree: on what is exported, and on what somebody then breaks."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.json_schema import resource_file_schema
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target
from ksync_tui.toml.blocks import parse_file_text
from ksync_tui.toml.export import export
from tests.property.strategies import any_resource

VALIDATOR = Draft7Validator(resource_file_schema())
Step = tuple[Any, str | int]

OTHERS: list[Any] = [1, 1.5, True, "x", "Read", [], {}, [1], ["x"], [{}], {"path": "x"}, {"type": "x"}, -1, 2**63]
"""What somebody may write in place of a value."""


@settings(max_examples=80, deadline=None)
@given(st.lists(any_resource(), min_size=1, max_size=4))
def test_what_is_exported_passes_the_schema(entries: list[tuple[Target, Resource]]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(parse_file_text(export(entries, secrets=True)))] == []


def steps(value: Any) -> Iterator[Step]:
    """Every place inside a value: what holds it, and its key there."""
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from steps(value[key])


@settings(max_examples=400, deadline=None)
@given(entry=any_resource(), data=st.data())
def test_what_reading_refuses_or_ignores_the_schema_refuses_and_nothing_else(
    entry: tuple[Target, Resource], data: st.DataObject
) -> None:
    kind = entry[0].kind
    ((raw,),) = parse_file_text(export([entry], secrets=True)).values()
    raw = copy.deepcopy(raw)
    holder, key = data.draw(st.sampled_from(list(steps(raw))), label="place")
    if data.draw(st.booleans(), label="leave out") and isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = data.draw(st.sampled_from(OTHERS), label="value")
    accepted = accept(KINDS[kind].model, raw)
    doubted = [issue for issue in accepted.issues if issue.severity == "error" or "is ignored" in issue.message]
    refused = [error.message for error in VALIDATOR.iter_errors({kind: [raw]})]
    assert bool(refused) == bool(doubted), (refused, doubted)
