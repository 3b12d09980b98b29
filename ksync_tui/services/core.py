"""A Core's own syncs, and what happened there, as the session offers them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ksync_tui.engine.core.text import sentence
from ksync_tui.errors import RunError, WriteBackError
from ksync_tui.model.kinds.resource_sync import ResourceSync
from ksync_tui.model.resource import Problem, SourceLocation, Target
from ksync_tui.model.rules import Rule
from ksync_tui.model.secrets import Redactor, without_named_secrets
from ksync_tui.present.text import moment
from ksync_tui.services.core_source import CoreSource
from ksync_tui.services.review import SyncRow, SyncState
from ksync_tui.services.sync import Sync, options_of
from ksync_tui.source.inline import Inline

if TYPE_CHECKING:
    from ksync_tui.engine.core.engine import CoreEngine
    from ksync_tui.engine.core.syncs import CoreSync
    from ksync_tui.model.events import Change, RunRecord
    from ksync_tui.model.plan import Plan, Verb

MOST = 200
"""Entries of a history."""


@dataclass(frozen=True, slots=True)
class CoreService:
    """What only a Core has: syncs of its own, and a history of all that anybody did."""

    engine: CoreEngine
    read_only: bool

    def child_environment(self, profile: str) -> dict[str, str]:
        """The environment in which a child of this process is who we are, though nobody can be asked there."""
        from ksync_tui.services.engines import handed_down  # noqa: PLC0415 - only a Core needs it

        return handed_down(profile, self.engine)

    def who(self) -> str:
        """As whom one is logged in, and which version the Core is."""
        name, admin = self.engine.who()
        return f"Komodo Core {self.engine.server_version()}, as {name}{' (admin)' if admin else ''}"

    def sync_of(self, resource: ResourceSync) -> Sync:
        """A sync of Core's. Its files are where Core is, so Core reads and writes them."""
        target = Target("resource_sync", resource.name)
        if resource.config.file_contents.strip():
            source: Inline | CoreSource = Inline(resource.name, resource.config.file_contents)
            return Sync(resource.name, options_of(resource), source, "in Core: inline", target)
        place = f"in Core: {_place(resource)}"
        source = CoreSource(self.engine, resource.name, place, fresh=not self.read_only)
        return Sync(resource.name, options_of(resource), source, place, target)

    def row(self, sync: Sync, last_run: RunRecord | None) -> SyncRow:
        """A row of the list of syncs as Core shows it: nothing is read or planned for it."""
        found = self.engine.seen_sync(sync.name)
        if found is None:
            return SyncRow(sync, "unread", problem="Core no longer has it", last_run=last_run)
        first = next(
            iter((*found.problems, *(f"{error.name}: {sentence(error.text)}" for error in found.errors))), None
        )
        state: SyncState = "problem" if first else "pending" if found.pending else "in sync"
        shown = replace(sync, place="  ".join(filter(None, (sync.place, found.read[:40], _ran(found)))))
        return SyncRow(shown, state, _summary(found), len(found.errors), first, last_run, found.last_run)

    def remarks(self, sync: Sync, plan: Plan) -> tuple[Problem, ...]:
        """Where Core's own pending list is not what ksync plans, as warnings (semantics h says why it may not be)."""
        from ksync_tui.engine.core.syncs import differences  # noqa: PLC0415 - only a Core needs it

        if not isinstance(sync.source, CoreSource) or plan.errors:
            return ()
        found = self.engine.sync(sync.name, fresh=False)
        every = (*plan.actions, *(hidden.action for hidden in plan.ignored))
        ours = {(action.verb, action.target) for action in every}
        place = SourceLocation(sync.name, 1)
        hint = "ksync does what it shows; what Core would do in a run of its own is Core's"
        return tuple(
            Problem(Rule.CORE_DIFFERS, "warning", place, f"{text}, by its own pending list", hint)
            for text in differences(ours, found.pending)
        )

    def write(self, sync: str, name: str, before: str, after: str) -> None:
        """Lets Core write a file of a sync, unless it has changed since it was read. Raises WriteBackError."""
        found = next((file for file in self.engine.sync(sync, fresh=True).files if file.name == name), None)
        if found is None or found.text != before:
            why, hint = "it changed since it was read", "Read it again: r"
            raise WriteBackError("the file was left as it was", where=name, why=why, hint=hint)
        self.engine.write_file(sync, replace(found, text=after), lambda _: None)

    def commit(self, sync: str) -> str:
        """Lets Core write all that is live into the file of a managed sync, by itself (semantics c.10).

        Raises EngineError, and RunError in a profile that only looks.
        """
        self._ensure_writable()
        steps = self.engine.commit_sync(sync, lambda _: None)
        return f"Core committed {sync}: {', '.join(steps)}"

    def changes(self, target: Target | None = None) -> list[Change]:
        """The newest updates and alerts, of all or of one target, newest first."""
        return self.engine.changes(target, MOST)

    def log_of(self, change: str) -> list[str]:
        """All that Core wrote down of a change, by its id, line by line; secrets are masked, old ones too."""
        mask = Redactor(self.engine.known_secrets())
        return [mask(without_named_secrets(line)) for line in self.engine.log_of(change)]

    def refresh(self, sync: str) -> None:
        """Lets Core read the source of a sync anew. Raises EngineError, and RunError in a profile that only looks."""
        self._ensure_writable()
        self.engine.sync(sync, fresh=True)

    def _ensure_writable(self) -> None:
        if self.read_only:
            raise RunError("nothing can be changed here", why="the profile is read-only")


def _place(resource: ResourceSync) -> str:
    config = resource.config
    if config.files_on_host:
        return f"files {', '.join(config.resource_path)}"
    if config.linked_repo:
        return f"git  {config.linked_repo}"
    if config.repo:
        return f"git  {config.repo}@{config.branch}"
    return "no source is set up"


def _ran(found: CoreSync) -> str:
    return f"ran {moment(found.last_run)}" if found.last_run else "never ran"


def _summary(found: CoreSync) -> dict[str, int]:
    verbs: tuple[Verb, ...] = ("create", "update", "delete", "deploy")
    return {verb: sum(pending_verb == verb for pending_verb, _ in found.pending) for verb in verbs}
