"""Leaving differences alone, and no longer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ksync_tui.present.ignored import rule_words
from ksync_tui.present.text import listed, neutral
from ksync_tui.tui.screens.ignore import IgnoreScreen

if TYPE_CHECKING:
    from ksync_tui.tui import requests
    from ksync_tui.tui.screens.review import ReviewScreen


async def ignore(page: ReviewScreen, request: requests.Ignore) -> None:
    """Asks for a reason and an end, then leaves the difference alone."""
    given = await page.app.push_screen_wait(IgnoreScreen(request.target, request.field))
    if given is None:
        return
    add = partial(page.session.sync_settings.ignore, request.review.plan, request.target, request.field)
    rule = await page.result_of("Writing the rule", partial(add, given.until, given.reason))
    page.read_again(f"Ignored {neutral(str(rule))} {rule_words(rule)}.")


async def stop_ignoring(page: ReviewScreen, request: requests.StopIgnoring) -> None:
    """Shows again what was left alone."""
    await page.result_of("Taking the rule out", partial(page.session.sync_settings.stop_ignoring, request.rules))
    page.read_again(f"No longer ignored: {listed([neutral(str(rule)) for rule in request.rules])}.")
