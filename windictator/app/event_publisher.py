"""What happens in a session, as plain events for whoever follows it, and as a log without words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from windictator.dictation.undelivered import Held
from windictator.text.alternatives import alternatives_line, numbered
from windictator.text.catalogue import MOST_TOLD, Sayable, help_line, values
from windictator.typist.result import Typed, stop_values
from windictator.typist.window import x_id

log = logging.getLogger("windictator")


class Events:
    """A ``Listener`` and a session's ``Watcher`` that makes an event of everything.

    ``publish``: gets each event, plain values under ``event`` and other names. ``state``: what a "state" event holds.
    ``words_in_log``: whether the log may say what was dictated; otherwise it gives lengths.
    """

    def __init__(
        self,
        publish: Callable[[Mapping[str, object]], None],
        state: Callable[[], Mapping[str, object]],
        words_in_log: bool = False,
    ) -> None:
        self._publish = publish
        self._state = state
        self.words_in_log = words_in_log

    # ports.Listener

    def ready(self, window: str) -> None:
        """See ``windictator.ports.Listener``; so for the others."""
        self.changed()

    def notice(self, message: str) -> None:
        log.info("%s", message)
        self._tell("notice", message=message)

    def offer(self, message: str) -> None:
        log.debug("offered %s", self._shown(message))
        self._tell("offer", message=message)

    def alternatives(self, text: str, items: Sequence[str]) -> None:
        self._tell("alternatives", text=text, items=numbered(items))
        line = alternatives_line(items)
        log.debug("told %s", self._shown(line))
        self._tell("notice", message=line)

    def help(self, repertoire: Sequence[Sayable]) -> None:
        told = repertoire[:MOST_TOLD]
        self._tell("help", commands=values(told), left_off=len(repertoire) - len(told))
        self.notice(help_line(repertoire))

    def partial(self, text: str) -> None:
        self._tell("partial", text=text)

    def final(self, text: str, confidence: float, doubtful: Sequence[int]) -> None:
        log.debug("heard %s, confidence %.2f", self._shown(text), confidence)
        self._tell("final", text=text, confidence=round(confidence, 3), doubtful=list(doubtful))

    def typed(self, text: str, erased: int, typed: Typed) -> None:
        stop = typed.stopped_by
        log.debug("typed %s, erased %d, %s", self._shown(text), erased, stop.value if stop else "complete")
        self._tell(
            "typed",
            text=text,
            erased=erased,
            confirmed=typed.confirmed,
            keys=typed.keys,
            window=x_id(typed.window),
            **stop_values(stop),
        )

    def refused(self, reason: str) -> None:
        # The reason may quote what was said.
        log.debug("refused: %s", self._shown(reason))
        self._tell("refused", reason=reason)

    # session.Watcher

    def changed(self) -> None:
        """The state has changed."""
        self._tell("state", **self._state())

    def failed(self, message: str) -> None:
        """Something does not work."""
        log.error("%s", message)
        self._tell("error", message=message)

    def held(self, held: Held) -> None:
        """Words are held."""
        log.info("%d characters could not be typed and are held: %s", len(held.missing), held.reason.value)
        self._tell("held", text=held.missing, window=x_id(held.window), reason=held.reason.value)

    def level(self, rms: float, peak: float) -> None:
        """How loud it is: dB below full scale, at most 0."""
        self._tell("level", rms_dbfs=round(rms, 1), peak_dbfs=round(peak, 1))

    def _tell(self, event: str, **values: object) -> None:
        self._publish({"event": event, **values})

    def _shown(self, text: str) -> str:
        return repr(text) if self.words_in_log else f"{len(text.split())} words, {len(text)} characters"
