"""A daemon takes back, finishes and offers in real applications what was said last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.x11.clients.client import Client, GtkText, QtText, RawWindow, TkText, Xterm

pytestmark = pytest.mark.slow

BEFORE = "Good day."
LONG = " ".join(["hello brave new world"] * 40)
TYPED = f" H{LONG[1:]}"


@pytest.mark.parametrize("application", [TkText, GtkText, QtText, Xterm])
@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (["scratch that"], "the cat sat on the mat"),
        (["scratch that", "undo that"], "the cat never sat on the mat"),
        (["scratch that", "undo that", "redo that", "scratch that"], "the cat sat"),
    ],
)
def test_insertion_into_an_earlier_sentence_is_taken_back(
    start_daemon: Callable[..., DaemonRun],
    start_client: Callable[[type[Client]], Client],
    application: type[Client],
    said: list[str],
    wanted: str,
) -> None:
    """The end of the text stays; undo and redo follow."""
    client = start_client(application)
    daemon = start_daemon()
    with daemon.connect() as talk:
        for words in ("the cat sat", "on the mat", "insert before sat", "never", *said):
            assert not talk.request("say", text=words)["refused"], words
        assert client.text().casefold() == wanted
    assert daemon.terminate() == 0


@pytest.mark.parametrize("application", [TkText, GtkText])
@pytest.mark.parametrize("stop", ["cancel", "focus"])
@pytest.mark.parametrize("answer", ["scratch that", "type it here"])
def test_text_that_was_stopped_half_way_is_taken_back_or_finished(
    start_daemon: Callable[..., DaemonRun],
    start_client: Callable[[type[Client]], Client],
    application: type[Client],
    stop: str,
    answer: str,
) -> None:
    """Exactly what was confirmed goes, and exactly what is missing comes."""
    other = start_client(RawWindow)
    client = start_client(application)
    client.focus()
    daemon = start_daemon()
    with daemon.connect() as talk:
        talk.request("say", text="good day full stop")
        number = talk.send_request("say", text=LONG)
        client.wait_for_length(len(BEFORE) + 20)
        if stop == "cancel":
            daemon.request("cancel")
        else:
            client.server.focus(other.window)
        while (reply := talk.read()).get("id") != number:
            pass
        assert reply["stopped"], "it was typed faster than it was stopped"
        # Not by ``focus`` and ``text``: some applications are asked by a key, which the user might have pressed.
        client.server.focus(client.window)
        left = BEFORE + reply["text"]
        assert BEFORE < left < BEFORE + TYPED and (BEFORE + TYPED).startswith(left)
        if answer == "scratch that":
            wanted = BEFORE
        elif stop == "cancel":
            wanted = left  # the user has said that the rest is not wanted
        else:
            wanted = BEFORE + TYPED
        reply = talk.request("say", text=answer)
        assert bool(reply["refused"]) == (wanted == left), reply
        assert client.text() == wanted
        assert talk.request("status")["undelivered"] == 0
    assert len(other.text()) <= 1
    assert daemon.terminate() == 0


def test_held_words_are_changed_and_dropped(
    start_daemon: Callable[..., DaemonRun], start_client: Callable[[type[Client]], Client]
) -> None:
    """They are the last thing said, so what is in the window stays."""
    client = start_client(TkText)
    daemon = start_daemon()
    with daemon.connect() as talk:
        talk.request("say", text="good day full stop")
        shift = client.server.keycode("Shift_L")
        for words in ("hello wurld", "never mind"):
            client.server.press(shift)
            assert talk.request("say", text=words)["stopped"] == "KEYS_HELD"
            client.server.release(shift)
        assert talk.request("status")["undelivered"] == 2
        assert not talk.request("say", text="scratch that")["refused"]
        assert not talk.request("say", text="replace wurld with world")["refused"]
        assert client.text() == BEFORE
        assert not talk.request("say", text="type it here")["refused"]
        client.wait_for_length(len(BEFORE) + 12)
        assert client.text().casefold() == "good day. hello world"
    assert daemon.terminate() == 0


def test_an_offered_rule_is_made_by_voice(
    start_daemon: Callable[..., DaemonRun], start_client: Callable[[type[Client]], Client]
) -> None:
    """It is in the file that ``windictator vocabulary`` reads, and applies to the next words."""
    client = start_client(TkText)
    daemon = start_daemon()
    words = Path(daemon.environment["HOME"], ".config/windictator/words.toml")
    with daemon.connect() as talk:
        talk.request("follow")
        for said in ("my wurld", "replace wurld with world", "a wurld", "replace wurld with world"):
            assert not talk.request("say", text=said)["refused"]
        assert any("make it a rule" in event.get("message", "") for event in talk.events)
        assert not talk.request("say", text="make it a rule")["refused"]
        assert daemon.run_windictator("vocabulary", "list").stdout == "wurld\tworld\n"
        talk.request("say", text="wurld")
        client.wait_for_length(len("My world a world world"))
        assert client.text() == "My world a world world"
        for said in ("scratch that", "no", "make it a rule"):
            assert not talk.request("say", text=said)["refused"]
        assert client.text() == "My world a world no make it a rule"
        assert words.stat().st_mode & 0o777 == 0o600
    assert daemon.terminate() == 0
