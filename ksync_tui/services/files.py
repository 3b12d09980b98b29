"""Managed mode: blocks edited by hand, live changes taken into files, both written and committed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ksync_tui.errors import KsyncError, WriteBackError
from ksync_tui.model.kinds.fields import schema
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.services import blocks, commits
from ksync_tui.services.core_source import CoreSource
from ksync_tui.services.live_to_files import write_back
from ksync_tui.writeback.secrets import refuse_secrets

if TYPE_CHECKING:
    from ksync_tui.engine.base import Engine
    from ksync_tui.model.resource import Problem, Target
    from ksync_tui.planner.selection import Parts
    from ksync_tui.services.blocks import BlockDraft
    from ksync_tui.services.commits import CommitDraft, WriteDraft
    from ksync_tui.services.core import CoreService
    from ksync_tui.services.file_change import FileChange
    from ksync_tui.services.review import Review
    from ksync_tui.services.runs import Runs
    from ksync_tui.services.sync import Sync
    from ksync_tui.services.sync_settings import SyncSettings
    from ksync_tui.services.syncs import Syncs
    from ksync_tui.services.uncommitted import Uncommitted
    from ksync_tui.services.waiting import Waiting
    from ksync_tui.writeback.files import FileEdit


@dataclass(frozen=True, slots=True)
class Files:
    """Edits the files of syncs: first as a change to look at, then written, then committed."""

    engine: Engine
    syncs: Syncs
    runs: Runs
    uncommitted: Uncommitted
    core: CoreService | None
    waiting: Waiting
    sync_settings: SyncSettings

    def edit_refusal(self, review: Review, target: Target) -> str | None:
        """Why a resource's block cannot be edited here, in one sentence, or None."""
        return blocks.refusal(review, target)

    def open_block(self, review: Review, target: Target, *, looks: bool = True) -> BlockDraft:
        """The block of a resource for the editor, with `looks` without what looks like a secret.

        Raises WriteBackError where it cannot be edited.
        """
        look = SecretLook(self.sync_settings.settings.secret_keys) if looks else None
        return blocks.open_block(review, target, self.engine.known_secrets().values(), look)

    def check(self, review: Review, draft: BlockDraft, text: str) -> tuple[Problem, ...]:
        """The problems of an edited block, while it is typed."""
        return blocks.problems_of(review, draft, text, self.engine.recent().live.keys())

    def names(self, kind: str) -> list[str]:
        """The names of a kind that exist, for completion."""
        return sorted(target.name for target in self.engine.recent().live if target.kind == kind)

    def keys(self, kind: str) -> list[str]:
        """The keys that a kind accepts, for completion."""
        model = KINDS[kind].model
        config = schema(model).fields.get("config")
        fields = [*schema(model), *(schema(config.table) if config and config.table else ())]
        return [field.key for field in fields]

    def edits_of(self, review: Review, draft: BlockDraft, text: str) -> FileChange:
        """What saving an edited block would write. Raises WriteBackError where it is not one sound block."""
        hidden = {*self.engine.known_secrets().values(), *draft.tokens.values()}
        return self._masked(blocks.edited(review, draft, text, hidden))

    def write_back(self, review: Review, ticked: Collection[str], parts: Parts | None = None) -> tuple[FileChange, ...]:
        """What taking live into the files would write for the ticked ids, or `parts` of them. Raises WriteBackError."""
        found = write_back(review, ticked, self.engine.known_secrets().values(), parts)
        return tuple(map(self._masked, found))

    def needs_consent(self, review: Review) -> bool:
        """Whether a person is asked before live is written into the files of a sync: it is not managed, has several
        files, and nobody has agreed for good."""
        asked = not review.sync.managed and len(review.declarations.files) > 1
        return asked and not self.sync_settings.may_write(review.sync.options.name)

    def consent(self, review: Review) -> None:
        """Writes down that nobody is asked again for this sync."""
        self.sync_settings.allow_writing(review.sync.options.name)

    def write(self, changes: Sequence[FileChange]) -> str:
        """Writes the files and says which. Raises WriteBackError; a file is written whole or not at all.

        Until the commit is made, those in a git work tree are `Review.uncommitted`.
        """
        here = [change for change in changes if not change.elsewhere]
        final = [change for change in here if change.kept_by or not self.uncommitted.writing(change)]
        said = commits.write(changes, self._keep)
        for change in final:
            self.uncommitted.agree(change)
        return said

    def put_back(self, changes: Sequence[FileChange]) -> str:
        """Makes files what they were before changes that are written and not committed. Raises WriteBackError."""
        said = commits.put_back(changes)
        for change in changes:
            self.uncommitted.forget(change)
        return said

    def commit_draft(self, changes: Sequence[FileChange]) -> CommitDraft | None:
        """The commit of changes; None where the files are in no git work tree."""
        with self.waiting:
            draft = commits.commit_draft(changes, self.engine.known_secrets())
        return draft and replace(draft, files=tuple(map(self._masked, draft.files)))

    def _masked(self, change: FileChange) -> FileChange:
        """A change whose difference shows nothing that looks like a secret."""
        return blocks.without_looks(change, SecretLook(self.sync_settings.settings.secret_keys))

    def prepare(self, review: Review, ticked: Collection[str], parts: Parts | None = None) -> WriteDraft | None:
        """What taking live into the files would write and commit; None where nothing. Raises WriteBackError."""
        changes = self.write_back(review, ticked, parts)
        if not changes:
            return None
        try:
            return commits.WriteDraft(changes, self.commit_draft(changes))
        except KsyncError as error:
            return commits.WriteDraft(changes, refused=error)

    def write_and_commit(self, draft: WriteDraft, message: str, *, push: bool = False) -> str:
        """Writes and commits what was prepared, and says what. Raises WriteBackError, CommitRefusedError.

        A commit that is refused leaves the files written: `Review.uncommitted`.
        """
        said = self.write(draft.changes)
        if draft.refused:
            return f"{said}; not committed: {draft.refused.why or draft.refused.what}"
        return f"{said}; {self.commit(draft.commit, message, push=push)}" if draft.commit else said

    def commit(self, draft: CommitDraft, message: str, *, push: bool = False) -> str:
        """Commits, pushes where that is wanted, and says what. Raises CommitRefusedError with the reason."""
        with self.waiting:
            if push:
                commits.ensure_can_push(draft)
            said = commits.commit(draft, message)
            for change in draft.changes:
                self.uncommitted.done(change)
            return f"{said}{commits.push(draft)}" if push and not draft.goes_elsewhere else said

    def is_uncommitted(self, changes: Sequence[FileChange]) -> bool:
        """Whether files of a commit that was refused are written; what was only not pushed is committed."""
        return self.uncommitted.has(changes)

    def _keep(self, sync: Sync, edit: FileEdit) -> None:
        """Writes a text that its sync keeps: Core a file of its own, the sync itself an inline text."""
        self.runs.ensure_writable()
        refuse_secrets(edit.name, edit.before, edit.after, self.engine.known_secrets())
        before, after = ((text or b"").decode("utf-8") for text in (edit.before, edit.after))
        if self.core and isinstance(sync.source, CoreSource):
            self.core.write(sync.name, edit.name, before, after)
        elif (stored := self.syncs.get(sync.name)).source != sync.source:
            why, hint = "it changed since it was read", "Read it again."
            raise WriteBackError("the text was left as it was", where=stored.name, why=why, hint=hint)
        else:
            self.syncs.edit(sync.name, {"file_contents": after})
