"""What each command does: call the session, print what it answers."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ksync_tui.cli.output import Output, progress
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, EXIT_PENDING, KsyncError, UsageError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator

    from ksync_tui.config import Ask
    from ksync_tui.model.plan import Plan
    from ksync_tui.services import Session, Sync


def carry_out(wanted: Namespace) -> int:
    """Runs one command; errors are printed with what, where, why and what to do."""
    output = Output(plain=wanted.no_color, json=getattr(wanted, "json", False))
    _usable_time_zone()
    try:
        with _no_garbage_walks(wanted.command):
            return _COMMANDS[wanted.command](wanted, output)
    except KsyncError as error:
        output.failure(error)
    except RecursionError:
        output.failure(KsyncError("the input is nested too deeply", hint="Look for thousands of opening brackets."))
    return EXIT_ERROR


def _usable_time_zone() -> None:
    """UTC where TZ names a zone that Python cannot use, such as AAA+99:99."""
    import os
    import time

    try:
        datetime.now().astimezone()
    except ValueError:
        os.environ["TZ"] = "UTC"
        time.tzset()


_SHORT = ("plan", "validate", "export", "commit")
"""Commands that end soon; the others may go on for hours."""


@contextmanager
def _no_garbage_walks(command: str) -> Iterator[None]:
    """Walking ten thousand resources for garbage would take half the time of a command that ends soon anyway."""
    if command not in _SHORT:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def open_session(wanted: Namespace) -> Session:
    """The session in the profile that a command line names."""
    from ksync_tui.services import Session

    return Session.open(profile=wanted.profile, engine=wanted.engine, ask=_asker())


def _asker() -> Ask | None:
    """Asks on the terminal for what a login needs, where somebody sits there."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    from getpass import getpass

    def ask(question: str, secret: bool) -> str | None:
        try:
            if secret:
                return getpass(f"{question}: ")
            print(f"{question}: ", end="", file=sys.stderr, flush=True)
            return input() or None
        except EOFError:
            return None

    return ask


def sync_of(session: Session, wanted: Namespace) -> Sync:
    """The sync that a command line names: a path, a stored sync, or the only stored one."""
    session.waiting.hear = progress
    if wanted.path and wanted.sync:
        raise UsageError("a path and --sync cannot be combined", hint="Give one of them.")
    if wanted.path:
        return session.at(
            Path(wanted.path),
            delete=wanted.delete,
            tags=tuple(wanted.tag),
            variables=wanted.variables,
            user_groups=wanted.user_groups,
        )
    if wanted.sync:
        return session.sync(wanted.sync)
    syncs = session.syncs()
    if len(syncs) == 1:
        return syncs[0]
    known = ", ".join(sync.name for sync in syncs)
    hint = f"Give a PATH, or --sync with one of: {known}." if known else "Give a PATH; there are no stored syncs."
    raise UsageError("no sync given", hint=hint)


def _plan(wanted: Namespace, output: Output) -> int:
    with open_session(wanted) as session:
        review = session.review(sync_of(session, wanted))
        plan = review.plan.only(wanted.origin) if wanted.origin else review.plan
        output.plan(plan, session, markdown=wanted.markdown)
        if review.uncommitted:
            names = ", ".join(change.file for change in review.uncommitted)
            output.say(f"written, not committed: {names}; `ksync commit` commits it")
        return plan_code(plan)


def plan_code(plan: Plan) -> int:
    """The exit code of a plan, by what is shown of it."""
    if plan.errors:
        return EXIT_ERROR
    return EXIT_PENDING if plan.pending else EXIT_OK


def _validate(wanted: Namespace, output: Output) -> int:
    from argparse import Namespace

    each = [Namespace(**{**vars(wanted), "path": path}) for path in wanted.paths or [None]]
    with open_session(wanted) as session:
        reviews = [session.review(sync_of(session, one)) for one in each]
        problems = [problem for review in reviews for problem in review.plan.problems]
        output.problems(problems, files=sum(len(review.declarations.files) for review in reviews))
        return EXIT_ERROR if any(review.plan.errors for review in reviews) else EXIT_OK


def _export(wanted: Namespace, output: Output) -> int:
    from ksync_tui.cli.choice import target_of

    with open_session(wanted) as session:
        targets = [target_of(word) for word in wanted.only]
        text = session.export(secrets=wanted.with_secrets, targets=targets, tags=wanted.tag)
        output.text(text, wanted.output, secret=wanted.with_secrets)
        for line in [] if wanted.with_secrets else session.left_out(targets, wanted.tag):
            output.say(line)
        return EXIT_OK


def _schema(wanted: Namespace, output: Output) -> int:
    import json

    from ksync_tui.model.kinds.json_schema import resource_file_schema

    output.text(json.dumps(resource_file_schema(), indent=2), wanted.output)
    return EXIT_OK


def _run_frozen(wanted: Namespace, output: Output) -> int:
    del output  # the journal is the only channel of a detached run
    from ksync_tui.run.detached import stop_signals

    with open_session(wanted) as session, stop_signals() as cancellation:
        session.carry_out(wanted.run, cancellation=cancellation)
    return EXIT_OK


def _open(wanted: Namespace, output: Output) -> int:
    if wanted.plain or not (sys.stdin.isatty() and sys.stdout.isatty()) or dumb():
        return _lazily("plain", "plain")(wanted, output)
    from ksync_tui.tui.app import run

    with open_session(wanted) as session:
        return run(session, sync_of(session, wanted) if wanted.path else None)


def dumb() -> bool:
    """Whether the terminal can show no screens."""
    import os

    return os.environ.get("TERM", "dumb") == "dumb"


def _lazily(module: str, name: str) -> Callable[[Namespace, Output], int]:
    def call(wanted: Namespace, output: Output) -> int:
        from importlib import import_module

        command: Any = getattr(import_module(f"ksync_tui.cli.{module}"), name)
        code: int = command(wanted, output)
        return code

    return call


_COMMANDS: dict[str, Callable[[Namespace, Output], int]] = {
    "open": _open,
    "plan": _plan,
    "validate": _validate,
    "export": _export,
    "schema": _schema,
    "demo": _lazily("demo", "demo"),
    "_run": _run_frozen,
    "alerters": _lazily("alerters", "alerters"),
    "apply": _lazily("apply", "apply"),
    "run": _lazily("apply", "run_one"),
    "doctor": _lazily("doctor", "doctor"),
    "changes": _lazily("changes", "changes"),
    "commit": _lazily("commit", "commit"),
    "syncs": _lazily("syncs", "syncs"),
    "runs": _lazily("runs", "runs"),
    "watch": _lazily("watch", "watch"),
}
