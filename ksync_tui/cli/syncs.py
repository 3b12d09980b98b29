"""`ksync syncs`: list, add, edit, remove stored syncs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ksync_tui.cli.changes import core_of
from ksync_tui.cli.choice import agreed
from ksync_tui.cli.commands import open_session
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, UsageError
from ksync_tui.services import Confirmation
from ksync_tui.services.remote_sources import is_address, of_address
from ksync_tui.services.stored_syncs import elsewhere, in_itself

if TYPE_CHECKING:
    from argparse import Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.services import Session


def syncs(wanted: Namespace, output: Output) -> int:
    """Carries out `ksync syncs [add|edit|rename|remove|refresh|commit]`."""
    with open_session(wanted) as session:
        if wanted.action in ("add", "edit") and (wanted.managed or wanted.delete) and not wanted.match_tag:
            output.say("such a sync deletes what it does not declare; --match-tag T limits it to resources tagged T")
        if wanted.action == "add":
            fields = _fields(wanted, new=True)
            if wanted.repo:
                session.ensure_reachable(fields)
            session.add_sync(wanted.name, fields, wanted.path or ())
            output.say(f"added {wanted.name}; `ksync plan --sync {wanted.name}` shows what it would do")
        elif wanted.action == "edit":
            session.edit_sync(wanted.name, _fields(wanted, new=False), wanted.path or ())
            output.say(f"changed {wanted.name}")
        elif wanted.action == "rename":
            session.rename_sync(wanted.name, wanted.new)
            output.say(f"renamed {wanted.name} to {wanted.new}")
        elif wanted.action == "refresh":
            core_of(session).refresh(session.sync(wanted.name).name)
            output.syncs([session.row(session.sync(wanted.name))])
        elif wanted.action == "commit":
            return _commit(session, wanted, output)
        elif wanted.action == "remove":
            session.remove_sync(wanted.name)
            output.say(f"removed {wanted.name}; its files and the resources it made stay")
        else:
            output.syncs([session.row(sync) for sync in session.syncs()])
        return EXIT_OK


def _commit(session: Session, wanted: Namespace, output: Output) -> int:
    core, name = core_of(session), session.sync(wanted.name).name
    question = f"Have Core write everything live to the file of {name}? Its comments and order will be lost."
    if not wanted.yes and not agreed(Confirmation(), question):
        output.say("nothing was written")
        return EXIT_ERROR
    output.say(core.commit(name))
    return EXIT_OK


_REPOSITORY = {
    "repo": "repo", "linked_repo": "linked_repo", "branch": "branch", "commit": "commit", "provider": "git_provider",
    "account": "git_account", "resource_path": "resource_path",
}  # fmt: skip
"""Config field by option."""


def _fields(wanted: Namespace, *, new: bool) -> dict[str, Any]:
    """The config fields that the options set, besides the paths."""
    sources = [name for name in ("path", "inline", "repo", "linked_repo") if getattr(wanted, name)]
    if len(sources) > 1:
        both = " and ".join(f"--{name.replace('_', '-')}" for name in sources)
        raise UsageError(f"{both} cannot be combined", hint="A sync has one source: give one of them.")
    if new and not sources:
        hint = "Give --path P (repeatable), --repo R, --linked-repo NAME or --inline FILE."
        raise UsageError("a sync needs a source", hint=hint)
    _refuse_unused(wanted)
    switches = ("managed", "delete", "include_variables", "include_user_groups")
    fields: dict[str, Any] = {name: value for name in switches if (value := getattr(wanted, name)) is not None}
    fields |= {field: value for name, field in _REPOSITORY.items() if (value := getattr(wanted, name)) is not None}
    if wanted.repo and is_address(wanted.repo):
        fields |= of_address(wanted.repo)
    if wanted.match_tag is not None:
        fields["match_tags"] = wanted.match_tag
    if wanted.inline:
        fields |= in_itself(_text(Path(wanted.inline)))
    return elsewhere(fields) if wanted.repo or wanted.linked_repo else fields


def _refuse_unused(wanted: Namespace) -> None:
    """Raises UsageError for options of a repository beside files or a text."""
    unused = [name for name in _REPOSITORY if getattr(wanted, name) is not None]
    if unused and (wanted.path or wanted.inline):
        options = ", ".join(f"--{name.replace('_', '-')}" for name in unused)
        raise UsageError(f"only a git repository has {options}", hint="Leave it out, or give --repo.")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("the file cannot be read", where=str(path), why=str(error)) from error
