"""`python -m tests.campaigns NAME` looks for what does not hold, for as long as wished; without a name: what there is.

Each prints how many cases were tried, held and failed, the seed, and for each failure an input as small as it could be
made. The exit code is 1 where one failed. A seed makes the same cases again.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from importlib import import_module

from tests.campaigns import NAMES
from tests.campaigns.harness import Campaign, run


def campaign(name: str) -> Campaign:
    """A campaign by its name: each is in a module of its own."""
    found = import_module(f"tests.campaigns.{name}").CAMPAIGN
    assert isinstance(found, Campaign)
    return found


def main() -> int:
    """Runs one campaign, or lists them."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, metavar="NAME")
    parser.add_argument("--seconds", type=float, default=60, help="how long (default: 60)")
    parser.add_argument("--seed", type=int, help="where to begin (default: by chance)")
    arguments = parser.parse_args()
    if arguments.name is None:
        print("\n".join(f"{name:<10} {campaign(name).does}" for name in NAMES))
        return 0
    first = secrets.randbelow(10**9) if arguments.seed is None else arguments.seed
    report = run(campaign(arguments.name), arguments.seconds, first)
    print(report)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
