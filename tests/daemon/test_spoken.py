"""A daemon that hears real sound with the real recognizer, and what goes wrong with these two."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import DaemonRun, windictator
from tests.daemon.sound import LISTENING, SPOKEN, TEXT, Speech, sound_environment
from tests.speech.sound_server import SoundServer
from tests.x11.clients.client import RawWindow
from tests.x11.server import XServer

pytestmark = pytest.mark.slow


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
        raw_window.wait_for_length(len(TEXT))
        notices = [event["message"] for event in talk.events if event["event"] == "notice"]
        assert any("restarted" in notice or "starts again" in notice for notice in notices)
    assert listening.end() == 0
    assert raw_window.text() == TEXT


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_levels_are_told_to_those_who_want_them(
    listening: DaemonRun, sound_server: SoundServer, raw_window: RawWindow
) -> None:
    """For level meters; nobody else gets them."""
    with listening.connect() as meter, listening.connect() as other:
        other.call("follow")
        meter.call("follow", levels=True)
        assert meter.wait_for("level")["rms_dbfs"] < -60
        speech = Speech(sound_server)
        while meter.wait_for("level")["peak_dbfs"] < -30:
            pass
        speech.stop()
        other.call("status")
        assert not any(event["event"] == "level" for event in other.events)


def test_without_a_microphone_it_does_not_start(
    user_environment: Mapping[str, str], xserver: XServer, tmp_path: Path
) -> None:
    """It is ready only when it can dictate; it says what is missing."""
    environment = {**user_environment, "PULSE_SERVER": f"unix:{tmp_path}/nothing"}
    started = windictator(environment, "start", *LISTENING)
    assert started.returncode == 1
    assert started.stderr.count("\n") == 1 and "microphone" in started.stderr


def test_a_sound_server_that_dies_is_waited_for(
    listening: DaemonRun, sound_server: SoundServer, raw_window: RawWindow
) -> None:
    """That is said within seconds; what is spoken when it is back is typed."""
    with listening.connect() as talk:
        talk.call("follow")
        sound_server.kill()
        talk.wait_for("state", recovering=True)
        sound_server.restart()
        talk.wait_for("state", recovering=False)
        speech = Speech(sound_server)
        talk.wait_for("final", text=SPOKEN[0])
        speech.stop()
