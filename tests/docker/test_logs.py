"""What containers wrote, read by people."""

from __future__ import annotations

import pytest

from tests.cli.conftest import CommandLine

FILES = """
[[server]]
name = "edge"

[[variable]]
name = "TOKEN"
value = "hush-hush-4711"
is_secret = true

[[deployment]]
name = "{prefix}-app"
deploy = true
[deployment.config]
server = "edge"
network = "none"
image.type = "Image"
image.params.image = "{image}"
command = "sh -c 'echo ready; echo [[TOKEN]] >&2; sleep 1000'"
extra_args = ["--stop-signal=SIGKILL"]

[[stack]]
name = "{prefix}-web"
deploy = true
[stack.config]
server = "edge"
file_contents = '''
services:
  one:
    image: {image}
    command: sh -c 'echo up; sleep 1000'
    stop_signal: SIGKILL
    network_mode: none
  two:
    image: {image}
    command: sh -c 'echo up; sleep 1000'
    stop_signal: SIGKILL
    network_mode: none
'''
"""


@pytest.mark.docker
def test_the_last_lines_of_containers(ksync: CommandLine, prefix: str, tiny_image: str) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text('[hosts]\nedge = "unix:///var/run/docker.sock"\n')
    ksync.write(FILES.format(prefix=prefix, image=tiny_image))
    assert ksync("apply", ksync.files, "--only", "server/edge", "--yes").code == 0
    never = ksync("logs", f"stack/{prefix}-web")
    assert (never.code, "no longer exists" in never.err) == (1, True)

    assert ksync("apply", ksync.files, "--all", "--yes").code == 0
    assert sorted(ksync("logs", f"deployment/{prefix}-app").out.split()) == ["<TOKEN>", "ready"]
    lines = ksync("logs", f"stack/{prefix}-web").out.replace("_", "-").splitlines()
    assert sorted(lines) == [f"{prefix}-web-one-1 | up", f"{prefix}-web-two-1 | up"]
    assert "has no containers" in ksync("logs", "server/edge").err
