"""Publishes what happens in a session as plain values, and logs it without dictated words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from windictator.dictation import events
from windictator.dictation.events import to_json
from windictator.text.alternatives import alternatives_line
from windictator.text.catalogue import MAX_LISTED, help_line

log = logging.getLogger("windictator")


class EventPublisher:
    """Publishes the events of a dictation and of its session.

    publish: receives each event as plain values, its name under "event".
    state: returns the values of a "state" event.
    log_dictated_text: whether the log may contain dictated words; otherwise it contains their lengths.
    """

    def __init__(
        self,
        publish: Callable[[Mapping[str, object]], None],
        state: Callable[[], Mapping[str, object]],
        log_dictated_text: bool = False,
    ) -> None:
        self._publish = publish
        self._state = state
        self.log_dictated_text = log_dictated_text

    def on_event(self, event: events.Event) -> None:
        """Publish and log an event of dictation."""
        match event:
            case events.Ready():
                self.changed()
            case events.Alternatives():
                self._publish(to_json(event))
                line = alternatives_line([item.text for item in event.items])
                log.debug("told %s", self._for_log(line))
                self._publish(to_json(events.Notice(line)))
            case events.CommandList():
                listed = event.commands[:MAX_LISTED]
                omitted = event.omitted + len(event.commands) - len(listed)
                self._publish(to_json(replace(event, commands=listed, omitted=omitted)))
                self.on_event(events.Notice(help_line(event.commands)))
            case events.Undelivered():
                log.info("%d characters could not be typed and are kept: %s", len(event.text), event.stopped.value)
                self._publish(to_json(event))
                self.changed()
            case _:
                self._log(event)
                self._publish(to_json(event))

    def _log(self, event: events.Event) -> None:
        match event:
            case events.Notice():
                log.info("%s", self._for_log(event.message) if event.quotes_dictation else event.message)
            case events.Suggestion():
                log.debug("suggested %s", self._for_log(event.message))
            case events.Final():
                log.debug("heard %s, confidence %.2f", self._for_log(event.text), event.confidence)
            case events.Typed():
                stop = event.result.stopped_by
                outcome = stop.value if stop else "complete"
                log.debug("typed %s, erased %d, %s", self._for_log(event.text), event.erased, outcome)
            case events.Refused():
                # The reason may quote what was said.
                log.debug("refused, %s: %s", event.refusal.code.value, self._for_log(event.reason))

    # Of the session

    def changed(self) -> None:
        """Publish the state, because it has changed."""
        self._publish_event("state", **self._state())

    def failed(self, message: str, topic: str = "") -> None:
        """Publish and log an error message, one line. ``topic``: the part that does not work."""
        log.error("%s", message)
        self._publish_event("error", message=message, topic=topic)

    def level(self, rms: float, peak: float) -> None:
        """Publish the sound level, RMS and peak, in dBFS (at most 0)."""
        self._publish_event("level", rms_dbfs=round(rms, 1), peak_dbfs=round(peak, 1))

    def _publish_event(self, event: str, **values: object) -> None:
        self._publish({"event": event, **values})

    def _for_log(self, text: str) -> str:
        return repr(text) if self.log_dictated_text else f"{len(text.split())} words, {len(text)} characters"
