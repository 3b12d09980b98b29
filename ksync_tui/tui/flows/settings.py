"""Changing profiles and Docker hosts, which stand in the settings file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ksync_tui.tui.screens.ask import AskScreen
from ksync_tui.tui.screens.host_form import HostForm
from ksync_tui.tui.screens.hosts import HostsScreen
from ksync_tui.tui.screens.profile_form import ProfileForm
from ksync_tui.tui.screens.profiles import ProfilesScreen
from ksync_tui.tui.screens.question import QuestionScreen

if TYPE_CHECKING:
    from ksync_tui.tui import requests
    from ksync_tui.tui.screens.base import Page

REMOVE = "Take the profile {name} out of the settings? Nothing is changed there.\n\nType its name to allow it."
REMOVE_HOST = "Remove the Docker host of the server {server}? What runs there goes on."


async def show_profiles(page: Page[Any], _: requests.ShowProfiles) -> None:
    """Shows the profiles."""
    page.app.push_screen(ProfilesScreen())


async def switch_settings(page: Page[Any], _: requests.SwitchSettings) -> None:
    """Shows the Docker hosts in place of the profiles, or the other way round."""
    page.app.switch_screen(ProfilesScreen() if isinstance(page, HostsScreen) else HostsScreen())


async def add_profile(page: ProfilesScreen, _: requests.AddProfile) -> None:
    """Shows the form of a new profile; once it is written, the list is read again."""
    name = await page.app.push_screen_wait(ProfileForm())
    if name:
        page.read_again(f"Added {name}; {page.key_of('open')} on it goes there.")


async def remove_profile(page: ProfilesScreen, request: requests.RemoveProfile) -> None:
    """Takes a profile out of the settings once its name was typed."""
    name = request.name
    if await page.app.push_screen_wait(AskScreen(REMOVE.format(name=name), expected=name)) is None:
        return
    await page.result_of("Writing the settings", partial(page.session.profiles.remove, name))
    page.read_again(f"Removed {name}. Nothing was changed there.")


async def set_host(page: HostsScreen, request: requests.SetHost) -> None:
    """Shows the form of a host; once it is written, every host is asked again."""
    server = await page.app.push_screen_wait(HostForm(request.server, request.address))
    if server:
        page.read_again(f"Saved the Docker host of {server}.")


async def remove_host(page: HostsScreen, request: requests.RemoveHost) -> None:
    """Lets no host stand for a server, once that was agreed to."""
    server = request.server
    if await page.app.push_screen_wait(QuestionScreen(REMOVE_HOST.format(server=server))):
        await page.result_of("Writing the settings", partial(page.session.hosts.remove, server))
        page.read_again(f"Removed the Docker host of {server}.")
