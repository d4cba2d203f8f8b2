"""The lock on a display: exactly one holder, gone with its connection, and a line that helps those who come second."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from twisted.internet.task import Clock
from Xlib import Xatom
from Xlib.display import Display

from tests.waiting import wait_until
from tests.x11.blocking import TIMEOUT
from tests.x11.server import XServer
from windictator.x11.blocking import BlockingConnection
from windictator.x11.display_claim import (
    SELECTION,
    Claimant,
    DisplayTakenError,
    claim_display,
    find_holder,
    release_display,
)

HERE = Claimant.this_process("dictate", "/run/user/7/windictator/:0.sock", ":0")


@pytest.fixture
def other(xserver: XServer) -> BlockingConnection:
    """Another program's connection."""
    return BlockingConnection(xserver.name, TIMEOUT)


def claim(own: BlockingConnection, claimant: Claimant = HERE) -> int:
    """Claim the display; the selection."""
    return own.wait(claim_display(own.connection, claimant, Clock()))


def test_lock_is_exclusive_and_ends_with_its_connection(xserver: XServer, other: BlockingConnection) -> None:
    """Every client can see which program holds it; looking changes nothing."""
    with other, BlockingConnection(xserver.name, TIMEOUT) as own:
        assert other.wait(find_holder(other.connection)) is None
        claim(own)
        assert other.wait(find_holder(other.connection)) == HERE
        with pytest.raises(DisplayTakenError) as refused:
            claim(other)
        assert refused.value.holder == HERE
        own.connection.close()
        while other.wait(find_holder(other.connection)) is not None:
            pass  # until the server has noticed
        claim(other)


def test_released_lock_is_free_while_the_connection_lasts(xserver: XServer, other: BlockingConnection) -> None:
    """A connection may be kept open after the end of the program, for what the server has still to do."""
    with other, BlockingConnection(xserver.name, TIMEOUT) as own:
        release_display(own.connection, claim(own))
        own.wait(own.connection.sync())
        claim(other)


@pytest.mark.slow
def test_simultaneous_claims_have_one_winner(xserver: XServer) -> None:
    """Fifty rounds of six, each as near to the others as threads can be."""
    for _ in range(50):
        connections = [BlockingConnection(xserver.name, TIMEOUT) for _ in range(6)]
        outcomes: list[bool] = []
        together = threading.Barrier(len(connections))

        def attempt(own: BlockingConnection, together: threading.Barrier, outcomes: list[bool]) -> None:
            together.wait(TIMEOUT)
            try:
                claim(own)
                outcomes.append(True)
            except DisplayTakenError:
                outcomes.append(False)

        threads = [threading.Thread(target=attempt, args=(own, together, outcomes)) for own in connections]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * TIMEOUT)
        for own in connections:
            own.connection.close()
        assert sorted(outcomes) == [False] * 5 + [True]
        with BlockingConnection(xserver.name, TIMEOUT) as own:
            while own.wait(find_holder(own.connection)) is not None:
                pass


def test_lock_of_an_ended_process_is_awaited(xserver: XServer, other: BlockingConnection) -> None:
    """The server has not noticed its end yet, or something keeps its connection; not for ever."""
    ended = replace(HERE, pid=(1 << 22) + 1)  # the greatest process id of Linux is 1 << 22
    with other, BlockingConnection(xserver.name, TIMEOUT) as own:
        selection = claim(own, ended)
        clock = Clock()
        results: list[object] = []
        from twisted.internet.defer import ensureDeferred

        def turn() -> None:
            other.wait(other.connection.sync())
            clock.advance(0.05)

        ensureDeferred(claim_display(other.connection, HERE, clock)).addBoth(results.append)
        while clock.seconds() < 1:
            turn()
        assert results == []
        release_display(own.connection, selection)
        own.wait(own.connection.sync())
        wait_until(lambda: (turn(), results)[1], what="the claim has a result", poll_s=0)
        assert results == [selection] and clock.seconds() < 2
        results.clear()
        release_display(other.connection, selection)
        other.wait(other.connection.sync())
        claim(own, ended)
        ensureDeferred(claim_display(other.connection, HERE, clock)).addBoth(results.append)
        wait_until(lambda: (turn(), results)[1], what="the claim has a result", poll_s=0)
        assert isinstance(results[0].value, DisplayTakenError)  # type: ignore[attr-defined]


def test_server_is_not_held_after_a_refused_or_a_granted_claim(xserver: XServer, other: BlockingConnection) -> None:
    """Every other client would stand still."""
    with other, BlockingConnection(xserver.name, TIMEOUT) as own:
        claim(own)
        other.wait(other.connection.sync())
        with pytest.raises(DisplayTakenError):
            claim(other)
        own.wait(own.connection.sync())


@pytest.mark.parametrize(
    ("holder", "remedy"),
    [
        (replace(HERE, pid=7), "end it first, with Ctrl-C or: kill 7"),
        (
            replace(HERE, program="daemon"),
            "use it ('windictator resume' or 'toggle') or end it ('windictator stop')",
        ),
        (
            replace(HERE, program="daemon", socket="/run/user/7/windictator/:1.sock", display=":1; rm x"),
            "use it ('windictator resume --display ':1; rm x'' or 'toggle') or end it "
            "('windictator stop --display ':1; rm x'')",
        ),
        (replace(HERE, program="daemon", pid=7, socket="/tmp/windictator-7/:0.sock"), "end it first: kill 7"),
        (replace(HERE, user=HERE.user + 1), f"end it first; it runs for another user (user id {HERE.user + 1})"),
        (replace(HERE, host="far"), "end it first; it runs on the machine 'far'"),
    ],
)
def test_refusal_says_what_helps_here(holder: Claimant, remedy: str) -> None:
    """A verb where one reaches it, else its process, its user or its machine."""
    error = str(DisplayTakenError(holder, HERE))
    assert error == f"cannot dictate on this display: {holder} already does; {remedy}"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[1]", b'{"pid": true, "host": "a\\nb", "program": 3}', b'{"pid": -5, "socket": 7}', b"{" * 4000],
)
def test_any_description_on_the_owner_gives_one_line(
    xserver: XServer, other: BlockingConnection, content: bytes
) -> None:
    """Any program can take the selection and write there what it likes."""
    with xserver.virtual_display.in_this_process():
        stranger = Display()
    try:
        window = stranger.screen().root.create_window(0, 0, 1, 1, 0, 0)
        selection = stranger.intern_atom(SELECTION)
        window.change_property(selection, Xatom.STRING, 8, content)
        window.set_selection_owner(selection, 0)
        stranger.sync()
        with other, pytest.raises(DisplayTakenError) as refused:
            claim(other)
        assert str(refused.value).isprintable()
        assert "kill" not in str(refused.value), "no process to kill is known"
    finally:
        stranger.close()
