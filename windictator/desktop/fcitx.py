"""Fcitx 5: which engine is in use, and another in its place. By default each window has its own."""

from __future__ import annotations

from typing import Any

from windictator.desktop.bus_client import BusClient

_NAME, _PATH, _CONTROLLER = "org.fcitx.Fcitx5", "/controller", "org.fcitx.Fcitx.Controller1"
_BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
_TIMEOUT = 1.5


class Fcitx:
    """Implements input_method.Engine on the session bus. What it asks and does is about the focused window."""

    is_global = False

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus
        self._former_engine = self._plain_engine = ""

    async def get_composing_engine(self) -> str:
        """See input_method.Engine."""
        # Whoever calls it would start it.
        (runs,) = await self._bus.call(*_BUS, "NameHasOwner", "s", (_NAME,), timeout=_TIMEOUT)
        if not runs:
            return ""
        name = await self._get_engine()
        return "" if _is_plain(name) else name

    async def put_aside(self) -> bool:
        """See input_method.Engine."""
        self._former_engine = await self._get_engine()
        await self._call("Deactivate")
        self._plain_engine = await self._get_engine()
        if _is_plain(self._plain_engine):
            return True
        # The first of the user's engines composes too.
        (group,) = await self._call("CurrentInputMethodGroup")
        _, engines = await self._call("InputMethodGroupInfo", "s", group)
        plain = next((name for name, _ in engines if _is_plain(name)), "")
        if plain:
            await self._call("SetCurrentIM", "s", plain)
            self._plain_engine = await self._get_engine()
        return _is_plain(self._plain_engine)

    async def put_back(self) -> None:
        """See input_method.Engine."""
        before, self._former_engine = self._former_engine, ""
        if before and await self._get_engine() == self._plain_engine != before:
            await self._call("SetCurrentIM", "s", before)

    async def _get_engine(self) -> str:
        (name,) = await self._call("CurrentInputMethod")
        return str(name)

    async def _call(self, member: str, signature: str = "", *arguments: Any) -> tuple[Any, ...]:
        return await self._bus.call(_NAME, _PATH, _CONTROLLER, member, signature, arguments, timeout=_TIMEOUT)


def _is_plain(engine: str) -> bool:
    """Whether it passes keys on as they are; "" is that of a window without any."""
    return not engine or engine.startswith("keyboard-")
