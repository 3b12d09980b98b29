"""docs/renovate.json finds the images that ksync reads, and what it replaces is still the same file."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ksync_tui import api
from ksync_tui.model.kinds.deployment import Deployment
from ksync_tui.model.kinds.stack import Stack

CONFIG = json.loads((Path(__file__).parents[2] / "docs/renovate.json").read_text("utf-8"))
(MANAGER,) = CONFIG["customManagers"]
DIGEST = "sha256:" + "5f6a838e" * 8
SAMPLE = f"""\
[[deployment]]
name = "dotted"
[deployment.config]
image.type = "Image"
image.params.image = "docker.io/library/redis:7.2-alpine"

[[deployment]]
name = "short"
config.image = {{ type = "Image", params.image = "nginx:1.27" }} # the proxy

[[deployment]]
name = "inline"
[deployment.config]
image = {{ type = "Image", params = {{ image = 'registry.example:5000/team/app:v2.0.1' }} }}

[[deployment]]
name = "table"
[deployment.config.image]
type = "Image"
[deployment.config.image.params]
image = "ghcr.io/one/two:2026.1.0@{DIGEST}"

[[deployment]]
name = "untagged"
config.image = {{ type = "Image", params.image = "registry.example:5000/team/app" }}

[[deployment]]
name = "interpolated"
config.image = {{ type = "Image", params.image = "ghcr.io/one/two:[[VERSION]]" }}

[[deployment]]
name = "built"
[deployment.config]
# image = "nginx:1.0"
image.type = "Build"
image.params.build = "app"

[[stack]]
name = "web"
[stack.config]
file_contents = \"\"\"
services:
  plain:
    image: traefik:v3.1.2
  quoted:
    image: "postgres:16.4" # the database
  pinned:
    image: ghcr.io/immich-app/postgres:14-vectorchord0.4.3@{DIGEST}
  left:
    image: ghcr.io/immich-app/server:${{IMMICH_VERSION:-release}}
    # image: old:1.0
  part:
    image: one:1-${{FLAVOUR}}
  untagged:
    image: cloudflare/cloudflared
\"\"\"

[[build]]
name = "app"
[build.config]
image_name = "app"
image_tag = "edge"
"""
FOUND = {
    ("docker.io/library/redis", "7.2-alpine", None),
    ("nginx", "1.27", None),
    ("registry.example:5000/team/app", "v2.0.1", None),
    ("ghcr.io/one/two", "2026.1.0", DIGEST),
    ("traefik", "v3.1.2", None),
    ("postgres", "16.4", None),
    ("ghcr.io/immich-app/postgres", "14-vectorchord0.4.3", DIGEST),
}


def matches(text: str) -> list[re.Match[str]]:
    """What Renovate's regex manager finds in a file."""
    return [found for written in MANAGER["matchStrings"] for found in re.finditer(_python(written), text)]


def _python(written: str) -> str:
    """A regular expression of JavaScript's."""
    return written.replace("(?<", "(?P<")


def test_every_tagged_image_is_found_and_nothing_else() -> None:
    found = [(one["depName"], one["currentValue"], one["currentDigest"]) for one in matches(SAMPLE)]
    assert sorted(found, key=str) == sorted(FOUND, key=str)


def test_a_file_with_the_line_ends_of_windows_is_read_as_well() -> None:
    found = {
        (one["depName"], one["currentValue"], one["currentDigest"]) for one in matches(SAMPLE.replace("\n", "\r\n"))
    }
    assert found == FOUND


def test_the_engine_of_renovate_knows_what_is_written() -> None:
    """RE2 looks neither ahead nor behind, and refers to nothing before; JavaScript knows no flags inside."""
    for written in MANAGER["matchStrings"]:
        assert not re.search(r"\(\?(?!:|<[A-Za-z])|\\[1-9k]", written)
        assert set(re.compile(_python(written)).groupindex) == {"depName", "currentValue", "currentDigest"}
    assert (MANAGER["customType"], MANAGER["datasourceTemplate"]) == ("regex", "docker")
    (pattern,) = MANAGER["managerFilePatterns"]
    assert re.search(pattern.strip("/"), "komodo/stacks/web.toml")
    assert not re.search(pattern.strip("/"), "pyproject.toml")


def test_what_renovate_writes_is_what_ksync_then_reads(tmp_path: Path) -> None:
    updated = SAMPLE
    for found in matches(SAMPLE):
        updated = updated.replace(found[0], found[0].replace(found["currentValue"], "99.9.9", 1), 1)
    images = "\n".join(_images(tmp_path, updated))
    for name, old, digest in FOUND:
        new = f"{name}:99.9.9" + (f"@{digest}" if digest else "")
        assert (new in images, f"{name}:{old}" in images) == (True, False)


def _images(folder: Path, text: str) -> list[str]:
    """The images, and the compose files, that ksync reads in a text."""
    (folder / "all.toml").write_text(text)
    with api.open(home=folder / "home") as session:
        plan = api.plan(session, folder / "all.toml")
        assert not [problem for problem in plan.problems if problem.severity == "error"], plan.problems
        proposed = [action.proposed for action in plan.actions if action.proposed]
    deployments = [str(one.config.image.params.image) for one in proposed
                   if isinstance(one, Deployment) and one.config.image.type == "Image"]  # fmt: skip
    return deployments + [one.config.file_contents for one in proposed if isinstance(one, Stack)]
