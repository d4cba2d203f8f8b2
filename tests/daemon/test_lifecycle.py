"""The daemon's life: start, one for each display, the verbs, the end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import TEXT_RECOGNIZER, DaemonRun, run_windictator
from tests.x11.clients.client import RawWindow
from tests.x11.keyboard_state import read_keyboard
from tests.x11.server import XServer

pytestmark = pytest.mark.slow


def test_what_is_said_is_typed_and_every_verb_answers(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow
) -> None:
    """Say, type, undo, redo, repeat, pause, resume, toggle, push-to-talk, cancel, history, status; then the end."""
    daemon = start_daemon()
    with daemon.connect() as talk:
        assert talk.request("status")["state"] == "listening"
        assert talk.request("say", text="hello comma world")["text"] == "Hello, world"
        assert talk.request("type", text=" <x>")["text"] == " <x>"
        assert talk.request("undo")["erased"] == 4
        assert talk.request("redo")["text"] == " <x>"
        assert talk.request("undo")["erased"] == 4
        assert talk.request("repeat")["text"] == " hello, world"
        assert [talk.request(verb)["state"] for verb in ("pause", "toggle", "toggle", "resume")] == [
            "paused",
            "listening",
            "paused",
            "listening",
        ]
        assert talk.request("push-to-talk", down=True)["push_to_talk"]
        assert not talk.request("push-to-talk", down=False)["push_to_talk"]
        assert talk.request("cancel")["ok"]
        heard = [utterance["heard"] for utterance in talk.request("history", count=10)["utterances"]]
        assert heard[:2] == ["hello comma world", ""]
    assert raw_window.text() == "Hello, world hello, world"
    assert daemon.terminate() == 0
    assert daemon.standard_error().count("\n") <= 3, daemon.standard_error()


@pytest.mark.parametrize("how", ["verb", "SIGTERM", "SIGINT"])
def test_the_end_leaves_nothing_behind(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, xserver: XServer, how: str
) -> None:
    """In the middle of a text with temporary mappings: no key down, the keymap as it was, no process, no socket."""
    before = read_keyboard(xserver)
    daemon = start_daemon()
    with daemon.connect() as talk:
        talk.send_request("follow")
        talk.send_request("type", text="naïve “œuvre” Цвет " * 200)
        raw_window.wait_for_length(50)
        children = daemon.children
        if how == "verb":
            talk.send_request("stop")
            assert daemon.wait() == 0
        else:
            assert daemon.terminate(signal.Signals[how]) == 0
    assert read_keyboard(xserver) == before
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert list(Path(daemon.environment["XDG_RUNTIME_DIR"], "windictator").iterdir()) == []
    assert raw_window.text() == "naïve “œuvre” Цвет " * 200, "the last words are finished"


def test_a_second_daemon_is_told_who_runs(start_daemon: Callable[..., DaemonRun], raw_window: RawWindow) -> None:
    """One for each display; the first is not disturbed."""
    daemon = start_daemon()
    second = daemon.run_windictator("start", *TEXT_RECOGNIZER)
    assert second.returncode == 1 and second.stderr.count("\n") == 1
    assert str(daemon.process.pid) in second.stderr
    assert daemon.request("say", text="hello")["text"] == "Hello"


def test_two_starts_at_once_make_one_daemon(user_environment: Mapping[str, str], raw_window: RawWindow) -> None:
    """The first one runs; the other says so."""
    starts = [
        subprocess.Popen(
            [sys.executable, "-m", "windictator", "start", *TEXT_RECOGNIZER],
            env=user_environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    errors = [start.communicate(timeout=60)[1] for start in starts]
    try:
        assert sorted(start.returncode for start in starts) == [0, 1, 1], errors
    finally:
        run_windictator(user_environment, "stop")
    assert sum("already runs" in error for error in errors) == 2


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended stays in the list until its parent takes note."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_start_in_the_background_returns_when_it_can_dictate(
    user_environment: Mapping[str, str], raw_window: RawWindow, xserver: XServer
) -> None:
    """And stop when it has ended; nothing dictated is in its log or anywhere else."""
    started = run_windictator(user_environment, "start", *TEXT_RECOGNIZER, "--log-level", "debug")
    assert started.returncode == 0, started.stderr
    try:
        assert run_windictator(user_environment, "say", "hello secret world").returncode == 0
        status = json.loads(run_windictator(user_environment, "status", "--json").stdout)
        assert status["state"] == "listening" and status["utterances"] == 1
    finally:
        stopped = run_windictator(user_environment, "stop")
    assert stopped.returncode == 0, stopped.stderr
    assert not is_alive(status["pid"])
    assert raw_window.text() == "Hello secret world"
    log = Path(user_environment["HOME"], ".local/state/windictator/daemon.log")
    assert "ready in" in log.read_text() and log.stat().st_mode & 0o777 == 0o600
    for file in Path(user_environment["HOME"]).rglob("*"):
        assert not file.is_file() or b"secret" not in file.read_bytes(), file
    again = run_windictator(user_environment, "stop")
    assert again.returncode == 1 and again.stderr.count("\n") == 1


def test_a_daemon_that_cannot_start_says_why(user_environment: Mapping[str, str], xserver: XServer) -> None:
    """No display, no model: one line and the exit status, from the background too."""
    no_model = run_windictator(user_environment, "start", "--audio", "/nonexistent.wav")
    assert no_model.returncode != 0 and no_model.stderr.count("\n") == 1 and "model" in no_model.stderr
    no_display = run_windictator(user_environment, "start", *TEXT_RECOGNIZER, "--display", ":9999")
    assert no_display.returncode == 1 and ":9999" in no_display.stderr and no_display.stderr.count("\n") == 1


def test_a_lock_and_a_socket_of_a_crash_are_taken_over(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow
) -> None:
    """SIGKILL leaves both; the next start works."""
    daemon = start_daemon()
    daemon.process.kill()
    daemon.wait()
    assert daemon.socket_path.exists()
    assert start_daemon().request("say", text="hello")["text"] == "Hello"


def test_restart_takes_the_place_of_a_running_daemon(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow
) -> None:
    """With new options."""
    daemon = start_daemon()
    restarted = daemon.run_windictator("restart", *TEXT_RECOGNIZER, "--paused")
    assert restarted.returncode == 0, restarted.stderr
    assert daemon.wait() == 0
    try:
        status = json.loads(daemon.run_windictator("status", "--json").stdout)
        assert status["state"] == "paused" and status["pid"] != daemon.process.pid
    finally:
        assert daemon.run_windictator("stop").returncode == 0


def test_settings_are_read_anew_and_broken_ones_refused(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, settings: Callable[[str], None]
) -> None:
    """By the command and by SIGHUP."""
    settings("[text]\ncapitalise_first = true\n")
    daemon = start_daemon()
    file = Path(daemon.environment["HOME"], ".config/windictator/windictator.toml")
    own = file.parent / "own.toml"
    own.write_text('[words]\n"my name" = "Ada"\n')
    with daemon.connect() as talk:
        assert talk.request("say", text="my name")["text"] == "My name"
        file.write_text(f'[text]\nvocabulary = "{own}"\n')
        assert talk.request("reload")["ok"]
        assert talk.request("say", text="my name")["text"] == " Ada"
        file.write_text("[text]\nvocabulary = 7\n")
        refused = talk.request("reload")
        assert not refused["ok"] and "vocabulary" in refused["error"]
        assert talk.request("say", text="my name")["text"] == " Ada"
        file.write_text("")
        talk.request("follow")
        daemon.process.send_signal(signal.SIGHUP)
        talk.wait_for_event("notice")
        assert talk.request("say", text="my name")["text"] == " my name"


def test_reload_changes_how_text_begins_in_unknown_windows(
    start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, settings: Callable[[str], None]
) -> None:
    """Also in a window that has been typed into and is unknown again."""
    daemon = start_daemon()
    with daemon.connect() as talk:
        assert talk.request("say", text="hello")["text"] == "Hello"
        assert talk.request("say", text="press escape")["keys"]
        settings('[text]\nafter_click = "sentence"\n')
        assert talk.request("reload")["ok"]
        assert talk.request("say", text="hello")["text"] == "Hello"
        settings("")
        assert talk.request("reload")["ok"]
        assert talk.request("say", text="press escape")["keys"]
        assert talk.request("say", text="hello")["text"] == "hello"
