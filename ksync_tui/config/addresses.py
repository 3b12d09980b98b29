"""The address of a Komodo Core, checked: what it means, and nothing secret in it."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from ksync_tui.errors import ConfigError

_HINT = "Write it as https://komodo.example, or https://komodo.example/path where it is behind one."
_PORTS = {"http": 80, "https": 443}
_HERE = ("localhost", "127.0.0.1", "::1")


def checked(text: str, where: str) -> str:
    """The address as it is compared and used. Raises ConfigError, which never repeats it: it may hold a password."""
    text = text.strip()
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise _refused("it contains characters that are not allowed in an address", where)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _refused("it cannot be read", where) from error
    if reason := _against(parts):
        raise _refused(reason, where)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    at = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{at}{parts.path.rstrip('/')}"


def in_clear(address: str) -> bool:
    """Whether what is sent there can be read on the way: http, and not to this machine."""
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname not in _HERE


def _against(parts: SplitResult) -> str:
    if parts.scheme not in _PORTS:
        return "it does not start with https:// or http://"
    if parts.username is not None or parts.password is not None:
        return "an address must not hold a user or password"
    if not parts.hostname:
        return "it names no host"
    return "it must end with the path, without ? or #" if parts.query or parts.fragment else ""


def _refused(why: str, where: str) -> ConfigError:
    return ConfigError("bad address of a Komodo Core", where=where, why=why, hint=_HINT)
