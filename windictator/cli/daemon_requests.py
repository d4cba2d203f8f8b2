"""What each verb asks of the daemon and says of the answer. Standard library only."""

from __future__ import annotations

import json
import os
import select
import sys

from windictator.cli.errors import print_stderr, report_error
from windictator.cli.interrupts import EXIT_INTERRUPTED, raise_on_signal
from windictator.control.client import DaemonConnection, DaemonTimeoutError, NoDaemonError, RequestRefusedError, call
from windictator.errors import WinDictatorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

STOP_TIMEOUT = 60.0
"""Seconds for the daemon to finish the last words and end."""
RELOAD_TIMEOUT = 120.0
"""Seconds for reading settings anew, with another speech model perhaps."""
ALTERNATIVES_TIMEOUT = 60.0
"""Seconds to hear the last words once more, behind whatever is being typed."""
_CANCEL_TIMEOUT = 5.0

STOPS_BEFORE_TYPING = frozenset(
    {
        *("NO_FOCUS", "KEYS_HELD", "DISABLED", "GRABBED", "HOTKEY", "OWN_HOTKEY", "DEAD_KEY"),
        *("POINTER_HELD", "NOT_EXCLUSIVE"),
    }
)
"""Stops for which, where no key was pressed, typing was refused rather than cut short."""


class StopTimeoutError(WinDictatorError):
    """The daemon does not end."""


def set_listening(path: str, verb: str) -> int:
    """Pause, resume, toggle."""
    state = call(path, verb)
    asleep = state.get("asleep") and state.get("state") == "listening"
    print_stderr(f"WinDictator is {state.get('state')}{', but asleep: only what wakes it is heard' if asleep else ''}.")
    return 0


def push_to_talk(path: str, verb: str, direction: str) -> int:
    """A key that somebody holds: there is nothing to say."""
    call(path, verb, down=direction == "down")
    return 0


def cancel(path: str, verb: str) -> int:
    """Quickly, and quietly."""
    call(path, verb)
    return 0


def reload(path: str, _verb: str) -> int:
    """Read the settings anew."""
    call(path, "reload", timeout=RELOAD_TIMEOUT)
    print_stderr("The settings are in force.")
    return 0


def discard_undelivered(path: str, verb: str) -> int:
    """Forget held words."""
    count = call(path, verb).get("dropped")
    print_stderr(f"Dropped {count} {'text' if count == 1 else 'texts'}.")
    return 0


def run_typing_request(path: str, verb: str, text: str | None = None, force: bool = False) -> int:
    """A verb that types or erases: wait for its end; 0, 1 or 3 by what came of it, 130 if it was interrupted."""
    arguments: dict[str, object] = {} if text is None else {"text": text}
    if force:
        arguments["force"] = True
    return _report_typing(*run_request(path, verb, **arguments), forced_by=verb)


def _report_typing(done: Mapping[str, Any], interrupted: bool, forced_by: str = "") -> int:
    """Say why not all of it was done; the exit status. ``forced_by``: the command that has --force, if any."""
    if interrupted:
        return EXIT_INTERRUPTED
    if done.get("refused"):
        return _report_refusal(done, forced_by)
    if done.get("stopped"):
        report_error(f"{'nothing was typed' if nothing_typed(done) else 'typing stopped early'}: {done.get('reason')}")
        return 1 if nothing_typed(done) else 3
    return 0


def _report_refusal(done: Mapping[str, Any], forced_by: str) -> int:
    """Say why it was refused, if it was; the exit status."""
    if not done.get("refused"):
        return 0
    helps = f"; --force does it all the same, see windictator {forced_by} --help"
    report_error(f"{done['refused']}{helps if forced_by and done.get('forcible') else ''}")
    return 1


def choose(path: str, verb: str, number: str, force: bool = False) -> int:
    """Put one of the alternatives in its place."""
    # What is no number is the daemon's to refuse, with what it takes.
    given = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else number
    return _report_typing(*run_request(path, verb, number=given, **({"force": True} if force else {})), forced_by=verb)


def run_request(path: str, verb: str, **arguments: object) -> tuple[dict[str, Any], bool]:
    """Ask for something that takes as long as typing takes; what came of it, and whether Ctrl-C or SIGTERM cut it
    short: then it is empty if the daemon did not say. Raises WinDictatorError."""
    with raise_on_signal(), DaemonConnection(path) as connection:
        try:
            return connection.call(verb, None, **arguments), False
        except KeyboardInterrupt:
            connection.send("cancel")
            try:
                return connection.wait_for_reply(1, _CANCEL_TIMEOUT), True
            except (RequestRefusedError, DaemonTimeoutError):
                return {}, True


def nothing_typed(done: Mapping[str, Any]) -> bool:
    """Whether typing was stopped before anything was typed, for a reason that forbids typing at all."""
    return done.get("stopped") in STOPS_BEFORE_TYPING and not done.get("text") and not done.get("erased")


def stop(path: str, verb: str = "stop") -> int:
    """End the daemon and wait until its process has gone. Raises NoDaemon, NotEnding."""
    with DaemonConnection(path) as connection:
        try:
            process: int | None = os.pidfd_open(connection.pid)
        except OSError:  # it has just ended, or is in another container: the end of the connection has to do
            process = None
        try:
            connection.call(verb)
            if not _wait_for_end(connection, process):
                raise StopTimeoutError(
                    f"the daemon (process {connection.pid}) has not ended within {STOP_TIMEOUT:g} seconds; "
                    f"kill -9 {connection.pid} ends it, and its keys are still released"
                )
        finally:
            if process is not None:
                os.close(process)
    print_stderr("WinDictator has stopped.")
    return 0


def _wait_for_end(connection: DaemonConnection, process: int | None) -> bool:
    """Wait for the end of the daemon, at most ``STOP_TIMEOUT`` seconds; whether it came."""
    ended = select.poll()
    ended.register(connection if process is None else process, select.POLLIN)
    return bool(ended.poll(STOP_TIMEOUT * 1000))


def status(path: str, as_json: bool, display: str | None = None) -> int:
    """Print the daemon's state. ``display``: the one it serves, ``$DISPLAY`` if None.

    Raises NoDaemon, after JSON that says so where that was asked for.
    """
    try:
        state = call(path, "status")
    except NoDaemonError:
        if as_json:
            print(format_json({"state": "off"}))
        elif sys.stderr.isatty():  # programs ask often, and a look at the display takes ten times as long
            from windictator.x11.display_claim import find_holder_blocking

            if holder := find_holder_blocking(display):
                raise NoDaemonError(str(holder)) from None
        raise
    if as_json:
        print(format_json(state))
        return 0
    for name, value in state.items():
        shown = value if not isinstance(value, bool) else "yes" if value else "no"
        print(f"{name.replace('_', ' '):<14}{shown}")
    return 0


def history(path: str, as_json: bool, count: int = 20, long: bool = False) -> int:
    """Print the last ``count`` utterances, the newest last, as lines of JSON or with their numbers, and a star at those
    that undo would take back; ``long``: a second line with what was heard, when and where."""
    utterances = call(path, "history", count=count).get("utterances", [])
    for number, utterance in zip(range(len(utterances), 0, -1), utterances, strict=True):
        if as_json:
            print(format_json(utterance))
        else:
            print(f"{number:>4}{'*' if utterance.get('undoable') else ' '} {_format_utterance(utterance)}")
            if long:
                print(f"      {_format_details(utterance)}")
    return 0


def alternatives(path: str, as_json: bool, force: bool = False) -> int:
    """Print what else may have been said, with numbers, or as one JSON object; 1 where that is refused."""
    arguments = {"force": True} if force else {}
    listed = call(path, "alternatives", timeout=ALTERNATIVES_TIMEOUT, **arguments)
    if as_json:
        print(format_json({name: listed.get(name) for name in ("text", "items", "refused")}))
    elif not listed.get("refused"):
        for item in listed.get("items", []):
            print(f"{item['number']:>4}  {_show_whitespace(item['text'])}")
    return _report_refusal(listed, "alternatives")


def _show_whitespace(text: str) -> str:
    return text.strip(" ").replace("\n", "⏎").replace("\t", "⇥")


def _format_utterance(utterance: Mapping[str, Any]) -> str:
    heard = str(utterance.get("heard", ""))
    line = typed = _show_whitespace(str(utterance.get("typed", ""))) or heard
    if erased := utterance.get("erased"):
        line = f"{typed}  (took back {erased})".lstrip()
    elif heard and not utterance.get("typed") and not utterance.get("refused"):
        line += "  (obeyed)"  # or it would look as if these words had been typed
    if doubtful := utterance.get("low_confidence"):
        words = heard.split()
        line += f"  (in doubt: {', '.join(words[number] for number in doubtful if number < len(words))})"
    return line + "".join(f"  ({utterance[note]})" for note in ("status", "refused") if utterance.get(note))


def _format_details(utterance: Mapping[str, Any]) -> str:
    """What was heard, when and where."""
    from datetime import datetime  # here, for the verbs have to be quick

    time = datetime.fromisoformat(str(utterance.get("time"))).astimezone().strftime("%H:%M:%S")
    heard = utterance.get("heard")
    title = "".join(character if character.isprintable() else " " for character in str(utterance.get("title", "")))
    names = filter(None, (utterance.get("application"), f'"{title}"' if title else ""))
    window = utterance.get("window")
    where = " ".join(names) or (f"window {window}" if window else "")  # commands that type nothing have none
    what = f"heard {heard!r}" if heard else "not spoken"
    return f"{time}  {what}{f', in {where}' if where else ''}"


def format_json(value: object) -> str:
    """JSON for standard output; text stays readable where the encoding allows."""
    readable = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    return json.dumps(value, ensure_ascii=not readable)
