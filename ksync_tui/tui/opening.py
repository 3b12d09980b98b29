"""Which screen opens from where, and what its answer leads to. Screens are imported when first opened."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ksync_tui.model.plan import Selection
    from ksync_tui.model.resource import Target
    from ksync_tui.session import FileChange, Review, Sync
    from ksync_tui.tui.app import KsyncApp
    from ksync_tui.tui.screens.base import Page
    from ksync_tui.tui.screens.review import ReviewScreen
    from ksync_tui.tui.screens.syncs import SyncsScreen


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
    """Past and running runs."""
    from ksync_tui.tui.screens.history import HistoryScreen

    page.app.push_screen(HistoryScreen())


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
    from ksync_tui.tui.screens.confirm import ConfirmScreen

    def started(run: int | None) -> None:
        if run is not None:
            show_run(page, run, review.sync)

    page.app.push_screen(ConfirmScreen(review, selection), started)


def show_run_by_hand(page: ReviewScreen, review: Review, here: Target | None) -> None:
    """The confirmation of running one resource: the one under the cursor, else one that is chosen."""
    from ksync_tui.tui.screens.choose import ChooseScreen

    def chosen(target: Target | None) -> None:
        if target is not None:
            by_hand = partial(page.session.by_hand, target)
            page.work(f"Looking at {target}", by_hand, partial(show_confirm, page, review))

    def found(targets: list[Target]) -> None:
        if here in targets:
            chosen(here)
        elif targets:
            page.app.push_screen(ChooseScreen(targets), chosen)
        else:
            page.tell("Nothing is live that could be run: apply it first.")

    page.work("Looking at what can be run", page.session.runnable, found)


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

    def found(changes: tuple[FileChange, ...]) -> None:
        if changes:
            show_preview(page, changes, partial(_read_again, page))
        else:
            page.tell("The file already says what live has.")

    page.work("Preparing the file", partial(page.session.write_back, review, ticked), found)


def show_preview(page: Page[Any], changes: tuple[FileChange, ...], done: Any) -> None:
    """The difference of files; when agreed it is written, then a commit is offered. `done` gets a sentence or None."""
    from ksync_tui.tui.screens.preview import PreviewScreen

    page.app.push_screen(PreviewScreen(changes), lambda agreed: _write(page, changes, done) if agreed else done(None))


def _write(page: Page[Any], changes: tuple[FileChange, ...], done: Any) -> None:
    def written(words: str) -> None:
        page.work(
            "Looking at the repository",
            partial(page.session.commit_draft, changes),
            lambda draft: _offer_commit(page, draft, words, done),
        )

    page.work("Writing", partial(page.session.write, changes), written)


def _offer_commit(page: Page[Any], draft: Any, words: str, done: Any) -> None:
    from ksync_tui.tui.screens.commit import CommitScreen

    if draft is None:
        done(words)
        return
    page.app.push_screen(CommitScreen(draft, words), lambda said: done(said or f"{words} Not committed."))


def _read_again(page: Page[Any], words: str | None) -> None:
    if words is not None:
        page.read_again(words)
