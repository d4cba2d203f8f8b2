"""Reload of the settings while the daemon runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from windictator.app.options import (
    HistoryOptions,
    HotkeyOptions,
    LifeOptions,
    NotificationOptions,
    Options,
    ServiceOptions,
)
from windictator.app.options_from_settings import changed_start_only
from windictator.app.process.systemd import ServiceNotifier
from windictator.errors import WinDictatorError
from windictator.settings import Settings


class ReloadingError(WinDictatorError):
    """A reload was requested while another one was running."""

    def __init__(self) -> None:
        super().__init__("not reloaded: another reload is running; try again in a moment")


@dataclass(frozen=True, slots=True)
class Appliers:
    """One function for each field of ``Options``: it makes a running daemon use new options.

    They are called in this order. If ``service`` raises WinDictatorError, nothing has changed; the others do not fail.
    """

    service: Callable[[ServiceOptions], Awaitable[None]]
    history: Callable[[HistoryOptions], None]
    notifications: Callable[[NotificationOptions], None]
    life: Callable[[LifeOptions], None]
    hotkeys: Callable[[HotkeyOptions], Awaitable[None]]


class Reloader:
    """Reads the settings again and applies them.

    read_settings: returns the settings. Raises SettingsError.
    read_options: returns the options; it reads the files that the settings name. Raises WinDictatorError.
    settings: the current settings.
    appliers: make the daemon use new options.
    notifier: tells systemd about the reload.
    """

    def __init__(
        self,
        read_settings: Callable[[], Settings],
        read_options: Callable[[Settings], Options],
        settings: Settings,
        appliers: Appliers,
        notifier: ServiceNotifier,
    ) -> None:
        self._read_settings = read_settings
        self._read_options = read_options
        self._settings = settings
        self._appliers = appliers
        self._notifier = notifier
        self._is_reloading = False

    async def reload(self) -> str:
        """Reload the settings; if anything is wrong with them, the old ones are kept.

        Return one line for the user. Raises ReloadingError, WinDictatorError.
        """
        if self._is_reloading:
            raise ReloadingError
        self._is_reloading = True
        self._notifier.reloading()
        try:
            settings = self._read_settings()
            options = self._read_options(settings)
            await self._appliers.service(options.service)
            self._appliers.history(options.history)
            self._appliers.notifications(options.notifications)
            self._appliers.life(options.life)
            await self._appliers.hotkeys(options.hotkeys)
        finally:
            self._is_reloading = False
            self._notifier.ready()
        unused = changed_start_only(self._settings, settings)
        self._settings = settings
        if unused:
            return f"settings reloaded; {', '.join(unused)}: used at the next start"
        return "settings reloaded"
