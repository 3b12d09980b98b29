"""Every real file reads, and means what a real Core took it to mean, but for Core's faults that are named here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from ksync_tui.model.kinds.json_schema import resource_file_schema
from ksync_tui.model.resource import Declarations, Declared, SourceFile, Target
from ksync_tui.source.folder import Folder
from ksync_tui.source.lint import lint
from ksync_tui.source.reader import Reader
from ksync_tui.toml.blocks import BlockError, parse_file_text
from tests.corpus.conftest import from_core, recorded, recordings, repositories

# What ksync finds and Core does not list, with the fault or rule that makes it so.
ONLY_HERE = {
    ("EugeneKallis__ServerToolPython", Target("resource_sync", "servertoolpython-sync-prod")):
        "c.3: its keys stand outside config, so it is defined nowhere; Core leaves such syncs out",
    ("EugeneKallis__ServerToolPython", Target("resource_sync", "servertoolpython-sync-dev")):
        "c.3: as above",
    ("rowa78__homelab", Target("server", "infra")): "c.2: Core drops the whole file for one wrong block",
    ("rowa78__homelab", Target("procedure", "deploy-all")): "c.2: as above",
}  # fmt: skip


def read_alone(folder: Path, file: str) -> Declarations:
    """One file of a repository by itself: what another file declares again does not get in the way."""
    source = Folder((folder / file,), folder).read()
    return Reader().read(source.files, source.problems, complete=source.complete)


def core_resources(core: Mapping[str, Any]) -> list[Declared]:
    texts = [entry["toml"] for entry in core["resources"]]
    texts += [entry["proposed"] for kind in ("variables", "user_groups") for entry in core[kind]]
    return [from_core(text) for text in texts]


def differing(ours: Iterable[Declared], theirs: Iterable[Declared]) -> tuple[list[Declared], list[Declared]]:
    """What only one side has, by target and meaning, each as often as it is there."""
    left, right = list(ours), []
    known = [(one.target, one.fingerprint) for one in left]
    for one in theirs:
        if (wanted := (one.target, one.fingerprint)) in known:
            at = known.index(wanted)
            del known[at], left[at]
        else:
            right.append(one)
    return left, right


@pytest.mark.parametrize("name", repositories() or [pytest.param("", marks=pytest.mark.skip("no corpus here"))])
def test_a_repository_means_what_core_takes_it_to_mean(name: str, corpus: Path, komodo: Path) -> None:
    core = recorded(f"core-reads/{name}.json")
    gathered = Folder((corpus / name,), corpus / name).read()
    assert sorted(file.name for file in gathered.files) == sorted(core["files"])
    read = {file.name: read_alone(corpus / name, file.name) for file in gathered.files}
    in_error = {file for file, found in read.items() if found.broken}
    assert in_error == {error["path"] for error in core["file_errors"]}
    ours, theirs = differing([one for found in read.values() for one in found.resources], core_resources(core))
    assert {(name, one.target) for one in ours} == {known for known in ONLY_HERE if known[0] == name}
    assert [str(one.target) for one in theirs] == []


@pytest.mark.parametrize("name", repositories() or [pytest.param("", marks=pytest.mark.skip("no corpus here"))])
def test_a_repository_reads_at_once_and_each_problem_has_a_line_of_its_file(name: str, corpus: Path) -> None:
    gathered = Folder((corpus / name,), corpus / name).read()
    found = Reader().read(gathered.files, gathered.problems)
    lines = {file.name: file.text.count("\n") + 1 for file in gathered.files}
    assert found.resources or found.broken
    assert all(1 <= problem.place.line <= lines[problem.place.file] for problem in found.problems)
    for one in found.resources:
        text = next(file.text for file in gathered.files if file.name == one.place.file)
        block = "\n".join(text.split("\n")[one.place.line - 1 : one.place.last])
        assert block.startswith(one.text)


def test_every_file_reads_and_so_does_every_edit_of_it(corpus: Path) -> None:
    """Versions of one file come one after the other: what is kept from the one before makes no difference."""
    reader, files = Reader(), sorted(path for path in corpus.rglob("*.toml") if path.is_file())
    for path in files:
        source = SourceFile(str(path.parent), None, path.read_bytes().decode())
        again, anew = reader.read([source]), Reader().read([source])
        assert [one.place for one in again.resources] == [one.place for one in anew.resources], path
        assert [one.fingerprint for one in again.resources] == [one.fingerprint for one in anew.resources], path
        assert (again.problems, again.broken) == (anew.problems, anew.broken), path
        assert again.problems or again.resources
    assert len(files) > 280


# What real files hold that Komodo stores and cannot use, as its author found: a later version has six fields.
CANNOT_WORK = {
    ("AnarchoBooleanism__saphnet-komodo/procedures.toml", "'schedule' has five fields: Komodo wants six, seconds first")
}


def test_no_real_file_is_warned_of_without_cause(corpus: Path) -> None:
    seen = set()
    for path in sorted(path for path in corpus.rglob("*.toml") if path.is_file()):
        name = str(path.relative_to(corpus))
        for one in Reader().read([SourceFile(name, None, path.read_bytes().decode())]).resources:
            seen |= {(name, found.message) for found in lint(one.resource)}
    assert {(re.sub(r"^_history/|/[^/]*$", "", name), message) for name, message in seen} == CANNOT_WORK


def test_the_schema_takes_of_every_real_file_what_validate_takes(corpus: Path) -> None:
    """And where it refuses, it says no more than validate: unknown keys of one table are one message."""
    validator, clean = Draft7Validator(resource_file_schema()), 0
    for path in sorted(path for path in corpus.rglob("*.toml") if path.is_file()):
        text = path.read_bytes().decode()
        try:
            data = parse_file_text(text)
        except BlockError:
            continue
        problems = Reader().read([SourceFile(path.name, None, text)]).problems
        known = [each for each in problems if each.severity == "error" or "is ignored" in each.message]
        said = [error.message for error in validator.iter_errors(data)]
        assert bool(said) == bool(known), (path, said)
        assert len(said) <= len(known), path
        clean += not said
    assert clean > 240


BROKEN = recordings("core-reads/_broken.json")
# Lines that Core gives otherwise: where it stopped, not where the fault is.
OTHER_LINE = {"AnarchoBooleanism__saphnet-komodo/procedures.toml.b7fe51e79d.toml": (82, 81)}


@pytest.mark.parametrize("core", BROKEN or [pytest.param({}, marks=pytest.mark.skip("no recording here"))])
def test_a_broken_file_names_the_block_and_a_line_inside_it(core: Mapping[str, Any], corpus: Path) -> None:
    path = corpus / "_broken" / core["file"]
    text = path.read_text()
    found = Reader().read([SourceFile(path.name, str(path), text)])
    errors = [problem for problem in found.problems if problem.severity == "error"]
    line = int(re.findall(r"at line (\d+)", "".join(core["errors"]))[0])
    assert errors[0].place.line == OTHER_LINE.get(core["file"], (line, line))[1]
    for broken, problem in zip(found.broken, errors, strict=True):
        assert broken.place.line <= problem.place.line <= (broken.place.last or 0)
        assert broken.target is not None
        assert f'name = "{broken.target.name}"' in text
    headers = re.findall(r"^\[\[[a-z_]+\]\]", text, re.MULTILINE)
    assert len(found.resources) + len(found.broken) == len(headers)
    assert len(found.broken) <= 2
