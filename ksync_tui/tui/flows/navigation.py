"""Screens to look at, opened from anywhere."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from ksync_tui.present.changes import headline
from ksync_tui.present.text import neutral
from ksync_tui.tui.background import local_zone
from ksync_tui.tui.screens.changes import ChangesScreen
from ksync_tui.tui.screens.diff import DiffScreen
from ksync_tui.tui.screens.help import HelpScreen
from ksync_tui.tui.screens.history import HistoryScreen
from ksync_tui.tui.screens.log import LogScreen, LogSource, step_look
from ksync_tui.tui.screens.palette import PaletteScreen
from ksync_tui.tui.screens.problems import ProblemsScreen
from ksync_tui.tui.widgets.patch import patch_lines, patch_look

if TYPE_CHECKING:
    from ksync_tui.tui import requests
    from ksync_tui.tui.screens.base import Page
    from ksync_tui.tui.screens.review import ReviewScreen


async def show_help(page: Page[Any], _: requests.ShowHelp) -> None:
    """Shows the keys of a screen."""
    page.app.push_screen(HelpScreen(page))


async def show_palette(page: Page[Any], _: requests.ShowPalette) -> None:
    """Shows the commands of a screen, and does the one that is chosen."""
    command = await page.app.push_screen_wait(PaletteScreen(page))
    if command:
        page.action_command(command)


async def show_history(page: Page[Any], _: requests.ShowHistory) -> None:
    """Shows runs, past and running."""
    page.app.push_screen(HistoryScreen())


async def switch_history(page: Page[Any], _: requests.SwitchHistory) -> None:
    """Shows what happened in a Core in place of ksync's runs, or the other way round."""
    page.app.switch_screen(HistoryScreen() if isinstance(page, ChangesScreen) else ChangesScreen())


async def show_changes(page: Page[Any], request: requests.ShowChanges) -> None:
    """Shows what happened to a resource in a Core."""
    page.app.push_screen(ChangesScreen(request.target))


async def show_log(page: Page[Any], request: requests.ShowLog) -> None:
    """Shows the log of a change in a Core."""
    change = request.change
    title = headline(change, time.time(), local_zone())
    read = partial(page.session.core.log_of, change.id)
    page.app.push_screen(LogScreen(LogSource(title, read, "Core has no log for it.", step_look)))


async def show_container_log(page: Page[Any], request: requests.ShowContainerLog) -> None:
    """Shows what the containers of a resource wrote last."""
    target = request.target
    title = f"{neutral(str(target))}   the last lines of its containers"
    read = partial(page.session.container_log, target)
    page.app.push_screen(
        LogScreen(LogSource(title, read, "Its containers wrote nothing.", lambda _: "plain", from_end=True))
    )


async def show_patch(page: Page[Any], request: requests.ShowPatch) -> None:
    """Shows the difference of a file, as it is committed."""
    change = request.change
    title = f"{neutral(change.file)}   +{change.added} -{change.removed}"
    page.app.push_screen(LogScreen(LogSource(title, partial(patch_lines, change), "Nothing changes.", patch_look)))


async def show_diff(page: ReviewScreen, _: requests.ShowDiff) -> None:
    """Shows the difference under the cursor on the whole screen."""
    page.app.push_screen(DiffScreen(page))


async def show_problems(page: ReviewScreen, request: requests.ShowProblems) -> None:
    """Shows the problems of a source; what was edited from there is read again."""
    edited = await page.app.push_screen_wait(ProblemsScreen(request.review))
    if edited:
        page.do_refresh()
