"""Commands of a user's own in a real daemon: real keys, programs, functions, calls over a private D-Bus."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.daemon.daemon_runs import DaemonRun
from tests.desktop.private_bus import PrivateBus, Service
from tests.x11.clients.client import Client

pytestmark = pytest.mark.slow

SHELL_CHARACTERS = 'it\'s "q" $(touch never); `id` && * ~'
RECORDER = "import json, os, sys; open('told', 'w').write(json.dumps([sys.argv[1:], os.environ.get('NOTIFY_SOCKET')]))"
USER_COMMANDS = f"""
[[command]]
help = "Remember"
spoken = ["remember <words> as <number>"]
do = [{{ run = [{sys.executable!r}, "-c", {RECORDER!r}, {json.dumps(SHELL_CHARACTERS)}, "<words>", "<number>%"] }}]

[[command]]
spoken = ["fail later"]
do = [{{ run = ["sh", "-c", "exit 7"] }}]

[[command]]
spoken = ["fail now"]
do = [{{ run = ["no-such-program"] }}, {{ text = "never" }}]

[[command]]
spoken = ["tell <words>"]
[[command.do]]
[command.do.dbus]
destination = "org.example.Ear"
path = "/ear"
interface = "org.example.Ear"
member = "Hear"
signature = "sv"
arguments = ["<words>", {{ loud = true }}]

[[command]]
spoken = ["greet <words>"]
do = [{{ text = "<" }}, {{ python = "greetings:greet" }}, {{ keys = "Left", times = 2 }}, {{ text = ">" }}]
"""
GREETINGS = "def greet(said): return f\"{said.slots['words'].title()}!\"\n"


@pytest.fixture
def folder(user_environment: Mapping[str, str]) -> Path:
    """The user's settings folder with commands and a function."""
    folder = Path(user_environment["HOME"], ".config", "windictator")
    (folder / "python").mkdir(parents=True)
    (folder / "user-commands.toml").write_text(USER_COMMANDS)
    (folder / "python" / "greetings.py").write_text(GREETINGS)
    return folder


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Service, PrivateBus]]:
    """A program on a bus."""
    (tmp_path / "bus").mkdir()
    with (
        PrivateBus(tmp_path / "bus") as bus,
        Service(bus.address, "org.example.Ear", {"Hear": lambda _: ("", ())}) as ear,
    ):
        yield ear, bus


def test_they_do_what_their_file_says(
    start_daemon: Callable[..., DaemonRun],
    tk_text: Client,
    folder: Path,
    service: tuple[Service, PrivateBus],
    user_environment: Mapping[str, str],
) -> None:
    """No shell is involved; a failure is reported in one line, at once or later; a change is active after a reload,
    and a wrong file leaves everything as it was.
    """
    ear, bus = service
    home = Path(user_environment["HOME"])
    os.mkfifo(home / "told")
    daemon = start_daemon(DBUS_SESSION_BUS_ADDRESS=bus.address)
    with daemon.connect() as talk:
        talk.request("follow")
        assert talk.request("say", text="remember fresh milk as twenty one")["refused"] is None
        assert json.loads((home / "told").read_text()) == [[SHELL_CHARACTERS, "fresh milk", "21%"], None]
        assert not (home / "never").exists()

        assert talk.request("say", text="what can i say")["refused"] is None
        told = next(event for event in talk.events if event["event"] == "command_list")
        assert told["commands"][0]["help"] == "Remember" and told["omitted"] == 0
        assert told["commands"][0]["spoken"] == ["remember <words> as <number>"]
        assert "windictator commands" in next(event["message"] for event in talk.events if event["event"] == "notice")

        assert talk.request("say", text="fail later")["refused"] is None
        assert talk.wait_for_event("refused")["reason"] == "'fail later': 'sh' ended with status 7"
        refused = talk.request("say", text="fail now")["refused"]
        assert refused == "'fail now': 'no-such-program' cannot be started: No such file or directory"

        assert talk.request("say", text="tell good morning")["refused"] is None
        assert ear.next_call() == ("Hear", ("good morning", ("a{sv}", {"loud": ("b", True)})))
        bus.stop()
        assert "bus" in talk.request("say", text="tell good night")["refused"]

        assert talk.request("say", text="greet jane")["refused"] is None
        tk_text.wait_for_length(len("<Jan>e!"))
        assert tk_text.text() == "<Jan>e!"
        (folder / "python" / "greetings.py").write_text("def greet(said): return 1 / 0\n")
        (folder / "user-commands.toml").write_text(USER_COMMANDS.replace("greet <words>", "welcome <words>"))
        assert talk.request("reload")["ok"]
        refused = talk.request("say", text="welcome jane")["refused"]
        error = "ZeroDivisionError: division by zero (greetings.py, line 1)"
        expected = f"'welcome <words>': greetings:greet failed: {error}"
        assert refused == expected
        (folder / "user-commands.toml").write_text("[[command]]\nspoken = []")
        wrong = talk.request("reload")
        assert not wrong["ok"] and wrong["error"].endswith(
            "user-commands.toml:2: command 1.spoken: [] is wrong;"
            ' it must be a list of texts, at least one: ["...", "..."]'
        )
        assert talk.request("say", text="welcome jane")["refused"] == expected
    assert daemon.terminate() == 0


def test_a_function_that_hangs_holds_nothing_up(
    start_daemon: Callable[..., DaemonRun], tk_text: Client, folder: Path, user_environment: Mapping[str, str]
) -> None:
    """ "Cancel" ends the waiting for it, and the daemon ends in time."""
    told = Path(user_environment["HOME"], "told")
    os.mkfifo(told)
    hanging = f"def greet(said):\n    open({str(told)!r}, 'w').close()\n    import time\n    time.sleep(600)\n"
    (folder / "python" / "greetings.py").write_text(hanging)
    (folder / "windictator.toml").write_text("[shutdown]\ntimeout_ms = 200\n")
    own = '[[command]]\nspoken = ["hang"]\ndo = [{ python = "greetings:greet" }]'
    (folder / "user-commands.toml").write_text(own)
    daemon = start_daemon()
    with daemon.connect() as talk, daemon.connect() as other:
        number = talk.send_request("say", text="hang")
        told.read_text()
        other.request("cancel")
        while talk.read().get("id") != number:
            pass
        assert other.request("say", text="hello")["text"] == "Hello"
        assert "still running" in other.request("say", text="hang")["refused"]
    assert daemon.terminate() == 0
    assert tk_text.text() == "Hello"
