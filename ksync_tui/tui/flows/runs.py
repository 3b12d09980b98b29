"""From a selection to its run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ksync_tui.model.resource import Target
from ksync_tui.planner.selection import narrowed, possible
from ksync_tui.present.confirm import whole_run
from ksync_tui.present.text import sentence
from ksync_tui.tui.screens.base import error_text
from ksync_tui.tui.screens.choose import ChooseScreen
from ksync_tui.tui.screens.confirm import ConfirmScreen, Started, Writes
from ksync_tui.tui.screens.run import RunScreen
from ksync_tui.tui.screens.step import StepScreen
from ksync_tui.tui.screens.written import WrittenScreen
from ksync_tui.tui.theme import ink

if TYPE_CHECKING:
    from ksync_tui.services import Sync
    from ksync_tui.tui import requests
    from ksync_tui.tui.screens.base import Page
    from ksync_tui.tui.screens.review import ReviewScreen
    from ksync_tui.tui.screens.syncs import SyncsScreen


async def show_run(page: Page[Any], request: requests.ShowRun) -> None:
    """Shows a run as it happens; afterwards the screen below reads again."""
    await _watch(page, Started(request.run))


async def show_step(page: ConfirmScreen, request: requests.ShowStep) -> None:
    """Shows the difference of a step."""
    page.app.push_screen(StepScreen(request.action, request.direction))


async def run_selection(page: ReviewScreen, request: requests.RunSelection) -> None:
    """Confirms a selection of a review, and what goes into the files with it; then both are done."""
    sync = request.review.sync
    writes = await _writes(page, request) if request.to_file else None
    if not request.selection and writes is None:
        page.tell("The file already says what live has.")
        return
    started = await page.app.push_screen_wait(ConfirmScreen(sync.name, request.selection, writes=writes))
    if started is None:
        return
    page.done_with("live")
    page.done_with("file")
    await _watch(page, started, sync)
    if writes and started.refused and page.session.files.is_uncommitted(writes.draft.changes):
        page.read_again(await page.app.push_screen_wait(WrittenScreen(writes.draft.changes, started.refused)))
    elif started.run is None:
        page.read_again(sentence(started.written))
        if started.refused:
            page.tell_error(started.refused)


async def undo_run(page: Page[Any], request: requests.UndoRun) -> None:
    """Confirms what takes back a run, then runs that; what cannot be taken back is said."""
    plan = await page.result_of("Planning the inverse", partial(page.session.runs.undo_of, request.run))
    blocked = [f"{action.target}: {action.blocked}" for action in plan.actions if action.blocked]
    selection = possible(plan, frozenset(action.id for action in plan.actions if not action.blocked))
    if not len(selection):
        page.tell(f"Nothing of it can be undone. {'; '.join(blocked)}".strip())
        return
    note = f"Not undone: {'; '.join(blocked)}." if blocked else ""
    started = await page.app.push_screen_wait(ConfirmScreen(f"undo run {request.run}", selection, note))
    if started:
        await _watch(page, started)


async def _writes(page: ReviewScreen, request: requests.RunSelection) -> Writes | None:
    """What goes into the files, as far as anything of it is not in them already."""
    prepare = partial(page.session.files.prepare, request.review, request.to_file, request.parts)
    draft = await page.result_of("Preparing the files", prepare)
    plan = narrowed(request.review.plan, request.parts)
    actions = tuple(action for action in plan.actions if action.id in request.to_file)
    return Writes(draft, actions) if draft else None


async def run_resource(page: ReviewScreen, request: requests.RunResource) -> None:
    """Confirms the run of one resource: the one under the cursor, else one that is chosen."""
    target = await _runnable(page, request.here)
    if target is None:
        return
    selection = await page.result_of(f"Reading {target}", partial(page.session.runs.manual, target))
    sync = request.review.sync
    started = await page.app.push_screen_wait(ConfirmScreen(sync.name, selection))
    if started:
        await _watch(page, started, sync)


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
    started = await page.app.push_screen_wait(confirm)
    if started:
        await _watch(page, started, sync)


async def _watch(page: Page[Any], started: Started, sync: Sync | None = None) -> None:
    if started.run is not None:
        page.read_again(await page.app.push_screen_wait(RunScreen(started.run, sync, _written(started))))


def _written(started: Started) -> Text | None:
    """What became of the files, for the screen of the run."""
    if started.refused:
        return error_text(started.refused)
    return ink(sentence(started.written), "bold") if started.written else None
