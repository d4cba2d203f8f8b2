"""Desktop notifications of refusals, errors, alternatives and suggestions.

Source: Desktop Notifications Specification of freedesktop.org, version 1.2. Each kind has one notification, which the
next of its kind replaces, so they do not fill the screen or a tray. If no program shows notifications, that is logged
once.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from twisted.internet.defer import CancelledError, Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.deferreds import Clock
from windictator.desktop.bus_errors import BusReplyError
from windictator.errors import WinDictatorError

if TYPE_CHECKING:
    from windictator.dictation.interfaces import Bus

MIN_INTERVAL_S = 1.0
"""Minimum time between two notifications of a kind, in seconds; of several meanwhile only the last is shown."""
_MAX_TEXT_LENGTH = 300
_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_DESKTOP_DEFAULT = -1
#: Not "low", because GNOME hides those in its list.
_NORMAL_URGENCY = 1

_log = logging.getLogger("windictator")


class _ShownNotification(NamedTuple):
    """Notification that is shown.

    owner: name of the program that shows it, and of its bus.
    number: number of the notification there, 0 for none.
    """

    owner: str = ""
    number: int = 0


class Notifications:
    """Notifications of some of the daemon's events.

    find_bus: returns the session bus.
    refusals: show what was refused, and text that was kept undelivered.
    errors: show errors.
    alternatives: show alternatives that were requested.
    suggestions: show suggestions of rules, after repeated corrections.
    timeout_ms: time that a notification stays (milliseconds), 0 for the desktop's default.
    """

    def __init__(
        self,
        clock: Clock,
        find_bus: Callable[[], Bus],
        *,
        refusals: bool = True,
        errors: bool = True,
        alternatives: bool = True,
        suggestions: bool = True,
        timeout_ms: int = 0,
    ) -> None:
        self._find_bus = find_bus
        self._failure_logged = False
        self._refusal = _NotificationSlot(clock, self._show, "Not done")
        self._error = _NotificationSlot(clock, self._show, "WinDictator")
        self._alternative_list = _NotificationSlot(clock, self._show, "Choose by number")
        self._help = _NotificationSlot(clock, self._show, "You can say")
        self._suggestion = _NotificationSlot(clock, self._show, "Make it a rule?")
        self.configure(
            refusals=refusals, errors=errors, alternatives=alternatives, suggestions=suggestions, timeout_ms=timeout_ms
        )

    def configure(
        self, *, refusals: bool, errors: bool, alternatives: bool, suggestions: bool, timeout_ms: int
    ) -> None:
        """Change what is shown from now on; parameters as for the class."""
        self._refusals, self._errors, self._alternatives, self._suggestions = (
            refusals,
            errors,
            alternatives,
            suggestions,
        )
        self._timeout = timeout_ms or _DESKTOP_DEFAULT

    def handle_event(self, event: Mapping[str, object]) -> None:
        """Show an event if its kind is shown; never raises, never waits."""
        match event:
            case {"event": "refused", "title": str(title), "reason": str(reason), "remedy": str(remedy)} if (
                self._refusals
            ):
                self._refusal.show(*filter(None, (reason, remedy)), title=title)
            case {"event": "undelivered", "title": str(title), "reason": str(reason), "remedy": str(remedy)} if (
                self._refusals
            ):
                self._refusal.show(*filter(None, (_sentence(reason), remedy)), title=title)
            case {"event": "error", "message": str(message)} if self._errors:
                self._error.show(message)
            case {"event": "alternatives", "items": [*items]} if self._alternatives:
                self._alternative_list.show(
                    *(f"{item['number']}  {item['text']}" for item in items if isinstance(item, dict))
                )
            case {"event": "suggestion", "message": str(message)} if self._suggestions:
                self._suggestion.show(message)
            case {"event": "command_list", "commands": [*commands]} if (
                self._refusals or self._errors or self._alternatives
            ):
                self._help.show(*_phrases_by_group(commands), "All commands: windictator commands")

    def close(self) -> None:
        """Show no more notifications."""
        self._refusal.close()
        self._error.close()
        self._alternative_list.close()
        self._help.close()
        self._suggestion.close()

    async def _show(self, title: str, text: str, shown: _ShownNotification) -> _ShownNotification:
        try:
            bus = self._find_bus()
            (capabilities,) = await bus.call(_NAME, _PATH, _NAME, "GetCapabilities", "", ())
            owner = await _find_owner(bus)
            if not isinstance(capabilities, list):
                raise ValueError(f"{owner} did not return its capabilities")
            body = escape(text, quote=False) if "body-markup" in capabilities else text
            # Another program, or the same one after a restart, may have given the number to another notification.
            replaced = shown.number if shown.owner == owner else 0
            (number,) = await bus.call(
                _NAME,
                _PATH,
                _NAME,
                "Notify",
                "susssasa{sv}i",
                (
                    "WinDictator",
                    replaced,
                    "audio-input-microphone",
                    title if "body" in capabilities else f"{title}: {text}",
                    body if "body" in capabilities else "",
                    [],
                    {"transient": True, "urgency": ("y", _NORMAL_URGENCY)},
                    self._timeout,
                ),
            )
            if not isinstance(number, int):
                raise ValueError(f"{owner} did not return the number of the notification")
        except (WinDictatorError, ValueError) as error:  # ValueError: a reply that differs from the specification
            if not self._failure_logged:
                self._failure_logged = True
                # The message of an error reply may quote dictated text.
                reason = f"the desktop replied {error.name}" if isinstance(error, BusReplyError) else error
                _log.info("cannot show notifications: %s", reason)
            return shown
        self._failure_logged = False
        return _ShownNotification(owner, number)


class _NotificationSlot:
    """Place for the one notification of a kind.

    show: shows a title and a text instead of a notification, and returns the new one.
    title: title of notifications of this kind that have no title of their own.
    """

    def __init__(
        self, clock: Clock, show: Callable[[str, str, _ShownNotification], Awaitable[_ShownNotification]], title: str
    ) -> None:
        self._clock = clock
        self._show = show
        self._title = title
        self._shown = _ShownNotification()
        self._next_text = ""
        self._next_title = title
        self._showing: Deferred[None] | None = None
        self._pause_timer: Any = None
        self._closed = False

    def show(self, *lines: str, title: str = "") -> None:
        """Show lines of text, at once or when the last notification has been shown for a moment.

        ``title``: another title than that of this kind.
        """
        self._next_text = "\n".join(map(_one_line, lines))
        self._next_title = title or self._title
        if self._showing is None and self._pause_timer is None and not self._closed:
            self._show_next()

    def close(self) -> None:
        """Show no more; the last notification stays as long as the desktop keeps it."""
        self._closed = True
        if self._pause_timer is not None:
            self._pause_timer.cancel()
        if self._showing is not None:
            self._showing.cancel()

    def _show_next(self) -> None:
        text, self._next_text = self._next_text, ""
        self._showing = showing = ensureDeferred(self._show_text(self._next_title, text))
        showing.addBoth(self._start_pause).addErrback(_ignore_cancelled)

    async def _show_text(self, title: str, text: str) -> None:
        self._shown = await self._show(title, text, self._shown)

    def _start_pause(self, result: Any) -> Any:
        self._showing = None
        if not self._closed:
            self._pause_timer = self._clock.callLater(MIN_INTERVAL_S, self._pause_ended)
        return result

    def _pause_ended(self) -> None:
        self._pause_timer = None
        if self._next_text:
            self._show_next()


async def _find_owner(bus: Bus) -> str:
    """Return which program shows notifications now, and its bus: names are unique on one bus only."""
    names = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
    (owner,) = await bus.call(*names, "GetNameOwner", "s", (_NAME,))
    (bus_id,) = await bus.call(*names, "GetId", "", ())
    return f"{owner} of {bus_id}"


def _phrases_by_group(commands: Sequence[Any]) -> list[str]:
    """Return a line for each group of commands, with the first phrase of each command."""
    groups: dict[str, list[str]] = {}
    for command in commands:
        groups.setdefault(command["group"], []).append(command["spoken"][0])
    return [f"{group}: {', '.join(phrases)}" for group, phrases in groups.items()]


def _one_line(text: str) -> str:
    """Return ``text`` without control characters and lone surrogates, cut to the maximum length."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= _MAX_TEXT_LENGTH else f"{line[: _MAX_TEXT_LENGTH - 1]}…"


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."


def _ignore_cancelled(failure: Failure) -> None:
    failure.trap(CancelledError)  # type: ignore[no-untyped-call]
