"""`ksync syncs`: list, add, edit, remove stored syncs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ksync_tui.cli.changes import core_of
from ksync_tui.cli.choice import agreed
from ksync_tui.cli.commands import open_session
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, UsageError
from ksync_tui.session import Confirmation

if TYPE_CHECKING:
    from argparse import Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.session import Session


def syncs(wanted: Namespace, output: Output) -> int:
    """Carries out `ksync syncs [add|edit|rename|remove|refresh|commit]`."""
    with open_session(wanted) as session:
        if wanted.action in ("add", "edit") and (wanted.managed or wanted.delete) and not wanted.match_tag:
            output.say("such a sync deletes what it does not declare; --match-tag T limits it to resources tagged T")
        if wanted.action == "add":
            session.add_sync(wanted.name, _fields(wanted, new=True), wanted.path or ())
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
    question = f"Let Core write all that is live into the file of {name}? Comments and order of it are lost."
    if not wanted.yes and not agreed(Confirmation(), question):
        output.say("nothing was written")
        return EXIT_ERROR
    output.say(core.commit(name))
    return EXIT_OK


def _fields(wanted: Namespace, *, new: bool) -> dict[str, Any]:
    """The config fields that the options set, besides the paths."""
    if wanted.path and wanted.inline:
        raise UsageError("files and an inline text at the same time", hint="Give --path or --inline.")
    if new and not wanted.path and not wanted.inline:
        raise UsageError("a sync needs a source", hint="Give --path P (repeatable), or --inline FILE.")
    switches = ("managed", "delete", "include_variables", "include_user_groups")
    fields: dict[str, Any] = {name: value for name in switches if (value := getattr(wanted, name)) is not None}
    if wanted.match_tag is not None:
        fields["match_tags"] = wanted.match_tag
    if wanted.inline:
        fields |= {"files_on_host": False, "resource_path": [], "file_contents": _text(Path(wanted.inline))}
    return fields


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("the file cannot be read", where=str(path), why=str(error)) from error
