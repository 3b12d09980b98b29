"""A real Docker Engine for tests: a tiny image, names of one's own, and nothing left behind.

Tests that need it carry the `docker` marker. Where no engine answers they are skipped, with the reason in the report.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ksync_tui.engine.embedded.docker import ready
from ksync_tui.engine.embedded.docker.command import DockerHost
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.interpolate import interpolate
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.resource import Target
from tests.cli.conftest import CommandLine
from tests.docker.real import docker, missing, sweep

BUSYBOX = Path("/bin/busybox")
DOCKERFILE = """FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/bin
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what needs an engine where none answers."""
    marked = [item for item in items if item.get_closest_marker("docker")]
    if marked and (reason := missing()):
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def tiny_image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image with nothing but busybox, made on the spot. Its name is the session's own."""
    if reason := missing():
        pytest.skip(reason)
    if not BUSYBOX.is_file():
        pytest.skip(f"{BUSYBOX} is not there to build an image from (Debian: busybox-static)")
    name = f"ksync-tiny-{uuid.uuid4().hex[:10]}:1"
    folder = tmp_path_factory.mktemp("tiny")
    shutil.copy(BUSYBOX, folder / "busybox")
    (folder / "Dockerfile").write_text(DOCKERFILE, "utf-8")
    done = docker("build", "--quiet", "--tag", name, str(folder), check=False)
    if done.returncode != 0:
        pytest.skip(f"the test image cannot be built: {done.stderr.strip()[-300:]}")
    yield name
    docker("rmi", "--force", name, check=False)


@pytest.fixture
def prefix() -> Iterator[str]:
    """What the names of this test's own containers, projects, images and volumes begin with; all is removed after."""
    name = f"ksync-{uuid.uuid4().hex[:10]}"
    yield name
    if not missing():
        sweep(name)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What busybox does it does at once: what stays up this long stays up, what restarted twice does not."""
    monkeypatch.setattr(ready, "SETTLE", 0.3)
    monkeypatch.setattr(ready, "RESTARTS", 2)


@dataclass
class Workshop:
    """Makes sites on the default host, and keeps what they log."""

    state: Path
    log: list[str] = field(default_factory=list)
    resources: dict[Target, Resource] = field(default_factory=dict)
    stop: Callable[[], bool] = lambda: False

    def execution(
        self, variables: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None, address: str = ""
    ) -> ExecutionContext:
        """A site with these values for `[[NAME]]`."""
        return ExecutionContext(
            host=DockerHost("local", address),
            state=self.state,
            find=self.resources.get,
            interpolate=lambda text: interpolate(text, variables or {}, secrets or {}),
            log=self.log.append,
            stop=lambda: self.stop(),
        )


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Sites whose files are below the test's own folder."""
    return Workshop(tmp_path / "state")


@pytest.fixture
def ksync(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A command line with a home of its own."""
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")
    return CommandLine(tmp_path, capsys)
