"""What builds are called and how docker is told to make them."""

from __future__ import annotations

from typing import Any

import pytest

from ksync_tui.engine.embedded.docker import builds, images
from ksync_tui.engine.embedded.docker.builds import Order
from ksync_tui.errors import EngineError, NotPossibleError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.build import Build, BuildConfig
from ksync_tui.model.kinds.builder import Builder, BuilderConfig
from ksync_tui.model.resource import Target

HASH = "4f2a91c"
DOMAIN = {"domain": "ghcr.io", "account": "me"}


def config(**values: Any) -> BuildConfig:
    return BuildConfig.model_validate(values)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, ["app"]),
        ({"image_name": "other"}, ["other"]),
        ({"image_registry": [DOMAIN]}, ["ghcr.io/me/app"]),
        ({"image_registry": [{**DOMAIN, "organization": "team"}]}, ["ghcr.io/team/app"]),
        ({"image_registry": [{"domain": "ghcr.io"}]}, ["app"]),
        ({"image_registry": [{"domain": "ghcr.io", "organization": "team"}]}, ["app"]),
        ({"image_registry": [{"account": "me"}]}, ["app"]),
        ({"image_registry": [DOMAIN, {"domain": "x.io", "account": "you"}]}, ["ghcr.io/me/app", "x.io/you/app"]),
    ],
)
def test_an_image_has_a_name_in_each_registry(values: dict[str, Any], names: list[str]) -> None:
    assert images.image_names("app", config(**values)) == names


@pytest.mark.parametrize(
    ("values", "commit", "tags"),
    [
        ({}, HASH, ["latest", "1.2.3", "1.2", "1", HASH]),
        ({}, None, ["latest", "1.2.3", "1.2", "1"]),
        ({"image_tag": "slim"}, HASH, ["slim", "latest-slim", "1.2.3-slim", "1.2-slim", "1-slim", f"{HASH}-slim"]),
        ({"include_latest_tag": False, "include_commit_tag": False}, HASH, ["1.2.3", "1.2", "1"]),
        ({"include_latest_tag": False, "include_version_tags": False}, HASH, [HASH]),
        ({"include_latest_tag": False, "include_version_tags": False, "include_commit_tag": False}, HASH, []),
    ],
)
def test_an_image_has_tags(values: dict[str, Any], commit: str | None, tags: list[str]) -> None:
    assert images.tags(config(**values), "1.2.3", commit) == tags


@pytest.mark.parametrize(
    ("values", "commit", "image"),
    [
        ({}, HASH, "app:1.2.3"),
        ({"image_tag": "slim"}, HASH, "app:1.2.3-slim"),
        ({"image_registry": [DOMAIN, {"domain": "x.io", "account": "y"}]}, None, "ghcr.io/me/app:1.2.3"),
        ({"include_version_tags": False, "repo": "me/app"}, HASH, f"app:{HASH}"),
        ({"include_version_tags": False, "linked_repo": "code", "image_tag": "slim"}, HASH, f"app:{HASH}-slim"),
        ({"include_version_tags": False, "repo": "me/app"}, None, "app:latest"),
        ({"include_version_tags": False, "repo": "me/app", "include_commit_tag": False}, HASH, "app:latest"),
        ({"include_version_tags": False, "repo": "me/app", "files_on_host": True}, HASH, "app:latest"),
        ({"include_version_tags": False, "image_tag": "slim"}, None, "app:latest"),
    ],
)
def test_a_deployment_of_a_build_runs_its_image(values: dict[str, Any], commit: str | None, image: str) -> None:
    build = Build(name="app", config=config(**values))
    assert builds.image_of("app", build, "1.2.3", commit) == image


@pytest.mark.parametrize(
    ("values", "version"),
    [
        ({}, "0.0.1"),
        ({"version": "1.2.9"}, "1.2.10"),
        ({"version": "1.2.9", "auto_increment_version": False}, "1.2.9"),
    ],
)
def test_the_next_version(values: dict[str, Any], version: str) -> None:
    assert images.next_version(config(**values)) == version


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Order("Dockerfile", ("app:1",)), "build -t app:1 -f Dockerfile ."),
        (Order("Dockerfile", ("app:1",), buildx=True), "buildx build -t app:1 -f Dockerfile ."),
        (Order("Dockerfile", ("app:1",), buildx=True, push=True), "buildx build -t app:1 --push -f Dockerfile ."),
        (
            Order(
                "d/Dockerfile",
                ("a:1", "a:latest"),
                arguments=(("A", "1"), ("VERSION", "0.0.1")),
                secrets=(("npm", "/run/s/0"),),
                extra=("--no-cache",),
                labels=(("x.y", "z"),),
            ),
            "build --build-arg A=1 --build-arg VERSION=0.0.1 --secret id=npm,src=/run/s/0 --no-cache "
            "--label x.y=z -t a:1 -t a:latest -f d/Dockerfile .",
        ),
    ],
)
def test_the_words_of_a_build(order: Order, words: str) -> None:
    assert builds.words(order) == words.split()


def builder(type_: str, **params: Any) -> Builder:
    return Builder(name="here", config=BuilderConfig.of(type_, **params))


def servers(build: Build, found: Resource | None) -> list[str]:
    return builds.servers("app", build, {Target("builder", "here"): found}.get)


def test_a_build_runs_on_its_builders_servers() -> None:
    build = Build(name="app", config=config(builder_id="here"))
    assert servers(build, builder("Server", server_ids=["box", "spare"])) == ["box", "spare"]


@pytest.mark.parametrize(
    ("builder_id", "found", "says"),
    [
        ("", None, "no builder set"),
        ("here", None, "does not exist"),
        ("here", builder("Server"), "names no server"),
    ],
)
def test_a_build_without_a_place_says_so(builder_id: str, found: Resource | None, says: str) -> None:
    with pytest.raises(EngineError, match=says):
        servers(Build(name="app", config=config(builder_id=builder_id)), found)


@pytest.mark.parametrize("type_", ["Url", "Aws"])
def test_what_only_a_core_reaches_says_so(type_: str) -> None:
    with pytest.raises(NotPossibleError, match="Komodo Core"):
        servers(Build(name="app", config=config(builder_id="here")), builder(type_))
