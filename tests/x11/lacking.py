"""An X server that seems to lack an extension: Xvfb cannot be started without RECORD or XKEYBOARD alone."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.x11.server import XServer

_FOLDER = Path("/tmp/.X11-unix")


@contextlib.contextmanager
def server_without(extension: str, server: XServer) -> Iterator[str]:
    """The name of a display that leads to ``server`` and misspells the extension's name on the way there."""
    with socket.socket(socket.AF_UNIX) as listening:
        number = next(number for number in range(90, 200) if not (_FOLDER / f"X{number}").exists())
        path = _FOLDER / f"X{number}"
        listening.bind(str(path))
        listening.listen()
        ending, end = socket.socketpair()
        passing = threading.Thread(target=_pass_on, args=(listening, ending, server, extension.encode()))
        passing.start()
        try:
            yield f":{number}"
        finally:
            end.close()
            passing.join()
            ending.close()
            path.unlink()


def _pass_on(listening: socket.socket, ending: socket.socket, server: XServer, name: bytes) -> None:
    """Pass on what comes from either side; ``ending`` becoming readable is the end."""
    with selectors.DefaultSelector() as selector, contextlib.ExitStack() as opened:
        selector.register(listening, selectors.EVENT_READ, None)
        selector.register(ending, selectors.EVENT_READ, None)
        while True:
            for key, _ in selector.select():
                if key.fileobj is ending:
                    return
                if key.fileobj is listening:
                    client, _ = listening.accept()
                    upstream = socket.socket(socket.AF_UNIX)
                    upstream.connect(str(_FOLDER / f"X{server.name.removeprefix(':')}"))
                    for side, other, misspelt in ((client, upstream, True), (upstream, client, False)):
                        opened.enter_context(side)
                        selector.register(side, selectors.EVENT_READ, (other, misspelt))
                    continue
                assert isinstance(key.fileobj, socket.socket)
                other, misspelt = key.data
                with contextlib.suppress(OSError):
                    data = key.fileobj.recv(65536)
                    if data:
                        other.sendall(data.replace(name, name.lower()) if misspelt else data)
                        continue
                selector.unregister(key.fileobj)
                with contextlib.suppress(OSError):
                    other.shutdown(socket.SHUT_WR)
