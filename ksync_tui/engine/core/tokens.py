"""Logins that outlive a command: a JWT per Core and user in `tokens.json`, readable by its owner alone."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ksync_tui.system.files import replace

FILE = "tokens.json"


@dataclass(frozen=True, slots=True)
class TokenFile:
    """Keeps the token of one user at one Core. A cache: where it cannot be written, one logs in again."""

    path: Path
    address: str
    user: str

    def recall(self) -> str:
        """See `Keeper.recall`."""
        return self._tokens().get(self._key, "")

    def keep(self, token: str) -> None:
        """See `Keeper.keep`: the file is replaced as a whole, never readable by others."""
        tokens = self._tokens() | {self._key: token}
        with suppress(OSError):
            replace(self.path, json.dumps({key: token for key, token in tokens.items() if token}).encode())

    @property
    def _key(self) -> str:
        return f"{self.user} {self.address}"

    def _tokens(self) -> dict[str, str]:
        try:
            found = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(key): str(item) for key, item in found.items()} if isinstance(found, dict) else {}
