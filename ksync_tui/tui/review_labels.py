"""The labels in the footer of a review that depend on what is chosen and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ksync_tui.tui.disabled_reasons import ReviewPage


def label_of(page: ReviewPage, command: str) -> str | None:
    """The label of a command as things are now; None where it is always the same."""
    match command:
        case "direction":
            return "to file" if page.direction == "live" else "to live"
        case "layout":
            return "unified" if page.side_by_side else "side by side"
        case "origin":
            return f"from {page.origin or 'all'}"
        case "unchanged":
            return "only pending" if page.shows_unchanged else None
        case "ignore":
            return "stop ignoring" if page.here.rules else None
        case "go":
            return None if page.sides and page.sides["live"].ticks.ticked else "write"
    return None
