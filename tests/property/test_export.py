"""What is exported reads back as the same resource, whatever its values hold."""

from __future__ import annotations

from typing import Any

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target, canonical_of
from ksync_tui.toml.blocks import parse_block, split
from ksync_tui.toml.export import export, export_block
from tests.property.strategies import TEXTS, any_resource, resources

SECRET = "hunter2-hunter2"


def read(text: str, kind: str) -> Resource:
    (block,) = split(text)
    accepted = accept(KINDS[kind].model, parse_block(block))
    assert not [issue for issue in accepted.issues if issue.severity == "error" or "unknown" in issue.message]
    assert accepted.resource is not None
    return accepted.resource


def managed(resource: Resource) -> dict[str, Any]:
    """The meaning less what the resource leaves to live: a build's own version."""
    means = canonical_of(resource)
    inner = means.get("config", means)
    for name in resource.settings.unmanaged():
        inner.pop(name, None)
    return {name: value for name, value in means.items() if value != {}}


@pytest.mark.parametrize("kind", list(KINDS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_block_reads_back_as_the_resource(kind: str, data: st.DataObject) -> None:
    resource = data.draw(resources(kind))
    assert managed(read(export_block(resource, kind, secrets=True), kind)) == managed(resource)


@settings(max_examples=60, deadline=None)
@given(st.lists(any_resource(), min_size=1, max_size=5))
def test_a_file_holds_every_resource_in_the_order_of_kinds(entries: list[tuple[Target, Resource]]) -> None:
    blocks = split(export(entries, secrets=True))
    ordered = sorted(entries, key=lambda entry: list(KINDS).index(entry[0].kind))
    assert [block.header for block in blocks] == [target.kind for target, _ in ordered]
    for block, (target, resource) in zip(blocks, ordered, strict=True):
        assert managed(read(block.text, target.kind)) == managed(resource)


@settings(max_examples=60, deadline=None)
@given(any_resource())
def test_without_secrets_the_text_still_reads(entry: tuple[Target, Resource]) -> None:
    target, resource = entry
    text = export_block(resource, target.kind, secrets=False)
    assert read(text, target.kind).name == resource.name


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_komodo_reads_a_text_as_ksync_does(text: str) -> None:
    stack = KINDS["stack"].model.model_validate({"name": "web", "description": text})
    exported = export_block(stack, "stack", secrets=True)
    assert read(as_komodo_doubles(exported), "stack") == read(exported, "stack")


def as_komodo_doubles(text: str) -> str:
    """Komodo doubles the backslashes in every second piece between `\"""` (semantics c.2), then parses."""
    pieces = text.split('"""')
    pieces[1::2] = [piece.replace("\\", "\\\\") for piece in pieces[1::2]]
    doubled = '"""'.join(pieces)
    parsed = tomli.loads(doubled)["stack"][0]
    return export_block(KINDS["stack"].model.model_validate(parsed), "stack", secrets=True)
