"""Profile of a window that is detected without rules; rules override it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from windictator.dictation.profile import DEFAULT_PROFILE, BackspaceUnitName, Profile
from windictator.typist.window import WindowInfo
from windictator.x11.connection import XConnection
from windictator.x11.process_state import ClientProcess
from windictator.x11.program import ProgramInspector, Toolkit

_BACKSPACE_UNITS: Mapping[Toolkit, BackspaceUnitName] = {
    Toolkit.GECKO: "emoji_parts",
    Toolkit.BLINK: "emoji",
    Toolkit.QT: "code_point_of_grapheme",
    Toolkit.TK: "code_point",
}
_DESKTOP_OR_PANEL = Profile("found: a desktop or a panel", takes_text=False)
#: Ctrl+C would end the program that runs in the terminal.
_HAS_TERMINAL = Profile(
    "found: has a terminal", line_breaks="space", cursor_keys="never", copy="", cut="", kind="terminal"
)
#: Most terminals copy and paste with Shift as well as Ctrl.
_TERMINAL = Profile(
    "found: a terminal",
    line_breaks="space",
    style="command_line",
    cursor_keys="never",
    copy="ctrl+shift+c",
    cut="",
    paste="ctrl+shift+v",
    select_all="",
    kind="terminal",
)
_TERMINAL_NAMES = ("term", "console", "shell", "tty")


class ProfileFinder:
    """Detection of profiles from windows and their programs."""

    def __init__(self, connection: XConnection) -> None:
        self._processes = ClientProcess(connection)
        self._program_inspector = ProgramInspector()

    async def find_profile(self, target: WindowInfo) -> Profile:
        """Return the profile detected for a window, or ``DEFAULT_PROFILE``. Raises ConnectionLostError."""
        if target.is_desktop_or_panel:
            return _DESKTOP_OR_PANEL
        pid = await self._processes.pid(target.window)
        if not pid:
            return DEFAULT_PROFILE
        profile = DEFAULT_PROFILE
        if self._program_inspector.has_terminal(pid):
            names = f"{target.wm_class} {target.instance}".casefold()
            profile = _TERMINAL if any(name in names for name in _TERMINAL_NAMES) else _HAS_TERMINAL
        removes = _BACKSPACE_UNITS.get(self._program_inspector.toolkit(pid))
        return replace(profile, backspace_unit=removes) if removes else profile
