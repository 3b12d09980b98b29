"""The profiles that a person can switch to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ksync_tui.config import Profile, Settings


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of the settings and of Komodo's own command line."""

    settings: Settings

    def all(self) -> tuple[Profile, ...]:
        """Every profile that can be switched to: of several with the same name, the first found wins."""
        by_name: dict[str, Profile] = {}
        for profile in self.settings.profiles():
            by_name.setdefault(profile.name, profile)
        return tuple(by_name.values())

    def warnings(self) -> tuple[str, ...]:
        """What is unwise or broken in the profiles and settings, each with where and what to do."""
        return self.settings.warnings
