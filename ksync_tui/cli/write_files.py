"""From changes of files to their commit: shown, agreed to, written, committed, with what came of it printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.cli.choice import agreed
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, CommitRefusedError, UsageError
from ksync_tui.present.style import Style, line
from ksync_tui.present.text import count, neutral
from ksync_tui.services import Confirmation
from ksync_tui.services.commits import ensure_can_push

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ksync_tui.cli.output import Output
    from ksync_tui.services import FileChange, Session
    from ksync_tui.services.commits import CommitDraft


def write_files(
    session: Session,
    changes: Sequence[FileChange],
    output: Output,
    *,
    written: Sequence[FileChange] = (),
    yes: bool = False,
    message: str = "",
    push: bool = False,
) -> int:
    """Writes changes and commits them, or commits what was `written` before where there are none; the exit code.

    Raises UsageError where nobody can be asked, and what writing and committing raise.
    """
    draft = session.files.commit_draft(tuple(changes or written))
    if not _agreed(changes, draft, output, yes=yes, push=push):
        output.say("nothing was written" if changes else "nothing was committed")
        return EXIT_ERROR
    if changes:
        output.say(session.files.write(tuple(changes)))
    if draft is None:
        output.say("in no git repository: no commit")
    else:
        output.say(_commit(session, draft, output, message, push=push))
    if changes and written:
        names = ", ".join(change.file for change in written)
        output.say(f"written before, not committed: {names}; run `ksync commit` again to commit it")
    return EXIT_OK


def _agreed(changes: Sequence[FileChange], draft: CommitDraft | None, output: Output, *, yes: bool, push: bool) -> bool:
    """Shows what is written and all that is committed, and asks. Raises UsageError where nobody can be asked."""
    _show(changes, output)
    for note in (note for change in changes for note in change.notes):
        output.say(note)
    if draft is not None:
        if [change.diff for change in draft.files] != [change.diff for change in changes]:
            output.say("the commit:")
            _show(draft.files, output)
        for note in filter(None, (*draft.notes, draft.consent, _along(draft) if push else None)):
            output.say(note)
        if draft.consent and yes:
            raise UsageError("this needs confirmation", why=draft.consent, hint="Run it without --yes.")
    steps = ["Write"] if changes else []
    steps += [f"commit to {draft.where} as {draft.author}"] if draft else ["(in no git repository)"]
    question = " and ".join(steps) if draft else " ".join(steps)
    return yes or agreed(Confirmation(), f"{question[0].upper()}{question[1:]}?")


def _commit(session: Session, draft: CommitDraft, output: Output, message: str, *, push: bool) -> str:
    try:
        return session.files.commit(draft, message or draft.message, push=push)
    except CommitRefusedError:
        if session.files.is_uncommitted(draft.changes):
            output.say("written, not committed; `ksync commit` commits it later")
        raise


def _along(draft: CommitDraft) -> str | None:
    """What a push brings along; raises CommitRefusedError where there is nowhere to push to."""
    ensure_can_push(draft)
    ahead = draft.upstream.ahead if draft.upstream else 0
    return f"{count(ahead, 'earlier commit')} of yours will also be pushed to {draft.upstream}" if ahead else None


def _show(changes: Sequence[FileChange], output: Output) -> None:
    styles = {"+": Style.CREATE, "-": Style.DELETE, "@": Style.DIM}
    for change in changes:
        output.styled(line((neutral(text), styles.get(text[:1], Style.PLAIN))) for text in change.diff)
