"""A running stack and a running deployment get other names; none of their containers is made anew."""

from __future__ import annotations

import pytest

from tests.cli.conftest import CommandLine
from tests.docker.real import docker

FILES = """
[[server]]
name = "edge"

[[deployment]]
name = "{prefix}-{app}"
deploy = true
[deployment.config]
server = "edge"
network = "none"
image.type = "Image"
image.params.image = "{image}"
command = "sleep 1000"
labels = "note={note}"
extra_args = ["--stop-signal=SIGKILL"]

[[stack]]
name = "{prefix}-{web}"
deploy = true
after = ["{prefix}-{app}"]
[stack.config]
server = "edge"
file_contents = '''
services:
  one:
    image: {image}
    command: sleep 1000
    stop_signal: SIGKILL
    network_mode: none
  two:
    image: {image}
    command: sleep 1000
    stop_signal: SIGKILL
    network_mode: none
    labels: [note={note}]
'''

[[procedure]]
name = "{prefix}-nightly"
[[procedure.config.stage]]
name = "all"
executions = [{{ execution.type = "DeployStack", execution.params.stack = "{prefix}-{web}" }}]
"""


def containers(prefix: str) -> dict[str, str]:
    """The containers by their ids, with their names."""
    found = docker("ps", "-a", "--no-trunc", "--filter", f"name={prefix}", "--format", "{{.ID}} {{.Names}}").stdout
    # Compose writes its names with dashes since its second version.
    return {known: name.replace("_", "-") for known, name in (line.split() for line in found.splitlines())}


@pytest.mark.docker
def test_nothing_is_recreated_by_a_rename(ksync: CommandLine, prefix: str, tiny_image: str) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text('[hosts]\nedge = "unix:///var/run/docker.sock"\n')

    def declare(app: str, web: str, note: str = "first") -> None:
        ksync.write(FILES.format(prefix=prefix, image=tiny_image, app=app, web=web, note=note))

    declare("app", "web")
    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    before = containers(prefix)
    assert sorted(before.values()) == [f"{prefix}-app", f"{prefix}-web-one-1", f"{prefix}-web-two-1"]

    declare("application", "site")
    renames = [f"--rename=deployment/{prefix}-app={prefix}-application", f"--rename=stack/{prefix}-web={prefix}-site"]
    planned = ksync("plan", ksync.files, *renames).out
    assert "2 to rename" in planned
    assert "to create" not in planned
    assert "to deploy" not in planned
    ended = ksync("apply", ksync.files, "--all", "--yes", *renames)
    assert ended.code == 0, ended.err
    after = containers(prefix)
    assert after.keys() == before.keys()
    assert sorted(after.values()) == [f"{prefix}-application", f"{prefix}-web-one-1", f"{prefix}-web-two-1"]
    assert ksync("plan", ksync.files).code == 0
    assert f'stack = "{prefix}-site"' in ksync("export", "--only", f"procedure/{prefix}-nightly").out

    declare("application", "site", "second")
    ended = ksync("apply", ksync.files, "--all", "--yes")
    assert ended.code == 0, ended.err
    now = containers(prefix)
    names = {name: one for one, name in now.items()}
    kept = {name: one for one, name in after.items()}
    assert sorted(names) == [f"{prefix}-application", f"{prefix}-web-one-1", f"{prefix}-web-two-1"]
    assert names[f"{prefix}-web-one-1"] == kept[f"{prefix}-web-one-1"]
    assert names[f"{prefix}-web-two-1"] != kept[f"{prefix}-web-two-1"]
    assert names[f"{prefix}-application"] != kept[f"{prefix}-application"]
    assert ksync("plan", ksync.files).code == 0

    ksync.write('[[server]]\nname = "edge"\n')
    assert ksync("apply", ksync.files, "--all", "--delete", "--allow-delete", "--yes").code == 0
    assert containers(prefix) == {}


@pytest.mark.docker
def test_a_container_that_has_the_name_already_stays_and_so_does_the_deployment(
    ksync: CommandLine, prefix: str, tiny_image: str
) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text('[hosts]\nedge = "unix:///var/run/docker.sock"\n')
    ksync.write(FILES.format(prefix=prefix, image=tiny_image, app="app", web="web", note="first"))
    only = f"deployment/{prefix}-app"
    assert ksync("apply", ksync.files, "--only", "server/edge", "--only", only, "--yes").code == 0
    docker("run", "-d", "--name", f"{prefix}-new", tiny_image, "sleep", "1000")
    ksync.write(FILES.format(prefix=prefix, image=tiny_image, app="new", web="web", note="first"))
    word = f"deployment/{prefix}-app={prefix}-new"
    ended = ksync("apply", ksync.files, "--rename", word, "--only", f"deployment/{prefix}-new", "--yes")
    assert ended.code == 2
    assert f"the name {prefix}-new is in use" in ended.err
    assert "a container that ksync did not make has it" in ended.err
    assert ksync("export", "--only", only).code == 0
    assert set(containers(prefix).values()) == {f"{prefix}-app", f"{prefix}-new"}
