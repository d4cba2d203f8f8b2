"""Functions of Python that a user's own commands call: in threads of their own, for a limited time."""

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
"""Seconds for one call; what is returned later is ignored."""
_MAX_REASON_LENGTH = 200


class FunctionError(WinDictatorError):
    """A function cannot be called, or did not do what it should."""


class UserFunctions:
    """Calls functions in modules of ``folder``, or of whatever else is installed where this program is.

    ``reactor``: its clock, and ``callFromThread``. A thread cannot be ended: one that takes too long goes on, and its
    function is not called again meanwhile.
    """

    def __init__(self, reactor: Any, folder: Path) -> None:
        self._reactor = reactor
        self._folder = folder
        self._running: set[str] = set()

    def reload(self, folder: Path) -> None:
        """Read the modules in ``folder`` anew when they are used next."""
        with_files = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
        for name, file in with_files:
            if file and Path(file).is_relative_to(self._folder):
                del sys.modules[name]
        sys.path[:] = [path for path in sys.path if path != str(self._folder)]
        importlib.invalidate_caches()
        self._folder = folder

    def call(self, module: str, function: str, said: UtteranceInfo) -> Deferred[str | None]:
        """See ``windictator.ports.Functions``."""
        name = f"{module}:{function}"
        if name in self._running:
            return fail(FunctionError(f"{name} is still at work since it was called last"))
        self._running.add(name)
        result: Deferred[str | None] = Deferred()
        threading.Thread(
            target=self._run_in_thread,
            args=(name, partial(self._call_function, module, function, said), result),
            daemon=True,
        ).start()

        def too_late(_result: object, seconds: float) -> Any:
            raise FunctionError(f"{name} takes longer than {seconds:g} seconds; what it returns is ignored")

        return result.addTimeout(CALL_TIMEOUT, self._reactor, too_late)

    # In a thread

    def _run_in_thread(self, name: str, work: Callable[[], str | None], result: Deferred[str | None]) -> None:
        try:
            text, failure = work(), None
        except FunctionError as error:
            text, failure = None, error
        except BaseException as error:  # whatever a user's function does, it is told in one line
            text, failure = None, FunctionError(f"{name} failed: {_describe_exception(error)}")
        self._reactor.callFromThread(self._call_done, name, result, text, failure)

    def _call_function(self, module: str, function: str, said: UtteranceInfo) -> str | None:
        folder = str(self._folder)
        if folder not in sys.path:
            sys.path.append(folder)  # last: nothing of this program's is hidden by a module there
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
            raise FunctionError(f"{module}:{function} returned {type(text).__name__}, not a text or None")
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
    """Kind, reason and place of an exception in one line."""
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
