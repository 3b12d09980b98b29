"""A secret that comes back in other quotes is still taken out."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.model.secrets import Redactor

SECRET = "Se\"cr\\et_99é<&>$'`\t x"


def bash(script: str) -> str:
    """What bash prints, the secret being its first argument."""
    done = subprocess.run(["bash", "-c", script, "bash", SECRET], capture_output=True, encoding="utf-8", check=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        shlex.quote(SECRET),
        repr(SECRET),
        # What Go prints: %q, %+q, encoding/json, url.QueryEscape, url.PathEscape.
        r"""start "Se\"cr\\et_99é<&>$'`\t x": no such file""",
        r"""start "Se\"cr\\et_99\u00e9<&>$'`\t x": no such file""",
        r"""{"value":"Se\"cr\\et_99é\u003c\u0026\u003e$'`\t x"}""",
        "https://x:Se%22cr%5Cet_99%C3%A9%3C%26%3E%24%27%60%09+x@example.org",
        "https://example.org/Se%22cr%5Cet_99%C3%A9%3C&%3E$%27%60%09%20x",
        # YAML and compose.
        "value: 'Se\"cr\\et_99é<&>$''`\t x'",
        "value: Se\"cr\\et_99é<&>$$'`\t x",
        bash('printf "%q" "$1"'),
        bash('echo "${1@Q}"'),
        bash('set -x; : "$1"'),
    ],
)
def test_a_secret_is_taken_out_however_it_is_quoted(text: str) -> None:
    shown = Redactor({"variable/TOKEN": SECRET})(text)
    assert "<TOKEN>" in shown
    assert "et_99" not in shown


@given(st.text(min_size=4, max_size=40), st.sampled_from([json.dumps, shlex.quote, repr, str]))
def test_nothing_of_a_secret_is_left_in_quotes(secret: str, quoted: object) -> None:
    text = quoted(secret)  # type: ignore[operator]
    assert Redactor({"variable/TOKEN": secret})(f"{text}") in {f"{mark}<TOKEN>{mark}" for mark in ("", "'", '"')}


def test_each_line_of_a_secret_of_many_lines_is_taken_out_in_quotes_too() -> None:
    secret = 'first "line"\nsecond \\ line'
    shown = Redactor({"variable/KEY": secret})(f"{json.dumps(secret)} then {json.dumps(secret.splitlines()[1])}")
    assert shown == '"<KEY>" then "<KEY>"'
