"""A new profile: the name and address of a Komodo Core, and who logs in there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.widgets import Input

from ksync_tui.tui import keymap
from ksync_tui.tui.screens.form import Form, InputField
from ksync_tui.tui.theme import ink

FIELDS = (
    ("name", "what you call it, such as prod"),
    ("address", "of the Komodo Core, such as https://komodo.example"),
    ("user", "who logs in with a password; empty for an API key"),
    ("key_file", "a file with the API key in its first line"),
    ("secret_file", "a file with its secret in the first line"),
)
NO_NAME = "Give it a name."
NO_ADDRESS = "Give it the address of a Komodo Core."


class ProfileForm(Form[str]):
    """Answers with the profile's name when it was written; nothing when it was left."""

    place = "profile"
    saves = "add_profile"
    switches = (
        ("read_only", "read-only", "refuses every change"),
        ("keyring", "keyring", "takes missing credentials from the keyring"),
        ("usual", "default", "is used where no profile is named"),
    )
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("profile")
    DEFAULT_CSS = """
    ProfileForm .row Static { width: 14; }
    ProfileForm .problem { padding: 0 0 0 14; }
    """

    def typed(self) -> tuple[InputField, ...]:
        """Its fields."""
        return FIELDS

    def checks(self) -> Mapping[str, Callable[[str], str | None]]:
        """The name is free; whatever else is typed can be written down."""
        profiles = self.session.profiles
        others = {name: partial(self._problem, name) for name, _ in FIELDS if name != "name"}
        return {"name": profiles.name_problem, **others}

    def where(self) -> Text:
        """A new profile."""
        return ink("new profile", "head")

    def loss(self) -> str | None:
        """What was typed would be lost."""
        return "The new profile is not added." if any(field.value for field in self.query(Input)) else None

    def disabled_reason(self, command: str) -> str | None:
        """Adding needs a name and an address."""
        if command == self.saves and self.is_mounted:
            missing = NO_NAME if not self.value("name") else NO_ADDRESS if not self.value("address") else None
            return missing or super().disabled_reason(command)
        return super().disabled_reason(command)

    def do_add_profile(self) -> None:
        """Writes it into the settings."""
        name, turned = self.value("name"), self.turned()
        add = partial(self.session.profiles.add, name, self._values(), usual=turned["usual"])
        self.work("Writing the settings", add, lambda _: self.finish(name), turn=False)

    def _problem(self, name: str, value: str) -> str | None:
        address = value if name == "address" else "https://komodo.example"
        return self.session.profiles.problem("new", {"address": address, name: value})

    def _values(self) -> dict[str, Any]:
        """What is written down: only what was given."""
        typed: dict[str, Any] = {name: self.value(name) for name, _ in FIELDS if name != "name"}
        switched = {name: on for name, on in self.turned().items() if name != "usual"}
        return {name: value for name, value in {**typed, **switched}.items() if value}
