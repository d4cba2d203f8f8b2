"""Recognition after the gate: nothing lost, nothing twice, all words at the right time."""

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from tests.speech.vosk_runs import finals, hear, spoken_words
from windictator.speech.activity_gate import WINDOW_BYTES, WINDOW_S, VoiceActivityGate
from windictator.speech.demonstration import UTTERANCES, demonstration_recording
from windictator.speech.errors import RecognizerError
from windictator.speech.vad_recognizer import VadRecognizer
from windictator.text.utterance import Final, RecognizedWord

WINDOW = WINDOW_BYTES // 2


class ToyRecognizer:
    """Takes every window that is not silence for a word of its number, spoken at that time of what it was fed."""

    def __init__(self):
        self.heard = b""
        self.said = 0
        self.failure = None
        self.finishes = 0
        self.silences = []
        self.stopped = False
        self.rested = []

    def start(self, on_hypothesis, on_notice):
        self.deliver, self.notify = on_hypothesis, on_notice
        return succeed(None)

    def feed(self, data):
        self.heard += data
        return fail(self.failure) if self.failure else succeed(None)

    def finish(self, silence_s=0.0):
        self.finishes += 1
        self.silences.append(silence_s)
        words = []
        for at in range(self.said, len(self.heard), WINDOW_BYTES):
            if number := int.from_bytes(self.heard[at : at + 2], "little"):
                start = at / WINDOW_BYTES * WINDOW_S
                words.append(RecognizedWord(f"w{number}", start, start + WINDOW_S))
        self.said = len(self.heard)
        if words:
            self.deliver(Final(0, tuple(words)))
        return fail(self.failure) if self.failure else succeed(None)

    def restart_if_large(self):
        self.rested.append("recycled")

    def reset_adaptation(self):
        self.rested.append("refreshed")

    def unload_model(self):
        self.rested.append("unloaded")
        return succeed(None)

    def load_model(self):
        self.rested.append("loaded")

    def stop(self):
        self.stopped = True
        return succeed(None)


def begin(recognizer, clock=None, unload_after_s=0.0, **options):
    """A gate that takes for voice what the toy takes for words; the hypotheses."""
    gate = VoiceActivityGate(
        lambda window: any(window[:2]), **{"trailing_silence_s": 0.1, "onset": 0.02, "pre_roll": 0.04} | options
    )
    gated, hypotheses = VadRecognizer(recognizer, gate, clock or Clock(), unload_after_s=unload_after_s), []
    gated.start(hypotheses.append, print)
    return gated, hypotheses


def windows_of(numbers):
    return b"".join(number.to_bytes(2, "little") * WINDOW for number in numbers)


sessions = st.lists(st.one_of(st.just(0), st.just(0), st.integers(1, 9)), max_size=120)


@pytest.mark.slow
@given(sessions, st.sets(st.integers(0, 119), max_size=5))
def test_word_times_include_the_silence_left_out(numbers, ends):
    """Word n of the toy is a window of the session: its time tells which."""
    recognizer = ToyRecognizer()
    gated, hypotheses = begin(recognizer)
    for index, number in enumerate(numbers):
        gated.feed(windows_of([number]))
        if index in ends:
            gated.finish()
    gated.finish()
    words = [word for final in hypotheses for word in final.words]
    assert [word.text for word in words] == [f"w{number}" for number in numbers if number]
    places = [index for index, number in enumerate(numbers) if number]
    assert [round(word.start / WINDOW_S) for word in words] == places
    assert [round(word.end / WINDOW_S) for word in words] == [place + 1 for place in places]


def test_silence_is_not_recognised():
    """Nor is the recognizer asked about it."""
    recognizer = ToyRecognizer()
    gated, _ = begin(recognizer)
    for _ in range(1000):
        gated.feed(bytes(WINDOW_BYTES))
    assert recognizer.heard == b""
    assert recognizer.finishes == 0


def test_the_key_that_is_let_go_ends_the_utterance_at_once():
    """``finish``: and the next utterance begins with the next sound."""
    gated, hypotheses = begin(ToyRecognizer())
    gated.feed(windows_of([1, 2]))
    assert not hypotheses
    gated.finish()
    assert [final.text for final in hypotheses] == ["w1 w2"]
    gated.feed(windows_of([3]))
    gated.finish()
    assert [final.text for final in hypotheses] == ["w1 w2", "w3"]


def test_recognizer_learns_the_silence_at_the_end():
    """None where the key was let go: there may be voice up to the end."""
    recognizer = ToyRecognizer()
    gated, _ = begin(recognizer)
    gated.feed(windows_of([1, *[0] * 10, 1]))
    gated.finish()
    assert recognizer.silences == [0.1, 0.0]


def test_feeding_waits_for_the_recognizer():
    """So a recording is not read faster than it is recognised."""
    recognizer, waiting = ToyRecognizer(), Deferred()
    gated, _ = begin(recognizer)
    recognizer.feed = lambda data: waiting
    fed = []
    gated.feed(windows_of([1])).addCallback(fed.append)
    assert not fed
    waiting.callback(None)
    assert fed == [None]


def test_it_fails_as_the_recognizer_fails():
    """Once for each call, and no failure stays unhandled."""
    recognizer = ToyRecognizer()
    recognizer.failure = RecognizerError("gone")
    gated, _ = begin(recognizer)
    failures = []
    gated.feed(windows_of([1, *[0] * 20, 2])).addErrback(failures.append)
    gated.finish().addErrback(failures.append)
    assert [str(failure.value) for failure in failures] == ["gone", "gone"]


def test_pause_checks_memory_and_long_pause_resets_adaptation():
    """Not between two words."""
    recognizer = ToyRecognizer()
    gated, _ = begin(recognizer)

    def silent(seconds):
        for _ in range(round(seconds / WINDOW_S)):
            gated.feed(bytes(WINDOW_BYTES))

    silent(1.9)
    assert recognizer.rested == []
    silent(20)
    assert recognizer.rested == ["recycled"]
    gated.feed(windows_of([1]))
    silent(2.5)
    assert recognizer.rested == ["recycled", "recycled"]
    silent(40)
    assert recognizer.rested == ["recycled", "recycled", "refreshed"]


def test_it_is_unloaded_when_nobody_speaks_for_long():
    """With the microphone closed too; again after the next speech, and not in between."""
    recognizer, clock = ToyRecognizer(), Clock()
    gated, _ = begin(recognizer, clock, unload_after_s=10.0)
    for _ in range(5):
        clock.advance(9.0)
        gated.feed(windows_of([1]))
    assert recognizer.rested == []
    clock.pump([1.0] * 20)
    assert recognizer.rested == ["unloaded"]
    clock.pump([1.0] * 50)
    assert recognizer.rested == ["unloaded"]
    gated.finish()
    gated.feed(windows_of([1]))
    clock.pump([1.0] * 20)
    assert recognizer.rested == ["unloaded", "unloaded"]
    gated.feed(windows_of([1]))
    gated.stop()
    assert not clock.getDelayedCalls()


def test_it_is_loaded_and_unloaded_by_hand():
    """The session knows when no speech will come, and when some soon will."""
    recognizer = ToyRecognizer()
    gated, _ = begin(recognizer)
    gated.unload_model()
    gated.load_model()
    assert recognizer.rested == ["unloaded", "loaded"]


def test_it_stops_the_recognizer():
    """There is nothing else to let go of."""
    recognizer = ToyRecognizer()
    gated, _ = begin(recognizer)
    assert gated.stop().called
    assert recognizer.stopped


# With Vosk and the shipped recording


@pytest.fixture(scope="module")
def ungated():
    return spoken_words(hear())


def assert_same_words(heard, ungated, later=0.0):
    """The same, at the same times."""
    assert heard["failure"] is None
    assert heard["notices"] == []
    words = spoken_words(heard)
    assert " ".join(word[0] for word in words) == " ".join(UTTERANCES)
    for (_, start, end, _), (_, start_gated, end_gated, _) in zip(ungated, words, strict=True):
        assert start_gated == pytest.approx(start + later, abs=0.1)
        assert end_gated == pytest.approx(end + later, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("silence", [0.2, 0.3, 1.0, 5.0])
def test_quick_or_patient_the_words_are_the_same(ungated, silence):
    """And so are their times; where an utterance is cut is what the setting is for."""
    heard = hear(gate_silence=silence)
    assert_same_words(heard, ungated)
    assert len(finals(heard)) >= len(UTTERANCES)


@pytest.mark.slow
def test_noise_and_a_long_silence_change_no_word(ungated, tmp_path):
    """Background noise, and a pause of 20 s before the first word, which is not recognised."""
    samples, rate = soundfile.read(demonstration_recording(), dtype="int16")
    samples = np.concatenate([np.zeros(20 * rate), samples])
    samples += np.random.default_rng(1).normal(0, 32768 * 10 ** (-60 / 20), len(samples))
    soundfile.write(tmp_path / "room.wav", np.rint(samples).astype(np.int16), rate)
    assert_same_words(hear(audio=str(tmp_path / "room.wav"), gate_silence=0.3), ungated, later=20.0)


@pytest.mark.slow
def test_killed_behind_the_gate_nothing_is_lost(ungated):
    """The recognizer's own replay, with ends of utterances in it."""
    heard = hear(gate_silence=0.3, signals=[1.0, 3.4, 8.0, 12.0])
    assert len(heard["notices"]) == 4
    assert_same_words(heard | {"notices": []}, ungated)
