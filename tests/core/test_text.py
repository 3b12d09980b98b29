"""What Core says, in one line that says it once."""

from __future__ import annotations

import pytest

from ksync_tui.engine.core.errors import refusal
from ksync_tui.engine.core.text import chain, once, sentence
from tests.core.fake.errors import formatted

SILENT = "Periphery is not connected"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([], ""),
        (["it failed"], "it failed"),
        (["it failed.", "because."], "it failed: because."),
        (["it failed.", "it failed"], "it failed"),
        (
            ["deploy failed: no answer: timed out", "no answer: timed out", "timed out"],
            "deploy failed: no answer: timed out",
        ),
        (["", "only a cause"], "only a cause"),
    ],
)
def test_a_message_and_its_causes_say_each_thing_once(parts: list[str], text: str) -> None:
    assert chain(parts) == text


def test_a_trace_that_repeats_its_message_is_one_sentence() -> None:
    text = formatted(f"Failed to deploy: {SILENT}", [f"request failed: {SILENT}", SILENT])
    assert sentence(text) == f"Failed to deploy: {SILENT}: request failed"


def test_a_refusal_that_repeats_itself_is_said_once() -> None:
    body = {"error": f"Failed to deploy: {SILENT}", "trace": [SILENT, SILENT]}
    assert str(refusal(500, body, "DeployStack", "core")).count(SILENT) == 1


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ([], []),
        (["one", "two", "one"], ["one", "two"]),
        (
            [f"ERROR: Failed to deploy: {SILENT}", "TRACE:", f"\t1: {SILENT}", f"\t2: {SILENT}"],
            [f"Failed to deploy: {SILENT}"],
        ),
        ([SILENT, f"Failed to deploy: {SILENT}"], [f"Failed to deploy: {SILENT}"]),
        (["12: a line of a file", "other"], ["a line of a file", "other"]),
    ],
    ids=["nothing", "twice", "a trace", "first the cause", "numbers"],
)
def test_lines_of_output_say_each_thing_once(said: list[str], shown: list[str]) -> None:
    assert once(said) == shown
