"""What `[[NAME]]` becomes (semantics e.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.engine.embedded.docker.interpolate import interpolate, unknown
from ksync_tui.errors import EngineError

VARIABLES = {"GREETING": "hello", "URL": "db://[[PASS]]@host", "LOOP": "[[GREETING]]", "ESCAPING": "[[[PASS]]]"}
SECRETS = {"PASS": "topsecret", "GREETING": "secretly"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("nothing [in] here]]", "nothing [in] here]]"),
        ("[[GREETING]], [[GREETING]]!", "hello, hello!"),
        ("[[PASS]]", "topsecret"),
        ("[[NOPE]] [[ PASS ]]", "[[NOPE]] [[ PASS ]]"),
        ("[[URL]]", "db://topsecret@host"),
        ("[[[NOPE]]]", "[[NOPE]]"),
        ("[[[PASS]]]", "topsecret"),  # the escape is used up by the first pass
        ("[[ESCAPING]]", "[[PASS]]"),
        ("if [[ -f x ]]; then", "if [[ -f x ]]; then"),
        ("[[1, 2], [3, 4]]", "[[1, 2], [3, 4]]"),
        ("[[PASS]]]", "topsecret]"),
        ("[[ünknown]]", "[[ünknown]]"),
    ],
)
def test_names_are_replaced_by_variables_then_secrets(text: str, expected: str) -> None:
    assert interpolate(text, {name: value for name, value in VARIABLES.items() if name != "LOOP"}, SECRETS) == expected


def test_a_variable_may_name_a_secret_but_no_other_variable() -> None:
    assert interpolate("[[LOOP]]", VARIABLES, {"PASS": "topsecret"}) == "[[GREETING]]"


@pytest.mark.parametrize(
    ("text", "line"), [("[[PASS", 1), ("a\nb [[x [[PASS]]", 2), ("[[[[PASS]]]]", 1), ("ok\n\nend [[", 3)]
)
def test_brackets_that_open_nothing_are_an_error_with_their_line(text: str, line: int) -> None:
    with pytest.raises(EngineError, match=f"line {line} ") as caught:
        interpolate(text, VARIABLES, SECRETS)
    assert "topsecret" not in str(caught.value)


def test_a_secret_is_never_taken_apart() -> None:
    assert interpolate("[[PASS]]", {}, {"PASS": "a[[b", "b": "c"}) == "a[[b"


@given(st.text())
def test_text_without_double_brackets_stays_as_it_is(text: str) -> None:
    if "[[" not in text:
        assert interpolate(text, VARIABLES, SECRETS) == text


def test_unknown_names_are_those_that_stayed() -> None:
    text = "[[PASS]] [[NOPE]] [[[ESCAPED]]] [[ -f x ]] [[NOPE]] [[OTHER]]"
    assert unknown(text, interpolate(text, VARIABLES, SECRETS)) == ["NOPE", "OTHER"]
