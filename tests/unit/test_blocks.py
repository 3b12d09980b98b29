"""Texts split into blocks: every byte accounted for, each block read alone, one broken block costs only itself."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.toml import blocks as blocks_module
from ksync_tui.toml import locations
from ksync_tui.toml.blocks import Block, BlockError, locate, needs_whole_file, parse_block, parse_file_text, split
from ksync_tui.toml.scan import doubled, stops

KINDS = {"stack", "stacks", "server", "deployment", "procedure", "builder", "variable", "resource_sync", "build"}


def headers(text: str) -> list[str | None]:
    return [block.header for block in split(text, KINDS)]


def texts(text: str) -> list[str]:
    return [block.text for block in split(text, KINDS)]


def parsed(text: str) -> list[dict[str, Any] | tuple[int, int]]:
    """Each block's table, or line and column of its error."""
    out: list[dict[str, Any] | tuple[int, int]] = []
    for block in split(text, KINDS):
        try:
            out.append(parse_block(block))
        except BlockError as error:
            out.append((error.line, error.column))
    return out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n", []),
        ("# only\n# comments", []),
        ("[[stack]]", ["[[stack]]"]),
        ('[[stack]]\nname = "a"', ['[[stack]]\nname = "a"']),
        ("# top\n\n[[stack]]\nx=1\n\n##\n\n[[server]]\ny=2\n", ["[[stack]]\nx=1", "[[server]]\ny=2"]),
        ("[[stack]]\nx=1\n##\n[[server]]\n", ["[[stack]]\nx=1", "[[server]]"]),
        ("[[stack]]\nx=1\n##\n\n[[server]]\n", ["[[stack]]\nx=1", "[[server]]"]),
        ("[[stack]]\nx=1\n# the next\n[[server]]\n", ["[[stack]]\nx=1", "[[server]]"]),
        ("[[stack]]\nx=1\n# y=2\n\n# the next\n[[server]]\n", ["[[stack]]\nx=1\n# y=2", "[[server]]"]),
        ("[[stack]]\nx=1\n# y=2\n", ["[[stack]]\nx=1\n# y=2"]),
        ("[[stack]]\nx=1 # why\n\n[[server]]\n", ["[[stack]]\nx=1 # why", "[[server]]"]),
        ("[[stack]]\n# in\n\nx=1\n", ["[[stack]]\n# in\n\nx=1"]),
        ("x=1\n[[stack]]\n", ["x=1", "[[stack]]"]),
        ("[[stack]]\r\nx=1\r\n\r\n[[server]]\r\n", ["[[stack]]\r\nx=1", "[[server]]"]),
        ("  [[stack]]\n  x=1\n\t[[server]]\n", ["  [[stack]]\n  x=1", "\t[[server]]"]),
        ('[[stack]]\nx="""a""" # c\n\n[[server]]', ['[[stack]]\nx="""a""" # c', "[[server]]"]),
        ('\ufeff[[stack]]\nname="é"\n[[server]]', ['[[stack]]\nname="é"', "[[server]]"]),
        ("[[stack]]\n\x00\n[[server]]\n", ["[[stack]]\n\x00", "[[server]]"]),
    ],
)
def test_a_block_runs_from_its_header_to_its_last_line(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[ stack ]]\n[[\"server\"]]\n[['build']]\n[[st-x]]\n", ["stack", "server", "build", "st-x"]),
        ("[[stacks]] # plural\n[[resource-sync]]\n", ["stacks", "resource-sync"]),
        ("[[stack]]\n[stack.config]\n[[stack.config.config_files]]\n[stack.x.y]\n[[stack]]\n", ["stack", "stack"]),
        ("[[procedure]]\n[[procedure.config.stage]]\n[[procedure.config.stage]]\n", ["procedure"]),
        ('[["stack"]]\n[stack.config]\n[ "stack" . config ]\n', ["stack"]),
        ("[[stack]]\n[trigger]\n[trigger.x]\n[[server]]\n", ["stack", "trigger", "server"]),
        ("[[stack]]\n[[trigger.rule]]\n[variable.x]\n", ["stack", "trigger", "variable"]),
        ("[[stack]]\nx=1\n[stack]\ny=1\n", ["stack", "stack"]),
        ('[[stack]]\nx="""\n[[server]]\n"""\n[[server]]\n', ["stack", "server"]),
        ("[[stack]]\nx='''\n[[server]]\n\"\"\"\n'''\n[[server]]\n", ["stack", "server"]),
        ('[[stack]]\nx="""a\n[[server]]\n"""""\n[[server]]\n', ["stack", "server"]),
        ('[[stack]]\n# a """ in a comment\n[[server]]\n', ["stack", "server"]),
        ('[[stack]]\nx=\'a"""b\'\n[[server]]\n', ["stack", "server"]),
        ('[[stack]]\nx="""\n\\"""\n[[server]]\n', ["stack", "server"]),
        ('[[stack]]\nx=[\n[["a"]]\n]\n[[server]]\n', ["stack", "server"]),
        ("[[stack]]\nx=[ # c\n  # d\n[[1]], # e\n[[true]]\n]\n[[server]]\n", ["stack", "server"]),
        ("[[stack]]\nx={\n a=[\n[[1]]\n],\n}\n[[server]]\n", ["stack", "server"]),
        ("[[stack]]\nx=[[1],\n[2]]\n[[server]]\n", ["stack", "server"]),
        ("[[stack]\nx=1\n[[server]]\n", ["stack", "server"]),
        ("[[]]\nx=1\n[[server]]\n", ["", "server"]),
    ],
)
def test_headers_are_found_and_look_alikes_are_not(text: str, expected: list[str | None]) -> None:
    assert headers(text) == expected


def test_a_block_knows_its_lines_and_its_characters() -> None:
    text = '# top\n\n[[stack]]\nname = "a"\nx = """\n1\n"""\n\n##\n\n[trigger]\ny = 2\n'
    stack, trigger = split(text)
    assert (stack.first, stack.last, stack.array) == (3, 7, True)
    assert (trigger.first, trigger.last, trigger.array) == (11, 12, False)
    assert text[stack.start : stack.end] == stack.text
    assert text[trigger.start : trigger.end] == "[trigger]\ny = 2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[stack]]\nname="a"\n[stack.config]\nb=1\n', [{"name": "a", "config": {"b": 1}}]),
        ("x=1\n[trigger]\ny=2\n[variable.z]\nw=3", [{"x": 1}, {"y": 2}, {"z": {"w": 3}}]),
        ('[[stack]]\nx="""\na\\nb\\"""\ny="a\\nb"\n', [{"x": "a\\nb\\", "y": "a\nb"}]),
        ('[[stack]]\n# """ \\ \nx="""\\d"""""\ny=\'\'\'\\"""\'\'\'\n', [{"x": '\\d""', "y": '\\"""'}]),
        ("[[stack]]\nx={\n a=1, # c\n b=2,\n}\n", [{"x": {"a": 1, "b": 2}}]),
        ('[[stack]]\r\nx="""\r\na\r\n"""\r\n', [{"x": "a\n"}]),
    ],
)
def test_each_block_is_parsed_alone(text: str, expected: list[dict[str, Any]]) -> None:
    assert parsed(text) == expected


def place_of_error(block: Block) -> tuple[int, int] | None:
    try:
        parse_block(block)
    except BlockError as error:
        return error.line, error.column
    return None


GOOD = '[[server]]\nname="ok"\n'
OK = {"name": "ok"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('[[stack]]\nx="""\na=1\n', [(2, 3), OK], id="unclosed string"),
        pytest.param("[[stack]]\nx='''\na=1\n", [(2, 3), OK], id="unclosed literal string"),
        pytest.param('[[stack]]\nx=["a"\n', [(2, 3), OK], id="unclosed array"),
        pytest.param('[[stack]]\nx=["a",\n', [(2, 3), OK], id="unclosed array after a comma"),
        pytest.param("[[stack]]\nx={a=1,\n", [(2, 3), OK], id="unclosed inline table"),
        pytest.param('[[stack]]\nx="a\ny=1\n', [(2, 5), OK], id="string over two lines"),
        pytest.param('[[stack]]\n\na=1\na=[\n"b",\n]\n', [(4, 1), OK], id="duplicate key, long value"),
        pytest.param("[[stack]]\n[stack.c]\n[stack.c]\n", [(3, 2), OK], id="duplicate table"),
        pytest.param("[[stack]]\nx={a=1,\nb=2,\na=3}\n", [(4, 1), OK], id="duplicate inline key"),
        pytest.param("[[stack]]\nx\n", [(2, 2), OK], id="no equals sign"),
        pytest.param("[[stack]]\nx=hello\n", [(2, 3), OK], id="no quotes"),
        pytest.param('[[stack]]\nx="a\\d"\n', [(2, 5), OK], id="lone backslash"),
        pytest.param('[[stack]]\nx="""\\\\""" y\n', [(2, 12), OK], id="column behind doubled backslashes"),
        pytest.param("[[stack]]\n<<<<<<< HEAD\n", [(2, 1), OK], id="conflict"),
        pytest.param("[[stack]]\nx=\x00\n", [(2, 3), OK], id="binary"),
        pytest.param("[[stack]]\nx=" + "9" * 5000 + "\n", [(1, 1), OK], id="endless number"),
        pytest.param("[[stack]]\nx=" + "[" * 500 + "\n", [(1, 1), OK], id="too deep"),
        pytest.param('x="""\n', [(1, 3), OK], id="preamble"),
    ],
)
def test_one_broken_block_costs_only_itself(text: str, expected: list[Any]) -> None:
    assert parsed(text + GOOD) == expected
    assert parsed(GOOD + GOOD + text.removeprefix('x="""\n') + GOOD)[:2] == [OK, OK]
    assert parsed(text + GOOD)[-1] == OK


def test_many_unclosed_strings_are_each_named() -> None:
    broken = '[[stack]]\nx="""\nA: 1\n'
    assert parsed((broken + GOOD) * 20) == [value for i in range(20) for value in ((5 * i + 2, 3), OK)]


def test_only_kinds_take_up_broken_text_again() -> None:
    text = '[[stack]]\nx="""\n[[DOMAIN]]\n[[domain]]\n"""\ny=1\ny=2\n[[server]]\n'
    assert headers(text) == ["stack", "server"]
    assert parsed(text) == [(7, 1), {}]


def test_an_error_says_why_and_what_to_do_without_values() -> None:
    with pytest.raises(BlockError, match=r"`config\.a` is written twice") as caught:
        parse_block(split('\n\n[[stack]]\n[stack.config]\na="hunter2"\na="hunter2"')[0])
    assert (caught.value.line, caught.value.hint) == (6, "first on line 5")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[stack]]\n[stack.config]\n", False),
        ("# top\n[trigger]\n[[provision]]\n[[trigger.rule]]\n", False),
        ('title="x"\n[[stack]]', False),
        ("stack=[{name=1}]\n", True),
        ("stack.x=1\n", True),
        ("[stack]\nname=1\n", True),
        ("[[stack]]\n[[server]]\n[stack.config]\n", True),
        ("[[stack.config]]\n", True),
        ("stack=[\n", False),
    ],
)
def test_texts_that_blocks_cannot_describe(text: str, expected: bool) -> None:
    assert needs_whole_file(split(text, KINDS), KINDS) is expected


def test_a_whole_text_is_read_by_the_same_rules() -> None:
    assert parse_file_text('\ufeffstack=[{x="""\\d"""}]') == {"stack": [{"x": "\\d"}]}
    with pytest.raises(BlockError) as caught:
        parse_file_text("a=1\n\na=2")
    assert (caught.value.line, caught.value.column) == (3, 1)


PLACES = '''\
# top
[[stack]]
name = "a"
config.env = """
a.b = 1
"""
[stack.config.build]
args = [ "x",
  { "k" = 1, v.w = [1, 2] } ] # [
[[stack.config.stages]]
name = 1
[[stack.config.stages]]
executions = [
  { execution.type = "A" },
  { execution.type = "B", execution.params = { build = "c" } },
]
'''


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("name",), (3, 1)),
        (("config", ("environment", "env")), (4, 1)),
        (("config", {"env"}), (4, 1)),
        (("config", "build"), (7, 2)),
        (("config", "build", "args", 1, "k"), (9, 5)),
        (("config", "build", "args", 1, "v", "w", 1), (9, 24)),
        (("config", "stages", 0, "name"), (11, 1)),
        (("config", "stages", 1), (12, 3)),
        (("config", "stages", 1, "executions", 1, "execution", "params", "build"), (15, 48)),
        (("config", "stages", 1, "executions", 0, "execution", "params", "x"), (14, 5)),
        (("config", "stages", 1, "executions", 7), (13, 1)),
        (("tags", 0), (2, 3)),
        ((), (2, 3)),
    ],
)
def test_a_key_path_is_found_where_it_is_written(path: tuple[Any, ...], expected: tuple[int, int]) -> None:
    (block,) = split(PLACES)
    assert locate(block, path) == expected


def test_a_key_path_of_a_whole_text_begins_at_its_root() -> None:
    text = 'stack = [\n  { name = "a" },\n  { name = "b" },\n]\n'
    assert locations.locate(text, (("stack", "stacks"), 1, "name")) == (3, 5)
    assert locations.locate(text, ("server", 0)) == (1, 1)


FRAGMENT = st.sampled_from(
    [
        *(
            "[[stack]]",
            "[[server]]",
            "[stack.config]",
            "[trigger]",
            "[[stack.config.x]]",
            '[["a"]]',
            "[[1]]",
            "[[stack]",
        ),
        *("\n", "\n\n", "\r\n", " ", "##\n", "# c\n", '# """\n', "\\", '"', "'", '"""', "'''", '""""', "=", ","),
        *("x = 1\n", 'x = "a"\n', 'x = """\n', '"""\n', "x = [\n", "[\n", "]\n", "{", "}", "é", "\x00", "\ufeff"),
    ]
)
TEXT = st.lists(FRAGMENT, max_size=40).map("".join)


@given(TEXT)
def test_blocks_and_what_lies_between_are_the_text(text: str) -> None:
    end = 0
    for block in split(text, KINDS):
        assert end <= block.start < block.end
        assert block.text == text[block.start : block.end]
        assert block.first == text.count("\n", 0, block.start) + 1
        assert block.last == text.count("\n", 0, block.end) + 1
        assert not block.text.endswith((" ", "\n", "\r"))
        end = block.end
    assert end <= len(text)


@given(TEXT)
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    for block in split(text, KINDS):
        line, column = place_of_error(block) or (block.first, 1)
        assert block.first <= line <= block.last + 1
        assert column >= 1
        locate(block, ("x", 0))


@given(TEXT)
def test_valid_texts_mean_the_same_in_blocks_as_in_whole(text: str) -> None:
    try:
        whole = tomli.loads(doubled(text))
    except ValueError:
        return
    blocks = split(text)
    if not needs_whole_file(blocks, {str(block.header) for block in blocks if block.array}):
        assert joined(blocks) == whole


def joined(blocks: list[Block]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for block in blocks:
        if block.header is None:
            out |= parse_block(block)
        elif block.array:
            out.setdefault(block.header, []).append(parse_block(block))
        else:
            out |= tomli.loads(doubled(block.text))
    return out


LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="'"), max_size=12)
LINES = st.lists(LINE | st.sampled_from(["[[stack]]", "[server]", "# x", '"', "\\"]), max_size=5).map("\n".join)
BLOCK = st.builds(
    lambda kind, name, value: f"[[{kind}]]\nname = '{name}'\n[{kind}.config]\ntext = '''\n{value}'''",
    st.sampled_from(sorted(KINDS)),
    LINE,
    LINES,
)
GAP = st.sampled_from(["\n", "\n\n", "\n\n##\n\n", "\n# next\n", '\n\n# """ it\'s\n\n'])


@given(st.lists(st.tuples(BLOCK, GAP)))
def test_joined_blocks_are_split_back(pieces: list[tuple[str, str]]) -> None:
    text = "".join(block + gap for block, gap in pieces) + "[[server]]"
    assert [block.text for block in split(text, KINDS)] == [*(block for block, _ in pieces), "[[server]]"]


@given(TEXT | st.lists(st.tuples(BLOCK, GAP)).map(lambda pieces: "".join(map("".join, pieces))))
def test_the_quick_way_splits_valid_text_as_the_scanner_does(text: str) -> None:
    try:
        tomli.loads(doubled(text))
    except ValueError:
        return
    quick = split(text, KINDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks_module, "_plain_size", lambda *_: 0)
        assert split(text, KINDS) == quick


@given(st.lists(st.sampled_from(["a", "\\", "\n", '"', " ", "\\n", "[[stack]]\n"]), max_size=20).map("".join))
def test_backslashes_between_three_quotes_are_literal(value: str) -> None:
    if '"""' in value or value.endswith('"'):
        return
    table = parsed(f'[[stack]]\nx = """\n{value}"""\ny = "\\t"\n')
    assert table == [{"x": value, "y": "\t"}]


@given(st.lists(st.sampled_from(["x = 1\n", 'y = "\\n"\n', 'z = """', "\\", "a", '"""\n']), max_size=20).map("".join))
def test_doubling_is_komodos_where_no_oddity_is(text: str) -> None:
    if text.count('"""') % 2 or '""""' in text or re.search(r'\\"(?!"")', text):
        return
    pieces = text.split('"""')
    pieces[1::2] = [piece.replace("\\", "\\\\") for piece in pieces[1::2]]
    assert doubled(text) == '"""'.join(pieces)


CORPUS = Path(os.environ.get("KSYNC_TEST_CORPUS", "missing"))
KOMODO = Path(os.environ.get("KSYNC_TEST_KOMODO", "missing"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="KSYNC_TEST_CORPUS names no folder")
def test_real_files_mean_the_same_in_blocks_as_in_whole() -> None:
    files = [path for path in CORPUS.rglob("*.toml") if path.is_file() and "_broken" not in path.parts]
    for path in files:
        text = path.read_bytes().decode("utf-8")
        try:
            whole = parse_file_text(text)
        except BlockError:
            continue
        assert joined(split(text, KINDS)) == whole, path


@pytest.mark.skipif(not (CORPUS / "_broken").is_dir() or not KOMODO.is_dir(), reason="no corpus of broken files")
def test_broken_real_files_are_refused_where_komodo_refuses_them() -> None:
    for core in json.loads((KOMODO / "core-reads" / "_broken.json").read_text()):
        text = (CORPUS / "_broken" / core["file"]).read_bytes().decode("utf-8")
        found = re.search(r"line (\d+)", core["errors"][0])
        assert found is not None
        broken = [value for value in parsed(text) if isinstance(value, tuple)]
        assert abs(broken[0][0] - int(found[1])) <= 1, core["file"]
        assert len(broken) <= 2


@pytest.mark.parametrize("lines", [499, 500, 501, 1000])
@pytest.mark.parametrize("filler", ["\n", "a = 1\n", "# note\n", "\r\n", 'a = "x" # y\n'])
def test_however_much_stands_before_it_a_header_is_found_where_it_is(filler: str, lines: int) -> None:
    text = f'{filler * lines}{filler}x = [1]\n[[stack]]\nname = """\n[a]\n"""\n'
    found = [(stop.what, text[stop.start : stop.start + 5]) for stop in stops(text)]
    assert found == [("header", "[[sta"), ("string", '"""\n[')]
