"""Windows that cannot take every character: what cannot arrive is refused by name, and nothing is typed for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.waiting import wait_until
from tests.x11.clients.client import Client, JavaText
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.server import XServer
from tests.x11.test_input_methods import busy_machine
from tests.x11.type_runs import assert_one_line

pytestmark = pytest.mark.slow

StartClient = Callable[[type[Client]], Client]


@pytest.fixture
def nested(xserver: XServer, tmp_path: Path) -> Iterator[Path]:
    """A display in a window, focused, in which an xterm has the keys; the file has the bytes that it sends."""
    received = tmp_path / "received"
    received.touch()
    reading, writing = os.pipe()
    outer = subprocess.Popen(
        ["Xephyr", "-displayfd", str(writing), "-screen", "640x480"],
        env=xserver.environment(),
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        name = f":{told.readline().strip()}"
    environment = {**xserver.environment(), "DISPLAY": name}
    command = ["sh", "-c", f"stty raw -echo; exec cat > '{received}'"]
    inner = subprocess.Popen(
        ["xterm", "-xrm", "*waitforwm: false", "-geometry", "100x30+0+0", "-e", *command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        xserver.focus(xserver.find_window("Xephyr"))
        for x in (100, 120):
            xserver.display.screen().root.warp_pointer(x, 100)
            xserver.display.sync()

        def takes_keys() -> bool:
            xserver.tap("a")
            return b"a" in received.read_bytes()

        wait_until(takes_keys, what="the inner window takes keys", poll_s=0.05)
        yield received
    finally:
        for process in (inner, outer):
            process.kill()
            process.wait()


def test_nested_display_gets_only_characters_of_its_layout(nested: Path, user_environment: Mapping[str, str]) -> None:
    """A key that is mapped here has no meaning there. What was not typed is not erased either."""
    assert run_windictator("type", " plain (1)", env=user_environment).returncode == 0
    wait_until(lambda: nested.read_bytes().endswith(b" plain (1)"), what="plain text arrives", poll_s=0.05)
    before = nested.read_bytes()
    done = run_windictator("type", "café über", env=user_environment)
    assert done.returncode == 1
    assert_one_line(done.stderr, "passes on keys", "'é' (U+00E9", "'ü' (U+00FC", "nothing was typed")
    with DictateRun(user_environment, *LINES) as run:
        run.say("naïve café", "scratch that")
        run.end()
    assert len(run.told("refused")) == 2
    assert nested.read_bytes() == before


def test_java_gets_no_character_that_it_would_cut(
    openbox: XServer, start_client: StartClient, user_environment: Mapping[str, str]
) -> None:
    """It takes U+F642 for U+1F642. It gets what it can take, mapped or not."""
    client = start_client(JavaText)
    text = "Hello café “żółć” "
    assert run_windictator("type", text, env=user_environment).returncode == 0
    assert client.wait_for_length(len(text)) == text
    done = run_windictator("type", "smile 🙂 end", env=user_environment)
    assert done.returncode == 1
    assert_one_line(done.stderr, "Java programs cannot take '🙂' (U+1F642", "nothing was typed")
    assert client.received() == text


@pytest.mark.whole_matrix
def test_java_gets_mapped_characters_on_a_busy_machine(
    openbox: XServer, start_client: StartClient, user_environment: Mapping[str, str]
) -> None:
    """The thread that takes its keys may wait long for a processor."""
    client = start_client(JavaText)
    expected = ""
    with busy_machine(6):
        for number in range(10):
            text = f"the quick brown fox {number} café “żółć” ñàïß "
            assert run_windictator("type", text, env=user_environment, timeout=180).returncode == 0
            expected += text
            assert client.wait_for_length(len(expected)) == expected
