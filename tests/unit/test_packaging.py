"""What is shipped beside the code is what the code understands: scripts, services, images, the release."""

from __future__ import annotations

import argparse
import configparser
import importlib.resources
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from argparse_manpage.manpage import Manpage

from ksync_tui import __version__
from ksync_tui.cli.parser import parse, whole_parser
from ksync_tui.model.kinds.json_schema import ADDRESS, resource_file_schema

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MANUAL = ROOT / "docs/ksync.1"


def project() -> dict[str, Any]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8")))


def understood(words: list[str]) -> str:
    """The command that ksync takes words for."""
    found = parse(words)
    assert not isinstance(found, int)
    return str(found.command)


def test_ksync_goes_by_the_name_of_its_distribution_too() -> None:
    scripts = project()["project"]["scripts"]
    assert scripts["ksync"] == scripts[project()["project"]["name"]]


def test_the_schemas_come_with_the_package() -> None:
    """Anew: `ksync schema -o ksync_tui/schemas/resource-file.schema.json`, and a copy of docs/json.schema.json."""
    schemas = importlib.resources.files("ksync_tui") / "schemas"
    assert json.loads((schemas / "resource-file.schema.json").read_text("utf-8")) == resource_file_schema()
    assert (schemas / "output.schema.json").read_text("utf-8") == (ROOT / "docs/json.schema.json").read_text("utf-8")
    assert ADDRESS.endswith("/main/ksync_tui/schemas/resource-file.schema.json")
    assert ADDRESS.partition(".com/")[2].startswith(project()["project"]["urls"]["Homepage"].partition(".com/")[2])


def test_pictures_and_documents_have_absolute_addresses_where_the_readme_stands_alone() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for one in project()["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(one["pattern"], one["replacement"], text)
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 5
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    address = project()["project"]["urls"]["Homepage"]
    assert [
        link for link in links if "ksync-tui/" in link and address.partition("//")[2].split("/", 1)[1] not in link
    ] == []


def service() -> configparser.SectionProxy:
    """What the systemd unit says of the service."""
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "ksync-watch.service")
    return unit["Service"]


def test_the_service_runs_a_command_that_there_is() -> None:
    program, *words = shlex.split(service()["ExecStart"])
    assert (Path(program).name, understood(words)) == ("ksync", "watch")


def test_the_guide_prepares_what_the_service_runs() -> None:
    """The same program, user, home, secrets and sync: with any other the service finds nothing to watch."""
    unit, guide = service(), (ROOT / "docs/watch.md").read_text("utf-8")
    program, *words = shlex.split(unit["ExecStart"])
    prefix = f"sudo -Hu {unit['User']} {unit['Environment']} {program} "
    commands = [line.removeprefix(prefix).split() for line in guide.splitlines() if line.startswith(prefix)]
    assert [understood(command) for command in commands] == ["syncs", "plan"]
    assert commands[0][:3] == ["syncs", "add", words[words.index("--execute") + 1]]
    home = unit["Environment"].removeprefix("KSYNC_HOME=")
    assert f"useradd --system --create-home --home-dir {home} --groups docker {unit['User']}\n" in guide
    assert f"python3 -m venv {Path(program).parents[1]}\n" in guide
    assert unit["EnvironmentFile"].removeprefix("-") in guide


def test_the_container_runs_a_command_that_there_is() -> None:
    container = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["ksync"]
    assert understood(container["command"]) == "watch"
    assert (DEPLOY / container["build"]["context"]).resolve() == ROOT
    assert (ROOT / container["build"]["dockerfile"]).is_file()
    (folder,) = [volume for volume in container["volumes"] if volume.endswith(":/infra")]
    assert (DEPLOY / folder.removeprefix("${INFRA:-").partition("}")[0]).resolve() == ROOT / "infra"


@pytest.mark.parametrize("name", ["deploy/compose.yaml", "docs/watch.md"])
def test_the_sync_of_the_container_is_added_by_a_command_that_there_is(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    (words,) = re.findall(r"docker compose -f deploy/compose.yaml run --rm ksync (.*)", text)
    assert understood(words.split()) == "syncs"


@pytest.mark.parametrize("instruction", ["CMD", "HEALTHCHECK"])
def test_the_image_runs_commands_that_there_are(instruction: str) -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith(instruction)]
    words = yaml.safe_load(line[line.index("[") :])
    assert understood(words[1:] if words[0] == "ksync" else words)


def test_the_image_is_made_of_files_that_there_are_and_runs_as_nobody_special() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert [name for names in copied for name in names if not (ROOT / name).exists()] == []
    assert "USER ksync" in lines


def test_the_release_checks_and_publishes_without_a_token() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))["jobs"]
    steps = " ".join(str(step.get("run", step.get("uses"))) for step in jobs["build"]["steps"])
    assert ".ci/run" in steps
    assert "twine check --strict" in steps
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}


def test_the_manual_page_has_every_command_and_option() -> None:
    """`.venv/bin/python -m tests.unit.test_packaging` writes it anew; its layout is argparse's, of whatever version."""
    page = MANUAL.read_text("utf-8").replace("\\-", "-")
    for command, child in children(whole_parser()):
        assert f"ksync {command}" in page
        options = [option for action in child._actions for option in action.option_strings]
        assert [option for option in options if option.startswith("--") and option not in page] == ["--help"], command
    shipped = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shipped == {str(MANUAL.relative_to(ROOT)): "share/man/man1/ksync.1"}


def children(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def manual() -> str:
    """The manual page, made from the parser."""
    facts = project()["project"]
    data = {
        "project_name": "ksync",
        "version": __version__,
        "description": facts["description"],
        "url": facts["urls"]["Homepage"],
        "manual_title": "ksync",
        "prog": "ksync",
    }
    return str(Manpage(whole_parser(), data))


if __name__ == "__main__":
    MANUAL.write_text(manual(), "utf-8")
