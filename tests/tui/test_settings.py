"""Profiles and Docker hosts are named in the app: nobody has to write TOML to begin."""

from __future__ import annotations

import pytest

from ksync_tui.errors import ConfigError

from .driving import SIZES, Driver, driven
from .fakes import FakeSession


async def profiles(driver: Driver) -> None:
    await driver.at("syncs")
    await driver.press("P")
    await driver.at("profiles")


async def hosts(driver: Driver) -> None:
    await profiles(driver)
    await driver.press("tab")
    await driver.at("hosts")


@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_a_first_start_names_the_keys_that_lead_on(size: tuple[int, int]) -> None:
    async with driven(FakeSession(empty=True), size) as driver:
        await driver.see("P n           use a Komodo Core", "P tab n       deploy to a Docker")
        await driver.press("P")
        await driver.at("profiles")
        await driver.press("tab")
        await driver.at("hosts")
        await driver.see("n names one")
        await driver.press("tab")
        await driver.at("profiles")
        await driver.press("q")
        await driver.at("syncs")


@pytest.mark.parametrize("size", SIZES)
async def test_a_profile_is_named_and_gone_over_into(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await profiles(driver)
        await driver.press("n")
        await driver.at("profile")
        await driver.press("enter")
        await driver.see("Give it a name.")
        await driver.type("local")
        await driver.see("! a profile with this name already exists")
        await driver.press(*["backspace"] * 5)
        await driver.type("prod")
        await driver.press("enter")
        await driver.see("Give it the address of a Komodo Core.")
        await driver.press("down")
        await driver.type("komodo.example")
        await driver.see("! it does not start with https:// or http://")
        await driver.press("home")
        await driver.type("https://")
        await driver.press("down", "down")
        await driver.type("/run/key")
        await driver.press("down", "down", "space", "enter")
        await driver.at("profiles")
        await driver.see("Added prod", "komodo.example")
        await driver.point(" prod ")
        await driver.press("enter")
        await driver.at("syncs")
        await driver.see("core · prod")
    values = {"address": "https://komodo.example", "key_file": "/run/key", "read_only": True}
    assert session.written_profiles == [("prod", values, False)]


async def test_a_form_that_is_left_asks_for_what_was_typed() -> None:
    async with driven(FakeSession()) as driver:
        await profiles(driver)
        await driver.press("n")
        await driver.at("profile")
        await driver.press("escape")
        await driver.at("profiles")
        await driver.press("n")
        await driver.at("profile")
        await driver.type("prod")
        await driver.press("escape")
        await driver.see("The new profile is not added.")
        await driver.press("enter")
        await driver.at("profiles")


async def test_only_what_the_settings_say_is_taken_out_of_them() -> None:
    session = FakeSession(others={"prod": FakeSession(engine="core", profile="prod", address="https://x.example")})
    async with driven(session) as driver:
        await profiles(driver)
        await driver.press("D")
        await driver.see("local is not in the settings file.")
        await driver.point(" prod ")
        await driver.press("D")
        await driver.at("ask")
        await driver.type("prod")
        await driver.press("enter")
        await driver.at("profiles")
        await driver.see("Removed prod. Nothing was changed there.")
        assert "x.example" not in driver.text
    assert session.others == {}


@pytest.mark.parametrize("size", SIZES)
async def test_a_host_is_named_changed_and_taken_out(size: tuple[int, int]) -> None:
    session = FakeSession()
    async with driven(session, size) as driver:
        await hosts(driver)
        await driver.press("n")
        await driver.at("host")
        await driver.type("attic")
        await driver.press("down")
        await driver.type("tcp://down:2375")
        await driver.press("enter")
        await driver.at("hosts")
        await driver.see("> ! attic", "tcp://down:2375", "! not reachable: Connection refused␛[2J by the host")
        await driver.press("enter")
        await driver.at("host")
        await driver.press("enter")
        await driver.see("No changes to save.")
        await driver.press(*["backspace"] * len("down:2375"))
        await driver.type("up")
        await driver.press("enter")
        await driver.at("hosts")
        await driver.see("attic", "tcp://up", "Docker 27.1, compose 2.29")
        assert session.mapped == {"attic": "tcp://up"}
        await driver.press("D")
        await driver.see("Remove the Docker host of the server attic?")
        await driver.press("escape")
        await driver.at("hosts")
        await driver.press("D", "enter")
        await driver.see("Removed the Docker host of attic.", "n names one")
    assert session.mapped == {}


async def test_settings_that_cannot_be_written_say_so_and_keep_the_form() -> None:
    session = FakeSession(error=ConfigError("the settings cannot be written", where="config.toml", why="read-only"))
    async with driven(session) as driver:
        await hosts(driver)
        await driver.press("n")
        await driver.at("host")
        await driver.type("attic")
        await driver.press("down")
        await driver.type("tcp://attic")
        await driver.press("enter")
        await driver.see("! the settings cannot be written", "config.toml", "read-only")
        await driver.at("host")
        await driver.see("tcp://attic")
