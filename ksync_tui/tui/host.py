"""What a screen may use of the app it is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from ksync_tui.model.plan import Direction
    from ksync_tui.present.ticks import Ticks
    from ksync_tui.services import Session, Sync
    from ksync_tui.tui.keymap import Keymap
    from ksync_tui.tui.requests import Request
    from ksync_tui.tui.type_ahead import TypeAhead

T = TypeVar("T")


class Host(Protocol):
    """The app as its screens see it."""

    session: Session
    keymap: Keymap
    type_ahead: TypeAhead
    held_keys: float
    helped: bool
    """Whether the help was opened since the start."""

    def carry_out(self, page: Any, request: Request) -> None:
        """Starts the flow of a request that a screen makes."""

    def in_turn(self, call: Callable[[], T]) -> T:
        """Runs a call that reads or plans; two of them never run at once. Never on the UI thread."""

    def ask(self, question: str, yes: Callable[[], object]) -> None:
        """Asks a question; `enter` does it, `esc` does not."""

    def copy_text(self, text: str) -> str:
        """Copies a text through the terminal and into a file; returns what was done, in a sentence."""

    def switch_session(self, session: Session) -> None:
        """Begins anew on another session."""

    def keep_ticks(self, sync: Sync, ticks: Mapping[Direction, Ticks]) -> None:
        """Keeps the ticks of a review that is left until it is opened again."""

    def kept_ticks(self, sync: Sync) -> Mapping[Direction, Ticks]:
        """The ticks of a review when it was left; they are the review's now."""

    def losses(self) -> list[str]:
        """What is lost when all screens are left, in sentences."""

    def running(self) -> Iterable[str]:
        """The runs that continue when ksync is left, in sentences."""

    def action_leave(self) -> None:
        """Leaves ksync; asks first when something would be lost."""
