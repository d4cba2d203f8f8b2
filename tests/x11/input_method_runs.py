"""Real input methods between an X server of the tests' own and the applications on it: IBus and Fcitx 5."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from Xlib import X, Xatom

from tests.desktop.private_bus import PrivateBus
from tests.waiting import wait_until
from tests.x11.clients.client import Client
from tests.x11.server import XServer

TIMEOUT = 30.0
"""Seconds for what takes two on a quiet machine."""

Environment = Mapping[str, str]
C = TypeVar("C", bound=Client)


@contextlib.contextmanager
def ibus(server: XServer, folder: Path) -> Iterator[dict[str, str]]:
    """IBus with its XIM server, from when that serves clients; the variables of those who use it. The engine in use is
    that of a plain keyboard.
    """
    names = {"XMODIFIERS": "@im=ibus", "GTK_IM_MODULE": "ibus", "QT_IM_MODULE": "ibus"}
    command = ["ibus-daemon", "--xim", "--panel", "disable", "--config", "disable"]
    with _running(server, folder, "ibus", names, command) as environment:
        wait_until(
            lambda: _run(environment, "ibus", "engine", "xkb:us::eng"),
            what="IBus has an engine",
            timeout_s=TIMEOUT,
            poll_s=0.05,
        )
        yield environment


@contextlib.contextmanager
def fcitx(server: XServer, folder: Path, engines: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """Run Fcitx 5 with a plain keyboard and ``engines``."""
    names = {"XMODIFIERS": "@im=fcitx", "GTK_IM_MODULE": "fcitx", "QT_IM_MODULE": "fcitx"}
    everything = ["keyboard-us", *engines]
    items = [f"[Groups/0/Items/{number}]\nName={name}\nLayout=\n" for number, name in enumerate(everything)]
    group = f"[Groups/0]\nName=Default\nDefault Layout=us\nDefaultIM={everything[-1]}\n"
    profile = folder / "config/fcitx5/profile"
    profile.parent.mkdir(parents=True)
    profile.write_text("\n".join([group, *items, "[GroupOrder]\n0=Default\n"]))
    with _running(server, folder, "fcitx", names, ["fcitx5", "--disable=wayland"]) as environment:
        yield environment


def fcitx_engine(environment: Environment) -> str:
    """The engine that is in use in the focused window."""
    return _run(environment, "fcitx5-remote", "-n")


def turn_on(environment: Environment, engine: str) -> None:
    """Use an engine of Fcitx in the focused window, and wait until it is in use."""

    def is_on() -> bool:
        _run(environment, "fcitx5-remote", "-o")
        return fcitx_engine(environment) == engine

    wait_until(is_on, what=f"{engine} is on", timeout_s=TIMEOUT, poll_s=0.05)


def served(kind: type[C], environment: Environment) -> type[C]:
    """The same kind of client, with further variables in its environment."""

    def with_more(self: C) -> dict[str, str]:
        return kind._environment(self) | dict(environment)

    return type(kind.__name__, (kind,), {"_environment": with_more})


@contextlib.contextmanager
def _running(
    server: XServer, folder: Path, name: str, names: Environment, command: list[str]
) -> Iterator[dict[str, str]]:
    environment = {key: value for key, value in server.environment().items() if not key.startswith(("XDG_", "DBUS_"))}
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    with PrivateBus(folder) as bus:
        places = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "XDG_RUNTIME_DIR": str(runtime)}
        used = {**places, **names, "DBUS_SESSION_BUS_ADDRESS": bus.address, "NO_AT_BRIDGE": "1"}
        environment |= used
        daemon = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_until(lambda: _serves(server, name), what=f"{name} serves X clients", timeout_s=TIMEOUT, poll_s=0.05)
            yield environment
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()


def _serves(server: XServer, name: str) -> bool:
    display = server.display
    servers = display.screen().root.get_full_property(display.intern_atom("XIM_SERVERS"), Xatom.ATOM)
    return any(
        display.get_atom_name(atom) == f"@server={name}" and display.get_selection_owner(atom) != X.NONE
        for atom in (servers.value if servers else ())
    )


def _run(environment: Environment, *command: str) -> str:
    """What it prints; "" where it fails."""
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, timeout=TIMEOUT)
    return (done.stdout.strip() or "done") if done.returncode == 0 else ""
