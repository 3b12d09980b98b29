"""ksync commit: managed syncs: write live changes to the file and commit them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.choice import Choice, agreed, choose, target_of
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, CommitRefusedError, UsageError
from ksync_tui.present.style import Style, line
from ksync_tui.present.text import count, neutral
from ksync_tui.services import Confirmation
from ksync_tui.services.blocks import can_go_to_file
from ksync_tui.services.commits import ensure_can_push

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from ksync_tui.cli.output import Output
    from ksync_tui.services import FileChange, Review, Session
    from ksync_tui.services.commits import CommitDraft


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    options.source(parser, deletes=False)
    options.ticks(parser)
    options.origin(parser)
    parser.add_argument("--message", "-m", metavar="TEXT", help="the commit message")
    parser.add_argument("--push", action="store_true", help="push the branch after the commit, never by force")


def run(args: Namespace, output: Output) -> int:
    """Writes what --all or --only name from live into the files, shows the diff first, and commits it.

    Without anything to write it commits what was written before and was not committed.
    """
    with open_session(args) as session:
        review = session.reviews.create(sync_of(session, args))
        if not review.sync.managed and not args.path:
            hint = f"`ksync syncs edit {review.sync.name} --managed` makes it so."
            raise UsageError("the sync is not managed", where=review.sync.name, hint=hint)
        choice = _chosen(review, args)
        changes = session.files.write_back(review, choice.ids, choice.parts)
        if not changes and not review.uncommitted:
            return _nothing(review, output)
        draft = session.files.commit_draft(changes or review.uncommitted)
        if not _agreed(changes, draft, args, output):
            output.say("nothing was written" if changes else "nothing was committed")
            return EXIT_ERROR
        if changes:
            output.say(session.files.write(changes))
        if draft is None:
            output.say("in no git repository: no commit")
        else:
            output.say(_commit(session, draft, args, output))
        if changes and review.uncommitted:
            names = ", ".join(change.file for change in review.uncommitted)
            output.say(f"written before, not committed: {names}; run `ksync commit` again to commit it")
        return EXIT_OK


def _nothing(review: Review, output: Output) -> int:
    """Says why there is nothing to write; a source that could not be read may well differ from live."""
    if review.plan.errors:
        output.problems(review.plan.errors, files=len(review.declarations.files))
        output.say("nothing was written: the source could not be read as a whole")
        return EXIT_ERROR
    output.say("nothing to write: the files say what live is")
    return EXIT_OK


def _agreed(changes: Sequence[FileChange], draft: CommitDraft | None, args: Namespace, output: Output) -> bool:
    """Shows what is written and all that is committed, and asks. Raises UsageError where nobody can be asked."""
    _show(changes, output)
    for note in (note for change in changes for note in change.notes):
        output.say(note)
    if draft is not None:
        if [change.diff for change in draft.files] != [change.diff for change in changes]:
            output.say("the commit:")
            _show(draft.files, output)
        for note in filter(None, (*draft.notes, draft.consent, _along(draft, args))):
            output.say(note)
        if draft.consent and args.yes:
            raise UsageError("this needs confirmation", why=draft.consent, hint="Run it without --yes.")
    steps = ["Write"] if changes else []
    steps += [f"commit to {draft.where} as {draft.author}"] if draft else ["(in no git repository)"]
    question = " and ".join(steps) if draft else " ".join(steps)
    return bool(args.yes) or agreed(Confirmation(), f"{question[0].upper()}{question[1:]}?")


def _commit(session: Session, draft: CommitDraft, args: Namespace, output: Output) -> str:
    try:
        return session.files.commit(draft, args.message or draft.message, push=args.push)
    except CommitRefusedError:
        if session.files.is_uncommitted(draft):
            output.say("written, not committed; `ksync commit` commits it later")
        raise


def _along(draft: CommitDraft, args: Namespace) -> str | None:
    """What a push brings along; raises CommitRefusedError where there is nowhere to push to."""
    if not args.push:
        return None
    ensure_can_push(draft)
    ahead = draft.upstream.ahead if draft.upstream else 0
    return f"{count(ahead, 'earlier commit')} of yours will also be pushed to {draft.upstream}" if ahead else None


def _chosen(review: Review, args: Namespace) -> Choice:
    plan = review.plan.only(args.origin) if args.origin else review.plan
    actions = [action for action in plan.actions if can_go_to_file(action)]
    unmade = {block.target for change in review.uncommitted for block in change.edit.edits}
    if not args.all and not args.only and not unmade:
        raise UsageError("nothing selected", hint="Give --all, or --only KIND/NAME.")
    pending = {action.target for action in actions}
    only = [word for word in args.only if target_of(word) in pending or target_of(word) not in unmade]
    return choose(actions, only, args.left_out, everything=args.all)


def _show(changes: Sequence[FileChange], output: Output) -> None:
    styles = {"+": Style.CREATE, "-": Style.DELETE, "@": Style.DIM}
    for change in changes:
        output.styled(line((neutral(text), styles.get(text[:1], Style.PLAIN))) for text in change.diff)
