"""ksync ignored: list differences that are left alone; add, remove."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.choice import target_of
from ksync_tui.cli.opening import open_session, sync_of
from ksync_tui.errors import EXIT_OK, KsyncError, UsageError
from ksync_tui.present.ignored import rule_words, state_of, until_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from ksync_tui.cli.output import Output
    from ksync_tui.model.ignored import IgnoreRule, Until
    from ksync_tui.model.plan import Plan
    from ksync_tui.model.resource import Target
    from ksync_tui.services import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    options.json(parser)
    actions = parser.add_subparsers(dest="action", metavar="list|add|remove")
    listing = actions.add_parser("list", help="list them, as without a word", description="list what is ignored")
    options.profile(listing, argparse.SUPPRESS)
    options.json_again(listing)
    for name, summary in (("add", "leave a difference alone"), ("remove", "stop ignoring a difference")):
        child = actions.add_parser(name, help=summary, description=summary)
        options.source(child)
        options.only(child)
        options.profile(child, argparse.SUPPRESS)
        if name == "add":
            says = "a date, a span such as 3d or 2w, change (default: any other value brings it back), or forever"
            child.add_argument("--until", metavar="WHEN", default="change", help=says)
            child.add_argument("--reason", metavar="TEXT", default="", help="why, for whoever reads it later")


def run(args: Namespace, output: Output) -> int:
    """Carries out `ksync ignored [list|add|remove]`."""
    with open_session(args) as session:
        if args.action == "add":
            _add(session, args, output)
        elif args.action == "remove":
            _remove(session, args, output)
        else:
            output.ignored(list(_with_states(session)))
        return EXIT_OK


def _add(session: Session, args: Namespace, output: Output) -> None:
    until = _until(args.until)
    plan = session.reviews.create(sync_of(session, args)).plan
    for target, field in _named(args):
        rule = session.sync_settings.ignore(plan, target, field, until, args.reason)
        output.say(f"ignored: {rule}, {rule_words(rule)}")


def _remove(session: Session, args: Namespace, output: Output) -> None:
    sync = sync_of(session, args).options.name
    rules = {(rule.target, rule.field): rule for rule in session.sync_settings.ignored(sync)}
    for difference in _named(args):
        if difference not in rules:
            known = ", ".join(map(str, rules.values())) or "nothing"
            where = str(difference[0]) + (f":{difference[1]}" if difference[1] else "")
            raise UsageError("that is not ignored", where=where, hint=f"Ignored in {sync}: {known}.")
        session.sync_settings.stop_ignoring([rules[difference]])
        output.say(f"no longer ignored: {rules[difference]}")


def _named(args: Namespace) -> list[tuple[Target, str]]:
    """The resources, and the fields or entries of them, that a command line names."""
    if not args.only:
        raise UsageError("nothing selected", hint="Give --only KIND/NAME or --only KIND/NAME:FIELD.ENTRY.")
    words = [word.partition(":") for word in args.only]
    return [(target_of(resource), field) for resource, _, field in words]


def _until(text: str) -> Until:
    until = until_of(text, date.today())  # noqa: DTZ011 - a person's own day
    if until is None:
        raise UsageError("not an end", where=text, hint="Give a date such as 2026-03-01, 3d, 2w, change or forever.")
    return until


def _with_states(session: Session) -> Iterator[tuple[IgnoreRule, str]]:
    """Every rule with what it does now; each sync is planned once."""
    plans: dict[str, Plan | None] = {}
    for rule in session.sync_settings.ignored():
        if rule.sync not in plans:
            plans[rule.sync] = _plan(session, rule.sync)
        plan = plans[rule.sync]
        yield rule, state_of(rule, plan) if plan else "unknown: the sync cannot be read"


def _plan(session: Session, sync: str) -> Plan | None:
    try:
        found = session.syncs.of_name(sync)
        # A sync of a path forgets its options; a rule about a delete has something to hide only with this one.
        return session.reviews.create(replace(found, options=replace(found.options, delete=True))).plan
    except KsyncError:
        return None
