"""Signs and counts in their colours."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from ksync_tui.model.plan import SIGNS, VERBS
from ksync_tui.tui.theme import ink


def summary_text(summary: Mapping[str, int], problems: int = 0) -> Text:
    """`+2 ~3 -1 *4 !1`; a dot where nothing is pending."""
    marks = [ink(f"{SIGNS[verb]}{summary[verb]:,}", verb) for verb in VERBS if summary.get(verb)]
    if problems:
        marks.append(ink(f"!{problems:,}", "problem"))
    return Text(" ").join(marks) if marks else ink(".", "dim")
