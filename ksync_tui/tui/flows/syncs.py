"""Adding, changing and removing syncs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ksync_tui.tui.screens.ask import AskScreen
from ksync_tui.tui.screens.edit_sync import EditSyncScreen
from ksync_tui.tui.screens.new_sync import NewSyncScreen
from ksync_tui.tui.screens.question import QuestionScreen

if TYPE_CHECKING:
    from ksync_tui.tui import requests
    from ksync_tui.tui.screens.syncs import SyncsScreen

CORE_COMMIT = (
    "Let Core write all that is live into the file of {name}?\n\n"
    "The whole file is written anew: its layout, its order and its comments are lost, and secret values stand in it in "
    "the clear. Where the file is in a git repository, Core commits it by itself.\n\n"
    "The review takes over single changes and leaves the rest of a file as it is."
)
REMOVE = (
    "Delete the sync {name}? Its files and what it made stay; only what it says of itself is lost.\n\n"
    "Type its name to allow it."
)


async def add_sync(page: SyncsScreen, _: requests.AddSync) -> None:
    """Shows the form of a new sync, and its review once it is stored."""
    sync = await page.app.push_screen_wait(NewSyncScreen())
    if sync:
        page.added(sync)


async def edit_sync(page: SyncsScreen, request: requests.EditSync) -> None:
    """Shows the form of a stored sync; when it was saved, the list is read again."""
    name = request.sync.name
    config = await page.result_of(f"Reading {name}", partial(page.session.syncs.config_of, name))
    page.saved(await page.app.push_screen_wait(EditSyncScreen(name, config)))


async def remove_sync(page: SyncsScreen, request: requests.RemoveSync) -> None:
    """Deletes a stored sync once its name was typed."""
    name = request.sync.name
    if await page.app.push_screen_wait(AskScreen(REMOVE.format(name=name), expected=name)) is None:
        return
    await page.result_of(f"Deleting {name}", partial(page.session.syncs.remove, name))
    page.read_again(f"Deleted {name}. Its files and what it made stay.")


async def commit_in_core(page: SyncsScreen, request: requests.CommitInCore) -> None:
    """Asks whether a Core may write a managed sync's file anew, lets it, and says what it did."""
    name = request.sync.name
    if await page.app.push_screen_wait(QuestionScreen(CORE_COMMIT.format(name=name))):
        page.read_again(await page.result_of(f"Core commits {name}", partial(page.session.core.commit, name)))
