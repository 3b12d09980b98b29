"""`ksync import` where there is nothing to import, or where the command line does not say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine


def test_a_server_without_a_docker_host_says_how_to_name_one(ksync: CommandLine) -> None:
    ended = ksync("import", "--host", "attic")
    assert ended.code == 1
    assert "nothing can be imported" in ended.err
    assert "`ksync hosts add attic ADDRESS` maps one" in ended.err


def test_a_host_that_does_not_answer_is_an_error(ksync: CommandLine) -> None:
    ksync("hosts", "add", "attic", "unix:///no/such/docker.sock")
    ended = ksync("import", "--host", "attic", "--json")
    assert ended.code == 1
    assert "the Docker host of server 'attic' does not answer" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--all"], "nothing is taken over without --adopt"),
        (["FILES"], "nothing is taken over without --adopt"),
        ([], "the following arguments are required: --host"),
    ],
)
def test_what_is_missing_is_said(ksync: CommandLine, words: list[str], said: str) -> None:
    named = ["--host", "attic", *words] if words else []
    ended = ksync("import", *named)
    assert ended.code == 1
    assert said in ended.err


def test_a_core_says_how_it_is_done_there(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    ksync("profiles", "add", "prod", "http://127.0.0.1:9")
    monkeypatch.setenv("KSYNC_CORE_KEY_PROD", "K_key")
    monkeypatch.setenv("KSYNC_CORE_SECRET_PROD", "S_secret")
    ended = ksync("import", "--host", "attic", "--profile", "prod")
    assert ended.code == 1
    assert "nothing can be imported through a Core" in ended.err


def test_no_file_is_written_over(ksync: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ksync_tui.engine.embedded.engine import EmbeddedEngine
    from ksync_tui.model.discovery import Discovery

    monkeypatch.setattr(EmbeddedEngine, "discover", lambda *_: Discovery("attic", (), (), 0))
    file = tmp_path / "mine.toml"
    file.write_text("# mine\n")
    ended = ksync("import", "--host", "attic", "-o", file)
    assert ended.code == 1
    assert "the file already exists" in ended.err
    assert file.read_text() == "# mine\n"
    assert "0 stacks and 0 deployments on server attic" in ksync("import", "--host", "attic").err


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--all"], "no file says what to take over"), (["FILES"], "nothing selected")],
)
def test_adopting_needs_a_file_and_a_choice(
    ksync: CommandLine, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    from ksync_tui.engine.embedded.engine import EmbeddedEngine
    from ksync_tui.model.discovery import Discovery

    monkeypatch.setattr(EmbeddedEngine, "discover", lambda *_: Discovery("attic", (), (), 0))
    named = [ksync.files if word == "FILES" else word for word in words]
    ended = ksync("import", "--host", "attic", "--adopt", *named)
    assert ended.code == 1
    assert said in ended.err


def test_a_file_that_declares_nothing_that_runs_adopts_nothing(
    ksync: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ksync_tui.engine.embedded.engine import EmbeddedEngine
    from ksync_tui.model.discovery import Discovery

    monkeypatch.setattr(EmbeddedEngine, "discover", lambda *_: Discovery("attic", (), (), 0))
    file = ksync.write('[[server]]\nname = "attic"\n')
    ended = ksync("import", "--host", "attic", "--adopt", file, "--all", "--yes")
    assert ended.code == 1
    assert "there is nothing to adopt" in ended.err
