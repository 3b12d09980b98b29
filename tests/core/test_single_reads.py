"""Reads of single resources that share a request: as new as one of their own, and nobody waits for nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from ksync_tui.engine.core.engine import CoreEngine
from ksync_tui.errors import CoreError, NoAnswerError, NotFoundError
from ksync_tui.model.resource import Target
from tests.core.fake import FakeCore


def asked(engine: CoreEngine, *targets: Target) -> list[Any]:
    """What reads give that are asked for at the same time."""
    connection = engine.connection

    async def all_at_once() -> list[Any]:
        reads = (connection.reads.values(target, connection.directory) for target in targets)
        return await asyncio.gather(*reads, return_exceptions=True)

    return connection.ask(all_at_once())


def stack(at: int) -> Target:
    return Target("stack", f"s{at}")


@pytest.fixture(autouse=True)
def resources(core: FakeCore) -> None:
    for at in range(10):
        core.add("stack", f"s{at}", tags=["a"])
        core.add_variable(f"V{at}", f"value-{at}")


def test_several_of_a_kind_are_one_request(core: FakeCore, engine: CoreEngine) -> None:
    engine.snapshot()
    before = len(core.log)
    found = asked(engine, *(stack(at) for at in range(10)), Target("stack", "gone"))
    assert [values["name"] for values in found[:10]] == [f"s{at}" for at in range(10)]
    assert isinstance(found[10], NotFoundError)
    assert [call.type for call in core.log[before:]] == ["ListFullStacks"]
    variables = asked(engine, *(Target("variable", f"V{at}") for at in range(10)))
    assert [values["value"] for values in variables] == [f"value-{at}" for at in range(10)]
    assert [call.type for call in core.log[before:]] == ["ListFullStacks", "ListVariables"]


def test_one_alone_is_asked_for_by_its_name(core: FakeCore, engine: CoreEngine) -> None:
    engine.snapshot()
    before = len(core.log)
    assert asked(engine, stack(1), stack(1), Target("variable", "V1"))[0]["name"] == "s1"
    assert Counter(call.type for call in core.log[before:]) == {"GetStack": 1, "GetVariable": 1}


def test_who_asks_while_a_request_is_under_way_gets_the_next_one(core: FakeCore, engine: CoreEngine) -> None:
    """The first answer was made before the second was asked for: it would be too old."""
    connection = engine.connection
    inner = core.planned

    async def both() -> tuple[Any, Any]:
        late: list[asyncio.Task[Any]] = []

        def ask_again(type_: str) -> Any:
            if type_ == "GetStack" and not late:
                late.append(asyncio.create_task(connection.reads.values(stack(1), connection.directory)))
                asyncio.get_running_loop().call_soon(lambda: setattr(core.named("stack", "s1"), "description", "new"))
            return inner(type_)

        core.planned = ask_again  # type: ignore[method-assign]
        first = await connection.reads.values(stack(1), connection.directory)
        return first, await late[0]

    engine.snapshot()
    first, second = connection.ask(both())
    assert "description" not in first
    assert second["description"] == "new"


@pytest.mark.parametrize("harm", ["cut", "half"])
def test_what_goes_wrong_is_told_to_all_who_asked(core: FakeCore, engine: CoreEngine, harm: str) -> None:
    engine.snapshot()
    getattr(core, harm)("ListFullStacks", times=99)
    assert {type(error) for error in asked(engine, *map(stack, range(5)))} == {NoAnswerError}


def test_an_answer_of_nonsense_leaves_nobody_waiting(core: FakeCore, engine: CoreEngine) -> None:
    engine.snapshot()
    core.fail("ListFullStacks", 200, [{"no": "name"}])
    assert all(isinstance(error, Exception) for error in asked(engine, *map(stack, range(5))))
    assert [values["name"] for values in asked(engine, *map(stack, range(5)))] == [f"s{at}" for at in range(5)]


def test_what_a_user_may_not_see_is_told_from_what_is_gone_when_it_is_asked_for_alone(
    core: FakeCore, engine: CoreEngine
) -> None:
    core.fail("GetStack", 500, {"error": "User does not have required permissions on this Stack.", "trace": []})
    reads, directory = engine.connection.reads, engine.connection.directory
    with pytest.raises(CoreError, match="permissions"):
        engine.connection.ask(reads.values(stack(1), directory, alone=True))


def test_names_that_are_new_are_learned_once_for_all_who_wait(core: FakeCore, engine: CoreEngine) -> None:
    before = len(core.log)
    found = asked(engine, *map(stack, range(10)))
    assert {tuple(values["tags"]) for values in found} == {("a",)}
    assert Counter(call.type for call in core.log[before:])["ListTags"] == 1


def test_what_was_made_while_names_were_read_is_not_forgotten(core: FakeCore, engine: CoreEngine) -> None:
    engine.snapshot()
    connection = engine.connection
    connection.directory.add("stack", "f" * 24, "just-made")
    connection.ask(connection.reads.relearn("stack", connection.directory))
    assert connection.directory.id(Target("stack", "just-made")) == "f" * 24
