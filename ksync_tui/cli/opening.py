"""Opening what a command line names: the session of a profile, and the sync to work on."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.cli.choice import target_of
from ksync_tui.cli.printer import progress
from ksync_tui.errors import UsageError
from ksync_tui.model.resource import Target
from ksync_tui.planner.renaming import Rename
from ksync_tui.services import Session

if TYPE_CHECKING:
    from argparse import Namespace

    from ksync_tui.config import Ask
    from ksync_tui.services import Review, Sync


def open_session(args: Namespace) -> Session:
    """The session in the profile that a command line names."""
    return Session.open(profile=args.profile, engine=args.engine, ask=_asker())


def sync_of(session: Session, args: Namespace) -> Sync:
    """The sync that a command line names: a path, a stored sync, or the only stored one."""
    session.waiting.hear = progress
    if args.path and args.sync:
        raise UsageError("a path and --sync cannot be combined", hint="Give one of them.")
    if args.path:
        return session.syncs.at(
            Path(args.path),
            delete=args.delete,
            tags=tuple(args.tag),
            variables=args.variables,
            user_groups=args.user_groups,
        )
    if args.sync:
        return session.syncs.get(args.sync)
    syncs = session.syncs.all()
    if len(syncs) == 1:
        return syncs[0]
    known = ", ".join(sync.name for sync in syncs)
    hint = f"Give a PATH, or --sync with one of: {known}." if known else "Give a PATH; there are no stored syncs."
    raise UsageError("no sync given", hint=hint)


def reviewed(session: Session, args: Namespace) -> Review:
    """The review of the sync that a command line names, with the renames that it chooses. Raises UsageError."""
    renames = [_rename(word) for word in args.rename]
    review = session.reviews.create(sync_of(session, args), renames=renames)
    for rename in renames:
        if f"rename:{rename.new}" not in review.plan.by_id:
            why = f"{rename.old} must be live and not declared, {rename.new} declared and not live"
            raise UsageError("this cannot be renamed", where=f"{rename.old}={rename.new.name}", why=why)
    return review


def _rename(word: str) -> Rename:
    """`stack/old=new` as a rename. Raises UsageError for anything else."""
    before, equals, new = word.partition("=")
    if not equals or not new:
        raise UsageError("not a rename", where=word, hint="Write KIND/OLD=NEW, such as stack/wiki-js=wiki.")
    old = target_of(before)
    return Rename(old, Target(old.kind, new))


def _asker() -> Ask | None:
    """Asks on the terminal for what a login needs, where somebody sits there."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    def ask(question: str, secret: bool) -> str | None:
        try:
            if secret:
                return getpass(f"{question}: ")
            print(f"{question}: ", end="", file=sys.stderr, flush=True)
            return input() or None
        except EOFError:
            return None

    return ask
