"""The resources that can be run by hand, to choose one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from ksync_tui.model.resource import Target
from ksync_tui.present.text import neutral
from ksync_tui.tui.screens.find import FindScreen
from ksync_tui.tui.theme import ink, style

DOES = {"stack": "deploy", "deployment": "deploy", "build": "build", "repo": "pull", "procedure": "run"}


class ChooseScreen(FindScreen[Target, Target]):
    """Answers with the resource that was chosen."""

    asks = "resource"
    none = "No resource matches."

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self.targets = targets

    def where(self) -> Text:
        """What it is about."""
        return ink("run by hand", "head")

    def entries(self) -> Sequence[Target]:
        """All that can be run."""
        return self.targets

    def words_of(self, entry: Target) -> str:
        """What would be done with it, kind and name."""
        return f"{DOES.get(entry.kind, 'run')} {entry}"

    def drawn(self, entry: Target) -> Text:
        """What would be done, and the resource."""
        return Text.assemble((f"{DOES.get(entry.kind, 'run'):<8}", style("deploy")), neutral(str(entry)))

    def answer(self, entry: Target) -> Target:
        """The resource itself."""
        return entry
