"""From a selection to its run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ksync_tui.model.resource import Target
from ksync_tui.present.confirm import whole_run
from ksync_tui.present.text import count
from ksync_tui.tui.flows.files import write_back
from ksync_tui.tui.screens.choose import ChooseScreen
from ksync_tui.tui.screens.confirm import ConfirmScreen
from ksync_tui.tui.screens.run import RunScreen

if TYPE_CHECKING:
    from ksync_tui.services import Sync
    from ksync_tui.tui import requests
    from ksync_tui.tui.screens.base import Page
    from ksync_tui.tui.screens.review import ReviewScreen
    from ksync_tui.tui.screens.syncs import SyncsScreen


async def show_run(page: Page[Any], request: requests.ShowRun) -> None:
    """Shows a run as it happens; afterwards the screen below reads again."""
    await _watch(page, request.run)


async def run_selection(page: ReviewScreen, request: requests.RunSelection) -> None:
    """Confirms a selection of a review, then runs it."""
    sync = request.review.sync
    run = await page.app.push_screen_wait(ConfirmScreen(sync.name, request.selection, _then(request.then)))
    if run is None:
        return
    page.done_with("live")
    await _watch(page, run, sync)
    if request.then:
        await write_back(page, request.then)


def _then(write: requests.WriteBack | None) -> str:
    """What follows on a run, in a sentence."""
    return f"Then {count(len(write.ticked), 'resource')} will be written to the files; you see how." if write else ""


async def run_resource(page: ReviewScreen, request: requests.RunResource) -> None:
    """Confirms the run of one resource: the one under the cursor, else one that is chosen."""
    target = await _runnable(page, request.here)
    if target is None:
        return
    selection = await page.result_of(f"Reading {target}", partial(page.session.runs.manual, target))
    sync = request.review.sync
    run = await page.app.push_screen_wait(ConfirmScreen(sync.name, selection))
    if run is not None:
        await _watch(page, run, sync)


async def _runnable(page: Page[Any], here: Target | None) -> Target | None:
    targets = await page.result_of("Reading what can be run", page.session.runs.runnable)
    if here in targets:
        return here
    if not targets:
        page.tell("Nothing live can be run: apply it first.")
        return None
    return await page.app.push_screen_wait(ChooseScreen(targets))


async def run_in_core(page: SyncsScreen, request: requests.RunInCore) -> None:
    """Confirms the run of a whole sync by a Core, then watches it."""
    sync = request.sync
    target = Target("resource_sync", sync.name)
    selection = await page.result_of(f"Reading {sync.name}", partial(page.session.runs.manual, target))
    confirm = ConfirmScreen(sync.name, selection, whole_run(request.summary))
    run = await page.app.push_screen_wait(confirm)
    if run is not None:
        await _watch(page, run, sync)


async def _watch(page: Page[Any], run: int, sync: Sync | None = None) -> None:
    page.read_again(await page.app.push_screen_wait(RunScreen(run, sync)))
