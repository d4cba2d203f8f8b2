"""``doctor``: every check has a status, a finding and a remedy."""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from Xlib import X
from Xlib.display import Display
from Xlib.ext import xtest

import windictator.x11.diagnosis
from tests.program import run_windictator
from windictator.cli import doctor_checks
from windictator.cli.context import Invocation
from windictator.x11.diagnosis import diagnose
from windictator.x11.virtual_display import VirtualDisplay

pytestmark = pytest.mark.slow


def doctor(environ: dict[str, str], *arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Run ``doctor --json``; its exit status and its checks by name."""
    done = run_windictator("doctor", "--json", *arguments, env=environ)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    found = {check["name"]: check for check in report["checks"]}
    assert len(found) == len(report["checks"]), "names are unique"
    for check in found.values():
        assert check["status"] in ("ok", "warn", "fail")
        assert check["detail"].isprintable()
    assert report["ok"] == all(check["status"] != "fail" for check in found.values())
    assert done.returncode == (0 if report["ok"] else 1)
    return done.returncode, found


def test_doctor_reports_missing_display_and_model(environ: dict[str, str]) -> None:
    """What is missing has a remedy; what is there has a version."""
    status, found = doctor(environ)
    assert status == 1
    assert found["python"]["detail"].startswith("Python " + ".".join(map(str, sys.version_info[:3])))
    assert found["packages"]["status"] == "ok"
    for package in ("vosk", "click", "twisted", "python-xlib"):
        assert re.search(rf"\b{package} \d", found["packages"]["detail"], re.IGNORECASE)
    assert (found["settings"]["status"], found["vocabulary"]["status"]) == ("ok", "ok")
    assert found["model"]["status"] == "fail"
    assert "windictator models install" in found["model"]["detail"] + found["model"]["remedy"]
    assert (found["display"]["status"], found["display"]["detail"]) == (
        "fail",
        "no graphical desktop found: DISPLAY is not set",
    )
    assert "XTEST" not in found


def test_text_output_is_readable(environ: dict[str, str]) -> None:
    """The user reads standard error, or the list of checks."""
    done = run_windictator("doctor", env=environ)
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(r"^ok    python        Python 3", done.stdout, re.MULTILINE)
    assert re.search(
        r"^FAIL  display       no graphical desktop found.*\n {17}-> Run this inside", done.stdout, re.MULTILINE
    )


def test_doctor_runs_with_broken_settings(environ: dict[str, str], tmp_path: Path) -> None:
    """The other checks use the defaults."""
    (tmp_path / "w.toml").write_text("[typing]\nspeed = 1\n")
    done = run_windictator("--config", str(tmp_path / "w.toml"), "doctor", "--json", env=environ)
    assert done.returncode == 1
    found = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert found["settings"]["status"] == "fail"
    assert "typing.speed: unknown setting" in found["settings"]["detail"]
    assert found["vocabulary"]["status"] == "ok"


def test_doctor_checks_each_user_file(environ: dict[str, str], tmp_path: Path) -> None:
    """Each file of the user is a check of its own."""
    folder = tmp_path / ".config/windictator"
    folder.mkdir(parents=True)
    (folder / "words.toml").write_text("[words]\na = 3\n")
    (folder / "user-commands.toml").write_text('[[command]]\nspoken = ["a"]\n')
    (folder / "profiles.toml").write_text('[[profile]]\nname = "a"\n')
    found = json.loads(run_windictator("doctor", "--json", env=environ).stdout)["checks"]
    failed = {check["name"]: check["detail"] for check in found if check["status"] == "fail"}
    for name, key in (("user words", "words.a"), ("user commands", "command 1.do"), ("profiles", "profile 1.classes")):
        assert re.search(rf"\.toml:\d: {re.escape(key)}: ", failed[name])
    assert "vocabulary" not in failed


def test_doctor_verifies_the_model(environ: dict[str, str], tmp_path: Path) -> None:
    """With the text recognizer, a missing model is only a warning."""
    import windictator.speech

    shipped = Path(windictator.speech.__file__).parent / "demonstration" / "vosk-model-tiny-tts-en"
    _, found = doctor(environ | {"VOSK_MODEL_PATH": str(shipped)})
    assert (found["model"]["status"], found["model"]["detail"]) == ("ok", str(shipped))
    usual = tmp_path / ".config/windictator/windictator.toml"
    usual.parent.mkdir(parents=True)
    usual.write_text('[recognizer]\nengine = "text"\n[audio]\nsource = "./sound.wav"\n')
    _, found = doctor(environ)
    assert found["model"]["status"] == "warn"
    assert found["microphone"]["status"] != "fail"


def test_doctor_ignores_a_stale_sound_socket(environ: dict[str, str], tmp_path: Path) -> None:
    """A crashed sound server leaves its socket behind."""
    path = tmp_path / "pipewire-0"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        _, found = doctor(environ | {"XDG_RUNTIME_DIR": str(tmp_path)})
        assert found["sound server"]["detail"] == f"PipeWire at {path}"
    _, found = doctor(environ | {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert found["sound server"]["status"] == "warn"


def test_exception_in_a_check_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other checks still run."""

    def broken() -> Iterator[doctor_checks.Check]:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(doctor_checks, "_sound_server", broken)
    monkeypatch.delenv("DISPLAY", raising=False)
    found = {check.name: check for check in doctor_checks.run_checks(Invocation(), None)}
    assert found["sound server"].status == "fail"
    assert "ZeroDivisionError: by nought" in found["sound server"].detail
    assert found["display"].detail == "no graphical desktop found: DISPLAY is not set"


@pytest.mark.parametrize("variable", [{"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_SESSION_TYPE": "wayland"}])
def test_doctor_warns_of_wayland(environ: dict[str, str], variable: dict[str, str]) -> None:
    """WinDictator cannot type into native Wayland windows."""
    _, found = doctor(environ | variable)
    assert found["session"]["status"] == "warn"


@pytest.fixture
def virtual_display() -> Iterator[VirtualDisplay]:
    """A private X server, which is this process's display."""
    with VirtualDisplay() as display, display.in_this_process():
        yield display


def test_doctor_describes_a_working_display(virtual_display: VirtualDisplay, environ: dict[str, str]) -> None:
    """It prints the server, extensions with versions, layout, keys and focus."""
    environ["XAUTHORITY"] = str(virtual_display.authority)
    _, found = doctor(environ, "--display", virtual_display.name)
    assert re.fullmatch(rf"{virtual_display.name}: .*X\.Org.* \d+\.\d+\.\d+, 1280 x 800", found["display"]["detail"])
    assert found["XTEST"]["detail"] == "version 2.2"
    assert found["RECORD"]["detail"] == "version 1.13"
    assert found["XKEYBOARD"]["detail"] == "version 1.0"
    assert found["layout"]["detail"] == "us; Caps Lock off, Num Lock off"
    assert found["keys"] | {"name": ""} == {"name": "", "status": "ok", "detail": "no key is down", "remedy": ""}
    assert found["focus"]["status"] == "warn"


def test_doctor_reports_locks_group_and_pressed_keys(virtual_display: VirtualDisplay) -> None:
    """Looking changes nothing."""
    import subprocess

    subprocess.run(["setxkbmap", "us,ru", "-variant", "dvorak,"], check=True)
    display = Display()
    caps_lock = display.keysym_to_keycode(0xFFE5)
    for keycode in (caps_lock, 38):
        xtest.fake_input(display, X.KeyPress, keycode)
    xtest.fake_input(display, X.KeyRelease, caps_lock)
    display.sync()
    for _ in range(2):
        found = rows(virtual_display)
        assert found["layout"][2] == "us(dvorak), ru; group 1 is active; Caps Lock on, Num Lock off"
        assert found["keys"][1:3] == ("warn", "held down by a program: a (keycode 38); typing waits for it")
    display.close()


def test_doctor_names_the_focused_window_by_class(virtual_display: VirtualDisplay) -> None:
    """The class may be on a window above; the title may be private."""
    display = Display()
    root = display.screen().root
    window = root.create_window(0, 0, 9, 9, 0, X.CopyFromParent)
    window.set_wm_class("secret", "Editor")
    window.set_wm_name("my diary")
    inner = window.create_window(0, 0, 9, 9, 0, X.CopyFromParent)
    inner.map()
    window.map()
    display.sync()
    virtual_display.focus(inner.id)
    assert rows(virtual_display)["focus"][1:3] == ("ok", f"Editor (window {inner.id:#x})")
    display.set_input_focus(X.NONE, X.RevertToNone, X.CurrentTime)
    display.sync()
    assert rows(virtual_display)["focus"][1:3] == ("warn", "no window has the keyboard focus")
    display.close()


def test_doctor_times_out_on_a_grabbed_server(virtual_display: VirtualDisplay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another client has grabbed the server; the doctor must not hang."""
    monkeypatch.setattr(windictator.x11.diagnosis, "ANSWER_TIMEOUT_S", 0.5)
    display = Display()
    display.grab_server()
    display.sync()
    assert rows(virtual_display)["display"][1] == "fail"
    assert "has not answered" in rows(virtual_display)["display"][2]
    display.ungrab_server()
    display.close()


def test_doctor_fails_without_extensions() -> None:
    """Each missing extension is a failure that names it."""
    with VirtualDisplay(extra_args=["-extension", "XTEST", "-extension", "RECORD"]) as display:
        with display.in_this_process():
            found = rows(display)
        assert found["XTEST"][1:3] == ("fail", "missing: no key can be sent")
        assert found["RECORD"][1:3] == ("fail", "missing: no key can be confirmed")
        assert found["XKEYBOARD"][1] == "ok"


def rows(display: VirtualDisplay) -> dict[str, Any]:
    """The diagnosis by the names of its checks."""
    return {row[0]: row for row in diagnose(display.name)}
