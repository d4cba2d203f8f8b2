"""Requests, replies and events of the X Input Extension.

Source: "The X Input Device Extension Version 2.x" (X.Org), ``XI2proto.h`` and ``XIproto.h`` for the layout of the
bytes. Numbers are in host order.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from windictator.x11.requests import fake_input

NAME = "XInputExtension"
KEY_PRESS, HIERARCHY_CHANGED, RAW_KEY_PRESS = 2, 11, 13
"""Event types of XI2."""
ALL_DEVICES, ALL_MASTERS = 0, 1
"""Values used instead of a device's number."""

_QUERY_DEVICE_STATE, _SELECT_EVENTS, _QUERY_VERSION, _QUERY_DEVICE = 30, 46, 47, 48
_UNGRAB_DEVICE, _ALLOW_EVENTS, _PASSIVE_GRAB_DEVICE, _PASSIVE_UNGRAB_DEVICE = 52, 53, 54, 55
_GRAB_TYPE_KEYCODE, _SYNCHRONOUS, _REPLAY, _ANY_MODIFIERS = 1, 0, 2, 1 << 31
_MASTER_KEYBOARD, _SLAVE_POINTER, _SLAVE_KEYBOARD = 2, 3, 4
_KEY_CLASS = 0
_DEVICE_KEY_PRESS, _DEVICE_KEY_RELEASE = 1, 2


@dataclass(frozen=True, slots=True)
class Device:
    """Keyboard, mouse, or one of the server's common keyboards and pointers.

    ``key_source``: number of the device whose keys the common keyboard has at present; for other devices their own
    number; None if the device has no keys.
    """

    number: int
    name: str
    use: int
    key_source: int | None

    @property
    def is_master_keyboard(self) -> bool:
        """True for the common keyboard, which all others feed."""
        return self.use == _MASTER_KEYBOARD

    @property
    def is_slave(self) -> bool:
        """True if the device feeds the common keyboard or pointer; some mice have keys."""
        return self.use in (_SLAVE_POINTER, _SLAVE_KEYBOARD)

    @property
    def is_xtest(self) -> bool:
        """True if programs press the keys, not the user."""
        return self.name.endswith("XTEST keyboard")


def query_version(major: int) -> bytes:
    """Pack XIQueryVersion, 2.2. From 2.2 on, raw events come even if a client has grabbed the device."""
    return struct.pack("=BBHHH", major, _QUERY_VERSION, 2, 2, 2)


def query_devices(major: int, which: int = ALL_DEVICES) -> bytes:
    """Pack XIQueryDevice. ``which``: ALL_DEVICES or ALL_MASTERS."""
    return struct.pack("=BBHHxx", major, _QUERY_DEVICE, 2, which)


def parse_devices(reply: bytes) -> list[Device]:
    """Return the devices from the reply to XIQueryDevice."""
    devices = []
    position = 32
    for _ in range(struct.unpack_from("=H", reply, 8)[0]):
        number, use, _attachment, classes, length = struct.unpack_from("=HHHHH", reply, position)
        position += 12
        name = reply[position : position + length].decode("utf-8", "replace")
        position += (length + 3) & ~3
        key_source = None
        for _ in range(classes):
            kind, size, source = struct.unpack_from("=HHH", reply, position)
            if kind == _KEY_CLASS:
                key_source = source
            position += 4 * size
        devices.append(Device(number, name, use, key_source))
    return devices


def query_device_state(major: int, device: int) -> bytes:
    """Pack QueryDeviceState."""
    return struct.pack("=BBHBxxx", major, _QUERY_DEVICE_STATE, 2, device)


def parse_device_state(reply: bytes) -> bytes:
    """Return 32 bytes with a bit for each pressed keycode from the reply to QueryDeviceState; b"" without keys."""
    position = 32
    for _ in range(reply[8]):
        kind, length = reply[position], reply[position + 1]
        if kind == _KEY_CLASS:
            return reply[position + 4 : position + 36]
        position += length
    return b""


def select_events(major: int, window: int, device: int, events: Iterable[int]) -> bytes:
    """Pack XISelectEvents of one device on one window; raw events come only from a root window."""
    mask = sum(1 << event for event in events)
    return struct.pack("=BBHIHxxHHI", major, _SELECT_EVENTS, 5, window, 1, device, 1, mask)


def raw_keycode(event: bytes) -> int:
    """Return the keycode of a raw key event."""
    return int(struct.unpack_from("=I", event, 16)[0])


class DeviceEvent(NamedTuple):
    """Event of one device. ``detail``: keycode or button. ``source``: number of the device that caused it."""

    kind: int
    device: int
    detail: int
    source: int


def parse_device_event(event: bytes) -> DeviceEvent:
    """Return the fields of a key event of XI2 that is not raw."""
    kind, device, _time, detail = struct.unpack_from("=HHII", event, 8)
    (source,) = struct.unpack_from("=H", event, 52)
    return DeviceEvent(kind, device, detail, source)


def grab_key(major: int, device: int, window: int, keycode: int) -> bytes:
    """Pack XIPassiveGrabDevice of one key, with any modifiers, on one window.

    When the key goes down, the keyboard and the pointer freeze: the server queues later input until
    ``deliver_grabbed`` or ``drop_grabbed``. The server reports the key to the grabbing client alone.
    """
    head = struct.pack(
        "=BBHIIIIHHHBBBBH",
        *(major, _PASSIVE_GRAB_DEVICE, 10, 0, window, 0, keycode, device, 1, 1),
        *(_GRAB_TYPE_KEYCODE, _SYNCHRONOUS, _SYNCHRONOUS, 0, 0),
    )
    return head + struct.pack("=II", 1 << KEY_PRESS, _ANY_MODIFIERS)


def is_grab_refused(reply: bytes) -> bool:
    """Return True if the reply to ``grab_key`` says that another client has this grab."""
    return bool(struct.unpack_from("=H", reply, 8)[0])


def ungrab_key(major: int, device: int, window: int, keycode: int) -> bytes:
    """Pack XIPassiveUngrabDevice, which undoes ``grab_key``."""
    head = struct.pack(
        "=BBHIIHHBBH", major, _PASSIVE_UNGRAB_DEVICE, 6, window, keycode, device, 1, _GRAB_TYPE_KEYCODE, 0, 0
    )
    return head + struct.pack("=I", _ANY_MODIFIERS)


def deliver_grabbed(major: int, device: int) -> bytes:
    """Pack XIAllowEvents (version 2.2) that delivers the grabbed key as if there were no grab, then the queue."""
    return struct.pack("=BBHIHBxII", major, _ALLOW_EVENTS, 5, 0, device, _REPLAY, 0, 0)


def drop_grabbed(major: int, device: int) -> bytes:
    """Pack XIUngrabDevice, which drops the grabbed key and delivers the queue."""
    return struct.pack("=BBHIHxx", major, _UNGRAB_DEVICE, 3, 0, device)


def fake_key(xtest_major: int, first_event: int, device: int, keycode: int, pressed: bool) -> bytes:
    """Pack XTEST's FakeInput of a key of ``device``. ``first_event``: first event code of this extension."""
    kind = first_event + (_DEVICE_KEY_PRESS if pressed else _DEVICE_KEY_RELEASE)
    return fake_input(xtest_major, kind, keycode, device)
