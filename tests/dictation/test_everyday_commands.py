"""Everyday commands: each kind of application has its keys, or the command is refused with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from twisted.internet.defer import succeed

from tests.dictation.bench import DictationBench
from windictator.dictation.events import CommandList
from windictator.keyboard.chord import parse_combination
from windictator.settings import Settings
from windictator.settings.profiles import load_profiles
from windictator.text.commands.everyday import EVERYDAY_COMMANDS, KINDS

RULES = load_profiles(Settings())
CONTROL, DELETE, B, F, T, Z = 37, 119, 56, 41, 28, 52


def bench_of(wm_class):
    profile = RULES.profile(wm_class, "")
    return DictationBench(profile_of=lambda window: succeed(profile))


def pressed(bench):
    return [event.keycode for event in bench.keyboard.log if event.pressed]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_names_keys_that_exist(kind):
    """No kind is without a decision for a command."""
    keys = RULES.keys_of(kind)
    assert keys.keys() == EVERYDAY_COMMANDS.keys()
    assert all(parse_combination(each) for chords in keys.values() for each in chords.split())


@pytest.mark.parametrize(
    ("wm_class", "kind"),
    [
        ("Chromium", "browser"),
        ("firefox", "browser"),
        ("featherpad", "editor"),
        ("Code", "editor"),
        ("libreoffice-writer", "office"),
        ("XTerm", "terminal"),
        ("Thunar", "files"),
        ("dolphin", "files"),
        ("Slack", "chat"),
        ("Msgcompose", "mail"),
        ("Weirdo", "other"),
    ],
)
def test_classes_have_a_kind(wm_class, kind):
    """Keys are chosen by it."""
    assert RULES.profile(wm_class, "").kind == kind


def test_keys_are_pressed_and_seal_the_text():
    """Another tab has another text."""
    bench = bench_of("Chromium")
    bench.hear("hello", "new tab", "scratch that")
    assert pressed(bench)[-2:] == [CONTROL, T]
    assert bench.listener.refusal_codes[-1] == "nothing-to-erase"


def test_a_line_is_deleted_only_where_text_was_dictated():
    """In a list of mails in a page the same keys would delete mails."""
    bench = bench_of("Chromium")
    bench.hear("delete line")
    assert pressed(bench) == [] and bench.listener.refusals[0].startswith("No line was deleted")
    bench.hear("hello", "delete line")
    assert pressed(bench)[-1] == DELETE


def test_zoom_keeps_the_text_correctable():
    """It changes nothing in it."""
    bench = bench_of("Chromium")
    bench.hear("hello", "zoom out", "scratch that")
    assert bench.listener.refusals == [] and bench.ledger_text() == ""


@pytest.mark.parametrize("spoken", ["undo", "redo", "save that", "bold that", "select next word", "find hello"])
def test_terminal_refuses_what_would_do_harm(spoken):
    """Ctrl+Z would stop the program."""
    bench = bench_of("XTerm")
    bench.hear(spoken)
    assert pressed(bench) == [] and bench.listener.refusals[0].startswith("Terminals have no ")


def test_page_up_scrolls_in_a_terminal():
    """The caret is not moved there."""
    bench = bench_of("XTerm")
    bench.hear("page up", "scroll up")
    assert pressed(bench) == [50, 112] * 2


def test_undo_takes_back_what_was_dictated_first():
    """Then what the application did, with a notice."""
    bench = bench_of("featherpad")
    bench.hear("hello", "undo")
    assert (bench.window_text(), bench.listener.notices) == ("", [])
    bench.hear("undo")
    assert pressed(bench)[-2:] == [CONTROL, Z]
    assert bench.listener.notices == ["the application's own undo was pressed"]


def test_one_word_is_a_command_only_alone():
    """Inside a sentence and after "literal" it is text."""
    bench = bench_of("featherpad")
    bench.hear("undo the knot", "literal undo")
    assert bench.window_text() == "Undo the knot undo"


def test_bold_selects_the_phrase_and_returns():
    """The text can be corrected as before."""
    bench = bench_of("libreoffice-writer")
    bench.hear("hello", "world", "bold that", "scratch that")
    assert bench.listener.refusals == [] and bench.ledger_text() == "Hello"
    keys = pressed(bench)
    assert keys.count(B) == 1 and keys[keys.index(B) - 1] == CONTROL


def test_find_types_no_word_into_the_text():
    """The keys alone are pressed where a field for the words is not certain."""
    bench = bench_of("Chromium")
    bench.hear("find hello")
    assert pressed(bench) == [CONTROL, F] and len(bench.listener.notices) == 1


def listed(wm_class, *before):
    bench = bench_of(wm_class)
    bench.hear(*before, "what can I say")
    (commands,) = bench.listener.of_kind(CommandList)
    return {phrase for entry in commands.commands for phrase in entry.spoken}, commands.commands


def test_help_lists_only_what_works_in_the_window():
    """In each window something else."""
    terminal, browser = listed("XTerm")[0], listed("Chromium")[0]
    assert {"new tab", "undo", "bold that"} <= browser and not {"save that", "bold that", "select all"} & terminal
    assert "page up" in terminal and "wake up" not in browser


def test_help_in_command_mode_lists_no_symbols():
    """Nothing is written there."""
    groups = {entry.group for entry in listed("Chromium", "command mode")[1]}
    assert "Symbols" not in groups and "In the application" in groups


def test_help_where_nothing_is_typed_lists_what_types_nothing():
    """Everything else is refused."""
    phrases = listed("KeePassXC")[0]
    assert "go to sleep" in phrases and not {"scratch that", "new tab", "comma"} & phrases


def test_words_after_scrolling_a_terminal_follow_the_last_ones():
    """The command line and its caret stay where they are."""
    bench = bench_of("XTerm")
    bench.hear("note", "scroll up", "page down", "right")
    assert bench.ledger_text().endswith(" right")


def test_find_types_the_words_where_the_field_is_certain():
    """The user's profile says so; the text before can no longer be erased by voice."""
    profile = replace(RULES.profile("featherpad", ""), finds_in_place=True)
    bench = DictationBench(profile_of=lambda window: succeed(profile))
    bench.hear("hello", "find red apples", "scratch that")
    assert bench.window_text().endswith("red apples") and bench.ledger_text() == "Hello"
    assert bench.listener.refusal_codes[-1] == "nothing-to-erase"
