from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.present import text as shown

NOW = datetime(2024, 5, 16, 12, 0, tzinfo=UTC).timestamp()
HOUR = 3600


@pytest.mark.parametrize(
    ("given", "neutral"),
    [
        ("plain text", "plain text"),
        ("é ü 漢字", "é ü 漢字"),
        ("\x1b[31mred", "␛[31mred"),
        ("a\x9b31mb", "a�31mb"),
        ("a\x00b\x7f", "a␀b␡"),
        ("two\nlines", "two␊lines"),
        ("a\tb", "a   b"),
        ("evil\u202etxt.exe", "evil�txt.exe"),
        ("zero\u200bwidth\ufeff", "zero�width�"),
        ("tag\U000e0041", "tag�"),
        ("heart\ufe0f", "heart"),
        ("lone \ud800", "lone �"),
        ("", ""),
    ],
)
def test_outside_text_shows_what_a_terminal_would_act_on(given: str, neutral: str) -> None:
    assert shown.neutral(given) == neutral


def test_newlines_stay_when_asked_and_nothing_else() -> None:
    assert shown.neutral("a\r\nb\x1b", keep_newlines=True) == "a␍\nb␛"


@given(st.text())
def test_neutral_text_can_be_printed_and_is_neutral_already(text: str) -> None:
    once = shown.neutral(text)
    once.encode()
    assert shown.neutral(once) == once
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in once)


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("short", 10, "short"),
        ("very-long-name-blue", 11, "very-…-blue"),
        ("very-long-name-green", 11, "very-…green"),
        ("漢字漢字漢字", 7, "漢…字"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_names_are_cut_in_the_middle(text: str, width: int, cut: str) -> None:
    assert shown.cut_middle(text, width) == cut


@given(st.text(max_size=40), st.integers(0, 50), st.booleans())
def test_what_is_cut_or_padded_has_its_width(text: str, width: int, right: bool) -> None:
    assert shown.cell_width(shown.cut_middle(text, width)) <= width
    assert shown.cell_width(shown.cut_end(text, width)) <= width
    assert shown.cell_width(shown.pad(text, width, right=right)) == width


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(-5, "now"), (0.4, "now"), (12, "12s"), (59.9, "59s"), (300, "5m"), (2 * HOUR, "2h"), (30 * HOUR, "1d"),
     (13 * 86400, "13d"), (20 * 86400, "2w"), (800 * 86400, "2y")],
)  # fmt: skip
def test_ages_have_one_unit(seconds: float, age: str) -> None:
    assert shown.ago(seconds) == age


@pytest.mark.parametrize(
    ("hours_before", "words"),
    [(1, "11:00"), (13, "yesterday 23:00"), (24 * 3, "Mon 12:00"), (24 * 7, "9 May 12:00"), (24 * 200, "2023-10-29"),
     (-1, "13:00"), (-48, "18 May 12:00")],
)  # fmt: skip
def test_moments_as_one_would_say_them(hours_before: float, words: str) -> None:
    assert shown.clock(NOW - hours_before * HOUR, NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words", "watch"),
    [(0.12, "0.1 s", "00:00"), (8.4, "8 s", "00:08"), (65, "1 min 05 s", "01:05"), (3723, "1 h 02 min", "1:02:03")],
)
def test_durations(seconds: float, words: str, watch: str) -> None:
    assert (shown.duration(seconds), shown.stopwatch(seconds)) == (words, watch)


def test_counts_and_lists() -> None:
    assert shown.count(1, "action") == "1 action"
    assert shown.count(1200, "entry", "entries") == "1,200 entries"
    assert shown.listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
