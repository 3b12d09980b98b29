"""ksync schema: print the JSON Schema of resource files, for editors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ksync_tui.errors import EXIT_OK
from ksync_tui.model.kinds.json_schema import resource_file_schema

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ksync_tui.cli.output import Output


def add_arguments(parser: ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("--output", "-o", metavar="FILE", help="write a file instead of standard output")


def run(args: Namespace, output: Output) -> int:
    """Prints the schema."""
    output.text(json.dumps(resource_file_schema(), indent=2), args.output)
    return EXIT_OK
