"""A compose project that somebody brought up as the stack that would bring it up again, from compose's labels. Pure."""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from ksync_tui.engine.embedded.docker.files import DEFAULT_FILE
from ksync_tui.engine.embedded.docker.inspected import Inspected
from ksync_tui.model.kinds.stack import AdditionalEnvFile, Stack, StackConfig

PROJECT = "com.docker.compose.project"
_OWN_ENV = ".env"


def as_stack(project: str, containers: Sequence[Inspected], server: str) -> Stack | None:
    """The stack of a project whose files stay where they are; None where compose wrote down no files.

    The files are those of the container made last: compose keeps the labels of what it leaves as it is.
    """
    newest = max(containers, key=lambda one: str(one.container.get("Created", "")))
    labels, folder = newest.labels, newest.labels.get(f"{PROJECT}.working_dir", "")
    files = _paths(labels, "config_files", folder)
    if not files or not folder.startswith("/"):
        return None
    extra = [path for path in _paths(labels, "environment_file", folder) if path != _OWN_ENV]
    config = StackConfig(
        server_id=server,
        files_on_host=True,
        run_directory=folder,
        file_paths=[] if files == [DEFAULT_FILE] else files,
        additional_env_files=[AdditionalEnvFile(path=path) for path in extra],
    )
    return Stack(name=project, deploy=any(one.running for one in containers), config=config)


def _paths(labels: Mapping[str, str], name: str, folder: str) -> list[str]:
    """The files of a label, relative to the folder of the project where they are below it."""
    written = labels.get(f"{PROJECT}.{name}", "")
    return [_below(path, folder) for path in written.split(",") if path]


def _below(path: str, folder: str) -> str:
    root = os.path.normpath(folder)
    whole = os.path.normpath(PurePosixPath(folder, path))
    return os.path.relpath(whole, root) if PurePosixPath(whole).is_relative_to(root) else whole
