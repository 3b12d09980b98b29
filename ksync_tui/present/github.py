"""Problems as workflow commands: annotations at their lines, on GitHub and on Forgejo."""

from __future__ import annotations

from collections.abc import Iterable

from ksync_tui.model.resource import Problem
from ksync_tui.present.text import neutral


def annotation_lines(problems: Iterable[Problem]) -> str:
    """`::error file=...,line=...,col=...::message`, a line each (docs.github.com, workflow commands)."""
    return "".join(f"{_annotation(problem)}\n" for problem in problems)


def _annotation(problem: Problem) -> str:
    place = problem.place
    hint = f" ({problem.hint})" if problem.hint else ""
    where = f"file={_property(place.file)},line={place.line},col={place.column}"
    return f"::{problem.severity} {where}::{_data(problem.message + hint)}"


def _data(text: str) -> str:
    return neutral(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
