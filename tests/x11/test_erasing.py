"""Corrections in real fields that take less than is typed, in editors that indent, and the user's own selection."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.program import run_windictator
from tests.x11.clients.client import Client, GtkText, QtText, TkText
from tests.x11.clients.fields import ChromiumFields, Editor, GtkEntry, QtDigits
from tests.x11.dictate_runs import LINES, DictateRun
from tests.x11.server import XServer
from windictator.x11.selection_transfer import MAX_BYTES

pytestmark = pytest.mark.slow

SPOKEN = ("hello there my friend", "scratch that")
DIFFERENT = "is not what I typed there"
EDITORS = [
    (["featherpad", "--standalone"], "FeatherPad"),
    *(
        pytest.param(*editor, marks=pytest.mark.whole_matrix)
        for editor in (
            (["gedit"], "Gedit"),
            (["kate", "-b"], "kate"),
            (["gnome-text-editor", "--standalone"], "gnome-text-editor"),
        )
    ),
]


def dictate(environment: Mapping[str, str], *lines: str) -> subprocess.CompletedProcess[str]:
    return run_windictator("dictate", *LINES, env=environment, input="\n".join([*lines, ""]))


@pytest.mark.parametrize(
    ("kind", "filled"), [(GtkEntry, "0123456789abc Hello "), (QtDigits, "0123456789")], ids=["length", "digits"]
)
def test_field_that_takes_less_keeps_the_users_text(
    kind: type[Client],
    filled: str,
    start_client: Callable[[type[Client]], Client],
    user_environment: Mapping[str, str],
) -> None:
    """BackSpaces for all that was typed would erase what was there before."""
    client = start_client(kind)
    done = dictate(user_environment, *SPOKEN)
    assert client.text() == filled
    assert done.returncode == 1 and DIFFERENT in done.stderr, done.stderr


def test_fields_of_a_browser_are_corrected_or_left(
    start_client: Callable[[type[Client]], Client], user_environment: Mapping[str, str]
) -> None:
    """A greatest length; rich text, whose last space and line breaks are others when they are read."""
    client = start_client(ChromiumFields)
    assert isinstance(client, ChromiumFields)
    done = dictate(user_environment, *SPOKEN)
    assert client.texts()[0] == "0123456789abc Hello "
    assert done.returncode == 1 and DIFFERENT in done.stderr, done.stderr
    client.go_to_rich_text()
    done = dictate(
        user_environment,
        *("hello there", "replace there with world", "scratch that", "scratch that"),
        *("one new line two", "replace one with three", "more", "scratch that"),
    )
    assert client.texts()[1].replace("\xa0", " ").split("\n") == ["ab Three", "Two"]
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("program", "wm_class"), EDITORS)
def test_correction_above_an_indented_line_is_right_or_refused(
    program: list[str], wm_class: str, openbox: XServer, user_environment: Mapping[str, str]
) -> None:
    """The editor has added an indentation that was not typed."""
    first, second = "- milk:And fresh bread", "- butter from the market"
    with Editor(openbox, program, wm_class) as editor:
        run_windictator("type", "-", env=user_environment, input="Shopping:\n    - milk:")
        done = dictate(
            user_environment, "and fresh bread new line dash butter from the market", "replace fresh with old"
        )
        lines = [line.strip() for line in editor.save().rstrip("\n").split("\n")]
    changed = "refused" not in done.stderr
    assert lines == ["Shopping:", first.replace("fresh", "old") if changed else first, second], done.stderr
    assert done.returncode == (0 if changed else 1)


def primary(server: XServer, *options: str, **more: Any) -> str:
    """What a program of the user's gets that pastes with the middle button."""
    command = ["xclip", "-selection", "primary", *(options or ("-o",))]
    done = subprocess.run(command, env=server.environment(), text=True, timeout=20, **more)
    return done.stdout or ""


def user_selects(server: XServer, text: str) -> None:
    """In another window."""
    primary(server, "-i", input=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("kind", [GtkText, QtText, TkText])
def test_users_selection_is_pasted_after_a_correction(
    kind: type[Client],
    xserver: XServer,
    start_client: Callable[[type[Client]], Client],
    user_environment: Mapping[str, str],
) -> None:
    """Erasing selects, and what is selected is what the middle button pastes.

    It is the user's again afterwards, until they select something else, and that is kept too.
    """
    client = start_client(kind)
    with DictateRun(user_environment, *LINES, "--live", "off") as run:
        for selected in ("the user's \u00e9 \U0001f642", "another\nselection"):
            user_selects(xserver, selected)
            run.say("hello there", "replace there with world", "scratch that", "scratch that", "~done")
            run.wait_for("partial", text="done")
            assert client.text() == ""
            assert primary(xserver, "-o", stdout=subprocess.PIPE) == selected
            assert "UTF8_STRING" in primary(xserver, "-o", "-t", "TARGETS", stdout=subprocess.PIPE)
        assert run.end().status == 0
    # A client that pastes then does not wait for an answer.
    assert primary(xserver, "-o", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) == ""


@pytest.mark.parametrize("kind", [GtkText, QtText, TkText])
def test_open_bracket_at_the_end_of_all_text_is_erased(
    kind: type[Client], start_client: Callable[[type[Client]], Client], user_environment: Mapping[str, str]
) -> None:
    """Whether something closes it is looked up behind the caret, where nothing can be selected here."""
    client = start_client(kind)
    done = dictate(user_environment, "hello", "open paren there", "scratch that", "world")
    assert client.text() == "Hello world"
    assert done.returncode == 0, done.stderr


def test_selection_too_large_to_keep_refuses_the_correction(
    xserver: XServer, start_client: Callable[[type[Client]], Client], user_environment: Mapping[str, str]
) -> None:
    """The user's selection is not lost for a correction."""
    selected = "0123456789" * (MAX_BYTES // 10 + 1)
    client = start_client(TkText)
    user_selects(xserver, selected)
    done = dictate(user_environment, *SPOKEN)
    assert client.text() == "Hello there my friend"
    assert done.returncode == 1 and "[selection-not-saved]" in done.stderr
    assert primary(xserver, "-o", stdout=subprocess.PIPE) == selected


def test_window_without_selection_refuses_the_correction(
    xserver: XServer, xterm: Client, user_environment: Mapping[str, str], profiles: Callable[[str], None]
) -> None:
    """A terminal of which nothing is known; with the profile of terminals BackSpaces are counted."""
    user_selects(xserver, "")
    done = dictate(user_environment, *SPOKEN)
    assert xterm.text() == "" and done.returncode == 0
    profiles('[[profile]]\nname = "unknown"\nclasses = ["xterm"]\nerase = "checked"\ncursor_keys = "on_command"\n')
    done = dictate(user_environment, *SPOKEN)
    assert xterm.received().count("\x7f") + xterm.received().count("\b") == len("Hello there my friend")
    assert done.returncode == 1 and "[text-unreadable]" in done.stderr
