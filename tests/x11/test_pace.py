"""The program never runs far ahead of an application that answers pings, and what stops a text stops it also while the
application is awaited.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
from Xlib import X

from tests.waiting import wait_until
from tests.x11.clients.client import Client, GtkText
from tests.x11.type_runs import LONG, TypeRun

pytestmark = pytest.mark.slow

AHEAD = 150
"""Characters; the typist asks every 64."""
SOON = 3.0
"""Seconds; typing waits longer than that for an application."""


@pytest.fixture
def gtk_text(start_client: Callable[[type[Client]], Client]) -> Client:
    return start_client(GtkText)


@pytest.fixture
def waiting(gtk_text: Client, user_environment: Mapping[str, str]) -> Iterator[TypeRun]:
    """A typing that waits for an application that is stopped."""
    server = gtk_text.server
    gtk_text.pause()
    with TypeRun(user_environment, LONG) as typing:
        # While an answer is due the root window is listened to, where it comes to.
        root = server.display.screen().root
        wait_until(lambda: root.get_attributes().all_event_masks & X.SubstructureNotifyMask, 10.0, "a ping is sent")
        time.sleep(0.1)  # a hundred keys more, after which it waits
        yield typing


def test_a_click_stops_it(waiting: TypeRun, gtk_text: Client) -> None:
    """A user who sees nothing come and clicks has stopped it, and little follows when the application wakes up."""
    gtk_text.server.click()
    outcome = waiting.wait(SOON)
    assert (outcome.status, outcome.stopped) == (3, "FOREIGN_INPUT")
    assert outcome.confirmed < AHEAD
    gtk_text.carry_on()
    assert gtk_text.text() == LONG[: outcome.confirmed]


def test_a_signal_ends_it(waiting: TypeRun, gtk_text: Client) -> None:
    """Ctrl-C does not wait for an application."""
    waiting.send(signal.SIGINT)
    outcome = waiting.wait(SOON)
    assert outcome.status == 130
    gtk_text.carry_on()
    assert gtk_text.text() == LONG[: outcome.confirmed]


def test_the_end_of_the_server_ends_it(waiting: TypeRun, gtk_text: Client) -> None:
    """An answer that can never come is not waited for."""
    gtk_text.server.virtual_display.process.kill()
    outcome = waiting.wait(SOON)
    assert (outcome.status, outcome.stopped) == (3, "CONNECTION_LOST")


@pytest.mark.whole_matrix
def test_silent_application_is_reported(waiting: TypeRun, gtk_text: Client) -> None:
    """Typing into nothing ends with the reason."""
    outcome = waiting.wait(15)
    assert (outcome.status, outcome.stopped) == (3, "UNRESPONSIVE")
    gtk_text.carry_on()
    assert gtk_text.text() == LONG[: outcome.confirmed]


def test_it_goes_on_exactly_where_it_was(gtk_text: Client, user_environment: Mapping[str, str]) -> None:
    """An application that is busy for a while loses nothing."""
    text = LONG[:3000]
    with TypeRun(user_environment, text) as typing:
        for length in (100, 700, 1300):
            gtk_text.wait_for_length(length)
            gtk_text.pause()
            time.sleep(0.3)
            gtk_text.carry_on()
        outcome = typing.wait()
    assert (outcome.status, outcome.confirmed) == (0, len(text))
    assert gtk_text.text() == text
