"""Variables: values that `[[NAME]]` stands for."""

from typing import Annotated

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.fields import Doc, wrong_names

LONGEST_VALUE = 10_000
"""In bytes (semantics e.5)."""


class Variable(Resource):
    """A named value; masked wherever it is shown when it is secret.

    A secret without a value is managed elsewhere: its value is neither compared nor touched (architecture rule 9).
    """

    description: Annotated[str, Doc("A note for people."), wrong_names("desc")] = ""
    value: Annotated[str, Doc("The text that [[NAME]] stands for, on one line.")] = ""
    is_secret: Annotated[
        bool, Doc("Whether the value is hidden wherever it is shown."), wrong_names("secret", "is_secrets", "sensitive")
    ] = False

    def unmanaged(self) -> frozenset[str]:
        """The value of a secret that the file gives none for: it is managed elsewhere (architecture rule 9)."""
        return frozenset({"value"}) if self.is_secret and not self.value else frozenset()

    def refused(self) -> str | None:
        """Why Komodo would refuse the value, or None (semantics e.5)."""
        if len(self.value.encode()) > LONGEST_VALUE:
            return f"the value is longer than {LONGEST_VALUE} bytes"
        if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in self.value):
            return "the value holds a line break, tab or other control character"
        return None
