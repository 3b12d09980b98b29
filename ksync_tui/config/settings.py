"""Where ksync keeps its state, and its own settings.

`KSYNC_HOME` moves both state and configuration; otherwise the platform's own folders are used. The settings file is
`config.toml`; a file that is not there means the defaults:

    [hosts]
    server-01 = "unix:///var/run/docker.sock"   # which Docker host stands for a declared server

    [docker]
    command = ["podman"]                        # instead of `docker`, for all hosts

    [keys]
    go = ["x", "F5"]                            # the keys of a command of the app, instead of its own

    [watch]
    interval_seconds = 60                       # `ksync watch` and the app look this often at everything
    webhook_secret_file = "/etc/ksync/webhook"  # or webhook_secret; for syncs without one of their own

    profile = "prod"                            # at the top of the file: the profile where none is named
    protected = ["stack/db-*", "tag:prod"]      # resources that no sync deletes
    decrypt = ["sops", "--decrypt"]             # what decrypts a resource file that sops encrypted
    parallel = 8                                # what goes on in a Komodo Core at the same time, at most
    secret_keys = ["*_TOKEN", "*_PASSWORD"]     # keys whose values are hidden, instead of the usual ones

    [secrets]
    DB_PASSWORD = { command = ["pass", "show", "db"] }   # secret_sources.py has the other places

    [profiles.prod]
    address = "https://komodo.example"          # a Komodo Core; credentials.py says where key and secret may stand
    key = "K_..."
    secret_file = "~/.secrets/komodo"

Which profiles there are besides: `local` always, `environment` where an address is in the environment, and those of
Komodo CLI's own files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli

from ksync_tui.config import docker, environment, komodo_cli, secret_sources, watching, written
from ksync_tui.config.profiles import LOCAL, MOST_PARALLEL, PARALLEL, FoundProfile, Profile, choose
from ksync_tui.errors import ConfigError, KsyncError
from ksync_tui.model.patterns import pieces
from ksync_tui.model.secret_look import PATTERNS

_KNOWN = {
    "decrypt", "docker", "hosts", "keys", "parallel", "profile", "profiles", "protected", "secret_keys", "secrets",
    "watch",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What ksync was told about itself."""

    state: Path
    """The folder of the database, the secrets and the clones."""
    file: Path
    """The settings file, whether it exists or not."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Docker host by server name."""
    docker: docker.DockerSettings = field(default_factory=docker.DockerSettings)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys as they are written by command of the app; the app knows which there are."""
    watch: watching.WatchSettings = field(default_factory=watching.WatchSettings)
    usual: str = ""
    """The name of the profile that is meant where none is named: `profile` of the settings file."""
    protected: tuple[str, ...] = ()
    """Patterns of resources that no sync deletes: `stack/db-*`, `tag:prod`."""
    parallel: int = PARALLEL
    """How many requests, and so actions of a run, go on in a Core at the same time."""
    secret_keys: tuple[str, ...] = PATTERNS
    """Keys whose values are hidden: `*_TOKEN`."""
    decrypt: tuple[str, ...] = ()
    """The words of the command that decrypts a resource file of sops, which comes behind them; none: no file is."""
    secrets: Mapping[str, secret_sources.SecretSource] = field(default_factory=dict)
    """Where the values of secrets are, by their names."""
    own: tuple[Profile, ...] = ()
    """The profiles of the settings file."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """The environment that was loaded from; it holds secrets."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unwise or broken in what was told, without stopping anything: each with where and what to do."""
        places = (self._near(), self._far())
        found = (warning for place in places for warning in place.warnings)
        return (*written.warnings(self.own, self.file), *found)

    def reread(self) -> Settings:
        """The settings as they are written now. Raises ConfigError for a file that cannot be used."""
        return load(self.environ)

    def profiles(self) -> tuple[Profile, ...]:
        """Every profile that can be used: local, ksync's own, the environment's, Komodo CLI's."""
        return (*self._near().profiles, *self._far().profiles)

    def profile(self, name: str | None = None, engine: str | None = None) -> Profile:
        """The wanted profile; none named: KSYNC_PROFILE, else `profile` of the settings file, else local.

        With the core engine and no name: the usual one where it is for a Core, else the only one, else the
        environment's, else Komodo CLI's default. Raises ConfigError for one that is not there, is broken or is for
        another engine.
        """
        usual = self.environ.get("KSYNC_PROFILE") or self.usual
        return choose(name, engine, usual, self._near(), self._far)

    def _near(self) -> FoundProfile:
        from_environment = environment.profile(self.environ)
        own = self.own if any(item.name == LOCAL for item in self.own) else (Profile(LOCAL, "embedded"), *self.own)
        local_first = sorted(own, key=lambda item: item.name != LOCAL)
        return FoundProfile(
            (*local_first, *from_environment.profiles),
            from_environment.broken,
            from_environment.default,
            warnings=from_environment.warnings,
        )

    def _far(self) -> FoundProfile:
        return komodo_cli.found(self.environ, [item.name for item in self.own])


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this user. Raises ConfigError for a file that cannot be used."""
    environ = os.environ if environ is None else environ
    state, file = _folders(environ)
    return Settings(state, file, **_read(file), environ=dict(environ))


def _folders(environ: Mapping[str, str]) -> tuple[Path, Path]:
    home = environ.get("KSYNC_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        return root, root / "config.toml"
    from platformdirs import user_config_path, user_data_path  # noqa: PLC0415 - not with KSYNC_HOME

    return user_data_path("ksync"), user_config_path("ksync") / "config.toml"


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError("the settings cannot be read", where=str(file), why=error.strerror) from error
    except UnicodeDecodeError as error:
        raise ConfigError("the settings are not TOML", where=str(file), why=str(error)) from error
    return understood(text, file)


def understood(text: str, file: Path) -> dict[str, Any]:
    """What a text of the settings file says. Raises ConfigError for one that cannot be used."""
    try:
        values = tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError) as error:
        raise ConfigError("the settings are not TOML", where=str(file), why=str(error)) from error
    unknown = values.keys() - _KNOWN
    if unknown:
        names = ", ".join(sorted(unknown))
        hint = f"Known are: {', '.join(sorted(_KNOWN))}."
        raise ConfigError(f"unknown settings: {names}", where=str(file), hint=hint)
    return {
        "hosts": _hosts(values.get("hosts", {}), file),
        "docker": docker.settings(values.get("docker", {}), file),
        "keys": _keys(values.get("keys", {}), file),
        "watch": watching.settings(values.get("watch", {}), file),
        "usual": _usual(values.get("profile", ""), file),
        "secret_keys": _secret_keys(values.get("secret_keys", list(PATTERNS)), file),
        "protected": _protected(values.get("protected", []), file),
        "parallel": _parallel(values.get("parallel", PARALLEL), file),
        "decrypt": _decrypt(values.get("decrypt", []), file),
        "secrets": secret_sources.sources(values.get("secrets", {}), file),
        "own": written.profiles(values.get("profiles", {}), file),
    }


def _usual(value: Any, file: Path) -> str:
    if not isinstance(value, str):
        raise ConfigError("`profile` must name a profile", where=str(file), hint='Write: profile = "prod".')
    return value


def _secret_keys(value: Any, file: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(key, str) and key.strip("*") for key in value):
        hint = 'Write: secret_keys = ["*_TOKEN", "*_PASSWORD"]; an empty list hides nothing by its key.'
        raise ConfigError("`secret_keys` must be a list of keys", where=str(file), hint=hint)
    return tuple(value)


def _decrypt(value: Any, file: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        hint = 'Write: decrypt = ["sops", "--decrypt", "--input-type", "json", "--output-type", "binary"].'
        raise ConfigError("`decrypt` must be a list of words", where=str(file), hint=hint)
    return tuple(value)


def _protected(value: Any, file: Path) -> tuple[str, ...]:
    hint = 'Write: protected = ["stack/db-*", "tag:prod"].'
    if not isinstance(value, list) or not all(isinstance(pattern, str) and pattern for pattern in value):
        raise ConfigError("`protected` must be a list of patterns", where=str(file), hint=hint)
    for pattern in value:
        if not pattern.startswith("tag:") and "/" not in pattern:
            raise ConfigError(f"`protected` has {pattern!r}, which names no kind", where=str(file), hint=hint)
        try:
            pieces(pattern)
        except KsyncError as error:
            raise ConfigError(f"`protected`: {error.what}", where=str(file), why=error.why, hint=error.hint) from error
    return tuple(value)


def _parallel(value: Any, file: Path) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PARALLEL:
        hint = "Write: parallel = 8; 1 does one thing after another."
        raise ConfigError(f"`parallel` must be a whole number from 1 to {MOST_PARALLEL}", where=str(file), hint=hint)
    return value


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
