"""Replies of the X server to the requests of ``requests``, and its answer to the setup of a connection.

Source: "X Window System Protocol" (X.Org), appendix B. Numbers are in host order.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from windictator.x11.events import GENERIC_EVENT

REPLY, ERROR = 1, 0
"""Type of a reply and of an error; other values are types of events."""
NONE, POINTER_ROOT = 0, 1
"""Values of ``focus`` that are not windows: no focus, and the window under the pointer."""
GRAB_SUCCESS, GRAB_ALREADY_GRABBED, GRAB_FROZEN = 0, 1, 4

_CARD16, _CARD32 = struct.Struct("=H"), struct.Struct("=I")
_PROPERTY = struct.Struct("=III")
_GEOMETRY = struct.Struct("=hhHH")
_RECORDED, _ONE_RECORDED = struct.Struct("=BB2xI12xhh4xHxx"), struct.Struct("=xB30xBB26xHxx")
_SETUP_FAILED, _SETUP_ACCEPTED = 0, 1
_VIEWABLE = 2


def split_packets(data: bytes, packets: deque[bytes]) -> bytes:
    """Append the complete replies, errors and events in ``data`` to ``packets``; return the incomplete rest."""
    position, end = 0, len(data)
    while end - position >= 32:
        kind = data[position] & 0x7F
        size = 32
        if kind in (REPLY, GENERIC_EVENT):
            size += 4 * _CARD32.unpack_from(data, position + 4)[0]
            if end - position < size:
                break
        packets.append(data if size == end else data[position : position + size])
        position += size
    return data[position:] if position < end else b""


parse_head: Callable[[bytes], tuple[int, int]] = struct.Struct("=BxH").unpack_from
"""Return the type of a packet and, for a reply or an error, the number of its request modulo 65,536.

A method of Struct itself, because every packet needs it.
"""


class ErrorReply(NamedTuple):
    """Error of a request. ``code``: X11 protocol, section 4. ``major``, ``minor``: opcodes of the request."""

    code: int
    major: int
    minor: int


def parse_error(packet: bytes) -> ErrorReply:
    """Return the fields of an error."""
    return ErrorReply(packet[1], packet[10], _CARD16.unpack_from(packet, 8)[0])


# Setup of a connection


@dataclass(frozen=True, slots=True)
class ServerSetup:
    """What the server says of itself when a connection is opened.

    resource_base: lowest resource id of this client.
    resource_mask: bits of a resource id that differ between the resources of one client.
    root: root window of the screen.
    vendor, release: of the server.
    width, height: of the screen, in pixels.
    """

    resource_base: int
    resource_mask: int
    root: int
    vendor: str
    release: int
    width: int
    height: int


def setup_size(data: bytes) -> int | None:
    """Return the size of the answer to a setup that begins with ``data``, in bytes; None if more must come first."""
    return 8 + 4 * int(_CARD16.unpack_from(data, 6)[0]) if len(data) >= 8 else None


def parse_setup(answer: bytes, screen: int) -> ServerSetup | str:
    """Return the server's description, or its reason to refuse the connection.

    ``screen``: number of the screen; the last one is taken if there are fewer.
    """
    if answer[0] != _SETUP_ACCEPTED:
        reason = answer[8 : 8 + answer[1]] if answer[0] == _SETUP_FAILED else answer[8:]
        return reason.rstrip(b"\0").decode("utf-8", "replace")
    release, base, mask, _, vendor_length = struct.unpack_from("=IIIIH", answer, 8)
    root_count, format_count = answer[28], answer[29]
    position = 40 + (vendor_length + 3 & ~3) + 8 * format_count
    for _ in range(min(screen, root_count - 1)):
        depth_count, position = answer[position + 39], position + 40
        for _ in range(depth_count):
            position += 8 + 24 * int(_CARD16.unpack_from(answer, position + 2)[0])
    (root,) = _CARD32.unpack_from(answer, position)
    width, height = struct.unpack_from("=HH", answer, position + 20)
    vendor = answer[40 : 40 + vendor_length].decode("latin-1")
    return ServerSetup(base, mask, root, vendor, release, width, height)


# Windows


def is_unmanaged(attributes: bytes) -> bool:
    """Return True if the window with this reply to GetWindowAttributes has override-redirect set."""
    return bool(attributes[27])


def is_viewable(attributes: bytes) -> bool:
    """Return True if the window with this reply to GetWindowAttributes, and all its ancestors, are mapped."""
    return attributes[26] == _VIEWABLE


def parse_geometry(reply: bytes) -> tuple[int, int, int, int]:
    """Return x, y, width and height of a window, in pixels, from the reply to GetGeometry."""
    x, y, width, height = _GEOMETRY.unpack_from(reply, 12)
    return x, y, width, height


def parent_window(reply: bytes) -> int:
    """Return the parent from the reply to QueryTree, 0 for a root window."""
    return int(_CARD32.unpack_from(reply, 12)[0])


def child_windows(reply: bytes) -> tuple[int, ...]:
    """Return the children from the reply to QueryTree, the lowest first."""
    (count,) = _CARD16.unpack_from(reply, 16)
    return struct.unpack_from(f"={count}I", reply, 32)


def translated_child(reply: bytes) -> int:
    """Return the child from the reply to TranslateCoordinates, 0 without one."""
    return int(_CARD32.unpack_from(reply, 8)[0])


# Atoms, properties, selections


def interned_atom(reply: bytes) -> int:
    """Return the atom from the reply to InternAtom."""
    return int(_CARD32.unpack_from(reply, 8)[0])


def atom_name(reply: bytes) -> str:
    """Return the name from the reply to GetAtomName."""
    return reply[32 : 32 + int(_CARD16.unpack_from(reply, 8)[0])].decode("latin-1")


class Property(NamedTuple):
    """Property of a window. ``kind``: atom of its type, 0 if it does not exist. ``rest``: bytes not in ``value``."""

    kind: int
    value: bytes
    rest: int

    @property
    def numbers(self) -> tuple[int, ...]:
        """Value as 32-bit numbers, such as atoms."""
        return unpack_numbers(self.value)


def unpack_numbers(value: bytes) -> tuple[int, ...]:
    """Return the 32-bit numbers in a property's value; bytes that do not fill a number are left out."""
    return struct.unpack_from(f"={len(value) // 4}I", value)


def parse_property(reply: bytes) -> Property:
    """Return the property from the reply to GetProperty."""
    kind, rest, units = _PROPERTY.unpack_from(reply, 8)
    return Property(kind, reply[32 : 32 + units * (reply[1] // 8)], rest)


def listed_properties(reply: bytes) -> tuple[int, ...]:
    """Return the atoms from the reply to ListProperties."""
    return struct.unpack_from(f"={_CARD16.unpack_from(reply, 8)[0]}I", reply, 32)


def selection_owner(reply: bytes) -> int:
    """Return the window from the reply to GetSelectionOwner, 0 for none."""
    return int(_CARD32.unpack_from(reply, 8)[0])


# Input


def focus(reply: bytes) -> int:
    """Return the window from the reply to GetInputFocus; ``NONE`` and ``POINTER_ROOT`` are not windows."""
    return int(_CARD32.unpack_from(reply, 8)[0])


def pointer_child(reply: bytes) -> int:
    """Return the child that has the pointer from the reply to QueryPointer, 0 for none."""
    return int(_CARD32.unpack_from(reply, 12)[0])


def pressed_keycodes(reply: bytes) -> frozenset[int]:
    """Return the keycodes that are down from the reply to QueryKeymap."""
    return keycodes_of_bits(reply[8:40])


def keycodes_of_bits(bits: bytes) -> frozenset[int]:
    """Return the keycodes whose bit is set: bit 0 of byte 0 is keycode 0."""
    pressed = int.from_bytes(bits, "little")
    return frozenset(keycode for keycode in range(8, 256) if pressed >> keycode & 1)


def grab_status(reply: bytes) -> int:
    """Return the status from the reply to GrabPointer or GrabKeyboard: ``GRAB_SUCCESS`` or a reason to refuse."""
    return reply[1]


# Extensions


def parse_extension(reply: bytes) -> tuple[int, int] | None:
    """Return major opcode and first event code from the reply to QueryExtension, None if the server lacks it."""
    return (reply[9], reply[10]) if reply[8] else None


def parse_xtest_version(reply: bytes) -> tuple[int, int]:
    """Return major and minor version from the reply to XTEST's GetVersion."""
    return reply[1], _CARD16.unpack_from(reply, 8)[0]


def parse_two_numbers_version(reply: bytes) -> tuple[int, int]:
    """Return major and minor version from the reply to RECORD's QueryVersion or XKB's UseExtension."""
    major, minor = struct.unpack_from("=HH", reply, 8)
    return major, minor


def client_pid(reply: bytes) -> int:
    """Return the process id from the reply to X-Resource's QueryClientIds, 0 if the server does not know it."""
    return int(_CARD32.unpack_from(reply, 44)[0]) if len(reply) >= 48 else 0


RECORDED_FROM_SERVER = 0
"""Category of the replies to RECORD's EnableContext that hold events."""


class RecordedEvent(NamedTuple):
    """Device event that RECORD reports.

    code: keycode or button.
    time: the server's, in milliseconds.
    x, y: position of the pointer on the root window, in pixels.
    """

    kind: int
    code: int
    time: int
    x: int
    y: int
    state: int


SINGLE_RECORDED_BYTES = _ONE_RECORDED.size
"""Size of a reply to EnableContext that holds exactly one event."""
parse_single_recorded: Callable[[bytes], tuple[int, int, int, int]] = _ONE_RECORDED.unpack
"""Return category, type, code and state from a reply of ``SINGLE_RECORDED_BYTES``.

A method of Struct itself, and without the time, because every keystroke compares the result with the expected events.
"""


def parse_recorded(reply: bytes) -> list[RecordedEvent]:
    """Return the events in a reply to EnableContext; none unless its category is ``RECORDED_FROM_SERVER``."""
    if reply[1] != RECORDED_FROM_SERVER:
        return []
    return [RecordedEvent(*_RECORDED.unpack_from(reply, offset)) for offset in range(32, len(reply) - 31, 32)]
