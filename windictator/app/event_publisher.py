"""What happens in a session, as plain events for whoever follows it, and as a log without words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from windictator.dictation.undelivered import UndeliveredText
from windictator.text.alternatives import alternatives_line, numbered_values
from windictator.text.catalogue import MAX_LISTED, CatalogueEntry, help_line, plain_values
from windictator.typist.result import TypingResult, stop_reason_values
from windictator.typist.window import x_id

log = logging.getLogger("windictator")


class EventPublisher:
    """A ``Listener`` and a session's ``Watcher`` that makes an event of everything.

    ``publish``: gets each event, plain values under ``event`` and other names. ``state``: what a "state" event holds.
    ``words_in_log``: whether the log may say what was dictated; otherwise it gives lengths.
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

    # ports.Listener

    def ready(self, window: str) -> None:
        """See ``windictator.ports.Listener``; so for the others."""
        self.changed()

    def notice(self, message: str) -> None:
        log.info("%s", message)
        self._publish_event("notice", message=message)

    def offer(self, message: str) -> None:
        log.debug("offered %s", self._for_log(message))
        self._publish_event("offer", message=message)

    def alternatives(self, text: str, items: Sequence[str]) -> None:
        self._publish_event("alternatives", text=text, items=numbered_values(items))
        line = alternatives_line(items)
        log.debug("told %s", self._for_log(line))
        self._publish_event("notice", message=line)

    def help(self, repertoire: Sequence[CatalogueEntry]) -> None:
        told = repertoire[:MAX_LISTED]
        self._publish_event("help", commands=plain_values(told), left_off=len(repertoire) - len(told))
        self.notice(help_line(repertoire))

    def partial(self, text: str) -> None:
        self._publish_event("partial", text=text)

    def final(self, text: str, confidence: float, doubtful: Sequence[int]) -> None:
        log.debug("heard %s, confidence %.2f", self._for_log(text), confidence)
        self._publish_event("final", text=text, confidence=round(confidence, 3), doubtful=list(doubtful))

    def typed(self, text: str, erased: int, typed: TypingResult) -> None:
        stop = typed.stopped_by
        log.debug("typed %s, erased %d, %s", self._for_log(text), erased, stop.value if stop else "complete")
        self._publish_event(
            "typed",
            text=text,
            erased=erased,
            confirmed=typed.confirmed,
            keys=typed.key_event_count,
            window=x_id(typed.window),
            **stop_reason_values(stop),
        )

    def refused(self, reason: str) -> None:
        # The reason may quote what was said.
        log.debug("refused: %s", self._for_log(reason))
        self._publish_event("refused", reason=reason)

    # session.Watcher

    def changed(self) -> None:
        """The state has changed."""
        self._publish_event("state", **self._state())

    def failed(self, message: str) -> None:
        """Something does not work."""
        log.error("%s", message)
        self._publish_event("error", message=message)

    def undelivered(self, text: UndeliveredText) -> None:
        """Words are held."""
        log.info("%d characters could not be typed and are held: %s", len(text.missing), text.reason.value)
        self._publish_event("held", text=text.missing, window=x_id(text.window), reason=text.reason.value)

    def level(self, rms: float, peak: float) -> None:
        """How loud it is: dB below full scale, at most 0."""
        self._publish_event("level", rms_dbfs=round(rms, 1), peak_dbfs=round(peak, 1))

    def _publish_event(self, event: str, **values: object) -> None:
        self._publish({"event": event, **values})

    def _for_log(self, text: str) -> str:
        return repr(text) if self.log_dictated_text else f"{len(text.split())} words, {len(text)} characters"
