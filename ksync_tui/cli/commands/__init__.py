"""The commands: each is a module of this package, with `add_arguments(parser)` and `run(args, output)`.

The first line of its docstring is `ksync NAME: SUMMARY.`; modules that begin with an underscore are ksync's own.
"""

from __future__ import annotations

import os

MODULES = __name__
_FOLDER = os.path.dirname(__file__)  # noqa: PTH120 - pathlib takes a tenth of the time that `--help` does
NAMES = sorted(name[:-3] for name in os.listdir(_FOLDER) if name[0].islower() and name.endswith(".py"))  # noqa: PTH208


def exists(name: str) -> bool:
    """Whether there is a command of that name."""
    return name.isidentifier() and name != "__init__" and os.path.exists(f"{_FOLDER}/{name}.py")  # noqa: PTH110 - see above


def summary_of(name: str) -> str:
    """What a command does, read from its docstring without importing what it needs."""
    with open(f"{_FOLDER}/{name}.py", encoding="utf-8") as file:  # noqa: PTH123 - see above
        return file.readline().partition(": ")[2].rstrip('."\n')
