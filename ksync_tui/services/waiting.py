"""Waiting for a repository elsewhere: how far it is, and the way to have it given up."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable


class Waiting:
    """What the network is at right now. Told from the thread that waits, looked at and given up from any other."""

    def __init__(self) -> None:
        self._given_up = Event()
        self._at_it = False
        self.line = ""
        """The newest line of git's own progress; empty while nothing is waited for."""
        self.hear: Callable[[str], None] | None = None
        """Called with each such line, and with an empty one at the end."""

    def __enter__(self) -> Self:
        """Something is waited for from now on, and can be given up."""
        self._at_it = True
        return self

    def __exit__(self, *_: object) -> None:
        self._at_it = False
        self._given_up.clear()
        if self.line:
            self.tell("")

    def tell(self, line: str) -> None:
        """How far it is."""
        if self.hear and line != self.line:
            self.hear(line)
        self.line = line

    def give_up(self) -> None:
        """Asks for the end of what is waited for now, if anything is."""
        if self._at_it:
            self._given_up.set()

    def given_up(self) -> bool:
        """Whether somebody asked for its end."""
        return self._given_up.is_set()
