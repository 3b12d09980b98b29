"""ksync syncs: list syncs and their state; add, edit, remove."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ksync_tui.cli import options
from ksync_tui.cli.choice import agreed
from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, UsageError
from ksync_tui.services import Confirmation
from ksync_tui.services.remote_sources import is_address, of_address
from ksync_tui.services.stored_syncs import elsewhere, in_itself

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.services import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    options.json(parser)
    actions = parser.add_subparsers(dest="action", metavar="list|add|edit|rename|remove|refresh|commit")
    listing = actions.add_parser("list", help="list them, as without a word", description="list the syncs")
    options.profile(listing, argparse.SUPPRESS)
    options.json_again(listing)
    for name, summary in (
        ("add", "a new sync over files, a git repository or a text"),
        ("edit", "change a sync's options"),
    ):
        child = actions.add_parser(name, help=summary, description=summary)
        options.profile(child, argparse.SUPPRESS)
        child.add_argument("name", metavar="NAME")
        child.add_argument("--path", action="append", metavar="P", help="folder or file (repeatable)")
        child.add_argument("--inline", metavar="FILE", help="read the text of the sync from this file")
        _repository(child)
        child.add_argument("--match-tag", action="append", metavar="T", help="only resources with all these tags")
        for switch in ("managed", "delete", "include-variables", "include-user-groups"):
            child.add_argument(f"--{switch}", action=argparse.BooleanOptionalAction, default=None)
    for name, summary in (
        ("rename", "give a sync another name"),
        ("remove", "forget a sync; its files and resources stay"),
        ("refresh", "have a Komodo Core refresh its sync"),
        ("commit", "have a Komodo Core write everything live to the file of its managed sync"),
    ):
        child = actions.add_parser(name, help=summary, description=summary)
        child.add_argument("name", metavar="NAME")
        if name == "rename":
            child.add_argument("new", metavar="NEW")
        if name == "commit":
            child.add_argument("--yes", "-y", action="store_true", help="do not prompt")
        options.profile(child, argparse.SUPPRESS)


def _repository(parser: ArgumentParser) -> None:
    parser.add_argument("--repo", metavar="R", help="a git repository: OWNER/NAME, or an https, ssh or file address")
    parser.add_argument("--linked-repo", metavar="NAME", help="the repository of this repo resource")
    parser.add_argument("--branch", metavar="B", help="its branch (default: main)")
    parser.add_argument("--commit", metavar="C", help="pin to this commit or tag")
    parser.add_argument("--provider", metavar="HOST", help="git host of OWNER/NAME (default: github.com)")
    account = "account to read it with; its token comes from KSYNC_GIT_TOKEN_HOST_ACCOUNT"
    parser.add_argument("--account", metavar="A", help=account)
    where = "folder or file in the repository (repeatable; default: all of it)"
    parser.add_argument("--resource-path", action="append", metavar="P", help=where)


def run(args: Namespace, output: Output) -> int:
    """Carries out `ksync syncs [add|edit|rename|remove|refresh|commit]`."""
    with open_session(args) as session:
        if args.action in ("add", "edit") and (args.managed or args.delete) and not args.match_tag:
            output.say("such a sync deletes what it does not declare; --match-tag T limits it to resources tagged T")
        if args.action == "add":
            fields = _fields(args, new=True)
            if args.repo:
                session.syncs.ensure_reachable(fields)
            session.syncs.add(args.name, fields, args.path or ())
            output.say(f"added {args.name}; `ksync plan --sync {args.name}` shows what it would do")
        elif args.action == "edit":
            session.syncs.edit(args.name, _fields(args, new=False), args.path or ())
            output.say(f"changed {args.name}")
        elif args.action == "rename":
            session.syncs.rename(args.name, args.new)
            output.say(f"renamed {args.name} to {args.new}")
        elif args.action == "refresh":
            session.core.refresh(session.syncs.get(args.name).name)
            output.syncs([session.reviews.row(session.syncs.get(args.name))])
        elif args.action == "commit":
            return _commit(session, args, output)
        elif args.action == "remove":
            session.syncs.remove(args.name)
            output.say(f"removed {args.name}; its files and the resources it made stay")
        else:
            output.syncs([session.reviews.row(sync) for sync in session.syncs.all()])
        return EXIT_OK


def _commit(session: Session, args: Namespace, output: Output) -> int:
    core, name = session.core, session.syncs.get(args.name).name
    question = f"Have Core write everything live to the file of {name}? Its comments and order will be lost."
    if not args.yes and not agreed(Confirmation(), question):
        output.say("nothing was written")
        return EXIT_ERROR
    output.say(core.commit(name))
    return EXIT_OK


_REPOSITORY = {
    "repo": "repo", "linked_repo": "linked_repo", "branch": "branch", "commit": "commit", "provider": "git_provider",
    "account": "git_account", "resource_path": "resource_path",
}  # fmt: skip
"""Config field by option."""


def _fields(args: Namespace, *, new: bool) -> dict[str, Any]:
    """The config fields that the options set, besides the paths."""
    sources = [name for name in ("path", "inline", "repo", "linked_repo") if getattr(args, name)]
    if len(sources) > 1:
        both = " and ".join(f"--{name.replace('_', '-')}" for name in sources)
        raise UsageError(f"{both} cannot be combined", hint="A sync has one source: give one of them.")
    if new and not sources:
        hint = "Give --path P (repeatable), --repo R, --linked-repo NAME or --inline FILE."
        raise UsageError("a sync needs a source", hint=hint)
    _refuse_unused(args)
    switches = ("managed", "delete", "include_variables", "include_user_groups")
    fields: dict[str, Any] = {name: value for name in switches if (value := getattr(args, name)) is not None}
    fields |= {field: value for name, field in _REPOSITORY.items() if (value := getattr(args, name)) is not None}
    if args.repo and is_address(args.repo):
        fields |= of_address(args.repo)
    if args.match_tag is not None:
        fields["match_tags"] = args.match_tag
    if args.inline:
        fields |= in_itself(_text(Path(args.inline)))
    return elsewhere(fields) if args.repo or args.linked_repo else fields


def _refuse_unused(args: Namespace) -> None:
    """Raises UsageError for options of a repository beside files or a text."""
    unused = [name for name in _REPOSITORY if getattr(args, name) is not None]
    if unused and (args.path or args.inline):
        options = ", ".join(f"--{name.replace('_', '-')}" for name in unused)
        raise UsageError(f"only a git repository has {options}", hint="Leave it out, or give --repo.")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("the file cannot be read", where=str(path), why=str(error)) from error
