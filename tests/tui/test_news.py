"""What is new is said in the frame, and nothing moves until somebody asks for it."""

from __future__ import annotations

import pytest

from ksync_tui.errors import SourceError

from .driving import SIZES, driven
from .fakes import FakeChangeDetector, FakeSession


def below(text: str) -> list[str]:
    """The screen without its top line."""
    return text.splitlines()[1:]


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_new_waits_for_r(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size, session.syncs.get("homelab")) as app:
        await app.at("review")
        await app.press("j", "space", "j", "j")
        shown, ticked = app.text, app.page.side.ticks.ticked
        session.new = 3
        await app.page.change_notifier.ask()
        await app.see("3 new, press r")
        assert below(app.text) == below(shown)
        assert app.page.side.ticks.ticked == ticked
        session.new = 0
        await app.press("r")
        await app.at("review")
        assert "new, press" not in app.text
        assert below(app.text) == below(shown)


async def test_the_list_of_syncs_tells_how_many_read_differently() -> None:
    session = FakeSession()
    async with driven(session) as app:
        await app.at("syncs")
        session.new = 1
        await app.page.change_notifier.ask()
        await app.see(f"{len(session.syncs.all())} new, press r")


async def test_nothing_is_drawn_while_nothing_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    session = FakeSession()
    async with driven(session, start=session.syncs.get("homelab")) as app:
        await app.at("review")
        drawn: list[object] = []
        monkeypatch.setattr(app.page, "changed", lambda: drawn.append(1))
        await app.page.change_notifier.ask()
        assert drawn == []
        session.new = 2
        await app.page.change_notifier.ask()
        await app.page.change_notifier.ask()
        assert drawn == [1]


async def test_nothing_is_asked_below_another_screen_or_while_something_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[float] = []
    monkeypatch.setattr(FakeChangeDetector, "moved", lambda _, now: bool(asked.append(now)))
    session = FakeSession()
    async with driven(session, start=session.syncs.get("homelab")) as app:
        await app.at("review")
        review = app.page
        await review.change_notifier.ask()
        assert len(asked) == 1
        await app.press("question_mark")
        await app.at("help")
        await review.change_notifier.ask()
        assert len(asked) == 1


@pytest.mark.parametrize("error", [SourceError("the repository does not answer"), RuntimeError("closed meanwhile")])
async def test_what_cannot_be_read_now_is_no_news_and_no_end(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(_: object) -> int:
        raise error

    session = FakeSession()
    async with driven(session, start=session.syncs.get("homelab")) as app:
        await app.at("review")
        shown = app.text
        with monkeypatch.context() as patch:
            patch.setattr(FakeChangeDetector, "count", broken)
            await app.page.change_notifier.ask()
        assert app.text == shown
        session.new = 1
        await app.page.change_notifier.ask()
        await app.see("1 new, press r")


async def test_an_idle_app_sends_nothing_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    session = FakeSession()
    async with driven(session, start=session.syncs.get("homelab")) as app:
        await app.at("review")
        sent: list[object] = []
        monkeypatch.setattr(app.app, "_display", lambda *_: sent.append(1))
        await app.settle(sent)
        for page in app.app.pages():
            page.change_notifier.check_in_background()
        await app.app.workers.wait_for_complete()
        await app.pilot.pause()
        assert sent == []
        session.new = 1
        app.page.change_notifier.check_in_background()
        await app.app.workers.wait_for_complete()
        await app.until(lambda: sent, "the frame to be sent")
