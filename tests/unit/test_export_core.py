"""What a real Core wrote, read and written again, is Core's very text, but for the faults that are named here."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.toml.blocks import BlockError, parse_block, split
from ksync_tui.toml.export import export_block

KOMODO = os.environ.get("KSYNC_TEST_KOMODO", "")
pytestmark = pytest.mark.skipif(not KOMODO, reason="KSYNC_TEST_KOMODO names no folder of Core's answers")

BARE_BACKSLASHES = 2
"""Blocks with a `\\regex\\` in a one-line string, whose backslashes Core does not escape: no TOML (semantics h.7)."""
DROPPED_FALSE = 1
"""A swarm whose `send_unhealthy_alerts = false` Core drops; it reads back as true (semantics h.8)."""


def written(answer: Any, key: str = "") -> Iterator[str]:
    """The blocks that Core wrote: what it proposes, has or exports."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            yield from written(value, name)
    elif isinstance(answer, list):
        for value in answer:
            yield from written(value, key)
    elif isinstance(answer, str) and key in ("proposed", "current", "toml") and answer:
        yield from answer.split("\n\n##\n\n")


def core_blocks() -> set[str]:
    files = [*Path(KOMODO, "core-reads").glob("*.json"), *Path(KOMODO, "exchanges").glob("0[36]-*.json")]
    return {block for file in files for block in written(json.loads(file.read_text()))}


def escaped(text: str) -> str:
    """The text with backslashes doubled outside `\"""`, but for those that escape a quote inside a value."""
    pieces = text.split('"""')
    pieces[::2] = [re.sub(r'\\(?!"(?!,? ))', r"\\\\", piece) for piece in pieces[::2]]
    return '"""'.join(pieces)


def read(text: str) -> tuple[str, Resource]:
    (block,) = split(text)
    resource = accept(KINDS[block.header or ""].model, parse_block(block)).resource
    assert resource is not None
    return block.header or "", resource


def test_cores_text_comes_out_as_it_went_in() -> None:
    bare, dropped, same = 0, 0, 0
    for text in core_blocks():
        try:
            kind, resource = read(text)
        except BlockError:
            kind, resource = read(escaped(text))
            assert export_block(resource, kind, secrets=True) == escaped(text)
            bare += 1
            continue
        again = export_block(resource, kind, secrets=True)
        dropped += again == text + "\nsend_unhealthy_alerts = true"
        same += again == text
    assert (bare, dropped) == (BARE_BACKSLASHES, DROPPED_FALSE)
    assert same == len(core_blocks()) - bare - dropped
    assert same > 500
