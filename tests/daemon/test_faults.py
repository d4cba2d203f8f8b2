"""What goes wrong around a daemon: it says so, loses nothing, and goes on without a restart."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import TIMEOUT_S, DaemonRun, run_windictator
from tests.daemon.sound import MICROPHONE_OPTIONS, SpeechPlayback, sound_environment
from tests.speech.sound_server import SoundServer
from tests.waiting import wait_until
from tests.x11.clients.client import Client, RawWindow, TkText
from tests.x11.server import XServer
from windictator.speech.demonstration import demonstration_model

pytestmark = pytest.mark.slow


def test_text_is_kept_when_the_focus_moves(
    start_daemon: Callable[..., DaemonRun],
    start_client: Callable[[type[Client]], Client],
    xserver: XServer,
) -> None:
    """Nothing but the key under way reaches the other window; the whole phrase does when that is wanted."""
    other, first = start_client(TkText), start_client(RawWindow)
    daemon = start_daemon()
    said = "hello world this is a sentence " * 40
    with daemon.connect() as talk, daemon.connect() as follower:
        follower.request("follow")
        asked = talk.send_request("say", text=said)
        first.wait_for_length(50)
        other.focus()
        outcome = talk.read()
        assert outcome["id"] == asked and outcome["stopped"] == "FOCUS_CHANGED"
        held = follower.wait_for_event("undelivered")
        assert said.strip().capitalize().endswith(held["text"])
        assert len(other.text()) <= 1
        stray = other.text()
        assert talk.request("status")["undelivered"] == 1
        assert talk.request("undelivered-type")["text"] == said.strip().capitalize()
        other.wait_for_length(len(stray + said.strip()))
        assert other.text() == stray + said.strip().capitalize()
        assert talk.request("status")["undelivered"] == 0
        refused = talk.request("undelivered-type")
        assert refused["ok"] and "No words are kept" in refused["refused"]


def test_held_text_is_dropped_if_the_settings_say_so(
    start_daemon: Callable[..., DaemonRun], settings: Callable[[str], None], xserver: XServer
) -> None:
    """And on request."""
    settings('[dictation]\nundelivered = "discard"\n')
    daemon = start_daemon()
    with daemon.connect() as talk:
        assert "focus" in talk.request("say", text="hello")["refused"]
        assert talk.request("status")["undelivered"] == 0
        daemon.settings_file.write_text("")
        assert talk.request("reload")["ok"]
        talk.request("say", text="hello")
        assert talk.request("status")["undelivered"] == 1
        assert talk.request("undelivered-discard")["discarded"] == 1
        assert talk.request("status")["undelivered"] == 0


def test_stop_during_the_start(
    user_environment: Mapping[str, str], xserver: XServer, sound_server: SoundServer
) -> None:
    """At whatever moment: both end, nothing stays behind."""
    environment = sound_environment(user_environment, sound_server)
    sockets = Path(environment["XDG_RUNTIME_DIR"], "windictator")
    start = subprocess.Popen(
        [sys.executable, "-m", "windictator", "start", *MICROPHONE_OPTIONS],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: list(sockets.glob("*.sock")) or start.poll() is not None, TIMEOUT_S, "the socket exists", 0)
    assert start.poll() is None
    stopped = run_windictator(environment, "stop")
    _, errors = start.communicate(timeout=TIMEOUT_S)
    assert stopped.returncode == 0, stopped.stderr
    assert (start.returncode, errors.count("\n")) in ((0, 1), (1, 1)), "it was ready before, or was stopped before"
    assert list(sockets.iterdir()) == []
    assert run_windictator(environment, "status").returncode == 1


def test_a_model_that_is_gone_for_a_while(
    start_daemon: Callable[..., DaemonRun],
    user_environment: Mapping[str, str],
    sound_server: SoundServer,
    raw_window: RawWindow,
    tmp_path: Path,
) -> None:
    """Its folder is removed and the recognizer dies: that is said, and what was spoken is heard when it is back."""
    model, away = tmp_path / "model", tmp_path / "away"
    shutil.copytree(demonstration_model(), model)
    daemon = start_daemon("--model", str(model), **sound_environment(user_environment, sound_server))
    with daemon.connect() as talk:
        talk.request("follow")
        speech = SpeechPlayback(sound_server)
        talk.wait_for_event("partial")
        model.rename(away)
        os.kill(_recognizer_pid(daemon), signal.SIGKILL)
        while "model" not in (message := talk.wait_for_event("notice")["message"]):
            pass
        assert "\n" not in message
        away.rename(model)
        talk.wait_for_event("final")
        speech.stop()
    assert daemon.terminate() == 0


def _recognizer_pid(daemon: DaemonRun) -> int:
    """The process that runs Vosk."""
    (pid,) = [pid for pid in daemon.children if "vosk_worker" in Path(f"/proc/{pid}/cmdline").read_text()]
    return pid
