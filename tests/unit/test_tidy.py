"""A tidied text: what stands before, and what after. Values, their order, strings and comments are the same."""

from __future__ import annotations

import pytest

from ksync_tui.errors import KsyncError
from ksync_tui.toml.tidy import tidied

CASES = {
    "nothing": ("", ""),
    "blank lines only": ("\n \n\t\n", ""),
    "comments only": ("\n# a  \n\n\n#b", "# a\n\n#b\n"),
    "blanks around equals": ('a="x"\nb   =   1\nc\t=\ttrue\n', 'a = "x"\nb = 1\nc = true\n'),
    "blanks around dots": ('[[ stack ]]\n a . "b.c" . d=1\n', '[[stack]]\na."b.c".d = 1\n'),
    "headers": ("[[stack]]\n  [ stack . config ]  # c\n", "[[stack]]\n[stack.config]  # c\n"),
    "the last newline": ('[[stack]]\nname = "a"', '[[stack]]\nname = "a"\n'),
    "blanks at the end of lines": ("a = 1 \t\n# b \nc = 2\t# d  \n", "a = 1\n# b\nc = 2 # d\n"),
    "one blank line for many": ("a = 1\n\n \n\t\n\nb = 2\n\n\n", "a = 1\n\nb = 2\n"),
    "a blank line before a block": ("[[stack]]\na = 1\n[[stack]]\na = 2\n", "[[stack]]\na = 1\n\n[[stack]]\na = 2\n"),
    "and before the comments that belong to it": (
        "[[stack]]\na = 1\n# second\n# one\n[[stack]]\n",
        "[[stack]]\na = 1\n\n# second\n# one\n[[stack]]\n",
    ),
    "none between a block and its own table": (
        "[[stack]]\n[stack.config]\na = 1\n\n\n[stack.config.b]\n",
        "[[stack]]\n[stack.config]\na = 1\n\n[stack.config.b]\n",
    ),
    "a separator": ("[[stack]]\n\n\n##\n\n\n[[stack]]\n", "[[stack]]\n\n##\n\n[[stack]]\n"),
    "line ends": ("[[stack]]\r\na=1\r\nb=[ 1,\r\n2]", "[[stack]]\r\na = 1\r\nb = [\r\n  1,\r\n  2\r\n]\r\n"),
    "a byte order mark": ("\ufeff\n[[stack]]\na=1", "\ufeff[[stack]]\na = 1\n"),
    "a list on one line": ('a = [ "x" ,"y" , ]\nb = [ ]\n', 'a = ["x", "y"]\nb = []\n'),
    "a table on one line": ("a = {b=1,c . d = 2}\ne = { }\n", "a = { b = 1, c.d = 2 }\ne = {}\n"),
    "a list over lines": (
        'a = [\n\t"x", # c\n\n\n      "y" ,"z"\n    ]\n',
        'a = [\n  "x", # c\n\n  "y", "z"\n]\n',
    ),
    "its last comma stays": ("a = [\n1,\n]\n", "a = [\n  1,\n]\n"),
    "a list that begins beside its bracket": ("a = [1,\n     2]\n", "a = [\n  1,\n  2\n]\n"),
    "brackets with nothing between them": ("a = [\n\n]\n", "a = []\n"),
    "blank lines inside brackets": ("a = [\n\n1,\n\n\n2\n\n]\n", "a = [\n  1,\n\n  2\n]\n"),
    "a comma on the next line": ("a = [\n1 # one\n, 2\n]\n", "a = [\n  1, # one\n  2\n]\n"),
    "comments in a list": (
        "a = [ # all\n# first\n1,\n  # last\n]\n",
        "a = [ # all\n  # first\n  1,\n  # last\n]\n",
    ),
    "brackets that open together": (
        'a = [{\nb = 1,\n      c = [\n"x"\n]\n}, {\nb = 2\n}]\n',
        'a = [{\n  b = 1,\n  c = [\n    "x"\n  ]\n}, {\n  b = 2\n}]\n',
    ),
    "nested lists": ("a = [\n[1,2],\n[\n3\n],\n]\n", "a = [\n  [1, 2],\n  [\n    3\n  ],\n]\n"),
    "a date with a blank": ("a = [1979-05-27 07:32:00,1.5]\n", "a = [1979-05-27 07:32:00, 1.5]\n"),
    "strings": (
        'a=""" \n  x  = 1 \n\n\n# no\n[[y]]\n\\d"""""\nb=\'\'\'\t\n\'\'\'\nc="# \\" ,x "\n',
        'a = """ \n  x  = 1 \n\n\n# no\n[[y]]\n\\d"""""\nb = \'\'\'\t\n\'\'\'\nc = "# \\" ,x "\n',
    ),
    "strings in a list": (
        'a = [ { b="""\n x  \n""",c="," },"#"   ]\n',
        'a = [{ b = """\n x  \n""", c = "," }, "#"]\n',
    ),
    "a comment keeps its distance": ("a=1    # b\nbb = 2# c\n", "a = 1    # b\nbb = 2 # c\n"),
    "comments in a column stay in one": (
        'a    = 1    # one\nlong = 222  # two\n\nb = 3 # three\n',
        "a = 1       # one\nlong = 222  # two\n\nb = 3 # three\n",
    ),
    "keys above every header": ('"$schema"="x"\n[[stack]]\n', '"$schema" = "x"\n\n[[stack]]\n'),
    "what is no resource": ("[ trigger ]\na=1\n[[x.y]]\n", "[trigger]\na = 1\n[[x.y]]\n"),
    "resources as a list": ('stack=[{name="a"},\n{name="b"}]', 'stack = [\n  { name = "a" },\n  { name = "b" }\n]\n'),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_text_is_tidied(name: str) -> None:
    before, after = CASES[name]
    assert tidied(before) == after
    assert tidied(after) == after


@pytest.mark.parametrize("text", ["a = ", "[[stack]\n", "a = [1\n", "a = 1\na = 2\n", 'a = "\\d"\n', "a = 1 2\n"])
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(KsyncError):
        tidied(text)
