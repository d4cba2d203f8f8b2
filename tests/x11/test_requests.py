"""Bytes of X requests, replies and events, as the protocol documents lay them out (little-endian hosts)."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from windictator.x11 import events, replies, requests, xinput, xkb

WINDOW = 0x01020304
PACKED_WINDOW = "04030201"


@pytest.mark.parametrize(
    ("request_bytes", "expected"),
    [
        (requests.GET_INPUT_FOCUS, "2b00 0100"),
        (requests.QUERY_KEYMAP, "2c00 0100"),
        (requests.GRAB_SERVER, "2400 0100"),
        (requests.UNGRAB_SERVER, "2500 0100"),
        (requests.UNGRAB_POINTER, "1b00 0200 00000000"),
        (requests.UNGRAB_KEYBOARD, "2000 0200 00000000"),
        (requests.query_pointer(WINDOW), f"2600 0200 {PACKED_WINDOW}"),
        (requests.query_tree(WINDOW), f"0f00 0200 {PACKED_WINDOW}"),
        (requests.get_geometry(WINDOW), f"0e00 0200 {PACKED_WINDOW}"),
        (requests.get_window_attributes(WINDOW), f"0300 0200 {PACKED_WINDOW}"),
        (requests.select_events(WINDOW, 1 << 17), f"0200 0400 {PACKED_WINDOW} 00080000 00000200"),
        (requests.get_atom_name(5), "1100 0200 05000000"),
        (requests.list_properties(WINDOW), f"1500 0200 {PACKED_WINDOW}"),
        (requests.intern_atom("ATOM_"), "1000 0400 0500 0000 41544f4d 5f000000"),
        (requests.query_extension("RECORD"), "6200 0400 0600 0000 5245434f 52440000"),
        (requests.delete_property(WINDOW, 6), f"1300 0300 {PACKED_WINDOW} 06000000"),
        (
            requests.get_property(WINDOW, 6, requests.ATOM, max_bytes=9, delete=True),
            f"1401 0600 {PACKED_WINDOW} 06000000 04000000 00000000 03000000",
        ),
        (
            requests.change_string_property(WINDOW, 6, b"abcde"),
            f"1200 0800 {PACKED_WINDOW} 06000000 1f000000 08000000 05000000 61626364 65000000",
        ),
        (
            requests.change_property(WINDOW, 6, requests.INTEGER, 32, requests.pack_numbers(7, 8), append=True),
            f"1202 0800 {PACKED_WINDOW} 06000000 13000000 20000000 02000000 07000000 08000000",
        ),
        (requests.set_selection_owner(WINDOW, 1, 9), f"1600 0400 {PACKED_WINDOW} 01000000 09000000"),
        (requests.get_selection_owner(1), "1700 0200 01000000"),
        (
            requests.convert_selection(WINDOW, 1, 31, 6),
            f"1800 0600 {PACKED_WINDOW} 01000000 1f000000 06000000 00000000",
        ),
        (requests.grab_key(WINDOW, 38, 5), f"2100 0400 {PACKED_WINDOW} 0500 26 01 01 000000"),
        (requests.grab_key(WINDOW, 38, 5, owner_events=True), f"2101 0400 {PACKED_WINDOW} 0500 26 01 01 000000"),
        (requests.ungrab_key(WINDOW, 38, 5), f"2226 0300 {PACKED_WINDOW} 0500 0000"),
        (requests.grab_keyboard(WINDOW), f"1f01 0400 {PACKED_WINDOW} 00000000 01 01 0000"),
        (
            requests.grab_pointer_frozen(WINDOW),
            f"1a00 0600 {PACKED_WINDOW} 0000 00 00 00000000 00000000 00000000",
        ),
        (requests.fake_key(132, 38, True), "8402 0900 02 26 0000" + " 00000000" * 7),
        (requests.fake_key(132, 38, False), "8402 0900 03 26 0000" + " 00000000" * 7),
        (xinput.fake_key(132, 66, 7, 38, True), "8402 0900 43 26 0000" + " 00000000" * 6 + " 00000007"),
        (requests.grab_control(132, True), "8403 0200 01 000000"),
        (requests.get_xtest_version(132), "8400 0200 02 00 0200"),
        (requests.get_record_version(146), "9200 0200 0100 0d00"),
        (
            requests.create_input_context(146, 3),
            "9201 0c00 03000000 00 000000 01000000 01000000 03000000"
            " 00000000 00000000 00000000 00000000 00000205 00000000",
        ),
        (requests.enable_context(146, 3), "9205 0200 03000000"),
        (requests.disable_context(146, 3), "9206 0200 03000000"),
        (requests.free_context(146, 3), "9207 0200 03000000"),
        (requests.query_client_pid(150, WINDOW), f"9604 0400 01000000 {PACKED_WINDOW} 02000000"),
        (xkb.use_extension(135), "8700 0200 0100 0000"),
        (xkb.get_state(135), "8704 0200 0001 0000"),
        (xkb.latch_lock_state(135, 2, 2, 1), "8705 0400 0001 02 02 01 01 00 00 00 00 0000"),
        (xkb.latch(135, 1, 1), "8705 0400 0001 00 00 00 00 01 01 00 00 0000"),
        (xkb.get_controls(135, 7), "8706 0200 0700 0000"),
    ],
)
def test_request_has_the_bytes_of_the_protocol(request_bytes: bytes, expected: str) -> None:
    """A wrong byte goes unnoticed until a server refuses it or does something else."""
    assert request_bytes.hex() == expected.replace(" ", "")


@pytest.mark.parametrize(
    "request_bytes",
    [
        requests.create_hidden_window(WINDOW, 2),
        requests.create_listening_window(WINDOW, 2, requests.PROPERTY_CHANGE_MASK),
        requests.send_client_message(WINDOW, 5, (1, 2, 3)),
        requests.send_selection_notify(WINDOW, 9, 1, 31, 6),
        requests.change_property(WINDOW, 6, requests.STRING, 8, b"x" * 1001),
        requests.intern_atom("_NET_WM_PING"),
        requests.query_extension("XTEST"),
        xkb.get_map(135),
        xkb.set_controls(135, 7, 6, 2),
        xinput.grab_key(131, 3, WINDOW, 22),
        xinput.ungrab_key(131, 3, WINDOW, 22),
        xinput.deliver_grabbed(131, 3),
    ],
)
def test_request_states_its_own_length(request_bytes: bytes) -> None:
    """The server finds the next request by this length."""
    assert len(request_bytes) == 4 * int.from_bytes(request_bytes[2:4], "little")


def test_sent_event_fills_the_request() -> None:
    """SendEvent carries exactly one event of 32 bytes."""
    message = requests.send_client_message(WINDOW, 5, (7, 8, 9))
    assert events.parse_client_message(message[12:]) == (5, 7, 8)
    notice = requests.send_selection_notify(WINDOW, 9, 1, 31, 6)
    assert events.parse_selection_notify(notice[12:]) == (WINDOW, 1, 31, 6)


def test_connection_setup_pads_the_cookie() -> None:
    """Name and cookie are padded to whole units of four bytes."""
    setup = requests.connection_setup(b"MIT-MAGIC-COOKIE-1", b"0123456789abcdef")
    assert setup[:12].hex() == "6c000b00" + "0000" + "1200" + "1000" + "0000"
    assert setup[12:] == b"MIT-MAGIC-COOKIE-1\0\0" + b"0123456789abcdef"


def setup_answer(vendor: bytes = b"X.Org", screens: int = 2) -> bytes:
    """Return what a server with two depths per screen answers."""
    padded = vendor + bytes(-len(vendor) % 4)
    head = (12101007).to_bytes(4, "little") + (0x400000).to_bytes(4, "little") + (0x1FFFFF).to_bytes(4, "little")
    head += bytes(4) + len(vendor).to_bytes(2, "little") + bytes(2) + bytes([screens, 1]) + bytes(10)
    body = padded + bytes(8)
    for screen in range(screens):
        size = (1280 + screen).to_bytes(2, "little") + (800 + screen).to_bytes(2, "little")
        body += (100 + screen).to_bytes(4, "little") + bytes(16) + size + bytes(15) + bytes([2])
        body += bytes([24, 0, 1, 0]) + bytes(4) + bytes(24) + bytes([1, 0, 0, 0]) + bytes(4)
    answer = head + body
    return bytes([1, 0, 11, 0, 0, 0]) + (len(answer) // 4).to_bytes(2, "little") + answer


@pytest.mark.parametrize(("screen", "root"), [(0, 100), (1, 101), (5, 101)])
def test_setup_answer_gives_the_root_window(screen: int, root: int) -> None:
    """A display name may ask for a screen that does not exist: the last one is taken."""
    answer = setup_answer()
    assert replies.setup_size(answer) == len(answer)
    setup = replies.parse_setup(answer, screen)
    assert isinstance(setup, replies.ServerSetup)
    assert (setup.root, setup.width, setup.vendor, setup.release) == (root, 1180 + root, "X.Org", 12101007)
    assert (setup.resource_base, setup.resource_mask) == (0x400000, 0x1FFFFF)


def test_setup_answer_needs_eight_bytes_for_its_size() -> None:
    """The answer may arrive in pieces."""
    assert replies.setup_size(setup_answer()[:7]) is None


def test_refused_setup_gives_the_reason() -> None:
    """The user must learn why the server refuses the connection."""
    reason = b"No protocol specified\n"
    assert replies.parse_setup(bytes([0, len(reason), 11, 0, 0, 0, 6, 0]) + reason + bytes(2), 0) == reason.decode()


def reply(data: str, *, first: int = 0) -> bytes:
    """Return a reply whose bytes from 8 on are ``data`` in hex; ``first``: its second byte."""
    body = bytes.fromhex(data)
    return bytes([1, first, 5, 0]) + (max(0, len(body) - 24) // 4).to_bytes(4, "little") + body.ljust(24, b"\0")


def test_property_reply_gives_type_and_value() -> None:
    """The length is in units of the property's own width."""
    atoms = reply("04000000 00000000 02000000" + "00" * 12 + "07000000 08000000", first=32)
    assert replies.parse_property(atoms) == (4, bytes.fromhex("0700000008000000"), 0)
    assert replies.parse_property(atoms).numbers == (7, 8)
    text = reply("1f000000 05000000 03000000" + "00" * 12 + "61626300", first=8)
    assert replies.parse_property(text) == (31, b"abc", 5)
    assert replies.parse_property(reply("")) == (0, b"", 0)


def test_replies_are_parsed() -> None:
    """Each field is where the protocol puts it."""
    assert replies.focus(reply(PACKED_WINDOW)) == WINDOW
    assert replies.selection_owner(reply(PACKED_WINDOW)) == WINDOW
    assert replies.interned_atom(reply("07000000")) == 7
    assert replies.pointer_child(reply(f"01000000 {PACKED_WINDOW}")) == WINDOW
    assert replies.parent_window(reply(f"01000000 {PACKED_WINDOW}")) == WINDOW
    assert replies.parse_extension(reply("01 84 40 00")) == (0x84, 0x40)
    assert replies.parse_extension(reply("00 84 40 00")) is None
    assert replies.atom_name(reply("0300 0000" + "00" * 20 + "58494d00")) == "XIM"
    assert replies.listed_properties(reply("0200 0000" + "00" * 20 + "0700000009000000")) == (7, 9)
    assert replies.parse_geometry(reply("00000000 ffff feff 0500 0600")) == (-1, -2, 5, 6)
    assert replies.pressed_keycodes(reply("00" * 4 + "40" + "00" * 27)) == {38}
    assert replies.grab_status(reply("", first=4)) == replies.GRAB_FROZEN
    assert replies.parse_xtest_version(reply("0200", first=2)) == (2, 2)
    assert replies.parse_two_numbers_version(reply("0100 0d00")) == (1, 13)
    assert replies.client_pid(reply("01000000" + "00" * 20 + "00" * 12 + "d2040000")) == 1234
    assert replies.client_pid(reply("00000000")) == 0
    assert replies.parse_error(bytes([0, 10, 5, 0, 0, 0, 0, 0, 4, 0, 33]) + bytes(21)) == (10, 33, 4)
    assert replies.parse_head(bytes([1, 10, 5, 1])) == (replies.REPLY, 0x105)


def test_packets_are_split_and_the_rest_is_kept() -> None:
    """Replies and generic events say their size; a read may end within any packet."""
    event, long_reply = bytes([2]) + bytes(31), bytes([1, 0, 0, 0, 2, 0, 0, 0]) + bytes(32)
    generic = bytes([35, 0, 0, 0, 1, 0, 0, 0]) + bytes(28)
    packets: deque[bytes] = deque()
    assert replies.split_packets(event + long_reply + generic + event[:31], packets) == event[:31]
    assert [*packets] == [event, long_reply, generic]
    packets.clear()
    assert replies.split_packets(long_reply[:39], packets) == long_reply[:39]
    assert replies.split_packets(long_reply, packets) == b""
    assert [*packets] == [long_reply]


def test_recorded_events_are_parsed() -> None:
    """RECORD puts events of 32 bytes after a head of 32 bytes; the single one needs no list."""
    position = (300).to_bytes(2, "little") + (20).to_bytes(2, "little")
    event = bytes([2, 38, 0, 0]) + (77).to_bytes(4, "little") + bytes(12) + position + bytes(4) + bytes([5, 0, 0, 0])
    head = bytes([1, 0, 9, 0]) + bytes(28)
    assert replies.parse_single_recorded(head + event) == (0, 2, 38, 5)
    assert len(head + event) == replies.SINGLE_RECORDED_BYTES
    assert replies.parse_recorded(head + event + event) == [(2, 38, 77, 300, 20, 5)] * 2
    assert replies.parse_recorded(bytes([1, 4]) + bytes(30)) == []


def test_events_are_parsed() -> None:
    """Events sent by another client have the highest bit of their type set."""
    changed = bytes([28, 0, 0, 0]) + bytes.fromhex(f"{PACKED_WINDOW} 06000000 4d000000 01")
    assert events.parse_property_notify(changed.ljust(32, b"\0")) == (WINDOW, 6, 77, True)
    asked = bytes([30, 0, 0, 0]) + requests.pack_numbers(77, 1, WINDOW, 1, 31, 6)
    assert events.parse_selection_request(asked.ljust(32, b"\0")) == (77, 1, WINDOW, 1, 31, 6)
    lost = bytes([29, 0, 0, 0]) + requests.pack_numbers(77, WINDOW, 1)
    assert events.parse_selection_clear(lost.ljust(32, b"\0")) == (WINDOW, 1)
    destroyed = bytes([17 | 0x80, 0, 0, 0]) + requests.pack_numbers(1, WINDOW)
    assert events.event_type(destroyed) == events.DESTROY_NOTIFY
    assert events.destroyed_window(destroyed) == WINDOW
    out = bytes([10, 0, 0, 0]) + requests.pack_numbers(WINDOW) + bytes([1])
    assert events.parse_focus_event(out) == (True, WINDOW, 1, 0)
    press = bytes([2, 38, 0, 0]) + requests.pack_numbers(77)
    assert (events.keycode(press), events.key_event_time(press)) == (38, 77)
    other = bytes([33, 8, 0, 0]).ljust(32, b"\0")
    assert events.parse_client_message(other) is None


def test_generic_event_belongs_to_one_extension() -> None:
    """Other extensions use the same event type."""
    event = bytes([35, 131, 0, 0, 0, 0, 0, 0, 13, 0])
    assert events.generic_type(event, 131) == 13
    assert events.generic_type(event, 140) is None
    assert events.generic_type(bytes([2, 131]), 131) is None


def test_only_wire_modules_pack_bytes() -> None:
    """The layout of the protocol's bytes is known in one place; the Xauthority file has a format of its own."""
    package = Path(requests.__file__).parent
    users = {file.stem for file in package.glob("*.py") if "import struct" in file.read_text()}
    assert users == {"requests", "replies", "events", "xkb", "xinput", "virtual_display"}
