"""Suspension of input methods (Pinyin, Hangul, Telex) while keys are pressed.

An input method takes the keys before the applications get them. Its engines for plain keyboards pass keys on unchanged;
every other engine composes other text. If no input method runs, no bus is used.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

from twisted.internet.defer import CancelledError, Deferred, ensureDeferred

from windictator.errors import WinDictatorError

InputMethodPolicy = Literal["set aside", "refuse", "ignore"]
"""Reaction to an engine that composes: suspend it, type nothing, or ignore it."""

_log = logging.getLogger("windictator")


class Engine(Protocol):
    """Engines of one input method framework."""

    async def get_composing_engine(self) -> str:
        """Return the user's name of the current engine if it composes.

        Returns "" if it does not, or if the framework does not run. Raises BusError.
        """

    async def suspend(self) -> bool:
        """Switch to an engine that does not compose; return True if that worked. Raises BusError."""

    async def resume(self) -> None:
        """Switch back to the former engine, unless the user has chosen another meanwhile. Raises BusError."""

    @property
    def is_global(self) -> bool:
        """True if all windows have the same engine."""


class InputMethodActiveError(WinDictatorError):
    """Input method that would turn the keys into other text; nothing was typed."""


class InputMethods:
    """Implementation of ``typist.interfaces.InputMethod`` for all frameworks.

    find: returns the frameworks that may run now.
    acknowledged: waits until a window has received all its keys.
    wait_until_processed: waits until it has also processed them.
    """

    def __init__(
        self,
        policy: InputMethodPolicy,
        find: Callable[[], Awaitable[Sequence[Engine]]],
        acknowledged: Callable[[int], Awaitable[object]],
        wait_until_processed: Callable[[int], Awaitable[object]],
    ) -> None:
        self._policy = policy
        self._find = find
        self._acknowledged = acknowledged
        self._wait_until_processed = wait_until_processed
        self._suspended: list[Engine] = []

    @property
    def is_suspended(self) -> bool:
        """Whether any engine is suspended, which composes otherwise; see ``typist.interfaces.InputMethod``."""
        return bool(self._suspended)

    def suspend(self, window: int, *, has_unfinished_word: bool) -> Deferred[bool]:
        """Suspend engines that compose, see ``typist.interfaces.InputMethod``. Errback: InputMethodActiveError."""
        return ensureDeferred(self._suspend(window, has_unfinished_word))

    def resume(self, window: int, *, has_focus: bool) -> Deferred[None]:
        """Resume the suspended engines, see ``typist.interfaces.InputMethod``."""
        return ensureDeferred(self._resume(window, has_focus))

    async def _suspend(self, window: int, unfinished: bool) -> bool:
        engines = await self._find()
        for engine in engines if self._policy != "ignore" else ():
            name = ""
            try:
                name = await engine.get_composing_engine()
                if not name:
                    continue
                if self._policy == "refuse":
                    raise _refusal_error(name, 'is on; turn it off, or set [typing] input_method = "set aside"')
                if unfinished:
                    raise _refusal_error(name, "has an unfinished word; finish it or press Escape, then say it again")
                await self._acknowledged(window)  # the user's keys are meant for the engine
                self._suspended.append(engine)
                if not await engine.suspend():
                    raise _refusal_error(name, "has no plain keyboard to switch to; add one, or turn it off")
            except InputMethodActiveError:
                raise
            except WinDictatorError as error:  # an error of the bus
                if name:
                    raise _refusal_error(name, f"cannot be suspended: {error}; turn it off") from None
                _log.debug("the input method does not reply: %s", error)
        return bool(engines)

    async def _resume(self, window: int, there: bool) -> None:
        suspended, self._suspended = self._suspended, []
        if not suspended:
            return
        with contextlib.suppress(WinDictatorError, CancelledError):  # the display is lost, or the program ends
            await self._wait_until_processed(window)
        for engine in suspended:
            if not there and not engine.is_global:
                continue  # this window has an engine of its own
            try:
                await engine.resume()
            except (WinDictatorError, CancelledError) as error:
                _log.warning("cannot resume the input method: %s", error)


def fcitx_may_run(servers: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Return True if Fcitx is one of the XIM ``servers``, or if the environment names it for applications."""
    variables = ("XMODIFIERS", "GTK_IM_MODULE", "QT_IM_MODULE")
    return any("fcitx" in name for name in [*servers, *(environ.get(variable, "") for variable in variables)])


def ibus_address(environ: Mapping[str, str], display: str) -> str:
    """Return the address of the bus of the IBus that serves ``display``, "" if none runs.

    IBus leaves a file with it for each display (ibus_get_socket_path).
    """
    if named := environ.get("IBUS_ADDRESS"):
        return named
    config = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", ""), ".config")
    folder = Path(config, "ibus", "bus")
    if not folder.is_dir():
        return ""
    host, _, number = display.rpartition(":")
    places = [f"unix-{wayland}"] if (wayland := environ.get("WAYLAND_DISPLAY")) else []
    places.append(f"{host if host not in ('', 'unix') else 'unix'}-{number.partition('.')[0]}")
    for place in places:
        for machine in (Path("/var/lib/dbus/machine-id"), Path("/etc/machine-id")):
            try:
                text = (folder / f"{machine.read_text().strip()}-{place}").read_text()
            except OSError:
                continue
            lines = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and line[0] != "#")
            if _is_alive(lines.get("IBUS_DAEMON_PID", "")):
                return lines.get("IBUS_ADDRESS", "")
    return ""


def _is_alive(pid: str) -> bool:
    return pid.isdigit() and Path("/proc", pid).exists()


def _refusal_error(name: str, why: str) -> InputMethodActiveError:
    return InputMethodActiveError(f"nothing was typed: the input method {name} {why}")
