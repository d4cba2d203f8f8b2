"""Waits for a server that does not reply: they end, and what was changed is known."""

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
from windictator.x11.client_sync import PING_TIMEOUT_S, ClientSync
from windictator.x11.connection import REPLY_TIMEOUT_S, ServerTimeoutError, run_with_timeout
from windictator.x11.primary_selection import PrimarySelection
from windictator.x11.temporary_mappings import TemporaryMappings

_UNGRAB_SERVER, _SEND_EVENT, _GET_PROPERTY = 37, 25, 20
_PING = 7


class FakeConnection:
    """Connection to a server that replies to N requests and then to no more; ``reply`` returns each reply."""

    lost = False
    root = 1
    resource_mask = 0x1FFFFF

    def __init__(self, replies: int, reply: Callable[[bytes], bytes] = lambda _request: bytes(64)) -> None:
        self._replies = replies
        self._reply = reply
        self.sent: list[bytes] = []

    def request(self, request: bytes, count: int = 1, *, flush: bool = True) -> Deferred[bytes]:
        self.sent.append(request)
        answer: Deferred[bytes] = Deferred()
        if self._replies:
            self._replies -= 1
            answer.callback(self._reply(request))
        return answer

    def send(self, request: bytes, count: int = 1) -> None:
        self.sent.append(request)

    def flush(self) -> None: ...

    def add_event_listener(self, listener: Callable[[bytes], None]) -> None: ...

    def new_id(self) -> int:
        return 0x800001

    async def atom(self, name: str) -> int:
        await self.request(name.encode())
        return _PING

    async def sync(self) -> None:
        await self.request(b"")


class FakeServers:
    async def running(self) -> list[Any]:
        return []


def client_sync_on(connection: FakeConnection, clock: Clock) -> ClientSync:
    return ClientSync(connection, FakeServers(), clock)  # type: ignore[arg-type]


def result_within(clock: Clock, work: Deferred[Any] | Coroutine[Deferred[Any], Any, Any], seconds: float) -> Any:
    """Return the result of work that ends within ``seconds``, but not at once."""
    results: list[Any] = []
    ensureDeferred(work).addBoth(results.append)
    assert not results
    clock.pump([0.1] * round(seconds * 11 + 1))  # each of its ticks may be late by one step
    (result,) = results
    assert not clock.getDelayedCalls()
    return result


@pytest.mark.parametrize("replies", [0, 1, 2])
@pytest.mark.parametrize("question", ["acknowledged", "wait_until_idle"])
def test_question_to_application_ends_if_server_is_silent(question: str, replies: int) -> None:
    clock = Clock()
    sync = client_sync_on(FakeConnection(replies), clock)
    reply = getattr(sync, question)(WINDOW)
    assert result_within(clock, reply, REPLY_TIMEOUT_S).check(ServerTimeoutError)


@pytest.mark.parametrize("passes_on", [False, True])
def test_unanswered_ping_blames_application_if_passed_on(passes_on: bool) -> None:
    properties = struct.pack("=BB14xI12xI", 1, 32, 1, _PING)
    connection = FakeConnection(4 if passes_on else 3, lambda _request: properties)
    clock = Clock()
    result = result_within(clock, client_sync_on(connection, clock).acknowledged(WINDOW), PING_TIMEOUT_S)
    assert any(request[:1] == bytes([_SEND_EVENT]) for request in connection.sent)
    assert result is False if passes_on else result.check(ServerTimeoutError)


class FakeKeymaps:
    """Holds one keymap."""

    def __init__(self, reply: bytes) -> None:
        self.keymap = xkb.parse_map(reply)

    def use_snapshot(self, reply: bytes) -> None:
        self.keymap = xkb.parse_map(reply)


class FakeRecoveryRecord:
    def write(self, part: str, requests: bytes, record: object) -> None: ...


class InstantSync:
    """Client synchroniser where every application has read everything."""

    async def wait_until_processed(self, _window: int) -> bool:
        return True


@pytest.mark.parametrize(("replies", "is_mapped"), [(0, False), (1, True)])
def test_unconfirmed_mapping_is_known_if_it_was_sent(replies: int, is_mapped: bool) -> None:
    """The server maps the characters when it continues, and then they must be restored."""
    layout = (KEYMAPS / "us.xkbmap").read_bytes()
    connection, clock = FakeConnection(replies, lambda _request: layout), Clock()
    mappings = TemporaryMappings(
        *(connection, 135, FakeKeymaps(layout), InstantSync(), FakeRecoveryRecord(), clock)  # type: ignore[arg-type]
    )
    assert result_within(clock, mappings.map_characters("я", WINDOW), REPLY_TIMEOUT_S).check(ServerTimeoutError)
    assert bool(mappings.keycodes) is is_mapped
    assert connection.sent[-1][0] == _UNGRAB_SERVER
    if is_mapped:
        asked = len(connection.sent)
        mappings.restore().addErrback(lambda _failure: None)
        assert len(connection.sent) > asked


class InstantReader:
    """Client synchroniser of an application that reads everything at once."""

    async def acknowledged(self, _window: int) -> bool:
        return True


def test_selection_ends_if_server_is_silent() -> None:
    """The text to be erased is unknown then, so nothing is erased."""
    clock = Clock()
    selected = PrimarySelection(FakeConnection(0), InstantReader(), clock)  # type: ignore[arg-type]
    assert result_within(clock, selected.prepare(WINDOW), REPLY_TIMEOUT_S) is True, "the next key finds it out"
    assert result_within(clock, selected.read(WINDOW, lambda _text: True), REPLY_TIMEOUT_S) is None
    assert result_within(clock, selected.restore(WINDOW), REPLY_TIMEOUT_S) is None


def test_process_that_has_just_ended_has_no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process may end between any two looks at it."""
    from windictator.x11 import process_state

    def gone(*_: object) -> Any:
        raise ProcessLookupError

    monkeypatch.setattr(os, "listdir", gone)
    monkeypatch.setattr(os, "scandir", gone)
    assert process_state.schedule_count([os.getpid()]) == 0
    assert process_state.cpu_time_s(os.getpid()) == 0.0


def test_process_that_stood_still_reads_the_answer_first() -> None:
    """After a pause of the machine the timer is due before the answer is read: the server was not silent."""
    clock, reply = Clock(), Deferred[bytes]()
    results: list[Any] = []
    run_with_timeout(reply, clock).addBoth(results.append)
    clock.advance(100 * REPLY_TIMEOUT_S)
    reply.callback(b"answer")
    assert results == [b"answer"]
    assert not clock.getDelayedCalls()
