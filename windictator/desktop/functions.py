"""Python functions that user commands call, in threads and for a limited time."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, fail

from windictator.dictation.interfaces import UtteranceInfo
from windictator.errors import WinDictatorError

CALL_TIMEOUT = 10.0
"""Maximum duration of one call, in seconds; a later result is ignored."""
_MAX_REASON_LENGTH = 200


class FunctionError(WinDictatorError):
    """Function that cannot be called, that failed, or that returned something else than text."""


class UserFunctions:
    """Caller of functions in modules in ``folder``, or in modules that are installed with this program.

    A thread cannot be ended. One that takes too long goes on, and its function is not called again meanwhile.
    reactor: provides the clock and ``callFromThread``.
    """

    def __init__(self, reactor: Any, folder: Path) -> None:
        self._reactor = reactor
        self._folder = folder
        self._running: set[str] = set()

    def reload(self, folder: Path) -> None:
        """Use the modules in ``folder`` from now on; import them again when they are next used."""
        with_files = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
        for name, file in with_files:
            if file and Path(file).is_relative_to(self._folder):
                del sys.modules[name]
        sys.path[:] = [path for path in sys.path if path != str(self._folder)]
        importlib.invalidate_caches()
        self._folder = folder

    def call(self, module: str, function: str, said: UtteranceInfo) -> Deferred[str | None]:
        """Call a function, see ``dictation.interfaces.Functions``."""
        name = f"{module}:{function}"
        if name in self._running:
            return fail(FunctionError(f"{name} is still running since its last call"))
        self._running.add(name)
        result: Deferred[str | None] = Deferred()
        threading.Thread(
            target=self._run_in_thread,
            args=(name, partial(self._call_function, module, function, said), result),
            daemon=True,
        ).start()

        def too_late(_result: object, seconds: float) -> Any:
            raise FunctionError(f"{name} takes longer than {seconds:g} seconds; its result is ignored")

        return result.addTimeout(CALL_TIMEOUT, self._reactor, too_late)

    # In a thread

    def _run_in_thread(self, name: str, work: Callable[[], str | None], result: Deferred[str | None]) -> None:
        try:
            text, failure = work(), None
        except FunctionError as error:
            text, failure = None, error
        except BaseException as error:  # a user's function may raise anything; it is reported in one line
            text, failure = None, FunctionError(f"{name} failed: {_describe_exception(error)}")
        self._reactor.callFromThread(self._call_done, name, result, text, failure)

    def _call_function(self, module: str, function: str, said: UtteranceInfo) -> str | None:
        folder = str(self._folder)
        if folder not in sys.path:
            sys.path.append(folder)  # last: a module there must not hide one of this program
        try:
            imported = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module}.".startswith(f"{error.name}."):
                raise
            raise FunctionError(f"there is no module {module!r} in {folder}") from None
        called = getattr(imported, function, None)
        if not callable(called):
            where = getattr(imported, "__file__", None) or "built in"
            raise FunctionError(f"the module {module!r} ({where}) has no function {function!r}")
        text = called(said)
        if text is not None and not isinstance(text, str):
            raise FunctionError(f"{module}:{function} returned {type(text).__name__}, not str or None")
        return text

    # In the reactor's thread

    def _call_done(
        self, name: str, result: Deferred[str | None], text: str | None, failure: FunctionError | None
    ) -> None:
        self._running.discard(name)
        if result.called:
            return
        if failure is not None:
            result.errback(failure)
        else:
            result.callback(text)


def _describe_exception(error: BaseException) -> str:
    """Return type, message and place of an exception in one line."""
    try:
        reason = " ".join(str(error).split())[:_MAX_REASON_LENGTH]
    except Exception:
        reason = ""
    place = ""
    traceback = error.__traceback__
    while traceback is not None:
        place = f" ({Path(traceback.tb_frame.f_code.co_filename).name}, line {traceback.tb_lineno})"
        traceback = traceback.tb_next
    return f"{type(error).__name__}{': ' if reason else ''}{reason}{place}"
