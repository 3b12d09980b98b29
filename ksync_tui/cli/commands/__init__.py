"""The commands: each is a module of this package, with `add_arguments(parser)` and `run(args, output)`.

The first line of its docstring is `ksync NAME: SUMMARY.`; modules that begin with an underscore are ksync's own.
"""

from __future__ import annotations

from pathlib import Path

MODULES = __name__
_FOLDER = Path(__file__).parent
NAMES = sorted(file.stem for file in _FOLDER.glob("[a-z]*.py"))


def exists(name: str) -> bool:
    """Whether there is a command of that name."""
    return name.isidentifier() and name != "__init__" and (_FOLDER / f"{name}.py").exists()


def summary_of(name: str) -> str:
    """What a command does, read from its docstring without importing what it needs."""
    with (_FOLDER / f"{name}.py").open(encoding="utf-8") as file:
        return file.readline().partition(": ")[2].rstrip('."\n')
