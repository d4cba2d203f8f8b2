"""Run by the benchmark as a program: a dictation with as many rules and earlier utterances as the arguments say.

What it types with does so at once, so that what is measured is the dictation's own. Prints a JSON object: seconds of
processor, the best of several, from the final result of 30 words to the first key, until all is recorded, and the same
for a correction of them; for a key of the user's.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence

from twisted.internet.defer import Deferred, succeed

from tests.bench.text_in_process import SPOKEN, WRITTEN, rules
from windictator.dictation.history import History
from windictator.dictation.options import DictationOptions
from windictator.dictation.queue import Dictation
from windictator.dictation.result import CommandResult
from windictator.keyboard.chord import KeyCombination
from windictator.settings import Settings
from windictator.settings.profiles import load_profiles
from windictator.settings.vocabulary import load_vocabulary, parse_words
from windictator.text.ledger import Entry, Ledger
from windictator.text.utterance import Final, RecognizedWord
from windictator.typist.interfaces import UserInput
from windictator.typist.result import StopReason, TypingResult

_WINDOW = 1
_CORRECTION = "replace quick and exact with exact and very quick"
_KEY = UserInput("key", 38, True, 0)


class _Typist:
    """Types at once; ``began``: when it was asked to."""

    def __init__(self) -> None:
        self.began = 0.0

    def edit(
        self, erase: int, insert: str, window: int | None = None, keys: Mapping[str, KeyCombination] | None = None
    ) -> Deferred[TypingResult]:
        self.began = time.process_time()
        text = "\b" * erase + insert
        return succeed(TypingResult(text, text, key_event_count=2 * len(text), window=window or 0))

    def press(self, chords: Sequence[KeyCombination], window: int | None = None) -> Deferred[TypingResult]:
        raise AssertionError("no keys are pressed here")

    def stop(self, reason: StopReason = StopReason.CANCELLED) -> None:
        raise AssertionError("nothing is stopped here")


def main() -> None:
    count, repetitions = int(sys.argv[1]), int(sys.argv[2])
    vocabulary = load_vocabulary(Settings()).with_user_words(
        parse_words(rules(count), "rules"), Settings().text.name_match_percent / 100
    )
    typist, ledger = _Typist(), Ledger(max_entries=2 * count)
    log = History(2 * count, None, lambda: 0.0, print)
    profiles = load_profiles(Settings())
    dictation = Dictation(
        typist,
        lambda: succeed(_WINDOW),
        DictationOptions(vocabulary),
        ledger,
        lambda event: None,
        profile_of=lambda _window: succeed(profiles.profile("Navigator", "A page of the web", "Navigator")),
    )
    outcomes: list[CommandResult] = []
    dictation.on_result = lambda heard, outcome: (log.add(heard, outcome), outcomes.append(outcome))[1]
    said = [_words(SPOKEN), _words(_CORRECTION)]
    dictation.accept_hypothesis(Final(0, said[0]))
    (first,) = ledger.entries(_WINDOW)
    while len(ledger.entries(_WINDOW)) < count:
        for _ in range(100):
            before = ledger.context(_WINDOW)
            ledger.record(
                _WINDOW, Entry(first.transcript, " " + first.typed, before, before.followed_by(" " + first.typed))
            )
    firsts: list[list[float]] = [[], []]
    wholes: list[list[float]] = [[], []]
    keys = []
    for repetition in range(repetitions):
        outcomes.clear()
        for part, words in enumerate(said):
            begin = time.process_time()
            dictation.accept_hypothesis(Final(1 + 2 * repetition + part, words))
            wholes[part].append(time.process_time() - begin)
            firsts[part].append(typist.began - begin)
        written, corrected = (outcome.text for outcome in outcomes)
        dictation.undo()
        dictation.undo()
        begin = time.process_time()
        dictation.user_input(_KEY)
        keys.append(time.process_time() - begin)
        ledger.unseal(_WINDOW)
    problem = ""
    if written.strip().casefold() != WRITTEN.casefold() or "exact and very quick" not in corrected:
        problem = f"WRONG TEXT: {written!r}, {corrected!r}"
    if len(ledger.entries(_WINDOW)) < count:
        problem = problem or "entries are missing"
    print(
        json.dumps(
            {
                "first_key": min(firsts[0]),
                "recorded": min(wholes[0]),
                "correction": min(firsts[1]),
                "correction_recorded": min(wholes[1]),
                "users_key": min(keys),
                "problem": problem,
            }
        )
    )


def _words(spoken: str) -> tuple[RecognizedWord, ...]:
    return tuple(RecognizedWord(word, n * 0.3, n * 0.3 + 0.3) for n, word in enumerate(spoken.split()))


if __name__ == "__main__":
    main()
