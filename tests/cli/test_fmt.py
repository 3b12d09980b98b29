"""`ksync fmt`: which files are formatted, which are left alone, what is said and with which exit code."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from ksync_tui.system import files as system_files
from tests.cli.conftest import CommandLine, Ended

UNTIDY = '[[stack]]\nname="web"\n[stack.config]\nbranch = "main"\nserver_id = "edge" # where'
TIDY = '[[stack]]\nname = "web"\n[stack.config]\nbranch = "main"\nserver_id = "edge" # where\n'
EXPORTED = '[[stack]]\nname = "web"\n[stack.config]\nserver = "edge" # where\n'
BROKEN = "[[stack]]\nname = \n"


def fed(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch, data: bytes, *words: str) -> Ended:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return ksync("fmt", "-", *words)


@pytest.mark.parametrize(("words", "after"), [((), TIDY), (("--export-form",), EXPORTED)])
def test_a_file_is_formatted_in_place_and_once_is_enough(
    ksync: CommandLine, words: tuple[str, ...], after: str
) -> None:
    path = ksync.write(UNTIDY)
    path.chmod(0o640)
    ended = ksync("fmt", ksync.files, *words)
    assert (ended.code, ended.out.strip()) == (0, str(path))
    assert path.read_text() == after
    assert path.stat().st_mode & 0o777 == 0o640
    ended = ksync("fmt", ksync.files, *words)
    assert (ended.code, ended.out, ended.err) == (0, "", "0 files formatted, 1 unchanged\n")


def test_the_folder_is_this_one_and_names_count_from_it(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    ksync.write(UNTIDY, "a/one.toml")
    ksync.write(TIDY, "two.toml")
    ksync.write(UNTIDY, "three.md")
    monkeypatch.chdir(ksync.files)
    ended = ksync("fmt")
    assert (ended.code, ended.out, ended.err) == (0, "a/one.toml\n", "1 file formatted, 1 unchanged\n")
    assert ksync("fmt", "a/one.toml", "a", ".").err == "0 files formatted, 2 unchanged\n"
    assert (ksync.files / "three.md").read_text() == UNTIDY


def test_check_and_diff_change_nothing(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ksync.write(UNTIDY, "web.toml")
    monkeypatch.chdir(ksync.files)
    ended = ksync("fmt", "--check")
    assert (ended.code, ended.out, ended.err) == (2, "web.toml\n", "1 file would change\n")
    ended = ksync("fmt", "--diff")
    assert ended.code == 0
    assert '-name="web"\n+name = "web"\n' in ended.out
    assert ksync("fmt", "--check", "--diff").code == 2
    assert path.read_text() == UNTIDY
    ksync("fmt")
    assert ksync("fmt", "--check").code == 0


def test_a_diff_shows_no_secrets(ksync: CommandLine) -> None:
    secret = '[[variable]]\nname="V"\nvalue="hunter2-hunter2"\nis_secret=true\n\n'
    looks = '[[stack]]\nname="web"\n[stack.config]\nenvironment = """\nDB_PASSWORD=swordfish\n"""  \n'
    looks += 'webhook_secret="xyzzy1"\n'
    ksync.write(secret + looks)
    ended = ksync("fmt", "--diff", "--export-form", ksync.files)
    assert "+value = " in ended.out
    assert [word for word in ("hunter2", "swordfish", "xyzzy1") if word in ended.out + ended.err] == []
    told = ksync("fmt", "--diff", "--json", ksync.files).out
    assert [word for word in ("hunter2", "swordfish", "xyzzy1") if word in told] == []


def test_a_file_that_cannot_be_read_is_left_and_the_others_are_not(ksync: CommandLine) -> None:
    broken, good = ksync.write(BROKEN, "a.toml"), ksync.write(UNTIDY, "b.toml")
    latin = ksync.files / "c.toml"
    latin.write_bytes(UNTIDY.replace("web", "wéb").encode("latin-1"))
    for words in ((), ("--check",), ("--export-form",)):
        ended = ksync("fmt", ksync.files, *words)
        assert ended.code == 1
        assert f"{broken}:2:8: error: " in ended.err
        assert f"{latin}:2:1: error: not text in UTF-8" in ended.err
    assert broken.read_text() == BROKEN
    assert good.read_text() == EXPORTED


def test_line_ends_and_the_byte_order_mark_stay(ksync: CommandLine) -> None:
    path = ksync.write("")
    path.write_bytes(b"\xef\xbb\xbf" + UNTIDY.replace("\n", "\r\n").encode())
    assert ksync("fmt", ksync.files).code == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode()


def test_toml_that_holds_no_resources_is_none_of_its_business(ksync: CommandLine) -> None:
    path = ksync.write('[project]\nname="x"\n', "pyproject.toml")
    broken = ksync.write("[a\n", "Cargo.toml")
    ended = ksync("fmt", path, broken, ksync.files)
    assert (ended.code, ended.out, ended.err) == (0, "", "no resource file here\n")
    assert path.read_text() == '[project]\nname="x"\n'


def test_what_would_be_lost_stays_and_is_named(ksync: CommandLine) -> None:
    path = ksync.write('[[stack]]\nname="a"\n\n\n\n[[stack]]\nname="web"\ncolour=1\n')
    ended = ksync("fmt", "--export-form", ksync.files)
    assert ended.code == 0
    assert f"{path}:6:1: warning: not written as export would: unknown key 'colour' is ignored" in ended.err
    assert path.read_text() == '[[stack]]\nname = "a"\n[stack.config]\n\n[[stack]]\nname = "web"\ncolour = 1\n'


def test_links_are_followed_inside_and_not_outside(ksync: CommandLine) -> None:
    real = ksync.write(UNTIDY, "real/web.toml")
    outside = ksync.home.parent / "outside.toml"
    outside.write_text(UNTIDY)
    (ksync.files / "inside.toml").symlink_to(real)
    (ksync.files / "out.toml").symlink_to(outside)
    ended = ksync("fmt", ksync.files)
    assert ended.code == 0
    assert "a link that leads out of" in ended.err
    assert (ksync.files / "inside.toml").is_symlink()
    assert (real.read_text(), outside.read_text()) == (TIDY, UNTIDY)
    assert ksync("fmt", ksync.files / "out.toml").code == 0
    assert (outside.read_text(), (ksync.files / "out.toml").is_symlink()) == (TIDY, True)


def test_what_cannot_be_written_is_an_error_and_stays(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    locked, other = ksync.write(UNTIDY, "a.toml"), ksync.write(UNTIDY, "b.toml")
    locked.chmod(0o444)
    ended = ksync("fmt", ksync.files)
    assert (ended.code, ended.out.strip()) == (1, str(other))
    assert f"{locked}:1:1: error: the file was left as it was: it is read-only" in ended.err
    other.write_text(UNTIDY)

    def full(handle: int, data: bytes) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(system_files, "write_all", full)
    ended = ksync("fmt", other)
    assert ended.code == 1
    assert "No space left on device" in ended.err
    assert other.read_text() == UNTIDY
    assert sorted(path.name for path in ksync.files.iterdir()) == ["a.toml", "b.toml"]


def test_standard_input_is_formatted_to_standard_output(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = fed(ksync, monkeypatch, UNTIDY.encode())
    assert (ended.code, ended.out, ended.err) == (0, TIDY, "")
    assert fed(ksync, monkeypatch, UNTIDY.encode(), "--export-form").out == EXPORTED
    ended = fed(ksync, monkeypatch, UNTIDY.encode(), "--check")
    assert (ended.code, ended.out) == (2, "(standard input)\n")
    assert '+name = "web"' in fed(ksync, monkeypatch, UNTIDY.encode(), "--diff").out


@pytest.mark.parametrize("data", [b"", b"[a]\nb='c'", b'a="""\\"""b"""', b"\xef\xbb\xbf[a]\r\n"])
def test_an_editor_gets_other_toml_back_as_it_was(
    ksync: CommandLine, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    ended = fed(ksync, monkeypatch, data)
    assert (ended.code, ended.out.encode(), ended.err) == (0, data, "")


@pytest.mark.parametrize("data", [BROKEN.encode(), b"\xff\xfe", b"[[stack]]\n\0"])
def test_an_editor_gets_nothing_for_what_cannot_be_formatted(
    ksync: CommandLine, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    ended = fed(ksync, monkeypatch, data)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("(standard input):")


@pytest.mark.parametrize(
    "words", [("-", "."), ("-", "-"), ("-", "--json"), ("nowhere",), ("/",)], ids=lambda words: " ".join(words)
)
def test_what_makes_no_sense_is_refused(
    ksync: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(ksync.files)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert ksync("fmt", *words).code == 1


def test_json_tells_what_was_done(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    ksync.write(UNTIDY, "a.toml")
    ksync.write(BROKEN, "b.toml")
    monkeypatch.chdir(ksync.files)
    told = json.loads(ksync("fmt", "--check", "--diff", "--json").out)
    assert told["written"] is False
    assert [(file["file"], file["changed"]) for file in told["files"]] == [("a.toml", True), ("b.toml", False)]
    assert told["files"][0]["diff"][:2] == ["--- a/a.toml", "+++ b/a.toml"]
    told = json.loads(ksync("fmt", "--json").out)
    assert (told["written"], told["files"][0]) == (True, {"file": "a.toml", "changed": True, "diff": None})
    assert [(problem["file"], problem["line"]) for problem in told["problems"]] == [("b.toml", 2)]


def test_a_large_file_is_formatted(ksync: CommandLine) -> None:
    block = '[[variable]]\nname="V{}"\nvalue="x"\n'
    path = ksync.write("".join(block.format(number) for number in range(20_000)))
    assert path.stat().st_size > 700_000
    assert ksync("fmt", ksync.files).code == 0
    assert Path(path).read_text().startswith('[[variable]]\nname = "V0"\nvalue = "x"\n\n[[variable]]\n')
