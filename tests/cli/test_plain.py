"""The review in numbered lines: the same choices, down to the field, for a screen reader or a dumb terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from tests.cli.conftest import CommandLine, Ended

STACK = '[[stack]]\nname = "web"\n[stack.config]\nenvironment = """\n  A = {a}\n  B = {b}\n"""\n'
Typed = Callable[..., Ended]


@pytest.fixture
def typed(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Runs the plain review of a stack of which two entries differ, with these answers."""
    ksync.write(STACK.format(a=1, b=1))
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    ksync.write(STACK.format(a=2, b=2) + '\n[[variable]]\nname = "NEW"\nvalue = "1"\n')

    def run(*answers: str) -> Ended:
        left = iter(answers)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda prompt="": next(left))
        return ksync("--plain", ksync.files)

    return run


def test_one_field_is_listed_ticked_and_run(typed: Typed, ksync: CommandLine) -> None:
    ended = typed("f 1", "1.2", "x", "y")
    assert "1.1 [ ] ~ environment.A" in ended.out
    assert "1.2 [>] ~ environment.B" in ended.out
    assert "1 [~] ~ update stack/web  only environment.B" in ended.out
    assert "1 done" in ended.out
    live = ksync("export", "--only", "stack/web").out
    assert "A = 1" in live
    assert "B = 2" in live


def test_one_entry_goes_to_live_one_into_the_file_one_is_ignored(typed: Typed, ksync: CommandLine) -> None:
    ended = typed("f 1", "1.1", "< 1.2", "i 2", "3d", "not yet", "x", "y", "y")
    assert "1.1 [>] ~ environment.A" in ended.out
    assert "1.2 [<] ~ environment.B" in ended.out
    assert "2 [i] + create variable/NEW  until" in ended.out
    assert "A = 2\n  B = 1\n" in ksync.files.joinpath("all.toml").read_text()
    assert "A = 2" in ksync("export", "--only", "stack/web").out
    after = ksync("plan", ksync.files)
    assert after.code == 0
    assert "1 ignored" in after.out
    listed = ksync("ignored").out
    assert "variable/NEW" in listed
    assert "not yet" in listed


def test_what_is_ignored_is_shown_again_by_the_same_word(typed: Typed, ksync: CommandLine) -> None:
    ended = typed("i 1", "soon", "i 1", "forever", "", "i 1", "q")
    assert "that is not an end" in ended.err
    assert "no longer ignored: stack/web" in ended.err
    assert ksync("ignored").out == ""


def test_the_difference_of_a_line_or_a_field_is_shown(typed: Typed) -> None:
    ended = typed("d 1", "f 1", "d 1.2", "q")
    first, _, rest = ended.out.partition("1.1 [ ]")
    assert "A = 1 -> 2" in first
    assert "B = 1 -> 2" in first
    assert "A = 1 -> 2" not in rest
    assert "B = 1 -> 2" in rest


def test_numbers_ranges_and_words_tick_and_untick(typed: Typed) -> None:
    ended = typed("1-2", "2", "n", "a", "9 1.7 zzz", "q")
    counts = [line for line in ended.out.splitlines() if line.endswith(" ticked")]
    assert counts == [f"2 pending, {ticked} ticked" for ticked in (0, 2, 1, 0, 2, 2)]
    assert ended.code == 2


def test_a_file_that_ends_leaves(ksync: CommandLine, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(prompt: str = "") -> str:
        raise EOFError(prompt)

    typed("q")
    monkeypatch.setattr("builtins.input", ends)
    assert ksync("--plain", ksync.files).code == 2
