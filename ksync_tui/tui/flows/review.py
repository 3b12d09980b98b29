"""The review of a sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ksync_tui.tui.screens.review import ReviewScreen

if TYPE_CHECKING:
    from ksync_tui.tui.requests import ShowReview
    from ksync_tui.tui.screens.base import Page


async def show_review(page: Page[Any], request: ShowReview) -> None:
    """Opens the review of a sync."""
    page.app.push_screen(ReviewScreen(request.sync, problems=request.problems))
