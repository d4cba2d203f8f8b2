"""Engines of the input method framework Fcitx 5. By default each window has its own engine."""

from __future__ import annotations

from typing import Any

from windictator.desktop.bus_client import BusClient

_NAME, _PATH, _CONTROLLER = "org.fcitx.Fcitx5", "/controller", "org.fcitx.Fcitx.Controller1"
_BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
_TIMEOUT = 1.5


class Fcitx:
    """Implementation of ``input_method.Engine`` on the session bus, for the focused window."""

    is_global = False

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus
        self._former_engine = self._plain_engine = ""

    async def get_composing_engine(self) -> str:
        """Return the name of the focused window's engine if it composes, otherwise ""."""
        # A call of Fcitx itself would start it.
        (runs,) = await self._bus.call(*_BUS, "NameHasOwner", "s", (_NAME,), timeout=_TIMEOUT)
        if not runs:
            return ""
        name = await self._get_engine()
        return "" if _is_plain(name) else name

    async def suspend(self) -> bool:
        """Switch to an engine that does not compose; return True if that worked."""
        self._former_engine = await self._get_engine()
        await self._call("Deactivate")
        self._plain_engine = await self._get_engine()
        if _is_plain(self._plain_engine):
            return True
        # The user's first engine composes, too.
        (group,) = await self._call("CurrentInputMethodGroup")
        _, engines = await self._call("InputMethodGroupInfo", "s", group)
        plain = next((name for name, _ in engines if _is_plain(name)), "")
        if plain:
            await self._call("SetCurrentIM", "s", plain)
            self._plain_engine = await self._get_engine()
        return _is_plain(self._plain_engine)

    async def resume(self) -> None:
        """Switch back to the former engine, unless the user has chosen another meanwhile."""
        before, self._former_engine = self._former_engine, ""
        if before and await self._get_engine() == self._plain_engine != before:
            await self._call("SetCurrentIM", "s", before)

    async def _get_engine(self) -> str:
        (name,) = await self._call("CurrentInputMethod")
        return str(name)

    async def _call(self, member: str, signature: str = "", *arguments: Any) -> tuple[Any, ...]:
        return await self._bus.call(_NAME, _PATH, _CONTROLLER, member, signature, arguments, timeout=_TIMEOUT)


def _is_plain(engine: str) -> bool:
    """Return True if the engine passes keys on unchanged; a window without an engine has ""."""
    return not engine or engine.startswith("keyboard-")
