"""What every client program of the harness has in common: start, what it received, stop."""

from __future__ import annotations

import abc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import regex

from tests.fake_editor import removed_at_once
from tests.x11.server import XServer

PROGRAMS = Path(__file__).parent / "programs"
LEFT_IN_TERMINAL = "\x1b[D"
"""What the key Left is to a program in a terminal (ECMA-48: CUB)."""
COUNTED = '[[profile]]\nname = "raw"\nclasses = [""]\ntitles = ["raw window"]\nerase = "counted"\n'
"""The profile of ``RawWindow``, which shows no text, so that nothing can be selected there."""
TIMEOUT = 20.0
"""Seconds for any answer; a loaded machine needs a few at a start."""


class Client(abc.ABC):
    """An application that keeps exactly what it receives and can be asked for it.

    ``server``: where it shows its window. Used between ``start`` and ``stop``.
    """

    def __init__(self, server: XServer) -> None:
        self.server = server
        self.window = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._socket: socket.socket | None = None
        self._unread = b""

    @abc.abstractmethod
    def command(self, socket_path: str) -> list[str]:
        """The program and its arguments; something in it connects to the socket and answers there."""

    def start(self) -> Self:
        """Start it, and wait until its window is mapped, has the keyboard focus and knows it."""
        self._folder = tempfile.TemporaryDirectory(prefix="client-")
        path = str(Path(self._folder.name) / "socket")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path)
            listening.listen()
            listening.settimeout(TIMEOUT)
            self._process = subprocess.Popen(
                self.command(path), env=self._environment(), stdin=subprocess.DEVNULL, start_new_session=True
            )
            self._socket, _ = listening.accept()
        self._socket.settimeout(TIMEOUT)
        self.window = self._find_window(self._answer()["window"])
        self.focus()
        return self

    def focus(self) -> None:
        """Give it the keyboard focus as a user would, and wait until it knows."""
        self.server.focus(self.window)
        # Some toolkits hand the focus on to a window of theirs.
        focused = 0
        while focused != self.server.focused():
            focused = self.server.focused()
            self.received()

    def received(self) -> str:
        """Everything received until now, as it came. All input that the server has already processed counts."""
        self._ask(ask="received")
        return str(self._answer()["received"])

    def text(self) -> str:
        """Current text of the client: what was received, with BackSpace and Return carried out."""
        return text_of(self.received())

    def wait_for_length(self, length: int) -> str:
        """Wait until this many characters have been received, and return all of them."""
        self._ask(ask="received", length=length)
        return str(self._answer()["received"])

    def wait_for_text(self, text: str, received: str) -> str:
        """Wait until this is the current text, and return it; ``received`` has been sent to it. Raises
        AssertionError where it does not come to that.
        """
        self._ask(ask="received", text=text)
        try:
            return str(self._answer()["received"])
        except TimeoutError:
            raise AssertionError(f"{text!r} is wanted, there stands {self.text()!r}") from None

    def clear(self) -> None:
        """Forget everything received until now."""
        self.received()
        self._ask(ask="clear")
        self._answer()

    def pause(self) -> None:
        """Let it take no input until ``carry_on``."""
        os.killpg(self._running().pid, signal.SIGSTOP)

    def carry_on(self) -> None:
        os.killpg(self._running().pid, signal.SIGCONT)

    def stop(self) -> None:
        """End it and everything it started, unless it has been ended."""
        if self._socket is not None:
            self._socket.close()
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if self._folder is not None:
            self._folder.cleanup()

    def _environment(self) -> dict[str, str]:
        """The environment of a user without any settings, whose toolkits look for no desktop."""
        assert self._folder is not None
        environment = {
            name: value for name, value in self.server.environment().items() if not name.startswith(("XDG_", "DBUS_"))
        }
        # Without the second, GTK starts a bus for screen readers.
        return environment | {"HOME": self._folder.name, "XDG_RUNTIME_DIR": self._folder.name, "NO_AT_BRIDGE": "1"}

    def _find_window(self, told: int) -> int:
        """The window to be focused. ``told``: the one that the program has named."""
        return self.server.client_window(told)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the client has not been started"
        return self._process

    def _ask(self, **question: Any) -> None:
        assert self._socket is not None, "the client has not been started"
        self._socket.sendall(json.dumps(question).encode() + b"\n")

    def _answer(self) -> dict[str, Any]:
        assert self._socket is not None, "the client has not been started"
        while b"\n" not in self._unread:
            piece = self._socket.recv(1 << 20)
            assert piece, f"{type(self).__name__} has ended"
            self._unread += piece
        line, self._unread = self._unread.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer


class KeepsKeys(Client):
    """An application that keeps what came by keys, and no text."""

    def wait_for_text(self, text: str, received: str) -> str:
        return text_of(self.wait_for_length(len(received)))


class RawWindow(KeepsKeys):
    """A bare window, its keys decoded by libX11."""

    def command(self, socket_path: str) -> list[str]:
        return [sys.executable, str(PROGRAMS / "raw_window.py"), socket_path]

    def events(self) -> list[dict[str, Any]]:
        """Every key event: press, keycode, state, sent (by XSendEvent); of presses also keysym and text."""
        self._ask(ask="events")
        events: list[dict[str, Any]] = self._answer()["events"]
        return events

    def offer_pings(self, offered: bool) -> None:
        """Have it answer ``_NET_WM_PING``, as most applications do; at first it does not, as xterm does not."""
        self._ask(ask="pings" if offered else "no pings")
        self._answer()


class AskedByKey(Client):
    """An application without a request that proves that it has dealt with all its X events: it is asked by a key,
    whose effect comes after that of all keys before.
    """

    key = "F12"

    def received(self) -> str:
        elsewhere = self.server.focused()
        if self.server.client_window(elsewhere) != self.window:
            self.server.focus(self.window)
        self._prepare_to_ask()
        self.server.tap(self.key)
        answer = self._answer()["received"]
        if elsewhere not in (0, 1) and self.server.client_window(elsewhere) != self.window:
            self.server.focus_again(self.server.client_window(elsewhere))
        return str(answer)

    def _prepare_to_ask(self) -> None:
        """Tell it, or see to it, that the key is going to mean that."""


class Xterm(AskedByKey, KeepsKeys):
    """xterm, and in it a program that keeps the bytes it gets."""

    def command(self, socket_path: str) -> list[str]:
        reader = [sys.executable, str(PROGRAMS / "tty_reader.py"), socket_path]
        # Xt waits up to five seconds for a window manager that has just answered.
        return ["xterm", "-u8", "-xrm", "*waitforwm: false", "-geometry", "100x30+0+0", "-e", *reader]

    def _prepare_to_ask(self) -> None:
        self._ask(ask="received")


class TkText(Client):
    """A Tk text widget; what it received is its current text."""

    def command(self, socket_path: str) -> list[str]:
        return [_python_with("tkinter", "python3-tk"), str(PROGRAMS / "tk_text.py"), socket_path]

    def text(self) -> str:
        return self.received()


class GtkText(AskedByKey):
    """A GTK 3 text view; what it received is its current text."""

    def command(self, socket_path: str) -> list[str]:
        return [_python_with("gi", "python3-gi gir1.2-gtk-3.0"), str(PROGRAMS / "gtk_text.py"), socket_path]

    def text(self) -> str:
        return self.received()


class QtText(AskedByKey):
    """A Qt 5 editor; what it received is its current text."""

    def command(self, socket_path: str) -> list[str]:
        return [_python_with("PyQt5.QtWidgets", "python3-pyqt5"), str(PROGRAMS / "qt_text.py"), socket_path]

    def text(self) -> str:
        return self.received()


class JavaText(Client):
    """A Swing text area; what it received is its current text."""

    def command(self, socket_path: str) -> list[str]:
        return ["java", str(PROGRAMS / "JavaText.java"), socket_path]

    def text(self) -> str:
        return self.received()

    def _find_window(self, told: int) -> int:
        return self.server.client_window(self.server.find_window("FocusProxy"))


class ChromiumPage(AskedByKey):
    """A text area in a page that Chromium shows; what it received is its current text."""

    key = "F9"  # F12 opens Chromium's own tools

    def command(self, socket_path: str) -> list[str]:
        return [sys.executable, str(PROGRAMS / "chromium_page.py"), socket_path]

    def text(self) -> str:
        return self.received()

    def _wait_for_focus(self) -> None:
        """Wait until it knows that it has the focus, where ``received`` does not imply that."""

    def __init__(self, server: XServer) -> None:
        super().__init__(server)
        self._awake = False

    def _prepare_to_ask(self) -> None:
        if not self._awake:
            self._wake()
        self._ask(ask="focused")
        self._answer()

    def _wake(self) -> None:
        """Press the key until one has come, and wait until all have come that will."""
        pressed = came = 0
        last = give_up = time.monotonic()
        while came < pressed or not came:
            assert time.monotonic() < give_up + TIMEOUT, "Chromium takes no keys"
            if not came:
                self.server.tap(self.key)
                pressed += 1
            elif time.monotonic() > last + 0.5:
                break
            time.sleep(0.1)
            self._ask(ask="keys")
            before, came = came, self._answer()["keys"]
            last = time.monotonic() if came != before else last
        self._awake = True

    def _find_window(self, told: int) -> int:
        return self.server.find_window("Chromium")


class ChatPage(ChromiumPage):
    """A page in Chromium with a field that sends on Return; what it received is what was sent, each message with
    ``SENT`` behind it, and then the current text of the field.
    """

    SENT = "\u2500"

    def command(self, socket_path: str) -> list[str]:
        return [*super().command(socket_path), "chat"]

    def become(self, what: str) -> None:
        """Empty it and let it be a "chat" or a "mail", in which Return begins a paragraph."""
        self.received()
        self._ask(ask=what)
        self._answer()


class FirefoxPage(ChromiumPage):
    """The same page in Firefox."""

    def command(self, socket_path: str) -> list[str]:
        return [*super().command(socket_path), "firefox"]

    def _find_window(self, told: int) -> int:
        return self.server.find_window("firefox-esr")


def text_of(received: str) -> str:
    """What an editor makes of the characters received: Return is a newline, BackSpace takes what GTK takes, Left passes
    by what a reader sees as one character (a grapheme cluster).
    """
    characters: list[str] = []
    behind: list[str] = []
    received = received.replace("\r\n", "\n\n").replace("\r", "\n").replace(LEFT_IN_TERMINAL, "\x02")
    for piece in regex.findall(r"[\x02\x08\x7f]|\X", received):
        if piece not in "\x02\x08\x7f":
            characters.append(piece)
        elif characters:
            passed = characters.pop()
            if piece == "\x02":
                behind.append(passed)
            elif left := passed.removesuffix(removed_at_once(passed)):
                characters.append(left)
    return "".join(characters + behind[::-1])


def _python_with(module: str, packages: str) -> str:
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    raise AssertionError(f"no Python with {module} here (Debian and Ubuntu: apt-get install {packages})")
