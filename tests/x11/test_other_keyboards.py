"""The user's keyboard beside the one that programs type with: whose key it was, and which of the two is active."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from twisted.internet.defer import ensureDeferred

from tests.x11.blocking import BlockingConnection, connected
from tests.x11.clients.client import Client, QtText, RawWindow
from tests.x11.server import XServer
from tests.x11.stage import TypingProcess
from tests.x11.type_runs import TypeRun
from tests.x11.user_keyboard import UserKeyboard
from windictator.x11 import xinput

pytestmark = pytest.mark.slow

KEY = "k"


@pytest.fixture
def user(xserver: XServer) -> UserKeyboard:
    return UserKeyboard(xserver)


@pytest.fixture
def process(xserver: XServer) -> Iterator[TypingProcess]:
    process = TypingProcess(xserver)
    yield process
    process.kill()


# Whose key it was


def press_the_announced_key(process: TypingProcess, user: UserKeyboard) -> dict[str, Any]:
    """The user presses just the key that is about to be sent, and it is still down when ours comes."""
    process.tell(text=KEY * 50, hold_back=3)
    (keycode,) = process.hear()["about"]
    user.press(keycode)
    process.tell(ask="alive")
    (typed,) = (answer for answer in (process.hear(), process.hear()) if "confirmed" in answer)
    user.release(keycode)
    return typed


def test_users_press_of_the_expected_key_is_noticed(
    process: TypingProcess, user: UserKeyboard, raw_window: RawWindow
) -> None:
    """What the server reports is just what is expected; by its keyboard alone it is known to be the user's."""
    typed = press_the_announced_key(process, user)
    assert typed["stopped"] == "FOREIGN_INPUT"
    assert len(raw_window.text()) == 3
    assert typed["confirmed"] in (2, 3)


def test_a_keyboard_that_is_plugged_in_later(xserver: XServer, user: UserKeyboard, raw_window: RawWindow) -> None:
    """Keyboards come and go while the program runs."""
    with unplugged(xserver):
        process = TypingProcess(xserver)
    try:
        typed = press_the_announced_key(process, user)
    finally:
        process.kill()
    assert typed["stopped"] == "FOREIGN_INPUT"
    assert len(raw_window.text()) == 3


def test_the_user_presses_a_key_that_is_held_for_the_text(
    user: UserKeyboard, raw_window: RawWindow, user_environment: Mapping[str, str], settings: Callable[[str], None]
) -> None:
    """The server drops the press of a key that is down, so that nothing is reported of it."""
    settings("[typing]\nkey_press_ms = 400\n")
    with TypeRun(user_environment, KEY * 50) as typing:
        raw_window.wait_for_length(3)
        user.press(KEY)
        outcome = typing.wait()
    user.release(KEY)
    assert (outcome.status, outcome.stopped) == (3, "FOREIGN_INPUT")
    assert outcome.confirmed <= len(raw_window.text()) <= outcome.confirmed + 1 <= 5
    assert not raw_window.server.pressed_keys()


def test_our_keys_are_not_reported_as_the_users(
    process: TypingProcess, user: UserKeyboard, raw_window: RawWindow
) -> None:
    """A user who has pressed keys before, and a keyboard that changes hands, stop nothing."""
    for text in ("first", "second"):
        user.tap(KEY)
        assert process.say(text=text)["stopped"] is None
    assert raw_window.text() == f"{KEY}first{KEY}second"


def test_push_to_talk_is_held_and_pressed_again_while_typing(
    xserver: XServer, process: TypingProcess, user: UserKeyboard, raw_window: RawWindow
) -> None:
    """Neither of the two reports of a press stops typing, if the key is allowed; any other still does."""
    talk, text = xserver.keycode("F9"), KEY * 50
    user.press(talk)
    process.tell(text=text, tolerate=[talk], hold_back=3)
    process.hear()
    user.release(talk)
    user.press(talk)
    process.tell(ask="alive")
    (typed,) = (answer for answer in (process.hear(), process.hear()) if "confirmed" in answer)
    assert (typed["stopped"], typed["confirmed"]) == (None, len(text))
    assert raw_window.text() == text
    assert process.say(text=text)["stopped"] == "KEYS_HELD"
    user.release(talk)


# Which one is active


@pytest.mark.parametrize("group", [0, 1])
def test_qt_knows_the_group_for_the_text_and_afterwards(
    start_client: Callable[[type[Client]], Client], process: TypingProcess, user: UserKeyboard, group: int
) -> None:
    """Qt 5 takes the second layout for the first one when another keyboard comes into force.

    Its user would find his own keys changed after each dictation.
    """
    client = start_client(QtText)
    client.server.set_layout("us,ru")
    key = "aф"[group]
    for text in ("Привет, hello мир", "plain", "“Да” – café", "€ “ä”", "éф"):
        client.clear()
        user.tap("Shift_L")
        client.server.lock_group(1 - group)
        client.server.lock_group(group)
        user.tap(38)
        assert process.say(text=text)["stopped"] is None
        user.tap(38)
        process.say(give_back=True)
        user.tap(38)
        assert client.text() == key + text + key + key
        assert client.server.locks().group == group


def test_qt_knows_the_group_after_push_to_talk_is_released(
    start_client: Callable[[type[Client]], Client], process: TypingProcess, user: UserKeyboard
) -> None:
    """The user's keyboard comes into force by that alone, and ours again by the next key of the text."""
    client = start_client(QtText)
    client.server.set_layout("us,ru")
    client.server.lock_group(1)
    talk, text = client.server.keycode("F9"), "съешь же ещё этих мягких булок"
    user.press(talk)
    process.tell(text=text, tolerate=[talk], hold_back=3)
    process.hear()
    user.release(talk)
    process.tell(ask="alive")
    (typed,) = (answer for answer in (process.hear(), process.hear()) if "confirmed" in answer)
    assert typed["stopped"] is None
    assert client.text() == text
    assert client.server.locks().group == 1


def test_active_keyboard_is_restored(
    xserver: XServer, process: TypingProcess, user: UserKeyboard, raw_window: RawWindow
) -> None:
    """The user's, where he had typed last; XTEST's, where a program had."""
    xserver.set_layout("us,ru")
    xserver.lock_group(1)
    for tap in (user.tap, xserver.tap):
        tap("Shift_L")
        before = keyboard_in_force(xserver)
        process.say(text="Привет, hello")
        assert keyboard_in_force(xserver) == before
    assert raw_window.text() == "Привет, hello" * 2


def keyboard_in_force(server: XServer) -> str:
    """Its name."""
    with connected(server) as connection:
        devices = xinput.parse_devices(connection.ask(xinput.query_devices(xinput_of(connection))))
    (common,) = (device for device in devices if device.is_master_keyboard)
    (name,) = (device.name for device in devices if device.number == common.key_source)
    return name


@contextlib.contextmanager
def unplugged(server: XServer) -> Iterator[None]:
    """To all clients the user's keyboard is gone until the block ends, and comes back then."""
    with connected(server) as connection:
        major = xinput_of(connection)
        devices = xinput.parse_devices(connection.ask(xinput.query_devices(major)))
        (common,) = (device.number for device in devices if device.is_master_keyboard)
        (plugged,) = (device.number for device in devices if device.name == "Xvfb keyboard")
        change_hierarchy, detach, attach = 43, 4, 3
        head = struct.pack("=BBHBxxx", major, change_hierarchy, 4, 1)
        connection.connection.send(head + struct.pack("=HHHxx", detach, 2, plugged))
        connection.state()
        try:
            yield
        finally:
            connection.connection.send(head + struct.pack("=HHHH", attach, 2, plugged, common))
            connection.state()


def xinput_of(connection: BlockingConnection) -> int:
    """The opcode of XI2 for a connection that has announced itself to it."""
    major, _ = connection.wait(ensureDeferred(connection.connection.extension(xinput.NAME)))
    connection.ask(xinput.query_version(major))
    return major
