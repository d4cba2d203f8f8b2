"""A daemon that hears real sound with the real recognizer, and what goes wrong with these two."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import DaemonRun, run_windictator
from tests.daemon.sound import EXPECTED_TEXT, EXPECTED_UTTERANCES, MICROPHONE_OPTIONS, SpeechPlayback, sound_environment
from tests.speech.sound_server import SoundServer
from tests.x11.clients.client import RawWindow
from tests.x11.server import XServer

pytestmark = pytest.mark.slow


@pytest.fixture
def listening(
    start_daemon: Callable[..., DaemonRun], user_environment: Mapping[str, str], sound_server: SoundServer
) -> DaemonRun:
    """A daemon that listens."""
    return start_daemon(*MICROPHONE_OPTIONS, **sound_environment(user_environment, sound_server))


def test_what_is_spoken_is_typed(listening: DaemonRun, sound_server: SoundServer, raw_window: RawWindow) -> None:
    """From the microphone to the window; a recognizer killed in the middle loses and doubles nothing."""
    with listening.connect() as talk:
        talk.request("follow")
        speech = SpeechPlayback(sound_server)
        for number, words in enumerate(EXPECTED_UTTERANCES):
            talk.wait_for_event("final", text=words)
            if number == 0:
                (recognizer,) = [child for child in listening.children if "vosk" in _command_line(child)]
                os.kill(recognizer, signal.SIGKILL)
        speech.wait()
        raw_window.wait_for_length(len(EXPECTED_TEXT))
        notices = [event["message"] for event in talk.events if event["event"] == "notice"]
        assert any("restarted" in notice or "starts again" in notice for notice in notices)
    assert listening.terminate() == 0
    assert raw_window.text() == EXPECTED_TEXT


def _command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_levels_are_told_to_those_who_want_them(
    listening: DaemonRun, sound_server: SoundServer, raw_window: RawWindow
) -> None:
    """For level meters; other clients do not get them."""
    with listening.connect() as meter, listening.connect() as other:
        other.request("follow")
        meter.request("follow", levels=True)
        assert meter.wait_for_event("level")["rms_dbfs"] < -60
        speech = SpeechPlayback(sound_server)
        while meter.wait_for_event("level")["peak_dbfs"] < -30:
            pass
        speech.stop()
        other.request("status")
        assert not any(event["event"] == "level" for event in other.events)


def test_without_a_microphone_it_does_not_start(
    user_environment: Mapping[str, str], xserver: XServer, tmp_path: Path
) -> None:
    """It is ready only when it can dictate; it says what is missing."""
    environment = {**user_environment, "PULSE_SERVER": f"unix:{tmp_path}/nothing"}
    started = run_windictator(environment, "start", *MICROPHONE_OPTIONS)
    assert started.returncode == 1
    assert started.stderr.count("\n") == 1 and "microphone" in started.stderr


def test_a_sound_server_that_dies_is_waited_for(
    listening: DaemonRun, sound_server: SoundServer, raw_window: RawWindow
) -> None:
    """That is said within seconds; what is spoken when it is back is typed."""
    with listening.connect() as talk:
        talk.request("follow")
        sound_server.kill()
        talk.wait_for_event("state", microphone_recovering=True)
        sound_server.restart()
        talk.wait_for_event("state", microphone_recovering=False)
        speech = SpeechPlayback(sound_server)
        talk.wait_for_event("final", text=EXPECTED_UTTERANCES[0])
        speech.stop()
