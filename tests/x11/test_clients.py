"""The harness itself: keys pressed by a plain XTest client arrive in every kind of application, and are reported."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.x11.clients.client import Client, RawWindow, TkText, Xterm, text_of
from tests.x11.conftest import KINDS
from tests.x11.server import LOCK, XServer


def test_plain_shifted_and_editing_keys_arrive_in_every_client(client: Client) -> None:
    """What a person would see after pressing these keys is what the harness reports."""
    for key, *modifiers in (("h", "Shift_L"), ("e",), ("y",), ("BackSpace",), ("Return",), ("Tab",), ("1", "Shift_L")):
        client.server.tap(key, *modifiers)
    assert client.text() == "He\n\t!"


def test_nothing_arrives_that_was_not_pressed(client: Client) -> None:
    """Starting, focusing and asking leave no trace in what is reported."""
    client.focus()
    assert client.received() == ""
    assert client.server.pressed_keys() == frozenset()


def test_clear_forgets_and_keeps_what_comes_after(client: Client) -> None:
    """One client can serve several typings."""
    client.server.tap("a")
    client.clear()
    client.server.tap("b")
    assert client.text() == "b"


def test_many_keys_in_a_row_arrive_complete_and_in_order(client: Client) -> None:
    """Asking for the text waits for everything that the server has processed, without any pause."""
    letters = "thequickbrownfox" * 10
    keycodes = {letter: client.server.keycode(letter) for letter in set(letters)}
    for letter in letters:
        client.server.tap(keycodes[letter])
    assert client.text() == letters


def test_a_client_that_was_paused_gets_everything_afterwards(client: Client) -> None:
    """Pause and carry_on model a busy application, which loses nothing."""
    client.pause()
    client.server.tap("a")
    client.server.tap("b")
    client.carry_on()
    assert client.text() == "ab"


def test_waiting_for_a_length_returns_when_it_is_there(client: Client) -> None:
    """A test can act in the middle of a typing, at a known character."""
    for key in "abc":
        client.server.tap(key)
    assert client.wait_for_length(3) == "abc"


@pytest.mark.parametrize(
    ("layout", "key", "modifiers", "expected"),
    [
        ("de", "odiaeresis", ("Shift_L",), "Ö"),
        ("de", "q", ("ISO_Level3_Shift",), "@"),
        ("fr", "eacute", (), "é"),
        ("fr", "ccedilla", ("Shift_L",), "9"),
        ("ru", "Cyrillic_ef", (), "ф"),
        ("us", "a", (), "a"),
    ],
)
def test_every_layout_is_decoded_by_the_client(
    client: Client, layout: str, key: str, modifiers: tuple[str, ...], expected: str
) -> None:
    """Clients decode by the server's map of the moment, in Latin and other scripts and on the third level."""
    client.server.set_layout(layout)
    client.server.tap(key, *modifiers)
    assert client.text() == expected


def test_the_second_group_gives_the_second_layout(client: Client) -> None:
    """With us,ru the same key means another letter once the group is switched."""
    client.server.set_layout("us,ru")
    client.server.tap("a")
    client.server.lock_group(1)
    assert client.server.locks().group == 1
    client.server.tap("a")
    assert client.text() == "aф"


def test_caps_lock_changes_letters(client: Client) -> None:
    """Locks set by the harness are locks for every client."""
    client.server.lock(LOCK, LOCK)
    client.server.tap("a")
    client.server.tap("a", "Shift_L")
    assert client.text() == "Aa"
    assert client.server.locks().locked == LOCK


def test_dead_keys_compose_in_every_client(client: Client) -> None:
    """The clients have an input method, as real ones do."""
    client.server.set_layout("us", "intl")
    client.server.tap("dead_acute")
    client.server.tap("e")
    assert client.text() == "é"


def test_keys_go_to_the_focused_client_only(start_client: Callable[[type[Client]], Client]) -> None:
    """Several clients side by side can be told apart, and asking one does not move the focus permanently."""
    raw, term, tk = start_client(RawWindow), start_client(Xterm), start_client(TkText)
    raw.focus()
    raw.server.tap("r")
    term.focus()
    raw.server.tap("x")
    tk.focus()
    raw.server.tap("t")
    assert (term.text(), raw.text(), tk.text()) == ("x", "r", "t")
    assert raw.server.focused() == tk.window


@pytest.mark.parametrize("kind", KINDS)
def test_clients_work_under_a_window_manager(
    openbox: XServer, start_client: Callable[[type[Client]], Client], kind: type[Client]
) -> None:
    """Frames, and focus that a window manager gives, change nothing in what is reported."""
    client = start_client(kind)
    start_client(RawWindow)  # takes the focus, as new windows do
    client.focus()
    openbox.tap("a", "Shift_L")
    assert client.text() == "A"


def test_raw_window_reports_every_event(raw_window: RawWindow) -> None:
    """Presses and releases with keycode and modifiers can be asserted exactly."""
    raw_window.server.tap("a", "Shift_L")
    shift, a = raw_window.server.keycode("Shift_L"), raw_window.server.keycode("a")
    events = raw_window.events()
    assert [(event["press"], event["keycode"], event["state"]) for event in events] == [
        (True, shift, 0),
        (True, a, 1),
        (False, a, 1),
        (False, shift, 1),
    ]
    assert [event["text"] for event in events if event["press"]] == ["", "A"]


def test_keymap_dump_changes_only_with_the_keymap(xserver: XServer) -> None:
    """Keymap() before and after can be compared exactly."""
    before = xserver.keymap()
    assert xserver.keymap() == before
    xserver.set_layout("de")
    assert xserver.keymap() != before
    xserver.set_layout("us")
    assert xserver.keymap() == before


def test_the_server_may_be_ended_by_a_test(xserver: XServer) -> None:
    """The death of a display can be tested ..."""
    xserver.virtual_display.process.kill()
    xserver.virtual_display.process.wait()
    assert not xserver.alive


def test_the_next_test_has_a_new_server(xserver: XServer) -> None:
    """... without harm to what follows."""
    assert xserver.alive
    assert xserver.locks() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("received", "text"),
    [("ab\x7fc", "ac"), ("a\rb", "a\nb"), ("e\u0301\x08", ""), ("\x7fa", "a"), ("\r\n", "\n\n"), ("👍🏽\x7f!", "!")],
)
def test_backspace_and_return_are_carried_out(received: str, text: str) -> None:
    """All clients can be compared by the text that a reader would see."""
    assert text_of(received) == text
