"""What a build's images are called (semantics e.8). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ksync_tui.model.kinds.build import Build, BuildConfig, ImageRegistry


def next_version(config: BuildConfig) -> str:
    """The version that the next build makes: one patch on where it counts up by itself."""
    major, minor, patch = map(int, config.version.split("."))
    return f"{major}.{minor}.{patch + config.auto_increment_version}"


def image_names(build_name: str, config: BuildConfig) -> list[str]:
    """The names of the image without tags, one for each registry; a bare one without registries."""
    bare = config.image_name or build_name
    return [image_name(bare, registry) for registry in config.image_registry or (ImageRegistry(),)]


def image_name(bare: str, registry: ImageRegistry) -> str:
    """The image's name in a registry: bare unless both its domain and an account are known."""
    if not (registry.domain and registry.account):
        return bare
    return f"{registry.domain}/{registry.organization or registry.account}/{bare}"


def tags(config: BuildConfig, version: str, commit: str | None) -> list[str]:
    """The tags of each image name, in the order in which Komodo gives them."""
    return list(dict.fromkeys(_tags(config, version, commit)))


def _tags(config: BuildConfig, version: str, commit: str | None) -> Iterator[str]:
    postfix = _postfix(config)
    if config.image_tag:
        yield config.image_tag
    if config.include_latest_tag:
        yield f"latest{postfix}"
    if config.include_version_tags:
        parts = version.split(".")
        yield from (f"{'.'.join(parts[:count])}{postfix}" for count in (3, 2, 1))
    if config.include_commit_tag and commit:
        yield f"{commit}{postfix}"


def image_of(build_name: str, build: Build, version: str, commit: str | None = None) -> str:
    """The image that a deployment of a build runs; `commit` is the short hash that was built, for a git source."""
    name = image_names(build_name, build.config)[0]
    return f"{name}:{_deployed_tag(build.config, version, commit)}"


def _deployed_tag(config: BuildConfig, version: str, commit: str | None) -> str:
    if config.include_version_tags:
        return f"{version}{_postfix(config)}"
    from_git = not config.files_on_host and bool(config.linked_repo or config.repo)
    if from_git and config.include_commit_tag and commit:
        return f"{commit}{_postfix(config)}"
    return "latest"


def _postfix(config: BuildConfig) -> str:
    return f"-{config.image_tag}" if config.image_tag else ""
