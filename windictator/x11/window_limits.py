"""Which characters some windows cannot take, whatever is done at the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Collection

from windictator.dictation.profile_rules import ProfileRules
from windictator.keyboard.key_coder import LAST_OF_16_BITS, Untypable
from windictator.typist.window import Target
from windictator.x11.connection import Connection
from windictator.x11.process_state import ClientProcess, is_java
from windictator.x11.window_info import TargetReader

#: How WM_CLASS begins in Java's own windows, for programs on other machines, whose processes cannot be seen.
_JAVA_CLASSES = ("sun-awt-", "jetbrains-", "java-lang-")


class WindowLimits:
    """Asked before characters are typed that not every window takes. ``rules``: gives the profiles of applications;
    called when they are needed for the first time."""

    def __init__(self, connection: Connection, targets: TargetReader, rules: Callable[[], ProfileRules]) -> None:
        self._targets = targets
        self._processes = ClientProcess(connection)
        self._read_rules = rules
        self._rules: ProfileRules | None = None

    async def check(self, window: int, text: str, lent: Collection[str]) -> None:
        """Raise Untypable where ``window`` cannot take all of ``text``, of which ``lent`` are characters that the
        layout lacks. Raises ConnectionLost."""
        target = await self._targets.describe(window)
        if lent:
            if self._rules is None:
                self._rules = self._read_rules()
            profile = self._rules.profile(target.wm_class, target.title, target.instance)
            if not profile.remapping:
                in_order = [character for character in text if character in lent]
                raise Untypable(
                    in_order,
                    f'this window passes on keys, not characters (profile "{profile.name}"), and the keyboard layout '
                    "has no key for {}; use a layout that has one, on both sides",
                )
        beyond = [character for character in text if character > LAST_OF_16_BITS]
        if beyond and (_is_javas(target) or is_java(await self._processes.pid(window))):
            raise Untypable(beyond, "Java programs cannot take {} from a keyboard; paste it")


def _is_javas(target: Target) -> bool:
    return any(name.casefold().startswith(_JAVA_CLASSES) for name in (target.wm_class, target.instance))
