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


def test_editor_saves_and_goes_by_words(openbox: XServer, user_environment: Mapping[str, str]) -> None:
    """What "save that" has written can be seen in the file."""
    with Editor(openbox, ["featherpad", "--standalone"], "FeatherPad") as editor:
        done = dictate(user_environment, "hello there", "undo", "redo", "save that")
        assert done.returncode == 0, done.stderr
        wait_until(lambda: editor.file.read_text().strip() == "Hello there", what="the file is saved")
        done = dictate(user_environment, "press control a", "old big dogs", "select previous word")
        assert done.returncode == 0, done.stderr
        done = dictate(user_environment, "press delete", "press home", "select next word", "press delete", "save that")
        assert done.returncode == 0, done.stderr
        wait_until(lambda: editor.file.read_text().strip() == "big", what="the file is saved")


PAGE = """<title></title><script>
let loads = Number(sessionStorage.getItem("loads")) + 1;
sessionStorage.setItem("loads", loads);
function tell() {
  const size = Math.round(devicePixelRatio * 100);
  document.title = [location.hash || "#", loads, size, scrollY > 0 ? "down" : "top", ""].join(" ");
}
addEventListener("keydown", event => { if (event.key == "h") location.hash = "a"; });
for (const kind of ["resize", "scroll", "hashchange", "load"]) addEventListener(kind, tell);
</script><body style="height: 5000px">"""


def test_browser_scrolls_zooms_and_goes_back(
    openbox: XServer, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """Seen by the title that the page gives its window: fragment, times loaded, zoom in percent, and place."""
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    command = ["chromium", "--no-sandbox", "--no-first-run", "--disable-gpu", "--ozone-platform=x11"]
    with (
        application(openbox, "Chromium", *command, f"--user-data-dir={tmp_path / 'data'}", f"file://{page}") as window,
        DictateRun(user_environment, *LINES) as run,
    ):

        def shows(expected: str) -> None:
            wait_until(lambda: title(openbox, window).startswith(expected), what=f"{expected!r} is the title")

        shows("# 1 100 top")
        openbox.focus(window)
        for spoken, expected in (
            ("scroll down", "# 1 100 down"),
            ("scroll up", "# 1 100 top"),
            ("zoom in", "# 1 110 top"),
            ("zoom out", "# 1 100 top"),
            ("zoom out", "# 1 90 top"),
            ("reset zoom", "# 1 100 top"),
            ("reload page", "# 2 100 top"),
        ):
            run.say(spoken)
            shows(expected)
        openbox.tap("h")
        shows("#a")
        for spoken, expected in (("go back", "#"), ("go forward", "#a")):
            run.say(spoken)
            shows(f"{expected} 2")
        assert run.end().status == 0


def test_full_screen_and_windows_of_a_browser(
    openbox: XServer, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """Seen by the state of the windows."""
    command = ["chromium", "--no-sandbox", "--no-first-run", "--disable-gpu", "--ozone-platform=x11"]
    state, full = (openbox.display.intern_atom(f"_NET_WM_STATE{end}") for end in ("", "_FULLSCREEN"))
    listed = openbox.display.intern_atom("_NET_CLIENT_LIST")

    def is_full(window: int) -> bool:
        found = openbox.display.create_resource_object("window", window).get_full_property(state, 0)
        return found is not None and full in found.value

    def windows() -> list[int]:
        found = openbox.display.screen().root.get_full_property(listed, 0)
        return list(found.value) if found else []

    with (
        application(openbox, "Chromium", *command, f"--user-data-dir={tmp_path / 'data'}", "about:blank") as window,
        DictateRun(user_environment, *LINES) as run,
    ):
        openbox.focus(window)
        run.say("full screen")
        wait_until(lambda: is_full(window), what="the window is full screen")
        run.say("full screen")
        wait_until(lambda: not is_full(window), what="the window is as before")
        assert len(windows()) == 1
        run.say("new window")
        wait_until(lambda: len(windows()) == 2, what="there is a second window")
        (second,) = set(windows()) - {window}
        openbox.wait_for(lambda: openbox.client_window(openbox.focused()) == second, "it has the focus")
        run.say("switch window")
        openbox.wait_for(lambda: openbox.client_window(openbox.focused()) == window, "the first has the focus")
        run.say("switch window")
        openbox.wait_for(lambda: openbox.client_window(openbox.focused()) == second, "the second has the focus")
        run.say("close window")
        wait_until(lambda: windows() == [window], what="the second window is closed")
        run.end()


def test_file_manager_makes_and_renames_folders(
    openbox: XServer, user_environment: Mapping[str, str], tmp_path: Path
) -> None:
    """The names are dictated into its dialogs."""
    folder = tmp_path / "above"
    folder.mkdir()
    with (
        application(openbox, "Pcmanfm", "pcmanfm", "--no-desktop", str(folder)) as window,
        DictateRun(user_environment, *LINES) as run,
    ):
        wait_until(lambda: title(openbox, window).startswith("above"))

        def has_dialog() -> bool:
            return openbox.client_window(openbox.focused()) not in (0, 1, window)

        run.say("new folder")
        openbox.wait_for(has_dialog, "a dialog asks for the name")
        run.say("press control a", "holiday", "press enter")
        wait_until(lambda: (folder / "Holiday").is_dir(), what="the folder is there")
        openbox.wait_for(lambda: not has_dialog(), "the dialog is closed")
        run.say("press control a", "rename that")
        openbox.wait_for(has_dialog, "a dialog asks for the name")
        run.say("press control a", "summer", "press enter")
        wait_until(lambda: [each.name for each in folder.iterdir()] == ["Summer"], what="the folder is renamed")
        run.end()
