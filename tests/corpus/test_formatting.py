"""Every real file formats: what it means, its strings and its comments stay, and once is enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui.model.resource import SourceFile
from ksync_tui.services.formatting import format_file
from ksync_tui.source.reading import read_file
from ksync_tui.toml.blocks import BlockError, parse_file_text
from ksync_tui.toml.comments import comments_of


def means(text: str) -> list[object]:
    reading = read_file(SourceFile("x", None, text))
    return [*((one.target, one.resource) for one in reading.declared), len(reading.broken)]


@pytest.mark.parametrize("export_form", [False, True], ids=["tidied", "as exported"])
def test_every_real_file_formats_to_the_same(corpus: Path, export_form: bool) -> None:
    changed = 0
    for path in sorted(path for path in corpus.rglob("*.toml") if path.is_file()):
        text = path.read_bytes().decode()
        found = format_file(SourceFile(path.name, None, text), Path(), export_form=export_form)
        new = found.edit.after.decode()
        if any(problem.severity == "error" for problem in found.problems):
            assert new == text
            with pytest.raises(BlockError) as refused:
                parse_file_text(text)
            assert found.problems[0].place.line == refused.value.line
            continue
        assert all("unknown key" in problem.message or "leave out" in problem.message for problem in found.problems)
        assert export_form or repr(parse_file_text(new)) == repr(parse_file_text(text))
        assert means(new) == means(text), path
        assert sorted(comments_of(new)) == sorted(comments_of(text)), path
        assert not format_file(SourceFile(path.name, None, new), Path(), export_form=export_form).changed, path
        changed += found.changed
    assert changed > 100
