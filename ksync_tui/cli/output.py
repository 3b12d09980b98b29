"""What the commands print: plans, runs, syncs and the rest, as text or JSON."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ksync_tui.cli.printer import UNCUT, Printer
from ksync_tui.model.events import ActionEnded, ActionLog, ActionStarted
from ksync_tui.model.secrets import NOTHING_KNOWN
from ksync_tui.present.json import (
    FORMAT_VERSION,
    NO_RUN,
    discovery_object,
    dumps,
    event_object,
    plan_object,
    problem_objects,
    run_object,
    sync_object,
)
from ksync_tui.present.plain import plan_lines, problem_count, problem_lines
from ksync_tui.present.runs import closing, history_row, run_lines, title
from ksync_tui.present.style import rendered
from ksync_tui.present.summaries import counts_line
from ksync_tui.present.text import count, neutral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ksync_tui.config import Profile
    from ksync_tui.model.discovery import Discovery
    from ksync_tui.model.events import Change, Event, RunRecord
    from ksync_tui.model.ignored import IgnoreRule
    from ksync_tui.model.plan import Plan, Selection
    from ksync_tui.model.resource import Problem
    from ksync_tui.model.secrets import Redactor
    from ksync_tui.services import Confirmation, Session, SyncRow
    from ksync_tui.services.alerting import AlerterRow
    from ksync_tui.services.formatting import FormattedFile
    from ksync_tui.services.watching import WatchEvent


class Output(Printer):
    """What each command prints."""

    # ----------------------------------------------------------------- plans

    def plan(self, plan: Plan, session: Session, *, markdown: bool) -> None:
        """A plan as text, JSON or Markdown; known secrets are replaced by their names."""
        redact = session.redactor() if plan.actions or plan.ignored else NOTHING_KNOWN
        if self.json:
            self.object(plan_object(plan, session.exports.block, redact))
        elif markdown:
            from ksync_tui.present.markdown import plan_markdown  # noqa: PLC0415 - few commands need it

            print(plan_markdown(plan, redact), end="")
        else:
            self.styled(plan_lines(plan, self.width, redact))

    def problems(self, problems: Sequence[Problem], *, files: int) -> None:
        """Problems and nothing else on standard output; how many on standard error."""
        if self.json:
            self.object({"problems": problem_objects(problems)})
        else:
            self.styled(problem_lines(problems))
            self.say(f"{problem_count(problems)} in {count(files, 'file')}")

    def remarks(self, problems: Sequence[Problem]) -> None:
        """Problems on standard error, where standard output is for something else."""
        for line in problem_lines(problems):
            self.say(rendered(line, colour=False))

    def formatted(
        self,
        files: Sequence[FormattedFile],
        changed: Sequence[FormattedFile],
        problems: Sequence[Problem],
        *,
        diffs: Sequence[Sequence[str]] | None,
        written: bool,
    ) -> None:
        """The files that were formatted, or would be; with `diffs` how. Problems go to standard error."""
        from ksync_tui.present.formatting import format_lines, format_object, format_summary  # noqa: PLC0415 - only fmt

        names, after = [file.name for file in files], [file.name for file in changed]
        if self.json:
            self.object(format_object(names, after, problem_objects(problems), diffs, written=written))
            return
        self.remarks(problems)
        for line in format_lines(after, diffs):
            print(neutral(line))
        self.say(format_summary(len(names), len(after), written=written))

    def problem_formats(
        self, problems: Sequence[Problem], located: Sequence[Problem]
    ) -> Mapping[str, Callable[[], str]]:
        """Problems in each format that there is; `located`: the same, with their files from the working directory."""
        return {
            "text": lambda: "\n".join(rendered(line, colour=False) for line in problem_lines(problems)),
            "json": lambda: dumps({"format_version": FORMAT_VERSION, "problems": problem_objects(problems)}),
            **_annotations(located, NOTHING_KNOWN),
        }

    def plan_formats(self, plan: Plan, located: Sequence[Problem], session: Session) -> Mapping[str, Callable[[], str]]:
        """A plan in each format that there is; `located`: its problems, with their files from the working directory."""
        from ksync_tui.present.markdown import plan_markdown  # noqa: PLC0415 - few commands need it

        redact = session.redactor()
        export = session.exports.block
        return {
            "text": lambda: "\n".join(rendered(line, colour=False) for line in plan_lines(plan, UNCUT, redact)),
            "json": lambda: dumps({"format_version": FORMAT_VERSION, **plan_object(plan, export, redact)}),
            "markdown": lambda: plan_markdown(plan, redact),
            **_annotations(located, redact),
        }

    def left_out(self, plan: Plan, selection: Selection, *, deletes: bool) -> None:
        """What --all passes over, and why."""
        for words in plan.left_out:
            self.say(words)
        blocked = sum(1 for action in plan.actions if action.blocked)
        if blocked:
            self.say(f"{count(blocked, 'action')} blocked: `ksync plan` says why")
        held = sum(1 for action in plan.actions if action.destructive and action.id not in selection)
        if held and not deletes:
            self.say(f"{count(held, 'delete')} left out: --allow-delete includes them")
        if plan.problems:
            self.say(f"{problem_count(plan.problems)}: `ksync validate` lists them")

    def steps(self, selection: Selection, confirmation: Confirmation) -> None:
        """The steps of a run in order and what must be typed, on standard error, before somebody is asked."""
        from ksync_tui.present.confirm import confirm, lines  # noqa: PLC0415 - few commands need it

        screen = confirm(selection, selection.plan.engine, confirmation.kind, confirmation.expected, confirmation.why)
        print("\n".join(lines(screen)), file=sys.stderr)

    def discovery(self, discovery: Discovery, toml: str) -> None:
        """What runs and is no resource's, as one JSON object."""
        self.object(discovery_object(discovery, toml))

    # ------------------------------------------------------------------ runs

    def event(self, selection: Selection) -> Callable[[Event], None]:
        """A listener that tells of each action as it ends, and of its output, on standard error."""
        if self.events:
            return self._say_event
        total, ended = len(selection), 0
        under_way: set[str] = set()

        def tell(event: Event) -> None:
            nonlocal ended
            if isinstance(event, ActionStarted):
                under_way.add(event.action)
            elif isinstance(event, ActionLog):
                self._line(event.action, event.line, alone=len(under_way) < 2)
            elif isinstance(event, ActionEnded):
                under_way.discard(event.action)
                ended += 1
                action = selection.plan.by_id[event.action]
                why = f": {event.message}" if event.message else ""
                line = f"[{ended}/{total}] {event.outcome:7} {action.sign} {action.target}{why}"
                print(neutral(line), file=sys.stderr)

        return tell

    def _say_event(self, event: Event) -> None:
        if found := event_object(event):
            self.object(found)

    def started(self, run: int) -> None:
        """A detached run."""
        if self.json:
            self.object({"run": run})
        else:
            print(f"run {run} started; `ksync runs watch {run}` follows it")

    def run(self, record: RunRecord | None) -> None:
        """How a run ended; None where there was nothing to run."""
        if self.json:
            self.object(run_object(record) if record else NO_RUN)
        elif record is None:
            print("nothing to do")
        else:
            print("\n".join(closing(record)))

    def run_in_full(self, record: RunRecord, lines: Sequence[tuple[str, str]]) -> None:
        """A run with every action and its output."""
        if self.json:
            self.object({**run_object(record), "log": [{"action": action, "line": line} for action, line in lines]})
            return
        print(title(record))
        logs: dict[str, list[str]] = {}
        for action, line in lines:
            logs.setdefault(action, []).append(line)
        for row in run_lines(record, time.time()):
            print(f"  {row.state:8} {row.title}  {row.message}".rstrip())
            for line in logs.get(row.id, ()):
                print(f"           {neutral(line)}")
        self.run(record)

    def runs(self, records: Sequence[RunRecord]) -> None:
        """The list of runs."""
        if self.json:
            self.object({"runs": [run_object(record) for record in records]})
            return
        zone = datetime.now().astimezone().tzinfo
        rows = [
            history_row(record, time.time(), zone) if zone else history_row(record, time.time()) for record in records
        ]
        self.table([(str(row.id), row.sync, row.state, row.counts, row.when, row.took, row.who) for row in rows])
        if not rows:
            self.say("no runs yet: `ksync apply` makes one")

    def lines(self, lines: Iterable[tuple[str, str]], record: RunRecord) -> None:
        """Output of a run that is followed."""
        under_way = sum(action.started is not None and action.ended is None for action in record.actions)
        for action, line in lines:
            self._line(action, line, alone=under_way < 2)

    def _line(self, action: str, line: str, *, alone: bool) -> None:
        """A line of output, with whose it is where several actions go on at the same time."""
        self.say(f"  {line}" if alone else f"  {action.partition(':')[2]}: {line}")

    def outcomes(self, record: RunRecord, shown: set[str]) -> None:
        """The actions that ended and are not in `shown` yet, in that order; then they are."""
        over = [action for action in record.actions if action.outcome and action.action not in shown]
        for number, action in enumerate(sorted(over, key=lambda action: action.ended or 0.0), len(shown) + 1):
            why = f": {action.message}" if action.message else ""
            print(neutral(f"[{number}/{len(record.actions)}] {action.outcome:7} {action.title}{why}"), file=sys.stderr)
        shown.update(action.action for action in over)

    def findings(self, findings: Sequence[Mapping[str, Any]]) -> None:
        """What `ksync doctor` found."""
        if self.json:
            self.object({"findings": findings})
            return
        marks = {True: "works", False: "FAILS", None: ""}
        self.table([(marks[finding["works"]], finding["what"], finding["found"]) for finding in findings])

    def hosts(self, hosts: Mapping[str, str]) -> None:
        """Which Docker host stands for which server."""
        if self.json:
            self.object({"hosts": [{"server": server, "address": address} for server, address in hosts.items()]})
            return
        self.table([(server, address or "(docker's default)") for server, address in hosts.items()])
        if not hosts:
            self.say("no Docker host is named yet: `ksync hosts add SERVER ADDRESS`")

    def profiles(self, profiles: Sequence[Profile], current: str) -> None:
        """The profiles; the current one is marked."""
        if self.json:
            self.object({"profiles": [_profile_object(profile, profile.name == current) for profile in profiles]})
            return
        mark = {True: "*", False: " "}
        self.table([(mark[one.name == current], one.name, one.engine, one.address, one.origin) for one in profiles])

    def changes(self, changes: Sequence[Change]) -> None:
        """What happened in a Core."""
        from ksync_tui.present.changes import change_object, change_row  # noqa: PLC0415 - few commands need it

        if self.json:
            self.object({"changes": [change_object(change) for change in changes]})
            return
        zone = datetime.now().astimezone().tzinfo or UTC
        rows = ((change_row(change, time.time(), zone), change.id) for change in changes)
        self.table([(row.when, row.who, row.what, row.target, row.state, known) for row, known in rows])
        if not changes:
            self.say("nothing has happened yet")

    # ----------------------------------------------------------------- syncs

    def syncs(self, rows: Sequence[SyncRow]) -> None:
        """The list of syncs with what is pending."""
        if self.json:
            self.object({"syncs": [sync_object(*_sync_facts(row)) for row in rows]})
            return
        self.table([_sync_cells(row) for row in rows])
        if not rows:
            self.say("no syncs yet: `ksync syncs add NAME --path FOLDER` makes one")

    def ignored(self, rules: Sequence[tuple[IgnoreRule, str]]) -> None:
        """What the syncs leave alone, each with whether it still does."""
        from ksync_tui.present.ignored import rule_object, rule_words  # noqa: PLC0415 - few commands need it

        if self.json:
            self.object({"ignored": [{**rule_object(rule), "state": state} for rule, state in rules]})
            return
        self.table([(rule.sync, str(rule), state, rule_words(rule)) for rule, state in rules])
        if not rules:
            self.say("nothing is ignored: `ksync ignored add` or i in the app leaves a difference alone")

    def alerters(self, rows: Sequence[AlerterRow]) -> None:
        """The list of alerters with what waits for them."""
        if self.json:
            self.object({"alerters": [asdict(row) for row in rows]})
            return
        self.table([_alerter_cells(row) for row in rows])
        if not rows:
            self.say("no alerters yet: an [[alerter]] in a resource file makes one")

    def happening(self, item: WatchEvent) -> None:
        """One thing that happened while ksync watches: a line, at once."""
        at = datetime.fromtimestamp(item.at).astimezone().isoformat(timespec="seconds")
        if self.json:
            print(json.dumps({"at": at, "sync": item.sync, "what": item.what, "text": item.text}), flush=True)
        else:
            print(neutral(f"{at}  {item.sync or '-'}  {item.what}  {item.text}".rstrip()), flush=True)


def _annotations(problems: Sequence[Problem], redact: Redactor) -> Mapping[str, Callable[[], str]]:
    """Problems in the formats that forges show at the lines of files."""
    from ksync_tui.present.github import annotation_lines  # noqa: PLC0415 - few commands need it
    from ksync_tui.present.sarif import sarif_object  # noqa: PLC0415 - few commands need it

    return {
        "github": lambda: annotation_lines(problems),
        "sarif": lambda: dumps(redact.everywhere(sarif_object(problems))),
    }


def _sync_cells(row: SyncRow) -> tuple[str, ...]:
    return row.sync.name, row.state, row.sync.place, counts_line(row.summary or {}), _remark(row)


def _remark(row: SyncRow) -> str:
    unmade = f"{count(row.uncommitted, 'file')} written, not committed" if row.uncommitted else ""
    return "; ".join(filter(None, (row.problem, unmade)))


def _profile_object(profile: Profile, current: bool) -> dict[str, Any]:
    """What is known of a profile, without credentials."""
    return {
        "name": profile.name, "engine": profile.engine, "address": profile.address, "read_only": profile.read_only,
        "origin": profile.origin, "current": current,
    }  # fmt: skip


def _alerter_cells(row: AlerterRow) -> tuple[str, ...]:
    waiting = f"{row.waiting} waiting" if row.waiting else ""
    return row.name, row.endpoint, row.host, "" if row.enabled else "disabled", waiting, row.problem or ""


def _sync_facts(row: SyncRow) -> tuple[Any, Mapping[str, Any], str, Mapping[str, int], float | None, int]:
    last = row.last_run.ended if row.last_run else None
    return row.sync.options, {"place": row.sync.place}, row.state, row.summary or {}, last, row.uncommitted
