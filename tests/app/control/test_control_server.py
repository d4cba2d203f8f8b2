"""Server of the control socket, a process of its own, with clients that misbehave.

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

from tests.app.control.toy_daemon import Wire, serving, start
from tests.waiting import wait_until
from windictator.app.control.messages import MAX_LINE_BYTES
from windictator.app.control.server_client import MAX_CLIENT_REQUESTS, MAX_CLIENTS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a server that all tests of this file share."""
    path = tmp_path_factory.mktemp("run") / "windictator" / ":0.sock"
    with serving(path, "WRITE_TIMEOUT=0.4", "IDLE_TIMEOUT=30", "CLOSE_TIMEOUT=0.3"):
        yield path


@pytest.fixture
def path(served: Path) -> Iterator[Path]:
    """Return the path of the server, and check afterwards that the server still answers at once."""
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


def test_socket_is_private(path: Path) -> None:
    """The folder has mode 0700, the socket 0600."""
    found = path.lstat()
    assert stat.S_ISSOCK(found.st_mode)
    assert (stat.S_IMODE(found.st_mode), stat.S_IMODE(path.parent.lstat().st_mode)) == (0o600, 0o700)


def test_reply_carries_the_id_of_the_request(path: Path) -> None:
    """Several requests may share a connection and a write."""
    with Wire(path) as wire:
        wire.ask(7, "type", text="grüße 🙂")
        assert wire.read() == {"v": 2, "id": 7, "ok": True, "text": "grüße 🙂", "keys": 14}
        wire.send(b"".join(b'{"v":1,"id":%d,"verb":"type","text":"x"}\n' % id for id in range(100)))
        assert [wire.read()["id"] for _ in range(100)] == list(range(100))


def test_request_may_arrive_in_pieces(path: Path) -> None:
    """Other clients are served meanwhile."""
    request = '{"v":1,"id":1,"verb":"type","text":"grüße"}\n'.encode()
    with Wire(path) as wire, Wire(path) as other:
        for position in range(len(request)):
            wire.send(request[position : position + 1])
            if position % 10 == 0:
                assert other.call("status")["ok"]
        assert wire.read()["text"] == "grüße"
        wire.send(request[:20])  # and leaves in the middle of one


def test_half_closed_client_gets_its_replies(path: Path) -> None:
    """``printf ... | socat - UNIX:...`` closes its output first."""
    with Wire(path) as wire, Wire(path) as other:
        wire.ask(1, "say", text="wait")
        wire.ask(2, "type", text="x")
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.read()["id"] == 2
        other.call("cancel")
        assert wire.read() == {"v": 2, "id": 1, "ok": True, "text": "waited"}
        assert wire.read() is None


def test_slow_request_does_not_delay_others(path: Path) -> None:
    """Replies are matched by their ids."""
    with Wire(path) as wire, Wire(path) as other:
        wire.ask(1, "say", text="wait")
        wire.ask(2, "type", text="quick")
        assert wire.read()["id"] == 2
        assert other.call("status")["ok"]
        wire.ask(3, "cancel")
        assert {wire.read()["id"], wire.read()["id"]} == {1, 3}


def test_unfinished_requests_are_limited(path: Path) -> None:
    """The next request is read when one is done."""
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
def test_failed_request_has_an_error_reply(path: Path, said: str, error: str, status: int) -> None:
    """A defect is reported by its kind alone, without dictated text."""
    with Wire(path) as wire:
        assert wire.call("say", text=said) == {"v": 2, "id": 1, "ok": False, "error": error, "exit_status": status}
        assert wire.call("status")["ok"]


def test_reply_content_does_not_change_id_or_version(path: Path) -> None:
    """The server sets them."""
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
def test_next_line_is_read_after_an_invalid_one(path: Path, line: bytes) -> None:
    """Lines are still separated."""
    with Wire(path) as wire:
        wire.send(line + b"\n")
        reply = wire.read()
        assert (reply["ok"], reply["exit_status"]) == (False, 2)
        assert wire.call("status")["ok"]


def test_binary_noise_gets_one_error_per_line(path: Path) -> None:
    """The connection still works afterwards."""
    noise = random.Random(1).randbytes(200_000)
    with Wire(path) as wire:
        sent = 0
        for start_of_piece in range(0, len(noise), 4096):  # reads, too: a client that only sends is disconnected
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
def test_too_long_line_is_refused_and_read(path: Path, end: bytes) -> None:
    """The client can read the error; the daemon keeps nothing."""
    with Wire(path) as wire, Wire(path) as other:
        before = other.call("status")["pages"]
        with contextlib.suppress(BrokenPipeError):
            wire.send(b'{"v":1,"id":1,"verb":"say","text":"' + b"x" * (10 << 20) + end)
        assert wire.read()["error"] == f"a line has at most {MAX_LINE_BYTES} bytes"
        assert wire.read() is None
        after = other.call("status")["pages"]
        assert (after - before) * resource.getpagesize() < 4 << 20


def test_line_of_maximum_size_is_accepted(path: Path) -> None:
    """The limit is exact."""
    around = '{"v":1,"id":1,"verb":"type","text":""}'
    with Wire(path) as wire:
        for excess, ok in ((0, True), (1, False)):
            text = "x" * (MAX_LINE_BYTES - len(around) + excess)
            wire.send(around.replace('""', f'"{text}"').encode() + b"\n")
            assert wire.read()["ok"] is ok


def test_client_that_does_not_read_is_disconnected(path: Path) -> None:
    """Its requests are no longer read, and memory does not grow."""
    with Wire(path) as wire, Wire(path) as other:
        before = other.call("status")["pages"]
        request = b'{"v":1,"id":1,"verb":"say","text":"large"}\n' * 200
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while True:
                wire.send(request)
        after = other.call("status")["pages"]
        assert (after - before) * resource.getpagesize() < 4 << 20


def test_half_closed_client_must_read_its_replies(path: Path) -> None:
    """Otherwise it is disconnected."""
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


def test_more_connections_than_descriptors_wait(tmp_path: Path) -> None:
    """Further ones wait or are dropped, and are served when others have gone."""
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


def test_thousands_of_connections_leave_nothing_behind(path: Path) -> None:
    """Some end in the middle of a request, some after noise."""
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


def test_too_many_clients_are_rejected(path: Path) -> None:
    """Connected clients are served, and their places are free when they leave."""
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


def test_follower_gets_state_then_events(path: Path) -> None:
    """Levels are sent only on request."""
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


def test_slow_follower_loses_partials_first(path: Path) -> None:
    """Dropped events are counted; the others keep their order."""
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


def test_follower_that_does_not_read_is_disconnected(path: Path) -> None:
    """Its backlog is bounded."""
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


def test_idle_clients_are_disconnected(tmp_path: Path) -> None:
    """This includes one that sends a request byte by byte; a follower is not idle."""
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


def test_another_user_is_not_served(tmp_path: Path) -> None:
    """The kernel names the user, for example root, who passes the permissions."""
    path = tmp_path / "windictator" / ":0.sock"
    with serving(path, f"user={os.getuid() + 1}"), Wire(path) as wire:
        assert wire.read()["error"] == "this daemon belongs to another user"
        assert wire.read() is None


def test_server_closes_in_order(tmp_path: Path) -> None:
    """Unfinished requests get replies, new ones are refused, and the socket is removed."""
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
        assert worker.read() is None  # its request never ends; the server waits for a limited time
        assert time.monotonic() - began < 10
        assert process.stdout is not None
        assert process.stdout.read() == "closed\n"
        assert process.wait(10) == 0


def test_only_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    """A killed daemon leaves its socket; a running one keeps it."""
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


def test_other_file_at_the_path_is_kept(tmp_path: Path) -> None:
    """The server removes only sockets."""
    path = tmp_path / "windictator" / ":0.sock"
    path.parent.mkdir(0o700)
    path.write_text("mine")
    process = start(path)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors.startswith(f"cannot listen at {path}: ")
    assert path.read_text() == "mine"


def test_socket_of_another_daemon_is_kept(tmp_path: Path) -> None:
    """Another daemon may have replaced a removed socket."""
    path = tmp_path / "windictator" / ":0.sock"
    with serving(path), Wire(path) as first:
        path.unlink()
        with serving(path):
            first.ask(1, "stop")
            assert first.read()["ok"]
            assert first.read() is None
            with Wire(path) as second:
                assert json.dumps(second.call("status")["state"]) == '"listening"'
