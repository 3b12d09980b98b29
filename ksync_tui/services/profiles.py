"""The profiles that a person can switch to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ksync_tui.config import Profile, Settings

ANYWHERE = "https://komodo.example"


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of the settings, as they are written now, and of Komodo's own command line."""

    settings: Settings

    def all(self) -> tuple[Profile, ...]:
        """Every profile that can be switched to: of several with the same name, the first found wins."""
        by_name: dict[str, Profile] = {}
        for profile in self.settings.reread().profiles():
            by_name.setdefault(profile.name, profile)
        return tuple(by_name.values())

    def removable(self) -> frozenset[str]:
        """The names of those that stand in the settings file."""
        return frozenset(profile.name for profile in self.settings.reread().own)

    def name_problem(self, name: str) -> str | None:
        """Why a new profile cannot be called that, or None."""
        if any(profile.is_called(name) for profile in self.all()):
            return "a profile with this name already exists"
        return self.problem(name, {"address": ANYWHERE})

    def problem(self, name: str, values: Mapping[str, Any]) -> str | None:
        """Why a profile cannot be written down like that, or None."""
        from ksync_tui.config import edits  # noqa: PLC0415 - only writing needs it

        return edits.profile_problem(self.settings.file, name, values)

    def add(self, name: str, values: Mapping[str, Any], *, usual: bool = False) -> None:
        """Writes a profile of a Core into the settings.

        `values` are those of `[profiles.NAME]`; `usual` makes it the one that is meant where none is named. Raises
        ConfigError.
        """
        from ksync_tui.config import edits  # noqa: PLC0415 - only writing needs it

        edits.set_profile(self.settings.file, name, values, usual=usual)

    def remove(self, name: str) -> None:
        """Takes a profile out of the settings. Raises ConfigError where they have none of the name."""
        from ksync_tui.config import edits  # noqa: PLC0415 - only writing needs it

        edits.remove_profile(self.settings.file, name)

    def warnings(self) -> tuple[str, ...]:
        """What is unwise or broken in the profiles and settings, each with where and what to do."""
        return self.settings.reread().warnings
