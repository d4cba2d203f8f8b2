"""Characters that some windows cannot receive from any keyboard."""

from __future__ import annotations

from collections.abc import Callable, Collection

from windictator.dictation.profile_rules import ProfileRules
from windictator.keyboard.key_coder import MAX_BMP_CHARACTER, UntypableError
from windictator.typist.window import WindowInfo
from windictator.x11.connection import XConnection
from windictator.x11.process_state import ClientProcess, is_java
from windictator.x11.window_info import WindowInfoReader

#: Beginning of WM_CLASS of Java windows, for programs on other machines, whose processes are invisible.
_JAVA_CLASSES = ("sun-awt-", "jetbrains-", "java-lang-")


class WindowLimits:
    """Check of characters that not every window can receive.

    connection: to look up processes.
    window_info_reader: reads class and title of windows.
    rules: returns the profiles of applications; called when they are needed for the first time.
    """

    def __init__(
        self, connection: XConnection, window_info_reader: WindowInfoReader, rules: Callable[[], ProfileRules]
    ) -> None:
        self._window_info_reader = window_info_reader
        self._processes = ClientProcess(connection)
        self._read_rules = rules
        self._rules: ProfileRules | None = None

    async def check(self, window: int, text: str, mapped: Collection[str]) -> None:
        """Raise UntypableError if ``window`` cannot receive all of ``text``.

        ``mapped``: characters in it that the layout lacks. Raises ConnectionLostError.
        """
        target = await self._window_info_reader.read(window)
        if mapped:
            if self._rules is None:
                self._rules = self._read_rules()
            profile = self._rules.profile(target.wm_class, target.title, target.instance)
            if not profile.remapping:
                in_order = [character for character in text if character in mapped]
                raise UntypableError(
                    in_order,
                    f'this window passes on keys, not characters (profile "{profile.name}"), and the keyboard layout '
                    "has no key for {}; use a layout that has one, on both sides",
                )
        beyond = [character for character in text if character > MAX_BMP_CHARACTER]
        if beyond and (_is_java_window(target) or is_java(await self._processes.pid(window))):
            raise UntypableError(beyond, "Java programs cannot take {} from a keyboard; paste it")


def _is_java_window(window_info: WindowInfo) -> bool:
    return any(name.casefold().startswith(_JAVA_CLASSES) for name in (window_info.wm_class, window_info.instance))
