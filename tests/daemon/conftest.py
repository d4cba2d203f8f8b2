"""Daemons as real processes on a real X server."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.speech.sound_server import SoundServer
from tests.x11.conftest import (  # noqa: F401 - fixtures
    _module_xserver,
    openbox,
    profiles,
    raw_window,
    settings,
    start_client,
    tk_text,
    user_environment,
    xserver,
    xterm,
)


@pytest.fixture
def sound_server() -> Iterator[SoundServer]:
    """Sound with a virtual microphone."""
    server = SoundServer().start()
    yield server
    server.stop()


@pytest.fixture
def start_daemon(user_environment: Mapping[str, str]) -> Iterator[Callable[..., DaemonRun]]:  # noqa: F811
    """A function that starts a daemon in the foreground and waits until it is ready; all of them end with the test."""
    with contextlib.ExitStack() as daemons:

        def start(*options: str, **environment: str) -> DaemonRun:
            return daemons.enter_context(DaemonRun({**user_environment, **environment}, *options))

        yield start
