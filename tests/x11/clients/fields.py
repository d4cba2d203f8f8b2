"""Applications that take less than is typed, or add something: fields of toolkits and a browser, and editors."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.waiting import wait_until
from tests.x11.clients.client import PROGRAMS, TIMEOUT, AskedByKey, ChromiumPage, _python_with
from tests.x11.server import XServer


class GtkEntry(AskedByKey):
    """A GTK 3 entry with a greatest length of 20; "0123456789abc " is the user's."""

    def command(self, socket_path: str) -> list[str]:
        return [_python_with("gi", "python3-gi gir1.2-gtk-3.0"), str(PROGRAMS / "gtk_entry.py"), socket_path]

    def text(self) -> str:
        return self.received()


class QtDigits(AskedByKey):
    """A Qt 5 field for digits; "0123456789" is the user's."""

    def command(self, socket_path: str) -> list[str]:
        return [_python_with("PyQt5.QtWidgets", "python3-pyqt5"), str(PROGRAMS / "qt_digits.py"), socket_path]

    def text(self) -> str:
        return self.received()


class ChromiumFields(ChromiumPage):
    """A page with an input with a greatest length of 20, in which the caret is, and with rich text."""

    def command(self, socket_path: str) -> list[str]:
        return [sys.executable, str(PROGRAMS / "chromium_fields.py"), socket_path]

    def texts(self) -> list[str]:
        """Return the texts of both."""
        texts: list[str] = json.loads(self.received())
        return texts

    def go_to_rich_text(self) -> None:
        self.server.tap("F8")


class Editor:
    """An editor as it is installed, with an empty file. Used as a context manager.

    ``program``: with its options. ``wm_class``: of its window.
    """

    def __init__(self, server: XServer, program: list[str], wm_class: str) -> None:
        self._server = server
        self._folder = tempfile.TemporaryDirectory(prefix="editor-")
        self.file = Path(self._folder.name, "list.txt")
        self.file.touch()
        self._program, self._wm_class = program, wm_class

    def __enter__(self) -> Self:
        home = self._folder.name
        environment = self._server.environment()
        environment |= {"HOME": home, "XDG_RUNTIME_DIR": home, "XDG_CONFIG_HOME": home, "NO_AT_BRIDGE": "1"}
        environment |= {"GSETTINGS_BACKEND": "memory", "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
        environment |= {"QT_QPA_PLATFORM": "xcb", "GDK_BACKEND": "x11", "GTK_IM_MODULE": "gtk-im-context-simple"}
        self._process = subprocess.Popen(
            [*self._program, str(self.file)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._server.focus(self._server.find_window(self._wm_class))
            self._wait_until_it_takes_keys()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def save(self) -> str:
        """Have the editor write its file, and return what is in it then."""
        before = self.file.stat().st_mtime_ns
        self._until(lambda: self.file.stat().st_mtime_ns != before, "s")
        return self.file.read_text()

    def _wait_until_it_takes_keys(self) -> None:
        """Windows of some editors can be seen before they take keys: some are typed until they are saved."""
        self._until(lambda: "x" in self.file.read_text(), "x", "s")
        self._until(lambda: not self.file.read_text().strip(), "a", "BackSpace", "s")

    def _until(self, condition: Callable[[], bool], *keys: str) -> None:
        """Press keys, letters but "x" as shortcuts, until ``condition`` holds."""

        def holds() -> bool:
            if condition():
                return True
            for key in keys:
                self._server.tap(key, *(["Control_L"] if key in ("a", "s") else []))
            return False

        wait_until(holds, TIMEOUT, f"{self._program[0]} does what its keys say", poll_s=0.3)
