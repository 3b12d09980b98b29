"""The queues of what is wanted: bounded, one per sync, granted together."""

from __future__ import annotations

from threading import Thread

import pytest

from ksync_tui.services.watching import POLL
from ksync_tui.watch.requests import RequestQueue, SyncRequest

REFRESH, RUN = SyncRequest("webhook github", run=False, fresh=True), SyncRequest("webhook gitlab", run=True, fresh=True)


def test_a_flood_for_one_sync_leaves_room_for_the_others() -> None:
    wishes = RequestQueue(most=3)
    assert [wishes.put("homelab", REFRESH) for _ in range(5)] == [True, True, True, False, False]
    assert wishes.put("media", REFRESH)


def test_all_that_wait_for_a_sync_are_granted_as_one_in_turn() -> None:
    wishes = RequestQueue()
    for sync, wish in (("homelab", REFRESH), ("media", REFRESH), ("homelab", RUN), ("homelab", REFRESH)):
        wishes.put(sync, wish)
    assert wishes.take(0) == ("homelab", SyncRequest("webhook gitlab", run=True, fresh=True))
    assert wishes.take(0) == ("media", REFRESH)
    assert wishes.take(0) is None
    assert wishes.put("homelab", REFRESH)


@pytest.mark.parametrize(
    ("wishes", "granted"),
    [
        ([POLL, REFRESH], SyncRequest("watch", run=True, fresh=True)),
        ([REFRESH, POLL], SyncRequest("watch", run=True, fresh=True)),
        ([POLL, RUN, REFRESH], RUN),
        ([REFRESH, REFRESH], REFRESH),
    ],
)
def test_a_run_is_by_whoever_wanted_it(wishes: list[SyncRequest], granted: SyncRequest) -> None:
    queue = RequestQueue()
    for wish in wishes:
        queue.put("homelab", wish)
    assert queue.take(0) == ("homelab", granted)


def test_what_is_as_good_as_another_does_not_queue_twice() -> None:
    wishes = RequestQueue(most=1)
    assert all(wishes.put("homelab", REFRESH, merge=True) for _ in range(3))
    assert not wishes.put("homelab", REFRESH)


def test_closing_wakes_whoever_waits_and_takes_nothing_more() -> None:
    wishes = RequestQueue()
    found: list[object] = []
    waiting = Thread(target=lambda: found.append(wishes.take(3600)))
    waiting.start()
    wishes.close()
    waiting.join(10)
    assert found == [None]
    assert not wishes.put("homelab", REFRESH)
