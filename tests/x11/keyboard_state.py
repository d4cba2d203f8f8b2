"""All that a program which types may have changed on a keyboard, read so that it can be compared bit for bit."""

from __future__ import annotations

from typing import NamedTuple

from Xlib.display import Display
from Xlib.protocol import rq

from tests.x11.server import LockState, XServer

_USE_EXTENSION, _GET_MAP = 0, 8
_ALL_PARTS = 0xFF
#: The core keyboard (what programs see) and the keyboards that feed it: XTEST's and the user's own. Each has a map.
_KEYBOARDS = (0x100, 5, 7)


class KeyboardState(NamedTuple):
    """``keymap``: as xkbcomp writes it. ``maps``: the replies to XKB's GetMap, by keyboard. ``pressed``: keycodes."""

    keymap: str
    maps: tuple[bytes, ...]
    locks: LockState
    pressed: frozenset[int]


def read_keyboard(server: XServer) -> KeyboardState:
    """The state of this moment."""
    return KeyboardState(server.keymap(), read_maps(server), server.locks(), server.pressed_keys())


class _UseExtension(rq.ReplyRequest):
    _request = rq.Struct(
        rq.Card8("opcode"), rq.Opcode(_USE_EXTENSION), rq.RequestLength(), rq.Card16("major"), rq.Card16("minor")
    )
    _reply = rq.Struct(
        rq.ReplyCode(), rq.Card8("supported"), rq.Card16("sequence_number"), rq.ReplyLength(), rq.Pad(24)
    )


class _GetMap(rq.ReplyRequest):
    """Of the parts asked for whole, the fields that would name single keys are unused."""

    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(_GET_MAP),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Card16("full"),
        rq.Pad(20),
    )
    _reply = rq.Struct(
        rq.ReplyCode(), rq.Card8("device"), rq.Card16("sequence_number"), rq.ReplyLength(), rq.Binary("data")
    )


def read_maps(server: XServer) -> tuple[bytes, ...]:
    """The replies to XKB's GetMap, by keyboard."""
    with server.virtual_display.in_this_process():
        display = Display()
    try:
        opcode = display.query_extension("XKEYBOARD").major_opcode
        _UseExtension(display=display.display, opcode=opcode, major=1, minor=0)
        return tuple(
            bytes(_GetMap(display=display.display, opcode=opcode, device=number, full=_ALL_PARTS).data)
            for number in _KEYBOARDS
        )
    finally:
        display.close()
