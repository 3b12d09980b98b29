"""Resource files that sops encrypted: never applied as they lie there, read with a command, never written."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

CLEAR = '[[variable]]\nname = "TOKEN"\nvalue = "s3cret-value"\nis_secret = true\n'
BINARY = json.dumps({"data": "ENC[AES256_GCM,data:q83v,iv:a=,tag:b=,type:str]", "sops": {"version": "3.9.0"}}, indent=1)
OWN = (
    '[[variable]]\nname = "TOKEN"\nvalue = "ENC[AES256_GCM,data:q83v,iv:a=,tag:b=,type:str]"\n\n[sops]\nversion = "3"\n'
)
FORMS = {"binary": BINARY, "its own form": OWN}


def decrypting(ksync: CommandLine, program: str) -> None:
    """Settings with a program in the place of sops, which finds the file in `file`."""
    script = ksync.files.parent / "decrypt.py"
    script.write_text(f"import sys\nfile = open(sys.argv[-1]).read()\n{program}\n")
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text(f'decrypt = ["{sys.executable}", "{script}"]\n')


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_ciphertext_is_an_error_and_never_applied(ksync: CommandLine, text: str) -> None:
    ksync.write('[[server]]\nname = "edge"\n', "clear.toml")
    ksync.write(text, "secrets.toml")
    planned = ksync("plan", ksync.files, "--delete", "--json")
    made = json.loads(planned.out)
    assert [action["id"] for action in made["actions"]] == ["create:server/edge"]
    assert [(problem["rule"], problem["file"]) for problem in made["problems"]] == [("encrypted", "secrets.toml")]
    assert planned.code == 1
    assert "`decrypt`" in ksync("validate", ksync.files).out or "decrypt = " in ksync("validate", ksync.files).out


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_with_a_command_it_is_read_and_stays_masked(ksync: CommandLine, text: str) -> None:
    decrypting(ksync, f"assert 'ENC[AES256_GCM' in file\nprint({CLEAR!r}, end='')")
    ksync.write(text, "secrets.toml")
    assert ksync("plan", ksync.files).code == 2
    done = ksync("apply", ksync.files, "--all", "--yes")
    assert done.code == 0, done.err
    assert "s3cret-value" not in done.out + done.err
    assert ksync("plan", ksync.files).code == 0
    assert (ksync.files / "secrets.toml").read_text() == text


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("sys.exit('no key found')", "ended with 1: no key found"),
        ("print('\\0')", "a binary file, not text"),
        ("sys.stdout.write('x' * (17 * 1024 * 1024))", "printed too much"),
    ],
)
def test_a_command_that_fails_costs_only_that_file(ksync: CommandLine, program: str, said: str) -> None:
    decrypting(ksync, program)
    ksync.write('[[server]]\nname = "edge"\n', "clear.toml")
    ksync.write(BINARY, "secrets.toml")
    made = json.loads(ksync("plan", ksync.files, "--delete", "--json").out)
    assert [action["id"] for action in made["actions"]] == ["create:server/edge"]
    (problem,) = made["problems"]
    assert (problem["rule"], problem["file"]) == ("encrypted", "secrets.toml")
    assert said in problem["message"]


def test_a_command_that_is_not_there_says_so(ksync: CommandLine) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text('decrypt = ["/nowhere/sops"]\n')
    ksync.write(BINARY)
    assert "`/nowhere/sops` cannot be started" in ksync("validate", ksync.files).out
    (ksync.home / "config.toml").write_text('decrypt = "sops"\n')
    assert "`decrypt` must be a list of words" in ksync("validate", ksync.files).err


def test_it_is_formatted_and_written_by_nobody(ksync: CommandLine, tmp_path: Path) -> None:
    file = ksync.write(OWN)
    assert "it is encrypted by sops" in ksync("fmt", file).err
    assert file.read_text() == OWN
    decrypting(ksync, f"print({CLEAR.replace('s3cret', 'other')!r}, end='')")
    assert ksync("syncs", "add", "s", "--path", file, "--managed", "--include-variables").code == 0
    assert ksync("apply", "--sync", "s", "--all", "--yes").code == 0
    changed = '[[variable]]\nname = "TOKEN"\ndescription = "by hand"\nis_secret = true\n'
    live = tmp_path / "live.toml"
    live.write_text(changed)
    assert ksync("apply", live, "--all", "--yes").code == 0
    refused = ksync("commit", "--sync", "s", "--all", "--yes")
    assert refused.code == 1
    assert "it is encrypted" in refused.err
    assert file.read_text() == OWN
