"""Walks: which of the package's files one request runs through, from its start to the typing port."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from twisted.internet.defer import Deferred, succeed

import windictator
from tests.dictation.bench import DictationBench
from tests.text.spoken import heard
from windictator.dictation.profile import DEFAULT_PROFILE
from windictator.keyboard.chord import KeyCombination
from windictator.text.utterance import Final
from windictator.typist.result import StopReason, TypingResult

_PACKAGE = Path(windictator.__file__).parent


class Walk(NamedTuple):
    """What one request ran through."""

    files: list[str]
    """Files of the package in the order in which they were entered first, relative to it."""
    calls: int
    """Number of calls of the package's functions."""
    moves: int
    """Number of calls from one file into another."""


class _InstantTypist:
    """A typing port that confirms everything at once. A walk ends where it is entered."""

    def __init__(self) -> None:
        self.calls = 0

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult]:
        """Confirm BackSpaces and text."""
        self.calls += 1
        text = "\b" * erase + insert
        return succeed(TypingResult(text, text, key_event_count=2 * len(text), window=window or 0))

    def press(
        self, chords: Sequence[KeyCombination], window: int | None = None, *, strict: bool = False
    ) -> Deferred[TypingResult]:
        """No walk presses keys."""
        raise AssertionError("no keys are pressed here")

    def stop(self, reason: StopReason = StopReason.CANCELLED) -> None:
        """No walk is stopped."""
        raise AssertionError("nothing is stopped here")


def _record(action: Callable[[], object], is_arrived: Callable[[], bool]) -> Walk:
    """Run ``action`` and record the package's calls until the typing port is reached."""
    files: list[str] = []
    counts = [0, 0]

    def trace(frame: FrameType, event: str, _argument: object) -> None:
        if event != "call" or is_arrived():
            return
        path = Path(frame.f_code.co_filename)
        if not path.is_relative_to(_PACKAGE):
            return
        counts[0] += 1
        name = str(path.relative_to(_PACKAGE))
        if frame.f_back is not None and frame.f_back.f_code.co_filename != str(path):
            counts[1] += 1
        if name not in files:
            files.append(name)

    sys.setprofile(trace)
    try:
        action()
    finally:
        sys.setprofile(None)
    return Walk(files, *counts)


def _walk_of(*utterances: str) -> Walk:
    """Hear utterances, and record the last of them."""
    typist = _InstantTypist()
    bench = DictationBench(typist=typist, profile_of=lambda window: succeed(DEFAULT_PROFILE))
    *before, last = utterances
    bench.hear(*before)
    final = Final(len(before), heard(last))
    calls = typist.calls
    walk = _record(lambda: bench.dictation.accept_hypothesis(final), lambda: typist.calls > calls)
    assert typist.calls > calls
    return walk


WALKS: Mapping[str, Callable[[], Walk]] = {
    "one final": lambda: _walk_of("hello there", "big dogs"),
    "one final with a comma": lambda: _walk_of("hello there", "big comma dogs"),
    "scratch that": lambda: _walk_of("hello there", "good day", "scratch that"),
}
"""Walks by their names."""


def walk(name: str) -> Walk:
    """Return one walk. It is run once before, so that what is imported or compiled once does not count."""
    WALKS[name]()
    return WALKS[name]()


def main() -> None:
    """Print a line for each walk, with ``-v`` its files too."""
    for name in WALKS:
        measured = walk(name)
        print(f"{name}: {len(measured.files)} files, {measured.calls} calls, {measured.moves} moves")
        if "-v" in sys.argv[1:]:
            for file in measured.files:
                print(f"    {file}")


if __name__ == "__main__":
    main()
