"""ksync hosts: list Docker hosts of servers; add, test, remove."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from ksync_tui.cli import options
from ksync_tui.cli.findings import host_finding
from ksync_tui.cli.opening import open_session
from ksync_tui.errors import EXIT_ERROR, EXIT_OK, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output
    from ksync_tui.services import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    options.json(parser)
    actions = parser.add_subparsers(dest="action", metavar="list|add|test|remove")
    for name, summary in (
        ("list", "list them, as without a word"),
        ("add", "map a Docker host to a server"),
        ("test", "try the hosts, or that of one server"),
        ("remove", "remove the Docker host of a server"),
    ):
        child = actions.add_parser(name, help=summary, description=summary)
        if name != "list":
            child.add_argument("server", metavar="SERVER", nargs="?" if name == "test" else None)
        if name == "add":
            says = "ssh://me@host, tcp://, unix://, the path of a socket, or the name of a docker context"
            child.add_argument("address", metavar="ADDRESS", help=says)
        if name in ("list", "test"):
            options.json_again(child)
        options.profile(child, argparse.SUPPRESS)


def run(args: Namespace, output: Output) -> int:
    """Carries out `ksync hosts [list|add|test|remove]`."""
    with open_session(args) as session:
        if args.action == "add":
            session.hosts.add(args.server, args.address)
            output.say(f"mapped server {args.server} to {args.address}; `ksync hosts test {args.server}` tries it")
        elif args.action == "remove":
            session.hosts.remove(args.server)
            output.say(f"removed the Docker host of server {args.server}")
        elif args.action == "test":
            return _test(session, args.server, output)
        else:
            output.hosts(session.hosts.all())
        return EXIT_OK


def _test(session: Session, server: str | None, output: Output) -> int:
    seen = [state for state in session.look_at_hosts() if server is None or server in state.servers]
    if server is not None and not seen:
        hint = f"`ksync hosts add {server} ADDRESS` says which."
        raise UsageError("no Docker host is mapped to this server", where=server, hint=hint)
    findings = [host_finding(state) for state in seen]
    output.findings([asdict(finding) for finding in findings])
    return EXIT_ERROR if any(finding.works is False for finding in findings) else EXIT_OK
