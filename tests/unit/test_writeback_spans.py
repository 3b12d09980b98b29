"""Blocks put in, taken out or replaced: every other character stays."""

from __future__ import annotations

import pytest

from ksync_tui.errors import WriteBackError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target
from ksync_tui.toml.blocks import split
from ksync_tui.toml.file_edits import BlockEdit, append_block, append_blocks, apply_edits, remove_block, replace_block

A = '[[server]]\nname = "a" # first'
B = '[[server]]\nname = "b"'
NEW = '[[server]]\nname = "new"\n[server.config]\nenabled = true'


@pytest.mark.parametrize(
    "text",
    [
        f"# top\n\n{A}\n\n{B}\n",
        f"{A}\n\n##\n\n{B}",
        f"\ufeff{A}\n{B}\n\n\n",
        f"{A}\n\n# about b\n{B}\n# end\n",
        f"{A}\n[server.config]\nregion = '''\n[[server]]\n'''\n{B} # \"\"\"\n",
    ],
)
@pytest.mark.parametrize("windows", [False, True])
def test_a_replaced_block_leaves_all_others(text: str, windows: bool) -> None:
    text = text.replace("\n", "\r\n") if windows else text
    for block in split(text):
        result = replace_block(text, block, NEW)
        wanted = NEW.replace("\n", "\r\n") if windows else NEW
        assert result == text[: block.start] + wanted + text[block.end :]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", f"{NEW}\n"),
        ("\n\n", f"{NEW}\n"),
        (A, f"{A}\n\n{NEW}"),
        (f"{A}\n", f"{A}\n\n{NEW}\n"),
        (f"{A}\n\n\n", f"{A}\n\n{NEW}\n\n\n"),
        (f"{A}\n\n##\n\n{B}\n", f"{A}\n\n##\n\n{B}\n\n##\n\n{NEW}\n"),
        (f"{A}\n\n##\n", f"{A}\n\n##\n\n{NEW}\n"),
        (f"{A}\n\n# the end\n", f"{A}\n\n# the end\n\n{NEW}\n"),
        (f"{A}\r\n".replace("\n[", "\r\n["), f"{A}\r\n\r\n{NEW}\r\n"),
    ],
)
def test_a_block_is_added_in_the_manner_of_the_file(text: str, result: str) -> None:
    if "\r" in text:
        text, result = (part.replace("\r\n", "\n").replace("\n", "\r\n") for part in (text, result))
    assert append_block(text, NEW) == result


def test_many_blocks_are_added_at_once() -> None:
    assert append_blocks(f"{A}\n", [B, NEW]) == f"{A}\n\n{B}\n\n{NEW}\n"


@pytest.mark.parametrize(
    ("text", "at", "result"),
    [
        (f"{A}\n\n{B}\n", 0, f"{B}\n"),
        (f"{A}\n\n{B}\n", 1, f"{A}\n"),
        (f"{A}\n\n{B}", 1, A),
        (f"{A}\n\n##\n\n{B}\n", 0, f"{B}\n"),
        (f"{A}\n\n##\n\n{B}\n", 1, f"{A}\n"),
        (f"{A}\n\n##\n\n{B}\n\n##\n\n{NEW}\n", 1, f"{A}\n\n##\n\n{NEW}\n"),
        (f"# top\n\n{A}\n\n# about b\n{B}\n", 0, f"# top\n\n# about b\n{B}\n"),
        (f"{A}\n", 0, ""),
        (f"# top\n{A}\n", 0, "# top\n"),
    ],
)
@pytest.mark.parametrize("windows", [False, True])
def test_a_block_goes_with_what_parted_it(text: str, at: int, result: str, windows: bool) -> None:
    if windows:
        text, result = text.replace("\n", "\r\n"), result.replace("\n", "\r\n")
    assert remove_block(text, split(text)[at]) == result


def test_what_would_swallow_the_next_block_is_refused() -> None:
    text = f"{A}\n\n{B}\n"
    with pytest.raises(WriteBackError):
        replace_block(text, split(text)[0], '[[server]]\nname = """')
    with pytest.raises(WriteBackError):
        append_block('[[server]]\nname = "', NEW + '\ndescription = """')


def test_a_block_that_moved_is_refused() -> None:
    block = split(f"{A}\n{B}\n")[1]
    with pytest.raises(WriteBackError, match="has moved since it was read"):
        replace_block(f"# more\n{A}\n{B}\n", block, NEW)


def test_several_edits_in_one_file() -> None:
    text = f"# top\n{A}\n\n{B}\n"
    edits = [
        BlockEdit(Target("server", "a"), A, NEW, 2),
        BlockEdit(Target("server", "b"), B, None, 5),
        BlockEdit(Target("server", "c"), None, '[[server]]\nname = "c"'),
    ]
    assert apply_edits(text, edits) == f'# top\n{NEW}\n\n[[server]]\nname = "c"\n'


def test_of_equal_blocks_the_one_at_the_line_is_meant() -> None:
    text = f"{B}\n\n{B}\n"
    assert apply_edits(text, [BlockEdit(Target("server", "b"), B, NEW, 4)]) == f"{B}\n\n{NEW}\n"


def test_a_file_with_other_line_ends_is_edited_all_the_same() -> None:
    text = f"{A}\n\n{B}\n".replace("\n", "\r\n")
    result = apply_edits(text, [BlockEdit(Target("server", "a"), A, NEW, 1)])
    assert result == f"{NEW}\n\n{B}\n".replace("\n", "\r\n")


def test_a_comment_above_the_new_text_of_a_block_goes_with_it() -> None:
    assert apply_edits(f"{A}\n", [BlockEdit(Target("server", "a"), A, f"# why\n{B}", 1)]) == f"# why\n{B}\n"


def test_a_block_that_is_gone_or_means_something_else_is_refused() -> None:
    with pytest.raises(WriteBackError, match="server/a: the block has changed"):
        apply_edits(f"{B}\n", [BlockEdit(Target("server", "a"), A, NEW, 1)])
    meant = KINDS["server"].model.model_validate({"name": "new"})
    with pytest.raises(WriteBackError, match="not mean what was intended"):
        apply_edits(f"{A}\n", [BlockEdit(Target("server", "a"), A, NEW, 1, meant)])
