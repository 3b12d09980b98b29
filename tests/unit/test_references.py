"""What code and documents point to is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ksync_tui

ROOT = Path(ksync_tui.__file__).parents[1]
ID = r"[a-j](?:\.\d+)?"
SECTIONS = re.compile(rf"\bsemantics ({ID}(?:(?:, | and |, and | to ){ID}\b)*)(?!\w)")
RULES = re.compile(r"\barchitecture rules? (\d+)(?:(?: and | to )(\d+))?")
PATHS = re.compile(r"(?<![\w/.])((?:docs|ksync_tui|tests|screenshots)/[\w/.-]+\.(?:py|md|json))")


def cited(text: str) -> set[str]:
    """The sections of docs/komodo-semantics.md that a text points to."""
    return {section for found in SECTIONS.findall(text) for section in re.findall(ID, found)}


def texts() -> Iterator[tuple[str, str]]:
    """Every source and document of the project, by its path."""
    for pattern in ("ksync_tui/**/*.py", "tests/**/*.py", "docs/*.md", "*.md"):
        for file in ROOT.glob(pattern):
            if file.name != Path(__file__).name:
                yield file.relative_to(ROOT).as_posix(), file.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("see semantics c.7", {"c.7"}),
        ("(semantics a.4, b.1, b.3)", {"a.4", "b.1", "b.3"}),
        ("semantics h.1 to h.5; more", {"h.1", "h.5"}),
        ("semantics d, h.7", {"d", "h.7"}),
        ("its semantics are plain", set()),
    ],
)
def test_citations_are_found(text: str, sections: set[str]) -> None:
    assert cited(text) == sections


def test_every_cited_section_exists() -> None:
    document = (ROOT / "docs/komodo-semantics.md").read_text("utf-8")
    known = set(re.findall(rf"^#+ ({ID})\b", document, re.MULTILINE))
    found = {(name, section) for name, text in texts() for section in cited(text)}
    assert len(found) > 100
    assert {one for one in found if one[1] not in known} == set()


def test_every_cited_rule_exists() -> None:
    document = (ROOT / "docs/architecture.md").read_text("utf-8")
    known = set(re.findall(r"^(\d+)\. \*\*", document, re.MULTILINE))
    found = {number for _, text in texts() for pair in RULES.findall(text) for number in pair if number}
    assert found
    assert found <= known


def test_every_file_that_a_document_names_exists() -> None:
    named = {(name, path) for name, text in texts() if name.endswith(".md") for path in PATHS.findall(text)}
    assert len(named) > 20
    assert {(name, path) for name, path in named if not (ROOT / path).exists()} == set()


def test_every_package_stands_in_the_architecture() -> None:
    document = (ROOT / "docs/architecture.md").read_text("utf-8")
    packages = [entry.name for entry in (ROOT / "ksync_tui").iterdir() if (entry / "__init__.py").exists()]
    assert [name for name in packages if f"`ksync_tui/{name}`" not in document] == []
