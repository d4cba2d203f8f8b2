"""The laws of the gate; what is voice is decided by the test."""

import itertools
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windictator.speech.activity_gate import WINDOW_BYTES, WINDOW_S, EndOfUtterance, SpeechSegment, VoiceActivityGate

WINDOW = WINDOW_BYTES // 2
CLOSING, ONSET, PRE_ROLL = 5, 2, 3
"""In windows."""

voices = st.lists(st.tuples(st.booleans(), st.integers(1, 12)).map(lambda run: [run[0]] * run[1]), max_size=12).map(
    lambda runs: list(itertools.chain.from_iterable(runs))
)


def sound_of(windows):
    """Sound in which every sample is another, as far as 16 bits go: what comes out can be told apart."""
    return array("H", [sample % 65521 for sample in range(windows * WINDOW)]).tobytes()


def gate_of(voice):
    judgements = iter(voice)
    return VoiceActivityGate(
        lambda _window: next(judgements),
        trailing_silence_s=CLOSING * 0.02,
        onset=ONSET * 0.02,
        pre_roll=PRE_ROLL * 0.02,
    )


def heard_by(voice, cuts=()):
    """What comes out, the sound being cut at these bytes; passages without a gap between them put together."""
    gate, sound = gate_of(voice), sound_of(len(voice))
    bounds = [0, *sorted(cut for cut in cuts if cut < len(sound)), len(sound)]
    out = []
    for begin, end in itertools.pairwise(bounds):
        for item in gate.feed(sound[begin:end]):
            last = out[-1] if out else None
            both = isinstance(item, SpeechSegment) and isinstance(last, SpeechSegment)
            if both and last.start_sample + len(last.data) // 2 == item.start_sample:
                out[-1] = SpeechSegment(last.start_sample, last.data + item.data)
            else:
                out.append(item)
    return out


def runs_of(voice):
    """(judgement, first window, window after the last) of each run."""
    at = 0
    for judgement, run in itertools.groupby(voice):
        length = len(list(run))
        yield judgement, at, at + length
        at += length


@pytest.mark.slow
@given(voices)
def test_what_comes_out_is_what_went_in_once_and_in_order(voice):
    """No sample twice, none in another place than where it says it is."""
    sound, at = sound_of(len(voice)), 0
    for passage in heard_by(voice):
        if isinstance(passage, SpeechSegment):
            assert passage.start_sample >= at
            at = passage.start_sample + len(passage.data) // 2
            assert passage.data == sound[2 * passage.start_sample : 2 * at]


@pytest.mark.slow
@given(voices)
def test_no_voice_is_lost_nor_what_came_just_before_it(voice):
    """Every run of voice that lasts as long as the onset is let through, with the pre-roll."""
    let_through = set()
    for passage in heard_by(voice):
        if isinstance(passage, SpeechSegment):
            let_through.update(
                range(passage.start_sample // WINDOW, (passage.start_sample + len(passage.data) // 2) // WINDOW)
            )
    for judgement, begin, end in runs_of(voice):
        if judgement and end - begin >= ONSET:
            assert let_through.issuperset(range(max(0, begin - PRE_ROLL), end))


@pytest.mark.slow
@given(voices)
def test_an_utterance_ends_after_just_that_much_silence(voice):
    """Not earlier and not later, and once; and it begins with voice, the pre-roll not counted."""
    utterance = None
    for item in heard_by(voice):
        if isinstance(item, SpeechSegment):
            begin, end = item.start_sample // WINDOW, (item.start_sample + len(item.data) // 2) // WINDOW
            utterance = voice[begin:end]
            onset = next(i for i in range(len(utterance)) if utterance[i : i + ONSET] == [True] * ONSET)
            assert onset <= PRE_ROLL
        else:
            assert utterance is not None
            assert utterance[-CLOSING:] == [False] * CLOSING
            spoken = utterance[onset:-1]
            assert [False] * CLOSING not in [spoken[i : i + CLOSING] for i in range(len(spoken))]
            utterance = None


@pytest.mark.slow
@given(voices, st.lists(st.integers(0, 40 * WINDOW_BYTES), max_size=20))
def test_how_the_sound_is_cut_changes_nothing(voice, cuts):
    """Also in the middle of a sample."""
    assert heard_by(voice, cuts) == heard_by(voice)


@pytest.mark.slow
@given(voices, st.lists(st.integers(0, 140), max_size=4))
def test_an_end_by_hand_is_an_end_at_once(voice, ends):
    """Whatever had been voice before it has come out, however short; what comes after it is the next utterance."""
    gate, sound, out = gate_of(voice), sound_of(len(voice)), []
    for window in range(len(voice)):
        out += gate.feed(sound[window * WINDOW_BYTES : (window + 1) * WINDOW_BYTES])
        if window in ends:
            by_hand = gate.end_utterance()
            assert by_hand[-1] == EndOfUtterance()
            assert not gate.is_open
            out += by_hand
    passages = [item for item in out if isinstance(item, SpeechSegment)]
    for before, after in itertools.pairwise(passages):
        assert before.start_sample + len(before.data) // 2 <= after.start_sample
    heard = set()
    for passage in passages:
        heard.update(range(passage.start_sample // WINDOW, (passage.start_sample + len(passage.data) // 2) // WINDOW))
    for end in ends:
        if end < len(voice) and voice[end]:
            assert end in heard


def test_while_it_is_open_nothing_is_held_back():
    """Half a window of speech is on its way to the recognizer before the other half has been spoken."""
    gate = gate_of([True] * 3)
    gate.feed(sound_of(2))
    assert gate.is_open
    assert gate.feed(b"ab" * 7) == [SpeechSegment(2 * WINDOW, b"ab" * 7)]


def test_it_knows_how_long_it_has_been_silent():
    """Which is when something can be unloaded."""
    gate = gate_of([True, True, *[False] * 10])
    gate.feed(sound_of(2))
    assert gate.silent_sample_count == 0
    gate.feed(sound_of(10))
    assert gate.silent_sample_count == (10 - CLOSING) * WINDOW


@pytest.mark.parametrize(("silence", "hangover", "windows"), [(0.3, 0.14, 8), (0.1, 0.14, 1), (5.0, 0.0, 250)])
def test_the_hangover_counts_as_silence(silence, hangover, windows):
    """The detector reports voice for a while longer; the setting counts from the end of the voice."""
    judgements = itertools.chain([True] * 2, itertools.repeat(False))
    gate = VoiceActivityGate(lambda _window: next(judgements), trailing_silence_s=silence, hangover=hangover)
    gate.feed(bytes(2 * WINDOW_BYTES))
    for _ in range(windows - 1):
        assert not any(isinstance(passage, EndOfUtterance) for passage in gate.feed(bytes(WINDOW_BYTES)))
    assert gate.feed(bytes(WINDOW_BYTES))[-1] == EndOfUtterance(windows * WINDOW_S)
