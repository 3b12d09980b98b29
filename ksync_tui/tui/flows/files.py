"""From an edit to its commit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ksync_tui.errors import KsyncError
from ksync_tui.tui.screens.commit import CommitScreen
from ksync_tui.tui.screens.consent import ConsentScreen
from ksync_tui.tui.screens.editor import EditorScreen
from ksync_tui.tui.screens.preview import PreviewScreen
from ksync_tui.tui.screens.written import WrittenScreen

if TYPE_CHECKING:
    from ksync_tui.services import FileChange
    from ksync_tui.services.commits import CommitDraft
    from ksync_tui.tui import requests
    from ksync_tui.tui.screens.base import Page
    from ksync_tui.tui.screens.review import ReviewScreen

Changes = tuple["FileChange", ...]


async def edit_block(page: Page[Any], request: requests.EditBlock) -> None:
    """Opens the editor of one resource's block, where that can be edited; afterwards the page reads again."""
    files, review, target = page.session.files, request.review, request.target
    refusal = await page.result_of("Opening the block", partial(files.edit_refusal, review, target))
    if refusal:
        page.tell(refusal)
        return
    draft = await page.result_of("Opening the block", partial(files.open_block, review, target, looks=request.looks))
    _read_again(page, await page.app.push_screen_wait(EditorScreen(review, draft)))


async def save_block(page: EditorScreen, request: requests.SaveBlock) -> None:
    """Shows, writes and commits an edited block, then leaves the editor."""
    said = await _write(page, (request.change,))
    if said is not None:
        page.finish(said)


async def allow_writing(page: ReviewScreen, request: requests.AllowWriting) -> None:
    """Asks whether live may be written into the files; once agreed to, what was chosen is chosen."""
    answer = await page.app.push_screen_wait(ConsentScreen(request.review.sync.name))
    if answer is None:
        return
    if answer == "for good":
        await page.result_of("Writing that down", partial(page.session.files.consent, request.review))
    page.asks_first = False
    page.choose(request.choices)


async def commit_files(page: Page[Any], request: requests.CommitFiles) -> None:
    """Commits what was written before; afterwards the page reads again."""
    _read_again(page, await _commit(page, request.changes, ""))


async def settle_uncommitted(page: CommitScreen, request: requests.SettleUncommitted) -> None:
    """Asks what is to become of written files; the commit screen is left with what was done."""
    said = await page.app.push_screen_wait(WrittenScreen(request.changes))
    if said:
        page.finish(said)


async def _write(page: Page[Any], changes: Changes) -> str | None:
    """Shows changes of files; once agreed to, writes and commits them. None where nothing was written."""
    if not await page.app.push_screen_wait(PreviewScreen(changes)):
        return None
    return await _commit(page, changes, await page.result_of("Writing", partial(page.session.files.write, changes)))


async def _commit(page: Page[Any], changes: Changes, written: str) -> str:
    """Offers the commit of changes, and says what came of it. `written` says what was written just now."""
    draft = await page.result_of("Reading the repository", partial(_draft, page, changes))
    if draft is None:
        return written
    if isinstance(draft, KsyncError):
        return await page.app.push_screen_wait(WrittenScreen(changes, draft)) or written
    return await page.app.push_screen_wait(CommitScreen(draft, written)) or "Not committed."


def _draft(page: Page[Any], changes: Changes) -> CommitDraft | KsyncError | None:
    """The commit to offer, or why none can be made now: either way there is something to decide."""
    try:
        return page.session.files.commit_draft(changes)
    except KsyncError as error:
        return error


def _read_again(page: Page[Any], said: str | None) -> None:
    if said is not None:
        page.read_again(said)
