"""Long run of typing: random texts into every kind of client, on every layout, with a comparison."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.soak.tally import Tally, compare
from tests.soak.texts import random_text
from tests.x11.blocking import keymap_of
from tests.x11.clients.client import ChromiumPage, Client, GtkText, QtText, RawWindow, TkText, Xterm, text_of
from tests.x11.keyboard_state import read_maps
from tests.x11.scenarios import LAYOUTS
from tests.x11.server import LOCK, NUM_LOCK, XServer
from tests.x11.stage import TypingProcess
from windictator.keyboard.key_coder import KeyCoder

CLIENTS: dict[str, type[Client]] = {
    "raw": RawWindow,
    "xterm": Xterm,
    "tk": TkText,
    "gtk": GtkText,
    "qt": QtText,
    "chromium": ChromiumPage,
}
KEYBOARDS: tuple[tuple[str, str], ...] = (
    *((layout, variant) for layout, variant, _ in LAYOUTS),
    ("us,ru", ""),
    ("us,gr", ""),
)
#: Probability that temporary mappings are restored after a text; otherwise the next text and client find them.
_GIVE_BACK = 0.3


class Position(NamedTuple):
    """Place where a text is typed.

    desk: number of the desk; odd ones have a window manager.
    last: True if the next text is typed on another keyboard or desk.
    """

    desk: int
    keyboard: tuple[str, str]
    client: str
    last: bool


class Desk:
    """X server, a typing process that stays connected, and clients that start when first needed."""

    def __init__(self, managed: bool) -> None:
        self._stack = contextlib.ExitStack()
        with self._stack:
            self.server = XServer()
            self._stack.callback(self.server.stop)
            self.server.start()
            self.server.display.screen().root.warp_pointer(1279, 799)
            if managed:
                self._stack.enter_context(self.server.window_manager())
            self.process = TypingProcess(self.server)
            self._stack.callback(self.process.kill)
            self._stack = self._stack.pop_all()
        self._clients: dict[str, Client] = {}
        self._own: dict[tuple[str, str], Sequence[str]] = {}
        self._keyboard = ("", "")
        self._maps: tuple[bytes, ...] = ()

    def client(self, name: str) -> Client:
        """Return the client, focused and empty."""
        if name not in self._clients:
            client = CLIENTS[name](self.server)
            self._stack.callback(client.stop)
            self._clients[name] = client.start()
        client = self._clients[name]
        client.focus()
        client.clear()
        return client

    def set_keyboard(self, keyboard: tuple[str, str]) -> Sequence[str]:
        """Set the layout if it differs; return its characters."""
        if keyboard != self._keyboard:
            self.server.set_layout(*keyboard)
            self._keyboard, self._maps = keyboard, read_maps(self.server)
        if keyboard not in self._own:
            coder = KeyCoder(keymap_of(self.server))
            own = {character for group in range(coder.keymap.group_count) for character in coder.table(group)}
            self._own[keyboard] = sorted(own - set("\b\n\t\x02\x06"))
        return self._own[keyboard]

    def keymap_as_set(self) -> bool:
        """Return True if the maps of all keyboards are equal, bit by bit, to those after the layout was set."""
        return read_maps(self.server) == self._maps

    def close(self) -> None:
        self._stack.close()


class Marathon:
    """Run that continues where ``tally`` ends.

    clients: names of the clients.
    say: function that is called with the progress now and then.
    """

    def __init__(self, tally: Tally, clients: Sequence[str], say: Callable[[str], None]) -> None:
        self._tally = tally
        self._clients = clients
        self._say = say
        self._desk: Desk | None = None
        self._desk_number = -1

    def run(self, characters: int, seconds: float, save: Callable[[], None]) -> None:
        """Type until the total number of characters, or the number of seconds of this run, is reached."""
        tally = self._tally
        began = said = time.monotonic()
        before = tally.seconds
        try:
            while tally.total.typed < characters and time.monotonic() - began < seconds:
                position = self._position(tally.next)
                self._type(position, random.Random(f"{tally.seed}:{tally.next}"))
                tally.next += 1
                tally.seconds = before + time.monotonic() - began
                if time.monotonic() - said > 5:
                    said = time.monotonic()
                    self._say(f"{progress(tally, characters)}; {_layout_name(position.keyboard)} in {position.client}")
                    save()
        finally:
            if self._desk is not None:
                self._desk.close()

    def _position(self, number: int) -> Position:
        """Return the position of a text: all clients in turn on one layout, all layouts in a random order.

        Each round has a window manager if the round before had none.
        """
        round_number, in_round = divmod(number, len(KEYBOARDS) * len(self._clients))
        order = random.Random(f"{self._tally.seed}:order:{round_number}").sample(KEYBOARDS, len(KEYBOARDS))
        keyboard, client = divmod(in_round, len(self._clients))
        return Position(round_number, order[keyboard], self._clients[client], client == len(self._clients) - 1)

    def _type(self, position: Position, rng: random.Random) -> None:
        desk = self._desk_for(position.desk)
        server = desk.server
        own = desk.set_keyboard(position.keyboard)
        client = desk.client(position.client)
        server.lock(0xFF, rng.choice((0, 0, LOCK, NUM_LOCK, LOCK | NUM_LOCK)))
        server.lock_group(rng.randrange(position.keyboard[0].count(",") + 1))
        text = random_text(rng, own, rng.randint(self._tally.length // 2, self._tally.length * 3 // 2))
        locks = server.locks()
        typed = desk.process.say(text=text)
        keymap_right = True
        if position.last or rng.random() < _GIVE_BACK:
            desk.process.say(give_back=True)
            keymap_right = desk.keymap_as_set()
        got = client.text()
        wanted = text_of(text[: typed["confirmed"]])
        count = compare(wanted, got)
        count.texts = 1
        count.stopped = int(typed["stopped"] is not None)
        as_before = keymap_right, server.locks() == locks, not server.pressed_keys()
        count.changed = int(not all(as_before))
        problem = ""
        if not count.clean:
            problem = (
                f"text {self._tally.next}, {_layout_name(position.keyboard)} in {position.client}, desk "
                f"{position.desk}, {locks}: {typed}; keymap, locks, keys as before: {as_before}; "
                f"{_difference(wanted, got)}"
            )
            self._say(problem)
        self._tally.add(position.client, _layout_name(position.keyboard), count, problem)

    def _desk_for(self, number: int) -> Desk:
        if self._desk is None or number != self._desk_number:
            if self._desk is not None:
                self._desk.close()
            self._desk, self._desk_number = Desk(managed=number % 2 == 1), number
        return self._desk


def progress(tally: Tally, characters: int) -> str:
    """Return the figures as one line."""
    total = tally.total
    rate = total.typed / tally.seconds if tally.seconds else 0.0
    return (
        f"{total.typed:,} of {characters:,} characters, {rate:,.0f}/s; wrong {total.wrong}, lost {total.lost}, "
        f"doubled {total.doubled}, stopped {total.stopped}, keyboard changed {total.changed}"
    )


def _layout_name(keyboard: tuple[str, str]) -> str:
    layout, variant = keyboard
    return f"{layout}({variant})" if variant else layout


def _difference(wanted: str, got: str) -> str:
    if wanted == got:
        return "text right"
    pairs = enumerate(zip(wanted, got, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), min(len(wanted), len(got)))
    near = slice(max(0, same - 5), same + 15)
    return f"at {same}: {got[near]!r} instead of {wanted[near]!r}"
