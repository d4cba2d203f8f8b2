"""Files of the user that change while a daemon runs are used at once, without a request."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.desktop.notification_service import NotificationService
from tests.desktop.private_bus import PrivateBus
from tests.x11.clients.client import RawWindow

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(user_environment: Mapping[str, str]) -> Path:
    """The user's folder of settings."""
    return Path(user_environment["HOME"], ".config", "windictator")


def test_words_commands_and_settings_are_used_at_once(
    folder: Path, start_daemon: Callable[..., DaemonRun], raw_window: RawWindow
) -> None:
    """The folder appears while the daemon runs; then each file does."""
    shutil.rmtree(folder)
    daemon = start_daemon()
    with daemon.connect() as talk:
        talk.request("follow")
        folder.mkdir()
        (folder / "words.toml").write_text('[words]\nmiller = "Müller"\n')
        talk.wait_for_event("notice", message="settings reloaded")
        assert talk.request("say", text="miller")["text"] == "Müller"
        (folder / "user-commands.toml").write_text('[[command]]\nspoken = ["sign it"]\ndo = [{ text = "Yours" }]\n')
        talk.wait_for_event("notice", message="settings reloaded")
        assert talk.request("say", text="sign it")["text"].strip() == "Yours"
        (folder / "windictator.toml").write_text('[symbols]\nnever = ["period"]\n')
        talk.wait_for_event("notice", message="settings reloaded")
        assert talk.request("say", text="one period")["text"].strip() == "one period"


def test_wrong_file_keeps_the_old_and_is_reported_once(
    user_environment: Mapping[str, str],
    folder: Path,
    start_daemon: Callable[..., DaemonRun],
    raw_window: RawWindow,
) -> None:
    """Event, notification and status name the file and the line, until the file is right again."""
    words = folder / "words.toml"
    words.write_text('[words]\nmiller = "Müller"\n')
    with (
        PrivateBus(Path(user_environment["XDG_RUNTIME_DIR"])) as bus,
        NotificationService(bus.address) as service,
    ):
        daemon = start_daemon()
        with daemon.connect() as talk:
            talk.request("follow")
            words.write_text('# mine\nmiller = = "Müller"\n')
            error = talk.wait_for_event("error", topic="settings")
            assert error["message"].startswith(f"{words}:2: ") and "\n" not in error["message"]
            assert service.next_notification().body.startswith(f"{words}:2: ")
            assert talk.request("status")["settings_error"].startswith(f"{words}:2: ")
            assert f"{words}:2: " in daemon.run_windictator("status").stdout
            assert talk.request("say", text="miller")["text"] == "Müller"
            words.write_text('# mine, too\nmiller = = "Müller"\n')
            talk.wait_for_event("state", settings_error=error["message"].partition("; what")[0])
            words.write_text('[words]\nmiller = "Muller"\n')
            talk.wait_for_event("notice", message="settings reloaded")
            assert talk.request("say", text="miller")["text"].strip() == "Muller"
            assert talk.request("status")["settings_error"] == ""
            assert len([event for event in talk.events if event.get("event") == "error"]) == 1
