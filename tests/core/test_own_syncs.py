"""Core's own syncs: listed, read anew, reviewed, run, edited and committed (semantics b.2, c)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ksync_tui.errors import KsyncError, RunError, SecretInCommitError, WriteBackError
from ksync_tui.model.resource import Target
from ksync_tui.services import Session, SyncRow
from tests.core.conftest import Lab

TEXT = """# the whole homelab
[[variable]]
name = "DOMAIN"
value = "example.org"   # by hand

[[stack]]
name = "web"
tags = ["lab"]
[stack.config]
file_contents = "services: {}"
"""
DOMAIN = Target("variable", "DOMAIN")
INFRA = Target("resource_sync", "infra")


@pytest.fixture
def session(lab: Lab) -> Iterator[Session]:
    with lab.open() as opened:
        yield opened


@pytest.fixture
def file(lab: Lab, session: Session) -> Path:
    """The file of a managed sync of Core's, on the machine where Core is."""
    file = lab.core.sync_folder / "infra" / "main.toml"
    file.parent.mkdir()
    file.write_text(TEXT)
    session.syncs.add("infra", {"managed": True, "include_variables": True, "match_tags": ["lab"]}, ["main.toml"])
    return file


def row(session: Session) -> SyncRow:
    return session.reviews.row(session.syncs.get("infra"))


def test_a_sync_is_listed_as_core_shows_it(session: Session, file: Path) -> None:
    found = row(session)
    assert (found.state, found.summary and found.summary["create"]) == ("pending", 2)
    assert "in Core: files main.toml" in found.sync.place
    assert "never ran" in found.sync.place


def test_listing_syncs_reads_no_source(lab: Lab, session: Session, file: Path) -> None:
    since = len(lab.core.writes)
    session.syncs.all()
    row(session)
    assert lab.written(since) == []


def test_a_review_is_over_what_core_reads_now(lab: Lab, session: Session, file: Path) -> None:
    review = session.reviews.create(session.syncs.get("infra"))
    assert {action.id for action in review.plan.actions} == {"create:variable/DOMAIN", "create:stack/web"}
    file.write_text(TEXT.replace("example.org", "example.net"))
    (action,) = [one for one in session.reviews.create(session.syncs.get("infra")).plan.actions if one.target == DOMAIN]
    assert action.proposed == review.plan.by_id[action.id].proposed.model_copy(update={"value": "example.net"})  # type: ignore[union-attr]
    assert action.place is not None
    assert (action.place.file, action.place.line) == ("main.toml", 2)


def test_a_file_that_core_cannot_read_is_a_problem_and_deletes_nothing(session: Session, file: Path) -> None:
    file.write_text("[[stack]\n")
    review = session.reviews.create(session.syncs.get("infra"))
    assert review.plan.errors
    assert review.plan.deletes_held or not review.plan.summary["delete"]
    assert row(session).state == "problem"


def test_only_what_is_ticked_is_done_of_a_sync(lab: Lab, session: Session, file: Path) -> None:
    plan = session.reviews.create(session.syncs.get("infra")).plan
    since = len(lab.core.writes)
    session.runs.run(plan.select(["create:variable/DOMAIN"]), lambda _: None)
    assert lab.written(since) == ["CreateVariable"]
    assert [action.id for action in session.reviews.create(session.syncs.get("infra")).plan.actions] == [
        "create:stack/web"
    ]


def test_core_runs_a_whole_sync_by_itself(lab: Lab, session: Session, file: Path) -> None:
    since = len(lab.core.writes)
    record = session.runs.run(session.runs.manual(INFRA), lambda _: None)
    assert record.state == "done"
    assert lab.written(since) == ["RunSync"]
    assert session.reviews.create(session.syncs.get("infra")).plan.pending == 0


def test_where_cores_own_list_differs_it_is_told(session: Session, file: Path) -> None:
    """A managed sync without tags lists itself for deletion in Core (semantics h.19), never in ksync."""
    assert [problem.message for problem in session.reviews.create(session.syncs.get("infra")).plan.problems] == []
    session.syncs.edit("infra", {"match_tags": []})
    plan = session.reviews.create(session.syncs.get("infra")).plan
    assert INFRA not in {action.target for action in plan.actions}
    (told,) = [problem.message for problem in plan.problems]
    assert told == "Core would also delete resource_sync/infra, by its own pending list"


def test_an_edit_goes_through_core_and_keeps_every_other_byte(session: Session, file: Path) -> None:
    review = session.reviews.create(session.syncs.get("infra"))
    draft = session.files.open_block(review, DOMAIN)
    change = session.files.edits_of(review, draft, draft.text.replace("example.org", "example.net"))
    assert session.files.commit_draft([change]) is None
    session.files.write([change])
    assert file.read_text() == TEXT.replace("example.org", "example.net")


def test_live_is_taken_into_the_file_of_core(lab: Lab, session: Session, file: Path) -> None:
    session.runs.run(session.runs.manual(INFRA), lambda _: None)
    lab.core.variables["DOMAIN"].value = "example.net"
    review = session.reviews.create(session.syncs.get("infra"))
    session.files.write(session.files.write_back(review, ["update:variable/DOMAIN"]))
    assert file.read_text() == TEXT.replace("example.org", "example.net")
    assert session.reviews.create(session.syncs.get("infra")).plan.pending == 0


def test_a_file_that_changed_meanwhile_is_left_alone(session: Session, file: Path) -> None:
    review = session.reviews.create(session.syncs.get("infra"))
    draft = session.files.open_block(review, DOMAIN)
    change = session.files.edits_of(review, draft, draft.text.replace("example.org", "example.net"))
    file.write_text(TEXT + "# later\n")
    with pytest.raises(WriteBackError, match="changed since it was read"):
        session.files.write([change])
    assert file.read_text() == TEXT + "# later\n"


def test_no_secret_goes_into_a_file_of_core(session: Session, file: Path) -> None:
    file.write_text(TEXT + '\n[[variable]]\nname = "TOKEN"\nvalue = "s3cr3t-value"\nis_secret = true\n')
    session.runs.run(session.runs.manual(INFRA), lambda _: None)
    review = session.reviews.create(session.syncs.get("infra"))
    draft = session.files.open_block(review, DOMAIN)
    change = session.files.edits_of(review, draft, draft.text.replace("example.org", "s3cr3t-value"))
    with pytest.raises(SecretInCommitError):
        session.files.write([change])


def test_core_commits_a_managed_sync_by_itself(lab: Lab, session: Session, file: Path) -> None:
    session.runs.run(session.runs.manual(INFRA), lambda _: None)
    lab.core.variables["DOMAIN"].value = "example.net"
    assert session.core is not None
    assert "infra" in session.core.commit("infra")
    assert 'value = "example.net"' in file.read_text()


def test_an_inline_sync_is_edited_in_core(session: Session) -> None:
    session.syncs.add("inline", {"file_contents": TEXT, "include_variables": True})
    review = session.reviews.create(session.syncs.get("inline"))
    draft = session.files.open_block(review, DOMAIN)
    session.files.write([session.files.edits_of(review, draft, draft.text.replace("example.org", "example.net"))])
    after = session.reviews.create(session.syncs.get("inline")).declarations.files[0].text
    assert after == TEXT.replace("example.org", "example.net")


def test_syncs_are_renamed_and_removed(session: Session, file: Path) -> None:
    session.syncs.rename("infra", "homelab")
    assert [sync.name for sync in session.syncs.all()] == ["homelab"]
    session.syncs.remove("homelab")
    assert session.syncs.all() == []


def test_a_read_only_profile_only_looks(lab: Lab, session: Session, file: Path) -> None:
    config = lab.home / "config.toml"
    config.write_text(config.read_text() + "read_only = true\n")
    since = len(lab.core.writes)
    with lab.open() as looking:
        plan = looking.reviews.create(looking.syncs.get("infra")).plan
        assert plan.pending == 2
        with pytest.raises(RunError, match="nothing can be changed"):
            looking.runs.run(plan.select(["create:stack/web"]), lambda _: None)
        assert looking.core is not None
        for refused in (looking.core.commit, looking.core.refresh):
            with pytest.raises(RunError, match="nothing can be changed"):
                refused("infra")
    assert lab.written(since) == []


def test_what_anybody_did_is_told(session: Session, file: Path) -> None:
    assert session.core is not None
    session.runs.run(session.runs.manual(INFRA), lambda _: None)
    (newest, *_) = session.core.changes(INFRA)
    assert (newest.who, newest.what, newest.target) == ("admin", "RunSync", INFRA)
    assert session.core.log_of(newest.id)
    assert {change.what for change in session.core.changes()} >= {"CreateResourceSync", "RunSync"}


@pytest.mark.parametrize(
    ("target", "said"), [(DOMAIN, "no history of this kind"), (Target("stack", "nobody"), "no such live resource")]
)
def test_what_core_cannot_tell_of_is_said(session: Session, target: Target, said: str) -> None:
    assert session.core is not None
    with pytest.raises(KsyncError, match=said):
        session.core.changes(target)


def test_who_changed_live_is_told_with_the_difference(lab: Lab, session: Session, file: Path) -> None:
    session.runs.run(session.runs.manual(INFRA), lambda _: None)
    file.write_text(TEXT.replace("services: {}", "services: {a: {}}"))
    plan = session.reviews.create(session.syncs.get("infra")).plan
    (update,) = [action for action in plan.actions if action.verb == "update"]
    assert update.changed_by is not None
    assert update.changed_by.startswith("Live was changed last by ")
