"""The demonstration: the whole program on a virtual display, without microphone, desktop or network.

A recorded voice goes through the real recognizer and the real ``windictator dictate`` into a real xterm on a virtual
X server; then the text in the window is compared with the intended text.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from windictator.app.demo.terminal import Terminal, open_terminal
from windictator.errors import WinDictatorError
from windictator.speech.demonstration import demonstration_model, demonstration_recording
from windictator.text.edit import Edit, apply_edit
from windictator.x11.virtual_display import VirtualDisplay

SCREEN_SIZE_PX = (1024, 384)
"""Size of the virtual screen, in pixels."""

DICTATION_TIMEOUT_S = 300.0
"""Maximum duration of the dictation, in seconds; about ten are usual."""

ARRIVAL_TIMEOUT_S = 10.0
"""Maximum time until the terminal shows what the X server has confirmed, in seconds."""

# Line breaks are typed into this terminal, because its reader shows them and runs nothing.
_PROFILES = """
[[profile]]
name = "demonstration"
classes = ["xterm"]
titles = ["WinDictator demonstration"]
line_breaks = "type"
style = "prose"
"""

PrintLine = Callable[[str], object]


class DemonstrationError(WinDictatorError):
    """The demonstration could not be carried out."""


@dataclass(slots=True)
class _DictationOutput:
    """The output of the dictation. ``expected_text``: the text that should be in the window."""

    expected_text: str = ""
    transcripts: list[str] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)


def run_demo(print_line: PrintLine, screenshot: Path | None = None, keep_open: bool = False) -> int:
    """Run the demonstration and print line by line what happens; return the exit status.

    print_line: prints one line.
    screenshot: path of the picture; None: ``default_screenshot()``.
    keep_open: whether the display stays open, with the text, until a KeyboardInterrupt.

    The exit status is 0 if the text in the window is exactly the intended text and nothing was refused, else 1. Raises
    WinDictatorError if the demonstration cannot run.
    """
    picture = default_screenshot() if screenshot is None else screenshot
    began = time.monotonic()
    print_line("A recorded voice is dictated into an xterm on a virtual display; your own desktop is not touched.")
    with VirtualDisplay(SCREEN_SIZE_PX) as display, open_terminal(display.environment()) as terminal:
        display.focus(terminal.window)
        outcome = _dictate(display.environment(), print_line)
        arrived = terminal.wait_for(outcome.expected_text, ARRIVAL_TIMEOUT_S)
        with display.in_this_process():
            from windictator.x11.screenshot import write_screenshot  # here, because it imports Xlib and Pillow

            write_screenshot(display.name, picture, terminal.window)
        succeeded = arrived and _succeeded(outcome.report)
        _print_outcome(print_line, outcome, terminal, time.monotonic() - began, picture)
        if keep_open:
            _keep_open(print_line, display)
    return 0 if succeeded else 1


def default_screenshot() -> Path:
    """Return the default path of the picture: in the user's cache folder, or else in the temporary folder."""
    folder = Path(platformdirs.user_cache_dir("windictator"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir())
    if not os.access(folder, os.W_OK):
        folder = Path(tempfile.gettempdir())
    return folder / "demonstration.png"


def _dictate(environment: Mapping[str, str], print_line: PrintLine) -> _DictationOutput:
    """Run the real command on the recording and follow its output."""
    outcome = _DictationOutput()
    with tempfile.TemporaryDirectory(prefix="windictator-demonstration-") as folder:
        settings, errors = Path(folder, "settings.toml"), Path(folder, "errors")
        # The defaults and this profile only: the user's settings are for the user's own speech.
        settings.write_text('[text]\nprofiles = "profiles.toml"\n')
        Path(folder, "profiles.toml").write_text(_PROFILES)
        command = [
            *(sys.executable, "-m", "windictator", "--config", str(settings), "dictate", "--json"),
            *("--recognizer", "vosk", "--model", str(demonstration_model())),
            *("--audio", str(demonstration_recording())),
        ]
        with errors.open("wb") as stderr, _running(command, environment, stderr) as process:
            assert process.stdout is not None
            for line in process.stdout:
                _process_event(json.loads(line), outcome, print_line)
            process.wait()
        said = errors.read_text(errors="replace").strip().splitlines()
    if not outcome.report:
        reason = said[-1].removeprefix("windictator: ") if said else f"it ended with status {process.returncode}"
        raise DemonstrationError(f"the dictation failed: {reason}")
    return outcome


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], stderr: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command; end it by SIGTERM when the block is left early or when it takes too long."""
    with subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr
    ) as process:
        limit = threading.Timer(DICTATION_TIMEOUT_S, process.terminate)
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            if process.poll() is None:
                process.terminate()


def _process_event(event: dict[str, Any], outcome: _DictationOutput, print_line: PrintLine) -> None:
    """Process one line of ``dictate --json``."""
    match event["event"]:
        case "final":
            outcome.transcripts.append(event["text"])
            print_line(f"  heard     {event['text']}")
        case "typed":
            outcome.expected_text = apply_edit(Edit(event["erased"], event["text"]), outcome.expected_text)
        case "refused":
            print_line(f"  refused   {event['reason']} {event['remedy']}".rstrip())
        case "notice":
            print_line(f"  note      {event['message']}")
        case "report":
            outcome.report = event


def _succeeded(report: Mapping[str, Any]) -> bool:
    return not (report["stopped"] or report["refused"] or report["interrupted"])


def _print_outcome(
    print_line: PrintLine, outcome: _DictationOutput, terminal: Terminal, seconds: float, picture: Path
) -> None:
    print_line("Text in the window:")
    for line in terminal.text.split("\n"):
        print_line(f"  | {line}")
    if terminal.text == outcome.expected_text:
        print_line("This is exactly the intended text.")
    else:
        print_line("This is NOT the intended text, which is:")
        for line in outcome.expected_text.split("\n"):
            print_line(f"  | {line}")
    if stopped := outcome.report["stopped"]:
        print_line(f"Typing stopped early: {stopped['reason']}.")
    print_line(
        f"{len(outcome.transcripts)} utterances, {outcome.report['keys']} key events, each confirmed by the X server; "
        f"{outcome.report['seconds']:.1f} s of dictation, {seconds:.1f} s in all."
    )
    print_line(f"Picture: {picture}")


def _keep_open(print_line: PrintLine, display: VirtualDisplay) -> None:
    """Wait for Ctrl-C. Its KeyboardInterrupt is the intended end, so it is not raised."""
    try:
        print_line(f"Left open until Ctrl-C: DISPLAY={display.name} XAUTHORITY={display.authority}")
        while display.process.poll() is None:
            time.sleep(0.25)  # not signal.pause(), which would miss a signal that comes just before it
    except KeyboardInterrupt:
        pass
