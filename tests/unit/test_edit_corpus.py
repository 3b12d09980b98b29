"""Real users' blocks: followed without losing a character, and brought to what their users made of them later."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import BY_HEADER
from ksync_tui.model.resource import Target, canonical_of
from ksync_tui.toml.blocks import BlockError, parse_block, split
from ksync_tui.toml.edit import reads_as
from ksync_tui.toml.keys import BlockKeys
from ksync_tui.toml.tables import change_table

CORPUS = os.environ.get("KSYNC_TEST_CORPUS", "")
pytestmark = pytest.mark.skipif(not CORPUS, reason="KSYNC_TEST_CORPUS names no folder of real files")
Version = dict[Target, tuple[str, Resource]]


def blocks_of(file: Path) -> Version:
    found: Version = {}
    for block in split(file.read_bytes().decode(), BY_HEADER):
        kind = BY_HEADER.get(block.header or "")
        try:
            resource = accept(kind.model, parse_block(block)).resource if kind and block.array else None
        except BlockError:
            continue
        if kind and resource:
            found[Target(kind.name, resource.name)] = (block.text, resource)
    return found


def histories() -> Iterator[list[Version]]:
    for folder in sorted({file.parent for file in Path(CORPUS, "_history").rglob("*.toml") if file.is_file()}):
        yield [blocks_of(file) for file in sorted(folder.glob("*.toml"))]


def test_every_block_is_followed_without_losing_a_character() -> None:
    files = [file for file in Path(CORPUS).rglob("*.toml") if file.is_file() and "_broken" not in file.parts]
    texts = {text for file in files for text, _ in blocks_of(file).values()}
    assert len(texts) > 500
    for text in texts:
        assert BlockKeys(text).text == text.rstrip()


def test_every_real_edit_is_made_in_place_forth_and_back() -> None:
    count = 0
    for versions in histories():
        for earlier, later in pairwise(versions):
            for target in earlier.keys() & later.keys():
                for (text, old), (_, new) in ((earlier[target], later[target]), (later[target], earlier[target])):
                    if canonical_of(old) == canonical_of(new):
                        continue
                    keys = BlockKeys(text)
                    change_table(keys, (), old, new)
                    assert reads_as(keys.text, target.kind, new), keys.text
                    count += 1
    assert count > 300
