"""Where ksync keeps its state, and its own settings.

`KSYNC_HOME` moves both state and configuration; otherwise the platform's own folders are used. The settings file is
`config.toml`; a file that is not there means the defaults:

    [hosts]
    server-01 = "unix:///var/run/docker.sock"   # which Docker host stands for a declared server

    [keys]
    go = ["x", "F5"]                            # the keys of a command of the app, instead of its own

    [watch]
    interval_seconds = 60                       # `ksync watch` and the app look this often at everything
    webhook_secret_file = "/etc/ksync/webhook"  # or webhook_secret; for syncs without one of their own
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ksync_tui.errors import ConfigError

_KNOWN = {"hosts", "keys", "watch"}
WEBHOOK_SECRET = "KSYNC_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable


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


@dataclass(frozen=True, slots=True)
class Settings:
    """What ksync was told about itself."""

    state: Path
    """The folder of the database, the secrets and the clones."""
    file: Path
    """The settings file, whether it exists or not."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Docker host by server name."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys as they are written by command of the app; the app knows which there are."""
    watch: WatchSettings = field(default_factory=WatchSettings)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this user. Raises ConfigError for a file that cannot be used."""
    environ = os.environ if environ is None else environ
    state, file = _folders(environ)
    return Settings(state, file, **_read(file))


def _folders(environ: Mapping[str, str]) -> tuple[Path, Path]:
    home = environ.get("KSYNC_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        return root, root / "config.toml"
    from platformdirs import user_config_path, user_data_path

    return user_data_path("ksync"), user_config_path("ksync") / "config.toml"


def _read(file: Path) -> dict[str, Any]:
    import tomli

    try:
        values = tomli.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError("the settings cannot be read", where=str(file), why=error.strerror) from error
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError("the settings are not TOML", where=str(file), why=str(error)) from error
    unknown = values.keys() - _KNOWN
    if unknown:
        names = ", ".join(sorted(unknown))
        hint = f"Known are: {', '.join(sorted(_KNOWN))}."
        raise ConfigError(f"unknown settings: {names}", where=str(file), hint=hint)
    return {
        "hosts": _hosts(values.get("hosts", {}), file),
        "keys": _keys(values.get("keys", {}), file),
        "watch": _watch(values.get("watch", {}), file),
    }


def _watch(value: Any, file: Path) -> WatchSettings:
    known = {"interval_seconds": (int, float), "webhook_secret": (str,), "webhook_secret_file": (str,)}
    table = value if isinstance(value, dict) else {"": None}
    wrong = [name for name, one in table.items() if type(one) not in known.get(name, ())]
    if wrong:
        hint = f"Known are {', '.join(known)}: seconds are a number, the others are text."
        raise ConfigError("[watch] cannot be used", where=str(file), why=", ".join(wrong), hint=hint)
    return WatchSettings(**table)


def _hosts(value: Any, file: Path) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(host, str) for host in value.values()):
        hint = 'Write: [hosts], then one line per server such as server-01 = "unix:///var/run/docker.sock".'
        raise ConfigError("[hosts] must map server names to Docker hosts", where=str(file), hint=hint)
    return value


def _keys(value: Any, file: Path) -> dict[str, tuple[str, ...]]:
    table = value.items() if isinstance(value, dict) else [("", None)]
    keys = {name: tuple(words) if isinstance(words, list) else (words,) for name, words in table}
    if not all(words and all(isinstance(word, str) and word for word in words) for words in keys.values()):
        hint = 'Write: [keys], then one line per command such as go = "F5" or go = ["x", "F5"].'
        raise ConfigError("[keys] must map commands to keys", where=str(file), hint=hint)
    return keys
