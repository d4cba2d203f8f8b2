"""Puts an input method that makes other text of keys (Pinyin, Hangul, Telex) aside while keys are pressed.

Such a program stands between the X server and the applications. Its engines for plain keyboards pass keys on as they
are; every other one composes. Where none runs, nothing is asked of any bus.
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
"""What is done where an engine composes: it is put aside, nothing is typed, or it is let."""

_log = logging.getLogger("windictator")


class Engine(Protocol):
    """The engines of one input method framework."""

    async def get_composing_engine(self) -> str:
        """What the user calls the engine in use, if it composes; "" if it does not, or the framework does not run.
        Raises BusError."""

    async def put_aside(self) -> bool:
        """Use one that does not compose; whether one is in use now. Raises BusError."""

    async def put_back(self) -> None:
        """Use the former again, unless somebody has chosen another meanwhile. Raises BusError."""

    @property
    def is_global(self) -> bool:
        """Whether the engine in use is the same in every window."""


class InputMethodActiveError(WinDictatorError):
    """An input method would make other text of the keys: nothing is typed."""


class InputMethods:
    """Implements ports.InputMethod.

    ``find``: gives the frameworks that may run now. ``has_read``: waits until a window has got all its keys;
    ``caught_up``: and has dealt with them.
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
        self._aside: list[Engine] = []

    def suspend(self, window: int, *, has_unfinished_word: bool) -> Deferred[bool]:
        """See ports.InputMethod. Errback: ComposesText."""
        return ensureDeferred(self._suspend(window, has_unfinished_word))

    def resume(self, window: int, *, has_focus: bool) -> Deferred[None]:
        """See ports.InputMethod."""
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
                    raise _refusal_error(name, 'is on; switch it off, or set [typing] input_method = "set aside"')
                if unfinished:
                    raise _refusal_error(name, "has an unfinished word; finish it, or press Escape, and say it again")
                await self._acknowledged(window)  # the user's own keys are for the engine
                self._aside.append(engine)
                if not await engine.put_aside():
                    raise _refusal_error(
                        name, "is on, and has no plain keyboard to switch to; add one, or switch it off"
                    )
            except InputMethodActiveError:
                raise
            except WinDictatorError as error:  # of the bus
                if name:
                    raise _refusal_error(name, f"is on, and cannot be put aside: {error}; switch it off") from None
                _log.debug("the input method cannot be asked: %s", error)
        return bool(engines)

    async def _resume(self, window: int, there: bool) -> None:
        aside, self._aside = self._aside, []
        if not aside:
            return
        with contextlib.suppress(WinDictatorError, CancelledError):  # the display is gone, or it is the end
            await self._wait_until_processed(window)
        for engine in aside:
            if not there and not engine.is_global:
                continue  # another window has engines of its own
            try:
                await engine.put_back()
            except (WinDictatorError, CancelledError) as error:
                _log.warning("the input method cannot be put back: %s", error)


def fcitx_may_run(servers: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether Fcitx serves X clients, of ``servers``, or the user's applications are told to use it."""
    variables = ("XMODIFIERS", "GTK_IM_MODULE", "QT_IM_MODULE")
    return any("fcitx" in name for name in [*servers, *(environ.get(variable, "") for variable in variables)])


def ibus_address(environ: Mapping[str, str], display: str) -> str:
    """Where the bus of the IBus that serves ``display`` is, "" where none runs: it leaves a file for each display
    (ibus_get_socket_path)."""
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
