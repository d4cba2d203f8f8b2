"""Plays dictation scripts to real programs, each to an emptied window."""

from __future__ import annotations

import abc
import itertools
import time
from collections.abc import Sequence

from Xlib import X

from tests.scripts.dictation_script import Line, Script
from tests.text.spoken import COMMANDS
from tests.x11.clients.client import AskedByKey, Client

LINGERS = 0.2
"""Seconds between a key of the user's and a move to another window, which no person makes at once: where the focus is
when a key is noticed, there the key is taken to have gone."""
ENDED_BY = "F12"
"""A key that no client makes text of: what the user does between two scripts."""


class Player(abc.ABC):
    """Says what the scripts say, and does what their user does. ``here``: the window they begin in, ``other``: the
    other one; neither has any text.
    """

    def __init__(self, here: Client, other: Client) -> None:
        self._here = self.there = here
        self._other = other
        self._asleep = self._nowhere = False
        self.typed = dict.fromkeys((here, other), "")
        """What has been typed into each window since it was emptied, by the user too."""
        self._focused: dict[Client, int] = {}
        for client in (other, here):
            client.focus()
            # Some hand it on to a window of theirs, and would do so again, later.
            self._focused[client] = client.server.focused()

    @abc.abstractmethod
    def say(self, utterance: str, asleep: bool) -> str:
        """Have it carried out; why it was refused, "" if it was not. ``asleep``: it is not heard."""

    def say_before_act(self, utterance: str, refusal: bool, wanted: str) -> str:
        """Say it where the user does something next. ``refusal``: whether it will be refused; ``wanted``: the text that
        there will be.
        """
        return self.say(utterance, asleep=False)

    @abc.abstractmethod
    def shown(self, client: Client, wanted: str) -> str:
        """The text in the window when all that was typed has arrived."""

    def play(self, script: Script) -> None:
        """Raises AssertionError at the first line that is not as it should be."""
        refused = ""
        refusal_is_told = True
        for position, (kind, text, number) in enumerate(script.lines):
            where = f"{script.name}: line {number}"
            if kind == "!":
                assert text in refused, (where, refused)
                refused, refusal_is_told = "", True
                continue
            assert refusal_is_told, (where, refused)
            if kind == ">":
                refused = self._say(text, script.lines[position + 1 :])
                refusal_is_told = not refused
            elif kind == "=":
                shown = "" if self._nowhere else self.shown(self.there, text)
                assert shown == text, f"{where}: {text!r} is wanted, there stands {shown!r}"
            else:
                self._act(text)
                if text == "key" and script.lines[position + 1].kind == "@":
                    time.sleep(LINGERS)
        assert refusal_is_told, (script.name, refused)
        self._empty(self.there, script.final, script.name)
        if any(line.kind == "@" for line in script.lines):
            self._empty(self._here if self.there is self._other else self._other)
        self.there = self._here
        self._focus(self._here)

    def _focus(self, client: Client) -> None:
        client.server.focus(self._focused[client])

    def _say(self, utterance: str, behind: Sequence[Line] = ()) -> str:
        """``behind``: the lines that come next."""
        words = utterance.split()
        for length, command in COMMANDS.without_slots.matches(words, 0):
            if length == len(words) and command.name in ("sleep", "wake"):
                self._asleep = command.name == "sleep"
        outcome = list(itertools.takewhile(lambda line: line.kind in "!=", behind))
        act = behind[len(outcome) : len(outcome) + 1]
        if self._asleep or not act or act[0].kind != "@":
            return self.say(utterance, self._asleep)
        return self.say_before_act(utterance, outcome[0].kind == "!", outcome[-1].text)

    def _act(self, what: str) -> None:
        server = self._here.server
        self._nowhere = what == "nowhere" or (self._nowhere and what in ("key", "click"))
        match what:
            case "key":
                server.tap("grave")
                self.typed[self.there] += "`"
            case "click":
                server.click()
            case "nowhere":
                server.display.set_input_focus(X.NONE, X.RevertToNone, X.CurrentTime)
                server.display.sync()
            case "other" | "back":
                self.there = self._other if what == "other" else self._here
                self._focus(self.there)

    def _empty(self, client: Client, wanted: str | None = None, where: str = "") -> None:
        """See that the window has ``wanted`` and no more is on its way to it, and empty it as its user."""
        self._focus(client)
        self.there = client
        if not isinstance(client, AskedByKey):  # these press it themselves
            client.server.tap(ENDED_BY)
        text = client.text()
        assert wanted is None or text == wanted, where
        client.clear()
        self.typed[client] = ""
        # By then the key has been noticed, as one that went here.
        self.say_before_act("wake up" if self._asleep else "dictation mode", refusal=False, wanted="")
        self._asleep = False
