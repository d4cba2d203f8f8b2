"""Texts arrive as they are through real input methods, and engines that compose are put aside for them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.waiting import wait_until
from tests.x11.clients.client import Client, GtkText, QtText, TkText, Xterm
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.input_method_runs import fcitx, fcitx_engine, ibus, served, turn_on
from tests.x11.server import XServer

pytestmark = pytest.mark.slow

PLAIN = "The quick brown fox jumps over the lazy dog and says nothing more about it. "
LACKED = "Un café “déjà vu” — naïve. "
ALL = pytest.mark.whole_matrix
FRAMEWORKS = {"ibus": ibus, "fcitx": fcitx}

StartClient = Callable[[type[Client]], Client]


@contextlib.contextmanager
def busy_machine(processes: int) -> Iterator[None]:
    """Others want the processors too."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    ("framework", "kind", "times", "busy"),
    [
        pytest.param("ibus", Xterm, 2, 0, id="ibus-xterm"),
        pytest.param("fcitx", Xterm, 1, 0, id="fcitx-xterm"),
        *(
            pytest.param(framework, kind, 8, busy, id=f"{framework}-{kind.__name__}-{busy}", marks=ALL)
            for framework in FRAMEWORKS
            for kind in (Xterm, TkText, GtkText, QtText)
            for busy in (0, 4)
        ),
    ],
)
def test_mapped_characters_arrive_through_an_input_method(
    xserver: XServer,
    start_client: StartClient,
    tmp_path: Path,
    framework: str,
    kind: type[Client],
    times: int,
    busy: int,
) -> None:
    """The input method looks keys up in a keymap of its own, long after they were confirmed."""
    with FRAMEWORKS[framework](xserver, tmp_path) as environment, busy_machine(busy):
        client = start_client(served(kind, environment))
        keymap, expected = xserver.keymap(), ""
        for number in range(times):
            text = PLAIN * 2 + LACKED + f"{number} żółć "
            done = run_windictator("type", env=environment, input=text, timeout=180)
            assert (done.returncode, done.stderr) == (0, "")
            expected += text
            assert client.wait_for_length(len(expected)) == expected
            assert xserver.keymap() == keymap


def test_composing_engine_is_suspended_and_resumed(xserver: XServer, start_client: StartClient, tmp_path: Path) -> None:
    """Dictated English stays English, and the user's next key goes to Pinyin again."""
    with fcitx(xserver, tmp_path, ["pinyin"]) as environment:
        client = start_client(served(GtkText, environment))
        turn_on(environment, "pinyin")
        with DictateRun(environment, *LINES) as run:
            run.say("hello world", "scratch that", "good morning")
            ended = run.end()
        assert (ended.status, run.told("refused")) == (0, [])
        assert client.wait_for_text("Good morning", "") == "Good morning"
        wait_until(lambda: fcitx_engine(environment) == "pinyin", what="pinyin is on again", poll_s=0.05)
        # It is the user's word that counts.
        settings = tmp_path / "config/windictator/windictator.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text('[typing]\ninput_method = "refuse"\n')
        done = run_windictator("type", "hello", env=environment)
        assert (done.returncode, done.stderr.count("the input method pinyin is on")) == (1, 1)
        assert fcitx_engine(environment) == "pinyin"
        assert "Good morning" in client.wait_for_text("Good morning", "")


def test_nothing_is_typed_into_an_unfinished_composition(
    xserver: XServer, start_client: StartClient, tmp_path: Path
) -> None:
    """To switch the engine would end the word that the user composes in a way that the user did not choose."""
    with fcitx(xserver, tmp_path, ["pinyin"]) as environment:
        client = start_client(served(GtkText, environment))
        turn_on(environment, "pinyin")
        with DictateRun(environment, *LINES) as run:
            xserver.tap("n")
            run.say("hello")
            reason = run.wait_for("refused")["reason"]
            xserver.tap("Escape")
            run.say("hello")
            run.wait_for("typed")
            run.end()
        assert "the input method pinyin has an unfinished word" in reason
        assert client.wait_for_text("hello", "") == "hello"
