"""The harness itself: keys pressed by a plain XTest client arrive in the toolkits' clients, and are reported."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.x11.clients.client import ChromiumPage, Client, GtkText, QtText, RawWindow
from tests.x11.server import XServer

TOOLKITS = (GtkText, QtText, ChromiumPage)


@pytest.mark.parametrize(
    "managed",
    [
        pytest.param(False, id="without window manager"),
        pytest.param(True, id="openbox", marks=pytest.mark.whole_matrix),
    ],
)
@pytest.mark.parametrize("kind", TOOLKITS, ids=lambda kind: kind.__name__)
def test_toolkits_report_exactly_what_a_person_would_see(
    xserver: XServer,
    request: pytest.FixtureRequest,
    start_client: Callable[[type[Client]], Client],
    kind: type[Client],
    managed: bool,
) -> None:
    """Whatever is said below of these clients can be trusted.

    Keys of every sort, order, layouts, dead keys, waiting for a length, a pause, forgetting, two windows side by side.
    """
    if managed:
        request.getfixturevalue("openbox")
    client = start_client(kind)
    assert client.text() == ""
    for key, *modifiers in (("h", "Shift_L"), ("e",), ("y",), ("BackSpace",), ("Return",), ("Tab",), ("1", "Shift_L")):
        xserver.tap(key, *modifiers)
    assert client.text() == "He\n\t!"
    client.clear()
    for letter in "thequickbrownfox" * 10:
        xserver.tap(letter)
    assert client.text() == "thequickbrownfox" * 10
    client.clear()
    client.pause()
    xserver.tap("a")
    xserver.tap("b")
    client.carry_on()
    assert client.wait_for_length(2) == "ab"
    other = start_client(RawWindow)
    xserver.tap("c")
    assert (client.text(), other.text()) == ("ab", "c")
    assert xserver.focused() == other.window
    client.focus()
    xserver.set_layout("us", "intl")
    assert client.text() == "ab"  # it has read that the layout changed; toolkits fetch the new one when they come to it
    xserver.tap("dead_acute")
    xserver.tap("e")
    xserver.set_layout("us,ru")
    assert client.text() == "abé"
    xserver.lock_group(1)
    xserver.tap(38)
    assert (client.text(), other.text()) == ("abéф", "c")
