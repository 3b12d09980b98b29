"""How many requests a Core gets at the same time."""

from __future__ import annotations

import asyncio

import pytest

from ksync_tui.engine.core.places import Places


def test_no_more_are_let_in_than_allowed() -> None:
    async def crowd() -> int:
        places, here, most = Places(3), 0, 0

        async def one() -> None:
            nonlocal here, most
            async with places:
                here += 1
                most = max(most, here)
                await asyncio.sleep(0)
                here -= 1

        await asyncio.gather(*(one() for _ in range(20)))
        return most

    assert asyncio.run(crowd()) == 3


@pytest.mark.parametrize(("times", "allowed"), [(0, 8), (1, 4), (2, 2), (3, 1), (9, 1)])
def test_each_time_it_is_too_much_half_as_many_are_allowed(times: int, allowed: int) -> None:
    places = Places(8)
    for _ in range(times):
        places.too_much(places.cuts)
    assert places.allowed == allowed


def test_requests_that_were_sent_before_a_cut_make_no_second_one() -> None:
    places = Places(8)
    before = places.cuts
    for _ in range(8):
        places.too_much(before)
    assert places.allowed == 4


def test_good_answers_bring_the_places_back_one_by_one_and_no_more() -> None:
    places = Places(4)
    places.too_much(places.cuts)
    allowed = []
    for _ in range(20):
        places.good()
        allowed.append(places.allowed)
    assert allowed == [2, 3, 3, 3, *[4] * 16]


def test_who_is_called_off_while_waiting_leaves_no_place_taken() -> None:
    async def crowd() -> None:
        places, inside, leave = Places(1), asyncio.Event(), asyncio.Event()

        async def first() -> None:
            async with places:
                inside.set()
                await leave.wait()

        async def other() -> None:
            async with places:
                pass

        holding = asyncio.create_task(first())
        await inside.wait()
        gone, late, stays = (asyncio.create_task(other()) for _ in range(3))
        await asyncio.sleep(0)
        gone.cancel()
        leave.set()
        await holding  # the place is given to the second, who is called off before taking it
        late.cancel()
        await asyncio.wait_for(stays, 30)

    asyncio.run(crowd())
