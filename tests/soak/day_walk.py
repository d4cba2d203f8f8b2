"""Random walk of a user through a day: real applications, the real daemon, and the model after each step."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from Xlib import X, error

from tests.daemon.daemon_runs import DaemonRun
from tests.soak.day_model import CASES, Page, Said, carry_out, classify, insertions, judge, type_own
from tests.soak.writer_window import WriterWindow
from tests.waiting import wait_until
from tests.x11.clients.client import AskedByKey, ChatPage, ChromiumPage, Client, GtkText, QtText, TkText, Xterm, text_of
from tests.x11.input_method_runs import ibus, served
from tests.x11.server import XServer
from tests.x11.user_keyboard import UserKeyboard

APPLICATIONS: dict[str, type[Client] | type[WriterWindow]] = {
    "gtk": GtkText,
    "qt": QtText,
    "tk": TkText,
    "xterm": Xterm,
    "chromium": ChromiumPage,
    "chat": ChatPage,
    "writer": WriterWindow,
}
LIGHT = ("gtk", "qt", "tk", "xterm")
_HEAVY = ("chromium", "chat", "writer")
_MENUS = ("gtk", "qt", "chromium", "chat")
_WORDS = (
    *("old", "hat", "was", "here", "there", "good", "morning", "world", "we", "met", "think", "people"),
    *("fine", "cat", "house", "run", "brown", "over", "dog", "never", "would", "could", "about", "water", "said"),
)
_BEFORE_MARKS = ("hat", "cat", "house", "dog", "water")
"""Words after which the name of a mark is a mark."""
_MARKS = ("comma", "period", "question mark", "colon")
_PATIENCE_S = 3.0
_SETTLED_S = 0.03
"""Seconds after which a text whose way is not known is read again."""
_MAX_LENGTH = 260


class WrongDayError(Exception):
    """Error: a window differs from the model, or a refusal gives a reason that is not true."""


class Walk:
    """Walk of one user.

    seed: seed of all random numbers.
    applications: names of windows.
    input_method: True to run IBus between the X server and the applications, with the engine of a plain keyboard.
    """

    def __init__(self, seed: int, applications: Sequence[str], *, input_method: bool = False) -> None:
        self._rng = random.Random(seed)
        self._names = list(applications)
        self._input_method = input_method
        self._stack = contextlib.ExitStack()
        self.counts: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.said: deque[str] = deque(maxlen=30)
        with self._stack:
            self._open()
            self._stack = self._stack.pop_all()

    def close(self) -> None:
        """End everything that was started."""
        self._stack.close()

    def _open(self) -> None:
        self.server = XServer()
        self._stack.callback(self.server.stop)
        self.server.start()
        self._stack.enter_context(self.server.window_manager())
        self._root = self.server.display.screen().root
        self._root.warp_pointer(1279, 799)
        home = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="day-")))
        (home / "runtime").mkdir(mode=0o700)
        environment = {
            name: value
            for name, value in self.server.environment().items()
            if not name.startswith(("XDG_", "VOSK_", "WINDICTATOR_", "DBUS_"))
        } | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "runtime")}
        self._input_method_variables: dict[str, str] = {}
        if self._input_method:
            variables = self._stack.enter_context(ibus(self.server, home))
            environment |= variables
            self._input_method_variables = variables
        self._clients: dict[str, Client | WriterWindow] = {}
        self._pages: dict[str, Page] = {}
        self._windows: set[int] = set()
        self._stack.callback(lambda: [client.stop() for client in self._clients.values()])
        for name in self._names:
            self._start(name)
        self._daemon = self._stack.enter_context(DaemonRun(environment))
        self._talk = self._stack.enter_context(self._daemon.connect())
        self._user = self._stack.enter_context(UserKeyboard(self.server).at_hand())
        self._focus = self._names[-1]
        self._last_click = (0, 0)

    def _start(self, name: str) -> None:
        kind = APPLICATIONS[name]
        if self._input_method and issubclass(kind, Client):
            kind = served(kind, self._input_method_variables)
        client = kind(self.server).start()
        if name in _HEAVY:
            client.clear()  # a browser may lose the first keys
        self._place(name, client)
        # A key may have asked the client whether it is ready, and the product has seen it if it was running.
        known = None if name in self._clients and isinstance(client, AskedByKey) else ""
        self._clients[name], self._pages[name] = (
            client,
            Page(terminal=name == "xterm", known=known, lower=name == "writer"),
        )
        self.counts["window ids used again"] += client.window in self._windows
        self._windows.add(client.window)
        self._focus = name

    def _place(self, name: str, client: Client) -> None:
        """Give the window a place of its own, so that no click meets another one."""
        row, column = divmod(self._names.index(name), 3)
        window = self.server.display.create_resource_object("window", client.window)
        x, y = 8 + 424 * column, 30 + 385 * row
        window.configure(x=x, y=y, width=400, height=330)

        def is_there() -> bool:
            corner = window.translate_coords(self._root, 0, 0)
            return abs(-corner.x - x) < 12 and abs(-corner.y - y) < 30 and window.get_geometry().width <= 420

        wait_until(is_there, what=f"{name} is in its place", timeout_s=5, poll_s=0.02)

    @property
    def page(self) -> Page:
        """Model of the window with the focus."""
        return self._pages[self._focus]

    # Reading

    def _read(self, name: str = "") -> str:
        text = self._clients[name or self._focus].wait_for_length(0)
        return text_of(text) if (name or self._focus) == "xterm" else text

    def _read_until(self, fits: Callable[[str], bool]) -> str:
        """Return the text once it fits, or after a long time."""
        until = time.monotonic() + _PATIENCE_S
        while not fits(text := self._read()) and time.monotonic() < until:
            time.sleep(0.004)
        return text

    def _read_again(self) -> str:
        time.sleep(_SETTLED_S)
        return self._read()

    def _same(self) -> None:
        """Check that every window holds the text of the model."""
        for name, page in self._pages.items():
            if (text := self._read(name)) != page.text:
                raise WrongDayError(f"in {name} stood {page.text!r}, now {text!r}")

    # Steps

    def step(self) -> None:
        """Do one random step, and compare. Raises WrongDayError."""
        kind = self._rng.random()
        self._same()
        if len(self.page.text) > _MAX_LENGTH:
            self._reopen()
        elif kind < 0.40:
            self._say(self._words())
        elif kind < 0.72:
            self._say(self._correction())
        elif kind < 0.82:
            self._type()
        elif kind < 0.86:
            self._click()
        elif kind < 0.88:
            self._wheel()
        elif kind < 0.96:
            self._switch()
        elif kind < 0.98 and self._focus in _MENUS:
            self._menu()
        elif kind > 0.995 and self._focus in LIGHT:
            self._reopen()
        else:
            self._say(self._words())
        self.counts["steps"] += 1

    def _words(self) -> Said:
        rng = self._rng
        words = [rng.choice(_WORDS) for _ in range(rng.choice((1, 2, 3, 4, 6)))]
        if rng.random() < 0.3:
            words[-1:] = [rng.choice(_BEFORE_MARKS), rng.choice(_MARKS)]
        return Said("words", " ".join(words))

    def _correction(self) -> Said:
        rng = self._rng
        there = [word for word in self.page.text.lower().replace("\n", " ").split() if word in _WORDS]
        old = rng.choice(there) if there and rng.random() < 0.9 else rng.choice(_WORDS)
        new = " ".join(rng.choice(_WORDS) for _ in range(rng.choice((1, 1, 2))))
        return rng.choice(
            (
                *[Said("scratch", "scratch that")] * 4,
                *[Said("undo", "undo"), Said("redo", "redo")] * 2,
                *[Said("replace", f"replace {old} with {new}", old, new)] * 4,
                Said("before", f"insert before {old}", old),
                Said("after", f"insert after {old}", old),
                Said("delete", "delete last word"),
                Said("delete", "delete last two words"),
                # Where the case of letters is not told, a change of it could not be followed.
                Said("list", "correct that") if self.page.lower else Said("case", rng.choice(sorted(CASES))),
                Said("list", "correct that"),
            )
        )

    def _say(self, said: Said, menu: bool = False) -> None:
        self.said.append(f"say {said.line!r} in {self._focus}")
        self.counts["corrections"] += said.is_correction
        page = self.page
        if said.kind in ("undo", "redo"):
            reply = self._talk.request(said.kind)
        else:
            reply = self._talk.request("say", text=said.line)
        if "text" not in reply:
            raise WrongDayError(f"the daemon answers {reply}")
        if reply["text"] and reply.get("code") == "insertion-lost":
            self._check_reason(page, said, reply)
        elif reply["refused"] or reply.get("stopped"):
            self._refused(page, said, reply)
            return
        typed = page.shown(reply["text"].replace("\r", "\n"))
        erased = reply["erased"]

        def problem_of(text: str) -> str:
            return judge(page, said, typed, erased, text)

        after = self._read_until(lambda text: not problem_of(text))
        while said.kind not in ("words", "drop") and after != (later := self._read_again()):
            after = later  # it was read half way
        if problem := problem_of(after):
            raise WrongDayError(f"{problem}: {page.text!r} became {after!r}")
        carry_out(page, said, typed, after)

    def _refused(self, page: Page, said: Said, reply: dict[str, Any]) -> None:
        self._check_reason(page, said, reply)
        typed = page.shown(reply["text"])
        if typed and not reply["erased"] and said.kind == "words" and reply.get("stopped"):
            after = self._read_until(lambda text: bool(insertions(page, typed, text)))
            if not insertions(page, typed, after):
                raise WrongDayError(f"stopped after {typed!r}: {page.text!r} became {after!r}")
            page.carets, page.text = insertions(page, typed, after), after
            page.dictated = True
            self._acted("click")
            page.ever.add("stopped")
            self.counts["stopped half way"] += 1
            self._talk.request("say", text="drop held text")
            return
        if reply["text"] or reply["erased"]:
            raise WrongDayError(f"refused {reply['refused']!r}, but typed {reply['text']!r}, erased {reply['erased']}")
        self._same()

    def _check_reason(self, page: Page, said: Said, reply: dict[str, Any]) -> None:
        stopped, code, cause = (reply.get(name) or "" for name in ("stopped", "code", "cause"))
        kind, is_true = classify(page, said, stopped, code, cause)
        if said.is_correction:
            self.refusals[kind] += 1
        self.counts["refused"] += 1
        self.said.append(f"  refused: {stopped} {code} {cause}")
        if not is_true:
            self.counts["untrue reasons"] += 1
            raise WrongDayError(f"the reason is not true: {self.said[-1]}; the user did {sorted(page.done)}")

    def _press(self, key: str) -> None:
        keycode = self.server.keycode(key)
        self._user(keycode, True)
        self._user(keycode, False)

    def _acted(self, what: str) -> None:
        """Remember what the user did; the product sees it wherever it happens."""
        for name, page in self._pages.items():
            page.act(what if name == self._focus else "elsewhere")

    def _type(self) -> None:
        rng = self._rng
        keys = rng.choice((["z", "x"], ["q", "space"], ["x", "period", "space"], ["BackSpace"], ["z"], ["q", "z", "x"]))
        if self._focus == "xterm" and keys == ["BackSpace"]:
            keys = ["q"]  # what BackSpace does is the program's own affair there
        self.said.append(f"type {keys} in {self._focus}")
        self._acted("key")
        for key in keys:
            typed = {"space": " ", "period": ".", "BackSpace": "\b"}.get(key, key)
            page = self.page
            self._press(key)
            at_start = typed == "\b" and 0 in page.places
            after = self._read_until(lambda text, page=page: text != page.text)  # type: ignore[misc]
            if at_start and after == page.text and page.carets is None:
                continue
            if problem := type_own(page, typed, after):
                raise WrongDayError(f"{problem}: {page.text!r} became {after!r}")

    def _point(self) -> None:
        """Move the pointer into the window with the focus, each time elsewhere."""
        window = self.server.display.create_resource_object("window", self._clients[self._focus].window)
        corner, size = window.translate_coords(self._root, 0, 0), window.get_geometry()
        right, low, top = size.width - 20, size.height - 20, 40
        if self._focus in _HEAVY:  # below the bar that the browser may show above the page
            right, low, top = size.width * 3 // 4, size.height // 2, 110
        x, y = self._rng.randrange(30, right), self._rng.randrange(top, low)
        if abs(x - self._last_click[0]) < 12:
            x = max(5, x - 20) if x > 30 else x + 25
        self._last_click = x, y
        self._root.warp_pointer(-corner.x + x, -corner.y + y)
        self.server.display.sync()

    def _away(self) -> None:
        self._root.warp_pointer(1279, 799)
        self.server.display.sync()

    def _wait_until_passed_on(self) -> None:
        """Wait until the window manager has given the click to the window: it holds the pointer until then.

        No user speaks within these milliseconds, and a key that comes in them would arrive before the click.
        """

        def is_free() -> bool:
            asynchronous = X.GrabModeAsync
            taken = self._root.grab_pointer(False, 0, asynchronous, asynchronous, X.NONE, X.NONE, X.CurrentTime)
            if taken == X.GrabSuccess:
                self.server.display.ungrab_pointer(X.CurrentTime)
                self.server.display.sync()
            return bool(taken == X.GrabSuccess)

        wait_until(is_free, what="the click is passed on", timeout_s=_PATIENCE_S, poll_s=0.002)

    def _click(self) -> None:
        self.said.append(f"click in {self._focus}")
        self._point()
        self.server.click()
        self._wait_until_passed_on()
        self._acted("click")
        if not self.page.terminal:
            self.page.carets = None
        self._away()

    def _wheel(self) -> None:
        self.said.append(f"scroll in {self._focus}")
        self._point()
        self.server.click(self._rng.choice((4, 5)))
        self._wait_until_passed_on()
        self._acted("wheel")
        self._away()

    def _switch(self) -> None:
        weights = [0.25 if name in _HEAVY else 1.0 for name in self._names]
        to = self._rng.choices(self._names, weights)[0]
        self.said.append(f"go to {to}")
        if to != self._focus:
            self._pages[self._focus].act("switch")
            self._pages[to].act("switch")
        self._focus = to
        self.server.focus(self._clients[to].window)

    def _popups(self) -> int:
        count = 0
        for window in self._root.query_tree().children:
            with contextlib.suppress(error.BadWindow):  # gone meanwhile
                attributes = window.get_attributes()
                count += attributes.map_state == X.IsViewable and bool(attributes.override_redirect)
        return count

    def _is_held(self) -> bool:
        """Return True if an application holds the keyboard."""
        asynchronous = X.GrabModeAsync
        taken = self._root.grab_keyboard(False, asynchronous, asynchronous, X.CurrentTime)
        if taken == X.GrabSuccess:
            self.server.display.ungrab_keyboard(X.CurrentTime)
            self.server.display.sync()
        return bool(taken != X.GrabSuccess)

    def _menu(self) -> None:
        """Open the menu of the text, say something, and close it."""
        self.said.append(f"open the menu of {self._focus}")
        before = self._popups()
        self._point()
        self.server.click(3)
        try:
            wait_until(lambda: self._popups() > before, what="a menu opens", timeout_s=_PATIENCE_S, poll_s=0.01)
            if self._focus not in _HEAVY:
                wait_until(self._is_held, what="it holds the keyboard", timeout_s=_PATIENCE_S, poll_s=0.005)
        except AssertionError:
            self.counts["menus that did not open"] += 1
        self._acted("menu")
        self.page.carets = None
        self._say(self._words())
        self._press("Escape")
        with contextlib.suppress(AssertionError):
            wait_until(lambda: self._popups() <= before, what="the menu closes", timeout_s=_PATIENCE_S, poll_s=0.01)
        self._away()
        self._acted("menu")
        self._say(Said("drop", "drop held text"))

    def _reopen(self) -> None:
        self.said.append(f"close {self._focus} and open it again")
        name = self._focus
        if name in _HEAVY:  # the application goes on, its window is emptied
            self._clients[name].clear()
            # Because of the key that asks a browser for its text.
            self._pages[name] = Page(known=None, lower=name == "writer")
        else:
            self._clients[name].stop()
            self._start(name)
        self.counts["windows opened again"] += 1
        self._acted("key")


def walk_day(
    steps: int,
    seed: int,
    applications: Sequence[str],
    seconds: float,
    say: Callable[[str], None],
    *,
    input_method: bool = False,
) -> tuple[Counter[str], Counter[str], list[str]]:
    """Walk; return the counts, the refusals of corrections, and the failures. Each failure begins a new walk."""
    counts: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    failures: list[str] = []
    until = time.monotonic() + seconds
    while counts["steps"] < steps and time.monotonic() < until:
        walk = Walk(seed, applications, input_method=input_method)
        try:
            while counts["steps"] + walk.counts["steps"] < steps and time.monotonic() < until:
                walk.step()
                if walk.counts["steps"] >= 500:
                    break
        except (WrongDayError, TimeoutError) as wrong:
            failures.append(f"seed {seed}, step {walk.counts['steps']}: {wrong}\n    " + "\n    ".join(walk.said))
            say(failures[-1])
        finally:
            counts += walk.counts
            refusals += walk.refusals
            walk.close()
        say(f"seed {seed}: {counts['steps']} steps, {len(failures)} wrong")
        seed += 1
    return counts, refusals, failures


def table(counts: Counter[str], refusals: Counter[str]) -> str:
    """Return the refusals per 100 corrections, by reason."""
    total = counts["corrections"] or 1
    lines = [f"{'refusals per 100 corrections':<40} {100 * refusals.total() / total:>7.2f}"]
    lines += [f"  {kind:<38} {100 * number / total:>7.2f}" for kind, number in refusals.most_common()]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run ``python -m tests.soak day``; return 1 after any failure."""
    import argparse
    import sys

    parser = argparse.ArgumentParser(
        prog="scripts/soak day",
        description="Walk at random through a working day in real applications: dictate, correct, type, click, open "
        "menus, change, close and reopen windows. After each step the text must be that of a simple model, or a "
        "refusal must give a true reason. The same seed gives the same steps.",
    )
    parser.add_argument("--steps", type=int, default=20_000, metavar="N", help="total number of steps (20,000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the first walk (1)")
    parser.add_argument("--duration", type=float, default=float("inf"), metavar="MINUTES", help="maximum duration")
    parser.add_argument("--applications", default=",".join(APPLICATIONS), metavar="NAME,...", help="windows (all)")
    parser.add_argument("--input-method", action="store_true", help="with IBus and its engine for a plain keyboard")
    options = parser.parse_args(arguments)
    names = options.applications.split(",")
    if unknown := set(names) - set(APPLICATIONS):
        parser.error(f"{', '.join(sorted(unknown))}: not one of {', '.join(APPLICATIONS)}")
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    counts, refusals, failures = walk_day(
        options.steps,
        options.seed,
        names,
        options.duration * 60,
        lambda line: print(line, file=sys.stderr, flush=True),
        input_method=options.input_method,
    )
    for name, count in sorted(counts.items()):
        print(f"{name:<40} {count:>7,}")
    print(f"{'wrong':<40} {len(failures):>7,}")
    print(table(counts, refusals))
    return 1 if failures else 0
