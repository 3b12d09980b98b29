"""ksync commit: managed syncs: write live changes to the file and commit them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.choice import Choice, choose, target_of
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.cli.write_files import write_files
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, UsageError
from ksync_tui.services.blocks import can_go_to_file

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.services import Review


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
        return write_files(
            session,
            changes,
            output,
            written=review.uncommitted,
            yes=bool(args.yes),
            message=args.message or "",
            push=args.push,
        )


def _nothing(review: Review, output: Output) -> int:
    """Says why there is nothing to write; a source that could not be read may well differ from live."""
    if review.plan.errors:
        output.problems(review.plan.errors, files=len(review.declarations.files))
        output.say("nothing was written: the source could not be read as a whole")
        return EXIT_ERROR
    output.say("nothing to write: the files say what live is")
    return EXIT_OK


def _chosen(review: Review, args: Namespace) -> Choice:
    plan = review.plan.only(args.origin) if args.origin else review.plan
    actions = [action for action in plan.actions if can_go_to_file(action)]
    unmade = {block.target for change in review.uncommitted for block in change.edit.edits}
    if not args.all and not args.only and not unmade:
        raise UsageError("nothing selected", hint="Give --all, or --only KIND/NAME.")
    pending = {action.target for action in actions}
    only = [word for word in args.only if target_of(word) in pending or target_of(word) not in unmade]
    return choose(actions, only, args.left_out, everything=args.all)
