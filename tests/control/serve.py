"""A process that serves a control socket with a toy behind it: what the tests of server and client talk to.

Arguments: the socket's path, then settings of the server's module as NAME=NUMBER, or user=UID. Says "ready" when it
listens and "closed" when it has ended in order.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from windictator.control import server as server_module
from windictator.control.server import ControlServer
from windictator.errors import WinDictatorError


class Toy:
    """Does what the text of "say" tells it to."""

    def __init__(self) -> None:
        self.server: Any = None
        self.waiting: list[Deferred[None]] = []
        self.followers: list[tuple[int, bool]] = []
        self.said: dict[str, Callable[..., Any]] = {
            "wait": self._wait,
            "refuse": self._refuse,
            "break": lambda: {}["the secret words"],
            "nonsense": lambda: {"value": object()},
            "nan": lambda: {"value": float("nan")},
            "large": lambda: {"text": "x" * 300_000},
            "overwrite": lambda: {"id": 99, "ok": False, "v": 7, "text": "kept"},
            "publish": self._publish,
        }

    def answer(self, verb: str, arguments: Mapping[str, Any]) -> Mapping[str, object] | Awaitable[Mapping[str, object]]:
        if verb == "status":
            return {"state": "listening", "pages": resident_pages(), "followers": self.followers}
        if verb == "say":
            name, *rest = arguments["text"].split()
            return self.said[name](*rest)
        if verb == "type":
            return {"text": arguments["text"]}
        if verb == "cancel":
            waiting, self.waiting = self.waiting, []
            for each in waiting:
                each.callback(None)
        if verb == "stop":
            self.server.close().addCallback(lambda _: reactor.stop())
        return dict(arguments)

    async def _wait(self) -> Mapping[str, object]:
        cancelled: Deferred[None] = Deferred()
        self.waiting.append(cancelled)
        await cancelled
        return {"text": "waited"}

    def _refuse(self) -> Mapping[str, object]:
        error = WinDictatorError("no,\nnot now")
        error.exit_status = 3
        raise error

    def _publish(self, name: str, count: str, size: str) -> Mapping[str, object]:
        for number in range(int(count)):
            self.server.publish({"event": name, "number": number, "text": "x" * int(size)})
        return {}


def resident_pages() -> int:
    """Memory of this process, in pages (proc(5))."""
    return int(Path("/proc/self/statm").read_text().split()[1])


def main() -> None:
    path, *settings = sys.argv[1:]
    user = None
    for name, _, value in (setting.partition("=") for setting in settings):
        if name == "user":
            user = int(value)
        else:
            assert hasattr(server_module, name)
            setattr(server_module, name, type(getattr(server_module, name))(value))
    toy = Toy()
    toy.server = ControlServer(
        reactor, Path(path), toy.answer, user=user, on_followers=lambda *now: toy.followers.append(now)
    )
    try:
        toy.server.listen()
    except WinDictatorError as error:
        sys.exit(str(error))
    print("ready", flush=True)
    reactor.run()
    print("closed", flush=True)


if __name__ == "__main__":
    main()
