"""Plays scenarios: one X server, one client, and one typing process that stays connected, as a daemon does."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from Xlib import X

from tests.program import run_windictator
from tests.x11.clients.client import Client, RawWindow, text_of
from tests.x11.keyboard_state import KeyboardState, read_keyboard
from tests.x11.scenarios import Held, Middle, Scenario
from tests.x11.server import LOCK, XServer
from tests.x11.user_keyboard import UserKeyboard

_PROJECT = Path(__file__).parents[2]
#: Characters typed when the middle is announced: enough that it is one, few enough that much is to come.
_MIDDLE_AT = 300
#: What the user types in the middle: a key whose character is in no text.
_USERS_KEY, _USERS_CHARACTER = "bracketleft", "["
#: Seconds in which the typing process must answer a question, whatever happens on the display.
ALIVE_WITHIN = 0.1
_PATIENCE = 60.0
#: What a layout "de" makes of keys of the layout "us"; keys that were mapped type nothing.
_US_KEYS_IN_DE = str.maketrans({"y": "z", "z": "y", "Y": "Z", "Z": "Y", ";": "ö", ":": "Ö"})
#: What turns the character under way into another one; it is not reported as confirmed.
_CHANGES_A_CHARACTER = (
    Middle.USER_PRESSES_SHIFT,
    Middle.CAPS_LOCK_PRESSED,
    Middle.GROUP_SWITCHED,
)


@dataclass(frozen=True)
class Outcome:
    """How a row ended. ``problems``: what is wrong, empty where all is right; ``stopped``: why typing ended early,
    None where the whole text arrived.
    """

    problems: tuple[str, ...]
    stopped: str | None = None

    def __str__(self) -> str:
        if self.problems:
            return "WRONG"
        return f"stopped ({self.stopped})" if self.stopped else "ok"


class TypingProcess:
    """``tests.x11.typing_process``, or a ``module`` that speaks as it does, connected to ``server``."""

    def __init__(self, server: XServer, module: str = "tests.x11.typing_process") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=_PROJECT,
            env=server.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._unread = b""
        self._kept: list[dict[str, Any]] = []
        self.hear()

    def say(self, **message: Any) -> dict[str, Any]:
        """Send a message and return the next answer."""
        self.tell(**message)
        return self.hear()

    def tell(self, **message: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def seconds_to_answer(self) -> float:
        """How long it takes to answer a question, in the middle of a text or not."""
        began = time.monotonic()
        self.tell(ask="alive")
        while "alive" not in (answer := self._next_answer()):
            self._kept.append(answer)
        return time.monotonic() - began

    def hear(self) -> dict[str, Any]:
        """The next answer."""
        return self._kept.pop(0) if self._kept else self._next_answer()

    def _next_answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        give_up = time.monotonic() + _PATIENCE
        while b"\n" not in self._unread:
            left = give_up - time.monotonic()
            assert select.select([self._process.stdout], [], [], max(0.0, left))[0], "the typing process is silent"
            piece = os.read(self._process.stdout.fileno(), 65536)
            assert piece, f"the typing process has ended with status {self._process.wait()}"
            self._unread += piece
        line, self._unread = self._unread.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        assert "error" not in answer, answer.get("traceback")
        return answer

    def stop(self) -> None:
        """Let it end in good order."""
        self._process.communicate(timeout=_PATIENCE)

    def send_signal(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


class Stage:
    """``kind`` of client under a window manager or not, built when first needed and after a row that broke it."""

    def __init__(self, kind: type[Client], managed: bool) -> None:
        self._kind = kind
        self._managed = managed
        self._built: contextlib.ExitStack | None = None

    def play(self, scenario: Scenario) -> Outcome:
        """Play one row; what happens on the display does not depend on the rows before."""
        return self._on_stage(lambda: self._play(scenario, self._type))

    def play_by_command(self, scenario: Scenario) -> Outcome:
        """Play one row in which nothing happens in the middle, typed by the command line."""
        return self._on_stage(lambda: self._play(scenario, self._run_command))

    def play_in_a_row(self, texts: Sequence[str]) -> Outcome:
        """Type several texts one after the other, and restore the keymap only after the last."""
        scenario = Scenario("in a row", "".join(texts))
        return self._on_stage(lambda: self._play(scenario, lambda *_: self._type_all(texts)))

    def _on_stage(self, play: Callable[[], Outcome]) -> Outcome:
        if self._built is None:
            self._build()
        try:
            outcome = play()
        except BaseException:
            self.close()
            raise
        if outcome.problems:
            self.close()
        return outcome

    def close(self) -> None:
        built, self._built = self._built, None
        if built is not None:
            built.close()

    def _build(self) -> None:
        with contextlib.ExitStack() as stack:
            self.server = XServer()
            stack.callback(self.server.stop)
            self.server.start()
            # No click lands in a window, and no window takes the focus because the pointer is there.
            self.server.display.screen().root.warp_pointer(1279, 799)
            if self._managed:
                stack.enter_context(self.server.window_manager())
            self.other = RawWindow(self.server)
            stack.callback(self.other.stop)
            self.other.start()
            self.client = self._kind(self.server)
            stack.callback(self.client.stop)
            self.client.start()
            self.user = UserKeyboard(self.server)
            self.process = TypingProcess(self.server)
            stack.callback(self.process.kill)
            self._built = stack.pop_all()

    # One row

    def _play(self, scenario: Scenario, type_it: Callable[[Scenario, list[str]], dict[str, Any]]) -> Outcome:
        expected = self._prepare(scenario)
        problems: list[str] = []
        typed = type_it(scenario, problems)
        if not self.process.say(give_back=True)["read"]:
            problems.append("the client did not read the mapped characters")
        after = read_keyboard(self.server)
        problems += [
            f"{name} changed: {_difference(was, now)}"
            for name, was, now in zip(KeyboardState._fields, expected, after, strict=True)
            if was != now
        ]
        problems += self._judge_text(scenario, typed)
        return Outcome(tuple(problems), typed["stopped"])

    def _prepare(self, scenario: Scenario) -> KeyboardState:
        """Set the keyboard, focus and empty both windows. Returns the state that the keyboard must have at the end."""
        server = self.server
        for keycode in server.pressed_keys():
            self.user.release(keycode)
            server.release(keycode)
        server.lock(0xFF, 0)
        if scenario.middle is Middle.LAYOUT_SET:
            server.set_layout("de")
            layout_to_come = read_keyboard(server)
        server.set_layout(scenario.layout, scenario.variant, scenario.options)
        server.lock_group(scenario.group)
        server.lock(scenario.locks, scenario.locks)
        repeat = X.AutoRepeatModeOn if scenario.autorepeat else X.AutoRepeatModeOff
        server.display.change_keyboard_control(auto_repeat_mode=repeat)
        self.other.clear()
        self.client.focus()
        self.client.clear()
        expected = read_keyboard(server)
        if scenario.middle is Middle.LAYOUT_SET:
            return layout_to_come._replace(locks=expected.locks)
        if scenario.middle is Middle.CAPS_LOCK_PRESSED:
            return expected._replace(locks=expected.locks._replace(locked=expected.locks.locked ^ LOCK))
        if scenario.middle is Middle.GROUP_SWITCHED:
            return expected._replace(locks=expected.locks._replace(group=1))
        return expected

    def _type(self, scenario: Scenario, problems: list[str]) -> dict[str, Any]:
        """Have the text typed and do what the scenario does meanwhile; all keys of the user are up afterwards."""
        for key in scenario.held:
            self.user.press(key)
        if scenario.middle is Middle.NOTHING:
            self.process.tell(text=scenario.text)
        else:
            self.process.tell(text=scenario.text, announce=_MIDDLE_AT)
            answer = self.process.hear()
            if "reached" not in answer:
                problems.append("it ended before the middle")
                return answer
            problems += self._happen(scenario.middle)
        if scenario.held_for is Held.BRIEFLY and scenario.held:
            time.sleep(0.2)
            self._release(scenario.held)
        typed = self.process.hear()
        if scenario.held_for is Held.THROUGHOUT:
            self._release(scenario.held)
        if scenario.middle is Middle.KEYBOARD_GRABBED:
            self.server.display.ungrab_keyboard(X.CurrentTime)
            self.server.display.sync()
        return typed

    def _run_command(self, scenario: Scenario, problems: list[str]) -> dict[str, Any]:
        done = run_windictator("type", "--json", env=self.server.environment(), input=scenario.text)
        if done.stderr:
            problems.append(done.stderr)
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def _type_all(self, texts: Sequence[str]) -> dict[str, Any]:
        typed = [self.process.say(text=text) for text in texts]
        stops = [one["stopped"] for one in typed if one["stopped"]]
        return {"confirmed": sum(one["confirmed"] for one in typed), "stopped": stops[0] if stops else None}

    def _release(self, keys: tuple[str, ...]) -> None:
        for key in reversed(keys):
            self.user.release(key)

    def _happen(self, middle: Middle) -> list[str]:
        """Do it; returns what was wrong meanwhile."""
        server = self.server
        match middle:
            case Middle.FOCUS_MOVED:
                server.focus(self.other.window)
            case Middle.USER_TYPES:
                self.user.tap(_USERS_KEY)
            case Middle.USER_PRESSES_SHIFT:
                self.user.tap("Shift_L")
            case Middle.CLICK:
                server.click()
                if self._managed:  # takes the focus away for a click beside all windows, a moment later
                    server.wait_until_unfocused(self.client.window)
            case Middle.CAPS_LOCK_PRESSED:
                self.user.tap("Caps_Lock")
            case Middle.LAYOUT_SET:
                server.set_layout("de")
            case Middle.GROUP_SWITCHED:
                server.lock_group(1)
            case Middle.KEYBOARD_GRABBED:
                root = server.display.screen().root
                root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
            case Middle.PAUSED_300_MS | Middle.PAUSED_2_S:
                self.client.pause()
                try:
                    return self._watch(0.3 if middle is Middle.PAUSED_300_MS else 2.0)
                finally:
                    self.client.carry_on()
            case Middle.SERVER_GRABBED_1_S:
                server.display.grab_server()
                server.display.sync()
                try:
                    return self._watch(1.0)
                finally:
                    server.display.ungrab_server()
                    server.display.sync()
        return []

    def _watch(self, seconds: float) -> list[str]:
        """See for so long whether the typing process answers at once."""
        until = time.monotonic() + seconds
        longest = 0.0
        while time.monotonic() < until:
            longest = max(longest, self.process.seconds_to_answer())
            time.sleep(0.02)
        return [f"answered after {longest:.3f} s"] if longest > ALIVE_WITHIN else []

    def _judge_text(self, scenario: Scenario, typed: dict[str, Any]) -> list[str]:
        """What is wrong with what the client and the other window got."""
        got, elsewhere = self.client.text(), self.other.text()
        stopped, confirmed = typed["stopped"], typed["confirmed"]
        if scenario.middle is Middle.USER_TYPES:
            got = got.replace(_USERS_CHARACTER, "", 1)
        if scenario.held_for is Held.THROUGHOUT and "j" in scenario.held:
            got = got.lstrip("j")
        if stopped not in {stop and stop.name for stop in scenario.stops}:
            problem = f"ended with {stopped}, {confirmed} of {len(scenario.text)} confirmed"
            return [problem, *_text_problem(text_of(scenario.text[:confirmed]), got)]
        whole = text_of(scenario.text[:confirmed])
        if stopped is None:
            return _text_problem(whole, got)
        if confirmed == 0 and scenario.middle is Middle.NOTHING:
            return _text_problem("", got)
        one_more = text_of(scenario.text[: confirmed + 1])
        if scenario.middle is Middle.LAYOUT_SET and not elsewhere:
            arrived = any(_read_by_two_keymaps(got, text) for text in (whole, one_more))
            return [] if arrived else _text_problem(whole, got)
        if (got, elsewhere) in ((whole, ""), (one_more, "")):
            return []
        if (
            scenario.middle in _CHANGES_A_CHARACTER
            and len(got) == len(one_more)
            and got[:-1] == whole
            and not elsewhere
        ):
            return []
        if scenario.middle is Middle.FOCUS_MOVED and (got, elsewhere) == (whole, scenario.text[confirmed]):
            return []
        return [*_text_problem(whole, got), f"the other window got {elsewhere!r}"]


def _read_by_two_keymaps(got: str, text: str) -> bool:
    """Whether every key of ``text`` arrived, up to some place read by the layout "us" and from there on by "de": what
    an application has not read when the layout changes, it reads by the new one.
    """
    by_new = "".join(character for character in text if character.isascii()).translate(_US_KEYS_IN_DE)
    same = next((place for place, pair in enumerate(zip(got, text, strict=False)) if pair[0] != pair[1]), len(got))
    return any(
        got[place:] == by_new[len(by_new) - (len(got) - place) :]
        for place in range(same + 1)
        if len(got) - place == sum(character.isascii() for character in text[place:])
    )


def _text_problem(wanted: str, got: str) -> list[str]:
    if wanted == got:
        return []
    pairs = enumerate(zip(wanted, got, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), min(len(wanted), len(got)))
    near = slice(max(0, same - 5), same + 15)
    return [f"text of {len(got)} instead of {len(wanted)} differs at {same}: {got[near]!r} instead of {wanted[near]!r}"]


def _difference(was: Any, now: Any) -> str:
    if isinstance(was, str):
        lines = difflib.unified_diff(was.splitlines(), now.splitlines(), lineterm="", n=0)
        return "; ".join(list(lines)[2:12])
    if isinstance(was, tuple) and was and isinstance(was[0], bytes):
        return (
            f"of keyboards {[number for number, maps in enumerate(zip(was, now, strict=True)) if maps[0] != maps[1]]}"
        )
    return f"{was} became {now}"
