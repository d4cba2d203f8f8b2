"""A server that does not reply, with time in the test's hand: what waits for it ends, and knows what it has changed."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import Clock

from tests.fake_keyboard import KEYMAPS, WINDOW
from windictator.x11 import xkb
from windictator.x11.attention import PING_TIMEOUT, Attention
from windictator.x11.connection import REPLY_TIMEOUT, ServerSilent
from windictator.x11.lent_keycodes import LentKeycodes
from windictator.x11.primary_selection import PrimarySelection

_UNGRAB_SERVER, _SEND_EVENT, _GET_PROPERTY = 37, 25, 20
_PING = 7


class FakeConnection:
    """A server that replies to so many questions and then falls silent. ``reply``: gives what it replies."""

    lost = False
    root = 1
    resource_mask = 0x1FFFFF

    def __init__(self, replies: int, reply: Callable[[bytes], bytes] = lambda _request: bytes(64)) -> None:
        self._replies = replies
        self._reply = reply
        self.sent: list[bytes] = []

    def ask(self, request: bytes, count: int = 1, *, flush: bool = True) -> Deferred[bytes]:
        self.sent.append(request)
        answer: Deferred[bytes] = Deferred()
        if self._replies:
            self._replies -= 1
            answer.callback(self._reply(request))
        return answer

    def send(self, request: bytes, count: int = 1) -> None:
        self.sent.append(request)

    def flush(self) -> None: ...

    def listen(self, listener: Callable[[bytes], None]) -> None: ...

    def new_id(self) -> int:
        return 0x800001

    async def atom(self, name: str) -> int:
        await self.ask(name.encode())
        return _PING

    async def answered(self) -> None:
        await self.ask(b"")


class FakeServers:
    async def running(self) -> list[Any]:
        return []


def attention_on(connection: FakeConnection, clock: Clock) -> Attention:
    return Attention(connection, FakeServers(), clock)  # type: ignore[arg-type]


def outcome(clock: Clock, work: Deferred[Any] | Coroutine[Deferred[Any], Any, Any], seconds: float) -> Any:
    """Return what comes of the work within so many seconds, but not at once."""
    results: list[Any] = []
    ensureDeferred(work).addBoth(results.append)
    assert not results
    clock.pump([0.1] * round(seconds * 10 + 1))
    (result,) = results
    assert not clock.getDelayedCalls()
    return result


@pytest.mark.parametrize("replies", [0, 1, 2])
@pytest.mark.parametrize("question", ["has_read", "has_acted"])
def test_question_to_an_application_ends_where_the_server_is_silent(question: str, replies: int) -> None:
    clock = Clock()
    attention = attention_on(FakeConnection(replies), clock)
    asked = getattr(attention, question)(WINDOW)
    assert outcome(clock, asked, REPLY_TIMEOUT).check(ServerSilent)


@pytest.mark.parametrize("passes_on", [False, True])
def test_ping_that_is_not_answered_is_the_applications_fault_only_if_the_server_has_passed_it_on(
    passes_on: bool,
) -> None:
    properties = bytes(16) + struct.pack("=I12xI", 1, _PING)
    connection = FakeConnection(4 if passes_on else 3, lambda _request: properties)
    clock = Clock()
    result = outcome(clock, attention_on(connection, clock).has_read(WINDOW), PING_TIMEOUT)
    assert any(request[:1] == bytes([_SEND_EVENT]) for request in connection.sent)
    assert result is False if passes_on else result.check(ServerSilent)


class FakeKeymaps:
    """Holds one keymap."""

    def __init__(self, reply: bytes) -> None:
        self.keymap = xkb.parse_map(reply)

    def adopt(self, reply: bytes) -> None:
        self.keymap = xkb.parse_map(reply)


class FakeWill:
    def write(self, part: str, requests: bytes, record: object) -> None: ...


class Quick:
    """Attention where every application has read everything."""

    async def caught_up(self, _window: int) -> bool:
        return True


@pytest.mark.parametrize(("replies", "is_lent"), [(0, False), (1, True)])
def test_loan_that_the_server_does_not_confirm_is_known_as_far_as_it_was_sent(replies: int, is_lent: bool) -> None:
    # Intent: the server carries it out when it goes on, and then it must be given back.
    layout = (KEYMAPS / "us.xkbmap").read_bytes()
    connection, clock = FakeConnection(replies, lambda _request: layout), Clock()
    lender = LentKeycodes(
        *(connection, 135, FakeKeymaps(layout), Quick(), FakeWill(), clock)  # type: ignore[arg-type]
    )
    assert outcome(clock, lender.lend("я", WINDOW), REPLY_TIMEOUT).check(ServerSilent)
    assert bool(lender.keycodes) is is_lent
    assert connection.sent[-1][0] == _UNGRAB_SERVER
    if is_lent:
        asked = len(connection.sent)
        lender.give_back().addErrback(lambda _failure: None)
        assert len(connection.sent) > asked


class Reads:
    """Attention of an application that reads everything at once."""

    async def has_read(self, _window: int) -> bool:
        return True


def test_selection_ends_where_the_server_is_silent() -> None:
    # Intent: what is to be erased is then not known, and nothing is.
    clock = Clock()
    selected = PrimarySelection(FakeConnection(0), Reads(), clock)  # type: ignore[arg-type]
    assert outcome(clock, selected.prepare(WINDOW), REPLY_TIMEOUT) is True, "the next key finds it out"
    assert outcome(clock, selected.read(WINDOW, lambda _text: True), REPLY_TIMEOUT) is None
    assert outcome(clock, selected.restore(WINDOW), REPLY_TIMEOUT) is None


def test_threads_of_a_process_that_has_just_ended_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    # Intent: a process may end between any two looks at it.
    from windictator.x11 import client_process

    def gone(*_: object) -> Any:
        raise ProcessLookupError

    monkeypatch.setattr(os, "listdir", gone)
    monkeypatch.setattr(os, "scandir", gone)
    assert client_process.times_run([os.getpid()]) == 0
    assert client_process.seconds_run(os.getpid()) == 0.0
