"""How an utterance is ended for Vosk: the speaker is remembered, nothing is left undecoded, and the times are right."""

import itertools
import json
import random
import sys

import pytest
import soundfile

from tests.speech import toy_vosk
from tests.speech.vosk_runs import ENOUGH, start_child
from windictator.speech import vosk_worker
from windictator.speech.demonstration import UTTERANCES, demonstration_recording
from windictator.speech.pcm import SAMPLE_RATE
from windictator.speech.vosk_configuration import closing_silence, right_context
from windictator.speech.vosk_worker import ALTERNATIVES, AUDIO, END_OF_UTTERANCE, WARM_UP, write_message

SECOND = bytes(2 * SAMPLE_RATE)


@pytest.fixture
def decoder(monkeypatch):
    """A decoder with a toy for Vosk; half a second of silence ends its utterances."""
    monkeypatch.setitem(sys.modules, "vosk", toy_vosk)
    monkeypatch.setattr(toy_vosk.KaldiRecognizer, "made", [])
    return vosk_worker._Decoder(None, SECOND[: len(SECOND) // 2])


def toy():
    """The recognizer that was made last."""
    return toy_vosk.KaldiRecognizer.made[-1]


def test_end_of_utterance_keeps_the_adaptation(decoder):
    """``FinalResult`` would drop it; ``Result`` after silence gives the same words."""
    for _ in range(3):
        decoder.decode(SECOND)
        decoder.end_utterance(0)
    assert toy().calls == ["AcceptWaveform", "AcceptWaveform", "Result"] * 3
    assert len(toy_vosk.KaldiRecognizer.made) == 1


def test_silence_that_was_heard_need_not_be_added(decoder):
    """What is known to be without voice may stay undecoded: the next utterance begins with it."""
    decoder.decode(SECOND)
    decoder.end_utterance(SAMPLE_RATE // 8)
    assert toy().given == SAMPLE_RATE * 11 // 8
    decoder.decode(SECOND)
    decoder.end_utterance(SAMPLE_RATE)
    assert toy().given == SAMPLE_RATE * 19 // 8
    assert toy().calls[-2:] == ["AcceptWaveform", "Result"]


def test_the_silence_that_ends_utterances_is_not_in_the_times(decoder):
    """However often: the words' times are those of what was heard."""
    for number in range(5):
        decoder.decode(SECOND)
        start = toy().given / SAMPLE_RATE - 0.5
        toy().words = [("word", start, start + 0.25)]
        assert decoder.end_utterance(0) == {"final": [["word", number + 0.5, number + 0.75, 1.0]]}


def test_words_never_reach_into_added_silence(decoder):
    """A word may be stretched into the silence; what lies in nothing else was not said."""
    decoder.decode(SECOND)
    toy().words = [("cut", 0.5, 1.25), ("no", 1.25, 1.375)]
    assert decoder.end_utterance(0) == {"final": [["cut", 0.5, 1.0, 1.0]]}
    decoder.decode(SECOND)
    toy().words = [("no", 1.125, 1.5), ("early", 1.375, 1.75)]
    assert decoder.end_utterance(0) == {"final": [["early", 1.0, 1.25, 1.0]]}


def test_an_utterance_without_sound_is_nothing(decoder):
    """Ended twice, or before anything was heard: Vosk is not asked."""
    assert decoder.end_utterance(0) == {"final": []}
    decoder.decode(SECOND)
    decoder.end_utterance(0)
    assert decoder.end_utterance(0) == {"final": []}
    assert toy().calls.count("Result") == 1


def test_what_vosk_ends_itself_is_ended_once(decoder):
    """In what was heard, and in the silence that ends the utterance."""
    decoder.decode(SECOND)
    toy().ended = True
    toy().words = [("one", 0.25, 0.5)]
    assert decoder.decode(SECOND) == {"final": [["one", 0.25, 0.5, 1.0]]}
    assert decoder.end_utterance(0) == {"final": []}
    assert decoder.end_utterance(0) == {"final": []}


def test_to_warm_up_is_to_forget_first_and_takes_no_time(decoder):
    """The pipeline is dropped, the sound's words are not delivered, and the next word's time does not count it."""
    decoder.decode(SECOND)
    decoder.end_utterance(0)
    toy().calls.clear()
    toy().words = [("old", 1.0, 1.5)]
    assert decoder.warm_up(SECOND * 3) == {}
    assert toy().calls == ["AcceptWaveform", "FinalResult", "Result", "AcceptWaveform", "Result"]
    start = toy().given / SAMPLE_RATE
    assert start == 1 + 0.5 + 0.5 + 3 + 0.5
    decoder.decode(SECOND)
    toy().words = [("new", start, start + 0.5)]
    assert decoder.end_utterance(0) == {"final": [["new", 1.0, 1.5, 1.0]]}


def test_alternatives_between_utterances_use_the_adaptation(decoder):
    """In an utterance from another, which disturbs nothing."""
    decoder.decode(SECOND)
    decoder.end_utterance(0)
    toy().words = [("again", 1.5, 2.0)]
    assert decoder.find_alternatives(10, SECOND) == {"readings": ["again"]}
    assert len(toy_vosk.KaldiRecognizer.made) == 1
    assert toy().calls[-4:] == ["SetMaxAlternatives 10", "AcceptWaveform", "Result", "SetMaxAlternatives 0"]
    start = toy().given / SAMPLE_RATE
    decoder.decode(SECOND)
    assert decoder.find_alternatives(10, SECOND) == {"readings": [""]}
    first, second = toy_vosk.KaldiRecognizer.made
    assert second.calls[0] == "SetMaxAlternatives 10"
    first.words = [("new", start, start + 0.5)]
    assert decoder.end_utterance(0) == {"final": [["new", 1.0, 1.5, 1.0]]}


def test_the_closing_silence_is_what_the_network_looks_ahead(tmp_path):
    """Its right context and a chunk, as the model's configuration has it or a change of it; more where not known."""

    def seconds(**changes):
        changes = {name.replace("_", "-"): value for name, value in changes.items()}
        return len(closing_silence(tmp_path, changes)) / 32000

    assert seconds() == pytest.approx(0.6 + 0.24 + 0.04)
    (tmp_path / "am").mkdir()
    network = b"<Nnet3> <LeftContext> \x04\x12\0\0\0<RightContext> \x04\x22\0\0\0<Priors> FV "
    (tmp_path / "am/final.mdl").write_bytes(bytes(2 << 20) + network)
    assert seconds(frames_per_chunk="6") == pytest.approx(0.34 + 0.24 + 0.04), "nothing is changed without model.conf"
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/model.conf").write_text("--beam=10.0\n--frames-per-chunk=20 # as trained\n")
    assert seconds() == pytest.approx(0.34 + 0.20 + 0.04)
    assert seconds(frames_per_chunk="6") == pytest.approx(0.34 + 0.06 + 0.04)


@pytest.mark.parametrize("rest", [b"", b"<RightContext> ", b"<RightContext> \4\x12", b"<RightContext> \4\0\xff\0\0"])
def test_unknown_right_context_counts_as_a_long_one(rest):
    """Better a few milliseconds lost than a word."""
    assert right_context(b"<Nnet3> " + rest) == 60


# With Vosk


def ask(messages, *changes):
    """The answers of a child that is sent all messages at once."""
    child = start_child(None, *changes)
    output, _ = child.communicate(b"".join(write_message(*message) for message in messages), timeout=ENOUGH)
    assert child.returncode == 0
    return [json.loads(line) for line in output.splitlines()[1:]]


def pieces(sound):
    """Messages of 100 ms."""
    return [(AUDIO, sound[at : at + 3200]) for at in range(0, len(sound), 3200)]


def recording():
    samples, rate = soundfile.read(demonstration_recording(), dtype="int16")
    assert rate == SAMPLE_RATE
    return samples.tobytes()


def words_of(answers):
    return [word for answer in answers for word in answer.get("final", ())]


@pytest.mark.slow
@pytest.mark.parametrize("changes", [["--frames-per-chunk=6"], []])
def test_nothing_is_left_for_the_next_utterance(changes):
    """Speech that is cut off anywhere is decoded when its utterance has ended: the silence after it
    gives no word, and no word is later than the audio.
    """
    sound, chance = recording(), random.Random(1)
    heard = 0
    messages, limits = [], []
    for _ in range(40):
        begin = chance.randrange(len(sound) // 2 - 2 * SAMPLE_RATE)
        speech = sound[2 * begin : 2 * (begin + chance.randrange(SAMPLE_RATE // 2, 2 * SAMPLE_RATE))]
        messages += [*pieces(speech), (END_OF_UTTERANCE, b"")]
        limits += [(heard, heard := heard + len(speech) // 2)] * (len(messages) - len(limits))
        messages += [*pieces(bytes(9600)), (END_OF_UTTERANCE, b"")]
        limits += [None] * (len(messages) - len(limits))
        heard += 4800
    answers = ask(messages, *changes)
    found = 0
    for answer, limit in zip(answers, limits, strict=True):
        for _, start, end, _ in answer.get("final", ()):
            assert limit is not None, "a word in silence"
            assert limit[0] / SAMPLE_RATE <= start < end <= limit[1] / SAMPLE_RATE
            found += 1
    assert found > 60


@pytest.mark.slow
def test_end_anywhere_in_a_pause_gives_the_same_words():
    """Before, after and while Vosk's own rule would end the utterance; every word once."""
    sound = recording()
    plain = words_of(ask([*pieces(sound), (END_OF_UTTERANCE, b"")]))
    assert [word[0] for word in plain] == " ".join(UTTERANCES).split()
    chance = random.Random(2)
    for _ in range(4):
        messages = pieces(sound)
        gaps = [(last[2], following[1]) for last, following in itertools.pairwise(plain)]
        pauses = [(begin, end) for begin, end in gaps if end - begin > 0.6]
        for begin, end in reversed(pauses):
            messages.insert(int(10 * chance.uniform(begin + 0.2, end - 0.2)), (END_OF_UTTERANCE, b""))
        words = words_of(ask([*messages, (END_OF_UTTERANCE, b"")]))
        assert [word[0] for word in words] == [word[0] for word in plain]
        for (_, start, end, _), (_, start_plain, end_plain, _) in zip(words, plain, strict=True):
            assert start == pytest.approx(start_plain, abs=0.1)
            assert end == pytest.approx(end_plain, abs=0.1)


@pytest.mark.slow
def test_what_is_heard_beside_the_speech_moves_no_word():
    """Forty ends, two warm-ups and a question before the first word: some 30 s that were not spoken."""
    sound = recording()
    quiet = [*pieces(bytes(3200)), (END_OF_UTTERANCE, b"")] * 40
    other = [(WARM_UP, sound[:160_000]), (ALTERNATIVES, b"\x05" + sound[:160_000]), (WARM_UP, b"")]
    plain, answers = ask([*pieces(sound), (END_OF_UTTERANCE, b"")]), ask([*quiet, *other, *pieces(sound), (b"E", b"")])
    assert any("hello world" in readings for answer in answers for readings in answer.get("readings", ()))
    for (text, start, end, _), (text_later, start_later, end_later, _) in zip(
        words_of(plain), words_of(answers), strict=True
    ):
        assert text_later == text
        assert start_later == pytest.approx(start + 4.0, abs=0.1)
        assert end_later == pytest.approx(end + 4.0, abs=0.1)
