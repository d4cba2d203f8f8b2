"""Alternatives: the sound of the last utterances is recognised once more, and nothing is lost meanwhile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import succeed
from twisted.internet.task import Clock

from tests.speech.bench import Session, expected_utterances
from tests.speech.toy_process import spoken
from tests.speech.vosk_runs import assert_everything_arrived_once, hear
from windictator.speech.demonstration import UTTERANCES
from windictator.speech.session_audio import CHUNK_BYTES, MAX_CACHED_UTTERANCES
from windictator.speech.text_recognizer import TextRecognizer
from windictator.speech.utterance_cache import UtteranceAudioCache
from windictator.speech.vad_recognizer import VadRecognizer


class Asking(Session):
    """A session that asks, and the answers by utterance in the order of their coming."""

    def __init__(self, **options):
        super().__init__(**options)
        self.answers = []

    def ask(self, utterance):
        self.recognizer.alternatives(utterance).addCallback(lambda readings: self.answers.append((utterance, readings)))


def readings_of(text):
    """What the toy gives for an utterance."""
    return text, f"{text}?"


def test_the_sound_of_each_utterance_is_heard_again_by_itself():
    """It comes after the audio fed before, and does not delay the audio fed later."""
    session = Asking()
    session.run()
    session.feed(1, 2, 0, 3, 0)
    session.run()
    session.ask(0)
    session.feed(4)
    session.ask(1)
    session.run()
    assert session.answers == [(0, readings_of("w1 w2")), (1, readings_of("w3"))]
    assert session.finish()
    assert session.texts == ["w1 w2", "w3", "w4"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("feed"), st.integers(0, 9)),
        st.just(("answer",)),
        st.just(("answer",)),
        st.just(("ask",)),
        st.sampled_from([("die",), ("hang",), ("unload",)]),
    ),
    max_size=60,
)


@pytest.mark.slow
@given(STEPS)
def test_requests_and_crashes_change_no_text(steps):
    """Every word once; every question has one answer: what was said then, or nothing if the process died over it."""
    session = Asking(max_crashes=10_000)
    fed, asked = [], []
    for step, *arguments in steps:
        process = session.process
        if step == "feed":
            fed.append(arguments[0])
            session.feed(arguments[0])
        elif step == "ask":
            if session.finals:
                asked.append(len(session.finals) - 1)
                session.ask(asked[-1])
        elif process is None:
            continue
        elif step == "answer":
            if not process.protocol.ready:
                process.become_ready()
            elif process.messages:
                process.answer()
        elif step == "unload":
            session.recognizer.unload_model()
        elif step == "hang":
            session.reactor.pump([30.0] * 5)
            if process.killed:
                process.die()
        else:
            process.die()
    assert session.finish()
    assert session.texts == expected_utterances(fed)
    assert sorted(utterance for utterance, _ in session.answers) == sorted(asked)
    for utterance, readings in session.answers:
        assert readings in ((), readings_of(session.texts[utterance]))


def test_request_that_crashed_the_process_is_not_repeated():
    """The sound that came behind it is innocent: it is heard, and counts for nothing against it."""
    session = Asking(max_crashes=1)
    session.run()
    session.feed(1, 0)
    session.run()
    session.ask(0)
    session.feed(2)
    session.process.die(signal=6)
    assert session.answers == [(0, ())]
    assert session.notices == [
        "the speech recognizer was killed by SIGABRT while computing alternatives; none are available"
    ]
    assert session.finish()
    assert session.texts == ["w1", "w2"]


def test_an_unloaded_model_is_loaded_for_a_question():
    """The sound is kept in this process, not in that one."""
    session = Asking()
    session.run()
    session.feed(1, 0)
    session.run()
    session.recognizer.unload_model()
    session.process.die()
    session.ask(0)
    session.run()
    assert session.answers == [(0, readings_of("w1"))]


def test_to_hear_again_may_take_as_long_as_the_utterance_was():
    """A model that needs all its time is not taken for a hanging one."""
    session = Asking(answer_timeout=10.0)
    session.run()
    for _ in range(200):
        session.recognizer.feed(spoken(1) + bytes(CHUNK_BYTES - 2))
    session.recognizer.finish()
    session.run()
    session.ask(0)
    session.reactor.pump([1.0] * 25)
    assert not session.process.killed
    session.reactor.pump([1.0] * 10)
    assert session.process.killed


def test_only_the_last_utterances_can_be_asked_about():
    """Their number is limited; after ``stop`` every request has an empty result."""
    session = Asking()
    session.run()
    for number in range(1, MAX_CACHED_UTTERANCES + 3):
        session.feed(number, 0)
    session.run()
    session.ask(1)
    session.ask(2)
    session.run()
    assert session.answers == [(1, ()), (2, readings_of("w3"))]
    session.ask(3)
    session.recognizer.stop()
    assert session.answers[2:] == [(3, ())]
    session.ask(3)
    assert session.answers[3:] == [(3, ())]


@given(st.lists(st.binary(max_size=12), max_size=20), st.integers(1, 5), st.integers(1, 10))
def test_what_is_kept_is_bounded(sounds, most, samples):
    """In number and in length; the last utterances are kept."""
    kept = UtteranceAudioCache(most, samples)
    for number, sound in enumerate(sounds):
        kept.add(number, sound)
    there = [number for number in range(len(sounds)) if kept.get(number)]
    assert sum(len(kept.get(number)) for number in there) <= 2 * samples
    assert len(there) <= most
    assert all(kept.get(number) == sounds[number] for number in there)
    last = [number for number, sound in enumerate(sounds) if sound]
    assert there == last[len(last) - len(there) :]
    kept.clear()
    assert not any(map(kept.get, range(len(sounds))))


def test_behind_the_gate_it_is_the_same_question():
    """Utterances have the same numbers on both sides of it."""

    class Inner:
        def alternatives(self, utterance):
            return succeed((f"utterance {utterance}",))

    asked = []
    VadRecognizer(Inner(), None, Clock()).alternatives(7).addCallback(asked.append)
    assert asked == [("utterance 7",)]


def test_a_line_of_text_has_one_reading():
    """It was typed, not heard."""
    asked = []
    TextRecognizer().alternatives(0).addCallback(asked.append)
    assert asked == [()]


# The real recognizer


@pytest.mark.slow
@pytest.mark.parametrize("gate_silence", [None, 0.3])
def test_vosk_hears_each_utterance_again(gate_silence):
    """While the rest is being spoken. What was chosen is nearly always among the readings, and all are about it."""
    heard = hear(ask_at_finals=True, gate_silence=gate_silence)
    assert_everything_arrived_once(heard)
    assert heard["notices"] == []
    readings = [heard["alternatives"][str(number)] for number in range(len(UTTERANCES))]
    assert sum(said in found for said, found in zip(UTTERANCES, readings, strict=True)) >= len(UTTERANCES) - 1
    for said, found in zip(UTTERANCES, readings, strict=True):
        assert len(found) == len(set(found)) >= 1
        assert any(set(said.split()) & set(reading.split()) for reading in found)


@pytest.mark.slow
def test_vosk_killed_over_a_question_answers_the_next():
    """The answer is nothing, and a notice says why."""
    heard = hear(signal_over_question=True)
    assert_everything_arrived_once(heard)
    assert heard["alternatives"][str(len(UTTERANCES) - 1)] == []
    assert UTTERANCES[-1] in heard["again"]
    assert heard["notices"] == [
        "the speech recognizer was killed by SIGKILL while computing alternatives; none are available"
    ]
