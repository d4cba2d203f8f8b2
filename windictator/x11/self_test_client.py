"""Client of the self-test window's process: start it, wait for its keyboard focus, ask what has arrived."""

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
CLICK_HINT_AFTER_S = 3.0
"""Time after which the user is asked to click, in seconds.

A window manager gives the focus to a new window at once or never: some do not let windows take it.
"""
FOCUS_TIMEOUT_S = 60.0
ANSWER_TIMEOUT_S = 10.0


class SelfTestError(WinDictatorError):
    """The self-test window cannot be shown, was closed, or does not get the keyboard focus."""


class SelfTestClient(ProcessProtocol):
    """Window of the self-test. ``clock``: for time-outs. Every Deferred fails with SelfTestError."""

    transport: Any = None

    def __init__(self, clock: Clock) -> None:
        self.window = 0
        """Id of the window, once ``start`` has fired."""
        self._clock = clock
        self._focused = False
        self._output = b""
        self._error: SelfTestError | None = None
        self._shown: Deferred[None] = Deferred()
        self._focus: Deferred[None] | None = None
        self._answers: deque[Deferred[str]] = deque()
        self._ended: Deferred[None] = Deferred()

    def start(self, reactor: Any, environment: Mapping[str, str]) -> Deferred[None]:
        """Show the window; fire when it is visible.

        ``reactor``: spawns the process. ``environment``: of the process, with the display.
        """
        command = [sys.executable, "-P", "-m", self_test_window.__name__]
        # Modules are found where this process found them; with -P the current folder is not searched.
        path = os.pathsep.join(filter(None, sys.path))
        reactor.spawnProcess(self, sys.executable, command, {**environment, "PYTHONPATH": path})
        return self._with_timeout(self._shown, START_TIMEOUT_S, "the self-test window did not appear")

    def when_focused(self, on_click_needed: Callable[[], None]) -> Deferred[None]:
        """Fire when the window has the keyboard focus. ``on_click_needed``: called if that takes long."""
        if self._focused:
            return succeed(None)
        self._focus = focus = Deferred[None]()
        hint = self._clock.callLater(CLICK_HINT_AFTER_S, on_click_needed)

        def done(result: Any) -> Any:
            self._focus = None
            if hint.active():
                hint.cancel()
            return result

        bounded = self._with_timeout(focus, FOCUS_TIMEOUT_S, "the self-test window did not get the keyboard focus")
        return bounded.addBoth(done)

    def take_received(self) -> Deferred[str]:
        """Fire with all that has arrived in the window since the last call. Return is U+000D."""
        if self._error is not None:
            return fail(self._error)
        answer = Deferred[str]()
        self._answers.append(answer)
        self.transport.write(b"?\n")
        return self._with_timeout(answer, ANSWER_TIMEOUT_S, "the self-test window does not answer")

    def stop(self) -> Deferred[None]:
        """Close the window; fire when its process has ended."""
        if self.transport is None:
            return succeed(None)
        with suppress(ProcessExitedAlready):  # its end will be reported
            self.transport.signalProcess("KILL")
        return self._ended

    # Called by the reactor

    def outReceived(self, data: bytes) -> None:
        """Handle lines of JSON from the window."""
        *lines, self._output = (self._output + data).split(b"\n")
        for line in lines:
            self._handle_message(json.loads(line))

    def errReceived(self, data: bytes) -> None:
        """Ignore warnings of libX11."""

    def processEnded(self, reason: object) -> None:
        """Fail all pending Deferreds, because the window is closed."""
        self._fail_pending(SelfTestError("the self-test window was closed"))
        self._ended.callback(None)

    def _handle_message(self, message: dict[str, Any]) -> None:
        if "problem" in message:
            self._fail_pending(SelfTestError(f"the self-test window cannot be shown: {message['problem']}"))
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
