"""Sources of a PulseAudio server (or of PipeWire, which replaces it); used only by the capture process.

Sound comes from PortAudio, which sees such a server as one device without a name. The server's own protocol reports
which source that is, and that it was unplugged, muted or replaced.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, NamedTuple

from windictator.speech.device_choice import MicrophoneDevice, MicrophoneNotFoundError, choose_device
from windictator.speech.interfaces import AudioError


class SoundServerLostError(Exception):
    """The connection to the sound server ended."""


class SourceStatus(NamedTuple):
    """Source of the sound. ``is_requested``: whether it is the requested one, not a substitute."""

    device: MicrophoneDevice
    is_muted: bool
    is_requested: bool


class PulseSources:
    """Connection to the sound server. ``requested_name``: name of a microphone or part of it, None for the default."""

    def __init__(self, pulse: Any, requested_name: str | None) -> None:
        import pulsectl

        self._pulse = pulse
        self._requested_name = requested_name
        self._error = pulsectl.PulseError
        self._stop = pulsectl.PulseLoopStop
        self._requested_id = ""
        self._requested_was_present = True
        self._changed = False

    @staticmethod
    def load() -> None:
        """Import what ``connect`` needs."""
        with suppress(ImportError, OSError):
            import pulsectl  # noqa: F401

    @classmethod
    def connect(cls, requested_name: str | None) -> PulseSources | None:
        """Return a connection, or None if no server runs or libpulse is not installed.

        The server is never started. A server that hangs blocks this call, because pulsectl's timeout always waits to
        its end, even if the server answers at once.
        """
        try:
            import pulsectl
        except (ImportError, OSError):  # without pulsectl or libpulse, ALSA still reaches the default
            return None
        pulse = pulsectl.Pulse("WinDictator", connect=False)
        try:
            pulse.connect()
        except pulsectl.PulseError:
            pulse.close()
            return None
        return cls(pulse, requested_name)

    def microphones(self) -> list[MicrophoneDevice]:
        """Return the microphones, the default first.

        The monitor of a loudspeaker is included only if it is the default and there are real microphones too. Without
        this rule, the server would choose the sound of a film when the last microphone is unplugged.
        """
        sources = self._sources()
        real = any(not source.is_monitor for source in sources)
        return [source.device for source in sources if not source.is_monitor or (real and source.device.default)]

    def check_requested(self) -> None:
        """Raise AudioError unless exactly one source matches the requested name, if there is one."""
        self._find_requested(self._sources())

    def choose_source(self) -> SourceStatus | None:
        """Return the requested source, the default if it is missing, or None if there is no microphone.

        Raises AudioError if several sources match.
        """
        sources = self._sources()
        try:
            wanted = self._find_requested(sources)
        except MicrophoneNotFoundError:
            wanted = None
        self._requested_was_present = wanted is not None
        if wanted is not None:
            return SourceStatus(wanted.device, wanted.is_muted, True)
        usable = self.microphones()
        for source in sources:
            if usable and source.device == usable[0]:
                return SourceStatus(source.device, source.is_muted, self._requested_name is None)
        return None

    def subscribe(self) -> None:
        """Make ``wait_for_change`` notice every change from now on."""
        try:
            self._pulse.event_mask_set("source", "source_output", "server")
        except self._error:
            raise SoundServerLostError from None
        self._pulse.event_callback_set(self._on_event)

    def wait_for_change(self) -> None:
        """Return when something has changed since the last call. Raises SoundServerLostError."""
        try:
            if not self._changed:
                self._pulse.event_listen()
            # Changes come in groups; one look at the sources covers all that came with the first.
            self._changed = False
            self._pulse.event_listen(0)
            self._changed = False
        except self._error:
            raise SoundServerLostError from None

    def find_current_source(self) -> SourceStatus | None:
        """Return the source of this process's stream, or None if no microphone is left.

        If the requested microphone has come back, the server moves the stream to it first, without loss.
        """
        sources = self._sources()
        number = self._stream_source()
        source = next((source for source in sources if source.source_index == number), None)
        try:
            wanted = self._find_requested(sources)
        except AudioError:  # missing or ambiguous, so the stream goes on as it is
            wanted = None
        if wanted is not None and not self._requested_was_present and source != wanted:
            self._move_stream(wanted.source_index)
            source = wanted
        self._requested_was_present = wanted is not None
        if source is not None and (not source.is_monitor or source == wanted or not self._only_monitors(sources)):
            return SourceStatus(source.device, source.is_muted, self._requested_name is None or source == wanted)
        # The server is still moving the stream, or has moved it to the monitor of a loudspeaker.
        return self.choose_source()

    def _on_event(self, event: Any) -> None:
        self._changed = True
        raise self._stop

    def _sources(self) -> list[_Source]:
        try:
            default = self._pulse.server_info().default_source_name
            found = [_Source.from_info(info, default) for info in self._pulse.source_list()]
        except self._error:
            raise SoundServerLostError from None
        return sorted(found, key=lambda source: not source.device.default)

    def _find_requested(self, sources: list[_Source]) -> _Source | None:
        if self._requested_name is None:
            return None
        for source in sources:
            if source.device.id == self._requested_id:
                return source
        real = [source.device for source in sources if not source.is_monitor]
        try:
            device = choose_device(real, self._requested_name)
        except MicrophoneNotFoundError as error:
            monitors = [source.device for source in sources if source.is_monitor]
            try:
                device = choose_device(monitors, self._requested_name)
            except MicrophoneNotFoundError:
                raise error from None
        # This source stays the requested one, even if another of a similar name is connected.
        self._requested_id = device.id
        return next(source for source in sources if source.device == device)

    @staticmethod
    def _only_monitors(sources: list[_Source]) -> bool:
        return all(source.is_monitor for source in sources)

    def _stream(self) -> Any:
        process = str(os.getpid())
        try:
            for output in self._pulse.source_output_list():
                if output.proplist.get("application.process.id") == process:
                    return output
        except self._error:
            raise SoundServerLostError from None
        return None

    def _stream_source(self) -> int | None:
        stream = self._stream()
        return None if stream is None else int(stream.source)

    def _move_stream(self, index: int) -> None:
        stream = self._stream()
        if stream is not None:
            try:
                self._pulse.source_output_move(stream.index, index)
            except self._error:
                if not self._pulse.connected:
                    raise SoundServerLostError from None
                # The source was unplugged again; the next change reports it.


class _Source(NamedTuple):
    device: MicrophoneDevice
    source_index: int
    is_monitor: bool
    is_muted: bool

    @classmethod
    def from_info(cls, info: Any, default: str) -> _Source:
        device = MicrophoneDevice(
            info.description or info.name, info.channel_count, info.sample_spec.rate, info.name == default, info.name
        )
        # pulsectl leaves PA_INVALID_INDEX as it is.
        return cls(device, info.index, info.monitor_of_sink != 0xFFFFFFFF, bool(info.mute))
