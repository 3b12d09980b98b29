"""A formatted text means the same, is formatted already, and has every string and comment that it had."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ksync_tui.errors import KsyncError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.resource import SourceFile, Target
from ksync_tui.source.reading import read_file
from ksync_tui.toml.blocks import parse_file_text
from ksync_tui.toml.export import export
from ksync_tui.toml.export_form import in_export_form
from ksync_tui.toml.layout import laid_out
from ksync_tui.toml.syntax import Statement, statements
from ksync_tui.toml.tidy import tidied
from tests.property.strategies import any_resource

PIECES = re.compile(
    r'(?P<block>"""[\s\S]*?"""(?:"{0,2}))|(?P<literal>\'\'\'[\s\S]*?\'\'\'(?:\'{0,2}))'
    r"""|(?P<line>"(?:[^"\\\n]|\\.)*"|'[^'\n]*')|(?P<comment>\#[^\n]*)"""
)
BLANKS = st.sampled_from(["", " ", "  ", "\t"])
GAPS = st.sampled_from(["", " ", "\n", "\n\n\n\t", " # a comment, [\n", "\n#\n  # two \n"])
ENTRIES = st.lists(any_resource(), min_size=1, max_size=3)
Entries = list[tuple[Target, Resource]]


def strings(text: str) -> list[str]:
    return [match[0] for match in PIECES.finditer(text) if not match["comment"]]


def comments(text: str) -> list[str]:
    return [match[0].rstrip(" \t\r") for match in PIECES.finditer(text) if match["comment"]]


def means(text: str) -> tuple[list[tuple[Target, Resource]], int]:
    reading = read_file(SourceFile("x", None, text))
    return [(one.target, one.resource) for one in reading.declared], len(reading.broken)


def untidy(draw: Any, text: str) -> str:
    """The same text with other blanks, blank lines and comments outside its strings."""
    return "".join(_untidy(draw, item) for item in statements(text))


def _untidy(draw: Any, item: Statement) -> str:
    if item.sort == "blank":
        return draw(st.sampled_from([item.text, "\n", "\n \n\n", "# c\n\n", "\n#d\n"]))
    blank = draw(BLANKS)
    end = draw(st.sampled_from([item.after, f" {item.after}", f"# e  {item.after}"]))
    if item.sort == "header":
        return f"{blank}{item.before}{end}"
    head = draw(st.sampled_from([item.before, item.before.replace(" = ", "="), item.before.replace(" = ", "\t =  ")]))
    return f"{blank}{head}{_untidy_value(draw, item.value)}{end}"


def _untidy_value(draw: Any, text: str) -> str:
    """A list with gaps around its own elements, which are strings or tables on one line."""
    found = [line.code.strip() for line in laid_out("", text, 0, len(text))] if text[0] == "[" else []
    if not found[1:-1]:
        return text
    gap = draw(GAPS)
    return f"[{gap}{''.join(f'{element}{draw(GAPS)}' for element in found[1:-1])}]"


@settings(max_examples=150, deadline=None)
@given(entries=ENTRIES, data=st.data())
def test_a_tidied_text_says_the_same(entries: Entries, data: st.DataObject) -> None:
    text = untidy(data.draw, export(entries, secrets=True) + "\n")
    if data.draw(st.booleans(), label="line ends"):
        text = text.replace("\r", "").replace("\n", "\r\n")
    new = tidied(text)
    assert repr(parse_file_text(new)) == repr(parse_file_text(text))
    assert means(new) == means(text)
    assert strings(new) == strings(text)
    assert comments(new) == comments(text)
    assert tidied(new) == new


@settings(max_examples=100, deadline=None)
@given(ENTRIES)
def test_what_export_writes_is_tidy_but_for_blank_lines(entries: Entries) -> None:
    text = export(entries, secrets=True)
    squeezed = [line for line in tidied(text).split("\n") if line]
    assert squeezed == [line for line in text.replace("{  }", "{}").split("\n") if line]


@settings(max_examples=150, deadline=None)
@given(entries=ENTRIES, data=st.data())
def test_the_form_of_export_means_the_same(entries: Entries, data: st.DataObject) -> None:
    text = untidy(data.draw, export(entries, secrets=True) + "\n")
    found, kept = in_export_form(tidied(text))
    new = tidied(found)
    assert means(new) == means(text)
    assert sorted(comments(new)) == sorted(comments(text))
    again, still = in_export_form(new)
    assert tidied(again) == new
    assert len(still) == len(kept)


@settings(max_examples=300, deadline=None)
@given(st.text("[]{}\"'=.#\\\n\r ab,1\t", max_size=40))
def test_any_text_is_tidied_or_refused(text: str) -> None:
    try:
        new = tidied(text)
    except KsyncError:
        return
    assert tidied(new) == new
    assert comments(new) == comments(text)
    assert strings(new) == strings(text)
