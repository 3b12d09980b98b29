"""Values of secrets that are kept elsewhere: got when they are needed, once a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

from ksync_tui.errors import EngineError, KsyncError

_NAMED = re.compile(r"\[\[([^\[\]\s]+)\]\]")


class SecretValues(Mapping[str, str]):
    """The value of each name that there is a place for: looking it up gets it. Raises EngineError where that fails."""

    def __init__(self, places: Mapping[str, Callable[[], str]]) -> None:
        self._places = places
        self._known: dict[str, str] = {}

    @property
    def known(self) -> dict[str, str]:
        """Those that were got."""
        return dict(self._known)

    def renew(self, texts: Iterable[str]) -> None:
        """Forgets what was got for the run before, and gets what texts name; one that cannot be had is for its user."""
        self._known.clear()
        for name in dict.fromkeys(name for text in texts for name in _NAMED.findall(text)):
            with suppress(KeyError, EngineError):
                self[name]

    def __getitem__(self, name: str) -> str:
        if name not in self._known:
            try:
                self._known[name] = self._places[name]()
            except KsyncError as error:
                raise EngineError(error.what, where=error.where, why=error.why, hint=error.hint) from error
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
