"""Flows: which screens follow each other, and what the answer of one leads to.

A screen makes a request; its flow shows other screens, awaits their answers, calls the services and tells the screen.
A flow is loaded when it is first needed, because most screens are never opened in a session and each costs start-up.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from ksync_tui.lazy import load
from ksync_tui.tui import requests

if TYPE_CHECKING:
    from ksync_tui.tui.screens.base import Page

Flow = Callable[["Page[Any]", Any], Coroutine[Any, Any, None]]

FLOWS: Mapping[type[requests.Request], str] = {
    requests.ShowReview: "review:show_review",
    requests.ShowHelp: "navigation:show_help",
    requests.ShowPalette: "navigation:show_palette",
    requests.ShowHistory: "navigation:show_history",
    requests.SwitchHistory: "navigation:switch_history",
    requests.ShowProfiles: "settings:show_profiles",
    requests.SwitchSettings: "settings:switch_settings",
    requests.AddProfile: "settings:add_profile",
    requests.RemoveProfile: "settings:remove_profile",
    requests.SetHost: "settings:set_host",
    requests.RemoveHost: "settings:remove_host",
    requests.ShowChanges: "navigation:show_changes",
    requests.ShowLog: "navigation:show_log",
    requests.ShowContainerLog: "navigation:show_container_log",
    requests.ShowDiff: "navigation:show_diff",
    requests.ShowProblems: "navigation:show_problems",
    requests.ShowRun: "runs:show_run",
    requests.ShowStep: "runs:show_step",
    requests.ShowPatch: "navigation:show_patch",
    requests.RunSelection: "runs:run_selection",
    requests.UndoRun: "runs:undo_run",
    requests.RunResource: "runs:run_resource",
    requests.RunInCore: "runs:run_in_core",
    requests.AddSync: "syncs:add_sync",
    requests.EditSync: "syncs:edit_sync",
    requests.RemoveSync: "syncs:remove_sync",
    requests.CommitInCore: "syncs:commit_in_core",
    requests.Ignore: "ignored:ignore",
    requests.StopIgnoring: "ignored:stop_ignoring",
    requests.AllowWriting: "files:allow_writing",
    requests.EditBlock: "files:edit_block",
    requests.SaveBlock: "files:save_block",
    requests.CommitFiles: "files:commit_files",
    requests.SettleUncommitted: "files:settle_uncommitted",
}
"""The flow of each request, as `module:function` in this package."""


def flow_of(request: requests.Request) -> Flow:
    """The flow that carries out a request: a coroutine function of page and request, loaded when first needed."""
    flow: Flow = load(f"ksync_tui.tui.flows.{FLOWS[type(request)]}")
    return flow
