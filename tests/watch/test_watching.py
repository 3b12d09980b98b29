"""Syncs that are looked at while nobody does: what is said, what is told, what runs and what waits for a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.engine.embedded.engine import EmbeddedEngine
from ksync_tui.errors import EngineError, UsageError
from ksync_tui.services import Review, Session, Sync
from ksync_tui.services.reviews import Reviews
from ksync_tui.services.watching import WatchEvent, Watching
from ksync_tui.source.base import SourceContents
from ksync_tui.source.folder import Folder
from ksync_tui.watch.requests import SyncRequest
from tests.watch.conftest import apply
from tests.watch.receiver import Receiver
from tests.watch.test_alerting import NOON, SYNC, alerter

VARIABLES = SYNC + "include_variables = true\n"
PUSHED = SyncRequest("webhook github", run=True, fresh=True)
REFRESH = SyncRequest("webhook github", run=False, fresh=True)


def variable(name: str, value: str = "1") -> str:
    return f'[[variable]]\nname = "{name}"\nvalue = "{value}"\n'


class Log:
    """What was said, as `what text` per sync."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, one: WatchEvent) -> None:
        self.lines.append(f"{one.sync} {one.what} {one.text}".strip())

    def new(self) -> list[str]:
        """What was said since the last call."""
        lines, self.lines = self.lines, []
        return lines


@pytest.fixture
def log() -> Log:
    return Log()


Watch = Callable[..., Watching]


@pytest.fixture
def watch(session: Session, log: Log) -> Watch:
    def make(**options: Any) -> Watching:
        return Watching(session, log, now=lambda: NOON, **options)

    return make


def test_a_sync_is_said_to_stand_otherwise_only_when_it_does(
    session: Session, folder: Path, watch: Watch, log: Log
) -> None:
    apply(session, folder, VARIABLES)
    file = folder / "all.toml"
    file.write_text(variable("A"))
    watching = watch()
    watching.look_at_all()
    watching.look_at_all()
    assert log.new() == ["homelab pending +1"]
    file.write_text(variable("A") + "broken")
    watching.look_at_all()
    watching.look_at_all()
    (line,) = log.new()
    assert line.startswith("homelab pending +1; all.toml:4:7: error: not TOML")
    file.write_text(variable("A") + variable("B"))
    watching.touched("homelab")
    assert log.new() == ["homelab pending +2"]


def test_only_what_changed_is_read(
    session: Session, folder: Path, watch: Watch, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(session, folder, VARIABLES)
    (folder / "all.toml").write_text(variable("A"))
    reads: list[object] = []
    read = Folder.read
    monkeypatch.setattr(Folder, "read", lambda self: (reads.append(self), read(self))[1])
    watching = watch()
    for _ in range(3):
        watching.look_at_all()
        watching.touched("homelab")
    assert len(reads) == 1
    (folder / "more.toml").write_text(variable("B"))
    watching.touched("homelab")
    watching.look_at_all()
    assert len(reads) == 2
    session.syncs.edit("homelab", {}, [str(folder / "more.toml")])
    watching.touched("homelab")
    assert len(reads) == 3
    log.new()
    session.syncs.edit("homelab", {}, [str(folder)])
    watching.look_at_all()
    assert log.new() == ["homelab pending +2"]
    apply(session, folder, VARIABLES + variable("A"))  # live moved, the source did not
    log.new()
    watching.look_at_all()
    assert log.new() == ["homelab pending +1"]


def test_alerts_follow_the_state_and_a_broken_source_resolves_nothing(
    session: Session, folder: Path, watch: Watch, inbox: Receiver
) -> None:
    text = VARIABLES + alerter(inbox.url("/"))
    apply(session, folder, text)
    file = folder / "all.toml"
    watching = watch()

    def told(content: str) -> list[bool]:
        inbox.received.clear()
        file.write_text(content)
        watching.look_at_all()
        session.alerting.deliver(lambda: NOON)
        return [json.loads(one.body)["resolved"] for one in inbox.received]

    assert told(variable("A")) == [False]
    assert told("broken") == []
    assert told(variable("B")) == []
    apply(session, folder, text + variable("B"))
    assert told(variable("B")) == [True]
    assert told("broken") == []
    assert told(variable("B")) == []


def test_nothing_runs_that_was_not_allowed(session: Session, folder: Path, watch: Watch, log: Log) -> None:
    apply(session, folder, VARIABLES)
    (folder / "all.toml").write_text(variable("A"))
    runs = len(session.runs.latest())
    watching = watch()
    watching.look_at_all()
    watching.grant("homelab", PUSHED)
    watching.grant("homelab", REFRESH)
    assert len(session.runs.latest()) == runs
    assert log.new() == [
        "homelab pending +1",
        "homelab held not run: webhook github asked for it, but no --execute names it",
    ]


def test_what_was_allowed_runs_and_is_journaled(
    session: Session, folder: Path, watch: Watch, log: Log, inbox: Receiver
) -> None:
    apply(session, folder, VARIABLES + alerter(inbox.url("/")))
    watching = watch(execute=["homelab"])
    (folder / "all.toml").write_text(variable("A"))
    watching.grant("homelab", REFRESH)
    assert log.new() == ["homelab pending +1"]
    watching.grant("homelab", PUSHED)
    (folder / "all.toml").write_text(variable("A") + variable("B"))
    watching.look_at_all()
    assert [line.split(" (")[0] for line in log.new()] == [
        "homelab run run 2 done", "homelab clean", "homelab run run 3 done",
    ]  # fmt: skip
    assert [run.who for run in session.runs.latest()[:2]] == ["watch", "webhook github"]
    # A run that leaves it clean is no reason to wake anybody: only the refresh before it was.
    assert [one.outcome for _ in range(3) for one in session.alerting.deliver(lambda: NOON)] == ["delivered"] * 2


DELETING = VARIABLES + "delete = true\nmatch_tags = []\n"


def many(number: int, value: str = "1") -> str:
    return "".join(variable(f"V{at}", value) for at in range(number))


@pytest.mark.parametrize(
    ("sync", "live", "declared", "outcome"),
    [
        (VARIABLES, many(3), variable("A"), "run"),
        (VARIABLES, many(20), many(20, "2"), "held"),  # the safety brake
        (VARIABLES, many(20), many(3, "2") + many(20)[len(many(3)) :], "run"),
        (DELETING, many(3), many(2), "run"),  # its own setting deletes
        (DELETING, many(3), "", "held"),  # an emptied source
        (DELETING, many(3), many(1) + variable("B") + "broken", "held"),  # deletes are held
        (DELETING, many(20), many(2), "held"),
    ],
)
def test_a_person_is_waited_for_where_one_would_be_asked(
    session: Session, folder: Path, watch: Watch, log: Log, sync: str, live: str, declared: str, outcome: str
) -> None:
    apply(session, folder, sync + live)
    (folder / "all.toml").write_text(declared)
    before = session.snapshot().version
    watching = watch(execute=["homelab"])
    watching.look_at_all()
    watching.look_at_all()
    assert log.lines[0].split()[1] == outcome, log.lines
    assert (session.snapshot().version != before) is (outcome == "run")


def test_a_run_that_does_not_get_it_done_is_not_tried_again_and_again(
    session: Session, folder: Path, watch: Watch, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise EngineError("the host does not answer")

    apply(session, folder, VARIABLES)
    (folder / "all.toml").write_text(variable("A"))
    watching = watch(execute=["homelab"])
    monkeypatch.setattr(EmbeddedEngine, "apply", fail)
    for _ in range(4):
        watching.look_at_all()
    assert log.new() == [
        "homelab run run 2 failed (1 failed of 1); + variable/A: the host does not answer",
        "homelab held +1; the last run left it so",
    ]
    watching.grant("homelab", PUSHED)  # somebody asks for it
    assert [line.split()[1] for line in log.new()] == ["run"]
    (folder / "all.toml").write_text(variable("A", "2"))  # it is another run
    monkeypatch.undo()
    watching.look_at_all()
    assert [line.split()[1] for line in log.new()] == ["run", "clean"]


def test_what_is_blocked_is_said_to_be(session: Session, folder: Path, watch: Watch, log: Log) -> None:
    apply(session, folder, VARIABLES)
    (folder / "all.toml").write_text('[[stack]]\nname = "web"\ndeploy = true\n')
    watching = watch(execute=["homelab"])
    for request in (REFRESH, PUSHED, REFRESH, PUSHED):
        watching.grant("homelab", request)
    assert [line.split("(")[0] for line in log.new()] == [
        "homelab pending +1 *1", "homelab run run 2 done ", "homelab held *1; all of it is blocked",
    ]  # fmt: skip


def test_templates_and_others_are_left_alone(session: Session, folder: Path, watch: Watch, log: Log) -> None:
    other = SYNC.replace("homelab", "media")
    template = other.replace('name = "media"', 'name = "base"\ntemplate = true')
    apply(session, folder, VARIABLES + other + template)
    assert [sync.name for sync in watch().syncs()] == ["homelab", "media"]
    assert [sync.name for sync in watch(only=["media"]).syncs()] == ["media"]
    with pytest.raises(UsageError, match="no such sync"):
        watch(only=["nobody"])


def test_a_read_only_profile_runs_nothing(session: Session, folder: Path, log: Log) -> None:
    apply(session, folder, VARIABLES)
    session.settings.file.write_text("[profiles.local]\nread_only = true\n")
    with Session.open(session.settings.state) as looking, pytest.raises(UsageError, match="READ-ONLY"):
        Watching(looking, log, execute=["homelab"])


def test_a_sync_that_cannot_be_read_stops_no_other(session: Session, folder: Path, watch: Watch, log: Log) -> None:
    broken = SYNC.replace("homelab", "attic").replace("infra", "nowhere")
    apply(session, folder, broken + VARIABLES)
    (folder / "all.toml").write_text(variable("A"))
    watch().look_at_all()
    assert [line.split()[:2] for line in log.lines] == [["attic", "problem"], ["homelab", "pending"]]


def test_a_fault_of_ksync_itself_stops_no_other_and_shows_nothing(
    session: Session, folder: Path, watch: Watch, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(session, folder, SYNC.replace("homelab", "attic") + VARIABLES)
    create = Reviews.create

    def faulty(self: Reviews, sync: Sync, contents: SourceContents | None = None) -> Review:
        if sync.name == "attic":
            raise ZeroDivisionError("s3cr3t")
        return create(self, sync, contents)

    monkeypatch.setattr(Reviews, "create", faulty)
    watch().look_at_all()
    assert [line.split()[:2] for line in log.lines] == [["attic", "problem"], ["homelab", "clean"]]
    assert "ZeroDivisionError" in log.lines[0]
    assert "s3cr3t" not in log.lines[0]
