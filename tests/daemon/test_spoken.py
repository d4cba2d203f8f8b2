"""A daemon that hears real sound with the real recognizer, and what goes wrong with these two."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.daemon.sound import LISTENING, SPOKEN, TEXT, Speech, sound_environment
from tests.speech.sound_server import SoundServer
from tests.x11.clients.client import RawWindow

pytestmark = pytest.mark.slow


@pytest.fixture
def sound_server() -> Iterator[SoundServer]:
    server = SoundServer().start()
    yield server
    server.stop()


@pytest.fixture
def listening(
    start_daemon: Callable[..., DaemonRun], user_environment: Mapping[str, str], sound_server: SoundServer
) -> DaemonRun:
    """A daemon that listens."""
    return start_daemon(*LISTENING, **sound_environment(user_environment, sound_server))


def test_what_is_spoken_is_typed(listening: DaemonRun, sound_server: SoundServer, raw_window: RawWindow) -> None:
    """From the microphone to the window; a recognizer killed in the middle loses and doubles nothing."""
    with listening.connect() as talk:
        talk.call("follow")
        speech = Speech(sound_server)
        for number, words in enumerate(SPOKEN):
            talk.wait_for("final", text=words)
            if number == 0:
                (recognizer,) = [child for child in listening.children if "vosk" in _command(child)]
                os.kill(recognizer, signal.SIGKILL)
        speech.wait()
        talk.wait_for("typed", stopped=None)
        notices = [event["message"] for event in talk.events if event["event"] == "notice"]
        assert any("restarted" in notice or "starts again" in notice for notice in notices)
    assert listening.end() == 0
    assert raw_window.text() == TEXT


def _command(pid: int) -> str:
    with open(f"/proc/{pid}/cmdline") as file:
        return file.read()
