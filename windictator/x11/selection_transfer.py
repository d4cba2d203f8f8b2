"""Transfer of the PRIMARY selection between X clients (Inter-Client Communication Conventions Manual, section 2).

It reads what the owner of the selection has selected, as text, and gives text to clients that request it.
"""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from windictator.deferreds import Clock
from windictator.typist.interfaces import ConnectionLostError
from windictator.x11 import events, replies, requests
from windictator.x11.connection import XConnection
from windictator.x11.errors import XRequestError

_PRIMARY, _ATOM, _INTEGER, _STRING = requests.PRIMARY, requests.ATOM, requests.INTEGER, requests.STRING

ANSWER_TIMEOUT_S = 0.5
"""Time that the owner of the selection may take to give it, in seconds."""
MAX_BYTES = 200_000
"""Maximum size of a text that is read, in bytes of UTF-8; one request can give 262,140 bytes to another client."""


class SelectionTooLargeError(Exception):
    """The selection is larger than ``MAX_BYTES``."""


class SelectionUnreadableError(Exception):
    """The owner of the selection did not answer in time, or does not give it as text."""


class SelectionTransfer:
    """PRIMARY on one connection. ``clock``: for time-outs. Call ``start`` before everything else."""

    def __init__(self, connection: XConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._window = 0
        self._property = self._utf8 = self._incr = self._targets = self._timestamp = 0
        self._text_targets: frozenset[int] = frozenset()
        self._expected_events: dict[tuple[int, int], Deferred[bytes]] = {}
        self._owned_since = 0
        self.served_text: str | None = None
        """Text that other clients get while this one owns the selection; None: nothing."""
        self.is_owner = False
        """True until another client takes the selection after ``take_ownership``."""
        connection.add_event_listener(self._handle_event)

    async def start(self) -> None:
        """Create the window that owns and requests the selection, once. Raises ConnectionLostError."""
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
        mask = requests.PROPERTY_CHANGE_MASK
        request = requests.create_listening_window(self._window, self._connection.root, mask)
        await self._connection.request(request + requests.GET_INPUT_FOCUS, 2)

    async def find_owner(self) -> int:
        """Return the window that owns the selection, 0 for none. Raises ConnectionLostError."""
        reply = await self._connection.request(requests.get_selection_owner(_PRIMARY))
        owner = replies.selection_owner(reply)
        self.is_owner = bool(owner) and owner == self._window
        return owner

    async def take_ownership(self) -> None:
        """Take the selection; other clients get ``served_text`` from now on.

        Raises ConnectionLostError, SelectionUnreadableError.
        """
        self._owned_since = await self._server_time()
        self.is_owner = True
        self._set_owner(self._window, self._owned_since)
        await self.find_owner()

    async def clear(self) -> None:
        """Remove the owner of the selection. Raises ConnectionLostError."""
        self._set_owner(0, 0)
        await self._connection.sync()
        self.is_owner = False

    def close(self) -> None:
        """Give up the selection unless another client has taken it.

        A connection can stay open for a while after its program has ended, and a client that requests the selection
        would wait for an answer.
        """
        if self.is_owner and not self._connection.lost:
            self._set_owner(0, self._owned_since)
            self.is_owner = False

    async def read_text(self) -> str:
        """Return the selected text, "" if nothing is selected.

        Raises SelectionTooLargeError, SelectionUnreadableError, ConnectionLostError.
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
        """Return True if the selection is not text but, for example, a picture.

        Tk offers text and gives none when nothing is selected any more.
        """
        data = await self._convert(self._targets)
        if data is None:
            return False
        offered = set(replies.unpack_numbers(data))
        meta = {self._targets, self._timestamp}
        meta |= {await self._connection.atom(name) for name in ("MULTIPLE", "SAVE_TARGETS", "DELETE")}
        return not offered & self._text_targets and not offered <= meta

    async def _convert(self, target: int) -> bytes | None:
        """Return the selection in one form, None if the owner refuses that."""
        answered = self._expect_event(events.SELECTION_NOTIFY, target)
        self._connection.send(requests.convert_selection(self._window, _PRIMARY, target, self._property))
        self._connection.flush()
        event = await self._with_timeout(answered, events.SELECTION_NOTIFY, target)
        if not events.parse_selection_notify(event).name:
            return None
        arrived = self._expect_event(events.PROPERTY_NOTIFY, self._property)
        kind, data = await self._take_property()
        if kind != self._incr:
            self._expected_events.pop((events.PROPERTY_NOTIFY, self._property), None)
            return data
        pieces: list[bytes] = []
        while True:  # the owner writes the next piece when the last one has been read
            await self._with_timeout(arrived, events.PROPERTY_NOTIFY, self._property)
            arrived = self._expect_event(events.PROPERTY_NOTIFY, self._property)
            _, piece = await self._take_property()
            if not piece:
                self._expected_events.pop((events.PROPERTY_NOTIFY, self._property), None)
                return b"".join(pieces)
            pieces.append(piece)
            if sum(map(len, pieces)) > MAX_BYTES:
                raise SelectionTooLargeError

    async def _take_property(self) -> tuple[int, bytes]:
        """Read and delete the property of our window that an owner writes to; return its type and value."""
        request = requests.get_property(self._window, self._property, max_bytes=MAX_BYTES, delete=True)
        found = replies.parse_property(await self._connection.request(request))
        if found.rest:
            raise SelectionTooLargeError
        return found.kind, found.value

    async def _server_time(self) -> int:
        """Return the server's time in milliseconds, taken from a change of a property (ICCCM, section 2.1)."""
        changed = self._expect_event(events.PROPERTY_NOTIFY, self._timestamp)
        self._connection.send(requests.change_property(self._window, self._timestamp, _INTEGER, 32, b"", append=True))
        self._connection.flush()
        event = await self._with_timeout(changed, events.PROPERTY_NOTIFY, self._timestamp)
        return events.parse_property_notify(event).time

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
        kind = events.event_type(event)
        if kind == events.PROPERTY_NOTIFY:
            change = events.parse_property_notify(event)
            if change.window == self._window and not change.is_deleted:
                self._event_received(kind, change.name, event)
        elif kind == events.SELECTION_NOTIFY:
            answer = events.parse_selection_notify(event)
            if answer.requestor == self._window and answer.selection == _PRIMARY:
                self._event_received(kind, answer.target, event)
        elif kind == events.SELECTION_CLEAR:
            if events.parse_selection_clear(event) == (self._window, _PRIMARY):
                self.is_owner = False
        elif kind == events.SELECTION_REQUEST:
            self._serve(events.parse_selection_request(event))

    def _event_received(self, kind: int, what: int, event: bytes) -> None:
        waiting = self._expected_events.pop((kind, what), None)
        if waiting is not None:
            waiting.callback(event)

    # Giving

    def _set_owner(self, window: int, time: int) -> None:
        self._connection.send(requests.set_selection_owner(window, _PRIMARY, time))
        self._connection.flush()

    def _serve(self, request: events.SelectionRequest) -> None:
        """Give ``served_text`` to a client that requests it, or refuse."""
        value = self._converted_value(request.target)
        name = request.name or request.target  # obsolete clients name no property (ICCCM, section 2.2)
        batch: list[bytes] = []
        if value is None or request.selection != _PRIMARY:
            name = 0
        else:
            batch.append(requests.change_property(request.requestor, name, *value))
        batch.append(
            requests.send_selection_notify(request.requestor, request.time, request.selection, request.target, name)
        )
        # A request with a reply follows, because then its Deferred gets the refusal if the client is gone.
        batch.append(requests.GET_INPUT_FOCUS)
        self._connection.request(b"".join(batch), len(batch)).addErrback(_requestor_gone)

    def _converted_value(self, target: int) -> tuple[int, int, bytes] | None:
        """Return type, bits per unit and value of the selection in one form, None if it is not available in that."""
        if self.served_text is None:
            return None
        if target == self._targets:
            atoms = sorted((self._targets, self._timestamp, *self._text_targets))
            return _ATOM, 32, requests.pack_numbers(*atoms)
        if target == self._timestamp:
            return _INTEGER, 32, requests.pack_numbers(self._owned_since)
        if target == _STRING:
            return _STRING, 8, self.served_text.encode("latin-1", "replace")
        if target in self._text_targets:
            return self._utf8, 8, self.served_text.encode()
        return None


def _requestor_gone(failure: Failure) -> None:
    """Ignore that the client has closed its window. Other objects report a lost connection."""
    failure.trap(XRequestError, ConnectionLostError)  # type: ignore[no-untyped-call]
