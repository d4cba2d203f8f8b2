"""Transfer of the PRIMARY selection between X clients (Inter-Client Communication Conventions Manual, section 2).

Reads what the owner of the selection has selected, as text, and gives text to others who ask for it.
"""

from __future__ import annotations

import struct

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from windictator.deferreds import Clock
from windictator.typist.interfaces import ConnectionLostError
from windictator.x11.connection import XConnection, XRequestError

_CREATE_WINDOW, _CHANGE_PROPERTY, _GET_PROPERTY, _SEND_EVENT, _GET_INPUT_FOCUS = 1, 18, 20, 25, 43
_SET_SELECTION_OWNER, _GET_SELECTION_OWNER, _CONVERT_SELECTION = 22, 23, 24
_PROPERTY_NOTIFY, _SELECTION_CLEAR, _SELECTION_REQUEST, _SELECTION_NOTIFY = 28, 29, 30, 31
_PRIMARY, _ATOM, _INTEGER, _STRING = 1, 4, 19, 31
_INPUT_ONLY, _EVENT_MASK, _PROPERTY_CHANGE = 2, 1 << 11, 1 << 22
_APPEND, _NEW_VALUE = 2, 0
_GET_FOCUS = struct.pack("=BxH", _GET_INPUT_FOCUS, 1)

ANSWER_TIMEOUT_S = 0.5
"""Seconds that the owner of the selection may take to give it."""
MAX_BYTES = 200_000
"""Longest text that is read, in bytes of UTF-8: what can be given to others in one request (262,140 bytes)."""
#: Longest property that is read at once, in units of four bytes.
_MAX_UNITS = MAX_BYTES // 4 + 1


class SelectionTooLargeError(Exception):
    """What is selected is longer than ``MAX_BYTES``."""


class SelectionUnreadableError(Exception):
    """The owner of the selection did not answer in time, or gives it in no form of text."""


class SelectionTransfer:
    """PRIMARY on one connection. ``clock``: for the bounds. ``start`` comes before everything else."""

    def __init__(self, connection: XConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._window = 0
        self._property = self._utf8 = self._incr = self._targets = self._timestamp = 0
        self._text_targets: frozenset[int] = frozenset()
        self._expected_events: dict[tuple[int, int], Deferred[bytes]] = {}
        self._owned_since = 0
        self.served_text: str | None = None
        """Text that others get while we own the selection; None: nothing."""
        self.is_owner = False
        """Whether we own the selection: no other client has taken it since ``own``."""
        connection.add_event_listener(self._handle_event)

    async def start(self) -> None:
        """Make the window that owns and asks, once. Raises ConnectionLost."""
        if self._window:
            return
        atom = self._connection.atom
        self._property = await atom("WINDICTATOR_SELECTION")
        self._utf8, self._incr = await atom("UTF8_STRING"), await atom("INCR")
        self._targets, self._timestamp = await atom("TARGETS"), await atom("TIMESTAMP")
        self._text_targets = frozenset(
            (self._utf8, _STRING, await atom("TEXT"), await atom("text/plain;charset=utf-8"), await atom("text/plain"))
        )
        self._window = self._connection.new_id()
        request = struct.pack(
            "=BBHIIhhHHHHIII",
            *(_CREATE_WINDOW, 0, 9, self._window, self._connection.root),
            *(-1, -1, 1, 1, 0, _INPUT_ONLY, 0, _EVENT_MASK, _PROPERTY_CHANGE),
        )
        await self._connection.request(request + _GET_FOCUS, 2)

    async def find_owner(self) -> int:
        """Return the window that owns the selection, 0 for none. Raises ConnectionLost."""
        reply = await self._connection.request(struct.pack("=BxHI", _GET_SELECTION_OWNER, 2, _PRIMARY))
        owner = int.from_bytes(reply[8:12], "little")
        self.is_owner = bool(owner) and owner == self._window
        return owner

    async def take_ownership(self) -> None:
        """Take the selection: others get ``served`` from now on. Raises ConnectionLost, SelectionUnreadable."""
        self._owned_since = await self._server_time()
        self.is_owner = True
        self._set_owner(self._window, self._owned_since)
        await self.find_owner()

    async def clear(self) -> None:
        """Let the selection have no owner. Raises ConnectionLost."""
        self._set_owner(0, 0)
        await self._connection.sync()
        self.is_owner = False

    def close(self) -> None:
        """Give the selection up, if nobody has taken it: a connection can stay open for a while after its program has
        ended, and whoever asks for the selection would wait for an answer."""
        if self.is_owner and not self._connection.lost:
            self._set_owner(0, self._owned_since)
            self.is_owner = False

    async def read_text(self) -> str:
        """Return what is selected, "" where nothing is.

        Raises SelectionTooLarge, SelectionUnreadable, ConnectionLost.
        """
        data = await self._convert(self._utf8)
        if data is None:
            data = await self._convert(_STRING)
            if data is not None:
                return data.decode("latin-1")
            if await self._has_other_forms():
                raise SelectionUnreadableError
            return ""
        return data.decode("utf-8", "replace")

    # Reading

    async def _has_other_forms(self) -> bool:
        """Return True if something is selected that is not a text, such as a picture.

        An owner that offers text and gives none has nothing selected any more: Tk.
        """
        data = await self._convert(self._targets)
        if data is None:
            return False
        offered = set(struct.unpack(f"={len(data) // 4}I", data[: len(data) // 4 * 4]))
        meta = {self._targets, self._timestamp}
        meta |= {await self._connection.atom(name) for name in ("MULTIPLE", "SAVE_TARGETS", "DELETE")}
        return not offered & self._text_targets and not offered <= meta

    async def _convert(self, target: int) -> bytes | None:
        """Return the selection in one form, None where the owner refuses that."""
        answered = self._expect_event(_SELECTION_NOTIFY, target)
        self._connection.send(
            struct.pack("=BxHIIIII", _CONVERT_SELECTION, 6, self._window, _PRIMARY, target, self._property, 0)
        )
        self._connection.flush()
        event = await self._with_timeout(answered, _SELECTION_NOTIFY, target)
        if not int.from_bytes(event[20:24], "little"):
            return None
        arrived = self._expect_event(_PROPERTY_NOTIFY, self._property)
        kind, data = await self._take_property()
        if kind != self._incr:
            self._expected_events.pop((_PROPERTY_NOTIFY, self._property), None)
            return data
        pieces: list[bytes] = []
        while True:  # the owner writes the next piece when the last has been taken
            await self._with_timeout(arrived, _PROPERTY_NOTIFY, self._property)
            arrived = self._expect_event(_PROPERTY_NOTIFY, self._property)
            _, piece = await self._take_property()
            if not piece:
                self._expected_events.pop((_PROPERTY_NOTIFY, self._property), None)
                return b"".join(pieces)
            pieces.append(piece)
            if sum(map(len, pieces)) > MAX_BYTES:
                raise SelectionTooLargeError

    async def _take_property(self) -> tuple[int, bytes]:
        """Read and delete the property of our window that an owner writes to; return its type and value."""
        request = struct.pack("=BBHIIIII", _GET_PROPERTY, 1, 6, self._window, self._property, 0, 0, _MAX_UNITS)
        reply = await self._connection.request(request)
        kind, left, count = struct.unpack_from("=III", reply, 8)
        if left:
            raise SelectionTooLargeError
        return kind, reply[32 : 32 + count * (reply[1] // 8)]

    async def _server_time(self) -> int:
        """Return the server's time in milliseconds: that of a change of a property (ICCCM, section 2.1)."""
        changed = self._expect_event(_PROPERTY_NOTIFY, self._timestamp)
        request = struct.pack(
            "=BBHIIIBxxxI", _CHANGE_PROPERTY, _APPEND, 6, self._window, self._timestamp, _INTEGER, 32, 0
        )
        self._connection.send(request)
        self._connection.flush()
        event = await self._with_timeout(changed, _PROPERTY_NOTIFY, self._timestamp)
        return int.from_bytes(event[12:16], "little")

    def _expect_event(self, kind: int, what: int) -> Deferred[bytes]:
        waiting: Deferred[bytes] = Deferred()
        self._expected_events[kind, what] = waiting
        return waiting

    async def _with_timeout(self, answer: Deferred[bytes], kind: int, what: int) -> bytes:
        timer = self._clock.callLater(ANSWER_TIMEOUT_S, answer.cancel)
        try:
            return await answer
        except CancelledError:
            raise SelectionUnreadableError from None
        finally:
            if self._expected_events.get((kind, what)) is answer:
                del self._expected_events[kind, what]
            if timer.active():
                timer.cancel()

    def _handle_event(self, event: bytes) -> None:
        kind = event[0] & 0x7F
        if kind == _PROPERTY_NOTIFY:
            window, name = struct.unpack_from("=II", event, 4)
            if window == self._window and event[16] == _NEW_VALUE:
                self._event_received(kind, name, event)
        elif kind == _SELECTION_NOTIFY:
            window, selection, target = struct.unpack_from("=III", event, 8)
            if window == self._window and selection == _PRIMARY:
                self._event_received(kind, target, event)
        elif kind == _SELECTION_CLEAR:
            window, selection = struct.unpack_from("=II", event, 8)
            if window == self._window and selection == _PRIMARY:
                self.is_owner = False
        elif kind == _SELECTION_REQUEST:
            self._serve(event)

    def _event_received(self, kind: int, what: int, event: bytes) -> None:
        waiting = self._expected_events.pop((kind, what), None)
        if waiting is not None:
            waiting.callback(event)

    # Giving

    def _set_owner(self, window: int, time: int) -> None:
        self._connection.send(struct.pack("=BxHIII", _SET_SELECTION_OWNER, 4, window, _PRIMARY, time))
        self._connection.flush()

    def _serve(self, event: bytes) -> None:
        """Give ``served`` to a client that asks for it, or refuse."""
        time, _, requestor, selection, target, name = struct.unpack_from("=IIIIII", event, 4)
        value = self._converted_value(target)
        name = name or target  # obsolete clients (ICCCM, section 2.2)
        requests: list[bytes] = []
        if value is None or selection != _PRIMARY:
            name = 0
        else:
            kind, width, data = value
            units = len(data) // (width // 8)
            head = struct.pack(
                "=BBHIIIBxxxI",
                *(_CHANGE_PROPERTY, 0, 6 + (len(data) + 3) // 4, requestor, name, kind, width, units),
            )
            requests.append(head + data + bytes(-len(data) % 4))
        answer = struct.pack("=BxHIIIIIxxxxxxxx", _SELECTION_NOTIFY, 0, time, requestor, selection, target, name)
        requests.append(struct.pack("=BBHII", _SEND_EVENT, 0, 11, requestor, 0) + answer)
        # With a request that has a reply: a refusal, because the client is gone, is that request's then.
        self._connection.request(b"".join((*requests, _GET_FOCUS)), len(requests) + 1).addErrback(_requestor_gone)

    def _converted_value(self, target: int) -> tuple[int, int, bytes] | None:
        """Return type, bits per unit and value of the selection in one form, None where it is not given in that."""
        if self.served_text is None:
            return None
        if target == self._targets:
            atoms = sorted((self._targets, self._timestamp, *self._text_targets))
            return _ATOM, 32, struct.pack(f"={len(atoms)}I", *atoms)
        if target == self._timestamp:
            return _INTEGER, 32, struct.pack("=I", self._owned_since)
        if target == _STRING:
            return _STRING, 8, self.served_text.encode("latin-1", "replace")
        if target in self._text_targets:
            return self._utf8, 8, self.served_text.encode()
        return None


def _requestor_gone(failure: Failure) -> None:
    """The server refuses the answer if the client has closed its window. A lost connection is reported elsewhere."""
    failure.trap(XRequestError, ConnectionLostError)  # type: ignore[no-untyped-call]
