"""The proving window's process: starts it, waits until it has the keyboard focus, asks what has arrived."""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol

from windictator.deferreds import Clock
from windictator.errors import WinDictatorError
from windictator.x11 import self_test_window

START_TIMEOUT_S = 15.0
#: A window manager gives the focus to a new window in a moment, or never: some do not let windows take it.
CLICK_HINT_AFTER_S = 3.0
FOCUS_TIMEOUT_S = 60.0
ANSWER_TIMEOUT_S = 10.0


class SelfTestError(WinDictatorError):
    """The proving window cannot be shown, has been closed, or does not get the keyboard focus."""


class SelfTestClient(ProcessProtocol):
    """The window. ``clock``: for the waits. Every Deferred fails with ProvingProblem."""

    transport: Any = None

    def __init__(self, clock: Clock) -> None:
        self.window = 0
        """Its id, once ``start`` has fired."""
        self._clock = clock
        self._focused = False
        self._output = b""
        self._error: SelfTestError | None = None
        self._shown: Deferred[None] = Deferred()
        self._focus: Deferred[None] | None = None
        self._answers: deque[Deferred[str]] = deque()
        self._ended: Deferred[None] = Deferred()

    def start(self, reactor: Any, environment: Mapping[str, str]) -> Deferred[None]:
        """Show the window; fires when it can be seen.

        ``reactor``: spawns the process. ``environment``: for it, with the display.
        """
        command = [sys.executable, "-P", "-m", self_test_window.__name__]
        # Modules are found where this process found them; with -P a file in the current folder cannot get in.
        path = os.pathsep.join(filter(None, sys.path))
        reactor.spawnProcess(self, sys.executable, command, {**environment, "PYTHONPATH": path})
        return self._with_timeout(self._shown, START_TIMEOUT_S, "the proving window did not show itself")

    def when_focused(self, on_click_needed: Callable[[], None]) -> Deferred[None]:
        """Fires when the window has the keyboard focus. ``on_click_wanted``: called if it is long in coming."""
        if self._focused:
            return succeed(None)
        self._focus = focus = Deferred[None]()
        hint = self._clock.callLater(CLICK_HINT_AFTER_S, on_click_needed)

        def done(result: Any) -> Any:
            self._focus = None
            if hint.active():
                hint.cancel()
            return result

        bounded = self._with_timeout(focus, FOCUS_TIMEOUT_S, "the proving window did not get the keyboard focus")
        return bounded.addBoth(done)

    def take_received(self) -> Deferred[str]:
        """All that has arrived in the window since the last call. Return is U+000D."""
        if self._error is not None:
            return fail(self._error)
        answer = Deferred[str]()
        self._answers.append(answer)
        self.transport.write(b"?\n")
        return self._with_timeout(answer, ANSWER_TIMEOUT_S, "the proving window does not answer")

    def stop(self) -> Deferred[None]:
        """Close the window; fires when its process has ended."""
        if self.transport is None:
            return succeed(None)
        with suppress(ProcessExitedAlready):  # its end is about to be reported
            self.transport.signalProcess("KILL")
        return self._ended

    # Called by the reactor

    def outReceived(self, data: bytes) -> None:
        """Lines of JSON from the window."""
        *lines, self._output = (self._output + data).split(b"\n")
        for line in lines:
            self._handle_message(json.loads(line))

    def errReceived(self, data: bytes) -> None:
        """Nothing is expected there; libX11 may grumble."""

    def processEnded(self, reason: object) -> None:
        """Whatever is waited for will not come."""
        self._fail_pending(SelfTestError("the proving window was closed"))
        self._ended.callback(None)

    def _handle_message(self, message: dict[str, Any]) -> None:
        if "problem" in message:
            self._fail_pending(SelfTestError(f"the proving window cannot be shown: {message['problem']}"))
        elif "window" in message:
            self.window = message["window"]
            _fire(self._shown, None)
        elif "focus" in message:
            self._focused = message["focus"]
            if self._focused and self._focus is not None:
                _fire(self._focus, None)
        elif self._answers:
            _fire(self._answers.popleft(), message["received"])

    def _fail_pending(self, error: SelfTestError) -> None:
        self._error = self._error or error
        for waiting in (self._shown, self._focus, *self._answers):
            if waiting is not None and not waiting.called:
                waiting.errback(self._error)
        self._answers.clear()

    def _with_timeout(self, waited: Deferred[Any], seconds: float, problem: str) -> Deferred[Any]:
        def expire() -> None:
            self._fail_pending(SelfTestError(f"{problem} within {seconds:g} seconds"))

        timer = self._clock.callLater(seconds, expire)

        def done(result: Any) -> Any:
            if timer.active():
                timer.cancel()
            return result

        return waited.addBoth(done)


def _fire(waited: Deferred[Any], result: object) -> None:
    if not waited.called:
        waited.callback(result)
