"""Profiles as rows: name, engine, address, where each comes from, and which one is on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ksync_tui.present.text import neutral


class NamedProfile(Protocol):
    """What a profile says of itself."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def engine(self) -> str:
        """`embedded` or `core`."""

    @property
    def address(self) -> str:
        """Where the Core is."""

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed there."""

    @property
    def origin(self) -> str:
        """The file or variable that it is from."""


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A profile as the list shows it. All text is neutral, but `key` is its name as it is."""

    key: str
    name: str
    engine: str
    address: str
    read_only: bool
    origin: str
    on: bool

    @property
    def words(self) -> str:
        """What it is found by."""
        return f"{self.name} {self.engine} {self.address} {self.origin}".casefold()


def profile_rows(profiles: Iterable[NamedProfile], on: str) -> list[ProfileRow]:
    """One row per profile; `on` is the name of the one that is on."""
    return [_row(profile, profile.name == on) for profile in profiles]


def _row(profile: NamedProfile, on: bool) -> ProfileRow:
    address = profile.address or "this machine"
    return ProfileRow(
        profile.name,
        neutral(profile.name),
        profile.engine,
        neutral(address),
        profile.read_only,
        neutral(profile.origin),
        on,
    )
