"""The focus moves in the very moment in which a key is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.x11.clients.client import Client, RawWindow
from tests.x11.server import XServer
from tests.x11.stage import TypingProcess
from tests.x11.type_runs import LONG, stopped, type_text

pytestmark = pytest.mark.slow


@pytest.fixture
def process(xserver: XServer) -> Iterator[TypingProcess]:
    process = TypingProcess(xserver)
    yield process
    process.kill()


@pytest.mark.parametrize(("grab_server", "bound"), [(False, 1), (True, 0)])
def test_focus_race_types_at_most_one_character_elsewhere(
    process: TypingProcess,
    raw_window: RawWindow,
    start_client: Callable[[type[Client]], Client],
    grab_server: bool,
    bound: int,
) -> None:
    """Between the last look at the focus and the key there is time for a dialogue to come; there need not be."""
    other = start_client(RawWindow)
    raw_window.focus()
    process.say(grab_server=grab_server)
    process.tell(text="abcdefgh", hold_back=4)
    process.hear()
    raw_window.server.focus(other.window)
    process.tell(ask="alive")
    (typed,) = (answer for answer in (process.hear(), process.hear()) if "confirmed" in answer)
    assert (typed["stopped"], typed["confirmed"]) == ("FOCUS_CHANGED", 3)
    assert (raw_window.text(), other.text()) == ("abc", "d" * bound)
    assert not raw_window.server.pressed_keys()


def test_text_arrives_while_the_server_is_held(
    raw_window: RawWindow, user_environment: Mapping[str, str], settings: Callable[[str], None]
) -> None:
    """Other applications, and our own questions to them, go on between the keys."""
    settings("[typing]\ngrab_server = true\n")
    text = "Grüße, Text! “ж” " * 20
    outcome = type_text(user_environment, text)
    assert (outcome.status, outcome.errors) == (0, "")
    assert raw_window.text() == text


def test_server_is_released_after_a_late_answer(process: TypingProcess, raw_window: RawWindow) -> None:
    """No caller waits for it any more, and no program can do anything while it is held."""
    process.say(grab_server=True)
    process.tell(text=LONG, announce=300)
    process.hear()
    with stopped(raw_window.server.virtual_display.process):
        typed = process.hear()
    assert typed["stopped"] == "TIMEOUT"
    got = raw_window.text()
    assert got[: typed["confirmed"]] == LONG[: typed["confirmed"]]
    assert len(got.rstrip(got[-1])) <= typed["confirmed"] + 1, "the server itself repeats a key that it found down"
    raw_window.clear()
    assert process.say(text="again")["stopped"] is None
    assert raw_window.text() == "again"
