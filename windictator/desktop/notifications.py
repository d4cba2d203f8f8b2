"""What WinDictator refused, what has failed, what may be chosen and what it offers, as notifications of the desktop.

By the Desktop Notifications Specification of freedesktop.org, version 1.2. Each kind has one notification, which is
replaced by the next of its kind: they do not pile up, neither on the screen nor in a tray. Where nobody shows
notifications nothing happens; that is said once, in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple, Protocol

from twisted.internet.defer import CancelledError, Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.deferreds import Clock
from windictator.desktop.bus_errors import BusReplyError
from windictator.errors import WinDictatorError

MIN_INTERVAL_S = 1.0
"""Seconds from one notification of a kind to the next; of several in between only the last is shown."""
_MAX_TEXT_LENGTH = 300
_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_DESKTOP_DEFAULT = -1
#: Not "low", which GNOME does not show before somebody looks for it.
_NORMAL_URGENCY = 1

_log = logging.getLogger("windictator")


class Caller(Protocol):
    """``SessionBus.call``."""

    def __call__(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        arguments: Sequence[Any] = (),
    ) -> Deferred[tuple[Any, ...]]: ...


class _ShownNotification(NamedTuple):
    """A notification: who shows it, by its name there and the bus, and the number that it has there; 0 for none."""

    owner: str = ""
    number: int = 0


class Notifications:
    """Shows some of the events that a follower of the daemon gets.

    ``call``: calls a method on the session bus. ``refusals``: what was not carried out, and words that are held.
    ``errors``: what does not work. ``alternatives``: what else may have been said, for who has asked. ``offers``:
    rules for what was corrected more than once.
    ``timeout_ms``: milliseconds that a notification stays; 0: as the desktop does.
    """

    def __init__(
        self,
        clock: Clock,
        call: Caller,
        *,
        refusals: bool = True,
        errors: bool = True,
        alternatives: bool = True,
        offers: bool = True,
        timeout_ms: int = 0,
    ) -> None:
        self._call = call
        self._failure_logged = False
        self._refusal = _NotificationSlot(clock, self._show, "WinDictator refused")
        self._error = _NotificationSlot(clock, self._show, "WinDictator")
        self._alternative_list = _NotificationSlot(clock, self._show, "Choose by number")
        self._help = _NotificationSlot(clock, self._show, "You can say")
        self._suggestion = _NotificationSlot(clock, self._show, "A rule for good?")
        self.configure(
            refusals=refusals, errors=errors, alternatives=alternatives, offers=offers, timeout_ms=timeout_ms
        )

    def configure(self, *, refusals: bool, errors: bool, alternatives: bool, offers: bool, timeout_ms: int) -> None:
        """Change what is shown, from now on."""
        self._refusals, self._errors, self._alternatives, self._offers = refusals, errors, alternatives, offers
        self._timeout = timeout_ms or _DESKTOP_DEFAULT

    def handle_event(self, event: Mapping[str, object]) -> None:
        """Show an event if it is one to be shown; never raises, never waits."""
        match event:
            case {"event": "refused", "reason": str(reason)} if self._refusals:
                self._refusal.show(reason)
            case {"event": "undelivered", "reason": str(reason)} if self._refusals:
                self._refusal.show(f'{reason}; the words are kept: say "type it here"')
            case {"event": "error", "message": str(message)} if self._errors:
                self._error.show(message)
            case {"event": "alternatives", "items": [*items]} if self._alternatives:
                self._alternative_list.show(
                    *(f"{item['number']}  {item['text']}" for item in items if isinstance(item, dict))
                )
            case {"event": "suggestion", "message": str(message)} if self._offers:
                self._suggestion.show(message)
            case {"event": "command_list", "commands": [*commands]} if (
                self._refusals or self._errors or self._alternatives
            ):
                self._help.show(*_phrases_by_group(commands), "All of it: windictator commands")

    def close(self) -> None:
        """Show nothing more."""
        self._refusal.close()
        self._error.close()
        self._alternative_list.close()
        self._help.close()
        self._suggestion.close()

    async def _show(self, title: str, text: str, shown: _ShownNotification) -> _ShownNotification:
        try:
            (able,) = await self._call(_NAME, _PATH, _NAME, "GetCapabilities")
            owner = await self._find_owner()
            if not isinstance(able, list):
                raise ValueError(f"{owner} does not know what it is able to")
            body = escape(text, quote=False) if "body-markup" in able else text
            # Another program, or the same one started anew, may have given the number to somebody else's.
            replaced = shown.number if shown.owner == owner else 0
            (number,) = await self._call(
                _NAME,
                _PATH,
                _NAME,
                "Notify",
                "susssasa{sv}i",
                (
                    "WinDictator",
                    replaced,
                    "audio-input-microphone",
                    title if "body" in able else f"{title}: {text}",
                    body if "body" in able else "",
                    [],
                    {"transient": True, "urgency": ("y", _NORMAL_URGENCY)},
                    self._timeout,
                ),
            )
            if not isinstance(number, int):
                raise ValueError(f"{owner} does not number its notifications")
        except (WinDictatorError, ValueError) as error:  # ValueError: other values than the specification says
            if not self._failure_logged:
                self._failure_logged = True
                # What a program refuses it may quote, and with it what was dictated.
                reason = f"the desktop answers {error.name}" if isinstance(error, BusReplyError) else error
                _log.info("notifications of the desktop cannot be shown: %s", reason)
            return shown
        self._failure_logged = False
        return _ShownNotification(owner, number)

    async def _find_owner(self) -> str:
        """Who shows notifications now. A bus gives no name twice, another bus gives the same names again."""
        bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
        (owner,) = await self._call(*bus, "GetNameOwner", "s", (_NAME,))
        (bus_id,) = await self._call(*bus, "GetId")
        return f"{owner} of {bus_id}"


class _NotificationSlot:
    """The one notification of a kind.

    ``show``: shows a text in the place of what is shown, and gives what is shown then.
    """

    def __init__(
        self, clock: Clock, show: Callable[[str, str, _ShownNotification], Awaitable[_ShownNotification]], title: str
    ) -> None:
        self._clock = clock
        self._show = show
        self._title = title
        self._shown = _ShownNotification()
        self._next_text = ""
        self._showing: Deferred[None] | None = None
        self._pause_timer: Any = None
        self._closed = False

    def show(self, *lines: str) -> None:
        """Show a text, at once or when the one before has been shown for a moment."""
        self._next_text = "\n".join(map(_one_line, lines))
        if self._showing is None and self._pause_timer is None and not self._closed:
            self._show_next()

    def close(self) -> None:
        """Show nothing more; what is shown stays as long as the desktop likes."""
        self._closed = True
        if self._pause_timer is not None:
            self._pause_timer.cancel()
        if self._showing is not None:
            self._showing.cancel()

    def _show_next(self) -> None:
        text, self._next_text = self._next_text, ""
        self._showing = showing = ensureDeferred(self._show_text(text))
        showing.addBoth(self._start_pause).addErrback(_ignore_cancelled)

    async def _show_text(self, text: str) -> None:
        self._shown = await self._show(self._title, text, self._shown)

    def _start_pause(self, result: Any) -> Any:
        self._showing = None
        if not self._closed:
            self._pause_timer = self._clock.callLater(MIN_INTERVAL_S, self._pause_ended)
        return result

    def _pause_ended(self) -> None:
        self._pause_timer = None
        if self._next_text:
            self._show_next()


def _phrases_by_group(commands: Sequence[Any]) -> list[str]:
    """A line for each group of what can be said, with the first phrase of each."""
    groups: dict[str, list[str]] = {}
    for command in commands:
        groups.setdefault(command["group"], []).append(command["spoken"][0])
    return [f"{group}: {', '.join(phrases)}" for group, phrases in groups.items()]


def _one_line(text: str) -> str:
    """What a notification can hold: no control characters, no half of a surrogate pair, and not too much."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= _MAX_TEXT_LENGTH else f"{line[: _MAX_TEXT_LENGTH - 1]}…"


def _ignore_cancelled(failure: Failure) -> None:
    failure.trap(CancelledError)  # type: ignore[no-untyped-call]
