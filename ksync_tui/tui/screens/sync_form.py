"""The form of a sync: its name and tags, what it may do, and what that would delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Generic, TypeVar

from ksync_tui.tui.screens.form import Form, InputField

Result = TypeVar("Result")

SWITCHES = (
    ("managed", "managed", "live changes can be written to its file; deletes too"),
    ("delete", "delete", "deletes what is live but not declared"),
    ("include_variables", "variables", "include variables"),
    ("include_user_groups", "user groups", "include user groups"),
)
"""Config field, name on the screen, meaning."""

NAME = ("name", "its name")
TAGS = ("tags", "only resources with all of these tags; empty means all")


class SyncForm(Form[Result], Generic[Result]):
    """Fields and switches of a sync; the switches are named by config fields."""

    switches: ClassVar[tuple[tuple[str, str, str], ...]] = SWITCHES

    def typed(self) -> tuple[InputField, ...]:
        """Name and tags."""
        return (NAME, TAGS)

    def checks(self) -> Mapping[str, Callable[[str], str | None]]:
        """No other sync has its name."""
        return {"name": self.session.syncs.name_problem}

    def tags(self) -> list[str]:
        """The tags that are typed."""
        return self.value("tags").replace(",", " ").split()

    def consequence(self) -> str:
        """A sync that deletes says so beforehand."""
        return _deletes(self.turned(), self.tags())


def _deletes(turned: Mapping[str, bool], tags: list[str]) -> str:
    """What a sync with these switches would delete, in one sentence, or nothing."""
    if not (turned.get("managed") or turned.get("delete")):
        return ""
    kinds = [word for name, word in (("include_variables", "variable"), ("include_user_groups", "user group"))
             if turned.get(name)]  # fmt: skip
    resources = "resource with these tags" if tags else "resource"
    every = " and ".join(f"every {word}" for word in (resources, *kinds))
    return f"Such a sync deletes {every} that it does not declare (after you ticked and confirmed it)."
