"""`[watch]` of ksync's own config.toml: how ksync watches syncs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ksync_tui.errors import ConfigError

WEBHOOK_SECRET = "KSYNC_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
_KNOWN = {"interval_seconds": (int, float), "webhook_secret": (str,), "webhook_secret_file": (str,)}


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """How ksync watches. The environment's KSYNC_WEBHOOK_SECRET goes before the secret of the file."""

    interval_seconds: float = 60.0
    webhook_secret: str = field(default="", repr=False)
    webhook_secret_file: str = ""

    def shared_secret(self, environ: Mapping[str, str] | None = None) -> str:
        """The webhook secret of syncs that have none of their own; "" where there is none. Raises ConfigError."""
        given = (os.environ if environ is None else environ).get(WEBHOOK_SECRET) or self.webhook_secret
        if given or not self.webhook_secret_file:
            return given
        file = Path(self.webhook_secret_file).expanduser()
        try:
            return file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("the webhook secret cannot be read", where=str(file), why=str(error)) from None


def settings(value: Any, file: Path) -> WatchSettings:
    """What the table says. Raises ConfigError, which never shows a value."""
    table = value if isinstance(value, dict) else {"": None}
    wrong = [name for name, one in table.items() if type(one) not in _KNOWN.get(name, ())]
    if wrong:
        hint = f"Known are {', '.join(_KNOWN)}: seconds are a number, the others are text."
        raise ConfigError("[watch] cannot be used", where=str(file), why=", ".join(wrong), hint=hint)
    return WatchSettings(**table)
