"""Everyday commands in real applications: what they press does what they say."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.program import run_windictator
from tests.waiting import wait_until
from tests.x11.clients.client import ChatPage, Client
from tests.x11.clients.fields import Editor
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.server import XServer
from tests.x11.test_profiles import Shell

pytestmark = pytest.mark.slow


def dictate(environment: Mapping[str, str], *lines: str) -> subprocess.CompletedProcess[str]:
    """Say ``lines``; returns when everything has been done."""
    return run_windictator("dictate", *LINES, env=environment, input="\n".join([*lines, ""]))


@contextmanager
def application(server: XServer, wm_class: str, *command: str) -> Iterator[int]:
    """Run a program until the end of the block; gives its window, which has the focus."""
    process = subprocess.Popen(
        command,
        env=server.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        window = server.find_window(wm_class)
        server.focus(window)
        yield window
    finally:
        process.kill()
        process.wait()


def title(server: XServer, window: int) -> str:
    """Return the title of a window."""
    name = server.display.intern_atom("_NET_WM_NAME")
    found = server.display.create_resource_object("window", window).get_full_property(name, 0)
    return bytes(found.value).decode() if found else ""


def test_editor_saves_undoes_and_deletes_lines(openbox: XServer, user_environment: Mapping[str, str]) -> None:
    """ "undo" takes back what was dictated, then what was deleted by keys."""
    with Editor(openbox, ["featherpad", "--standalone"], "FeatherPad") as editor:
        done = dictate(user_environment, "hello there", "more", "undo", "new line next", "delete line", "last")
        assert done.returncode == 0, done.stderr
        assert editor.save().split() == ["Hello", "there", "Last"]
        done = dictate(user_environment, "select line", "press delete", "undo")
        assert done.returncode == 0 and "own undo" in done.stderr, done.stderr
        assert editor.save().split() == ["Hello", "there", "Last"]


def test_search_in_an_editor_types_nothing_into_the_text(openbox: XServer, user_environment: Mapping[str, str]) -> None:
    """Where the search has opened is not certain."""
    with Editor(openbox, ["featherpad", "--standalone"], "FeatherPad") as editor:
        done = dictate(user_environment, "hello there", "find hello", "press escape")
        assert done.returncode == 0 and "say the words again" in done.stderr, done.stderr
        assert editor.save().strip() == "Hello there"


def test_shell_survives_undo_and_loses_the_line(
    xserver: XServer, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """Ctrl+Z would stop the program; scrolling leaves the command line alone."""
    shell = Shell(xserver, tmp_path)
    try:
        done = dictate(
            user_environment, "note wrong", "undo", "undo", "note", "scroll up", "page up", "right", "press enter"
        )
        assert done.returncode == 1 and "Terminals have no undo" in done.stderr, done.stderr
        assert shell.noted() == "right"
    finally:
        shell.stop()


@pytest.fixture
def page(start_client: Callable[[type[Client]], Client]) -> ChatPage:
    client = start_client(ChatPage)
    assert isinstance(client, ChatPage)
    return client


def test_chat_page_makes_bold_zooms_and_finds(page: ChatPage, user_environment: Mapping[str, str]) -> None:
    """The text is followed meanwhile: it can be corrected after bold and zoom."""
    page.become("chat")
    page.focus()
    done = dictate(user_environment, "hello there", "my friend", "bold that")
    assert done.returncode == 0, done.stderr
    assert page.text().replace("\xa0", " ") in ("Hello there* my friend*", "Hello there *my friend*")
    page.become("chat")
    page.focus()
    done = dictate(user_environment, "hello", "world", "zoom in", "zoom out", "scratch that", "friend", "find hello")
    assert done.returncode == 0, done.stderr
    done = dictate(user_environment, "press escape")
    assert page.text().replace("\xa0", " ").strip() == "Hello friend"


def test_browser_opens_and_closes_tabs(openbox: XServer, user_environment: Mapping[str, str], tmp_path: Path) -> None:
    """Seen by the title of the window."""
    command = ["chromium", "--no-sandbox", "--no-first-run", "--disable-gpu", "--ozone-platform=x11"]
    pages = [f"data:text/html,<title>{name}</title>{name}" for name in ("first", "second")]
    either = ("first", "second")
    with (
        application(openbox, "Chromium", *command, f"--user-data-dir={tmp_path / 'data'}", *pages) as window,
        DictateRun(user_environment, *LINES) as run,
    ):
        wait_until(lambda: title(openbox, window).startswith(either))
        openbox.focus(window)
        for spoken, expected in (
            ("new tab", ("New Tab",)),
            ("close tab", either),
            ("new tab", ("New Tab",)),
            ("previous tab", ("second",)),
            ("previous tab", ("first",)),
            ("next tab", ("second",)),
            ("close tab", ("New Tab", "first")),
            ("reopen tab", ("second",)),
        ):
            run.say(spoken)
            wait_until(lambda expected=expected: title(openbox, window).startswith(expected), what=spoken)
        assert run.end().status == 0


def test_file_manager_goes_to_the_folder_above_and_back(
    openbox: XServer, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """Seen by the title of the window, which is the name of the folder."""
    folder = tmp_path / "above" / "inner"
    folder.mkdir(parents=True)
    with (
        application(openbox, "Pcmanfm", "pcmanfm", "--no-desktop", str(folder)) as window,
        DictateRun(user_environment, *LINES) as run,
    ):
        wait_until(lambda: title(openbox, window).startswith("inner"))
        for spoken, expected in (("parent folder", "above"), ("go back", "inner"), ("go forward", "above")):
            run.say(spoken)
            wait_until(lambda expected=expected: title(openbox, window).startswith(expected), what=spoken)
        run.say("delete line")
        run.wait_for("refused", reason="File managers have no key to delete a line.")
        assert run.end().status == 1
