"""The recognizer's memory, repeated partials and a model that disappears, with a toy process."""

import shutil

import pytest

from tests.speech.bench import Session
from windictator.speech.demonstration import demonstration_model
from windictator.text.utterance import Partial

MISSING = b"ERROR: gone\n"


@pytest.fixture
def model(tmp_path):
    """A model folder that can be taken away."""
    return shutil.copytree(demonstration_model(), tmp_path / "model")


def reload_moments(session):
    """Seconds until the next attempts, as the clock has them."""
    return [call.getTime() - session.reactor.seconds() for call in session.reactor.getDelayedCalls()]


def test_unloaded_it_costs_nothing_and_the_next_sound_loads_it():
    """What is said while the model is being loaded is kept; the user need not know."""
    session = Session()
    session.run()
    session.feed(1, 0)
    session.run()
    unloaded = []
    session.recognizer.unload_model().addCallback(unloaded.append)
    assert session.process.killed
    session.process.die()
    assert unloaded == [None]
    assert session.recognizer.pid is None
    session.feed(2, 3, 0)
    session.run()
    assert session.texts == ["w1", "w2 w3"]
    assert session.notices == []


def test_sound_that_comes_while_it_is_being_unloaded_is_not_lost():
    """It has been given to a process that was already dying."""
    session = Session()
    session.run()
    session.recognizer.unload_model()
    session.feed(1, 2)
    session.process.die()
    session.run()
    assert session.finish()
    assert session.texts == ["w1 w2"]
    assert session.notices == []


def test_at_work_it_is_not_unloaded():
    """It owes an answer, or is loading."""
    session = Session()
    assert session.recognizer.unload_model().called
    session.run()
    session.feed(1)
    assert session.recognizer.unload_model().called
    assert not session.process.killed


def test_loaded_again_before_there_is_sound():
    """As when dictation is resumed; once is enough."""
    session = Session()
    session.run()
    session.recognizer.unload_model()
    session.process.die()
    session.recognizer.load_model()
    session.recognizer.load_model()
    assert len(session.reactor.spawned) == 2
    session.run()
    session.feed(1)
    assert session.finish()
    assert session.texts == ["w1"]


@pytest.mark.parametrize("grown", [99, 101])
def test_it_is_recycled_when_it_has_grown_too_much(monkeypatch, grown):
    """By what it has grown since the model was loaded: the model itself may be of any size."""
    memory = 5000
    monkeypatch.setattr("windictator.speech.vosk_recognizer.VoskRecognizer.memory_bytes", property(lambda _: memory))
    session = Session(max_growth_bytes=100)
    session.run()
    session.feed(1, 0)
    session.run()
    memory += grown
    session.recognizer.restart_if_large()
    assert session.process.killed == (grown > 100)
    if session.process.killed:
        session.process.die()
        assert session.process.alive
        session.run()
        session.recognizer.restart_if_large()
        assert not session.process.killed
    session.feed(2, 0)
    session.run()
    assert session.texts == ["w1", "w2"]
    assert session.notices == []


def test_stop_while_it_is_being_unloaded():
    """Both Deferreds fire at the one end."""
    session = Session()
    session.run()
    ended = []
    session.recognizer.unload_model().addCallback(lambda _: ended.append("unloaded"))
    session.recognizer.stop().addCallback(lambda _: ended.append("stopped"))
    session.process.die()
    assert ended == ["unloaded", "stopped"]


def test_a_model_that_has_gone_is_waited_for(model):
    """The folder is removed while it runs, the process dies, the folder comes back: nothing is lost, and the user is
    told once that it has gone and once that it is back.
    """
    session = Session(model=model)
    session.run()
    session.feed(1)
    session.run()
    kept = model.rename(model.with_name("elsewhere"))
    session.feed(2)
    session.process.die()
    waits = []
    for _ in range(6):
        session.process.refuse_model(MISSING)
        waits += reload_moments(session)
        session.feed(3)
        assert session.process is None
        session.reactor.advance(waits[-1])
    assert waits == [0.5, 1.0, 2.0, 5.0, 5.0, 5.0]
    kept.rename(model)
    assert session.finish()
    assert session.texts == ["w1 w2 w3 w3 w3 w3 w3 w3"]
    _, gone, back = session.notices
    assert gone.startswith(f"the speech model {model} cannot be loaded: there is no such folder;")
    assert back == "the speech model was loaded again"
    assert not session.failures


def test_missing_model_fails_after_the_timeout_and_can_restart(model):
    """Waiting has a limit: pending audio fails, and ``start`` works again when the model is back."""
    session = Session(model=model, reload_timeout_s=3.0)
    session.run()
    kept = model.rename(model.with_name("elsewhere"))
    session.feed(1)
    session.process.die()
    while session.process is not None:
        session.process.refuse_model(MISSING)
        session.reactor.advance(5.0)
    assert [failure.getErrorMessage() for failure in session.failures] == [
        f"the speech model {model} cannot be loaded: there is no such folder"
    ]
    kept.rename(model)
    started = []
    session.recognizer.start(session.hypotheses.append, session.notices.append).addCallback(started.append)
    session.run()
    assert started == [None]
    session.feed(2, 0)
    session.run()
    assert session.texts == ["w2"]


def test_stop_while_a_model_is_waited_for(model):
    """Nothing is left on the clock."""
    session = Session(model=model)
    session.run()
    session.feed(1)
    shutil.rmtree(model)
    session.process.die()
    session.process.refuse_model(MISSING)
    assert session.recognizer.stop().called
    assert not session.reactor.getDelayedCalls()
    assert session.dealt_with == [1]


def test_a_partial_that_stands_is_said_again():
    """After 0.15 s of sound, and again after as much: the recognizer agrees with itself."""
    session = Session(frames_per_chunk=6)
    session.run()
    session.feed(1)
    for _ in range(20):
        session.recognizer.feed(bytes(960))  # 30 ms
    session.process.answer()
    said = []
    for _ in range(10):
        session.process.messages.pop(0)
        session.process.protocol.outReceived(b"{}\n")
        said.append(len([hypothesis for hypothesis in session.hypotheses if isinstance(hypothesis, Partial)]))
    assert said == [1, 1, 1, 1, 2, 2, 2, 2, 2, 3]
    assert {hypothesis.text for hypothesis in session.hypotheses} == {"w1"}


def test_what_the_process_wants_the_user_to_know_is_passed_on():
    """With its first line."""
    session = Session()
    session.process.protocol.outReceived(b'{"ready":true,"notice":"no room"}\n')
    assert session.notices == ["no room"]
