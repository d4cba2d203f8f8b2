"""The X server is killed under a daemon, and comes back or not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from Xlib.display import Display

from tests.daemon.daemon_runs import TIMEOUT_S, DaemonRun
from tests.x11.clients.client import RawWindow
from tests.x11.server import XServer

pytestmark = pytest.mark.slow


class RestartableServer(XServer):
    """An X server that can be killed, and started again under the same name and with the same cookie."""

    def __init__(self) -> None:
        super().__init__()
        self._second: subprocess.Popen[bytes] | None = None

    def kill(self) -> None:
        self.display.close()
        process = self.virtual_display.process
        process.kill()
        process.wait(TIMEOUT_S)

    def restart(self) -> None:
        number = self.name[1:]
        for rest in (Path(f"/tmp/.X{number}-lock"), Path(f"/tmp/.X11-unix/X{number}")):
            rest.unlink(missing_ok=True)
        reading, writing = os.pipe()
        authority = str(self.virtual_display.authority)
        self._second = subprocess.Popen(
            ["Xvfb", self.name, "-auth", authority, "-noreset", "-displayfd", str(writing)],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            assert told.readline().strip() == number
        with self.virtual_display.in_this_process():
            self.display = Display()
        self._layout = ("", "", "")
        self.reset()

    def stop(self) -> None:
        if self._second is not None:
            self._second.kill()
            self._second.wait(TIMEOUT_S)
        super().stop()


@pytest.fixture
def mortal() -> Iterator[RestartableServer]:
    server = RestartableServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def its_user(user_environment: Mapping[str, str], mortal: RestartableServer) -> dict[str, str]:
    """The environment of a user of the mortal server."""
    ours = mortal.environment()
    return {**user_environment, "DISPLAY": ours["DISPLAY"], "XAUTHORITY": ours["XAUTHORITY"]}


def test_a_daemon_waits_for_its_display_and_loses_no_words(
    start_daemon: Callable[..., DaemonRun], mortal: RestartableServer, its_user: dict[str, str]
) -> None:
    """It says so, holds what is said meanwhile, and goes on when the display is back; without a spin or a traceback."""
    window = RawWindow(mortal).start()
    daemon = start_daemon(**its_user)
    with daemon.connect() as talk:
        talk.request("follow")
        assert talk.request("say", text="before")["text"] == "Before"
        mortal.kill()
        window.stop()
        assert "gone" in talk.wait_for_event("error")["message"]
        assert talk.request("status")["display_connected"] is False
        before = _cpu_seconds(daemon)
        assert talk.request("say", text="meanwhile")["stopped"] in ("CONNECTION_LOST", "NO_FOCUS", None)
        assert talk.request("status")["undelivered"] == 1
        mortal.restart()
        assert "back" in talk.wait_for_event("notice")["message"]
        assert _cpu_seconds(daemon) - before < 1.0
        window = RawWindow(mortal).start()
        try:
            assert talk.request("undelivered-type")["text"] == "Meanwhile"
            assert talk.request("say", text="after")["text"] == " after"
            assert window.text() == "Meanwhile after"
        finally:
            window.stop()
    assert daemon.terminate() == 0
    assert "Traceback" not in daemon.standard_error()


def test_a_daemon_ends_with_its_display_if_the_settings_say_so(
    start_daemon: Callable[..., DaemonRun],
    mortal: RestartableServer,
    its_user: dict[str, str],
    settings: Callable[[str], None],
) -> None:
    """One line, status 1, nothing left behind."""
    settings('[daemon]\ndisplay_lost = "exit"\n')
    daemon = start_daemon(**its_user)
    mortal.kill()
    assert daemon.wait() == 1
    assert daemon.standard_error().splitlines()[-1] == "windictator: the connection to the X server was lost"
    assert list(Path(daemon.environment["XDG_RUNTIME_DIR"], "windictator").iterdir()) == []


def _cpu_seconds(daemon: DaemonRun) -> float:
    fields = Path(f"/proc/{daemon.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
