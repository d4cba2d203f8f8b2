"""X requests, packed: the core protocol, and the few of XTEST, RECORD and X-Resource that are used here.

Each function returns the bytes of one request. The requests of the keyboard and of the input extension are in ``xkb``
and ``xinput``, the replies and events in ``replies``.

Sources: "X Window System Protocol" (X.Org), appendix B; "XTEST Extension Protocol", "Record Extension Protocol
Specification", "X-Resource extension" (X.Org), and their headers in xorgproto for the layout of the bytes. Numbers are
in host order, which ``connection_setup`` announces.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence

from windictator.x11.events import BUTTON_RELEASE, CLIENT_MESSAGE, KEY_PRESS, KEY_RELEASE, SELECTION_NOTIFY

ANY_PROPERTY_TYPE = 0
PRIMARY, ATOM, INTEGER, STRING, WM_NAME, WM_CLASS = 1, 4, 19, 31, 39, 67
"""Predefined atoms."""
ANY_KEY, ANY_MODIFIER = 0, 1 << 15
STRUCTURE_NOTIFY_MASK, SUBSTRUCTURE_NOTIFY_MASK = 1 << 17, 1 << 19
FOCUS_CHANGE_MASK, PROPERTY_CHANGE_MASK = 1 << 21, 1 << 22
BAD_ACCESS = 10
"""Error code: another client has what was requested."""
NO_KEY = 8
"""Lowest keycode, which no key has: its release changes nothing, except that its keyboard becomes active."""
MAX_PROPERTY_BYTES = 1 << 22

_REPLACE, _APPEND = 0, 2
_INPUT_ONLY = 2
_OVERRIDE_REDIRECT, _EVENT_MASK = 1 << 9, 1 << 11
_SYNCHRONOUS, _ASYNCHRONOUS = 0, 1
_PROTOCOL_VERSION = 11
_FAKE_INPUT_LENGTH = 9


def _without_arguments(opcode: int) -> bytes:
    return struct.pack("=BxH", opcode, 1)


def _with_resource(opcode: int, resource: int) -> bytes:
    return struct.pack("=BxHI", opcode, 2, resource)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def connection_setup(authorization: bytes, cookie: bytes) -> bytes:
    """Pack the request that opens a connection. ``authorization``: name of the protocol of ``cookie``."""
    byte_order = ord("l") if sys.byteorder == "little" else ord("B")
    head = struct.pack("=BxHHHHxx", byte_order, _PROTOCOL_VERSION, 0, len(authorization), len(cookie))
    return head + _padded(authorization) + _padded(cookie)


def pack_numbers(*numbers: int) -> bytes:
    """Pack 32-bit numbers, such as atoms, for the value of a property."""
    return struct.pack(f"={len(numbers)}I", *numbers)


# Windows


def create_hidden_window(window: int, root: int) -> bytes:
    """Pack CreateWindow for a window that is never shown and that no window manager manages."""
    geometry = (0, 0, 1, 1, 0)
    return struct.pack("=BBHIIhhHHHHIII", 1, 0, 9, window, root, *geometry, _INPUT_ONLY, 0, _OVERRIDE_REDIRECT, 1)


def create_listening_window(window: int, root: int, event_mask: int) -> bytes:
    """Pack CreateWindow for a window that is never shown and selects the events of ``event_mask``."""
    geometry = (-1, -1, 1, 1, 0)
    return struct.pack("=BBHIIhhHHHHIII", 1, 0, 9, window, root, *geometry, _INPUT_ONLY, 0, _EVENT_MASK, event_mask)


def select_events(window: int, event_mask: int) -> bytes:
    """Pack ChangeWindowAttributes that selects the events of ``event_mask`` for this connection alone."""
    return struct.pack("=BxHIII", 2, 4, window, _EVENT_MASK, event_mask)


def get_window_attributes(window: int) -> bytes:
    """Pack GetWindowAttributes."""
    return _with_resource(3, window)


def get_geometry(window: int) -> bytes:
    """Pack GetGeometry."""
    return _with_resource(14, window)


def query_tree(window: int) -> bytes:
    """Pack QueryTree, whose reply names the parent."""
    return _with_resource(15, window)


# Atoms and properties


def intern_atom(name: str) -> bytes:
    """Pack InternAtom, which creates the atom if it does not exist."""
    data = _padded(name.encode("ascii"))
    return struct.pack("=BBHHxx", 16, 0, 2 + len(data) // 4, len(name)) + data


def get_atom_name(atom: int) -> bytes:
    """Pack GetAtomName."""
    return _with_resource(17, atom)


def change_property(window: int, name: int, kind: int, width: int, value: bytes, *, append: bool = False) -> bytes:
    """Pack ChangeProperty.

    name, kind: atoms of the property and of its type.
    width: bits in each unit of ``value`` (8, 16 or 32).
    append: add to the value that the property has, instead of replacing it.
    """
    data = _padded(value)
    units = len(value) * 8 // width
    mode = _APPEND if append else _REPLACE
    return struct.pack("=BBHIIIBxxxI", 18, mode, 6 + len(data) // 4, window, name, kind, width, units) + data


def change_string_property(window: int, name: int, value: bytes) -> bytes:
    """Pack ChangeProperty that sets the property with the atom ``name``, of type STRING, to ``value``."""
    return change_property(window, name, STRING, 8, value)


def delete_property(window: int, name: int) -> bytes:
    """Pack DeleteProperty."""
    return struct.pack("=BxHII", 19, 3, window, name)


def get_property(
    window: int,
    name: int,
    kind: int = ANY_PROPERTY_TYPE,
    *,
    max_bytes: int = MAX_PROPERTY_BYTES,
    delete: bool = False,
) -> bytes:
    """Pack GetProperty. ``delete``: remove the property if the reply holds all of it."""
    return struct.pack("=BBHIIIII", 20, delete, 6, window, name, kind, 0, (max_bytes + 3) // 4)


def list_properties(window: int) -> bytes:
    """Pack ListProperties."""
    return _with_resource(21, window)


# Selections and messages between clients


def set_selection_owner(owner: int, selection: int, time: int = 0) -> bytes:
    """Pack SetSelectionOwner. ``owner``: a window, 0 for none. ``time``: the server's, in milliseconds; 0 for now."""
    return struct.pack("=BxHIII", 22, 4, owner, selection, time)


def get_selection_owner(selection: int) -> bytes:
    """Pack GetSelectionOwner."""
    return _with_resource(23, selection)


def convert_selection(requestor: int, selection: int, target: int, name: int) -> bytes:
    """Pack ConvertSelection: the owner writes the form ``target`` to the property ``name`` of ``requestor``."""
    return struct.pack("=BxHIIIII", 24, 6, requestor, selection, target, name, 0)


def send_client_message(window: int, kind: int, data: Sequence[int]) -> bytes:
    """Pack SendEvent of a ClientMessage to the client that owns ``window``. ``data``: at most five numbers."""
    event = struct.pack("=BBHII5I", CLIENT_MESSAGE, 32, 0, window, kind, *data, *(5 - len(data)) * (0,))
    return _send_event(window, event)


def send_selection_notify(requestor: int, time: int, selection: int, target: int, name: int) -> bytes:
    """Pack SendEvent of a SelectionNotify to ``requestor``. ``name``: of the property; 0 refuses the request."""
    event = struct.pack("=BxHIIIII8x", SELECTION_NOTIFY, 0, time, requestor, selection, target, name)
    return _send_event(requestor, event)


def _send_event(window: int, event: bytes) -> bytes:
    return struct.pack("=BBHII", 25, 0, 11, window, 0) + event


# Grabs

UNGRAB_POINTER = _with_resource(27, 0)
UNGRAB_KEYBOARD = _with_resource(32, 0)
GRAB_SERVER, UNGRAB_SERVER = _without_arguments(36), _without_arguments(37)


def grab_pointer_frozen(window: int) -> bytes:
    """Pack GrabPointer that freezes pointer and keyboard: the server queues what the user presses."""
    return struct.pack("=BBHIHBBIII", 26, 0, 6, window, 0, _SYNCHRONOUS, _SYNCHRONOUS, 0, 0, 0)


def grab_keyboard(window: int) -> bytes:
    """Pack GrabKeyboard."""
    return struct.pack("=BBHIIBBxx", 31, 1, 4, window, 0, _ASYNCHRONOUS, _ASYNCHRONOUS)


def grab_key(window: int, keycode: int, modifiers: int, *, owner_events: bool = False) -> bytes:
    """Pack GrabKey. ``owner_events``: report keys to this client's own windows as usual."""
    return struct.pack("=BBHIHBBBxxx", 33, owner_events, 4, window, modifiers, keycode, _ASYNCHRONOUS, _ASYNCHRONOUS)


def is_refused_key_grab(code: int, major: int) -> bool:
    """Return True if an error says that another client has grabbed the key. ``code``, ``major``: of the error."""
    return code == BAD_ACCESS and major == 33


def ungrab_key(window: int, keycode: int, modifiers: int) -> bytes:
    """Pack UngrabKey."""
    return struct.pack("=BBHIHxx", 34, keycode, 3, window, modifiers)


# Input

GET_INPUT_FOCUS, QUERY_KEYMAP = _without_arguments(43), _without_arguments(44)


def query_pointer(window: int) -> bytes:
    """Pack QueryPointer, whose reply names the child of ``window`` that has the pointer."""
    return _with_resource(38, window)


def translate_coordinates(source: int, target: int, x: int, y: int) -> bytes:
    """Pack TranslateCoordinates, whose reply names the child of ``target`` that contains a position in ``source``."""
    return struct.pack("=BxHIIhh", 40, 4, source, target, x, y)


# Extensions


def query_extension(name: str) -> bytes:
    """Pack QueryExtension."""
    data = _padded(name.encode("ascii"))
    return struct.pack("=BxHHxx", 98, 2 + len(data) // 4, len(name)) + data


def get_xtest_version(major: int) -> bytes:
    """Pack XTEST's GetVersion, for version 2.2."""
    return struct.pack("=BBHBxH", major, 0, 2, 2, 2)


def fake_key(major: int, keycode: int, pressed: bool) -> bytes:
    """Pack XTEST's FakeInput of a key of the XTEST keyboard. ``major``: opcode of XTEST."""
    return fake_input(major, KEY_PRESS if pressed else KEY_RELEASE, keycode)


def fake_input(major: int, kind: int, keycode: int, device: int = 0) -> bytes:
    """Pack XTEST's FakeInput of an event of type ``kind``. ``device``: number in the input extension, 0 for none."""
    return struct.pack("=BBHBBxxI23xB", major, 2, _FAKE_INPUT_LENGTH, kind, keycode, 0, device)


def grab_control(major: int, impervious: bool) -> bytes:
    """Pack XTEST's GrabControl. ``impervious``: execute this client's requests while another one holds the server."""
    return struct.pack("=BBHBxxx", major, 3, 2, impervious)


def get_record_version(major: int) -> bytes:
    """Pack RECORD's QueryVersion, for version 1.13."""
    return struct.pack("=BBHHH", major, 0, 2, 1, 13)


def create_input_context(major: int, context: int) -> bytes:
    """Pack RECORD's CreateContext for the key and button events of all clients. ``context``: a new resource id."""
    all_clients = 3
    head = struct.pack("=BBHIBxxxIII", major, 1, 12, context, 0, 1, 1, all_clients)
    return head + struct.pack("=8x4x4xxxBBxxxx", KEY_PRESS, BUTTON_RELEASE)


def enable_context(major: int, context: int) -> bytes:
    """Pack RECORD's EnableContext, which has many replies."""
    return struct.pack("=BBHI", major, 5, 2, context)


def disable_context(major: int, context: int) -> bytes:
    """Pack RECORD's DisableContext."""
    return struct.pack("=BBHI", major, 6, 2, context)


def free_context(major: int, context: int) -> bytes:
    """Pack RECORD's FreeContext."""
    return struct.pack("=BBHI", major, 7, 2, context)


def query_client_pid(major: int, resource: int) -> bytes:
    """Pack X-Resource's QueryClientIds for the process of the client that owns ``resource``."""
    local_pid = 2
    return struct.pack("=BBHIII", major, 4, 4, 1, resource, local_pid)
