"""Hosts and profiles put into the settings file and taken out of it; what would not be understood is not written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ksync_tui.config.editing import changing
from ksync_tui.config.settings import understood
from ksync_tui.config.written import profiles
from ksync_tui.errors import ConfigError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def server_problem(server: str) -> str | None:
    """Why a server cannot be called that, or None."""
    return "that is an address, not the name of a server" if "/" in server else None


def set_host(file: Path, server: str, address: str) -> None:
    """Lets a Docker host stand for a server. Raises ConfigError."""
    if problem := server_problem(server):
        raise ConfigError("this is no server", where=server, why=problem, hint="Write: SERVER ADDRESS.")
    with _changing(file) as document:
        _table(document, "hosts")[server] = address


def remove_host(file: Path, server: str) -> None:
    """Lets none stand for it any more. Raises ConfigError where none did."""
    with _changing(file) as document:
        if server not in document.get("hosts", {}):
            known = ", ".join(document.get("hosts", {})) or "none"
            raise ConfigError("no such host", where=server, hint=f"There are: {known}.")
        del document["hosts"][server]


def profile_problem(file: Path, name: str, values: Mapping[str, Any]) -> str | None:
    """Why a profile of this name and with these values would not be understood, or None."""
    try:
        profiles({name: dict(values)}, file)
    except ConfigError as error:
        return error.why or error.what
    return None


def set_profile(file: Path, name: str, values: Mapping[str, Any], *, usual: bool = False) -> None:
    """Adds a profile, or writes it anew; `usual` makes it the one that is meant where none is named.

    Raises ConfigError.
    """
    from tomlkit import table  # noqa: PLC0415 - only writing needs it

    with _changing(file) as document:
        made = table()
        made.update(values)
        _table(document, "profiles", whole=True)[name] = made
        if usual:
            document["profile"] = name  # tomlkit puts it before all tables


def remove_profile(file: Path, name: str) -> None:
    """Takes a profile out. Raises ConfigError where the file has none of the name."""
    with _changing(file) as document:
        if name not in document.get("profiles", {}):
            why = "it does not stand there"
            raise ConfigError(f"the profile {name} cannot be removed", where=str(file), why=why)
        del document["profiles"][name]
        if document.get("profile") == name:
            del document["profile"]


def _changing(file: Path) -> Any:
    return changing(file, check=lambda text: understood(text, file))


def _table(document: TOMLDocument, name: str, *, whole: bool = False) -> Any:
    """A table of the document, made at its end where it is missing; a `whole` one has no line of its own."""
    from tomlkit import table  # noqa: PLC0415 - only writing needs it

    if name not in document:
        document.add(name, table(is_super_table=whole))
    return document[name]
