"""Messages to systemd, on a real datagram socket."""

import socket

import pytest

from windictator.app.process.systemd import ServiceNotifier


@pytest.mark.parametrize("abstract", [False, True])
def test_the_service_tells_how_it_is_doing(tmp_path, abstract):
    """Ready, reloading, stopping; the variable does not reach child processes."""
    name = f"@windictator-test-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    environ = {"NOTIFY_SOCKET": name, "HOME": "/"}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name[1:] if abstract else name)
        systemd.settimeout(5)
        notifier = ServiceNotifier(environ)
        notifier.ready()
        notifier.reloading()
        notifier.status("listening")
        notifier.stopping()
        messages = [systemd.recv(1000).decode() for _ in range(4)]
    assert messages[0] == "READY=1" and messages[2:] == ["STATUS=listening", "STOPPING=1"]
    reloading, monotonic = messages[1].splitlines()
    assert reloading == "RELOADING=1" and int(monotonic.removeprefix("MONOTONIC_USEC=")) > 0
    assert environ == {"HOME": "/"}


def test_without_systemd_nothing_is_sent():
    """A supervisor that has gone causes no error either."""
    ServiceNotifier({}).ready()
    gone = ServiceNotifier({"NOTIFY_SOCKET": "/nonexistent/notify"})
    gone.ready()
    gone.stopping()
    assert gone._address == ""
