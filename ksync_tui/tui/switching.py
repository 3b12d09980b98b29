"""Going over into another profile: the new session must prove itself before the old one is given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.errors import EngineError

if TYPE_CHECKING:
    from ksync_tui.services import Session


class Attempt:
    """A try to open a session in another profile. It may be given up while it goes on."""

    def __init__(self, session: Session, profile: str) -> None:
        self._session = session
        self._profile = profile
        self._given_up = False

    def __call__(self) -> Session:
        """The new session, its syncs read once. Raises KsyncError, with nothing left open."""
        opened = self._session.switched(self._profile)
        try:
            opened.syncs.all()
            self._go_on()
        except BaseException:
            opened.close()
            raise
        return opened

    def give_up(self) -> None:
        """What it would still open is closed again."""
        self._given_up = True

    def _go_on(self) -> None:
        if self._given_up:
            raise EngineError("cancelled", where=self._profile)
