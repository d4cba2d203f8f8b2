"""Checks of ``windictator doctor``; each one imports only what it needs."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from windictator.cli.context import Invocation
from windictator.errors import WinDictatorError

if TYPE_CHECKING:
    from windictator.settings import Settings


class Check(NamedTuple):
    """Result of a check.

    status: "ok", "warn" (works, but may cause trouble) or "fail".
    remedy: what the user can do, "" if nothing.
    """

    name: str
    status: str
    detail: str
    remedy: str = ""


def run_checks(invocation: Invocation, display: str | None, *, repair: bool = False) -> Iterator[Check]:
    """Run every check, in the order in which dictation needs them; an exception is a failed check.

    display: name of the X display, None for ``$DISPLAY``.
    repair: True to restore keyboard state left behind by crashed programs before the display is checked.
    """
    groups: tuple[tuple[str, Callable[[], Iterable[Check]]], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("settings", lambda: _settings(invocation)),
        ("vocabulary", lambda: _vocabulary(invocation)),
        ("user words", lambda: _user_words(invocation)),
        ("user commands", lambda: _user_commands(invocation)),
        ("profiles", lambda: _user_profiles(invocation)),
        ("model", lambda: _model(invocation)),
        ("sound server", _sound_server),
        ("microphone", lambda: _microphone(invocation)),
        ("session", _session),
        *([("repair", lambda: _repair(display))] if repair else []),
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
    for name, minimum in _requirements():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is not installed")
            continue
        found.append(f"{name} {version}")
        if _version_numbers(version) < _version_numbers(minimum):
            wrong.append(f"{name} {version} is older than {minimum}")
    if wrong:
        remedy = "Install WinDictator again with pip into this environment, or run scripts/dictate in a checkout."
        yield Check("packages", "fail", "; ".join(wrong), remedy)
    else:
        yield Check("packages", "ok", ", ".join(found))


def _requirements() -> list[tuple[str, str]]:
    """Return names and minimum versions ("" for any) of the required packages, without those of the extras."""
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


def _version_numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _settings(invocation: Invocation) -> Iterator[Check]:
    path = invocation.settings_path()
    try:
        invocation.settings()
    except WinDictatorError as error:
        yield Check("settings", "fail", str(error), "Correct that line, then run: windictator config check")
        return
    yield Check("settings", "ok", str(path) if path.exists() else f"no file {path}: every setting has its default")


def _settings_or_defaults(invocation: Invocation) -> Settings:
    """Return the settings, or the defaults if they have errors, which ``_settings`` reports."""
    from windictator.settings import Settings, SettingsError

    try:
        return invocation.settings()
    except SettingsError:
        return Settings()


def _vocabulary(invocation: Invocation) -> Iterator[Check]:
    from windictator.settings import commands_path, vocabulary_path
    from windictator.settings.vocabulary import load_base_vocabulary

    settings = _settings_or_defaults(invocation)
    load_base_vocabulary(settings, invocation.notice)
    path = vocabulary_path(settings)
    yield Check("vocabulary", "ok", f"{path}, {commands_path(settings)}" if settings.text.commands else str(path))


def _user_words(invocation: Invocation) -> Iterator[Check]:
    from windictator.settings import user_words_path
    from windictator.settings.vocabulary import load_words

    settings = _settings_or_defaults(invocation)
    if words := load_words(settings, invocation.notice):
        yield Check("user words", "ok", f"{len(words)} in {user_words_path(settings)}")


def _user_commands(invocation: Invocation) -> Iterator[Check]:
    from windictator.cli.user_command_checks import missing_dependencies
    from windictator.settings import user_commands_path
    from windictator.settings.user_commands import load_user_commands

    settings = _settings_or_defaults(invocation)
    if not (commands := load_user_commands(settings, invocation.notice)):
        return
    if missing := list(missing_dependencies(settings, commands)):
        remedy = f"Install it, or correct {user_commands_path(settings)}."
        yield Check("user commands", "warn", "; ".join(missing), remedy)
    else:
        yield Check("user commands", "ok", f"{len(commands)} in {user_commands_path(settings)}")


def _user_profiles(invocation: Invocation) -> Iterator[Check]:
    from windictator.settings import user_profiles_path
    from windictator.settings.profiles import load_user_profiles

    settings = _settings_or_defaults(invocation)
    if profiles := load_user_profiles(settings, invocation.notice):
        yield Check("profiles", "ok", f"{len(profiles)} in {user_profiles_path(settings)}")


def _model(invocation: Invocation) -> Iterator[Check]:
    from windictator.cli.models import model_in_use
    from windictator.speech.model_catalogue import language_mismatch, vocabulary_mismatch
    from windictator.speech.model_folder import verify_model

    settings = _settings_or_defaults(invocation)
    failing = "fail" if settings.recognizer.engine == "vosk" else "warn"
    try:
        path = model_in_use(settings)
    except WinDictatorError as error:
        yield Check("model", failing, str(error))
        return
    if problems := verify_model(path):
        remedy = f"Remove it and install it again: windictator models install {path.name}"
        yield Check("model", failing, f"{path}: {'; '.join(problems)}", remedy)
    else:
        yield Check("model", "ok", str(path))
    recognizer, vocabulary = settings.recognizer, bool(settings.text.vocabulary)
    for problem in (
        language_mismatch(path.name, recognizer.language),
        vocabulary_mismatch(recognizer.language, vocabulary),
    ):
        if problem:
            yield Check("language", "warn", *problem.rsplit("; ", 1))


def _sound_server() -> Iterator[Check]:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    sockets = {"PipeWire": Path(runtime, "pipewire-0"), "PulseAudio": Path(runtime, "pulse", "native")}
    named = os.environ.get("PULSE_SERVER", "")
    if named.startswith(("unix:", "/")):
        sockets["PulseAudio"] = Path(named.removeprefix("unix:"))
    answering = [f"{name} at {path}" for name, path in sockets.items() if _accepts_connection(path)]
    if answering:
        yield Check("sound server", "ok", ", ".join(answering))
    elif named and not named.startswith(("unix:", "/")):
        yield Check("sound server", "ok", f"PULSE_SERVER={named} (not checked)")
    else:
        remedy = "Needed only for a microphone: log in to a desktop session, or start pipewire or pulseaudio."
        yield Check("sound server", "warn", "neither PipeWire nor PulseAudio answers; only ALSA is used", remedy)


def _accepts_connection(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
        except (OSError, ValueError):  # ValueError: the name contains a NUL
            return False
    return True


def _microphone(invocation: Invocation) -> Iterator[Check]:
    from windictator.settings import SettingsError
    from windictator.speech.microphones import query_microphones

    try:
        audio = invocation.settings().audio
        device, needed = audio.device, audio.source == "mic"
    except SettingsError:  # reported by _settings
        device, needed = "", True
    microphones, problem = query_microphones(device or None)
    if problem:
        remedy = "Dictation from a recording works without one: windictator dictate --audio FILE.wav"
        yield Check("microphone", "fail" if needed else "warn", problem, "" if microphones else remedy)
    else:
        names = [microphone.name + (" (default)" if microphone.default else "") for microphone in microphones]
        yield Check("microphone", "ok", ", ".join(names))


def _session() -> Iterator[Check]:
    if os.environ.get("XDG_SESSION_TYPE") == "wayland" or os.environ.get("WAYLAND_DISPLAY"):
        remedy = "To dictate into every window, choose an Xorg (X11) session when you log in."
        detail = "Wayland session: WinDictator can type only into programs that run under XWayland"
        yield Check("session", "warn", detail, remedy)


def _repair(display: str | None) -> Iterator[Check]:
    from windictator.x11.repair import repair

    yield Check("repair", "ok", "; ".join(repair(display)) or "nothing to repair")


def _display(name: str | None) -> Iterator[Check]:
    if not name and not os.environ.get("DISPLAY"):
        remedy = "Run this inside a graphical session, or give --display. windictator demo needs no display."
        yield Check("display", "fail", "no graphical desktop found: DISPLAY is not set", remedy)
        return
    from windictator.x11.diagnosis import diagnose

    yield from (Check(*row) for row in diagnose(name))
