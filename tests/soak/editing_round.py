"""Rounds of random steps in real windows, whose text is compared with the ledger after each step."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.soak.dictating_process import ASKING_KEY
from tests.soak.marathon import CLIENTS
from tests.soak.utterances import Step, Utterances
from tests.x11.clients.client import Client
from tests.x11.server import XServer
from tests.x11.stage import TypingProcess
from tests.x11.user_keyboard import UserKeyboard

#: Key of the user's character, which is not dead on any of the layouts and is never dictated.
USERS_KEY = 51
LAYOUTS = {"us": "\\", "de": "#", "fr": "*", "ru,us": "\\"}
#: Pairs of windows with equal units of BackSpace, and these units.
PAIRS = (("gtk", "gtk"), ("gtk", "xterm"), ("qt", "qt"), ("tk", "tk"))
REMOVAL = {"gtk": "grapheme", "xterm": "grapheme", "qt": "grapheme", "tk": "code_point"}
#: Applications in which one BackSpace removes less than one Left passes.
UNEVEN = ("qt",)


class World(NamedTuple):
    """Conditions in which a round is played."""

    pair: tuple[str, str]
    layout: str
    group: int
    live: str
    cursor_keys: str
    grab_server: bool

    @classmethod
    def random(cls, rng: random.Random, pairs: Sequence[tuple[str, str]], layouts: Sequence[str]) -> World:
        layout = rng.choice(layouts)
        return cls(
            pair=rng.choice(pairs),
            layout=layout,
            group=rng.randrange(layout.count(",") + 1),
            live=rng.choice(("off", "stable", "eager")),
            cursor_keys=rng.choice(("never", "on_command", "always")),
            grab_server=rng.random() < 0.2,
        )


class WrongTextError(Exception):
    """Error: a window differs from the ledger, or a character of the user's is lost."""


@dataclass
class Pane:
    """One window.

    places: possible texts before and after the text dictated since entry ``mark`` of the ledger.
    skip: beginning of that text which is already part of the text before.
    """

    client: Client
    terminal: bool
    key_window: int = 0
    real: str = ""
    places: set[tuple[str, str]] = field(default_factory=lambda: {("", "")})
    mark: int = 0
    skip: str = ""
    users: int = 0
    clean: bool = True
    """True until the user acts there."""
    replacing: tuple[str, int] | None = None
    """Text with a forgotten selection, and the number of entries then."""


class Round:
    """Player of steps in one world, on empty windows."""

    def __init__(self, desk: Desk, world: World) -> None:
        self._desk = desk
        self._world = world
        self._character = LAYOUTS[world.layout]
        self._panes = desk.panes(world)
        self._focus = 0
        self.speaking = ""
        self.counts: Counter[str] = Counter()
        for pane in reversed(self._panes):
            pane.client.focus()
            pane.client.clear()
            pane.key_window = desk.server.focused()
        cursor_keys = {pane.key_window: "" if pane.terminal else world.cursor_keys for pane in self._panes}
        self._state = desk.process.say(
            configure={
                "live": world.live,
                "removal": REMOVAL[world.pair[0]],
                "grab_server": world.grab_server,
                "cursor_keys": cursor_keys,
            }
        )

    @property
    def pane(self) -> Pane:
        """Window with the focus."""
        return self._panes[self._focus]

    def choose(self, utterances: Utterances) -> Step:
        """Return the next step."""
        pane = self.pane
        harmless = pane.clean or bool(self._new(pane))  # then force changes nothing else
        return utterances.next(self._dictated(pane), pane.terminal, self.speaking, harmless)

    def play(self, step: Step) -> None:
        """Do the step, and compare. Raises WrongTextError."""
        kind, *arguments = step
        self.counts[kind] += 1
        if "hear" in kind or kind in ("press", "force", "say"):
            self.counts["utterances"] += 1
            line = arguments[0]
            self.speaking = line[1:] if line.startswith("~") else ""
        getattr(self, "_" + ("focus_" if kind == "focus" else kind.replace("-", "_")))(*arguments)
        for pane in self._panes:
            if "\x1b" in pane.real:
                raise WrongTextError(f"escape sequences: {pane.real!r}")

    def end(self) -> None:
        """Check that both windows hold the expected text and the keyboard is unchanged."""
        for _ in self._panes:
            self._focus_()
        if self._desk.server.pressed_keys():
            raise WrongTextError(f"keys are down: {self._desk.server.pressed_keys()}")

    # Steps

    def _hear(self, line: str) -> None:
        selected = self._selected_in(self.pane)
        self._do(hear=line)
        try:
            self._compare(self.pane)
        except WrongTextError:
            # After an interrupted selection the effect of the keys is unknown.
            if line != "cut that" or not selected or self._state["erased"]:
                raise
            self.counts["not followed"] += 1
            self._read(self.pane)
            self._follow_anew(self.pane)

    def _say(self, text: str) -> None:
        self._do(say=text)
        self._compare(self.pane)

    def _ask(self, request: str) -> None:
        self._do(ask=request)
        self._compare(self.pane)

    def _force(self, text: str) -> None:
        self._do(say=text, force=True)
        self._compare(self.pane)

    def _force_ask(self, request: str) -> None:
        self._do(ask=request, force=True)
        self._compare(self.pane)

    def _press(self, line: str) -> None:
        self._do(hear=line)
        if self._state["refusals"]:
            self._compare(self.pane)
        else:
            self._read(self.pane)
            self._follow_anew(self.pane)

    def _hear_cancel(self, line: str, count: str) -> None:
        self._do(hear=line, cancel_at=int(count))
        self.speaking = ""
        self._compare(self.pane)

    def _focus_(self) -> None:
        self._compare(self.pane)
        self._focus = 1 - self._focus
        self.pane.client.focus()
        self._compare(self.pane)

    def _click(self) -> None:
        selected = [pane for pane in self._panes if self._selected_in(pane)]
        self._desk.server.click()
        self._settle()
        self._compare(self.pane)
        self._doubt(selected)

    def _click_in(self, x: str, y: str) -> None:
        selected = [pane for pane in self._panes if self._selected_in(pane)]
        server = self._desk.server
        root = server.display.screen().root
        root.warp_pointer(int(x), int(y))
        server.click()
        root.warp_pointer(1279, 799)
        server.display.sync()
        self._settle()
        self.pane.client.focus()  # a click may have moved it
        for pane in self._panes:
            self._read(pane)
            self._follow_anew(pane)
        self._doubt(selected)

    def _key(self) -> None:
        pane = self.pane
        before, new, selected = pane.real, self._new(pane), self._selected_in(pane)
        self._doubt(self._others_selected())
        self._desk.user.tap(USERS_KEY)
        pane.users += 1
        self._read(pane)
        if selected:
            around = _around(before, self._character, pane.real)
            pane.places = {(left + self._character, right) for left, right in around}
        else:
            pane.places = {(left + new + self._character, right) for left, right in pane.places}
            pane.places = {place for place in pane.places if "".join(place) == pane.real}
        pane.replacing = None
        if not pane.places:
            raise WrongTextError(f"the user's character is not where it was typed: {before!r} became {pane.real!r}")
        self._follow(pane)
        self._settle()

    def _key_hear(self, line: str) -> None:
        selected = self._selected_in(self.pane)
        self._doubt(self._others_selected())
        self._desk.user.press(USERS_KEY)
        self._desk.process.tell(hear=line)
        self._desk.user.release(USERS_KEY)
        self._state = self._desk.process.hear()
        self._follow_users_key(selected)

    def _hear_key(self, line: str, count: str) -> None:
        selected = self._selected_in(self.pane)
        self._doubt(self._others_selected())
        self._desk.process.tell(hear=line, announce=int(count))
        answer = self._desk.process.hear() if int(count) else {"reached": 0}
        self._desk.server.press(USERS_KEY)
        self._desk.server.release(USERS_KEY)
        self._state = self._desk.process.hear() if "reached" in answer else answer
        self._follow_users_key(selected, under_way=int(count) > 0 and "reached" in answer)

    def _hear_focus(self, line: str, count: str) -> None:
        pane, other = self.pane, self._panes[1 - self._focus]
        self._desk.process.tell(hear=line, announce=int(count))
        answer = self._desk.process.hear()
        self._focus = 1 - self._focus
        self._desk.server.focus(other.client.window)
        self._state = self._desk.process.hear() if "reached" in answer else answer
        other.client.focus()
        before = pane.real, other.real
        try:
            self._compare(pane)
            self._compare(other)
        except WrongTextError:
            # One key at most, and only if the server is not grabbed.
            users = pane.users, other.users
            pane.users, other.users = (each.client.text().count(self._character) for each in (pane, other))
            self.counts["one key elsewhere"] += 1
            if sum(users) - pane.users - other.users not in (0, 1):
                raise
            for each in (pane, other):
                self._read(each)
                self._follow_anew(each)
            if abs(len(other.real) - len(before[1])) > 8:
                raise

    # Comparing

    def _do(self, **message: Any) -> None:
        self._state = self._desk.process.say(**message)
        self.counts["refused"] += bool(self._state["refusals"])

    def _doubt(self, selected: Sequence[Pane]) -> None:
        """Remember selections after other input: the next words may replace them."""
        for pane in selected:
            pane.replacing = pane.real, len(self._texts(pane))

    def _others_selected(self) -> list[Pane]:
        return [pane for pane in self._panes if pane is not self.pane and self._selected_in(pane)]

    def _settle(self) -> None:
        """Wait until the process has received the user's input."""
        self._state = self._desk.process.say(settle=True)

    def _texts(self, pane: Pane) -> list[str]:
        texts: list[str] = self._state["texts"].get(str(pane.key_window), [])
        return texts

    def _shown(self, pane: Pane) -> str:
        shown = self._state["shown"]
        return str(shown[1]) if shown and shown[0] == pane.key_window else ""

    def _selected_in(self, pane: Pane) -> bool:
        return pane.key_window in self._state["selections"] or pane.replacing is not None

    def _dictated(self, pane: Pane) -> str:
        return "".join(self._texts(pane)[pane.mark :])

    def _new(self, pane: Pane) -> str:
        """Return the text dictated since the mark."""
        new = self._dictated(pane) + self._shown(pane)
        if not new.startswith(pane.skip):
            raise WrongTextError(f"{pane.skip!r} stood there, now the ledger says {new!r}")
        return new[len(pane.skip) :]

    def _read(self, pane: Pane) -> None:
        pane.real = pane.client.text()
        count = pane.real.count(self._character)
        if count != pane.users:
            raise WrongTextError(f"{count} of {pane.users} characters of the user's are there: {pane.real!r}")

    def _compare(self, pane: Pane) -> None:
        self._read(pane)
        new = self._new(pane)
        fitting = {(left, right) for left, right in pane.places if left + new + right == pane.real}
        if not fitting and pane.replacing is not None:
            before, mark = pane.replacing
            pane.mark, pane.skip, pane.replacing = mark, "", None
            new = self._new(pane)
            fitting = _around(before, new, pane.real)
            self.counts["replaced a selection"] += 1
        elif pane.replacing is not None and len(self._texts(pane)) > pane.replacing[1]:
            pane.replacing = None  # they are in their place
        if not fitting:
            places = sorted(pane.places)[:2]
            raise WrongTextError(f"there is {pane.real!r}; the ledger has {new!r}, expected between {places}")
        pane.places = fitting

    def _follow(self, pane: Pane) -> None:
        """Expect later text at ``places``."""
        pane.mark, pane.skip, pane.clean = len(self._texts(pane)), self._shown(pane), False

    def _follow_replaced(self, pane: Pane) -> None:
        """Follow a character of the user's that replaced a selection; words may follow it."""
        texts, shown = self._texts(pane), self._shown(pane)
        end = pane.real.rindex(self._character) + 1
        for entries in range(pane.mark, len(texts) + 1):
            rest = "".join(texts[entries:]) + shown
            if pane.real.startswith(rest, end):
                pane.places = {(pane.real[:end], pane.real[end + len(rest) :])}
                pane.mark, pane.skip, pane.clean = entries, "", False
                return
        self.counts["not followed"] += 1
        self._follow_anew(pane)

    def _follow_anew(self, pane: Pane) -> None:
        """Expect the caret anywhere."""
        pane.replacing = None
        pane.places = {(pane.real[:place], pane.real[place:]) for place in range(len(pane.real) + 1)}
        self._follow(pane)

    def _follow_users_key(self, selected: bool, under_way: bool = False) -> None:
        """Follow a character that the user typed during an utterance.

        selected: True if it may have replaced a selection.
        under_way: True if keys were being sent: a BackSpace may have erased it, and typing stopped there.
        """
        pane, character = self.pane, self._character
        pane.users += 1
        pane.real = pane.client.text()
        count = pane.real.count(character)
        new = self._new(pane)
        met = self._state["stopped"] == "FOREIGN_INPUT" and self._state["erased"]
        if count == pane.users - 1 and under_way and met:
            self.counts["met by a BackSpace"] += 1
            pane.users -= 1
            self._follow_anew(pane)
            return
        if count != pane.users:
            raise WrongTextError(f"{count} of {pane.users} characters of the user's are there: {pane.real!r}")
        texts, shown = self._texts(pane), self._shown(pane)
        for entries in range(pane.mark, len(texts) + 1):  # usually between two of them
            skip = pane.skip if entries == pane.mark else ""
            first = "".join(texts[pane.mark : entries]).removeprefix("" if skip else pane.skip) + character
            rest = ("".join(texts[entries:]) + shown).removeprefix(skip)
            places = {(left + first, right) for left, right in pane.places if left + first + rest + right == pane.real}
            if places:
                pane.places, pane.mark, pane.skip, pane.clean = places, entries, skip, False
                return
        without = {pane.real[:n] + pane.real[n + 1 :] for n, each in enumerate(pane.real) if each == character}
        if not any(left + new + right in without for left, right in pane.places):
            if selected and character in pane.real:
                self._follow_replaced(pane)
                return
            if self._world.cursor_keys == "never" or pane.terminal:
                raise WrongTextError(f"besides the user's key: there is {pane.real!r}; the ledger has {new!r}")
            self.counts["not followed"] += 1  # it went into a selection or replaced it
        self._follow_anew(pane)


def _around(before: str, new: str, after: str) -> set[tuple[str, str]]:
    """Return the possible texts on both sides of ``new``, which replaced a part of ``before``, or nothing."""
    places = ((after[:n], after[n + len(new) :]) for n in range(len(after)) if after.startswith(new, n))
    return {
        (left, right)
        for left, right in places
        if before.startswith(left) and before.endswith(right) and len(left) + len(right) <= len(before)
    }


class Desk:
    """X server, the dictation, and windows that start when first needed."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        with self._stack:
            self.server = XServer()
            self._stack.callback(self.server.stop)
            self.server.start()
            self.server.display.screen().root.warp_pointer(1279, 799)
            self.process = TypingProcess(self.server, "tests.soak.dictating_process")
            self._stack.callback(self.process.kill)
            self._stack = self._stack.pop_all()
        self.user = UserKeyboard(self.server)
        self._clients: dict[tuple[str, int], Client] = {}
        assert self.server.keycode("F12") == ASKING_KEY

    def panes(self, world: World) -> tuple[Pane, Pane]:
        """Return two windows, with the keyboard of that world."""
        self.process.say(give_back=True)
        self.server.lock(0xFF, 0)
        self.server.set_layout(world.layout)
        self.server.lock_group(world.group)
        first, second = (Pane(self._client(name, n), name == "xterm") for n, name in enumerate(world.pair))
        return first, second

    def _client(self, name: str, number: int) -> Client:
        if (name, number) not in self._clients:
            client = CLIENTS[name](self.server)
            self._stack.callback(client.stop)
            self._clients[name, number] = client.start()
        return self._clients[name, number]

    def close(self) -> None:
        self._stack.close()
