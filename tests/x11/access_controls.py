"""Keyboard accessibility (AccessX) on a test's X server, set and followed as a desktop's settings do."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator

from tests.x11.blocking import BlockingConnection, connected
from tests.x11.server import XServer
from windictator.x11 import xinput, xkb

SLOW, BOUNCE, STICKY, MOUSE = 2, 4, 8, 16
FILTERS = SLOW | BOUNCE | STICKY | MOUSE
TWO_KEYS_OFF, LATCH_TO_LOCK = 0x40, 0x80
"""Options of StickyKeys (XKBproto.h): two keys at once turn it off; a modifier pressed twice is locked."""
_COMMON = 0x100
SLOW_DELAY_MS, _BOUNCE_DELAY_MS = 120, 300
#: XkbSlowKeysMask, XkbBounceKeysMask, XkbStickyKeysMask (for the options), XkbControlsEnabledMask.
_CHANGED = SLOW | BOUNCE | STICKY | 1 << 31


class Desktop:
    """Sets the controls of the common keyboard, which all that feed it take over, and sees every announced change."""

    def __init__(self, connection: BlockingConnection) -> None:
        self._connection = connection
        connection.connection.send(xkb.select_controls(connection.xkb, _COMMON))
        connection.state()
        opcode, _ = connection.wait(connection.connection.extension(xinput.NAME))
        connection.ask(xinput.query_version(opcode))
        devices = xinput.parse_devices(connection.ask(xinput.query_devices(opcode)))
        keyboards = [device for device in devices if device.is_slave and device.key_source is not None]
        self._devices = [_COMMON, *(device.number for device in keyboards)]
        self._xtest = next(device.number for device in keyboards if device.is_xtest)

    def turn_on(self, controls: int, options: int = 0) -> None:
        """Have exactly these filters on, with short delays."""
        fields = (
            *(0, 0, 0, 0, 0, 0, 0, 0),  # modifiers that are not affected
            *(0, 0, options, 0),  # mouse button, groups, AccessX options
            *(FILTERS, controls, _CHANGED),
            *(0, 0, SLOW_DELAY_MS, _BOUNCE_DELAY_MS),
        )
        connection = self._connection
        request = struct.pack("=BBHHBBBBHHHHBBHHIIIHHHH", connection.xkb, 7, 25, _COMMON, *fields)
        connection.connection.send(request.ljust(100, b"\0"))
        connection.state()
        connection.events.clear()

    def controls(self) -> list[int]:
        """The filters that are on: of the common keyboard, then of each that feeds it."""
        return [self._controls(device) for device in self._devices]

    def announced(self) -> list[int]:
        """What filters the common keyboard was announced to have, since this was asked last."""
        self._connection.state()
        events, self._connection.events[:] = list(self._connection.events), []
        notices = [event for event in events if event[0] & 0x7F > 63 and event[1] == xkb.CONTROLS_NOTIFY]
        return [xkb.parse_controls_notify(event)[1] & FILTERS for event in notices]

    def latched_by_xtest(self) -> int:
        """The modifiers latched on the keyboard that programs press."""
        request = struct.pack("=BBHHxx", self._connection.xkb, 4, 2, self._xtest)
        return xkb.parse_state(self._connection.ask(request)).latched

    def _controls(self, device: int) -> int:
        return xkb.parse_controls(self._connection.ask(xkb.get_controls(self._connection.xkb, device))) & FILTERS


@contextlib.contextmanager
def desktop_on(server: XServer) -> Iterator[Desktop]:
    """The settings of a desktop until the block ends; then all filters are off."""
    with connected(server) as connection:
        desktop = Desktop(connection)
        yield desktop
        if server.alive:
            desktop.turn_on(0)
