"""What a screen asks for that another screen shows: a request, which a flow carries out (see `flows`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ksync_tui.model.events import Change
    from ksync_tui.model.ignored import IgnoreRule
    from ksync_tui.model.plan import Action, Direction, Selection
    from ksync_tui.model.resource import Target
    from ksync_tui.planner.selection import Parts
    from ksync_tui.present.choices import Choices
    from ksync_tui.services import FileChange, Review, Sync


class Request:
    """Base of all requests."""


@dataclass(frozen=True, slots=True)
class ShowHelp(Request):
    """The keys of the screen."""


@dataclass(frozen=True, slots=True)
class ShowPalette(Request):
    """The commands of the screen, to choose from."""


@dataclass(frozen=True, slots=True)
class ShowHistory(Request):
    """Runs, past and running."""


@dataclass(frozen=True, slots=True)
class SwitchHistory(Request):
    """In place of ksync's runs what happened in a Core, or the other way round."""


@dataclass(frozen=True, slots=True)
class ShowProfiles(Request):
    """The profiles, to switch to another one."""


@dataclass(frozen=True, slots=True)
class SwitchSettings(Request):
    """In place of the profiles the Docker hosts, or the other way round."""


@dataclass(frozen=True, slots=True)
class AddProfile(Request):
    """The form of a new profile."""


@dataclass(frozen=True, slots=True)
class RemoveProfile(Request):
    """Takes a profile out of the settings once its name was typed."""

    name: str


@dataclass(frozen=True, slots=True)
class SetHost(Request):
    """The form of a server's Docker host: a new one, or where one is that is known."""

    server: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class RemoveHost(Request):
    """Lets no Docker host stand for a server, once that was agreed to."""

    server: str


@dataclass(frozen=True, slots=True)
class ShowChanges(Request):
    """What happened to a resource in a Core."""

    target: Target


@dataclass(frozen=True, slots=True)
class ShowLog(Request):
    """The log of a change in a Core."""

    change: Change


@dataclass(frozen=True, slots=True)
class ShowContainerLog(Request):
    """The last lines that the containers of a stack or deployment wrote."""

    target: Target


@dataclass(frozen=True, slots=True)
class ShowRun(Request):
    """A run as it happens; afterwards the screen below reads again."""

    run: int


@dataclass(frozen=True, slots=True)
class ShowReview(Request):
    """The review of a sync; with `problems`, those first."""

    sync: Sync
    problems: bool = False


@dataclass(frozen=True, slots=True)
class ShowDiff(Request):
    """The difference under the cursor of a review, on the whole screen."""


@dataclass(frozen=True, slots=True)
class ShowProblems(Request):
    """The problems of a source."""

    review: Review


@dataclass(frozen=True, slots=True)
class AddSync(Request):
    """The form of a new sync, and its review once it is stored."""


@dataclass(frozen=True, slots=True)
class EditSync(Request):
    """The form of a stored sync."""

    sync: Sync


@dataclass(frozen=True, slots=True)
class RemoveSync(Request):
    """Deletes a stored sync once its name was typed."""

    sync: Sync


@dataclass(frozen=True, slots=True)
class CommitInCore(Request):
    """Lets a Core write a managed sync's file anew, once that was agreed to."""

    sync: Sync


@dataclass(frozen=True, slots=True)
class RunSelection(Request):
    """The confirmation of a selection and of what goes into the files for ids or parts of them; then both are done."""

    review: Review
    selection: Selection
    to_file: Collection[str]
    parts: Parts


@dataclass(frozen=True, slots=True)
class ShowStep(Request):
    """The difference that one step makes to a side."""

    action: Action
    direction: Direction


@dataclass(frozen=True, slots=True)
class ShowPatch(Request):
    """The difference of a file, as it is committed."""

    change: FileChange


@dataclass(frozen=True, slots=True)
class UndoRun(Request):
    """The confirmation of what takes back a run, then that run."""

    run: int


@dataclass(frozen=True, slots=True)
class RunResource(Request):
    """The run of one resource, whatever is pending: `here`, else one that is chosen."""

    review: Review
    here: Target | None


@dataclass(frozen=True, slots=True)
class RunInCore(Request):
    """The run of a whole sync by a Core, which does what its own list says; `summary` counts that per verb."""

    sync: Sync
    summary: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class EditBlock(Request):
    """The editor of a resource's block; `looks`: without what looks like a secret."""

    review: Review
    target: Target
    looks: bool = True


@dataclass(frozen=True, slots=True)
class Ignore(Request):
    """The form that leaves alone what differs of a resource: a field or entry of it, or all of it if empty."""

    review: Review
    target: Target
    field: str


@dataclass(frozen=True, slots=True)
class AllowWriting(Request):
    """The question whether live may be written into the files of a sync that is not managed; then these choices."""

    review: Review
    choices: Choices


@dataclass(frozen=True, slots=True)
class StopIgnoring(Request):
    """Takes rules back, so that what they hide is pending again."""

    rules: tuple[IgnoreRule, ...]


@dataclass(frozen=True, slots=True)
class SaveBlock(Request):
    """What saving an edited block changes: shown, written, committed; then the editor is left."""

    change: FileChange


@dataclass(frozen=True, slots=True)
class CommitFiles(Request):
    """The commit of what was written before."""

    changes: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True)
class SettleUncommitted(Request):
    """The question what is to become of written files; then the commit screen is left."""

    changes: tuple[FileChange, ...]
