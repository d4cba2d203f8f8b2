"""Events of the core protocol: their types, and the fields that are used here.

Source: "X Window System Protocol" (X.Org), appendix B. Numbers are in host order.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

KEY_PRESS, KEY_RELEASE, BUTTON_PRESS, BUTTON_RELEASE = 2, 3, 4, 5
FOCUS_IN, FOCUS_OUT = 9, 10
DESTROY_NOTIFY = 17
PROPERTY_NOTIFY, SELECTION_CLEAR, SELECTION_REQUEST, SELECTION_NOTIFY = 28, 29, 30, 31
CLIENT_MESSAGE = 33
GENERIC_EVENT = 35
"""Type of all events of extensions that are longer than 32 bytes."""

_FOCUS_MODES_OF_GRABS = (1, 3)
_FOCUS_UNGRABBED_MODE = 2
_FOCUS_DETAILS_OF_CHILDREN = (1, 4)
_FOCUS_DETAIL_OF_POINTER = 5

_CARD16, _CARD32 = struct.Struct("=H"), struct.Struct("=I")
_SELECTION_REQUEST = struct.Struct("=IIIIII")
_CLIENT_MESSAGE = struct.Struct("=III")


def event_type(event: bytes) -> int:
    """Return the type of an event, whether the server or another client has sent it."""
    return event[0] & 0x7F


def generic_type(event: bytes, major: int) -> int | None:
    """Return the type of a long event of the extension with the opcode ``major``, None for any other event."""
    if event[0] & 0x7F != GENERIC_EVENT or event[1] != major:
        return None
    return int(_CARD16.unpack_from(event, 8)[0])


def keycode(event: bytes) -> int:
    """Return the keycode of a key event."""
    return event[1]


def key_event_time(event: bytes) -> int:
    """Return the server's time of a key event, in milliseconds."""
    return int(_CARD32.unpack_from(event, 4)[0])


def sequence(event: bytes) -> int:
    """Return the number of the last request that the server had begun for this connection (modulo 65,536)."""
    return int(_CARD16.unpack_from(event, 2)[0])


class FocusEvent(NamedTuple):
    """FocusIn or FocusOut. ``mode``, ``detail``: how and between which windows the focus moved."""

    is_out: bool
    window: int
    mode: int
    detail: int

    @property
    def is_grab(self) -> bool:
        """True if a grab of the keyboard began, or the focus moved during one."""
        return self.mode in _FOCUS_MODES_OF_GRABS

    @property
    def ends_grab(self) -> bool:
        """True if a grab of the keyboard ended."""
        return self.mode == _FOCUS_UNGRABBED_MODE

    @property
    def is_for_pointer(self) -> bool:
        """True if the window is concerned only because the pointer is in it."""
        return self.detail == _FOCUS_DETAIL_OF_POINTER

    @property
    def returns_focus(self) -> bool:
        """True if keys go to the window itself from now on."""
        return not self.is_out and not self.is_grab and self.detail not in _FOCUS_DETAILS_OF_CHILDREN


def parse_focus_event(event: bytes) -> FocusEvent:
    """Return the fields of a FocusIn or FocusOut."""
    return FocusEvent(event_type(event) == FOCUS_OUT, int(_CARD32.unpack_from(event, 4)[0]), event[8], event[1])


def destroyed_window(event: bytes) -> int:
    """Return the window of a DestroyNotify."""
    return int(_CARD32.unpack_from(event, 8)[0])


class PropertyNotify(NamedTuple):
    """Change of a property. ``time``: the server's, in milliseconds. ``is_deleted``: the property is gone."""

    window: int
    name: int
    time: int
    is_deleted: bool


def parse_property_notify(event: bytes) -> PropertyNotify:
    """Return the fields of a PropertyNotify."""
    window, name, time = struct.unpack_from("=III", event, 4)
    return PropertyNotify(window, name, time, bool(event[16]))


class SelectionNotify(NamedTuple):
    """Answer of a selection's owner. ``name``: of the property with the value, 0 if the owner refuses."""

    requestor: int
    selection: int
    target: int
    name: int


def parse_selection_notify(event: bytes) -> SelectionNotify:
    """Return the fields of a SelectionNotify."""
    return SelectionNotify(*struct.unpack_from("=IIII", event, 8))


def parse_selection_clear(event: bytes) -> tuple[int, int]:
    """Return the window that no longer owns a selection, and the selection."""
    window, selection = struct.unpack_from("=II", event, 8)
    return window, selection


class SelectionRequest(NamedTuple):
    """Request of another client for a selection. ``name``: of the property for the value, 0 from obsolete clients."""

    time: int
    owner: int
    requestor: int
    selection: int
    target: int
    name: int


def parse_selection_request(event: bytes) -> SelectionRequest:
    """Return the fields of a SelectionRequest."""
    return SelectionRequest(*_SELECTION_REQUEST.unpack_from(event, 4))


def parse_client_message(event: bytes) -> tuple[int, int, int] | None:
    """Return the type and the first two numbers of a ClientMessage of 32-bit numbers, None for any other event."""
    if event[0] & 0x7F != CLIENT_MESSAGE or event[1] != 32:
        return None
    kind, first, second = _CLIENT_MESSAGE.unpack_from(event, 8)
    return kind, first, second
