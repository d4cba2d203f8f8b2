"""Bench for tests of the typist: a fake keyboard that behaves as X does, and a clock in the test's hand."""

from twisted.internet.defer import succeed
from twisted.internet.task import Clock

from tests.fake_keyboard import WINDOW, FakeKeyboard, keymap
from windictator.typist.result import TypingResult
from windictator.typist.typist import Typist

US, US_RU, NEO = keymap("us"), keymap("us-ru"), keymap("de-neo")
OTHER_WINDOW = WINDOW + 0x100000
LETTER_KEY = 38
F9_KEY = 75
"""F9: types nothing and carries no modifier."""


class TypistBench:
    """A typist on a fake keyboard, with time in the test's hand."""

    def __init__(self, layout=US, pace=None, limits=None, input_method=False, **state):
        self.keyboard = FakeKeyboard(layout)
        more = {"limits": limits, "input_method": self.keyboard if input_method else None}
        for name, value in state.items():
            setattr(self.keyboard, name, value)
        self.clock = Clock()
        self.typist = Typist(
            *self.keyboard.ports(),
            self.clock,
            confirm_timeout_s=2.0,
            key_release_timeout_s=1.0,
            pace=pace if pace is None or callable(pace) else lambda window: succeed(pace),
            **more,
        )

    def start(self, deferred):
        results = []
        deferred.addBoth(results.append)
        return results

    def type(self, text, window=None) -> TypingResult:
        results = self.start(self.typist.insert(text, window))
        while not results and self.keyboard.answer():
            pass
        (result,) = results
        return result


def is_idle(bench):
    """Nothing of ours is left: no key down, no timer, no confirmation awaited."""
    return not bench.keyboard.down and not bench.clock.getDelayedCalls() and bench.keyboard.confirmed is not None
