"""Promises of the recognizer whatever its process does; the process is a toy that crashes on command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.speech.bench import Session, expected_utterances
from tests.speech.toy_process import ToyReactor
from windictator.speech.demonstration import demonstration_model
from windictator.speech.errors import RecognizerError
from windictator.speech.vosk_recognizer import VoskRecognizer
from windictator.text.utterance import Partial

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("feed"), st.integers(0, 9)),
        st.just(("answer",)),
        st.just(("answer",)),
        st.just(("end utterance",)),
        st.sampled_from([("die",), ("die in mid-answer",), ("hang",), ("unload",), ("refresh",)]),
    ),
    max_size=60,
)


@given(STEPS)
def test_every_word_arrives_once_despite_crashes_and_hangs(steps):
    """The main promise: crashes and hangs at any moment do not change what is delivered."""
    session = Session(max_crashes=10_000)
    fed = []
    for step, *arguments in steps:
        process = session.process
        if step == "feed":
            fed.append(arguments[0])
            session.feed(arguments[0])
        elif step == "end utterance":
            fed.append(None)
            session.recognizer.finish()
        elif process is None:
            continue
        elif step == "answer":
            if not process.protocol.ready:
                process.become_ready()
            elif process.messages:
                process.answer()
        elif step == "unload":
            session.recognizer.unload_model()  # it dies when its time comes
        elif step == "refresh":
            session.recognizer.reset_adaptation()
        elif step == "hang":
            session.reactor.pump([30.0] * 5)
            if process.killed:
                process.die()
        else:
            process.die(half_an_answer=step == "die in mid-answer")
    assert session.finish()
    assert not session.failures
    assert session.texts == expected_utterances(fed)
    assert [final.utterance for final in session.finals] == list(range(len(session.finals)))
    sounds = [number for number in fed if number is not None]
    assert session.dealt_with == list(range(1, len(sounds) + 1))
    positions = [index for index, number in enumerate(sounds) if number]
    words = [word for final in session.finals for word in final.words]
    assert [round(word.start * 16000) for word in words] == positions
    # A partial belongs to the utterance under way, and says more than the last: what is heard again is not shown again.
    utterance, last = 0, ""
    for hypothesis in session.hypotheses:
        assert hypothesis.utterance == utterance
        if isinstance(hypothesis, Partial):
            assert hypothesis.text != last
            assert hypothesis.text.startswith(last)
            last = hypothesis.text
        else:
            utterance, last = utterance + 1, ""


@given(st.lists(st.binary(max_size=9), max_size=20))
def test_samples_cut_in_two_by_the_feeder_are_put_together_again(pieces):
    """Vosk drops an odd byte, and every sample after it would be noise."""
    session = Session()
    session.process.become_ready()
    for piece in pieces:
        session.recognizer.feed(piece)
    arrived = b"".join(data for _, data in session.process.messages)
    sent = b"".join(pieces)
    assert arrived == sent[: len(sent) & ~1]


def test_long_audio_goes_to_vosk_in_pieces_of_100_ms():
    """Vosk looks for the end of an utterance once per piece."""
    session = Session()
    session.process.become_ready()
    session.recognizer.feed(bytes(10_000))
    assert [len(data) for _, data in session.process.messages] == [3200, 3200, 3200, 400]


def test_what_is_fed_before_it_is_ready_is_kept():
    """The microphone opens before the model is loaded."""
    session = Session()
    session.feed(1, 2, 0)
    assert not session.ready
    session.run()
    assert session.ready
    assert session.texts == ["w1 w2"]
    assert session.dealt_with == [1, 2, 3]


def test_the_user_is_told_of_a_restart_in_one_line():
    """With the signal's name and Vosk's reason, if it gave one."""
    session = Session()
    session.run()
    session.feed(1)
    session.process.die(signal=6, stderr=b"ASSERTION_FAILED (VoskAPI:Frob():lattice.cc:12) Assertion failed: (a > b)\n")
    assert session.notices == [
        "the speech recognizer was killed by SIGABRT (Assertion failed: (a > b)) and is being restarted"
    ]


def test_silence_is_no_utterance():
    """Vosk reports an empty result every five seconds of it."""
    session = Session()
    session.run()
    session.feed(0, 0, 0)
    assert session.finish()
    assert session.hypotheses == []


def test_audio_that_crashes_every_process_is_dropped():
    """Three deaths over the same piece: what was read out of the audio before it becomes the final."""
    session = Session()
    session.run()
    session.feed(1, 2)
    session.run()
    session.feed(3)
    session.feed(4, 0)
    for _ in range(3):
        while len(session.process.messages) > 3:
            session.process.answer()
        session.process.die()
        if not session.process.protocol.ready:
            session.process.become_ready()
    session.run()
    assert session.texts == ["w1 w2", "w4"]
    assert session.dealt_with == [1, 2, 3, 4, 5]
    assert "3 times over the same sound" in session.notices[-1]
    assert len(session.reactor.spawned) == 4


def test_deaths_over_different_audio_do_not_add_up():
    """A process that is killed once a minute all day is restarted all day, and nothing is left out."""
    session = Session()
    session.run()
    for number in range(1, 10):
        session.feed(number)
        session.process.die()
        session.run()
    assert session.finish()
    assert session.texts == [" ".join(f"w{number}" for number in range(1, 10))]


def test_process_that_crashes_over_any_audio_is_given_up():
    """No endless loop of restarts: pieces waiting and pieces to come fail with one line."""
    session = Session()
    session.feed(*range(1, 9))
    while session.process is not None:
        session.process.become_ready()
        session.process.die()
    assert session.dealt_with == [1, 2]
    assert "again and again" in session.failures[0].getErrorMessage()
    assert len(session.failures) == 6
    assert not session.finish()
    assert isinstance(session.failures[-1].value, RecognizerError)
    assert len(session.reactor.spawned) == 9


def test_idle_process_that_crashed_restarts_with_next_sound():
    """The system may kill it for its memory any number of times during silence."""
    session = Session()
    session.run()
    for number in range(1, 6):
        session.process.die()
        assert session.process is None
        session.feed(number, 0)
        session.run()
    assert session.texts == [f"w{number}" for number in range(1, 6)]
    assert not session.failures


def test_a_model_that_vosk_refuses_is_not_tried_again():
    """And the one line has Vosk's reason, the first error being the cause of the others."""
    session = Session()
    session.process.refuse_model(
        b"WARNING (VoskAPI:x():y.cc:1) odd\n"
        b"ERROR: Fst::Read: Can't open file: ./graph/Gr.fst\n"
        b"ERROR (VoskAPI:Recognizer():recognizer.cc:35) Can't create decoding graph\n"
    )
    (failure,) = session.failures
    assert failure.check(RecognizerError)
    assert failure.getErrorMessage() == (
        f"the speech model {demonstration_model()} cannot be loaded: Fst::Read: Can't open file: ./graph/Gr.fst"
    )
    assert len(session.reactor.spawned) == 1


def test_process_that_always_crashes_while_loading_is_given_up():
    """Three times, then one line."""
    session = Session()
    for _ in range(3):
        session.process.die(signal=11)
    assert session.process is None
    (failure,) = session.failures
    assert "SIGSEGV" in failure.getErrorMessage()


@pytest.mark.parametrize("seconds", [119.0, 121.0])
def test_a_process_that_does_not_get_ready_is_killed_in_time(seconds):
    """A model on a disk that does not answer."""
    session = Session(ready_timeout=120.0)
    session.reactor.pump([seconds / 5] * 5)
    assert session.process.killed == (seconds > 120)


def test_a_hanging_process_is_killed_and_its_work_done_again():
    """The watchdog counts from the last answer."""
    session = Session(answer_timeout=10.0)
    session.run()
    session.feed(1, 2)
    session.reactor.pump([2.0] * 4)
    session.process.answer()
    session.reactor.pump([2.0] * 4)
    assert not session.process.killed
    session.reactor.pump([2.0])
    assert session.process.killed
    session.process.die()
    assert session.notices == ["the speech recognizer did not answer in time and is being restarted"]
    assert session.finish()
    assert session.texts == ["w1 w2"]


def test_a_clock_that_jumps_kills_nothing():
    """A notebook that slept for an hour while a frame was on its way."""
    session = Session(answer_timeout=10.0)
    session.run()
    session.feed(1)
    session.reactor.advance(3600)
    assert not session.process.killed


def test_an_idle_process_may_be_silent_for_ever():
    """No answer is owed, so none is missed."""
    session = Session(answer_timeout=10.0)
    session.run()
    session.reactor.pump([100.0] * 100)
    assert not session.process.killed
    assert not session.reactor.getDelayedCalls()


def test_utterance_longer_than_the_buffer_reports_its_loss():
    """The bound is on what has been answered; what has not is never dropped."""
    session = Session(replay_s=3 / 16000)
    session.feed(1, 2, 3, 4, 5)
    session.process.become_ready()
    while len(session.process.messages) > 1:
        session.process.answer()
    session.process.die()
    assert session.finish()
    assert session.texts == ["w2 w3 w4 w5"]
    assert "of the sentence are lost" in session.notices[0]
    assert session.dealt_with == [1, 2, 3, 4, 5]


def test_stop_kills_and_waits_for_the_end():
    """It fires when the process has ended; nothing is delivered afterwards, and pending audio fires."""
    session = Session()
    session.run()
    session.feed(1, 2)
    process = session.process
    stopped = []
    session.recognizer.stop().addCallback(stopped.append)
    assert process.killed
    assert not stopped
    process.answer()
    process.die()
    assert stopped == [None]
    assert session.hypotheses == []
    assert session.dealt_with == [1, 2]
    assert len(session.reactor.spawned) == 1


def test_start_after_stop_fails():
    """The process may still be ending, and nothing would be delivered."""
    session = Session()
    session.recognizer.stop()
    session.process.die()
    failures = []
    session.recognizer.start(print, print).addErrback(failures.append)
    assert failures[0].check(RecognizerError)
    assert session.process is None


def test_stop_before_it_is_ready_ends_the_wait_for_it():
    """Ctrl-C while the model is loading."""
    session = Session()
    session.recognizer.stop()
    session.process.die()
    assert session.failures[0].check(RecognizerError)
    assert session.process is None


def test_a_broken_model_folder_is_not_shown_to_vosk(tmp_path):
    """The reason is said and no process started."""
    reactor = ToyReactor()
    failures = []
    recognizer = VoskRecognizer(reactor, tmp_path)
    recognizer.start(print, print).addErrback(failures.append)
    assert "it contains no Vosk speech model" in failures[0].getErrorMessage()
    assert not reactor.spawned
    recognizer.feed(b"ab").addErrback(failures.append)
    assert len(failures) == 2
