"""What ``windictator doctor`` looks at. Each check imports what it needs, and nothing before that."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from windictator.cli.invocation import Invocation
from windictator.errors import WinDictatorError

DEVICE_TIMEOUT = 10.0
"""Seconds for asking the sound system for its microphones."""


class Check(NamedTuple):
    """``status``: "ok", "warn" (it works, but) or "fail". ``remedy``: what to do, "" where nothing is to be done."""

    name: str
    status: str
    detail: str
    remedy: str = ""


def run_checks(invocation: Invocation, display: str | None) -> Iterator[Check]:
    """Every check, in the order in which things are needed; one that breaks is itself a failed check."""
    groups: tuple[tuple[str, Callable[[], Iterable[Check]]], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("settings", lambda: _settings(invocation)),
        ("vocabulary", lambda: _vocabulary(invocation)),
        ("model", lambda: _model(invocation)),
        ("sound server", _sound_server),
        ("microphone", lambda: _microphone(invocation)),
        ("session", _session),
        ("display", lambda: _display(display)),
    )
    for name, group in groups:
        try:
            yield from group()
        except WinDictatorError as error:
            yield Check(name, "fail", str(error))
        except Exception as error:
            yield Check(name, "fail", f"the check itself failed: {type(error).__name__}: {error}")


def _python() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("python", "ok", f"Python {version}, {sys.executable}")


def _packages() -> Iterator[Check]:
    from importlib import metadata

    found, wrong = [], []
    for name, least in _requirements():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        found.append(f"{name} {version}")
        if _numbers(version) < _numbers(least):
            wrong.append(f"{name} {version} is older than {least}")
    if wrong:
        remedy = "Install WinDictator again with pip into this environment, or run scripts/dictate in a checkout."
        yield Check("packages", "fail", "; ".join(wrong), remedy)
    else:
        yield Check("packages", "ok", ", ".join(found))


def _requirements() -> list[tuple[str, str]]:
    """Names and least versions ("": any) of the packages that WinDictator needs, without those of its extras."""
    from importlib import metadata

    try:
        lines = metadata.requires("windictator") or []
    except metadata.PackageNotFoundError:  # run from a checkout
        import tomllib

        import windictator

        project = Path(windictator.__file__).parent.parent / "pyproject.toml"
        lines = tomllib.loads(project.read_text("utf-8"))["project"]["dependencies"]
    pattern = re.compile(r"([\w.-]+)\s*(?:>=\s*([\d.]+))?")
    needed = [line for line in lines if "extra ==" not in line]
    return [(match[1], match[2] or "") for line in needed if (match := pattern.match(line))]


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _settings(invocation: Invocation) -> Iterator[Check]:
    path = invocation.settings_path()
    try:
        invocation.settings()
    except WinDictatorError as error:
        yield Check("settings", "fail", str(error), "Correct that line; windictator config check reads it again.")
        return
    yield Check("settings", "ok", str(path) if path.exists() else f"no file {path}: every setting has its default")


def _vocabulary(invocation: Invocation) -> Iterator[Check]:
    from windictator.settings import Settings, SettingsError, read_config, vocabulary_path
    from windictator.text.vocabulary import parse_vocabulary

    try:
        settings = invocation.settings()
    except SettingsError:  # reported by the check of the settings
        settings = Settings()
    path = vocabulary_path(settings)
    parse_vocabulary(read_config(path), str(path))
    yield Check("vocabulary", "ok", str(path))


def _model(invocation: Invocation) -> Iterator[Check]:
    raise NotImplementedError


def _sound_server() -> Iterator[Check]:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    sockets = {"PipeWire": Path(runtime, "pipewire-0"), "PulseAudio": Path(runtime, "pulse", "native")}
    named = os.environ.get("PULSE_SERVER", "")
    if named.startswith(("unix:", "/")):
        sockets["PulseAudio"] = Path(named.removeprefix("unix:"))
    answering = [f"{name} at {path}" for name, path in sockets.items() if _answers(path)]
    if answering:
        yield Check("sound server", "ok", ", ".join(answering))
    elif named and "PulseAudio" in sockets and not named.startswith(("unix:", "/")):
        yield Check("sound server", "ok", f"PULSE_SERVER={named} (not tried)")
    else:
        remedy = "Only needed for a microphone: log in to a desktop session, or start pipewire or pulseaudio."
        yield Check("sound server", "warn", "neither PipeWire nor PulseAudio answers; ALSA alone is used", remedy)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
        except (OSError, ValueError):  # ValueError: a NUL in the name
            return False
    return True


_LIST_MICROPHONES = """
import json, sounddevice
default = sounddevice.default.device[0]
print(json.dumps([[device["name"], index == default]
                  for index, device in enumerate(sounddevice.query_devices()) if device["max_input_channels"]]))
"""


def _microphone(invocation: Invocation) -> Iterator[Check]:
    import json

    # In a child: PortAudio writes to standard error as it pleases, and a broken sound system can hang or crash it.
    command = [sys.executable, "-c", _LIST_MICROPHONES]
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=DEVICE_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        remedy = "Restart the sound server, or unplug the device that hangs."
        yield Check("microphone", "fail", f"the sound system has not answered for {DEVICE_TIMEOUT:g} seconds", remedy)
        return
    if child.returncode:
        reason = (child.stderr.strip().splitlines() or ["it crashed"])[-1]
        remedy = "Install PortAudio: apt-get install libportaudio2 libasound2-plugins."
        yield Check("microphone", "fail", f"microphones cannot be listed: {reason}", remedy)
        return
    microphones = json.loads(child.stdout)
    if not microphones:
        remedy = "Plug one in, or dictate from a recording: windictator dictate --audio FILE.wav."
        yield Check("microphone", "warn", "no microphone found", remedy)
        return
    names = ", ".join(name + (" (default)" if default else "") for name, default in microphones)
    wanted = _wanted_device(invocation)
    if wanted and not any(wanted.casefold() in name.casefold() for name, _ in microphones):
        yield Check("microphone", "fail", f"none is called {wanted!r}; found: {names}", "Change audio.device.")
    else:
        yield Check("microphone", "ok", names)


def _wanted_device(invocation: Invocation) -> str:
    try:
        return invocation.settings().audio.device
    except WinDictatorError:
        return ""


def _session() -> Iterator[Check]:
    if os.environ.get("XDG_SESSION_TYPE") == "wayland" or os.environ.get("WAYLAND_DISPLAY"):
        remedy = "Choose an Xorg (X11) session when you log in, to dictate into every window."
        detail = "a Wayland session: only programs that run under XWayland can be typed into"
        yield Check("session", "warn", detail, remedy)


def _display(name: str | None) -> Iterator[Check]:
    if not name and not os.environ.get("DISPLAY"):
        remedy = "Run this inside a graphical session, or give --display. windictator demo needs none."
        yield Check("display", "fail", "no X display: DISPLAY is not set", remedy)
        return
    from windictator.x11.diagnosis import diagnose

    yield from (Check(*row) for row in diagnose(name))
