"""Variables: values that `[[NAME]]` stands for."""

from ksync_tui.model.kinds.base import Resource


class Variable(Resource):
    """A named value; masked wherever it is shown when it is secret.

    A secret without a value is managed elsewhere: its value is neither compared nor touched (DESIGN rule 9).
    """

    description: str = ""
    value: str = ""
    is_secret: bool = False

    def unmanaged(self) -> frozenset[str]:
        """The value of a secret that the file gives none for: it is managed elsewhere (DESIGN rule 9)."""
        return frozenset({"value"}) if self.is_secret and not self.value else frozenset()
