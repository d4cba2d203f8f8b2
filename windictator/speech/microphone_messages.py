"""Messages to the user about the microphone."""

from __future__ import annotations

from windictator.speech.capture_status import CaptureEnd, CaptureSource, MissingPart

_MISSING_PARTS = {MissingPart.SOUND_SERVER: "the sound server", MissingPart.MICROPHONE: "a microphone"}

_ENDS = {
    CaptureEnd.NO_MICROPHONE: "there is no microphone any more",
    CaptureEnd.DEVICES_CHANGED: "the sound devices changed",
    CaptureEnd.STREAM_ENDED: "unplugged, or its stream ended",
    CaptureEnd.SERVER_LOST: "the sound server ended",
}

STALLED = "the microphone delivers no sound; opening it again"


def waiting_for(part: MissingPart) -> str:
    """Return the message that nothing can be captured before ``part`` is there."""
    return f"no sound: waiting for {_MISSING_PARTS[part]}"


def waiting(part: MissingPart, name: str) -> str:
    """Return a few words: what is missing. ``name``: of the microphone, "" if it is not known."""
    if part is MissingPart.SOUND_SERVER:
        return "waiting for the sound server"
    return f"waiting for the microphone {name}".rstrip()


def microphone_lost(end: CaptureEnd, detail: str) -> str:
    """Return the message that a capture process has ended; ``detail`` is the error, or how the process crashed."""
    if end in _ENDS:
        return f"microphone lost ({_ENDS[end]}): dictation goes on as soon as it is back"
    return f"the capture process {detail}; starting it again" if end is CaptureEnd.CRASHED else detail


def cannot_open(end: CaptureEnd, detail: str) -> str:
    """Return the message that the microphone could not be opened after several attempts."""
    reason = f"the capture process {detail}" if end is CaptureEnd.CRASHED else _ENDS.get(end, detail)
    return f"the microphone cannot be opened: {reason}"


def cannot_start_process(error: OSError) -> str:
    """Return the message that the system cannot start a capture process."""
    return f"cannot start the process that captures sound: {error.strerror}"


def sound_is_back(name: str) -> str:
    """Return the message that there is sound again."""
    return f"microphone is back: {name}"


def source_changed(former: CaptureSource | None, source: CaptureSource, requested: str | None) -> str:
    """Return the message about a change of the source, or "" if the user need not know."""
    if not source.is_requested and (former is None or former.is_requested):
        return f"the microphone {requested} is not connected: using {source.name} until it is"
    if former is not None and source.id != former.id:
        return f"the microphone is now {source.name}"
    return ""


def muted(name: str) -> str:
    """Return the message that the microphone is muted."""
    return f"the microphone {name} is muted"


def no_signal(name: str) -> str:
    """Return a few words: the microphone delivers nothing but zeros."""
    return f"no signal from the microphone {name}"


def only_zeros(name: str) -> str:
    """Return the message that the microphone delivers nothing but zeros."""
    return f"no signal from the microphone {name}; is it muted?"


def signal_is_back(name: str) -> str:
    """Return the message that the microphone delivers more than zeros again."""
    return f"the microphone {name} delivers a signal again"
