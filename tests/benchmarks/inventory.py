"""A large, regular inventory: of ten thousand resources ten are servers, the rest three fifths stacks, two fifths
deployments, three megabytes together."""

from __future__ import annotations

SERVERS = 10

_SERVER = """\
[[server]]
name = "host-{number:02}"
tags = ["bench"]
[server.config]
address = "https://10.0.0.{number}:8120"
enabled = true
"""
_STACK = """\
[[stack]]
name = "stack-{number:05}"
description = "stack number {number}"
tags = ["bench", "group-{group}"]
[stack.config]
server = "host-{server:02}"
file_paths = ["compose.yaml"]
repo = "example/stack-{number:05}"
environment = \"\"\"
LEVEL = info
PORT = {port}
URL = https://s{number}.example.org
\"\"\"
"""
_DEPLOYMENT = """\
[[deployment]]
name = "deployment-{number:05}"
tags = ["bench", "group-{group}"]
[deployment.config]
server = "host-{server:02}"
image.type = "Image"
image.params.image = "registry.example.org/app-{group}:1.{number}"
restart = "unless-stopped"
environment = \"\"\"
LEVEL = info
PORT = {port}
\"\"\"
volumes = \"\"\"
/srv/app-{number:05}/data = /data
\"\"\"
labels = "org.example.group = {group}"
"""


def text(resources: int) -> str:
    """A file of `resources` declarations (at least ten)."""
    return "\n##\n\n".join(_block(number) for number in range(resources))


def texts(resources: int, files: int) -> list[str]:
    """The same declarations, spread over files."""
    return ["\n##\n\n".join(_block(number) for number in range(at, resources, files)) for at in range(files)]


def _block(number: int) -> str:
    if number < SERVERS:
        return _SERVER.format(number=number)
    template = _STACK if number % 5 < 3 else _DEPLOYMENT
    return template.format(number=number, group=number % 40, server=number % SERVERS, port=8000 + number % 1000)
