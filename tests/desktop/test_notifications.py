"""Notifications: which events are shown, when, and what they replace; a missing service does no harm."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock

from tests.desktop.notification_service import Notification, NotificationService
from tests.desktop.own_reactor import OwnReactor
from tests.desktop.private_bus import PrivateBus
from windictator.desktop.bus_client import BusClient
from windictator.desktop.bus_errors import BusReplyError, ServiceUnknownError
from windictator.desktop.notifications import MIN_INTERVAL_S, Notifications
from windictator.dictation.events import Undelivered, to_json
from windictator.typist.result import StopReason


class FakeDesktop:
    """Answers as a bus with a program for notifications does; or fails with ``error``; or later, if ``slow``."""

    def __init__(self) -> None:
        self.shown: list[Notification] = []
        self.capabilities: Any = ["body"]
        self.owner = ":1.7"
        self.error: Exception | None = None
        self.number: Any = 40
        self.slow: list[Deferred[Any]] | None = None
        self.closed: list[int] = []

    def call(self, _destination: str, _path: str, _interface: str, member: str, *more: Any) -> Deferred[Any]:
        if self.error is not None:
            return fail(self.error)
        if member == "CloseNotification":
            self.closed += more[1]
            return succeed(())
        if member != "Notify":
            return succeed(({"GetCapabilities": self.capabilities, "GetNameOwner": self.owner, "GetId": "4f"}[member],))
        notification = Notification(*more[1])
        self.shown.append(notification)
        self.number += 1
        if self.slow is not None:
            self.slow.append(Deferred())
            return self.slow[-1]
        return succeed((notification.replaces_id or self.number,))

    @property
    def bodies(self) -> list[str]:
        return [each.body for each in self.shown]


@pytest.fixture
def desktop() -> FakeDesktop:
    return FakeDesktop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notifications(desktop: FakeDesktop, clock: Clock) -> Iterator[Notifications]:
    found = Notifications(clock, lambda: desktop)
    yield found
    found.close()
    assert not clock.getDelayedCalls()


def refuse(notifications: Notifications, reason: str) -> None:
    notifications.handle_event(
        {"event": "refused", "code": "no-list", "title": "Not changed", "reason": reason, "remedy": ""}
    )


def test_refusals_and_errors_are_shown(notifications: Notifications, desktop: FakeDesktop) -> None:
    """Refusals, held words and errors, transient and of normal urgency; the words themselves are not shown."""
    for event in (
        {"event": "state", "state": "paused"},
        {"event": "final", "text": "hello", "confidence": 1.0},
        {"event": "notice", "message": "no speech"},
        {"event": "refused", "title": "Not typed", "reason": "You clicked there.", "remedy": "Say it again."},
        {"event": "error", "message": "the microphone was lost"},
    ):
        notifications.handle_event(event)
    assert desktop.bodies == ["You clicked there.\nSay it again.", "the microphone was lost"]
    refusal = desktop.shown[0]
    assert refusal.app_name == "WinDictator"
    assert refusal.hints == {"transient": True, "urgency": ("y", 1)}
    assert refusal.expire_timeout == -1
    assert refusal.actions == []


def test_undelivered_text_is_shown(notifications: Notifications, desktop: FakeDesktop) -> None:
    """Why they are held and how to get them; not what they are."""
    notifications.handle_event(to_json(Undelivered("secret", 1, StopReason.FOCUS_CHANGED)))
    (shown,) = desktop.shown
    assert shown.summary == "Kept"
    assert shown.body == (
        'The focus moved to another window.\nClick back into the window. Your words are kept: say "type it here".'
    )


def test_alternatives(notifications: Notifications, desktop: FakeDesktop) -> None:
    """One line for each, with its number; they were asked for."""
    items = [{"number": 1, "text": "Whole"}, {"number": 2, "text": "Haul\n<b>"}]
    notifications.handle_event({"event": "alternatives", "text": "Hole", "items": items})
    assert [(each.summary, each.body) for each in desktop.shown] == [("Choose by number", "1  Whole\n2  Haul <b>")]


def test_offers(notifications: Notifications, desktop: FakeDesktop) -> None:
    """They come without a request, and can be turned off."""
    notifications.handle_event(
        {"event": "suggestion", "message": "to have it so always: windictator vocabulary add hole haul"}
    )
    notifications.configure(refusals=True, errors=True, alternatives=True, suggestions=False, timeout_ms=0)
    notifications.handle_event({"event": "suggestion", "message": "again"})
    assert [(each.summary, each.body) for each in desktop.shown] == [
        ("Make it a rule?", "to have it so always: windictator vocabulary add hole haul")
    ]


def test_help(notifications: Notifications, desktop: FakeDesktop) -> None:
    """It has a line for each group and names the full list; it is not shown if all kinds are off."""
    commands = [
        {"group": "Your own", "help": "Sign", "spoken": ["sign it", "sign"]},
        {"group": "Marks", "help": ",", "spoken": ["comma"]},
        {"group": "Marks", "help": ".", "spoken": ["period", "full stop"]},
    ]
    notifications.handle_event({"event": "command_list", "commands": commands, "omitted": 0})
    notifications.configure(refusals=False, errors=False, alternatives=False, suggestions=False, timeout_ms=0)
    notifications.handle_event({"event": "command_list", "commands": commands, "omitted": 0})
    (shown,) = desktop.shown
    assert shown.summary == "You can say"
    assert shown.body == "Your own: sign it\nMarks: comma, period\nAll commands: windictator commands"


def test_settings(notifications: Notifications, desktop: FakeDesktop, clock: Clock) -> None:
    """Each kind can be turned off, and the time be chosen, while it runs."""
    notifications.configure(refusals=False, errors=True, alternatives=False, suggestions=False, timeout_ms=1234)
    notifications.handle_event({"event": "alternatives", "text": "x", "items": [{"number": 1, "text": "y"}]})
    refuse(notifications, "a")
    notifications.handle_event({"event": "error", "message": "b"})
    notifications.configure(refusals=True, errors=False, alternatives=True, suggestions=True, timeout_ms=0)
    notifications.handle_event({"event": "error", "message": "c"})
    refuse(notifications, "d")
    clock.advance(MIN_INTERVAL_S)
    assert [(each.body, each.expire_timeout) for each in desktop.shown] == [("b", 1234), ("d", -1)]


def test_each_kind_replaces_its_own(notifications: Notifications, desktop: FakeDesktop, clock: Clock) -> None:
    """A second refusal takes the place of the first, an error has a place of its own."""
    for number in range(3):
        refuse(notifications, f"refusal {number}")
        notifications.handle_event({"event": "error", "message": f"error {number}"})
        clock.advance(MIN_INTERVAL_S)
    assert [each.replaces_id for each in desktop.shown] == [0, 0, 41, 42, 41, 42]


def test_new_service_gets_new_notifications(notifications: Notifications, desktop: FakeDesktop, clock: Clock) -> None:
    """A number of a program that has ended may belong to another notification now."""
    refuse(notifications, "a")
    clock.advance(MIN_INTERVAL_S)
    desktop.owner = ":1.8"
    refuse(notifications, "b")
    clock.advance(MIN_INTERVAL_S)
    refuse(notifications, "c")
    assert [each.replaces_id for each in desktop.shown] == [0, 0, 42]


def states(notifications: Notifications, *states: dict[str, object]) -> None:
    for state in states:
        notifications.handle_event({"event": "state", "state": "listening", "microphone": "open", **state})


@pytest.mark.parametrize(
    ("event", "bad", "good"),
    [
        (
            {"event": "refused", "title": "Not typed", "reason": "asleep", "remedy": ""},
            {"mode": "asleep"},
            {"mode": "dictation"},
        ),
        (
            {"event": "undelivered", "title": "Kept", "reason": "moved", "remedy": ""},
            {"undelivered": 1},
            {"undelivered": 0},
        ),
        ({"topic": "recognizer"}, {"recognizer": "failed"}, {"recognizer": "ready"}),
        ({"topic": "display"}, {"display_connected": False}, {"display_connected": True}),
        ({"topic": "settings"}, {"settings_error": "words.toml:2"}, {"settings_error": ""}),
        ({"topic": "hotkeys"}, {"hotkey_errors": ["taken"]}, {"hotkey_errors": []}),
        ({"topic": "microphone"}, {"microphone": "waiting"}, {"state": "paused", "microphone": "closed"}),
    ],
)
def test_what_is_no_longer_true_is_closed(
    notifications: Notifications,
    desktop: FakeDesktop,
    clock: Clock,
    event: dict[str, object],
    bad: dict[str, object],
    good: dict[str, object],
) -> None:
    """Each topic ends when the state says so, whichever comes first of the state and the message; no other does."""
    states(notifications, {}, bad)
    notifications.handle_event({"event": "error", "message": "something else"})
    notifications.handle_event({"event": "error", "message": "x", **event})
    states(notifications, bad)
    assert desktop.closed == []
    states(notifications, good, good)
    assert desktop.closed == [42]
    clock.advance(MIN_INTERVAL_S)
    states(notifications, bad, good)
    assert desktop.closed == [42], "nothing is shown that had to be closed"


def test_microphone_that_is_back_is_said_once(notifications: Notifications, desktop: FakeDesktop, clock: Clock) -> None:
    """The line replaces the one about its loss; a microphone whose loss was not shown needs none."""
    states(notifications, {"microphone": "waiting"}, {})
    notifications.handle_event({"event": "error", "message": "lost", "topic": "microphone"})
    states(notifications, {"microphone": "waiting"}, {}, {})
    clock.advance(MIN_INTERVAL_S)
    states(notifications, {"mode": "command"})
    assert [(each.body, each.replaces_id) for each in desktop.shown] == [("lost", 0), ("Microphone is back.", 41)]
    assert desktop.closed == []


def test_alternatives_are_closed_when_something_is_typed(notifications: Notifications, desktop: FakeDesktop) -> None:
    """The list is of no use any more."""
    items = [{"number": 1, "text": "Whole"}]
    notifications.handle_event({"event": "alternatives", "text": "Hole", "items": items})
    notifications.handle_event({"event": "typed", "text": "Whole"})
    assert desktop.closed == [41]


def test_notification_that_is_still_on_its_way_is_closed(
    notifications: Notifications, desktop: FakeDesktop, clock: Clock
) -> None:
    """Its number comes later than the news; one that waits behind it is never shown."""
    desktop.slow = []
    notifications.handle_event({"event": "error", "message": "a", "topic": "display"})
    notifications.handle_event({"event": "error", "message": "b", "topic": "display"})
    states(notifications, {"display_connected": False}, {"display_connected": True})
    desktop.slow[0].callback((7,))
    clock.advance(MIN_INTERVAL_S)
    assert (desktop.bodies, desktop.closed) == (["a"], [7])


def test_number_of_another_program_is_not_closed(notifications: Notifications, desktop: FakeDesktop) -> None:
    """After a restart of the desktop the number may be that of another notification."""
    notifications.handle_event({"event": "error", "message": "a", "topic": "display"})
    desktop.owner = ":1.8"
    states(notifications, {"display_connected": False}, {"display_connected": True})
    assert desktop.closed == []


def test_only_the_last_of_many_is_shown(notifications: Notifications, desktop: FakeDesktop, clock: Clock) -> None:
    """A hundred refusals in a second are two notifications, the first and the last."""
    for number in range(100):
        refuse(notifications, str(number))
        clock.advance(MIN_INTERVAL_S / 200)
    assert desktop.bodies == ["0"]
    clock.advance(MIN_INTERVAL_S)
    assert desktop.bodies == ["0", "99"]
    clock.advance(MIN_INTERVAL_S)
    assert desktop.bodies == ["0", "99"]


def test_slow_desktop(notifications: Notifications, desktop: FakeDesktop, clock: Clock) -> None:
    """Nothing is sent before the one under way has its number; the end does not wait for it."""
    desktop.slow = []
    refuse(notifications, "a")
    refuse(notifications, "b")
    clock.advance(10 * MIN_INTERVAL_S)
    assert desktop.bodies == ["a"]
    desktop.slow[0].callback((7,))
    clock.advance(MIN_INTERVAL_S)
    assert [(each.body, each.replaces_id) for each in desktop.shown] == [("a", 0), ("b", 7)]


@pytest.mark.parametrize(
    ("capabilities", "summary", "body"),
    [
        (["body", "body-markup"], "Not changed", "a &lt;b&gt; &amp; 'c' nothing"),
        (["body"], "Not changed", "a <b> & 'c' nothing"),
        ([], "Not changed: a <b> & 'c' nothing", ""),
    ],
)
def test_text(
    notifications: Notifications, desktop: FakeDesktop, capabilities: list[str], summary: str, body: str
) -> None:
    """Escaped where it would be markup, one line, and in the title where there is nothing but titles."""
    desktop.capabilities = capabilities
    refuse(notifications, "a <b> & 'c'\nnothing")
    assert (desktop.shown[0].summary, desktop.shown[0].body) == (summary, body)


def test_text_that_cannot_be_sent(notifications: Notifications, desktop: FakeDesktop) -> None:
    """D-Bus has neither NUL nor lone surrogates, and a thousand characters are too long to read."""
    refuse(notifications, "a\0b\ud800c" + "x" * 1000)
    (body,) = desktop.bodies
    assert body.startswith("a b c")
    assert len(body) == 300


def test_missing_service_is_logged_once(
    notifications: Notifications, desktop: FakeDesktop, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged once, not as an error; after a service was there, its loss is logged again."""
    caplog.set_level(logging.DEBUG, "windictator")
    desktop.error = ServiceUnknownError("no service")
    for _ in range(5):
        refuse(notifications, "a")
        clock.advance(MIN_INTERVAL_S)
    assert [(each.levelno, each.getMessage()) for each in caplog.records] == [
        (logging.INFO, "cannot show notifications: no service")
    ]
    desktop.error = None
    refuse(notifications, "b")
    clock.advance(MIN_INTERVAL_S)
    assert desktop.bodies == ["b"]
    desktop.error = ServiceUnknownError("gone")
    refuse(notifications, "c")
    assert len(caplog.records) == 2


def test_dictated_text_is_not_logged(
    notifications: Notifications, desktop: FakeDesktop, caplog: pytest.LogCaptureFixture
) -> None:
    """A desktop that refuses a notification may quote it."""
    caplog.set_level(logging.DEBUG, "windictator")
    desktop.error = BusReplyError('"secret" is too long', "org.example.TooLong")
    refuse(notifications, '"secret" does not stand here')
    assert "org.example.TooLong" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(("capabilities", "number"), [(7, 1), (["body"], "seven")])
def test_invalid_replies_are_logged(
    notifications: Notifications,
    desktop: FakeDesktop,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    capabilities: Any,
    number: Any,
) -> None:
    """A program that answers nonsense disturbs nothing."""
    caplog.set_level(logging.INFO, "windictator")
    desktop.capabilities, desktop.slow = capabilities, []
    refuse(notifications, "a")
    for answer in desktop.slow:
        answer.callback((number,))
    assert "cannot show notifications" in caplog.text
    desktop.capabilities, desktop.slow = ["body"], None
    clock.advance(MIN_INTERVAL_S)
    refuse(notifications, "b")
    assert desktop.bodies[-1] == "b"
    assert desktop.shown[-1].replaces_id == 0


@pytest.mark.slow
def test_notifications_on_a_real_bus(own_reactor: OwnReactor, private_bus: PrivateBus, session_bus: BusClient) -> None:
    """Through the bus as the specification has it; a restarted service and a restarted bus are found again."""
    notifications = Notifications(own_reactor, lambda: session_bus, timeout_ms=5000)
    with NotificationService(private_bus.address, first=7) as service:
        for text, body, replaced in (("a < b", "a &lt; b", 0), ("c & d", "c &amp; d", 7)):
            refuse(notifications, text)
            own_reactor.run_until(lambda: not service.calls.empty() and service.calls.queue[-1][0] == "Notify")
            shown = service.next_notification()
            assert (shown.body, shown.replaces_id) == (body, replaced)
            assert shown.hints == {"transient": ("b", True), "urgency": ("y", 1)}
            assert shown.expire_timeout == 5000
    private_bus.stop()
    private_bus.start()
    with NotificationService(private_bus.address) as service:
        refuse(notifications, "after")
        own_reactor.run_until(lambda: not service.calls.empty() and service.calls.queue[-1][0] == "Notify")
        assert service.next_notification().replaces_id == 0
    notifications.close()
