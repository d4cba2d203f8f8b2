"""Dictation scripts said through the daemon's control socket."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.daemon.daemon_runs import ControlConnection, DaemonRun
from tests.scripts.dictation_script import ALL, own_words_file
from tests.scripts.playing import Player
from tests.x11.clients.client import COUNTED, Client, RawWindow

pytestmark = pytest.mark.slow

SCRIPTS = [script for script in ALL if not (script.is_timed or script.has_snippet or script.needs_caret)]
"""Those that the windows here can follow: they keep characters, and know no caret."""


class SocketPlayer(Player):
    """Asks for each utterance, and waits for the reply."""

    def __init__(self, talk: ControlConnection, here: RawWindow, other: RawWindow) -> None:
        super().__init__(here, other)
        self._talk = talk

    def say(self, utterance: str, asleep: bool) -> str:
        reason = str(self._talk.request("say", text=utterance)["refused"] or "")
        return "" if asleep and reason.startswith("Asleep") else reason

    def shown(self, client: Client, wanted: str) -> str:
        return client.text()


def with_counted_erasing(profiles: str) -> str:
    """The same profiles, with BackSpaces counted: these windows show no text that could be read."""
    return f'{profiles}\nerase = "counted"\n' if profiles else COUNTED


def test_every_script_by_the_socket(
    start_daemon: Callable[..., DaemonRun], start_client: Callable[[type[RawWindow]], RawWindow]
) -> None:
    """Line for line the windows hold what the scripts say, and refusals are answered so; user words
    and profiles are reloaded while it runs.
    """
    daemon = start_daemon()
    folder = daemon.settings_file.parent
    folder.mkdir(parents=True, exist_ok=True)
    # Between two scripts the window is emptied by keys of the user's: what is before the cursor is unknown then.
    daemon.settings_file.write_text('[text]\nafter_click = "sentence"\n')
    with daemon.connect() as talk:
        talk.request("reload")
        here, other = start_client(RawWindow), start_client(RawWindow)
        for window in (here, other):
            window.offer_pings(True)  # as most applications do: who answers is not waited for long
        player = SocketPlayer(talk, here, other)
        written = ("", "")
        for script in SCRIPTS:
            if (files := (own_words_file([script]), with_counted_erasing(script.profiles))) != written:
                for name, text in zip(("words.toml", "profiles.toml"), files, strict=True):
                    (folder / name).write_text(text)
                talk.request("reload")
                written = files
            player.play(script)
    assert daemon.terminate() == 0


def test_the_history_of_a_script(start_daemon: Callable[..., DaemonRun], raw_window: RawWindow) -> None:
    """What was heard, typed and erased, from which the text in the window follows."""
    # Of characters that a BackSpace takes one by one.
    plain = [script for script in SCRIPTS if script.is_speech and all(line.text.isascii() for line in script.lines)]
    script = max(plain, key=lambda script: len(script.utterances))
    daemon = start_daemon()
    with daemon.connect() as talk:
        for utterance in script.utterances:
            talk.request("say", text=utterance)
        assert raw_window.text() == script.final
        history = talk.request("history", count=1000)["utterances"]
    assert [utterance["heard"] for utterance in history] == script.utterances
    assert sum(len(utterance["typed"]) - utterance["erased"] for utterance in history) == len(script.final)
    assert daemon.terminate() == 0
