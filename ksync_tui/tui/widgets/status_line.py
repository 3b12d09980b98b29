"""Where one is: engine, profile, address, READ-ONLY. A Core is marked, with colours and without."""

from __future__ import annotations

from typing import Protocol

from rich.text import Text

from ksync_tui.present.text import cell_width, cut_middle, neutral
from ksync_tui.tui.theme import ink, style

BETWEEN = " · "
BADGE = " READ-ONLY "
LEAST = 10
"""Cells of an address under which it says nothing."""
USUAL = "https://"
"""The scheme that goes first where there is little room; the others tell something."""


class HasProfile(Protocol):
    """What a session says of where it is."""

    @property
    def engine(self) -> str:
        """The name of the engine."""

    @property
    def profile(self) -> str:
        """The name of the profile."""

    @property
    def address(self) -> str:
        """The address of the Core, or ""."""

    @property
    def docker(self) -> str:
        """The name of an unusual docker command, or ""."""

    @property
    def read_only(self) -> str | None:
        """Why nothing may be changed, or None."""


def status_line(session: HasProfile, room: int) -> Text:
    """`core · prod · https://komodo.example  READ-ONLY` in at most so many cells: the address gives way first."""
    core = session.engine == "core"
    left = room - len(session.engine) - len(BETWEEN) - (len(BADGE) + 2 if session.read_only else 0)
    profile = cut_middle(neutral(session.profile), max(left, 4))
    line = ink(session.engine, "core" if core else "dim")
    line.append(BETWEEN, style("dim")).append(profile, style("bold" if core else "dim"))
    if address := _fitting(neutral(session.address or session.docker), left - cell_width(profile) - len(BETWEEN)):
        line.append(f"{BETWEEN}{address}", style("dim"))
    if session.read_only:
        line.append("  ").append(BADGE, style("badge"))
    return line


def _fitting(address: str, room: int) -> str:
    if cell_width(address) > room:
        address = address.removeprefix(USUAL)
    return cut_middle(address, room) if room >= LEAST else ""
