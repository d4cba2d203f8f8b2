"""Desktop notifications of refusals, errors, alternatives and suggestions.

Source: Desktop Notifications Specification of freedesktop.org, version 1.2. Each topic has one notification, which the
next of its topic replaces, so they do not fill the screen or a tray. It is closed when it is no longer true, as far as
the events of the daemon tell. If no program shows notifications, that is logged
once.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from twisted.internet.defer import CancelledError, Deferred, ensureDeferred
from twisted.python.failure import Failure

from windictator.deferreds import Clock
from windictator.desktop.bus_errors import BusReplyError
from windictator.errors import WinDictatorError

if TYPE_CHECKING:
    from windictator.dictation.interfaces import Bus

MICROPHONE_IS_BACK = "Microphone is back."
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
        self._state: Mapping[str, object] = {}

        def slot(title: str) -> _NotificationSlot:
            return _NotificationSlot(clock, self._show, self._close_shown, title)

        self._refusal = slot("Not done")
        self._asleep = slot("Not done")
        self._undelivered = slot("Not done")
        self._errors_by_topic = {topic: slot("WinDictator") for topic in ("", *_ERROR_TOPICS)}
        self._alternative_list = slot("Choose by number")
        self._help = slot("You can say")
        self._suggestion = slot("Make it a rule?")
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
        """Show an event if its kind is shown, and close what it makes untrue; never raises, never waits."""
        match event:
            case {"event": "state"}:
                self._retire(self._state, event)
                self._state = event
            case {"event": "typed"}:
                self._alternative_list.retire()
            case {"event": "refused", "title": str(title), "reason": str(reason), "remedy": str(remedy)} if (
                self._refusals
            ):
                slot = self._asleep if self._state.get("mode") == "asleep" else self._refusal
                slot.show(*filter(None, (reason, remedy)), title=title)
            case {"event": "undelivered", "title": str(title), "reason": str(reason), "remedy": str(remedy)} if (
                self._refusals
            ):
                self._undelivered.show(*filter(None, (_sentence(reason), remedy)), title=title)
            case {"event": "error", "message": str(message)} if self._errors:
                topic = str(event.get("topic", ""))
                self._errors_by_topic.get(topic, self._errors_by_topic[""]).show(message)
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
        slots = (self._refusal, self._asleep, self._undelivered, self._alternative_list, self._help, self._suggestion)
        for slot in (*slots, *self._errors_by_topic.values()):
            slot.close()

    def _retire(self, before: Mapping[str, object], now: Mapping[str, object]) -> None:
        """Close what the change of the state makes untrue."""
        if before.get("mode") == "asleep" != now.get("mode"):
            self._asleep.retire()
        if before.get("undelivered") and not now.get("undelivered"):
            self._undelivered.retire()
        for topic, is_well in _ERROR_TOPICS.items():
            if is_well(now) and not is_well(before):
                slot = self._errors_by_topic[topic]
                if topic == "microphone" and slot.is_shown and now.get("microphone") == "open":
                    slot.show(MICROPHONE_IS_BACK)
                    slot.forget()
                else:
                    slot.retire()

    async def _close_shown(self, shown: _ShownNotification) -> None:
        """Close a notification, unless another program shows notifications now."""
        try:
            bus = self._find_bus()
            if await _find_owner(bus) == shown.owner:
                await bus.call(_NAME, _PATH, _NAME, "CloseNotification", "u", (shown.number,))
        except WinDictatorError:  # it is closed already: the user has done so, or its time is over
            pass

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


_ERROR_TOPICS: Mapping[str, Callable[[Mapping[str, object]], bool]] = {
    "microphone": lambda state: state.get("microphone", "open") in ("open", "closed"),
    "recognizer": lambda state: state.get("recognizer", "ready") == "ready",
    "display": lambda state: state.get("display_connected", True) is True,
    "settings": lambda state: not state.get("settings_error"),
    "hotkeys": lambda state: not state.get("hotkey_errors"),
}
"""Topic of an error -> function that tells, by a state, that all is well again."""


class _NotificationSlot:
    """Place for the one notification of a topic.

    show: shows a title and a text instead of a notification, and returns the new one.
    close_shown: closes a notification.
    title: title of notifications of this topic that have no title of their own.
    """

    def __init__(
        self,
        clock: Clock,
        show: Callable[[str, str, _ShownNotification], Awaitable[_ShownNotification]],
        close_shown: Callable[[_ShownNotification], Coroutine[Deferred[Any], Any, None]],
        title: str,
    ) -> None:
        self._clock = clock
        self._show = show
        self._close_shown = close_shown
        self._title = title
        self._shown = _ShownNotification()
        self._next_text = ""
        self._next_title = title
        self._is_retired = False
        self.is_shown = False
        """Whether a notification was shown, or will be, that has not been retired."""
        self._showing: Deferred[None] | None = None
        self._closing: Deferred[None] | None = None
        self._pause_timer: Any = None
        self._closed = False

    def show(self, *lines: str, title: str = "") -> None:
        """Show lines of text, at once or when the last notification has been shown for a moment.

        ``title``: another title than that of this kind.
        """
        self._next_text = "\n".join(map(_one_line, lines))
        self._next_title = title or self._title
        self.is_shown, self._is_retired = True, False
        if self._showing is None and self._pause_timer is None and not self._closed:
            self._show_next()

    def retire(self) -> None:
        """Close the notification, as it is no longer true; drop one that is not shown yet."""
        if not self.is_shown:
            return
        self.is_shown, self._next_text = False, ""
        if self._showing is not None:
            self._is_retired = True
        elif not self._closed:
            self._close_now()

    def forget(self) -> None:
        """Note that what is shown last needs not be retired."""
        self.is_shown = False

    def close(self) -> None:
        """Show no more; the last notification stays as long as the desktop keeps it."""
        self._closed = True
        if self._pause_timer is not None:
            self._pause_timer.cancel()
        for pending in (self._showing, self._closing):
            if pending is not None:
                pending.cancel()

    def _show_next(self) -> None:
        text, self._next_text = self._next_text, ""
        self._showing = showing = ensureDeferred(self._show_text(self._next_title, text))
        showing.addBoth(self._start_pause).addErrback(_ignore_cancelled)

    async def _show_text(self, title: str, text: str) -> None:
        self._shown = await self._show(title, text, self._shown)

    def _close_now(self) -> None:
        shown, self._shown = self._shown, _ShownNotification()
        if shown.number:
            closing = self._closing = ensureDeferred(self._close_shown(shown))
            closing.addErrback(_ignore_cancelled)

    def _start_pause(self, result: Any) -> Any:
        self._showing = None
        if self._is_retired and not self._closed:
            self._is_retired = False
            self._close_now()
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
