"""LibreOffice Writer as one of the windows of the soak of a day."""

from __future__ import annotations

from typing import Self

from Xlib import X
from Xlib.protocol import event

from tests.x11.office import WriterDocument
from tests.x11.server import XServer


class WriterWindow:
    """Writer with one document, used as the other clients are.

    Its autocorrection changes the case of what is typed, so its text is read in lower case.
    """

    def __init__(self, server: XServer) -> None:
        self._server = server
        self._document = WriterDocument(server, "gtk3")

    @property
    def window(self) -> int:
        """X id of its window."""
        return self._document.window

    def start(self) -> Self:
        """Wait until it shows an empty document and has the focus."""
        self._document.__enter__()
        self._restore_size()
        return self

    def _restore_size(self) -> None:
        """End the maximised state, as a window manager's client does (Extended Window Manager Hints, _NET_WM_STATE)."""
        display = self._server.display
        names = ("_NET_WM_STATE", "_NET_WM_STATE_MAXIMIZED_VERT", "_NET_WM_STATE_MAXIMIZED_HORZ")
        state, *maximised = map(display.intern_atom, names)
        window = display.create_resource_object("window", self.window)
        message = event.ClientMessage(window=window, client_type=state, data=(32, [0, *maximised, 1, 0]))
        root = display.screen().root
        root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        display.sync()

    def clear(self) -> None:
        """Begin with an empty document."""
        self._document.clear()

    def wait_for_length(self, length: int) -> str:
        """Return its text, which is not waited for."""
        return self._document.text().lower()

    def stop(self) -> None:
        """End it."""
        self._document.__exit__()
