"""ksync profiles: list profiles (this machine, Komodo Cores); add, test, remove."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ksync_tui.cli import options
from ksync_tui.cli.findings import engine_finding
from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_ERROR, EXIT_OK

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output

_TEXTS = {
    "user": "log in as this user, with a password, instead of with an API key",
    "key-file": "read the API key from the first line of this file",
    "secret-file": "read its secret from the first line of this file",
    "password-file": "read the user's password from the first line of this file",
    "ca": "trust the certificates in this PEM file besides the system's",
}
_SWITCHES = {
    "keyring": "read what is missing from the keyring",
    "read-only": "refuse every change",
    "default": "make it the default profile",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    options.json(parser)
    actions = parser.add_subparsers(dest="action", metavar="list|add|test|remove")
    for name, summary in (
        ("list", "list them, as without a word"),
        ("add", "name a Komodo Core, or describe a named one anew"),
        ("test", "try to read what is live there"),
        ("remove", "take a profile out of the settings"),
    ):
        child = actions.add_parser(name, help=summary, description=summary)
        if name != "list":
            child.add_argument("name", metavar="NAME")
        if name == "add":
            child.add_argument("address", metavar="ADDRESS", help="such as https://komodo.example")
            for option, says in _TEXTS.items():
                child.add_argument(f"--{option}", metavar="FILE" if option != "user" else "NAME", help=says)
            for option, says in _SWITCHES.items():
                child.add_argument(f"--{option}", action="store_true", help=says)
        if name in ("list", "test"):
            options.json_again(child)


def run(args: Namespace, output: Output) -> int:
    """Carries out `ksync profiles [list|add|test|remove]`."""
    if args.action == "test":
        return _test(args, output)
    with open_session(args) as session:
        if args.action == "add":
            session.profiles.add(args.name, _values(args), usual=args.default)
            output.say(f"added {args.name}; `ksync profiles test {args.name}` tries it")
        elif args.action == "remove":
            session.profiles.remove(args.name)
            output.say(f"removed {args.name}; nothing was changed there")
        else:
            output.profiles(session.profiles.all(), session.profile)
        return EXIT_OK


def _values(args: Namespace) -> dict[str, Any]:
    """What is written down of a profile: only what was given. Secrets are never on the command line."""
    found = {"address": args.address}
    found |= {name.replace("-", "_"): getattr(args, name.replace("-", "_")) for name in (*_TEXTS, *_SWITCHES)}
    return {name: value for name, value in found.items() if value and name != "default"}


def _test(args: Namespace, output: Output) -> int:
    named = argparse.Namespace(profile=args.name, engine=None)
    with open_session(named) as session:
        finding = engine_finding(session)
    output.findings([asdict(finding)])
    return EXIT_OK if finding.works else EXIT_ERROR
