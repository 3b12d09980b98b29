"""Plans, problems, syncs and runs as JSON objects. Secrets are masked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ksync_tui.errors import KsyncError
from ksync_tui.model.discovery import Discovery
from ksync_tui.model.events import ActionEnded, ActionLog, ActionRecord, ActionStarted, Event, RunRecord
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.plan import Action, FieldChange, Plan, SyncOptions
from ksync_tui.model.resource import Problem, Target
from ksync_tui.model.secrets import NOTHING_KNOWN, Redactor
from ksync_tui.planner.labels import label_of
from ksync_tui.planner.selection import parts_of
from ksync_tui.present.fields import in_order
from ksync_tui.present.ignored import rule_object
from ksync_tui.present.mask import (
    masked_resource,
    masked_sides,
    secret_change,
    secret_fields,
)

Json = dict[str, Any]
Export = Callable[[Target, Resource], str]
"""Writes one resource as TOML; it is given a resource whose secrets are masked already."""


FORMAT_VERSION = 1
"""Of all objects that `--json` prints (docs/json.md); it changes where a field changes its meaning or goes away."""

NO_RUN: Json = {
    "id": None, "sync": None, "engine": None, "state": "nothing to do", "created": None, "ended": None, "who": None,
    "counts": {}, "actions": [],
}  # fmt: skip
"""What `apply` prints where there was nothing to run."""


def error_object(error: KsyncError) -> Json:
    """An error: what failed, where, why, what to do; null where there is nothing to say."""
    return {"what": error.what, "where": error.where, "why": error.why, "hint": error.hint}


def discovery_object(discovery: Discovery, toml: str) -> Json:
    """What `import --json` prints. Secrets are named, not shown."""
    return {
        "server": discovery.server,
        "found": [
            {
                "kind": one.target.kind,
                "name": one.target.name,
                "containers": list(one.containers),
                "secrets": list(one.secrets),
                "notes": list(one.notes),
            }
            for one in discovery.found
        ],
        "left_out": [{"name": one.name, "why": one.why} for one in discovery.left_out],
        "owned": discovery.owned,
        "toml": toml,
    }


def dumps(value: Any) -> str:
    """JSON for a pipe: ASCII, so that no control character of outside text reaches a terminal."""
    return json.dumps(value, indent=2, ensure_ascii=True)


def line_of(value: Any) -> str:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=True)


def event_object(event: Event) -> Json | None:
    """What happens in a run, for whoever follows it; None for its end, which the run itself tells of."""
    match event:
        case ActionStarted():
            return {"event": "started", "action": event.action, "at": event.at}
        case ActionLog():
            return {"event": "log", "action": event.action, "line": event.line}
        case ActionEnded():
            return {
                "event": "ended",
                "action": event.action,
                "at": event.at,
                "outcome": event.outcome,
                "message": event.message,
            }
        case _:
            return None


def plan_object(plan: Plan, export: Export | None = None, redact: Redactor = NOTHING_KNOWN) -> Json:
    """What `plan --json` prints. Without `export`, `current` and `proposed` are null."""
    found: Json = redact.everywhere(
        {
            "sync": plan.sync,
            "engine": plan.engine,
            "summary": dict(plan.summary),
            "actions": [action_object(action, export, redact) for action in plan.actions],
            "problems": problem_objects(plan.problems),
            "notes": [*plan.left_out, *([plan.deletes_held] if plan.deletes_held else [])],
            "renames": [
                {"old": str(hint.old), "new": str(hint.new), "likeness": hint.likeness} for hint in plan.renames
            ],
            "ignored": [rule_object(hidden.rule) for hidden in plan.ignored],
            "returned": [{**rule_object(back.rule), "why": back.why} for back in plan.returned],
        }
    )
    return found


def action_object(action: Action, export: Export | None = None, redact: Redactor = NOTHING_KNOWN) -> Json:
    """One action."""
    secret = secret_fields(action, redact)
    return {
        "id": action.id,
        "action": action.verb,
        "kind": action.target.kind,
        "name": action.target.name,
        "reason": action.reason,
        "file": action.place.file if action.place else None,
        "line": action.place.line if action.place else None,
        "requires": list(action.requires),
        "round": action.round,
        "destructive": action.destructive,
        "text_only": action.text_only,
        "blocked": action.blocked,
        "origin": action.origin,
        "changes": [_change(action, change, redact) for change in in_order(action)],
        "fields": part_labels(action),
        "current": _toml(action, action.current, secret, export),
        "proposed": _toml(action, action.proposed, secret, export),
    }


def part_labels(action: Action) -> list[str]:
    """What can be chosen of an update by itself, as `--only KIND/NAME:FIELD.ENTRY` takes it."""
    return [label_of(part, action.proposed) for part in parts_of(action)] if action.proposed else []


def _change(action: Action, change: FieldChange, redact: Redactor) -> Json:
    current, proposed = masked_sides(action, change, redact)
    return {
        "field": change.field,
        "current": current,
        "proposed": proposed,
        "secret": secret_change(action, change, redact),
        "origin": change.origin,
    }


def _toml(action: Action, resource: Resource | None, secret: frozenset[str], export: Export | None) -> str | None:
    if resource is None or export is None:
        return None
    return export(Target(action.target.kind, resource.name), masked_resource(resource, secret))


def problem_objects(problems: Sequence[Problem]) -> list[Json]:
    """Problems, as in a plan and as `validate --json` lists them."""
    return [
        {
            "rule": problem.rule,
            "severity": problem.severity,
            "file": problem.place.file,
            "line": problem.place.line,
            "column": problem.place.column,
            "message": problem.message,
            "hint": problem.hint,
            "places": [str(place) for place in problem.places or (problem.place,)],
        }
        for problem in problems
    ]


def sync_object(
    options: SyncOptions,
    source: Mapping[str, Any],
    state: str,
    summary: Mapping[str, int],
    last_run: float | None,
    uncommitted: int,
) -> Json:
    """One sync: options, source, state (`pending`, `in sync`, `problem`), pending counts, end of the last run.

    `uncommitted`: how many of its files were written and not committed.
    """
    return {
        "name": options.name,
        "source": dict(source),
        "state": state,
        "summary": dict(summary),
        "uncommitted": uncommitted,
        "managed": options.managed,
        "delete": options.delete,
        "match_tags": list(options.match_tags),
        "include_resources": options.include_resources,
        "include_variables": options.include_variables,
        "include_user_groups": options.include_user_groups,
        "last_run": last_run,
    }


def run_object(run: RunRecord) -> Json:
    """One run; times are unix seconds."""
    return {
        "id": run.id,
        "sync": run.sync,
        "engine": run.engine,
        "state": run.state,
        "created": run.created,
        "ended": run.ended,
        "who": run.who,
        "counts": run.counts,
        "actions": [_run_action(action) for action in run.actions],
    }


def _run_action(action: ActionRecord) -> Json:
    return {
        "id": action.action,
        "title": action.title,
        "round": action.round,
        "outcome": action.outcome,
        "started": action.started,
        "ended": action.ended,
        "message": action.message,
    }
