"""Resilient microphone with toy processes, whose sound, messages and ends the test controls, and its clock."""

import json

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from windictator.speech.capture_messages import AUDIO, HEADER, STATUS
from windictator.speech.capture_pool import CaptureProcessPool
from windictator.speech.capture_status import CaptureEnd
from windictator.speech.interfaces import AudioEnd, AudioError
from windictator.speech.microphone_options import MicrophoneEvents, MicrophoneOptions
from windictator.speech.resilient_microphone import ResilientMicrophone
from windictator.speech.sound_level import LEVEL_BYTES, SILENCE_DBFS, level_of

SOURCE = {"name": "Headset", "id": "headset", "is_muted": False, "is_requested": True, "has_server": True}
BLOCK = b"\x01\x02" * 480


class ToyChild:
    """The transport of one capturing process."""

    pid = 4711

    def __init__(self, protocol, request):
        self.protocol = protocol
        self.request = request  # None: it is made ready, and told later
        self.closing = self.killed = False
        protocol.makeConnection(self)

    def write(self, line):
        assert line.endswith(b"\n")
        self.request = json.loads(line)

    def closeStdin(self):
        self.closing = True

    def signalProcess(self, name):
        assert name == "KILL"
        self.killed = True

    def say(self, kind, content):
        """In three pieces, as pipes may give it."""
        message = HEADER.pack(kind, len(content)) + content
        for piece in (message[:2], message[2:-1], message[-1:]):
            self.protocol.outReceived(piece)

    def status(self, **status):
        self.say(STATUS, json.dumps(status).encode())

    def sound(self, *blocks):
        for block in blocks:
            self.say(AUDIO, block)

    def open(self):
        self.status(source=SOURCE)
        self.sound(BLOCK)

    def end(self, status=0):
        reason = ProcessTerminated(status) if status else ProcessDone(0)
        self.protocol.processEnded(Failure(reason))


class Capture(Clock):
    """A microphone, with the reactor that spawns its processes, and a sink that is busy while the test wants it."""

    def __init__(self, *, ready=False, on_failure=None, **options):
        super().__init__()
        self.children = []
        self.standby = CaptureProcessPool(self)
        if ready:
            self.standby.prepare()
        self.frames, self.waiting, self.notices, self.states, self.levels = [], [], [], [], []
        self.ends, self.failures = [], []
        self.busy = False
        self.microphone = ResilientMicrophone(
            self,
            MicrophoneOptions(**options),
            MicrophoneEvents(self.notices.append, on_failure, self.states.append, self.levels.append),
            pool=self.standby if ready else None,
        )
        self.microphone.start(self._sink).addCallbacks(
            self.ends.append, lambda failure: self.failures.append(failure.value)
        )

    def spawnProcess(self, protocol, executable, arguments, env):
        request = None if arguments[-1] == b"-" else json.loads(arguments[-1])
        self.children.append(ToyChild(protocol, request))

    def _sink(self, frame):
        self.frames.append(frame)
        if not self.busy:
            return succeed(None)
        self.waiting.append(Deferred())
        return self.waiting[-1]

    def let_go(self):
        self.busy = False
        while self.waiting:
            self.waiting.pop(0).callback(None)

    def pass_seconds(self, seconds):
        self.pump([0.1] * round(seconds * 10))


def opened(**options):
    capture = Capture(**options)
    capture.children[0].open()
    return capture


def test_sound_is_kept_in_order_while_the_sink_is_busy():
    """However long the queue is when it goes on."""
    capture = opened()
    capture.busy = True
    blocks = [number.to_bytes(2, "big") for number in range(1, 3001)]
    capture.children[0].sound(*blocks)
    assert capture.frames == [BLOCK, blocks[0]]
    capture.let_go()
    assert capture.frames == [BLOCK, *blocks]
    assert capture.microphone.overruns == 0


def test_what_exceeds_the_buffer_is_dropped_and_counted():
    """Together with what the process says that was lost there; the words before it stay whole, and those after it."""
    capture = opened(buffer_s=0.06)
    capture.busy = True
    capture.children[0].sound(b"first ", *[BLOCK] * 4)
    capture.children[0].status(overruns=3)
    assert capture.microphone.overruns == 2 + 3
    capture.let_go()
    capture.children[0].sound(b"last")
    assert capture.frames == [BLOCK, b"first ", BLOCK, BLOCK, b"last"]


def test_stop_before_start_opens_nothing():
    """The caller may be stopped while it prepares."""
    clock, ended = Clock(), []
    microphone = ResilientMicrophone(clock)
    microphone.stop()
    microphone.start(lambda frame: succeed(None)).addCallback(ended.append)
    assert ended == [AudioEnd.STOPPED]
    assert microphone.when_capturing().called
    assert not microphone.is_recovering


@pytest.mark.parametrize("busy", [False, True])
def test_stop_closes_it_and_delivers_what_was_captured(busy):
    """Also what the process still passes on; then it ends."""
    capture = opened()
    capture.busy = busy
    capture.children[0].sound(b"ab", b"cd")
    capture.microphone.stop()
    capture.microphone.stop()
    assert capture.children[0].closing
    capture.children[0].sound(b"ef")
    capture.children[0].end()
    assert capture.ends == ([] if busy else [AudioEnd.STOPPED])
    capture.let_go()
    assert capture.frames == [BLOCK, b"ab", b"cd", b"ef"]
    assert capture.ends == [AudioEnd.STOPPED]
    assert not capture.getDelayedCalls()


def test_a_process_that_does_not_end_is_killed():
    """After half a second."""
    capture = opened()
    capture.microphone.stop()
    capture.pass_seconds(0.6)
    assert capture.children[0].killed


def test_a_sink_that_fails_closes_it():
    """The recognizer has given up."""
    capture = opened()
    capture.busy = True
    capture.children[0].sound(b"ab", b"cd")
    capture.waiting[0].errback(AudioError("no more"))
    assert [str(failure) for failure in capture.failures] == ["no more"]
    assert capture.children[0].closing
    capture.children[0].end()
    assert not capture.getDelayedCalls()


def test_process_that_ended_is_replaced_and_waits_for_server():
    """It leaves the hardware to it; each failure makes the wait for the next one longer."""
    capture = opened(fail_if_missing=True)
    capture.children[0].status(ended="server_lost")
    capture.children[0].end()
    assert capture.states == [True]
    assert [child.request["expect_server"] for child in capture.children] == [False, True]
    assert [child.request["fail_if_missing"] for child in capture.children] == [True, False]
    for _ in range(6):
        capture.children[-1].end(1)
        capture.pass_seconds(10.1)
    assert len(capture.children) == 8
    assert len(capture.notices) == 2  # what went, and how the process ends; not again and again
    capture.children[-1].open()
    assert capture.states == [True, False]
    assert capture.frames == [BLOCK, BLOCK]


def test_failures_are_told_apart_from_news():
    """Missing sound is a failure if the caller wants failures; its return is a notice."""
    failures = []
    capture = opened(on_failure=failures.append)
    capture.children[0].status(ended="server_lost")
    capture.children[0].end()
    assert len(failures) == 1 and "the sound server ended" in failures[0]
    assert capture.notices == []
    capture.children[-1].open()
    assert len(failures) == len(capture.notices) == 1


def test_waiting_is_reported_once_but_not_for_a_lost_server():
    """The user knows that the sound server ended; that a microphone is missing is another reason."""
    capture = opened()
    capture.children[0].status(ended="server_lost")
    capture.children[0].end()
    capture.children[1].status(waiting="sound_server")
    assert len(capture.notices) == 1
    for _ in range(2):
        capture.children[1].status(waiting="microphone")
    assert capture.notices[1:] == ["no sound: waiting for a microphone"]
    capture.pass_seconds(60)
    assert not capture.children[1].killed


@pytest.mark.parametrize("end", [end for end in CaptureEnd if end is not CaptureEnd.CRASHED])
def test_every_end_of_a_process_has_a_message(end):
    """The first reason that the process reports is the one that counts."""
    capture = opened()
    capture.children[0].status(ended=end.value, error="the device is busy")
    capture.children[0].status(ended="stream_ended")
    capture.children[0].end()
    assert len(capture.notices) == 1
    assert (capture.notices == ["the device is busy"]) == (end is CaptureEnd.REFUSED)


def test_stall_switches_to_the_first_process_with_sound():
    """Here the second process: from its first block on, after a moment in which the first may catch up."""
    capture = opened()
    capture.pass_seconds(1.5)
    assert capture.states == [True]
    first, second = capture.children
    second.status(source=SOURCE)
    second.sound(b"ab", b"cd")
    assert capture.frames == [BLOCK]
    capture.pass_seconds(0.4)
    assert capture.frames == [BLOCK, b"ab", b"cd"]
    assert first.closing
    second.sound(b"ef")
    assert capture.frames[-1] == b"ef"
    assert capture.states == [True, False]


def test_a_stall_that_ends_by_itself_costs_nothing():
    """The first process has what was said meanwhile; the second is sent away."""
    capture = opened()
    capture.pass_seconds(1.5)
    first, second = capture.children
    second.status(source=SOURCE)
    second.sound(b"late")
    first.sound(b"ab", b"cd")
    assert second.closing
    second.end()
    capture.pass_seconds(0.5)
    assert capture.frames == [BLOCK, b"ab", b"cd"]
    assert capture.states == [True, False]


def test_a_second_process_that_hangs_is_replaced():
    """For as long as the stall lasts."""
    capture = opened()
    capture.pass_seconds(1.5 + 6.5)
    assert [child.killed for child in capture.children] == [False, True, False]


def test_a_microphone_that_is_required_and_missing_fails():
    """The reason is reported, and ``when_capturing`` fires."""
    capture = Capture(device="lute", fail_if_missing=True)
    opening = capture.microphone.when_capturing()
    capture.children[0].status(ended="refused", error="no microphone matches 'lute'")
    capture.children[0].end()
    assert [str(failure) for failure in capture.failures] == ["no microphone matches 'lute'"]
    assert opening.called
    assert len(capture.children) == 1


def test_process_that_always_crashes_fails_a_required_microphone():
    """After some trials."""
    capture = Capture(fail_if_missing=True)
    for _ in range(4):
        capture.children[-1].protocol.errReceived(b"noise\nno such module\n")
        capture.children[-1].end(1)
        capture.pass_seconds(1)
    assert [str(failure) for failure in capture.failures] == [
        "the microphone cannot be opened: the capture process ended with status 1 (no such module)"
    ]


def test_zeros_between_words_are_said_ever_more_seldom():
    """A noise filter delivers them; a standby that has only zeros too is closed."""
    capture = opened()
    zeros = bytes(960)

    def hear(block, seconds):
        for _ in range(round(seconds / 0.03)):
            capture.children[0].sound(block)
            capture.advance(0.03)

    hear(zeros, 3)
    assert len(capture.notices) == 1
    capture.children[1].status(source=SOURCE)
    capture.children[1].sound(zeros)
    hear(zeros, 1)
    assert capture.children[1].closing
    hear(BLOCK, 0.1)
    hear(zeros, 4)
    assert len(capture.notices) == 2  # the signal is back; four seconds of zeros are now too short for a notice
    hear(zeros, 2)
    assert len(capture.notices) == 3


def test_levels_are_measured_only_where_they_are_wanted():
    """Of each tenth of a second, in dB below full scale."""
    capture = opened()
    capture.children[0].sound(BLOCK * 10)
    assert capture.levels == []
    capture.microphone.report_levels = True
    capture.children[0].sound(*[b"\xff\x3f" * 480] * 10)
    assert len(capture.levels) == 3
    assert capture.levels[0] == pytest.approx((-6.02, -6.02), abs=0.01)
    assert level_of(bytes(LEVEL_BYTES)) == (SILENCE_DBFS, SILENCE_DBFS)
    assert level_of(b"\x00\x80").peak == 0


def test_pool_process_is_used_and_replaced_after_closing():
    """Not while it is open, when none is needed."""
    capture = opened(ready=True, device="headset")
    assert [child.request["device"] for child in capture.children] == ["headset"]
    assert capture.frames == [BLOCK]
    capture.microphone.stop()
    capture.children[0].end()
    assert capture.ends == [AudioEnd.STOPPED]
    assert [child.request for child in capture.children[1:]] == [None]
    capture.standby.close()
    assert capture.children[1].closing
    capture.standby.prepare()
    assert len(capture.children) == 2


def test_pool_process_that_crashed_is_not_used():
    """The microphone is opened by another one."""
    clock = Clock()
    children = []
    clock.spawnProcess = lambda protocol, *_, **__: children.append(ToyChild(protocol, None))
    standby = CaptureProcessPool(clock)
    standby.prepare()
    standby.prepare()
    assert len(children) == 1
    children[0].end(1)
    assert standby.pid is None
    assert standby.take() is None
    standby.prepare()
    assert standby.take() is children[1].protocol


def test_problem_names_what_is_missing():
    """A status shows it; each change is reported."""
    capture = Capture(device="Headset USB")
    (child,) = capture.children
    assert capture.microphone.problem == ""
    child.status(waiting="microphone")
    assert capture.microphone.problem == "waiting for the microphone Headset USB"
    child.status(waiting="sound_server")
    child.open()
    assert capture.microphone.problem == ""
    child.status(source=SOURCE | {"is_muted": True})
    assert capture.microphone.problem == "the microphone Headset is muted"
    child.status(source=SOURCE)
    assert capture.microphone.problem == ""
    child.status(ended="server_lost")
    child.end()
    assert capture.microphone.problem == "waiting for the sound server"


def test_missing_microphone_without_a_name():
    """None was chosen, and none was in use."""
    capture = Capture()
    capture.children[0].status(waiting="microphone")
    assert capture.microphone.problem == "waiting for the microphone"
