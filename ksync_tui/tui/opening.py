"""Which screen opens from where, and what its answer leads to. Screens are imported when first opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ksync_tui.errors import KsyncError
from ksync_tui.model.resource import Target

if TYPE_CHECKING:
    from ksync_tui.model.events import Change
    from ksync_tui.model.kinds.resource_sync import ResourceSyncConfig
    from ksync_tui.model.plan import Selection
    from ksync_tui.services import CommitDraft, FileChange, Review, Sync
    from ksync_tui.tui.app import KsyncApp
    from ksync_tui.tui.screens.base import Page
    from ksync_tui.tui.screens.commit import CommitScreen
    from ksync_tui.tui.screens.review import ReviewScreen
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


def show_syncs(app: KsyncApp, start: Sync | None) -> None:
    """The root, and over it the review that was asked for."""
    from ksync_tui.tui.screens.syncs import SyncsScreen

    app.push_screen(SyncsScreen(open_first=start))


def show_new(page: SyncsScreen) -> None:
    """The form of a new sync, and its review once it is stored."""
    from ksync_tui.tui.screens.new_sync import NewSyncScreen

    page.app.push_screen(NewSyncScreen(), lambda sync: page.added(sync) if sync else None)


def show_review(page: Page[Any], sync: Sync, *, problems: bool = False) -> None:
    """The review of a sync."""
    from ksync_tui.tui.screens.review import ReviewScreen

    page.app.push_screen(ReviewScreen(sync, problems=problems))


def show_help(page: Page[Any]) -> None:
    """The keys of a screen."""
    from ksync_tui.tui.screens.help import HelpScreen

    page.app.push_screen(HelpScreen(page))


def show_palette(page: Page[Any]) -> None:
    """The commands of a screen, to choose from."""
    from ksync_tui.tui.screens.palette import PaletteScreen

    page.app.push_screen(PaletteScreen(page), lambda name: page.action_command(name) if name else None)


def show_history(page: Page[Any]) -> None:
    """Runs, past and running."""
    from ksync_tui.tui.screens.history import HistoryScreen

    page.app.push_screen(HistoryScreen())


def show_other_history(page: Page[Any]) -> None:
    """In place of ksync's runs what happened in Core, or the other way round."""
    from ksync_tui.tui.screens.changes import ChangesScreen
    from ksync_tui.tui.screens.history import HistoryScreen

    page.app.switch_screen(HistoryScreen() if isinstance(page, ChangesScreen) else ChangesScreen())


def show_changes(page: Page[Any], target: Target) -> None:
    """What happened to one resource in Core."""
    from ksync_tui.tui.screens.changes import ChangesScreen

    page.app.push_screen(ChangesScreen(target))


def show_log(page: Page[Any], change: Change) -> None:
    """All that Core wrote down of a change."""
    from ksync_tui.tui.screens.log import LogScreen

    page.app.push_screen(LogScreen(change))


def show_profiles(page: Page[Any]) -> None:
    """The profiles, to go over into another one."""
    from ksync_tui.tui.screens.profiles import ProfilesScreen

    page.app.push_screen(ProfilesScreen())


def show_problems(page: ReviewScreen, review: Review) -> None:
    """The problems of a source; what was edited from there is read again."""
    from ksync_tui.tui.screens.problems import ProblemsScreen

    page.app.push_screen(ProblemsScreen(review), lambda edited: page.do_refresh() if edited else None)


def show_run(page: Page[Any], run: int, sync: Sync | None = None) -> None:
    """A run as it happens; afterwards the screen below reads again."""
    from ksync_tui.tui.screens.run import RunScreen

    page.app.push_screen(RunScreen(run, sync), page.read_again)


def show_confirm(page: ReviewScreen, review: Review, selection: Selection) -> None:
    """The confirmation of a selection, then its run."""
    _confirm(page, review.sync.name, selection, sync=review.sync, begun=partial(page.done_with, "live"))


def _confirm(
    page: Page[Any],
    name: str,
    selection: Selection,
    note: str = "",
    sync: Sync | None = None,
    begun: Callable[[], None] = lambda: None,
) -> None:
    from ksync_tui.tui.screens.confirm import ConfirmScreen

    def started(run: int | None) -> None:
        if run is not None:
            begun()
            show_run(page, run, sync)

    page.app.push_screen(ConfirmScreen(name, selection, note), started)


def show_whole_run(page: SyncsScreen, sync: Sync, summary: Mapping[str, int] | None) -> None:
    """The confirmation of a whole sync's run by Core, which does what its own list says."""
    from ksync_tui.present.confirm import whole_run

    def found(selection: Selection) -> None:
        _confirm(page, sync.name, selection, whole_run(summary), sync)

    target = Target("resource_sync", sync.name)
    page.work(f"Reading {sync.name}", partial(page.session.by_hand, target), found)


def show_core_commit(page: SyncsScreen, sync: Sync) -> None:
    """Asks whether Core may write a managed sync's file anew, lets it, and says what it did."""
    core = page.session.core
    if core is None:
        return

    def agreed() -> None:
        page.work(f"Core commits {sync.name}", partial(core.commit, sync.name), page.read_again)

    page.ksync.ask(CORE_COMMIT.format(name=sync.name), agreed)


def show_edit_sync(page: SyncsScreen, sync: Sync) -> None:
    """The form of a stored sync; when it was saved, the list is read again."""
    from ksync_tui.tui.screens.edit_sync import EditSyncScreen

    def found(config: ResourceSyncConfig) -> None:
        page.app.push_screen(EditSyncScreen(sync.name, config), page.saved)

    page.work(f"Reading {sync.name}", partial(page.session.config_of, sync.name), found)


def show_remove_sync(page: SyncsScreen, sync: Sync) -> None:
    """Deletes a stored sync once its name was typed."""
    from ksync_tui.tui.screens.ask import AskScreen

    def removed(_: None) -> None:
        page.read_again(f"Deleted {sync.name}. Its files and what it made stay.")

    def typed(name: str | None) -> None:
        if name is not None:
            page.work(f"Deleting {sync.name}", partial(page.session.remove_sync, sync.name), removed)

    page.app.push_screen(AskScreen(REMOVE.format(name=sync.name), expected=sync.name), typed)


def show_run_by_hand(page: ReviewScreen, review: Review, here: Target | None) -> None:
    """The confirmation of running one resource: the one under the cursor, else one that is chosen."""
    from ksync_tui.tui.screens.choose import ChooseScreen

    def chosen(target: Target | None) -> None:
        if target is not None:
            by_hand = partial(page.session.by_hand, target)
            page.work(f"Reading {target}", by_hand, partial(show_confirm, page, review))

    def found(targets: list[Target]) -> None:
        if here in targets:
            chosen(here)
        elif targets:
            page.app.push_screen(ChooseScreen(targets), chosen)
        else:
            page.tell("Nothing live can be run: apply it first.")

    page.work("Reading what can be run", page.session.runnable, found)


def show_editor(page: Page[Any], review: Review, target: Target) -> None:
    """The editor of one resource's block, where the session allows it; afterwards the page reads again."""
    from ksync_tui.tui.screens.editor import EditorScreen

    def opened(draft: Any) -> None:
        page.app.push_screen(EditorScreen(review, draft), partial(_read_again, page))

    def asked(refusal: str | None) -> None:
        if refusal:
            page.tell(refusal)
        else:
            page.work("Opening the block", partial(page.session.open_block, review, target), opened)

    page.work("Opening the block", partial(page.session.edit_refusal, review, target), asked)


def show_write_back(page: ReviewScreen, review: Review, ticked: Collection[str]) -> None:
    """What taking live into the file would change, then the writing and the commit."""

    def done(words: str | None) -> None:
        if words is not None:
            page.done_with("file")
        _read_again(page, words)

    def found(changes: tuple[FileChange, ...]) -> None:
        if changes:
            show_preview(page, changes, done)
        else:
            page.tell("The file already says what live has.")

    page.work("Preparing the file", partial(page.session.write_back, review, ticked), found)


def show_preview(page: Page[Any], changes: tuple[FileChange, ...], done: Any) -> None:
    """The difference of files; when agreed it is written, then a commit is offered. `done` gets a sentence or None."""
    from ksync_tui.tui.screens.preview import PreviewScreen

    page.app.push_screen(PreviewScreen(changes), lambda agreed: _write(page, changes, done) if agreed else done(None))


def _write(page: Page[Any], changes: tuple[FileChange, ...], done: Any) -> None:
    page.work("Writing", partial(page.session.write, changes), lambda words: _commit(page, changes, words, done))


def show_commit(page: Page[Any], changes: tuple[FileChange, ...]) -> None:
    """The commit of what was written before; afterwards the page reads again."""
    _commit(page, changes, "", partial(_read_again, page))


def show_written(page: CommitScreen, changes: tuple[FileChange, ...]) -> None:
    """Asks what is to become of written files; the commit screen is left with what was done."""
    from ksync_tui.tui.screens.written import WrittenScreen

    page.app.push_screen(WrittenScreen(changes), lambda said: page.finish(said) if said else None)


def _commit(page: Page[Any], changes: tuple[FileChange, ...], words: str, done: Any) -> None:
    def drafted() -> CommitDraft | KsyncError | None:
        try:
            return page.session.commit_draft(changes)
        except KsyncError as error:
            return error

    page.work("Reading the repository", drafted, lambda draft: _offer_commit(page, changes, draft, words, done))


def _offer_commit(page: Page[Any], changes: tuple[FileChange, ...], draft: Any, words: str, done: Any) -> None:
    from ksync_tui.tui.screens.commit import CommitScreen

    if isinstance(draft, KsyncError):
        from ksync_tui.tui.screens.written import WrittenScreen

        page.app.push_screen(WrittenScreen(changes, draft), lambda said: done(said or words))
    elif draft is None:
        done(words)
    else:
        page.app.push_screen(CommitScreen(draft, words), lambda said: done(said or "Not committed."))


def _read_again(page: Page[Any], words: str | None) -> None:
    if words is not None:
        page.read_again(words)
