"""Requests to the daemon, and their replies on the terminal. Standard library only.

``fast_path`` carries out plain calls without click, because a hotkey of the desktop waits for ``windictator toggle``.
"""

from __future__ import annotations

import os
import select
import sys

from windictator.app.control.address import control_socket
from windictator.app.control.client import (
    ANSWER_TIMEOUT,
    DaemonConnection,
    DaemonTimeoutError,
    NoDaemonError,
    RequestRefusedError,
    call,
)
from windictator.app.control.verbs import VERBS
from windictator.cli.io.exits import EXIT_INTERRUPTED, print_stderr, raise_on_signal, report_error
from windictator.errors import WinDictatorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from windictator.app.control.verbs import Verb

STOP_TIMEOUT = 60.0
"""Maximum time for the daemon to type the last words and end, in seconds."""
RELOAD_TIMEOUT = 120.0
"""Maximum time for reloading settings, perhaps with another speech model, in seconds."""
ALTERNATIVES_TIMEOUT = 60.0
"""Maximum time for recognising the last words again, after everything that is being typed, in seconds."""
_CANCEL_TIMEOUT = 5.0


class StopTimeoutError(WinDictatorError):
    """The daemon does not end."""


def fast_path(arguments: Sequence[str]) -> Callable[[], int] | None:
    """Return a function that carries out a plain call without click, None if click has to parse it.

    arguments: of the command line, without the program's name.
    """
    if not arguments:
        return None
    for verb in VERBS.values():
        words = verb.command.split()
        if list(arguments[: len(words)]) == words:
            rest = arguments[len(words) :]
            if verb.send:
                return _fast_command(verb, rest)
            if verb.name in _QUERIES and list(rest) in ([], ["--json"]):
                query = _QUERIES[verb.name]
                return lambda: query(control_socket(os.environ), bool(rest))
            return None
    return None


def _fast_command(verb: Verb, words: Sequence[str]) -> Callable[[], int] | None:
    if any(word.startswith("-") for word in words):
        return None
    if not verb.positional:
        return None if words else lambda: send(control_socket(os.environ), verb)
    argument = verb.arguments[verb.positional]
    given = [" ".join(words)] if words and argument.takes_words else words
    if len(given) != 1 or (argument.choices and given[0] not in argument.choices):
        return None
    return lambda: send(control_socket(os.environ), verb, given[0])


def send(path: str, verb: Verb, word: str | None = None, *, force: bool = False) -> int:
    """Send a request, print its result and return the exit status.

    path: socket of the daemon.
    word: the positional argument, None if the verb takes none.
    force: the request's argument of that name.

    Raises WinDictatorError.
    """
    arguments: dict[str, object] = {"force": True} if force else {}
    if word is not None:
        arguments[verb.positional] = verb.arguments[verb.positional].from_command_line(word)
    function: Callable[..., int] = globals()[verb.send]
    return function(path, verb.name, **arguments)


# Functions named in ``app.control.verbs``: each sends a verb to the daemon at ``path`` and returns the exit status.


def set_listening(path: str, verb: str) -> int:
    """Pause, resume or toggle, and print the new state."""
    state = call(path, verb)
    is_asleep = state.get("mode") == "asleep" and state.get("state") == "listening"
    note = ', but asleep; say "wake up" first' if is_asleep else ""
    print_stderr(f"WinDictator is {state.get('state')}{note}.")
    return 0


def run_silently(path: str, verb: str, **arguments: object) -> int:
    """Carry out a request whose success needs no message, because it belongs to a key that the user presses."""
    with DaemonConnection(path) as connection:
        connection.call(verb, ANSWER_TIMEOUT, **arguments)
    return 0


def reload(path: str, verb: str) -> int:
    """Reload the settings."""
    state = call(path, verb, timeout=RELOAD_TIMEOUT)
    print_stderr("Settings reloaded.")
    for problem in state.get("hotkey_errors", ()):
        print_stderr(f"warning: {problem}")
    return 0


def discard_undelivered(path: str, verb: str) -> int:
    """Discard undelivered text and print how many texts there were."""
    count = call(path, verb).get("discarded")
    print_stderr(f"Discarded {count} {'text' if count == 1 else 'texts'}.")
    return 0


def run_typing_request(path: str, verb: str, **arguments: object) -> int:
    """Carry out a request that types or erases, and wait for its end.

    Return 0 if all was done, 1 if it was refused, 3 if typing stopped early, 130 after a signal.
    """
    result, interrupted = run_request(path, verb, **arguments)
    if interrupted:
        return EXIT_INTERRUPTED
    if result.get("refused"):
        return _report_refusal(result, verb)
    if not result.get("stopped"):
        return 0
    refused = bool(result.get("nothing_typed"))
    line = f"{'nothing was typed' if refused else 'typing stopped early'}: {result.get('reason')}"
    report_error(f"{line}. {result['remedy']}" if result.get("remedy") else line)
    return 1 if refused else 3


def _report_refusal(result: Mapping[str, Any], command: str) -> int:
    """Report why a request was refused, if it was, and return the exit status."""
    if not result.get("refused"):
        return 0
    line = " ".join(filter(None, (str(result["refused"]), str(result.get("remedy") or ""))))
    stop = "" if line.endswith(".") else "."
    help = f"{stop} --force does it anyway, see windictator {command} --help" if result.get("can_force") else ""
    report_error(f"{line}{help}")
    return 1


def run_request(path: str, verb: str, **arguments: object) -> tuple[dict[str, Any], bool]:
    """Send a request that takes as long as typing takes; Ctrl-C and SIGTERM cancel it.

    Return its result and True if a signal cut it short. The result is empty if the daemon did not answer after that.
    Raises WinDictatorError.
    """
    with raise_on_signal(), DaemonConnection(path) as connection:
        try:
            return connection.call(verb, None, **arguments), False
        except KeyboardInterrupt:
            id = connection.last_id
            connection.send("cancel")
            try:
                return (connection.wait_for_reply(id, _CANCEL_TIMEOUT) if id else {}), True
            except (RequestRefusedError, DaemonTimeoutError):
                return {}, True


def stop(path: str, verb: str = "stop") -> int:
    """Stop the daemon and wait until its process has ended. Raises NoDaemonError, StopTimeoutError."""
    with DaemonConnection(path) as connection:
        try:
            process: int | None = os.pidfd_open(connection.pid)
        except OSError:  # it has just ended, or is in another container: wait for the end of the connection
            process = None
        try:
            connection.call(verb)
            if not _wait_for_end(connection, process):
                raise StopTimeoutError(
                    f"the daemon (process {connection.pid}) has not ended within {STOP_TIMEOUT:g} seconds; "
                    f"end it with: kill -9 {connection.pid} (its keys are still released)"
                )
        finally:
            if process is not None:
                os.close(process)
    print_stderr("WinDictator has stopped.")
    return 0


def _wait_for_end(connection: DaemonConnection, process: int | None) -> bool:
    """Wait for the end of the daemon, at most ``STOP_TIMEOUT`` seconds; return True if it has ended."""
    ended = select.poll()
    ended.register(connection if process is None else process, select.POLLIN)
    return bool(ended.poll(STOP_TIMEOUT * 1000))


# Queries


def status(path: str, as_json: bool, display: str | None = None) -> int:
    """Print the daemon's state.

    display: X display that it serves, ``$DISPLAY`` if None.

    Raises NoDaemonError, after JSON that says so if that was requested.
    """
    from windictator.cli.io.output import json_text

    try:
        state = call(path, "status")
    except NoDaemonError:
        if as_json:
            print(json_text({"state": "off"}))
        elif sys.stderr.isatty():  # programs ask often, and a look at the display takes ten times as long
            from windictator.x11.display_claim import find_holder_blocking

            if holder := find_holder_blocking(display):
                raise NoDaemonError(str(holder)) from None
        raise
    if as_json:
        print(json_text(state))
    else:
        from windictator.cli.daemon_replies import format_status

        print("\n".join(format_status(state)))
    return 0


def history(path: str, as_json: bool, count: int = 20, long: bool = False) -> int:
    """Print the last ``count`` utterances, the newest last.

    as_json: print lines of JSON, otherwise lines with numbers and a star at those that undo would take back.
    long: add a second line with the recognised words, the time and the window.
    """
    from windictator.cli.daemon_replies import HISTORY_INDENT, format_details, format_utterance, wrapped
    from windictator.cli.io.output import json_text

    width = None
    if sys.stdout.isatty():  # a terminal would cut words; a file or a program gets one line for each utterance
        width = os.get_terminal_size(sys.stdout.fileno()).columns or None
    utterances = call(path, "history", count=count).get("utterances", [])
    for number, utterance in zip(range(len(utterances), 0, -1), utterances, strict=True):
        if as_json:
            print(json_text(utterance))
        else:
            line = f"{number:>4}{'*' if utterance.get('undoable') else ' '} {format_utterance(utterance)}"
            print(wrapped(line, HISTORY_INDENT, width))
            if long:
                print(wrapped(f"{' ' * HISTORY_INDENT}{format_details(utterance)}", HISTORY_INDENT, width))
    return 0


def alternatives(path: str, as_json: bool, force: bool = False) -> int:
    """Print alternatives for the last words, with numbers or as one JSON object; return 1 if that is refused."""
    from windictator.cli.io.output import json_text, show_whitespace

    arguments = {"force": True} if force else {}
    listed = call(path, "alternatives", timeout=ALTERNATIVES_TIMEOUT, **arguments)
    if as_json:
        print(json_text({name: listed.get(name) for name in ("text", "items", "refused", "code", "remedy")}))
    elif not listed.get("refused"):
        for item in listed.get("items", []):
            print(f"{item['number']:>4}  {show_whitespace(item['text'].strip(' '))}")
    return _report_refusal(listed, "alternatives")


_QUERIES: Mapping[str, Callable[[str, bool], int]] = {
    "status": status,
    "history": history,
    "alternatives": alternatives,
}
