"""What holds for every test."""

from __future__ import annotations

import os

import pytest

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Tests start ksync some hundred times: compiling it each time would take half of the suite's time."""


@pytest.fixture(autouse=True)
def no_docker_by_chance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a test marked `docker` reaches an engine: a file in a corpus may name a server on this very machine."""
    if request.node.get_closest_marker("docker") is None:
        monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
        monkeypatch.delenv("DOCKER_CONTEXT", raising=False)


@pytest.fixture(autouse=True)
def no_profile_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a Core of their own in the environment."""
    for name in [name for name in os.environ if name.startswith(("KSYNC_CORE_", "KSYNC_PROFILE", "KOMODO_"))]:
        monkeypatch.delenv(name)
