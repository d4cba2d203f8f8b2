"""What asking a running daemon costs, as a whole process and on its socket, and while it types."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tests.bench.plan import Plan
from tests.bench.rows import Row, median_row, ratio_row
from tests.bench.stage import WINDICTATOR, Finished, Stage
from tests.bench.texts import mixed_case
from tests.daemon.daemon_runs import TEXT_RECOGNIZER, ControlConnection, DaemonRun

DAEMON = "daemon"

TOGGLE_MS = 100.0
"""Milliseconds for the whole process of ``windictator toggle``, on a quiet machine."""
EFFECT_MS = 50.0
"""Milliseconds from a command on the socket to its effect."""
ANSWER_MS = 100.0
"""Milliseconds for an answer while a text is typed, or the X server is held by another program."""
READY_MS = 1000.0
"""Milliseconds from the start to ready, without sound and without a model to load."""
TIMES_FASTEST = 1.0
"""``xdotool type --delay 0``, which confirms nothing: so many times its time may be taken."""


def daemon(stage: Stage, plan: Plan) -> list[Row]:
    """A daemon without sound, told what to type."""
    text = mixed_case(plan.text)
    ready: list[float] = []
    ours: list[float] = []
    fastest: list[Finished] = []
    command: list[Finished] = []
    toggles: list[Finished] = []
    effects: list[float] = []
    wrong = ""
    for _ in range(plan.runs):
        begin = time.perf_counter()
        with DaemonRun(stage.environment, *TEXT_RECOGNIZER) as running:
            ready.append((time.perf_counter() - begin) * 1000)
            running.terminate()
    with DaemonRun(stage.environment, *TEXT_RECOGNIZER) as running, running.connect() as talk:
        for _ in range(plan.runs):
            stage.window.clear()
            ours.append(_answer(talk, "type", text=text))
            wrong = wrong or stage.what_is_wrong(text)
            fastest.append(stage.type_by(["xdotool", "type", "--delay", "0", text], text))
            command.append(stage.type_by([*WINDICTATOR, "type", text], text))
            toggles.append(stage.run([*WINDICTATOR, "toggle"]))
            effects.append(_answer(talk, "toggle") * 1000)
        busy, held = _while_typing(running, talk, text, plan), _while_held(stage, running, plan)
        running.terminate()
    what = f"{len(text):,} characters"
    command_wrong = next((run.problem for run in command if run.problem), "")
    quick = [run.seconds for run in fastest]
    return [
        median_row(DAEMON, "start to ready, without sound", "ms", ready).at_most(READY_MS),
        median_row(DAEMON, f"{what}, asked for on the socket", "s", ours, wrong),
        ratio_row(DAEMON, "the same / xdotool --delay 0, time", ours, quick, wrong).at_most(TIMES_FASTEST),
        median_row(DAEMON, f"{what}, windictator type", "s", [run.seconds for run in command], command_wrong),
        median_row(
            DAEMON,
            "windictator toggle",
            "ms",
            [run.seconds * 1000 for run in toggles],
            next((run.problem for run in toggles if run.problem), ""),
        ).at_most(TOGGLE_MS),
        median_row(DAEMON, "toggle on the socket", "ms", effects).at_most(EFFECT_MS),
        _longest("status while a text is typed", busy).at_most(ANSWER_MS),
        _longest("status while another program holds the X server", held).at_most(ANSWER_MS),
    ]


def _while_typing(running: DaemonRun, talk: ControlConnection, text: str, plan: Plan) -> list[float]:
    """Milliseconds of the answers to "status" while ``text`` is typed, from another connection."""
    answers = []
    with running.connect() as other:
        for _ in range(plan.runs):
            typing = talk.send_request("type", text=text)
            answers += [_answer(other, "status") * 1000 for _ in range(5)]
            while talk.read().get("id") != typing:
                pass
    return answers


def _while_held(stage: Stage, running: DaemonRun, plan: Plan) -> list[float]:
    """The same while nothing can be typed, since another program has grabbed the X server."""
    answers = []
    with running.connect() as talk, running.connect() as other:
        for _ in range(plan.runs):
            stage.server.display.grab_server()
            stage.server.display.sync()
            try:
                typing = talk.send_request("type", text="a")
                answers += [_answer(other, "status") * 1000 for _ in range(5)]
            finally:
                stage.server.display.ungrab_server()
                stage.server.display.sync()
            while talk.read().get("id") != typing:
                pass
    return answers


def _answer(talk: ControlConnection, verb: str, **arguments: object) -> float:
    """Seconds until the reply."""
    begin = time.perf_counter()
    talk.request(verb, **arguments)
    return time.perf_counter() - begin


def _longest(name: str, answers: Sequence[float]) -> Row:
    return Row(DAEMON, f"{name}, longest", max(answers), "ms", list(answers))
