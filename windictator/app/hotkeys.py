"""The hotkeys of the daemon: open while the display is, replaced by a reload."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from windictator.app.options import HotkeyOptions
from windictator.app.remote_control import RemoteControl
from windictator.errors import WinDictatorError
from windictator.typist.interfaces import ConnectionLostError
from windictator.x11.reconnecting_typist import ReconnectingTypist

if TYPE_CHECKING:
    from windictator.x11.hotkeys import Hotkeys


class HotkeyService:
    """Grabs the hotkeys on the display that is open.

    reactor: Twisted's reactor.
    display: the display; it learns which keys may be held while text is typed.
    remote_control: carries out the hotkeys.
    options: the combinations.
    on_failed: called with one line about a hotkey that does not work.
    on_problems_changed: called when ``problems`` has changed.
    """

    def __init__(
        self,
        reactor: Any,
        display: ReconnectingTypist,
        remote_control: RemoteControl,
        options: HotkeyOptions,
        on_failed: Callable[[str], None],
        on_problems_changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._reactor = reactor
        self._display = display
        self._remote_control = remote_control
        self._options = options
        self._on_failed = on_failed
        self._on_problems_changed = on_problems_changed
        self._hotkeys: Hotkeys | None = None

    @property
    def problems(self) -> list[str]:
        """One line about each hotkey that does nothing now."""
        return list(self._hotkeys.problems) if self._hotkeys is not None else []

    async def open(self) -> None:
        """Grab the keys; report those that cannot be grabbed."""
        backend = self._display.backend
        if not self._options.combinations or backend is None:
            return
        from windictator.x11.hotkeys import Hotkeys  # here, because most users have none

        self._hotkeys = hotkeys = Hotkeys(
            self._reactor,
            backend,
            self._options.combinations,
            self._remote_control.handle_hotkey,
            on_notice=self._on_failed,
            on_grabbed_elsewhere=self._remote_control.handle_grabbed_hotkey,
            on_allowed_keys=self._display.allow_keys,
            tap_max_s=self._options.tap_max_s,
        )
        hotkeys.on_problems_changed = self._on_problems_changed
        try:
            await hotkeys.start()
        except WinDictatorError as error:
            self.close()
            if not isinstance(error, ConnectionLostError):  # the hotkeys come back with the display
                self._on_failed(str(error))

    def close(self) -> None:
        """Release the keys."""
        hotkeys, self._hotkeys = self._hotkeys, None
        if hotkeys is not None:
            hotkeys.stop()

    async def apply(self, options: HotkeyOptions) -> None:
        """Use other combinations."""
        if options != self._options:
            self._options = options
            self.close()
            await self.open()
