"""Server of a control socket with a toy behind it, run as a process by the tests of server and client.

Arguments: the socket's path, then settings.
NAME=NUMBER sets a constant of the module ``server_client``.
user=UID sets the only user who is served.
descriptors=NUMBER limits the process's file descriptors.

It prints "ready" when it listens and "closed" when it has ended in order.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from windictator.app.control import server_client
from windictator.app.control.server import ControlServer
from windictator.errors import WinDictatorError


class Toy:
    """Does what the text of "say" tells it to."""

    def __init__(self) -> None:
        self.server: Any = None
        self.state = "listening"
        self.asleep = False
        self.waiting: list[Deferred[None]] = []
        self.followers: list[tuple[int, bool]] = []
        self.said: dict[str, Callable[..., Any]] = {
            "wait": self._wait,
            "wait-aloud": lambda: self.type("long"),
            "refuse": self._refuse,
            "break": lambda: {}["the secret words"],
            "nonsense": lambda: {"value": object()},
            "nan": lambda: {"value": float("nan")},
            "large": lambda: {"text": "x" * 300_000},
            "wait-for-large": self._wait_for_large,
            "hello": lambda: {"text": "Hello", "erased": 0, "refused": None, "stopped": None, "reason": None},
            "unwanted": lambda: {"text": "", "erased": 0, "refused": "there is nothing to scratch", "stopped": None},
            "only": lambda *rest: {"refused": f"heard {' '.join(('only', *rest))!r}"},
            "sleep": self._sleep,
            "sealed": lambda: {"refused": "there is nothing to scratch: you typed", "can_force": True},
            "cut": lambda: {"text": "He", "stopped": "FOCUS_CHANGED", "reason": "the focus moved to another window"},
            "locked": lambda: {
                "text": "",
                "stopped": "GRABBED",
                "nothing_typed": True,
                "reason": "another program holds the keyboard",
            },
            "overwrite": lambda: {"id": 99, "ok": False, "v": 7, "text": "kept"},
            "publish": self._publish,
        }

    def answer(self, verb: str, arguments: Mapping[str, Any]) -> Mapping[str, object] | Awaitable[Mapping[str, object]]:
        if verb == "status":
            return {
                "state": self.state,
                "mode": "dictation",
                "pages": resident_pages(),
                "descriptors": len(list(Path("/proc/self/fd").iterdir())),
                "followers": self.followers,
            }
        if verb in ("pause", "resume", "toggle"):
            self.state = "paused" if self.state == "listening" and verb != "resume" else "listening"
            self.server.publish({"event": "state", "state": self.state, "mode": "dictation"})
            return {"state": self.state, "mode": "asleep" if self.asleep else "dictation"}
        if verb == "say":
            name, *rest = arguments["text"].split()
            if arguments["force"]:
                return {"text": "forced"}
            return self.said[name](*rest)
        if verb == "type":
            return self.type(arguments["text"])
        if verb == "history":
            all_of_them: list[dict[str, object]]
            all_of_them = [{"heard": f"number {n}", "typed": f"Number\n{n} "} for n in range(9)]
            all_of_them[3] |= {"typed": "", "window": 0}
            all_of_them[4] |= {"typed": "", "erased": 3}
            all_of_them[5] |= {"typed": "", "refused": "not now"}
            all_of_them[6] |= {"status": "erased", "undoable": True}
            all_of_them[7] |= {"undoable": True, "status": "", "application": "XTerm", "title": "my\n mail"}
            for each in all_of_them:
                each |= {"time": "2001-09-09T01:46:40.500+00:00", "window": each.get("window", 7)}
            return {"utterances": all_of_them[-arguments["count"] :]}
        if verb == "alternatives":
            items = [{"number": 1, "text": "Whole"}, {"number": 2, "text": "Haul\n"}]
            return {"text": "Hole", "items": items, "refused": None}
        if verb == "choose":
            return (
                {"refused": None}
                if arguments["number"] < 3
                else {"refused": "The list has no number 3.", "remedy": "Say 1 or 2."}
            )
        if verb == "undelivered-discard":
            return {"discarded": 2}
        if verb == "cancel":
            waiting, self.waiting = self.waiting, []
            for each in waiting:
                each.callback(None)
        if verb == "stop":
            self.server.close().addCallback(lambda _: reactor.stop())
        return dict(arguments)

    def type(self, text: str) -> Mapping[str, object] | Awaitable[Mapping[str, object]]:
        if text == "long":
            print("typing", flush=True)
            return self._type_until_cancelled()
        if text in self.said:
            return self.said[text]()
        return {"text": text, "keys": 2 * len(text)}

    async def _type_until_cancelled(self) -> Mapping[str, object]:
        await self._wait()
        return {"text": "lo", "erased": 0, "refused": None, "stopped": "CANCELLED", "reason": "cancelled"}

    async def _wait(self) -> Mapping[str, object]:
        cancelled: Deferred[None] = Deferred()
        self.waiting.append(cancelled)
        await cancelled
        return {"text": "waited"}

    async def _wait_for_large(self) -> Mapping[str, object]:
        await self._wait()
        return {"text": "x" * 300_000}

    def _refuse(self) -> Mapping[str, object]:
        error = WinDictatorError("no,\nnot now")
        error.exit_status = 3
        raise error

    def _sleep(self) -> Mapping[str, object]:
        self.asleep = True
        return {}

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
        elif name == "descriptors":
            resource.setrlimit(resource.RLIMIT_NOFILE, (int(value), int(value)))
        else:
            assert hasattr(server_client, name)
            setattr(server_client, name, type(getattr(server_client, name))(value))
    toy = Toy()
    toy.server = ControlServer(
        reactor, Path(path), toy.answer, user=user, on_subscribers_changed=lambda *now: toy.followers.append(now)
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
