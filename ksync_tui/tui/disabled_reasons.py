"""Why a command of the review does not work right now. The footer leaves it out, the help says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ksync_tui.services.blocks import why_not_writable

if TYPE_CHECKING:
    from ksync_tui.model.origin import Origin
    from ksync_tui.model.plan import Action, Direction
    from ksync_tui.services import Review, Session, Sync
    from ksync_tui.tui.review_sides import Side
    from ksync_tui.tui.under_cursor import UnderCursor
    from ksync_tui.tui.widgets.outline import OutlineView

NEED_PLAN = ("tick", "to_live", "to_file", "tick_all", "tick_none", "direction", "filter", "origin", "copy")
NEED_PANE = ("layout", "next_change", "previous_change")
NEED_ACTION = ("open", "zoom", "edit", "editor", "copy", "changes", "ignore", "container_log")
NEED_FILE = ("editor",)


class ReviewPage(Protocol):
    """The state of a review screen that decides what can be done."""

    sync: Sync
    shows_unchanged: bool
    review: Review | None
    direction: Direction
    sides: dict[Direction, Side]

    @property
    def session(self) -> Session:
        """The services."""

    @property
    def side(self) -> Side | None:
        """The direction shown."""

    @property
    def action(self) -> Action | None:
        """The action under the cursor."""

    @property
    def origin(self) -> Origin | None:
        """Where all that is shown comes from, while only that is."""

    @property
    def outline(self) -> OutlineView:
        """The list."""

    @property
    def wide(self) -> bool:
        """Whether the difference stands beside the list."""

    @property
    def here(self) -> UnderCursor:
        """What is under the cursor."""

    @property
    def chosen_renames(self) -> frozenset[str]:
        """The ids of the renames that were chosen."""

    @property
    def side_by_side(self) -> bool:
        """Whether the difference beside the list is in two columns."""

    def key_of(self, command: str) -> str:
        """The key of a command."""


def disabled_reason(page: ReviewPage, command: str) -> str | None:
    """One sentence, or None where the command works."""
    if command in NEED_PLAN and not (page.side and page.side.outline.plan.actions):
        return "Nothing is pending."
    if command in NEED_PANE and not page.wide:
        return f"Open the difference first: {page.key_of('open')}."
    if command in NEED_ACTION and not page.action:
        return "Move the cursor to an action first."
    if command in NEED_FILE and page.here.file is None:
        return "This is not in a file on this machine."
    return _OWN[command](page) if command in _OWN else None


def _no_problems(page: ReviewPage) -> str | None:
    return None if page.review and page.review.plan.problems else "No problems."


def _cannot_go(page: ReviewPage) -> str | None:
    if not any(side.ticks.ticked for side in page.sides.values()):
        tick, every = page.key_of("tick"), page.key_of("tick_all")
        return f"Nothing is ticked: {tick} ticks the line, {every} ticks all but deletes."
    if page.sides["live"].ticks.ticked and page.session.read_only:
        return f"READ-ONLY: {page.session.read_only}"
    return None


def _cannot_turn(page: ReviewPage) -> str | None:
    """Live is taken into files, where there are some."""
    return why_not_writable(page.review) if page.review else "Nothing has been read yet."


def _cannot_run(page: ReviewPage) -> str | None:
    if page.review is None:
        return "Nothing has been read yet."
    return f"READ-ONLY: {page.session.read_only}" if page.session.read_only else None


def _no_changes(page: ReviewPage) -> str | None:
    if not page.session.capabilities.history:
        return f"That is for a Komodo Core; {page.key_of('history')} shows ksync's runs."
    if page.action and page.action.verb == "create":
        return "It does not exist yet."
    return None


def _no_log(page: ReviewPage) -> str | None:
    if page.action and page.action.target.kind not in ("stack", "deployment"):
        return "Only stacks and deployments have logs."
    if page.action and page.action.verb == "create":
        return "It does not exist yet."
    return None


def _no_parts(page: ReviewPage) -> str | None:
    if page.outline.entry and page.outline.entry.id in page.chosen_renames:
        return None
    if not page.outline.has_parts:
        return "Only an update has fields to tick."
    return "They are shown." if page.outline.is_open else None


def _none_opened(page: ReviewPage) -> str | None:
    return None if page.outline.is_open else "They are not shown."


def _none_unchanged(page: ReviewPage) -> str | None:
    return None if page.shows_unchanged or (page.review and page.review.plan.same) else "No resource is unchanged."


def _cannot_ignore(page: ReviewPage) -> str | None:
    return "It is as declared: there is nothing to ignore." if page.here.declared else None


def _no_origins(page: ReviewPage) -> str | None:
    known = page.origin or (page.side and page.side.outline.has_origins)
    return None if known else "This was never applied."


def _no_uncommitted(page: ReviewPage) -> str | None:
    return None if page.review and page.review.uncommitted else "Nothing is written that is not committed."


_OWN = {
    "problems": _no_problems, "go": _cannot_go, "direction": _cannot_turn, "to_file": _cannot_turn,
    "run": _cannot_run, "unchanged": _none_unchanged, "ignore": _cannot_ignore,
    "changes": _no_changes, "container_log": _no_log, "show_parts": _no_parts, "hide_parts": _none_opened,
    "origin": _no_origins, "commit_written": _no_uncommitted,
}  # fmt: skip
