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
UNKNOWN = "Weirdo"
"""A class of a terminal that is in no profile."""


class Shell:
    """A shell in an xterm, to which ``note`` is a command; ``noted``: what it was told, once it has been.
    ``wm_class``: what the terminal calls itself.
    """

    def __init__(self, server: XServer, folder: Path, wm_class: str = "XTerm") -> None:
        notes = folder / "notes"
        os.mkfifo(notes)
        self._notes = os.open(notes, os.O_RDWR | os.O_NONBLOCK)
        self._unread = b""
        (folder / "shellrc").write_text(f'exec 3>{notes}\nnote() {{ echo "$@" >&3; }}\nnote ready\n')
        self._process = subprocess.Popen(
            ["xterm", "-class", wm_class, "-name", wm_class, "-xrm", "*waitforwm: false", "-e", "sh", "-i"],
            env={**server.environment(), "ENV": str(folder / "shellrc"), "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self.noted() == "ready"
        server.focus(server.find_window(wm_class))

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
    """As it comes out of the box; the key that is asked for by its name is pressed."""
    spoken = "note first new line note second\nnew paragraph\nmore\npress enter\n"
    done = run_windictator("dictate", *LINES, env=user_environment, input=spoken)
    assert shell.noted() == "first note second more"
    assert (done.returncode, done.stderr.count("line breaks are written as spaces in this window")) == (0, 2)


def test_dictated_line_break_runs_a_command_if_allowed(
    shell: Shell, user_environment: Mapping[str, str], profiles: Callable[[str], None]
) -> None:
    """The user has the last word."""
    profiles(ALLOWED)
    done = run_windictator("dictate", *LINES, env=user_environment, input="note first new line note second\nnew line\n")
    assert [shell.noted(), shell.noted()] == ["first", "second"]
    assert (done.returncode, done.stderr.count("line breaks")) == (0, 0)


def test_literal_text_runs_a_command(shell: Shell, user_environment: Mapping[str, str]) -> None:
    """ "type" is for scripts, which mean what they say."""
    assert run_windictator("type", "note given\n", env=user_environment).returncode == 0
    assert shell.noted() == "given"


@pytest.mark.parametrize("live", ["off", "eager"])
def test_commands_are_dictated_into_a_shell(
    shell: Shell, user_environment: Mapping[str, str], tmp_path: Path, live: str
) -> None:
    """What is said is what runs: small words, options, paths, quotes, redirections; corrected and undone before."""
    (tmp_path / "letters").mkdir()
    spoken = [
        *("note hello world", "press enter"),
        *("note dash l a dash dash dry dash run tilde slash letters", "press enter"),
        "cd tilde slash letters and and echo quote two words colon again quote greater than out dot txt",
        "press enter",
        *("note dollar open paren cat out", "dot txt close paren pipe cat", "press enter"),
        *("note ell s", "replace ell s with l s dash l", "press enter"),
        *("note fourth", "scratch that", "note fifth", "press enter"),
    ]
    lines = "".join(f"{line}\n" for line in spoken)
    done = run_windictator("dictate", *LINES, "--live", live, env=user_environment, input=lines)
    assert done.returncode == 0, done.stderr
    assert [shell.noted() for _ in range(4)] == [
        "hello world",
        f"-la --dry-run {tmp_path}/letters",
        "2 words: again",
        "ls -l",
    ]
    assert shell.noted() == "fifth"
    assert (tmp_path / "letters" / "out.txt").read_text() == "2 words: again\n"


def test_prose_goes_to_a_terminal_if_configured(
    shell: Shell, user_environment: Mapping[str, str], profiles: Callable[[str], None]
) -> None:
    """Who writes mail there says so, by either of two names."""
    profiles('[[profile]]\nname = "mail"\nclasses = ["xterm"]\nstyle = "prose"\n')
    run_windictator("dictate", *LINES, env=user_environment, input="note two dash words\npress enter\n")
    assert run_windictator("type", "\nnote then\n", env=user_environment).returncode == 0
    assert shell.noted() == "then", "there is no command Note"


def test_a_terminal_of_any_class_gets_no_line_breaks(
    xserver: XServer, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """Known by its pseudo-terminal; nothing runs but by the key that is asked for."""
    shell = Shell(xserver, tmp_path, UNKNOWN)
    try:
        spoken = "~note first\nnote first new line note second\npress enter\n"
        done = run_windictator("dictate", *LINES, "--live", "eager", env=user_environment, input=spoken)
        assert run_windictator("type", "note then\n", env=user_environment).returncode == 0
        assert shell.noted() == "then", "prose: there is no command Note"
        assert done.stderr.count('spaces in this window (profile "found: has a terminal")') == 1
    finally:
        shell.stop()


def test_a_class_that_names_a_terminal_gets_command_lines(
    xserver: XServer, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """A new terminal need not be in any list."""
    shell = Shell(xserver, tmp_path, "NewTerminal")
    try:
        spoken = "note first new line dash l\npress enter\n"
        done = run_windictator("dictate", *LINES, env=user_environment, input=spoken)
        assert (done.returncode, shell.noted()) == (0, "first -l")
    finally:
        shell.stop()


@pytest.mark.parametrize("kind", ["DESKTOP", "DOCK"])
def test_a_desktop_or_a_panel_takes_no_text(
    raw_window: RawWindow, user_environment: Mapping[str, str], kind: str
) -> None:
    """Whatever its class is; said with what to do, and keys that are asked for are pressed."""
    display = raw_window.server.display
    window = display.create_resource_object("window", raw_window.window)
    window.set_wm_class("weirdo", UNKNOWN)
    types = [display.intern_atom(f"_NET_WM_WINDOW_TYPE_{each}") for each in ("WEIRD", kind)]
    window.change_property(display.intern_atom("_NET_WM_WINDOW_TYPE"), display.intern_atom("ATOM"), 32, types)
    display.sync()
    with DictateRun(user_environment, *LINES, "--live", "eager") as run:
        run.say("~hello", "~hello world", "hello world", "press alpha")
        ended = run.end()
    assert raw_window.received() == "a"
    assert [event["reason"] for event in run.told("refused")] == [
        'This window takes no text (profile "found: a desktop or a panel").'
    ]
    assert ended.status == 1


def test_the_root_window_takes_no_text(raw_window: RawWindow, user_environment: Mapping[str, str]) -> None:
    """Some window managers leave the focus there; nothing that is typed arrives anywhere."""
    root = raw_window.server.display.screen().root
    raw_window.server.display.set_input_focus(root, X.RevertToNone, X.CurrentTime)
    raw_window.server.display.sync()
    done = run_windictator("type", "hello", env=user_environment)
    assert "no window has the keyboard focus" in done.stderr and done.returncode != 0
    done = run_windictator("dictate", *LINES, env=user_environment, input="hello\n")
    assert "No window has the keyboard focus" in done.stderr and done.returncode != 0


@pytest.fixture
def vault(raw_window: RawWindow) -> RawWindow:
    """A window that says it is a manager of passwords'."""
    window = raw_window.server.display.create_resource_object("window", raw_window.window)
    window.set_wm_class("keepassxc", "KeePassXC")
    raw_window.server.display.sync()
    return raw_window


def test_password_manager_gets_no_dictation(vault: RawWindow, user_environment: Mapping[str, str]) -> None:
    """Refused with a reason that names the profile; neither typed nor shown."""
    with DictateRun(user_environment, *LINES, "--live", "eager") as run:
        run.say("~open", "~open sesame", "open sesame", "press alpha")
        ended = run.end()
    assert vault.received() == ""
    assert [event["reason"] for event in run.told("refused")] == [
        'Dictation is off in this window (profile "password managers").'
    ] * 2
    assert "sesame" not in str(run.events) + ended.errors
    assert ended.status == 1
    assert run_windictator("type", "given", env=user_environment).returncode == 0
    assert vault.received() == "given"


def test_a_title_decides_when_an_utterance_begins(
    raw_window: RawWindow, user_environment: Mapping[str, str], profiles: Callable[[str], None]
) -> None:
    """Windows keep their class, and what they show changes; toolkits focus a window inside of the one that has them."""
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


def test_keys_are_held_as_a_profile_says(
    raw_window: RawWindow,
    user_environment: Mapping[str, str],
    settings: Callable[[str], None],
    profiles: Callable[[str], None],
) -> None:
    """A program that misses short presses gets long ones, whatever the setting is; no other does."""
    settings("[typing]\nkey_press_ms = 1\n")

    def typed_in(title: str) -> float:
        profiles(f'[[profile]]\nname = "slow"\nclasses = ["*"]\ntitles = ["{title}"]\nkey_press_ms = 60\n')
        done = run_windictator("type", "--json", "0123456789", env=user_environment)
        return float(json.loads(done.stdout)["seconds"])

    window = raw_window.server.display.create_resource_object("window", raw_window.window)
    window.set_wm_name("Game")
    raw_window.server.display.sync()
    assert typed_in("game") > 10 * 0.06 > typed_in("other")
    assert raw_window.text() == 2 * "0123456789"
