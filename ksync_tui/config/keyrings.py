"""Secrets in the keyring of the desktop or the machine, through the package keyring: an optional extra."""

from __future__ import annotations

from ksync_tui.errors import ConfigError

_INSTALL = "Install it with: pip install 'ksync-tui[keyring]'. Or leave out keyring = true."
_ELSEWHERE = "Open the keyring, or leave out keyring = true and give the secret elsewhere."


def password(service: str, user: str) -> str:
    """What the keyring has for a service and user; empty where it has nothing. Raises ConfigError where it fails."""
    try:
        import keyring  # noqa: PLC0415 - an optional package
    except ImportError as error:
        hint = "Install it with: pip install 'ksync-tui[keyring]'."
        raise ConfigError("the package keyring is not installed", hint=hint) from error
    try:
        return keyring.get_password(service, user) or ""
    except Exception as error:
        raise ConfigError("the keyring gives no answer", why=type(error).__name__, hint="Open the keyring.") from error


def kept(address: str, account: str, asked_for: bool) -> str:
    """What the keyring has for this address; empty where it has nothing.

    Raises ConfigError where the keyring was asked for and is not there or fails.
    """
    try:
        import keyring  # noqa: PLC0415 - an optional package
    except ImportError as error:
        if asked_for:
            raise ConfigError("the package keyring is not installed", hint=_INSTALL) from error
        return ""
    try:
        return (keyring.get_password(f"ksync:{address}", account) or "").strip()
    except Exception as error:
        if asked_for:
            why = type(error).__name__
            raise ConfigError(f"the keyring gives no answer for {address}", why=why, hint=_ELSEWHERE) from error
        return ""
