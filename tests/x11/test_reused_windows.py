"""A window that has the id of one that is gone: the X server gives the ids of a client that has ended to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.x11.clients.client import Client, RawWindow
from tests.x11.dictate_runs import LINES, DictateRun

pytestmark = pytest.mark.slow

StartClient = Callable[[type[Client]], Client]


@pytest.fixture
def replace_window(start_client: StartClient) -> Callable[[Client], Client]:
    """End a client and start another one, whose window has the same id."""

    def replace(client: Client) -> Client:
        client.stop()
        other = start_client(RawWindow)
        assert other.window == client.window, "the X server does not use this id again"
        return other

    return replace


@pytest.mark.parametrize("command", ["scratch that", "undo that", "replace hello with bye", "select hello"])
def test_command_for_a_window_that_is_gone_is_refused(
    raw_window: RawWindow,
    replace_window: Callable[[Client], Client],
    user_environment: Mapping[str, str],
    command: str,
) -> None:
    """The text in the other window is the user's."""
    with DictateRun(user_environment, *LINES) as run:
        run.say("hello there")
        run.wait_for("typed")
        other = replace_window(raw_window)
        run.say(command)
        run.wait_for("refused")
        run.say("again")
        run.wait_for("typed")
        assert run.end().status == 1
    assert other.text() == "Again", "nothing was erased, and the words begin a text"


def test_utterance_does_not_continue_in_another_window(
    raw_window: RawWindow, replace_window: Callable[[Client], Client], user_environment: Mapping[str, str]
) -> None:
    """The guess that would have to be erased is in the window that is gone."""
    with DictateRun(user_environment, *LINES, "--live", "eager") as run:
        run.say("~wreck a nice beach")
        run.wait_for("typed")
        other = replace_window(raw_window)
        run.say("recognise speech")
        assert run.wait_for("typed", erased=0)["stopped"] == "FOCUS_CHANGED"
        run.say("again")
        run.wait_for("typed")
        run.end()
    assert other.received() == "Again"


def test_window_that_was_hidden_is_the_same_window(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """Unmapped and mapped again, and moved into another one, as window managers do."""
    display = raw_window.server.display
    window = display.create_resource_object("window", raw_window.window)
    with DictateRun(user_environment, *LINES) as run:
        run.say("hello", "there")
        run.wait_for("typed", text=" there")
        frame = display.screen().root.create_window(0, 0, 500, 400, 0, display.screen().root_depth)
        frame.map()
        window.unmap()
        window.reparent(frame, 0, 0)
        window.map()
        display.sync()
        raw_window.focus()
        run.say("scratch that")
        run.wait_for("typed", erased=len(" there"))
        assert run.end().status == 0
    assert raw_window.text() == "Hello"


def test_many_windows_in_turn_are_told_apart(
    start_client: StartClient, replace_window: Callable[[Client], Client], user_environment: Mapping[str, str]
) -> None:
    """The third with the same id is not the first."""
    client = start_client(RawWindow)
    with DictateRun(user_environment, *LINES) as run:
        for _ in range(3):
            run.say("hello")
            run.wait_for("typed")
            assert client.text() == "Hello"
            client = replace_window(client)
            run.say("scratch that")
            run.wait_for("refused")
        run.end()
    assert client.received() == ""
