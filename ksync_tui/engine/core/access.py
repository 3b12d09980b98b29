"""Proving who we are to a Core: API key and secret, or a JWT by user and password (semantics a.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ksync_tui.errors import CredentialsError


class Keeper(Protocol):
    """Keeps a token from one command to the next."""

    def recall(self) -> str:
        """The token kept last; "" where there is none."""

    def keep(self, token: str) -> None:
        """Keeps a token; "" forgets it."""


@dataclass(slots=True)
class InMemory:
    """A keeper for as long as the program runs."""

    token: str = field(default="", repr=False)

    def recall(self) -> str:
        """See `Keeper.recall`."""
        return self.token

    def keep(self, token: str) -> None:
        """See `Keeper.keep`."""
        self.token = token


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """An API key with its secret."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    renewable = False

    def headers(self) -> Mapping[str, str]:
        """What each request carries. Raises CredentialsError for what no header can carry."""
        return {"x-api-key": _carried(self.key, "key"), "x-api-secret": _carried(self.secret, "secret")}

    def greeting(self) -> Mapping[str, object]:
        """What the update stream is told first (semantics a.8)."""
        return {"type": "ApiKeys", "params": {"key": self.key.strip(), "secret": self.secret.strip()}}


@dataclass(frozen=True, slots=True)
class LoginAccess:
    """A user with a password; the JWT that Core gives for them is kept and used until it ends."""

    user: str
    password: Callable[[], str] = field(repr=False)
    """Gives it when it is needed: with a token at hand it is not."""
    keeper: Keeper = field(default_factory=InMemory)
    renewable = True

    def headers(self) -> Mapping[str, str]:
        """What each request carries. Raises CredentialsError before the first login."""
        token = self.keeper.recall()
        if not token:
            raise CredentialsError("not logged in yet", where=self.user)
        return {"authorization": f"Bearer {_carried(token, 'token')}"}

    def greeting(self) -> Mapping[str, object]:
        """What the update stream is told first (semantics a.8)."""
        return {"type": "Jwt", "params": {"jwt": self.keeper.recall()}}


def _carried(value: str, what: str) -> str:
    """A credential as a header carries it: what is in it never gets into an error."""
    value = value.strip()
    if value.isascii() and value.isprintable():
        return value
    why = f"the {what} holds a line break or another character that no {what} has"
    raise CredentialsError("the credentials cannot be sent", why=why, hint="Copy it again from Komodo, as one line")


Access = KeyAccess | LoginAccess
