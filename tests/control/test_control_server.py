"""The control socket under everything that a client can do to it: a real server in a process of its own.

After each of these the server must answer others as quickly as before.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.control.toy_daemon import Wire, serving, start
from tests.waiting import wait_until
from windictator.control.messages import MAX_LINE_BYTES
from windictator.control.server_client import MAX_CLIENT_REQUESTS, MAX_CLIENTS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a server that all tests of this file share."""
    path = tmp_path_factory.mktemp("run") / "windictator" / ":0.sock"
    with serving(path, "WRITE_TIMEOUT=0.4", "IDLE_TIMEOUT=30", "CLOSE_TIMEOUT=0.3"):
        yield path


@pytest.fixture
def path(served: Path) -> Iterator[Path]:
    """The same, and that it answers afterwards, and has forgotten whoever was there."""
    yield served
    with Wire(served) as wire:
        began = time.monotonic()
        assert wire.call("status")["state"] == "listening"
        assert time.monotonic() - began < 2


def settle(wire: Wire) -> None:
    """Wait until the server has dealt with everything that was sent before, on whatever connection.

    The first reply may come before what arrived at the same moment on another connection is looked at.
    """
    for _ in range(2):
        assert wire.call("status")["ok"]


def test_the_socket_is_its_users_alone(path: Path) -> None:
    """Folder 0700, socket 0600."""
    found = path.lstat()
    assert stat.S_ISSOCK(found.st_mode)
    assert (stat.S_IMODE(found.st_mode), stat.S_IMODE(path.parent.lstat().st_mode)) == (0o600, 0o700)


def test_a_request_and_its_reply(path: Path) -> None:
    """With the request's number; several on one connection, several in one write."""
    with Wire(path) as wire:
        wire.ask(7, "type", text="grüße 🙂")
        assert wire.read() == {"v": 2, "id": 7, "ok": True, "text": "grüße 🙂", "keys": 14}
        wire.send(b"".join(b'{"v":1,"id":%d,"verb":"type","text":"x"}\n' % id for id in range(100)))
        assert [wire.read()["id"] for _ in range(100)] == list(range(100))


def test_half_lines(path: Path) -> None:
    """A request may come in any pieces; others are answered meanwhile."""
    request = '{"v":1,"id":1,"verb":"type","text":"grüße"}\n'.encode()
    with Wire(path) as wire, Wire(path) as other:
        for position in range(len(request)):
            wire.send(request[position : position + 1])
            if position % 10 == 0:
                assert other.call("status")["ok"]
        assert wire.read()["text"] == "grüße"
        wire.send(request[:20])  # and leaves in the middle of one


def test_a_client_that_sends_no_more_gets_its_replies(path: Path) -> None:
    """As ``printf ... | socat - UNIX:...`` does."""
    with Wire(path) as wire, Wire(path) as other:
        wire.ask(1, "say", text="wait")
        wire.ask(2, "type", text="x")
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.read()["id"] == 2
        other.call("cancel")
        assert wire.read() == {"v": 2, "id": 1, "ok": True, "text": "waited"}
        assert wire.read() is None


def test_slow_requests_do_not_hold_up_others(path: Path) -> None:
    """Of the same client or of another; replies come by their numbers."""
    with Wire(path) as wire, Wire(path) as other:
        wire.ask(1, "say", text="wait")
        wire.ask(2, "type", text="quick")
        assert wire.read()["id"] == 2
        assert other.call("status")["ok"]
        wire.ask(3, "cancel")
        assert {wire.read()["id"], wire.read()["id"]} == {1, 3}


def test_a_client_has_so_many_requests_under_way(path: Path) -> None:
    """The next is taken when one is done: nobody fills the daemon with work."""
    with Wire(path) as wire, Wire(path) as other:
        for id in range(MAX_CLIENT_REQUESTS):
            wire.ask(id, "say", text="wait")
        wire.ask(1000, "type", text="afterwards")
        wire.ask(1001, "type", text="afterwards")
        settle(other)
        other.call("cancel")
        replies = [wire.read() for _ in range(MAX_CLIENT_REQUESTS + 2)]
        assert [reply["id"] for reply in replies if reply["text"] == "afterwards"] == [1000, 1001]


@pytest.mark.parametrize(
    ("said", "error", "status"),
    [
        ("refuse", "no, not now", 3),
        ("break", "internal error: KeyError (the daemon's log has the place)", 1),
        ("nonsense", "internal error: TypeError (the daemon's log has the place)", 1),
        ("nan", "internal error: ValueError (the daemon's log has the place)", 1),
    ],
)
def test_what_fails_is_an_error_reply(path: Path, said: str, error: str, status: int) -> None:
    """One line and its exit status; of a defect the kind alone, which says nothing of what was dictated."""
    with Wire(path) as wire:
        assert wire.call("say", text=said) == {"v": 2, "id": 1, "ok": False, "error": error, "exit_status": status}
        assert wire.call("status")["ok"]


def test_an_answer_does_not_change_the_envelope(path: Path) -> None:
    """Number, outcome and version are the server's."""
    with Wire(path) as wire:
        assert wire.call("say", text="overwrite") == {"v": 2, "id": 1, "ok": True, "text": "kept"}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"\x00\xff\xfe",
        b"[1]",
        b'{"v":3,"id":1,"verb":"status"}',
        b'{"v":1,"id":1,"verb":"dance"}',
        b'{"v":1,"id":1,"verb":"say","text":"x","loud":true}',
        b'{"v":' + b"[" * 100_000,
    ],
    ids=lambda line: repr(line[:12]),
)
def test_a_wrong_line_is_an_error_and_the_next_is_read(path: Path, line: bytes) -> None:
    """Lines are still told apart."""
    with Wire(path) as wire:
        wire.send(line + b"\n")
        reply = wire.read()
        assert (reply["ok"], reply["exit_status"]) == (False, 2)
        assert wire.call("status")["ok"]


def test_binary_noise(path: Path) -> None:
    """Errors as many as lines; then the connection still serves."""
    noise = random.Random(1).randbytes(200_000)
    with Wire(path) as wire:
        sent = 0
        for start_of_piece in range(0, len(noise), 4096):  # reading too: whoever only sends is left
            piece = noise[start_of_piece : start_of_piece + 4096]
            wire.send(piece)
            for _ in range(piece.count(b"\n")):
                assert wire.read()["ok"] is False
                sent += 1
        assert sent > 500
        wire.send(b"\n")
        assert wire.read()["ok"] is False
        assert wire.call("status")["ok"]


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_of_ten_megabytes(path: Path, end: bytes) -> None:
    """An error that can be read, then the end; the daemon does not keep what it does not understand."""
    with Wire(path) as wire, Wire(path) as other:
        before = other.call("status")["pages"]
        with contextlib.suppress(BrokenPipeError):
            wire.send(b'{"v":1,"id":1,"verb":"say","text":"' + b"x" * (10 << 20) + end)
        assert wire.read()["error"] == f"a line has at most {MAX_LINE_BYTES} bytes"
        assert wire.read() is None
        after = other.call("status")["pages"]
        assert (after - before) * resource.getpagesize() < 4 << 20


def test_the_largest_line_is_understood(path: Path) -> None:
    """The limit is the limit."""
    around = '{"v":1,"id":1,"verb":"type","text":""}'
    with Wire(path) as wire:
        for excess, ok in ((0, True), (1, False)):
            text = "x" * (MAX_LINE_BYTES - len(around) + excess)
            wire.send(around.replace('""', f'"{text}"').encode() + b"\n")
            assert wire.read()["ok"] is ok


def test_a_client_that_reads_nothing_is_left(path: Path) -> None:
    """It asks and asks, and leaves the answers: it is no longer read, and soon closed; memory does not grow."""
    with Wire(path) as wire, Wire(path) as other:
        before = other.call("status")["pages"]
        request = b'{"v":1,"id":1,"verb":"say","text":"large"}\n' * 200
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while True:
                wire.send(request)
        after = other.call("status")["pages"]
        assert (after - before) * resource.getpagesize() < 4 << 20


def test_a_client_that_neither_sends_nor_reads_any_more_is_left(path: Path) -> None:
    """It said that it sends no more, and gets what it asked for, if it takes it."""
    with Wire(path) as wire, Wire(path) as other:
        before = other.call("status")["descriptors"]
        for _ in range(MAX_CLIENT_REQUESTS - 2):
            wire.ask(1, "say", text="wait-for-large")
        assert wire.call("type", text="behind them")["text"] == "behind them"
        wire.socket.shutdown(socket.SHUT_WR)
        settle(other)
        other.call("cancel")
        wait_until(lambda: other.call("status")["descriptors"] < before)
        assert sum(1 for _ in wire.lines()) < MAX_CLIENT_REQUESTS


def test_more_connections_than_descriptors(tmp_path: Path) -> None:
    """Those that are too many wait or are left; nothing breaks, and there is room again when others have gone."""
    path = tmp_path / "windictator" / ":0.sock"
    with serving(path, "descriptors=40") as process, contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Wire(path)) for _ in range(50)]
        for wire in wires:
            with contextlib.suppress(BrokenPipeError):  # left already
                wire.ask(1, "type", text="x")
        early = [wire for wire in wires if wire.answered_within(0.1)]
        replies = [wire.read() for wire in early]
        assert sum(1 for reply in replies if reply and reply["ok"]) > 10
        assert len(early) < len(wires)
        for wire in early:
            wire.__exit__()
        late = [wire.read() for wire in wires if wire not in early]
        assert any(reply and reply["ok"] for reply in late)
        assert stack.enter_context(Wire(path)).call("status")["ok"]
        assert process.poll() is None


def test_thousands_of_connections(path: Path) -> None:
    """One after the other, some in the middle of a request, some over noise; nothing is left of them."""
    with Wire(path) as other:
        for _ in range(200):
            Wire(path).__exit__()
        before = other.call("status")["pages"]
        for number in range(2000):
            with Wire(path) as wire:
                if number % 3:
                    wire.send(b'{"v":1,"id":1,' if number % 2 else b'{"v":1,"id":1,"verb":"status"}\n')
        after = other.call("status")["pages"]
        assert (after - before) * resource.getpagesize() < 2 << 20


def test_too_many_at_a_time(path: Path) -> None:
    """The rest is told so and left; those who were there are served, and when they leave there is room again."""
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Wire(path)) for _ in range(MAX_CLIENTS)]
        assert all(wire.call("status")["ok"] for wire in wires)
        for _ in range(300):
            late = stack.enter_context(Wire(path))
            reply = late.read()
            assert (reply["ok"], reply["id"]) == (False, None)
            assert f"{MAX_CLIENTS} clients" in reply["error"]
            assert late.read() is None
        assert all(wire.call("status")["ok"] for wire in wires)
        for wire in wires[:5]:
            wire.__exit__()
        assert wires[-1].call("status")["ok"]  # the server has noticed by then
        assert stack.enter_context(Wire(path)).call("status")["ok"]


def test_following(path: Path) -> None:
    """The state first, then every event; levels only where they are wanted."""
    with Wire(path) as wire, Wire(path) as loud, Wire(path) as other:
        for follower, levels in ((wire, False), (loud, True)):
            follower.ask(4, "follow", levels=levels)
            assert follower.read() == {"v": 2, "id": 4, "ok": True}
            state = follower.read()
            assert (state["event"], state["state"]) == ("state", "listening")
        assert other.call("status")["followers"][-2:] == [[1, False], [2, True]]
        other.call("say", text="publish level 2 1")
        other.call("say", text="publish typed 2 1")
        assert [(wire.read()["event"], 0) for _ in range(2)] == [("typed", 0)] * 2
        assert [loud.read()["event"] for _ in range(4)] == ["level", "level", "typed", "typed"]
        assert wire.call("type", text="and asks")["text"] == "and asks"
        loud.socket.shutdown(socket.SHUT_WR)
        assert loud.read() is None
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.read() is None
        assert other.call("status")["followers"][-2:] == [[1, False], [0, False]]


def test_a_slow_follower_loses_what_is_least_important(path: Path) -> None:
    """Partials are dropped and counted, everything else arrives in its order, and others are not held up."""
    with Wire(path) as wire, Wire(path) as other:
        wire.call("follow")
        wire.read()
        for number in range(100):
            other.call("say", text="publish partial 20 1000")
            if number % 2 == 0:
                other.call("say", text=f"publish typed 1 {number}")
        typed, partials, dropped = [], 0, 0
        while len(typed) < 50:
            event = wire.read()
            if event["event"] == "typed":
                typed.append(len(event["text"]))
            elif event["event"] == "partial":
                partials += 1
            else:
                assert event["event"] == "dropped"
                dropped += event["count"]
        assert typed == list(range(0, 100, 2))
        assert dropped > 0
        # What came while nothing was unread was sent; the last partials, after the last "typed", may be counted later.
        assert partials + dropped <= 2000
        other.call("say", text="publish notice 1 1")
        while (event := wire.read())["event"] != "notice":
            dropped += event.get("count", 0)
            partials += event["event"] == "partial"
        assert partials + dropped == 2000


def test_a_follower_that_reads_nothing_is_left(path: Path) -> None:
    """After a while; what it has not read is bounded however much happens."""
    with Wire(path) as wire, Wire(path) as other:
        wire.call("follow")
        wire.read()
        before = other.call("status")["pages"]
        for _ in range(20):
            other.call("say", text="publish typed 100 10000")
        after = other.call("status")["pages"]
        assert (after - before) * resource.getpagesize() < 8 << 20
        wait_until(lambda: other.call("status")["followers"][-1] == [0, False])
        assert sum(1 for _ in iter(wire.read, None)) < 2000  # what was sent before is still there


def test_idle_clients_are_left(tmp_path: Path) -> None:
    """Those who hold a place for nothing, also one that sends a request byte by byte; a follower is not idle."""
    path = tmp_path / ":0.sock"
    tmp_path.chmod(0o700)
    with serving(path, "IDLE_TIMEOUT=0.3"), Wire(path) as idle, Wire(path) as follower, Wire(path) as slow:
        follower.call("follow")
        follower.read()
        assert idle.read() is None
        with pytest.raises(OSError):
            while True:
                slow.send(b" ")
                time.sleep(0.02)  # slowly: that is what is tried
        assert follower.call("status")["ok"]


def test_another_user_is_not_answered(tmp_path: Path) -> None:
    """Whoever gets past the permissions, root's programs for instance: the server asks the kernel who it is."""
    path = tmp_path / "windictator" / ":0.sock"
    with serving(path, f"user={os.getuid() + 1}"), Wire(path) as wire:
        assert wire.read()["error"] == "this daemon belongs to another user"
        assert wire.read() is None


def test_the_end(tmp_path: Path) -> None:
    """Work under way gets its reply, new work is refused, followers see the end, the socket is gone."""
    path = tmp_path / "windictator" / ":0.sock"
    patience = "CLOSE_TIMEOUT=0.4"
    with serving(path, patience) as process, Wire(path) as worker, Wire(path) as follower, Wire(path) as other:
        follower.call("follow")
        follower.read()
        worker.ask(1, "say", text="wait")
        assert worker.call("type", text="x")["ok"]
        other.ask(2, "stop")
        assert follower.read() is None
        assert not path.exists()
        assert other.read() == {"v": 2, "id": 2, "ok": True}
        assert other.read() is None
        with pytest.raises(FileNotFoundError):
            Wire(path)
        began = time.monotonic()
        assert worker.read() is None  # its work never ended: that is waited for no longer than so
        assert time.monotonic() - began < 10
        assert process.stdout is not None
        assert process.stdout.read() == "closed\n"
        assert process.wait(10) == 0


def test_a_stale_socket_is_replaced_and_a_live_one_is_not(tmp_path: Path) -> None:
    """A daemon that was killed leaves its socket; one that lives keeps it."""
    path = tmp_path / "windictator" / ":0.sock"
    with serving(path) as process:
        process.kill()
        process.wait()
        assert path.exists()
    with serving(path):
        second = start(path)
        _, errors = second.communicate(timeout=20)
        assert second.returncode == 1
        assert errors == f"another daemon answers at {path}; stop it: windictator stop\n"
        with Wire(path) as wire:
            assert wire.call("status")["ok"]


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    """What is no socket is not ours to remove."""
    path = tmp_path / "windictator" / ":0.sock"
    path.parent.mkdir(0o700)
    path.write_text("mine")
    process = start(path)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors.startswith(f"cannot listen at {path}: ")
    assert path.read_text() == "mine"


def test_the_socket_of_another_daemon_is_not_removed(tmp_path: Path) -> None:
    """One that has taken the place meanwhile, of a socket that somebody removed."""
    path = tmp_path / "windictator" / ":0.sock"
    with serving(path), Wire(path) as first:
        path.unlink()
        with serving(path):
            first.ask(1, "stop")
            assert first.read()["ok"]
            assert first.read() is None
            with Wire(path) as second:
                assert json.dumps(second.call("status")["state"]) == '"listening"'
