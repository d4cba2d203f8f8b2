"""The display goes and comes back; the caller is informed and never left waiting."""

import pytest
from twisted.internet.defer import ensureDeferred, fail, succeed
from twisted.internet.task import Clock

from windictator.errors import WinDictatorError
from windictator.typist.interfaces import ConnectionLostError, NoReplyError
from windictator.typist.result import StopReason, TypingResult
from windictator.x11.reconnecting_typist import MAPPING_IDLE_TIMEOUT_S, RETRY_INTERVAL_S, ReconnectingTypist


class Keyboard:
    """An open display."""

    def __init__(self, on_lost):
        self.on_lost = on_lost
        self.closed = False
        self.given_back = 0
        self.silent = False
        self.gone = False

    def focused(self):
        return fail(ConnectionLostError()) if self.gone else succeed(7)

    async def close(self):
        self.closed = True
        return True


class FakeTypist:
    """Types whatever it is given at once."""

    def __init__(self, keyboard):
        self.keyboard = keyboard
        self.enabled = True

    def edit(self, erase, insert, window=None, keys=None):
        return succeed(TypingResult(insert, insert, None, 2, window))

    def shut_down(self):
        self.enabled = False

    def restore_keymap(self):
        self.keyboard.given_back += 1
        return fail(NoReplyError()) if self.keyboard.silent else succeed(True)


class Server:
    """Where displays can be opened, or not."""

    def __init__(self):
        self.keyboards = []
        self.down = False
        self.changes = []
        self.clock = Clock()
        self.display = ReconnectingTypist(self.clock, self.open, FakeTypist, self.changes.append)

    async def open(self, on_lost):
        if self.down:
            raise WinDictatorError("cannot open")
        self.keyboards.append(Keyboard(on_lost))
        return self.keyboards[-1]


def result(awaitable):
    results = []
    ensureDeferred(awaitable).addBoth(results.append)
    assert results, "not done yet"
    return results[0]


def test_what_is_typed_goes_to_the_open_display():
    """And the focus is read there."""
    server = Server()
    assert result(server.display.open()) is None
    assert result(server.display.edit(0, "hi", 7)).confirmed == "hi"
    assert result(server.display.focused()) == 7


def test_display_missing_at_start_raises():
    """No silent waiting there."""
    server = Server()
    server.down = True
    with pytest.raises(WinDictatorError):
        result(server.display.open()).raiseException()
    assert server.clock.getDelayedCalls() == []


def test_lost_display_is_reported_and_reopened():
    """Meanwhile typing stops at once with its reason, and no window has the focus."""
    server = Server()
    result(server.display.open())
    server.down = True
    server.keyboards[0].on_lost()
    assert server.changes == [False] and server.keyboards[0].closed
    assert result(server.display.edit(1, "hi")) == TypingResult("\bhi", "", StopReason.CONNECTION_LOST)
    assert result(server.display.focused()) == 0
    for _ in range(3):
        server.clock.advance(RETRY_INTERVAL_S)
    assert server.changes == [False]
    server.down = False
    server.clock.advance(RETRY_INTERVAL_S)
    assert server.changes == [False, True]
    assert result(server.display.edit(0, "hi")).complete


def test_a_display_that_goes_while_the_focus_is_read_has_none():
    """The reader of the focus is not broken by it."""
    server = Server()
    result(server.display.open())
    server.keyboards[0].gone = True
    assert result(server.display.focused()) == 0


def test_a_loan_that_a_silent_server_keeps_is_given_back_later():
    server = Server()
    result(server.display.open())
    keyboard = server.keyboards[0]
    keyboard.silent = True
    result(server.display.edit(0, "hi"))
    server.clock.advance(MAPPING_IDLE_TIMEOUT_S)
    keyboard.silent = False
    assert keyboard.given_back == 1
    server.clock.advance(MAPPING_IDLE_TIMEOUT_S)
    server.clock.advance(MAPPING_IDLE_TIMEOUT_S)
    assert keyboard.given_back == 2


def test_closed_typist_stays_closed():
    """No more attempts after the end, and what is being opened then is closed again."""
    server = Server()
    result(server.display.open())
    server.keyboards[0].on_lost()
    assert result(server.display.close())
    assert server.clock.getDelayedCalls() == []
    assert result(server.display.open()) is None
    assert server.keyboards[1].closed and server.display.backend is None


def test_mapped_characters_are_restored_when_idle():
    """They are kept between utterances, not while the user is silent."""
    server = Server()
    result(server.display.open())
    (keyboard,) = server.keyboards
    result(server.display.edit(0, "a"))
    server.clock.advance(MAPPING_IDLE_TIMEOUT_S - 1)
    result(server.display.edit(0, "b"))
    server.clock.advance(MAPPING_IDLE_TIMEOUT_S - 1)
    assert keyboard.given_back == 0
    server.clock.advance(2)
    server.clock.advance(10 * MAPPING_IDLE_TIMEOUT_S)
    assert keyboard.given_back == 1
    result(server.display.edit(0, "c"))
    assert result(server.display.close()) and server.clock.getDelayedCalls() == []
