"""`python -m tests.benchmarks` prints how fast ksync is, as ratios measured against each other in one run.

The figures behind each ratio are medians; a limit that is missed is printed as MISS and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.benchmarks import inventory
from tests.benchmarks.measure import PYTHON, Row, environment, medians, ratio, run

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGE, SMALL = 10_000, 1_000
FILES = 200
CREATES = 200
KSYNC = [PYTHON, "-m", "ksync_tui"]
_NUMBERS = itertools.count()
TOMLI = "import sys, tomli; tomli.loads(open(sys.argv[1], encoding='utf-8').read())"


@dataclass(frozen=True, slots=True)
class Bench:
    """A generated file, and a KSYNC_HOME in which all of it is live."""

    file: Path
    home: str

    @classmethod
    def of(cls, folder: Path, resources: int) -> Bench:
        """Generates and applies `resources` declarations in `folder`."""
        folder.mkdir()
        bench = cls(folder / "all.toml", str(folder / "home"))
        bench.file.write_text(inventory.text(resources), encoding="utf-8")
        took = run([*KSYNC, "apply", str(bench.file), "--all", "--yes"], bench.home)
        print(f"applied {resources} resources ({bench.file.stat().st_size / 1e6:.1f} MB) in {took:.1f} s", flush=True)
        return bench

    def plan(self) -> list[str]:
        """The command that plans the file, which ksync has read before."""
        return [*KSYNC, "plan", str(self.file)]

    def plan_unseen(self) -> list[str]:
        """The command that plans the same text in a file that ksync never read: nothing about it is remembered."""
        return [*KSYNC, "plan", str(self.copy())]

    def copy(self) -> Path:
        """A new file with the same text."""
        path = self.file.with_name(f"copy-{next(_NUMBERS)}.toml")
        return Path(shutil.copyfile(self.file, path))


def main() -> int:
    """Measures and prints; 1 when a limit was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each whole process (default: 5)")
    runs = parser.parse_args().runs
    missed = 0
    with TemporaryDirectory(prefix="ksync-bench-") as folder:
        for row in rows(Path(folder), runs):
            print(row, flush=True)
            missed += row.value > row.limit
    return 1 if missed else 0


def rows(folder: Path, runs: int) -> Iterator[Row]:
    """All measurements, the quick ones first."""
    yield from _start(str(folder / "nothing"), runs)
    small, large = Bench.of(folder / "small", SMALL), Bench.of(folder / "large", LARGE)
    yield from _plans(small, large, runs)
    yield _again(large)
    yield _watched(folder, large)
    yield from _core(large.home)
    yield _core_writes(large.home)
    _change_every_block(large)
    yield from _screen(large)


def _start(home: str, runs: int) -> Iterator[Row]:
    commands = {
        "pass": lambda: [PYTHON, "-c", "pass"],
        "version": lambda: [*KSYNC, "--version"],
        "help": lambda: [*KSYNC, "--help"],
    }
    took = medians(commands, home, runs=3 * runs)
    yield ratio("ksync --version / python -c pass", took["version"], took["pass"], 3)
    yield ratio("ksync --help / python -c pass", took["help"], took["pass"], 5)


def _plans(small: Bench, large: Bench, runs: int) -> Iterator[Row]:
    little = medians({"unseen": small.plan_unseen, "plan": small.plan}, small.home, runs=runs)
    commands = {
        "tomli": lambda: [PYTHON, "-c", TOMLI, str(large.file)],
        "unseen": large.plan_unseen,
        "plan": large.plan,
    }
    took = medians(commands, large.home, runs=runs)
    for name, which in (("unseen", "a file never read before"), ("plan", "a file read before")):
        yield ratio(f"ksync plan / tomli.loads, {which}", took[name], took["tomli"], 4)
        yield ratio(f"ksync plan of {LARGE} / {SMALL}, {which}", took[name], little[name], 10.5)


def _again(large: Bench) -> Row:
    found = _module("again", large.copy(), large.home)
    again = median(found["again"])
    share = 100 * again / found["first"]
    behind = f"{again * 1000:.1f} ms / {found['first'] * 1000:.1f} ms"
    return Row("second plan in the process, one block changed / first", share, 5, "%", behind)


def _watched(folder: Path, large: Bench) -> Row:
    (spread := folder / "spread").mkdir()
    for at, text in enumerate(inventory.texts(LARGE, FILES)):
        (spread / f"{at:03}.toml").write_text(text, encoding="utf-8")
    found = _module("watched", spread, large.home)
    edited, idle = median(found["edited"]), median(found["idle"])
    behind = f"{edited * 1000:.1f} ms / {found['first'] * 1000:.1f} ms; nothing changed {idle * 1000:.1f} ms"
    what = f"watch: one of {FILES} files edited, planned again / first look"
    return Row(what, 100 * edited / found["first"], 15, "%", behind)


def _core(home: str) -> Iterator[Row]:
    little, much = (_module("core", str(count), home) for count in (SMALL, LARGE))
    yield Row(
        f"requests to read a Core of {LARGE} resources", much["requests"], little["requests"], "", "limit: as many"
    )
    yield ratio(f"a Core's snapshot of {LARGE} / {SMALL}", much["first"], little["first"], 10.5)
    share = 100 * much["again"] / much["first"]
    behind = f"{much['again'] * 1000:.1f} ms / {much['first'] * 1000:.1f} ms"
    yield Row("a Core's snapshot when nothing changed / first", share, 50, "%", behind)


def _core_writes(home: str) -> Row:
    found = _module("core_writes", str(CREATES), home)
    took, one_by_one = found["took"], found["one_by_one"]
    behind = f"{one_by_one / took:.1f} times faster; {found['requests']} requests, {found['most']} at a time"
    what = f"{CREATES} creates in a Core 50 ms away / one by one"
    return Row(what, 100 * took / one_by_one, 12.5, "%", behind)


def _change_every_block(bench: Bench) -> None:
    text = bench.file.read_text("utf-8")
    bench.file.write_text(text.replace("LEVEL = info", "LEVEL = debug"), encoding="utf-8")


def _screen(large: Bench) -> Iterator[Row]:
    found = _module("screen", large.file, large.home)
    behind = f"{LARGE} resources live, each with a pending update; shown after {found['shown']:.1f} s"
    yield Row("peak memory of the app", found["peak_kib"] / 1024, 200, "MB", behind)
    moves = found["moves"]
    behind = f"largest {max(moves) * 1000:.1f} ms; a key that does nothing {median(found['nothing']) * 1000:.1f} ms"
    yield Row("a cursor move in it, processor time from key to idle", median(moves) * 1000, 16, "ms", behind)


def _module(name: str, file: Path | str, home: str) -> Any:
    done = subprocess.run(
        [PYTHON, "-m", f"tests.benchmarks.{name}", str(file)],
        stdout=subprocess.PIPE,
        env=environment(home),
        check=True,
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
