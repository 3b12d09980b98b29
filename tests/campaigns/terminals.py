"""The real program in a terminal, resized, typed into and ended by any signal: keys in order, all restored."""

from __future__ import annotations

import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tests.campaigns.harness import Campaign, Check
from tests.tui.terminal import terminal

SIGNALS = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT", "SIGUSR1", "SIGALRM", "SIGUSR2", "SIGXCPU")
SCREENS = ("", "\r", "e", "?", ":", "H", "!", "ax", "u", "v", "/max", "i", "ex", "P")
"""What is typed to get to one; the signal comes while that is handled, or after."""
FILE = '[[variable]]\nname = "MAX"\nvalue = "1"\n\n[[variable]]\nname = "MIN"\nvalue = "2"\n'


@dataclass(frozen=True)
class Case:
    """A text typed in one burst between changes of size, a screen, a signal, and whether it waits for the screen."""

    typed: str
    sizes: tuple[tuple[int, int], ...]
    screen: str
    signal: str
    waits: bool


CASES = st.builds(
    Case,
    st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(60, 200), st.integers(10, 60)), max_size=12).map(tuple),
    st.sampled_from(SCREENS),
    st.sampled_from(SIGNALS),
    st.booleans(),
)


def check(folder: Path, case: Case, counts: Counter[str]) -> None:
    """One run of the program."""
    with (
        tempfile.TemporaryDirectory(dir=folder) as home,
        terminal(str(folder / "lab.toml"), home=Path(home), size=(120, 30)) as screen,
    ):
        screen.see("MAX", "MIN")
        for at, size in enumerate(case.sizes):
            screen.resize(*size)
            if at == len(case.sizes) // 2:
                screen.type("/")
        screen.type(case.typed if case.sizes else f"/{case.typed}")
        screen.resize(160, 30)
        screen.see(case.typed)
        screen.type("\x7f" * len(case.typed) + "\r")
        screen.see("MAX", "MIN")
        screen.type(case.screen)
        if case.waits:
            before = len(screen.sent)
            screen.type("\x0c")
            screen.until(lambda: len(screen.sent) > before or not case.screen)
        screen.process.send_signal(number := getattr(signal, case.signal))
        code = screen.end()
        counts[f"{case.signal} restored"] += 1
        assert code == 128 + number, f"it ended with {code}"
        assert screen.sent.rfind(b"\x1b[?1049l") > screen.sent.rfind(b"\x1b[?1049h"), "the other screen stays"
        assert screen.sent.rfind(b"\x1b[?25h") > screen.sent.rfind(b"\x1b[?25l"), "the cursor stays hidden"
        assert screen.sent.rfind(b"\x1b[?1000l") > screen.sent.rfind(b"\x1b[?1000h"), "the mouse stays taken"


@contextmanager
def opened(folder: Path, counts: Counter[str]) -> Iterator[Check]:
    """A file, and a home for each case."""
    (folder / "lab.toml").write_text(FILE)
    yield lambda case: check(folder, case, counts)


CAMPAIGN = Campaign("terminals", "signals, bursts of keys and changes of size on every screen", CASES, opened, False)
