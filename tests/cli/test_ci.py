"""What CI jobs use: formats, `--offline`, `--strict`, the hook, and the script of the action on a forge."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from ksync_tui.cli.parser import parse
from tests.cli.conftest import CommandLine

ROOT = Path(__file__).parents[2]
GOOD = '[[stack]]\nname = "web"\n[stack.config]\nserver = "elsewhere"\n'
BAD = '[[stack]]\nname = "api"\nafter = ["api"]\n\n[[stack]]\nnaem = "100%"\n'


def test_problems_as_annotations(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    ksync.write(BAD)
    monkeypatch.chdir(ksync.files)
    ended = ksync("validate", ksync.files, "--format", "github")
    lines = ended.out.splitlines()
    assert ended.code == 1
    assert any(line.startswith("::error file=all.toml,line=3,col=1::`after` forms a cycle") for line in lines), lines
    assert all("\n" not in line and line.startswith(("::error ", "::warning ")) for line in lines)


def test_forges_are_told_of_files_by_their_path_from_the_working_directory(
    ksync: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forge knows a file of the checkout by nothing else; people read it as they know it in the folder."""
    ksync.write(BAD, "stacks/all.toml")
    monkeypatch.chdir(ksync.files.parent)
    assert "::error file=files/stacks/all.toml,line=5" in ksync("validate", "files", "--format", "github").out
    assert "::error file=files/stacks/all.toml,line=5" in ksync("plan", "files", "--format", "github").out
    assert ksync("validate", "files").out.startswith("stacks/all.toml:")
    one = ksync("validate", "files/stacks/all.toml", "--format", "github").out
    assert "::error file=files/stacks/all.toml,line=5" in one
    monkeypatch.chdir(ksync.home)
    elsewhere = ksync("validate", ksync.files, "--format", "github").out
    assert f"::error file={ksync.files}/stacks/all.toml,line=5" in elsewhere


@pytest.mark.parametrize("command", ["validate", "plan"])
def test_problems_as_sarif(ksync: CommandLine, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    ksync.write(BAD, "stacks/all.toml")
    monkeypatch.chdir(ksync.files.parent)
    ended = ksync(command, "files", "--format", "sarif")
    (run,) = json.loads(ended.out)["runs"]
    found = {
        (
            one["ruleId"],
            one["level"],
            one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            one["locations"][0]["physicalLocation"]["region"]["startLine"],
        )
        for one in run["results"]
    }
    assert ended.code == 1
    assert found >= {
        ("after-cycle", "error", "files/stacks/all.toml", 3),
        ("missing-key", "error", "files/stacks/all.toml", 5),
        ("unknown-key", "warning", "files/stacks/all.toml", 6),
    }


def test_sarif_beside_the_problems_for_people(ksync: CommandLine) -> None:
    ksync.write(GOOD)
    file = ksync.home.parent / "ksync.sarif"
    ended = ksync("validate", "--offline", ksync.files, "--format", "github", "--format", f"sarif={file}")
    assert (ended.code, ended.out.strip()) == (0, "")
    assert json.loads(file.read_text("utf-8"))["runs"][0]["results"] == []


def test_several_formats_at_once(ksync: CommandLine) -> None:
    ksync.write(GOOD)
    files = {name: ksync.home.parent / f"plan.{name}" for name in ("json", "markdown")}
    words = [f"--format={name}={file}" for name, file in files.items()]
    ended = ksync("plan", ksync.files, *words, "--format", "text")
    assert ended.code == 2
    assert "+ web" in ended.out
    assert json.loads(files["json"].read_text())["actions"][0]["id"] == "create:stack/web"
    assert "stack" in files["markdown"].read_text()


@pytest.mark.parametrize(
    "words", [("--format", "xml"), ("--format", "json="), ("--format", "text", "--format", "json")]
)
def test_a_format_that_is_none_is_refused(ksync: CommandLine, words: tuple[str, ...]) -> None:
    ksync.write(GOOD)
    assert ksync("validate", ksync.files, *words).code == 1


def test_offline_what_no_file_declares_may_be_live(ksync: CommandLine) -> None:
    ksync.write(GOOD)
    assert "neither declared nor live" in ksync("validate", ksync.files).out
    assert ksync("validate", "--offline", "--strict", ksync.files).code == 0
    ksync.write(GOOD + "colour = 1\n")
    assert ksync("validate", "--offline", ksync.files).code == 0
    assert ksync("validate", "--offline", "--strict", ksync.files).code == 1


def hooks() -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (BAD, 1)])
def test_the_hook_runs_on_a_repository(ksync: CommandLine, text: str, code: int) -> None:
    hook = hooks()["ksync-validate"]
    ksync.write(text)
    program, *words = shlex.split(hook["entry"])
    assert (program, hook["pass_filenames"]) == ("ksync", False)
    assert ksync(*words, ksync.files).code == code


def test_the_formatting_hook_runs_on_the_files_of_a_commit(ksync: CommandLine) -> None:
    """It is given every file of the commit that its pattern takes, and has done its work when one changed."""
    hook = hooks()["ksync-fmt"]
    good, untidy = ksync.write(GOOD), ksync.write(GOOD.replace(" = ", "="), "b.toml")
    other = ksync.write("[project]\nname='x'\n", "pyproject.toml")
    files = [path for path in (good, untidy, other) if re.search(hook["files"], str(path))]
    program, *words = shlex.split(hook["entry"])
    assert (program, len(files), "pass_filenames" in hook) == ("ksync", 3, False)
    assert ksync(*words, *files).code == 0
    assert [path.read_text() for path in files] == [GOOD, GOOD, "[project]\nname='x'\n"]


class Forge:
    """The comments of a change, as a forge keeps them."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = [{"id": 1, "body": "looks good"}]
        self.asked: list[str] = []

    @contextmanager
    def serving(self) -> Iterator[str]:
        forge = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self, value: object) -> None:
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _body(self) -> Any:
                return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

            def do_GET(self) -> None:
                forge.asked.append(f"GET {self.path} {self.headers['Authorization']}")
                self._answer(forge.comments)

            def do_POST(self) -> None:
                forge.comments.append({"id": len(forge.comments) + 1, **self._body()})
                self._answer({})

            def do_PATCH(self) -> None:
                known = int(self.path.rpartition("/")[2])
                next(one for one in forge.comments if one["id"] == known).update(self._body())
                self._answer({})

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not there")
def test_the_action_keeps_one_comment_up_to_date(ksync: CommandLine) -> None:
    bin_folder = ksync.home.parent / "bin"
    bin_folder.mkdir()
    (bin_folder / "ksync").write_text(f'#!/bin/sh\nexec {sys.executable} -m ksync_tui "$@"\n')
    (bin_folder / "ksync").chmod(0o755)
    forge = Forge()

    def action(text: str, profile: str = "local") -> int:
        ksync.write(text)
        with forge.serving() as address:
            environment = os.environ | {
                "PATH": f"{bin_folder}:{os.environ['PATH']}", "KSYNC_PATH": str(ksync.files), "FORGE_API": address,
                "KSYNC_PLAN_PROFILE": profile, "FORGE_REPOSITORY": "ana/infra", "FORGE_CHANGE": "7",
                "FORGE_TOKEN": "token", "GITHUB_STEP_SUMMARY": str(ksync.home.parent / "summary.md"),
                "KSYNC_SARIF": str(ksync.home.parent / "ksync.sarif"),
            }  # fmt: skip
            return subprocess.run(
                [ROOT / "deploy/action.sh"], env=environment, check=False, capture_output=True
            ).returncode

    assert action(GOOD, profile="") == 0
    assert forge.asked == []
    assert action(GOOD) == 0
    assert forge.asked == ["GET /repos/ana/infra/issues/7/comments?per_page=100 Bearer token"]
    assert action(GOOD.replace("web", "site")) == 0
    assert json.loads((ksync.home.parent / "ksync.sarif").read_text())["runs"][0]["results"] == []
    assert action(BAD) == 1
    assert json.loads((ksync.home.parent / "ksync.sarif").read_text())["runs"][0]["results"]
    bodies = [one["body"] for one in forge.comments]
    assert len(bodies) == 2
    assert "site" in bodies[1]
    assert "web" not in bodies[1]
    assert "site" in (ksync.home.parent / "summary.md").read_text()


def test_what_the_documents_say_is_understood() -> None:
    text = (ROOT / "docs/ci.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`(ksync [^`]+)`", text)
    assert len(lines) > 2
    assert [line for line in lines if isinstance(parse(shlex.split(line)[1:]), int)] == []
    yamls = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    assert [hook["id"] for hook in yamls[0]["repos"][0]["hooks"]] == list(hooks())
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    for written in yamls[1:]:
        assert written["jobs"]["ksync"]["steps"][1]["with"].keys() <= action["inputs"].keys()
    ours, upload = (step["with"] for step in yamls[2]["jobs"]["ksync"]["steps"][1:])
    assert ours["sarif"] == upload["sarif_file"]
    assert (ROOT / "deploy/action.sh").stat().st_mode & 0o111
