"""A running daemon tells the desktop what it refused and what has failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from Xlib import X

from tests.daemon.daemon_runs import TEXT_RECOGNIZER, ControlConnection, DaemonRun
from tests.daemon.sound import MICROPHONE_OPTIONS, sound_environment
from tests.desktop.notification_service import NotificationService
from tests.desktop.private_bus import PrivateBus
from tests.speech.sound_server import SoundServer
from tests.x11.clients.client import RawWindow
from tests.x11.server import XServer
from tests.x11.user_keyboard import UserKeyboard

pytestmark = pytest.mark.slow


@pytest.fixture
def private_bus(user_environment: Mapping[str, str]) -> Iterator[PrivateBus]:
    """The user's session bus, where systemd has it."""
    with PrivateBus(Path(user_environment["XDG_RUNTIME_DIR"])) as bus:
        yield bus


def undo_refusal(talk: ControlConnection, user: UserKeyboard) -> tuple[str, str]:
    """Dictate, have the user press a key there, and ask for undo; why that is refused, and what to do."""
    talk.request("say", text="hello")
    user.tap("x")
    talk.request("status")
    reply = talk.request("undo")
    reason, remedy = reply["refused"], reply["remedy"]
    assert isinstance(reason, str) and reason and isinstance(remedy, str) and remedy
    assert reply["code"] == "nothing-to-undo"
    return reason, remedy


def daemon_log(daemon: DaemonRun) -> str:
    return Path(daemon.environment["HOME"], ".local/state/windictator/daemon.log").read_text()


def test_a_refused_undo_is_shown_once(
    private_bus: PrivateBus,
    start_daemon: Callable[..., DaemonRun],
    raw_window: RawWindow,
    xserver: XServer,
) -> None:
    """One notification, with the reason that the reply and the event give; the next takes its place. Not what was
    done, and nothing more at the end.
    """
    user = UserKeyboard(xserver)
    with NotificationService(private_bus.address) as service:
        daemon = start_daemon(*TEXT_RECOGNIZER, "--log-level", "info")
        with daemon.connect() as talk:
            talk.request("follow")
            reason, remedy = undo_refusal(talk, user)
            first = service.next_notification()
            assert (first.summary, first.body) == ("Nothing to take back", f"{reason}\n{remedy}")
            assert first.hints["transient"] == ("b", True)
            assert [event["reason"] for event in talk.events if event.get("event") == "refused"] == [reason]
            talk.request("undelivered-type")
            assert service.next_notification().replaces_id == 1
        assert daemon.terminate() == 0
        assert service.notifications() == []
    assert "internal error" not in daemon_log(daemon)


def test_desktop_without_notifications(
    private_bus: PrivateBus,
    start_daemon: Callable[..., DaemonRun],
    raw_window: RawWindow,
    xserver: XServer,
) -> None:
    """Without a bus or a program for them all goes on as ever, with one line in the log and no event; once there is one
    it gets them.
    """
    user = UserKeyboard(xserver)
    daemon = start_daemon(*TEXT_RECOGNIZER, "--log-level", "info")
    with daemon.connect() as talk:
        talk.request("follow")
        private_bus.stop()
        undo_refusal(talk, user)
        undo_refusal(talk, user)
        private_bus.start()
        with NotificationService(private_bus.address) as service:
            reason, remedy = undo_refusal(talk, user)
            assert service.next_notification().body == f"{reason}\n{remedy}"
        assert not [event for event in talk.events if event.get("event") == "error"]
    assert daemon.terminate() == 0
    log = daemon_log(daemon)
    assert log.count("cannot show notifications") == 1
    assert "internal error" not in log
    assert daemon.standard_error() == ""


def test_a_lost_microphone_is_shown(
    private_bus: PrivateBus,
    start_daemon: Callable[..., DaemonRun],
    user_environment: Mapping[str, str],
    sound_server: SoundServer,
    raw_window: RawWindow,
) -> None:
    """The one that dictates need not wonder why nothing is written."""
    with NotificationService(private_bus.address) as service:
        daemon = start_daemon(*MICROPHONE_OPTIONS, **sound_environment(user_environment, sound_server))
        sound_server.kill()
        error = service.next_notification()
        assert (error.summary, error.replaces_id) == ("WinDictator", 0)
        assert "as soon as it is back" in error.body
        with daemon.connect() as talk:
            talk.request("follow")
            if talk.request("status")["microphone"] != "waiting for the sound server":
                talk.wait_for_event("state", microphone="waiting for the sound server")
            assert talk.request("status")["activity"] == "waiting for the sound server"
            shown = daemon.run_windictator("status").stdout.splitlines()
            assert shown[0] == "state              waiting for the sound server"
            bar = daemon.run_windictator("status", "--format", "waybar").stdout
            assert json.loads(bar)["tooltip"] == "waiting for the sound server"
            sound_server.restart()
            talk.wait_for_event("state", microphone="open", activity="listening")
        back = service.next_notification()
        while back.body != "Microphone is back.":
            back = service.next_notification()
        assert back.replaces_id == 1
        assert daemon.terminate() == 0


def test_notification_of_kept_words_is_closed_once_they_are_typed(
    private_bus: PrivateBus, start_daemon: Callable[..., DaemonRun], raw_window: RawWindow, xserver: XServer
) -> None:
    """So is the one of a daemon that is asleep when it wakes up, and that of a wrong file when it is right."""
    user = UserKeyboard(xserver)
    with NotificationService(private_bus.address) as service:
        daemon = start_daemon(*TEXT_RECOGNIZER)
        with daemon.connect() as talk:
            talk.request("say", text="go to sleep")
            talk.request("say", text="hello")
            asleep = service.next_notification()
            assert "Asleep" in asleep.body
            talk.request("say", text="wake up")
            assert service.next_closed() == 1
            user.press("Control_L")
            talk.request("say", text="kept words")
            kept = service.next_notification()
            assert kept.replaces_id == 0
            user.release("Control_L")
            talk.request("undelivered-type")
            assert service.next_closed() == 2
            daemon.settings_file.write_text("[nonsense]\n")
            assert "nonsense" in service.next_notification().body
            daemon.settings_file.write_text("")
            assert service.next_closed() == 3


def test_settings_decide_what_is_shown(
    private_bus: PrivateBus,
    start_daemon: Callable[..., DaemonRun],
    settings: Callable[[str], None],
    raw_window: RawWindow,
    xserver: XServer,
) -> None:
    """Refusals can be left out; errors are still shown, also one from the start."""
    settings('[notifications]\nrefusals = false\ntimeout_ms = 700\n[hotkeys]\ntoggle = "F8"\n')
    keycode, root = xserver.keycode("F8"), xserver.display.screen().root
    root.grab_key(keycode, 0, True, X.GrabModeAsync, X.GrabModeAsync)
    xserver.display.sync()
    try:
        with NotificationService(private_bus.address) as service:
            daemon = start_daemon()
            error = service.next_notification()
            assert "hotkeys.toggle" in error.body
            assert error.expire_timeout == 700
            with daemon.connect() as talk:
                undo_refusal(talk, UserKeyboard(xserver))
            assert daemon.terminate() == 0
            assert service.notifications() == []
    finally:
        root.ungrab_key(keycode, 0)
        xserver.display.sync()
