"""Which tests are run, and in which order: the whole matrix of exact typing only when asked for, for it takes many
minutes. And how hypothesis tests the laws.
"""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

from tests.x11.matrix_table import Cell, table_lines

# No deadline per example: on a busy machine it would measure the machine.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")

# A shell starts background jobs with these ignored, and so would be every program that is tested by being interrupted.
for _number, _action in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGQUIT, signal.SIG_DFL),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, _action)


#: Long tests begin early: where tests run side by side, no worker is left alone with one at the end.
_FIRST = ("tests/x11/test_scripts", "tests/x11/test_matrix", "tests/x11", "tests/daemon", "tests/soak", "tests/speech")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run every row of the typing matrix, not only the fast ones")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((n for n, path in enumerate(_FIRST) if item.nodeid.startswith(path)), len(_FIRST)))
    if config.getoption("--all"):
        return
    left_out = [item for item in items if item.get_closest_marker("whole_matrix")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("whole_matrix")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the matrix of exact typing, if any of it was played.

    Here, not beside the matrix: where tests run side by side this process loads only what is above all of them.
    """
    cells: list[Cell] = [
        tuple(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == "matrix" and isinstance(value, (list, tuple))
    ]
    if cells:
        terminalreporter.section("exact typing, by client")
        for line in table_lines(cells):
            terminalreporter.write_line(line)
