"""Profiles of applications with real windows: a terminal in which a shell runs, and a manager of passwords."""

from __future__ import annotations

import json
import os
import select
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from Xlib import X

from tests.program import run_windictator
from tests.x11.clients.client import RawWindow
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.server import XServer
from tests.x11.type_runs import TIMEOUT

pytestmark = pytest.mark.slow

ALLOWED = '[[profile]]\nname = "mine"\nclasses = ["xterm"]\nline_breaks = "type"\n'


class Shell:
    """A shell in an xterm, to which ``Note`` is a command; ``noted``: what it was told, once it has been."""

    def __init__(self, server: XServer, folder: Path) -> None:
        notes = folder / "notes"
        os.mkfifo(notes)
        self._notes = os.open(notes, os.O_RDWR | os.O_NONBLOCK)
        self._unread = b""
        (folder / "shellrc").write_text(f'exec 3>{notes}\nNote() {{ echo "$@" >&3; }}\nNote ready\n')
        self._process = subprocess.Popen(
            ["xterm", "-xrm", "*waitforwm: false", "-e", "sh", "-i"],
            env={**server.environment(), "ENV": str(folder / "shellrc"), "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self.noted() == "ready"
        server.focus(server.find_window("XTerm"))

    def noted(self) -> str:
        """The next thing that it was told; waited for."""
        while b"\n" not in self._unread:
            assert select.select([self._notes], [], [], TIMEOUT)[0], "the shell has been told nothing"
            self._unread += os.read(self._notes, 4096)
        line, self._unread = self._unread.split(b"\n", 1)
        return line.decode()

    def stop(self) -> None:
        """End it, and the shell with it."""
        self._process.terminate()
        self._process.wait(TIMEOUT)
        os.close(self._notes)


@pytest.fixture
def shell(xserver: XServer, tmp_path: Path) -> Iterator[Shell]:
    started = Shell(xserver, tmp_path)
    yield started
    started.stop()


def test_a_dictated_line_break_runs_no_command(shell: Shell, user_environment: Mapping[str, str]) -> None:
    # Intent: as it comes out of the box; the key that is asked for by its name is pressed.
    spoken = "note one new line note two\nnew paragraph\nmore\npress enter\n"
    done = run_windictator("dictate", *LINES, env=user_environment, input=spoken)
    assert shell.noted() == "one note two more"
    assert (done.returncode, done.stderr.count("line breaks are written as spaces in this window")) == (0, 2)


def test_a_dictated_line_break_runs_commands_where_that_is_allowed(
    shell: Shell, user_environment: Mapping[str, str], profiles: Callable[[str], None]
) -> None:
    # Intent: the user has the last word.
    profiles(ALLOWED)
    done = run_windictator("dictate", *LINES, env=user_environment, input="note one new line note two\nnew line\n")
    assert [shell.noted(), shell.noted()] == ["one", "two"]
    assert (done.returncode, done.stderr.count("line breaks")) == (0, 0)


def test_text_that_is_given_runs_what_it_says(shell: Shell, user_environment: Mapping[str, str]) -> None:
    # Intent: "type" is for scripts, which mean what they say.
    assert run_windictator("type", "Note given\n", env=user_environment).returncode == 0
    assert shell.noted() == "given"


@pytest.fixture
def vault(raw_window: RawWindow) -> RawWindow:
    """A window that says it is a manager of passwords'."""
    window = raw_window.server.display.create_resource_object("window", raw_window.window)
    window.set_wm_class("keepassxc", "KeePassXC")
    raw_window.server.display.sync()
    return raw_window


def test_nothing_that_is_said_goes_to_a_manager_of_passwords(
    vault: RawWindow, user_environment: Mapping[str, str]
) -> None:
    # Intent: refused with a reason that names the profile; neither typed nor shown.
    with DictateRun(user_environment, *LINES, "--live", "eager") as run:
        run.say("~open", "~open sesame", "open sesame", "press alpha")
        ended = run.end()
    assert vault.received() == ""
    assert [event["reason"] for event in run.told("refused")] == [
        'nothing that is said is typed into this window (profile "password managers")'
    ] * 2
    assert "sesame" not in str(run.events) + ended.errors
    assert ended.status == 1
    assert run_windictator("type", "given", env=user_environment).returncode == 0
    assert vault.received() == "given"


def test_a_title_decides_when_an_utterance_begins(
    raw_window: RawWindow, user_environment: Mapping[str, str], profiles: Callable[[str], None]
) -> None:
    # Intent: windows keep their class, and what they show changes; toolkits focus a window inside of the one that has
    # them.
    profiles('[[profile]]\nname = "bank"\nclasses = ["*"]\ntitles = ["*my bank*"]\nenabled = false\n')
    server = raw_window.server
    window = server.display.create_resource_object("window", raw_window.window)
    inner = window.create_window(0, 0, 9, 9, 0, X.CopyFromParent)
    inner.map()
    with DictateRun(user_environment) as run:
        for title, spoken in (("News", "first"), ("My Bänk – My Bank – Browser", "secret"), ("News again", "second")):
            name = server.display.intern_atom("_NET_WM_NAME")
            window.change_property(name, server.display.intern_atom("UTF8_STRING"), 8, title.encode())
            server.display.sync()
            server.focus(inner.id if spoken == "secret" else raw_window.window)
            run.say(spoken)
            run.wait_for("refused" if spoken == "secret" else "typed")
        assert run.end().status == 1
    assert raw_window.text() == "First second"


def test_keys_are_held_where_a_profile_says_so(
    raw_window: RawWindow,
    user_environment: Mapping[str, str],
    settings: Callable[[str], None],
    profiles: Callable[[str], None],
) -> None:
    # Intent: a program that misses short presses gets long ones, whatever the setting is; no other does.
    settings("[typing]\nhold_ms = 1\n")

    def typed_in(title: str) -> float:
        profiles(f'[[profile]]\nname = "slow"\nclasses = ["*"]\ntitles = ["{title}"]\nhold_ms = 60\n')
        done = run_windictator("type", "--json", "0123456789", env=user_environment)
        return float(json.loads(done.stdout)["seconds"])

    window = raw_window.server.display.create_resource_object("window", raw_window.window)
    window.set_wm_name("Game")
    raw_window.server.display.sync()
    assert typed_in("game") > 10 * 0.06 > typed_in("other")
    assert raw_window.text() == 2 * "0123456789"
