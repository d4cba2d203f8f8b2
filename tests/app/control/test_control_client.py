"""Client of the control socket with a real server and with other programs."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.app.control.toy_daemon import serving
from tests.waiting import wait_until
from windictator.app.control.client import (
    DaemonConnection,
    DaemonTimeoutError,
    NoDaemonError,
    RequestRefusedError,
    call,
    subscribe,
)
from windictator.app.control.server_client import MAX_CLIENTS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("run") / "windictator" / ":0.sock"
    with serving(path):
        yield path


def test_call_returns_the_content_of_the_reply(path: Path) -> None:
    """The id and "ok" are left out."""
    assert call(path, "type", text="grüße 🙂") == {"text": "grüße 🙂", "keys": 14}


def test_replies_are_matched_by_id(path: Path) -> None:
    """Other replies and events come in between."""
    with DaemonConnection(path) as connection:
        connection.call("follow")
        waiting = connection.send("say", text="wait")
        assert connection.call("toggle") == {"state": "paused", "mode": "dictation"}
        assert connection.call("toggle") == {"state": "listening", "mode": "dictation"}
        connection.send("cancel")
        assert connection.wait_for_reply(waiting, 10) == {"text": "waited"}
        assert Path(f"/proc/{connection.pid}/exe").samefile(sys.executable)


def test_refusal_has_the_daemons_message_and_status(path: Path) -> None:
    """The command fails as the daemon did."""
    with pytest.raises(RequestRefusedError, match=r"^no, not now$") as caught:
        call(path, "say", text="refuse")
    assert caught.value.exit_status == 3
    with pytest.raises(RequestRefusedError, match="unknown verb") as caught:
        call(path, "dance")
    assert caught.value.exit_status == 2
    with pytest.raises(RequestRefusedError, match="at most"):
        call(path, "say", text="x" * (2 << 20))


def test_too_many_clients_are_refused_with_a_reason(path: Path) -> None:
    """The reason arrives although the connection is closed at once."""
    with contextlib.ExitStack() as stack:
        for _ in range(MAX_CLIENTS):
            stack.enter_context(DaemonConnection(path)).call("status")
        for _ in range(50):
            with pytest.raises(RequestRefusedError, match=f"{MAX_CLIENTS} clients"):
                call(path, "status")
    wait_until(lambda: has_room(path))


def has_room(path: Path) -> bool:
    """Whether the server has noticed that they are gone."""
    with contextlib.suppress(RequestRefusedError):
        return bool(call(path, "status"))
    return False


def test_subscribe_yields_state_first(path: Path) -> None:
    """Later events follow."""
    events = subscribe(path)
    assert next(events)["event"] == "state"
    call(path, "say", text="publish notice 1 3")
    assert next(events) == {"event": "notice", "number": 0, "text": "xxx"}
    events.close()


def test_subscribe_ends_with_the_daemon(tmp_path: Path) -> None:
    """The iterator ends without an error."""
    path = tmp_path / "windictator" / ":0.sock"
    with serving(path):
        events = subscribe(path)
        next(events)
        call(path, "stop")
        assert list(events) == []
    with pytest.raises(NoDaemonError):
        call(path, "status")


def test_missing_daemon_is_reported(tmp_path: Path) -> None:
    """A killed daemon leaves its socket; the message says how to start one."""
    path = tmp_path / "windictator" / ":0.sock"
    with pytest.raises(NoDaemonError, match="windictator start"):
        call(path, "status")
    with serving(path) as process:
        process.kill()
        process.wait()
    assert path.exists()
    with pytest.raises(NoDaemonError):
        call(path, "status")


def test_silent_daemon_times_out(path: Path) -> None:
    """The message names the process."""
    with pytest.raises(DaemonTimeoutError, match=r"process \d+\) has not answered for 0.1 seconds"):
        call(path, "say", text="wait", timeout=0.1)
    call(path, "cancel")


def pretend(
    path: Path, behave: Callable[[socket.socket], object], received: list[bytes] | None = None
) -> threading.Thread:
    """Something at ``path`` that is not a daemon: calls ``behave`` with the connection of one client."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            request = connection.recv(1000)
            if received is not None:
                received.append(request)
            behave(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "ended before it answered"),
        (b'{"v":1,"id":1,"ok"', "ended before it answered"),
        (b"hello\n", "sent an invalid message: not JSON"),
        (b'{"v":3,"id":1,"ok":true}\n', 'sent an invalid message: a message must have "v": 2'),
    ],
)
def test_invalid_reply_is_one_line(tmp_path: Path, sent: bytes, words: str) -> None:
    """The line has the reason."""
    thread = pretend(tmp_path / "s", lambda connection: connection.sendall(sent))
    with pytest.raises(DaemonTimeoutError, match=words):
        call(tmp_path / "s", "status")
    thread.join()


def test_old_daemon_can_be_stopped(tmp_path: Path) -> None:
    """After an update, "restart" stops a daemon of version 1; other requests say that it helps."""
    sent: list[bytes] = []
    thread = pretend(tmp_path / "a", lambda connection: connection.sendall(b'{"v":1,"id":1,"ok":true}\n'), sent)
    assert call(tmp_path / "a", "stop") == {}
    thread.join()
    assert sent == [b'{"v":1,"id":1,"verb":"stop"}\n']
    refusal = b'{"v":1,"id":null,"ok":false,"error":"windictator restart helps","exit_status":2}\n'
    thread = pretend(tmp_path / "b", lambda connection: connection.sendall(refusal))
    with pytest.raises(RequestRefusedError, match="restart helps"):
        call(tmp_path / "b", "pause")
    thread.join()


def test_socket_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In /tmp another user may create the socket first; no request is sent."""
    received: list[bytes] = []
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        monkeypatch.setattr(os, "getuid", lambda: 54321)
        with pytest.raises(DaemonTimeoutError, match="another user"):
            call(tmp_path / "s", "say", text="secret")
        with listener.accept()[0] as connection:
            received.append(connection.recv(1000))
    assert received == [b""]


def test_client_imports_only_the_standard_library() -> None:
    """A hotkey of the desktop waits for it."""
    code = "import sys, windictator.app.control.client; print(*sys.modules)"
    imported = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert not {name.partition(".")[0] for name in imported} & {"twisted", "zope", "click", "Xlib"}
    assert not imported & {"typing", "dataclasses", "pathlib", "inspect", "logging"} - site_imports()


def site_imports() -> set[str]:
    """Return the modules that an interpreter of this environment imports at its start."""
    return set(subprocess.check_output([sys.executable, "-c", "import sys; print(*sys.modules)"], text=True).split())
