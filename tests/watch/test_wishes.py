"""The queues of what is wanted: bounded, one per sync, granted together."""

from __future__ import annotations

from threading import Thread

import pytest

from ksync_tui.services.watching import POLL
from ksync_tui.watch.requests import RequestQueue, SyncRequest

REFRESH, RUN = SyncRequest("webhook github", run=False, fresh=True), SyncRequest("webhook gitlab", run=True, fresh=True)


def test_a_flood_for_one_sync_leaves_room_for_the_others() -> None:
    requests = RequestQueue(most=3)
    assert [requests.put("homelab", REFRESH) for _ in range(5)] == [True, True, True, False, False]
    assert requests.put("media", REFRESH)


def test_all_that_wait_for_a_sync_are_granted_as_one_in_turn() -> None:
    requests = RequestQueue()
    for sync, request in (("homelab", REFRESH), ("media", REFRESH), ("homelab", RUN), ("homelab", REFRESH)):
        requests.put(sync, request)
    assert requests.take(0) == ("homelab", SyncRequest("webhook gitlab", run=True, fresh=True))
    assert requests.take(0) == ("media", REFRESH)
    assert requests.take(0) is None
    assert requests.put("homelab", REFRESH)


@pytest.mark.parametrize(
    ("requests", "granted"),
    [
        ([POLL, REFRESH], SyncRequest("watch", run=True, fresh=True)),
        ([REFRESH, POLL], SyncRequest("watch", run=True, fresh=True)),
        ([POLL, RUN, REFRESH], RUN),
        ([REFRESH, REFRESH], REFRESH),
    ],
)
def test_a_run_is_by_whoever_wanted_it(requests: list[SyncRequest], granted: SyncRequest) -> None:
    queue = RequestQueue()
    for request in requests:
        queue.put("homelab", request)
    assert queue.take(0) == ("homelab", granted)


def test_what_is_as_good_as_another_does_not_queue_twice() -> None:
    requests = RequestQueue(most=1)
    assert all(requests.put("homelab", REFRESH, merge=True) for _ in range(3))
    assert not requests.put("homelab", REFRESH)


def test_closing_wakes_whoever_waits_and_takes_nothing_more() -> None:
    requests = RequestQueue()
    found: list[object] = []
    waiting = Thread(target=lambda: found.append(requests.take(3600)))
    waiting.start()
    requests.close()
    waiting.join(10)
    assert found == [None]
    assert not requests.put("homelab", REFRESH)
