"""Real X servers and real applications for the tests of the X11 package and of the whole program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.x11.clients.client import COUNTED, Client, RawWindow, TkText, Xterm
from tests.x11.server import XServer

KINDS: tuple[type[Client], ...] = (RawWindow, Xterm, TkText)
"""Every kind of application that exact typing is shown on."""


@pytest.fixture(scope="module")
def _module_xserver() -> Iterator[XServer]:
    server = XServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def xserver(_module_xserver: XServer) -> Iterator[XServer]:
    """An X server in its first state (layout us, no locks, nothing focused); this process's ``$DISPLAY`` names it.

    It may be ended by a test: the next one gets a new one.
    """
    server = _module_xserver
    if not server.alive:
        server.stop()
        server.start()
    server.reset()
    with server.virtual_display.in_this_process():
        yield server


@pytest.fixture
def openbox(xserver: XServer) -> Iterator[XServer]:
    """The X server with a window manager, which puts frames around windows and moves the focus on its own."""
    with xserver.window_manager():
        yield xserver


@pytest.fixture
def start_client(xserver: XServer) -> Iterator[Callable[[type[Client]], Client]]:
    """A function that starts a client of the given kind, focused; all of them end with the test."""
    clients: list[Client] = []

    def start(kind: type[Client]) -> Client:
        client = kind(xserver)
        clients.append(client)
        return client.start()

    yield start
    for client in clients:
        client.stop()


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def client(request: pytest.FixtureRequest, start_client: Callable[[type[Client]], Client]) -> Client:
    """Every kind of client in turn."""
    return start_client(request.param)


@pytest.fixture
def raw_window(start_client: Callable[[type[Client]], Client]) -> RawWindow:
    window = start_client(RawWindow)
    assert isinstance(window, RawWindow)
    return window


@pytest.fixture
def xterm(start_client: Callable[[type[Client]], Client]) -> Client:
    return start_client(Xterm)


@pytest.fixture
def tk_text(start_client: Callable[[type[Client]], Client]) -> Client:
    return start_client(TkText)


@pytest.fixture
def user_environment(xserver: XServer, tmp_path: Path) -> dict[str, str]:
    """The environment of a user on ``xserver`` with empty folders: no settings but for a profile, no models, a runtime
    folder.
    """
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    environment = {
        name: value
        for name, value in xserver.environment().items()
        if not name.startswith(("XDG_", "VOSK_", "WINDICTATOR_", "DBUS_"))
    } | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime)}
    _write_config(environment, "profiles.toml", COUNTED)
    return environment


@pytest.fixture
def settings(user_environment: Mapping[str, str]) -> Callable[[str], None]:
    """Writes the user's settings, in TOML."""
    return lambda toml: _write_config(user_environment, "windictator.toml", toml)


@pytest.fixture
def profiles(user_environment: Mapping[str, str]) -> Callable[[str], None]:
    """Writes the user's profiles of applications, in TOML."""
    return lambda toml: _write_config(user_environment, "profiles.toml", toml)


@pytest.fixture
def line_breaks_typed(profiles: Callable[[str], None]) -> None:
    """The user has allowed dictated line breaks in every window: nothing that is typed in these tests runs."""
    profiles(COUNTED + '[[profile]]\nname = "tests"\nclasses = ["*"]\nline_breaks = "type"\nstyle = "prose"\n')


def _write_config(environment: Mapping[str, str], name: str, toml: str) -> None:
    file = Path(environment["HOME"], ".config", "windictator", name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(toml)
