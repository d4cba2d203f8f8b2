"""A program that shows notifications, for tests: it remembers what it was told to show."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.desktop.private_bus import Service

NAME = "org.freedesktop.Notifications"


class Notification(NamedTuple):
    """What a call of Notify says, its arguments in order (Desktop Notifications Specification 1.2)."""

    app_name: str
    replaces_id: int
    app_icon: str
    summary: str
    body: str
    actions: list[str]
    hints: dict[str, Any]
    expire_timeout: int


class NotificationService(Service):
    """Gives ids from ``first`` on, and keeps the id of a notification that is replaced."""

    def __init__(self, address: str, capabilities: tuple[str, ...] = ("body", "body-markup"), first: int = 1) -> None:
        self._next = first
        super().__init__(
            address,
            NAME,
            {
                "GetCapabilities": lambda _: ("as", ([*capabilities],)),
                "Notify": self._notify,
                "CloseNotification": lambda _: ("", ()),
            },
        )

    def next_closed(self) -> int:
        """The number of the next notification that is closed; others that come before are passed over."""
        while True:
            member, arguments = self.next_call()
            if member == "CloseNotification":
                return int(arguments[0])

    def next_notification(self) -> Notification:
        """The next one, waited for."""
        while True:
            member, arguments = self.next_call()
            if member == "Notify":
                return Notification(*arguments)

    def notifications(self) -> list[Notification]:
        """Those that have come and were not yet asked for."""
        found = []
        while not self.calls.empty():
            member, arguments = self.calls.get()
            if member == "Notify":
                found.append(Notification(*arguments))
        return found

    def _notify(self, arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        number = arguments[1]
        if not number:
            number, self._next = self._next, self._next + 1
        return "u", (number,)
