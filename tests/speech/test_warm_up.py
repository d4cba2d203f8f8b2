"""A recognizer that has forgotten the speaker, or never heard them, learns them from the last utterances."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.speech.bench import Session
from tests.speech.toy_process import spoken
from windictator.speech import adaptation
from windictator.speech.adaptation import MAX_ADAPTED_S, READAPT_AFTER_S, WARM_UP_S
from windictator.speech.pcm import SAMPLE_RATE
from windictator.speech.session_audio import CHUNK_BYTES
from windictator.speech.utterance_cache import UtteranceAudioCache
from windictator.speech.vosk_worker import WARM_UP


def warm_ups(session):
    """The sounds of the warm-ups that the process has not answered yet."""
    return [data for kind, data in session.process.messages if kind == WARM_UP]


@pytest.fixture
def session():
    """It has heard one utterance, and nothing is on its way."""
    session = Session()
    session.run()
    session.feed(1, 2)
    session.finish()
    return session


def test_first_process_is_not_warmed_up():
    """There is nothing to learn from."""
    session = Session()
    session.run()
    session.feed(1)
    session.process.die()
    session.process.become_ready()
    assert warm_ups(session) == []


def test_a_new_process_hears_the_last_utterance_first(session):
    """Before what it has to hear again; nothing of it is typed twice, and no time is counted for it."""
    session.feed(0, 3)
    session.run()
    session.process.die()
    session.feed(4)
    session.process.become_ready()
    assert session.process.messages[0] == (WARM_UP, spoken(1) + spoken(2))
    assert session.finish()
    assert session.texts == ["w1 w2", "w3 w4"]
    assert [round(word.start * SAMPLE_RATE) for word in session.finals[1].words] == [3, 4]


def test_reloaded_process_is_warmed_up_before_there_is_sound(session):
    """Ahead of the next word, which then need not wait."""
    session.recognizer.unload_model()
    session.process.die()
    session.recognizer.load_model()
    session.process.become_ready()
    assert len(warm_ups(session)) == 1


def test_it_may_be_unloaded_while_it_is_warmed_up(session):
    """No word waits for that."""
    session.recognizer.reset_adaptation()
    session.recognizer.unload_model()
    assert session.process.killed


def test_refreshed_it_forgets_all_but_the_last_utterances(session):
    """Once, until it has heard more; never in an utterance."""
    session.recognizer.reset_adaptation()
    assert len(warm_ups(session)) == 1
    session.run()
    session.recognizer.reset_adaptation()
    assert warm_ups(session) == []
    session.feed(3)
    session.run()
    session.recognizer.reset_adaptation()
    assert warm_ups(session) == []
    assert session.finish()
    session.recognizer.reset_adaptation()
    assert warm_ups(session) == [b"".join(map(spoken, (1, 2, 3)))]
    session.run()
    assert session.texts == ["w1 w2", "w3"]


def test_warm_up_that_crashed_a_process_is_not_repeated(session):
    """Nor does that count against the sound that waits; the next utterance's sound is another."""
    session.process.die()
    session.feed(3)
    for _ in range(2):
        session.process.become_ready()
        session.process.die(signal=6)
        session.process.become_ready()
        assert warm_ups(session) == []
        session.feed(0)
        session.run()
        session.feed(3)
        session.process.die()
    assert session.finish()
    assert session.texts == ["w1 w2", "w3", "w3", "w3"]
    assert not session.failures


def test_to_warm_up_may_take_as_long_as_its_sound():
    """A model that needs all its time is not taken for a hanging one."""
    session = Session(answer_timeout=10.0)
    session.run()
    for _ in range(100):
        session.recognizer.feed(spoken(1) + bytes(CHUNK_BYTES - 2))
    session.recognizer.finish()
    session.run()
    session.recognizer.reset_adaptation()
    (sound,) = warm_ups(session)
    assert len(sound) == WARM_UP_S * 2 * SAMPLE_RATE
    session.reactor.pump([1.0] * (9 + WARM_UP_S))
    assert not session.process.killed
    session.reactor.pump([1.0] * 10)
    assert session.process.killed


@pytest.mark.parametrize(("limit", "pause"), [("READAPT_AFTER_S", True), ("MAX_ADAPTED_S", False)])
def test_vosk_is_not_left_to_forget_the_speaker_by_itself(monkeypatch, limit, pause):
    """It does after ten minutes of sound; before that a pause is used, or in the end any end of an utterance."""
    assert READAPT_AFTER_S < MAX_ADAPTED_S < 600
    monkeypatch.setattr(adaptation, limit, 4 / SAMPLE_RATE)
    session = Session(max_growth_bytes=1 << 40)
    session.run()
    for expected in (0, 1, 0, 1):
        session.feed(1, 2)
        session.recognizer.finish()
        while session.process.messages and session.process.messages[0][0] != WARM_UP:
            session.process.answer()
        if pause:
            session.recognizer.restart_if_large()
        assert len(warm_ups(session)) == expected
        session.run()
    assert session.texts == ["w1 w2"] * 4


@given(st.lists(st.binary(min_size=2, max_size=12).map(lambda sound: sound[: len(sound) & ~1])), st.integers(1, 20))
def test_the_latest_sound_is_the_end_of_what_is_kept(sounds, samples):
    """Not more than is wanted, and all of it if there is so much."""
    kept = UtteranceAudioCache(5, 1000)
    for number, sound in enumerate(sounds):
        kept.add(number, sound)
    assert kept.latest(samples) == b"".join(sounds[-5:])[-2 * samples :]
