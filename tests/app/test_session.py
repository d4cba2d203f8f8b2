"""A session with a real dictation and typist on a fake keyboard; sound and recognizer are scripted."""

import pytest
from twisted.internet.defer import Deferred, ensureDeferred, fail, succeed

from tests.dictation.bench import SHIFT_KEY, DictationBench
from tests.fake_keyboard import WINDOW
from tests.text.spoken import heard
from windictator.app.recognizer_supervisor import RETRY_INTERVAL_S, RecognizerSupervisor
from windictator.app.session import Session, StoppingError
from windictator.errors import WinDictatorError
from windictator.speech.interfaces import AudioEnd, AudioError, AudioSource
from windictator.text.commands.actions import Mode
from windictator.text.utterance import Final, Partial


class ScriptedError(WinDictatorError):
    """The error of a scripted microphone or recognizer."""


class FakeAudio(AudioSource):
    """A microphone: ``say`` gives it sound."""

    overruns = 0

    def __init__(self, is_start):
        self.is_start = is_start
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


class FakeRecognizer:
    """A recognizer: sound is UTF-8 words, shown as a partial, made a final by ``finish``."""

    def __init__(self, log):
        self.log = log
        self.words = []
        self.number = 0
        self.broken = None
        self.stopped = False
        self.finishing = self.starting = None
        self.asked = []

    def start(self, on_hypothesis, on_notice):
        self.on_hypothesis = on_hypothesis
        if self.starting is not None:
            return self.starting
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


class SessionBench:
    """A session and its surroundings."""

    def __init__(self, idle_pause=0.0, start=True, has_sound=True, is_live=True):
        self.bench = DictationBench(live="eager", keep_undelivered=True)
        self.clock = self.bench.clock
        self.sources, self.recognizers, self.log = [], [], []
        self.failures, self.levels, self.changes = [], [], 0
        self.no_microphone = self.no_model = self.starting = None
        self.supervisor = RecognizerSupervisor(self.clock, self.open_recognizer, self.notices.append)
        self.bench.recognizer_alternatives = self.supervisor.alternatives
        self.session = Session(
            self.clock,
            self.open_audio if has_sound else None,
            self.supervisor,
            self.bench.dictation,
            self,
            pause_after_s=idle_pause,
            retries_recognizer=is_live,
        )
        if start:
            self.done(self.session.start())

    def open_audio(self, is_start):
        source = FakeAudio(is_start)
        if self.no_microphone:
            source.start = lambda sink: (_ for _ in ()).throw(self.no_microphone)
        self.sources.append(source)
        return source

    def open_recognizer(self):
        recognizer = FakeRecognizer(self.log)
        recognizer.broken, recognizer.starting = self.no_model, self.starting
        self.recognizers.append(recognizer)
        return recognizer

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

    def start_with_sound(self, before_recognizer=lambda: succeed(None)):
        """Start as ``dictate`` does; the results, empty until it is ready."""
        results = []
        ensureDeferred(self.session.start_with_sound(before_recognizer)).addBoth(results.append)
        return results

    def sound_end(self):
        """How the sound has ended; empty until it has."""
        results = []
        ensureDeferred(self.session.until_sound_ends()).addBoth(results.append)
        return results

    # SessionEvents

    def changed(self):
        self.changes += 1

    def on_event(self, event):
        self.bench.listener.on_event(event)

    @property
    def notices(self):
        return self.bench.listener.notices

    def failed(self, message, topic=""):
        self.failures.append(message)

    def level(self, rms, peak):
        self.levels.append((rms, peak))


def test_pause_closes_the_microphone_and_types_the_last_words():
    """The last words are not lost, nothing more is heard."""
    bench = SessionBench()
    bench.microphone.say(b"hello")
    bench.microphone.say(b"world")
    bench.session.pause()
    assert not bench.sources[0].open and bench.state["state"] == "paused"
    assert bench.screen == "Hello world"
    bench.session.resume()
    assert bench.microphone is not bench.sources[0] and bench.state["state"] == "listening"


def test_toggle_pauses_and_resumes():
    """Pause, resume, pause."""
    bench = SessionBench()
    states = []
    for _ in range(3):
        bench.session.toggle()
        states.append(bench.state["state"])
    assert states == ["paused", "listening", "paused"]
    assert [source.open for source in bench.sources] == [False, False]


@pytest.mark.parametrize("before", ["paused", "listening"])
def test_toggle_during_push_to_talk_starts_from_the_state_before(before):
    """A key that is tapped or held talks from its press on: the microphone is not closed in between."""
    bench = SessionBench()
    if before == "paused":
        bench.session.pause()
    bench.session.push_to_talk(True)
    microphones = len(bench.sources)
    bench.session.toggle()
    bench.session.push_to_talk(False)
    assert bench.state["state"] == ("listening" if before == "paused" else "paused")
    assert not bench.state["push_to_talk"]
    assert len(bench.sources) == microphones


def test_resume_and_pause_twice_change_nothing():
    """One microphone at a time."""
    bench = SessionBench()
    bench.session.resume()
    assert len(bench.sources) == 1
    bench.session.pause()
    bench.session.pause()
    assert bench.state["state"] == "paused"


def test_next_capture_waits_for_the_words_of_the_last():
    """A quick pause and resume does not mix up what was said."""
    bench = SessionBench()
    recognizer = bench.recognizers[0]
    recognizer.finishing = Deferred()
    bench.microphone.say(b"first")
    bench.session.pause()
    bench.session.resume()
    bench.microphone.say(b"second")
    assert bench.log == ["first"]
    finishing, recognizer.finishing = recognizer.finishing, None
    finishing.callback(None)
    assert bench.log == ["first", "second"]
    bench.session.pause()
    assert bench.screen == "First second"


def test_push_to_talk_listens_while_it_is_held():
    """From paused: open, then closed again; the release ends the utterance at once."""
    bench = SessionBench()
    bench.session.pause()
    bench.session.push_to_talk(True)
    assert bench.state["push_to_talk"] and bench.state["state"] == "listening"
    bench.session.push_to_talk(True)
    bench.microphone.say(b"hello")
    bench.session.push_to_talk(False)
    assert bench.screen == "Hello" and bench.bench.ledger_text() == "Hello"
    assert not bench.state["push_to_talk"] and bench.state["state"] == "paused"


def test_push_to_talk_while_listening_ends_the_utterance():
    """As a way to say: this phrase ends here."""
    bench = SessionBench()
    bench.session.push_to_talk(True)
    bench.microphone.say(b"one")
    bench.session.push_to_talk(False)
    assert bench.bench.ledger_text() == "One" and bench.state["state"] == "listening"


def test_a_tap_is_a_toggle_of_what_was_before_the_press():
    """A key to tap or hold counts as held from the press on, and as a toggle before its release."""
    bench = SessionBench()
    for before, after in (("listening", "paused"), ("paused", "listening")):
        assert bench.state["state"] == before
        bench.session.push_to_talk(True)
        bench.session.toggle()
        bench.session.push_to_talk(False)
        assert bench.state["state"] == after


def test_words_spoken_during_a_combination_come_at_its_release():
    """Nothing can be typed with Shift down; nothing is lost for that."""
    bench = SessionBench()
    bench.session.pause()
    bench.session.push_to_talk(True)
    bench.bench.keyboard.user_presses(SHIFT_KEY)
    bench.microphone.say(b"hello")
    bench.clock.advance(1.5)
    assert bench.screen == ""
    bench.bench.keyboard.user_presses(SHIFT_KEY, False)
    bench.session.push_to_talk(False)
    assert bench.screen == "Hello" and bench.state["undelivered"] == 0


def test_cancel_drops_what_was_said_until_now():
    """What the recognizer still holds too; what comes after is heard."""
    bench = SessionBench()
    bench.microphone.say(b"hello")
    shown = bench.screen
    bench.session.cancel()
    assert bench.screen == shown == "Hello"
    bench.microphone.say(b"next")
    bench.session.pause()
    assert bench.screen == "Hello next"


def test_the_end_finishes_the_last_words_and_takes_no_more():
    """As at ``windictator stop`` in the middle of a sentence."""
    bench = SessionBench()
    bench.microphone.say(b"hello")
    bench.done(bench.session.finish())
    assert bench.screen == bench.bench.ledger_text() == "Hello"
    for verb in (
        bench.session.resume,
        bench.session.pause,
        lambda: bench.session.dictation.undo(),
        lambda: bench.session.dictation.say("x"),
    ):
        with pytest.raises(StoppingError):
            verb()
    bench.done(bench.session.stop())
    assert bench.recognizers[0].stopped and bench.state["state"] == "stopping"
    assert bench.clock.getDelayedCalls() == []


def test_microphone_that_cannot_be_opened_is_an_error():
    """The caller learns why."""
    bench = SessionBench()
    bench.session.pause()
    bench.no_microphone = ScriptedError("no microphone")
    with pytest.raises(ScriptedError):
        bench.session.resume()
    assert bench.state["state"] == "paused"
    bench.no_microphone = None
    bench.session.resume()
    bench.microphone.say(b"hello")
    assert bench.screen == "Hello"


def test_a_recording_that_ends_pauses():
    """Its last words are typed."""
    bench = SessionBench()
    bench.microphone.say(b"hello")
    bench.microphone.stop(AudioEnd.EXHAUSTED)
    assert bench.bench.ledger_text() == "Hello" and bench.state["state"] == "paused"
    assert bench.failures == []


def test_failed_recognizer_is_replaced_as_soon_as_one_works():
    """Its model was removed and put back; the microphone opens again automatically."""
    bench = SessionBench()
    bench.recognizers[0].broken = bench.no_model = ScriptedError("the model is gone")
    bench.microphone.say(b"lost")
    assert bench.failures == ["the model is gone"]
    assert (bench.state["recognizer"], bench.state["recognizer_error"]) == ("failed", "the model is gone")
    assert not bench.sources[0].open and bench.recognizers[0].stopped
    for _ in range(3):
        bench.clock.advance(RETRY_INTERVAL_S)
    assert bench.failures == ["the model is gone"], "said once"
    bench.no_model = None
    bench.clock.advance(RETRY_INTERVAL_S)
    assert (bench.state["recognizer"], bench.state["recognizer_error"]) == ("ready", "")
    assert bench.state["state"] == "listening"
    bench.microphone.say(b"hello")
    assert bench.screen.endswith("ello")


def test_request_after_recognizer_failure_is_executed():
    """What was shown of it stays, and can be taken back."""
    bench = SessionBench()
    bench.microphone.say(b"hello")
    assert bench.screen == "Hello"
    bench.recognizers[0].broken = bench.no_model = ScriptedError("it has crashed")
    bench.microphone.say(b"there")
    outcomes = []
    bench.session.dictation.undo().addCallback(outcomes.append)
    assert [outcome.erased for outcome in outcomes] == [5]
    assert bench.screen == ""


def test_recognizer_that_cannot_start_is_an_error():
    """At the start of the program; nothing stays open."""
    bench = SessionBench(start=False)
    bench.no_model = ScriptedError("no model")
    with pytest.raises(ScriptedError):
        bench.done(bench.session.start())
    assert bench.sources == [] and bench.recognizers[0].stopped


def test_long_silence_closes_the_microphone():
    """Only if the settings say so; words put it off."""
    bench = SessionBench(idle_pause=60)
    bench.clock.advance(50)
    bench.microphone.say(b"hello")
    bench.clock.advance(50)
    assert bench.state["state"] == "listening"
    bench.clock.advance(11)
    assert bench.state["state"] == "paused" and bench.bench.ledger_text() == "Hello"
    assert any("60 seconds" in notice for notice in bench.notices)


def test_new_recognizer_takes_over_between_words():
    """The settings changed; what was said before is finished by the old one."""
    bench = SessionBench()
    bench.microphone.say(b"old")
    old = bench.recognizers[0]
    bench.done(bench.session.replace_audio_and_recognizer(bench.open_audio, bench.open_recognizer))
    assert old.stopped and bench.bench.ledger_text() == "Old" and bench.state["state"] == "listening"
    bench.microphone.say(b"new")
    bench.session.pause()
    assert bench.screen == "Old new"


def test_new_recognizer_that_fails_leaves_the_old_one():
    """A wrong model in the settings does not end dictation."""
    bench = SessionBench()
    bench.no_model = ScriptedError("no such model")
    with pytest.raises(ScriptedError):
        bench.done(bench.session.replace_audio_and_recognizer(bench.open_audio, bench.open_recognizer))
    bench.microphone.say(b"hello")
    assert bench.screen == "Hello" and bench.microphone is bench.sources[0]


def test_session_without_sound_carries_out_requests():
    """A daemon with the text recognizer."""
    bench = SessionBench(has_sound=False)
    outcomes = []
    bench.session.dictation.say("hello comma world").addCallback(outcomes.append)
    bench.session.dictation.repeat().addCallback(outcomes.append)
    bench.session.dictation.undo().addCallback(outcomes.append)
    assert [outcome.text for outcome in outcomes] == ["Hello, world", " hello, world", ""]
    assert bench.screen == "Hello, world" and outcomes[2].erased == 13 and outcomes[2].window == WINDOW


def test_the_state_says_what_sleeps_and_what_is_held():
    """For the status bar."""
    bench = SessionBench()
    bench.session.dictation.say("go to sleep")
    assert bench.state["mode"] == "asleep"
    bench.session.dictation.say("wake up")
    assert bench.session.dictation.mode is Mode.DICTATION
    bench.bench.keyboard.focus = 0
    bench.session.dictation.say("hello")
    assert bench.state["undelivered"] == 1 and bench.state["refusal_count"] > 0
    assert bench.session.discard_undelivered() == 1 and bench.state["undelivered"] == 0


def test_alternatives_come_from_the_recognizer_that_heard_it():
    """By its own number; another that has taken its place knows nothing of it."""
    bench = SessionBench()

    def say(words):
        bench.microphone.say(words)
        bench.session.push_to_talk(True)
        bench.session.push_to_talk(False)

    say(b"one")
    bench.done(bench.session.replace_audio_and_recognizer(bench.open_audio, bench.open_recognizer))
    bench.session.dictation.alternatives()
    assert bench.bench.listener.refusals == ['No other reading found. Say "spell that" or "replace ... with ...".']
    say(b"two")
    say(b"three")
    bench.session.dictation.alternatives()
    assert [recognizer.asked for recognizer in bench.recognizers] == [[], [1]]
    assert bench.session.dictation.current_alternatives.texts == ("reading 1",)
    bench.session.dictation.choose(1)
    assert bench.screen == "One two reading 1"


def test_sound_before_the_recognizer_is_ready_is_recognised():
    """The user may speak while the display and the model are opened."""
    bench = SessionBench(start=False)
    bench.starting = starting = Deferred()
    display = Deferred()
    results = bench.start_with_sound(lambda: display)
    bench.microphone.say(b"hello")
    display.callback(None)
    assert results == [] and bench.log == []
    starting.callback(None)
    assert results == [None] and bench.log == ["hello"]
    bench.microphone.stop(AudioEnd.EXHAUSTED)
    assert bench.screen == "Hello"


def test_recording_that_ends_before_the_recognizer_is_ready():
    """A short one is recognised as a whole."""
    bench = SessionBench(start=False, is_live=False)
    bench.starting = starting = Deferred()
    results, end = bench.start_with_sound(), bench.sound_end()
    bench.microphone.say(b"hello")
    bench.microphone.stop(AudioEnd.EXHAUSTED)
    assert results == end == []
    starting.callback(None)
    assert results == [None] and end == [AudioEnd.EXHAUSTED] and bench.screen == "Hello"


def test_failed_microphone_is_reported_before_the_model_loads():
    """It may take half a minute to load."""
    bench = SessionBench(start=False)
    bench.starting = Deferred()
    opened = Deferred()
    results = bench.start_with_sound(lambda: opened)
    bench.microphone.fail(AudioError("no microphone"))
    opened.callback(None)
    assert results[0].check(AudioError) and bench.failures == []
    bench.done(bench.session.stop())
    assert bench.recognizers[0].stopped


def test_display_that_does_not_open_closes_the_microphone():
    """Nothing stays open after a start that fails."""
    bench = SessionBench(start=False)
    results = bench.start_with_sound(lambda: fail(ScriptedError("no display")))
    assert results[0].check(ScriptedError) and not bench.microphone.open
    bench.done(bench.session.stop())
    assert bench.recognizers[0].stopped and bench.clock.getDelayedCalls() == []


def test_sound_ends_when_the_microphone_is_closed():
    """For the foreground, which ends then."""
    bench = SessionBench()
    end = bench.sound_end()
    bench.microphone.say(b"hello")
    assert end == []
    bench.session.end_sound()
    assert end == [AudioEnd.STOPPED] and bench.screen == "Hello"


def test_failed_recognizer_of_a_recording_ends_the_sound():
    """Another one would have to hear the recording from its beginning."""
    bench = SessionBench(is_live=False)
    end = bench.sound_end()
    bench.recognizers[0].broken = ScriptedError("it crashed")
    bench.microphone.say(b"hello")
    assert end[0].check(ScriptedError) and not bench.microphone.open
    assert len(bench.recognizers) == 1 and bench.clock.getDelayedCalls() == []


def test_failed_recognizer_of_a_microphone_is_replaced():
    """The foreground waits for it as the daemon does."""
    bench = SessionBench()
    end = bench.sound_end()
    bench.recognizers[0].broken = ScriptedError("it crashed")
    bench.microphone.say(b"hello")
    bench.clock.advance(RETRY_INTERVAL_S)
    bench.microphone.say(b"again")
    assert end == [] and bench.screen == "Again"
    bench.session.end_sound()
    assert end == [AudioEnd.STOPPED]


def test_sound_ends_while_no_recognizer_works():
    """Ctrl-C must not wait for a model."""
    bench = SessionBench()
    end = bench.sound_end()
    bench.recognizers[0].broken = bench.no_model = ScriptedError("the model is gone")
    bench.microphone.say(b"lost")
    bench.done(bench.session.stop())
    assert end == [AudioEnd.STOPPED] and bench.clock.getDelayedCalls() == []


def test_missing_microphone_after_a_retry_pauses_the_session():
    """The recognizer works again, but the microphone cannot be opened."""
    bench = SessionBench()
    bench.recognizers[0].broken = ScriptedError("it crashed")
    bench.microphone.say(b"lost")
    bench.no_microphone = AudioError("no microphone")
    bench.clock.advance(RETRY_INTERVAL_S)
    assert bench.failures == ["it crashed", "no microphone"]
    assert (bench.state["state"], bench.state["recognizer"]) == ("paused", "ready")


def test_only_the_first_microphone_must_be_there():
    """Later the session waits for a missing one."""
    bench = SessionBench()
    bench.session.pause()
    bench.session.resume()
    assert [source.is_start for source in bench.sources] == [True, False]


def test_another_idle_pause_counts_from_the_reload():
    """It closes the microphone although nothing was said since."""
    bench = SessionBench()
    bench.session.set_pause_after(60)
    bench.clock.advance(59)
    assert bench.state["state"] == "listening"
    bench.clock.advance(1)
    assert bench.state["state"] == "paused"


def test_levels_are_reported_by_every_microphone():
    """The one that is open, and those opened later."""
    bench = SessionBench()
    bench.session.set_reports_levels(True)
    bench.session.pause()
    bench.session.resume()
    bench.session.set_reports_levels(False)
    bench.session.pause()
    bench.session.resume()
    assert [source.report_levels for source in bench.sources] == [True, False, False]


def test_recognizer_that_fails_while_stopping_is_not_an_error():
    """Ctrl-C stops it in the middle of its work; the report still comes."""
    bench = SessionBench(is_live=False)
    end = bench.sound_end()
    bench.recognizers[0].finishing = finishing = Deferred()
    bench.microphone.say(b"hello")
    bench.done(bench.session.stop())
    finishing.errback(ScriptedError("the recognizer was stopped"))
    assert end == [AudioEnd.STOPPED] and bench.failures == []
