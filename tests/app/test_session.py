"""A session with a real dictation and typist on a fake keyboard; sound and recognizer are scripted."""

import pytest
from twisted.internet.defer import Deferred, ensureDeferred, fail, succeed

from tests.dictation.bench import SHIFT_KEY, DictationBench
from tests.fake_keyboard import WINDOW
from tests.text.spoken import heard
from windictator.app.session import RETRY_INTERVAL_S, Session, StoppingError
from windictator.dictation.modes import Mode
from windictator.errors import WinDictatorError
from windictator.speech.interfaces import AudioEnd
from windictator.text.utterance import Final, Partial


class Broken(WinDictatorError):
    """What a scripted edge fails with."""


class Source:
    """A microphone: ``say`` gives it sound."""

    def __init__(self):
        self.overruns = 0
        self.open = True

    def start(self, sink):
        self.sink = sink
        self.ended = Deferred()
        return self.ended

    def say(self, data):
        self.sink(data).addErrback(self.fail)

    def fail(self, failure):
        """As a real source does when its sink takes no more."""
        self.open = False
        self.ended.errback(failure)

    def stop(self, end=AudioEnd.STOPPED):
        if self.open:
            self.open = False
            self.ended.callback(end)


class Ears:
    """A recognizer: sound is UTF-8 words, shown as a partial, made a final by ``finish``."""

    def __init__(self, log):
        self.log = log
        self.words = []
        self.number = 0
        self.broken = None
        self.stopped = False
        self.finishing = None
        self.asked = []

    def start(self, on_hypothesis, on_notice):
        self.on_hypothesis = on_hypothesis
        return fail(self.broken) if self.broken else succeed(None)

    def feed(self, data):
        if self.broken:
            return fail(self.broken)
        self.log.append(data.decode())
        self.words.append(data.decode())
        self.on_hypothesis(Partial(self.number, " ".join(self.words)))
        return succeed(None)

    def finish(self):
        if self.finishing is not None:
            return self.finishing.addCallback(lambda _: self._final())
        self._final()
        return succeed(None)

    def _final(self):
        words, self.words = self.words, []
        if words:
            self.on_hypothesis(Final(self.number, heard(" ".join(words))))
            self.number += 1

    def alternatives(self, utterance):
        self.asked.append(utterance)
        return succeed((f"reading {utterance}",))

    def stop(self):
        self.stopped = True
        return succeed(None)


class Room:
    """A session and its surroundings."""

    def __init__(self, idle_pause=0.0, start=True):
        self.bench = DictationBench(live="eager", keep_undelivered=True)
        self.clock = self.bench.clock
        self.sources, self.recognizers, self.log = [], [], []
        self.failures, self.changes = [], 0
        self.no_microphone = self.no_model = None
        self.session = Session(
            self.clock, self.open_audio, self.open_recognizer, self.bench.dictation, self, pause_after_s=idle_pause
        )
        if start:
            self.done(self.session.start())

    def open_audio(self):
        source = Source()
        if self.no_microphone:
            source.start = lambda sink: (_ for _ in ()).throw(self.no_microphone)
        self.sources.append(source)
        return source

    def open_recognizer(self):
        ears = Ears(self.log)
        ears.broken = self.no_model
        self.recognizers.append(ears)
        return ears

    @property
    def microphone(self):
        return self.sources[-1]

    @property
    def state(self):
        return self.session.state()

    @property
    def screen(self):
        return self.bench.window_text()

    def done(self, coroutine):
        results = []
        ensureDeferred(coroutine).addBoth(results.append)
        assert results, "not done yet"
        if results[0] is not None:
            results[0].raiseException()

    # Watcher

    def changed(self):
        self.changes += 1

    def on_event(self, event):
        self.bench.listener.on_event(event)

    @property
    def notices(self):
        return self.bench.listener.notices

    def failed(self, message):
        self.failures.append(message)


def test_pause_closes_the_microphone_and_types_what_was_said():
    """The last words are not lost, nothing more is heard."""
    room = Room()
    room.microphone.say(b"hello")
    room.microphone.say(b"world")
    room.session.pause()
    assert not room.sources[0].open and room.state["state"] == "paused"
    assert room.screen == "Hello world"
    room.session.resume()
    assert room.microphone is not room.sources[0] and room.state["state"] == "listening"


def test_toggle_does_the_other_thing():
    """Pause, resume, pause."""
    room = Room()
    states = []
    for _ in range(3):
        room.session.toggle()
        states.append(room.state["state"])
    assert states == ["paused", "listening", "paused"]
    assert [source.open for source in room.sources] == [False, False]


@pytest.mark.parametrize("before", ["paused", "listening"])
def test_a_toggle_while_push_to_talk_is_down_counts_from_before(before):
    """A key that is tapped or held talks from its press on: the microphone is not closed in between."""
    room = Room()
    if before == "paused":
        room.session.pause()
    room.session.push_to_talk(True)
    microphones = len(room.sources)
    room.session.toggle()
    room.session.push_to_talk(False)
    assert room.state["state"] == ("listening" if before == "paused" else "paused")
    assert not room.state["push_to_talk"]
    assert len(room.sources) == microphones


def test_resume_and_pause_twice_change_nothing():
    """One microphone at a time."""
    room = Room()
    room.session.resume()
    assert len(room.sources) == 1
    room.session.pause()
    room.session.pause()
    assert room.state["state"] == "paused"


def test_sound_of_the_next_stretch_waits_for_the_last_words_of_the_one_before():
    """A quick pause and resume does not mix up what was said."""
    room = Room()
    ears = room.recognizers[0]
    ears.finishing = Deferred()
    room.microphone.say(b"first")
    room.session.pause()
    room.session.resume()
    room.microphone.say(b"second")
    assert room.log == ["first"]
    finishing, ears.finishing = ears.finishing, None
    finishing.callback(None)
    assert room.log == ["first", "second"]
    room.session.pause()
    assert room.screen == "First second"


def test_push_to_talk_listens_while_it_is_held():
    """From paused: open, then closed again; the release ends the utterance at once."""
    room = Room()
    room.session.pause()
    room.session.push_to_talk(True)
    assert room.state["push_to_talk"] and room.state["state"] == "listening"
    room.session.push_to_talk(True)
    room.microphone.say(b"hello")
    room.session.push_to_talk(False)
    assert room.screen == "Hello" and room.bench.ledger_text() == "Hello"
    assert not room.state["push_to_talk"] and room.state["state"] == "paused"


def test_push_to_talk_while_listening_ends_the_utterance_and_goes_on_listening():
    """As a way to say: this phrase ends here."""
    room = Room()
    room.session.push_to_talk(True)
    room.microphone.say(b"one")
    room.session.push_to_talk(False)
    assert room.bench.ledger_text() == "One" and room.state["state"] == "listening"


def test_a_tap_is_a_toggle_of_what_was_before_the_press():
    """The key that is tapped or held is told as held from the press on, and as a toggle before its release."""
    room = Room()
    for before, after in (("listening", "paused"), ("paused", "listening")):
        assert room.state["state"] == before
        room.session.push_to_talk(True)
        room.session.toggle()
        room.session.push_to_talk(False)
        assert room.state["state"] == after


def test_words_spoken_while_a_combination_was_held_come_at_its_release():
    """Nothing can be typed with Shift down; nothing is lost for that."""
    room = Room()
    room.session.pause()
    room.session.push_to_talk(True)
    room.bench.keyboard.user_presses(SHIFT_KEY)
    room.microphone.say(b"hello")
    room.clock.advance(1.5)
    assert room.screen == ""
    room.bench.keyboard.user_presses(SHIFT_KEY, False)
    room.session.push_to_talk(False)
    assert room.screen == "Hello" and room.state["held"] == 0


def test_cancel_drops_what_was_said_until_now():
    """What the recognizer still holds too; what comes after is heard."""
    room = Room()
    room.microphone.say(b"hello")
    shown = room.screen
    room.session.cancel()
    assert room.screen == shown == "Hello"
    room.microphone.say(b"next")
    room.session.pause()
    assert room.screen == "Hello next"


def test_the_end_finishes_the_last_words_and_takes_no_more():
    """As at ``windictator stop`` in the middle of a sentence."""
    room = Room()
    room.microphone.say(b"hello")
    room.done(room.session.finish())
    assert room.screen == room.bench.ledger_text() == "Hello"
    for verb in (room.session.resume, room.session.pause, room.session.undo, lambda: room.session.say("x")):
        with pytest.raises(StoppingError):
            verb()
    room.done(room.session.stop())
    assert room.recognizers[0].stopped and room.state["state"] == "stopping"
    assert room.clock.getDelayedCalls() == []


def test_a_microphone_that_cannot_be_opened_is_an_error_and_the_state_stays():
    """Whoever asked is told why."""
    room = Room()
    room.session.pause()
    room.no_microphone = Broken("no microphone")
    with pytest.raises(Broken):
        room.session.resume()
    assert room.state["state"] == "paused"
    room.no_microphone = None
    room.session.resume()
    room.microphone.say(b"hello")
    assert room.screen == "Hello"


def test_a_recording_that_ends_pauses():
    """Its last words are typed."""
    room = Room()
    room.microphone.say(b"hello")
    room.microphone.stop(AudioEnd.EXHAUSTED)
    assert room.bench.ledger_text() == "Hello" and room.state["state"] == "paused"
    assert room.failures == []


def test_a_recognizer_that_fails_is_replaced_as_soon_as_one_works():
    """Its model was removed and put back; the microphone is open again without anybody's help."""
    room = Room()
    room.recognizers[0].broken = room.no_model = Broken("the model is gone")
    room.microphone.say(b"lost")
    assert room.failures == ["the model is gone"] and room.state["recognizer"] == "the model is gone"
    assert not room.sources[0].open and room.recognizers[0].stopped
    for _ in range(3):
        room.clock.advance(RETRY_INTERVAL_S)
    assert room.failures == ["the model is gone"], "said once"
    room.no_model = None
    room.clock.advance(RETRY_INTERVAL_S)
    assert room.state["recognizer"] == "ready" and room.state["state"] == "listening"
    room.microphone.say(b"hello")
    assert room.screen.endswith("ello")


def test_a_recognizer_that_cannot_start_is_the_callers_to_report():
    """At the start of the program; nothing stays open."""
    room = Room(start=False)
    room.no_model = Broken("no model")
    with pytest.raises(Broken):
        room.done(room.session.start())
    assert room.sources == [] and room.recognizers[0].stopped


def test_nobody_speaking_for_long_closes_the_microphone():
    """Only if the settings say so; words put it off."""
    room = Room(idle_pause=60)
    room.clock.advance(50)
    room.microphone.say(b"hello")
    room.clock.advance(50)
    assert room.state["state"] == "listening"
    room.clock.advance(11)
    assert room.state["state"] == "paused" and room.bench.ledger_text() == "Hello"
    assert any("60 seconds" in notice for notice in room.notices)


def test_another_recognizer_takes_over_between_words():
    """The settings changed; what was said before is finished by the old one."""
    room = Room()
    room.microphone.say(b"old")
    old = room.recognizers[0]
    room.done(room.session.replace_audio_and_recognizer(room.open_audio, room.open_recognizer))
    assert old.stopped and room.bench.ledger_text() == "Old" and room.state["state"] == "listening"
    room.microphone.say(b"new")
    room.session.pause()
    assert room.screen == "Old new"


def test_another_recognizer_that_does_not_start_leaves_the_old_one():
    """A wrong model in the settings does not end dictation."""
    room = Room()
    room.no_model = Broken("no such model")
    with pytest.raises(Broken):
        room.done(room.session.replace_audio_and_recognizer(room.open_audio, room.open_recognizer))
    room.microphone.say(b"hello")
    assert room.screen == "Hello" and room.microphone is room.sources[0]


def test_without_sound_there_is_still_what_is_said_by_request():
    """A daemon with the text recognizer."""
    room = Room(start=False)
    room.session._open_audio = None
    room.done(room.session.start())
    outcomes = []
    room.session.say("hello comma world").addCallback(outcomes.append)
    room.session.repeat().addCallback(outcomes.append)
    room.session.undo().addCallback(outcomes.append)
    assert [outcome.text for outcome in outcomes] == ["Hello, world", " hello, world", ""]
    assert room.screen == "Hello, world" and outcomes[2].erased == 13 and outcomes[2].window == WINDOW


def test_the_state_says_what_sleeps_and_what_is_held():
    """For the status bar."""
    room = Room()
    room.session.say("go to sleep")
    assert room.state["mode"] == "asleep" and room.state["asleep"]
    room.session.say("wake up")
    assert room.session.dictation.interpreter.mode is Mode.DICTATION
    room.bench.keyboard.focus = 0
    room.session.say("hello")
    assert room.state["held"] == 1 and room.state["refused"] > 0
    assert room.session.discard_undelivered() == 1 and room.state["held"] == 0


def test_the_recognizer_that_heard_an_utterance_is_asked_about_it():
    """By its own number; another that has taken its place knows nothing of it."""
    room = Room()

    def say(words):
        room.microphone.say(words)
        room.session.push_to_talk(True)
        room.session.push_to_talk(False)

    say(b"one")
    room.done(room.session.replace_audio_and_recognizer(room.open_audio, room.open_recognizer))
    room.session.alternatives()
    assert room.bench.listener.refusals == ["no alternatives are known for these words"]
    say(b"two")
    say(b"three")
    room.session.alternatives()
    assert [ears.asked for ears in room.recognizers] == [[], [1]]
    assert room.session.current_list.texts == ("reading 1",)
    room.session.choose(1)
    assert room.screen == "One two reading 1"
