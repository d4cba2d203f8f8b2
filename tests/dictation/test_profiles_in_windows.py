"""Dictation into windows that have profiles, with a fake keyboard: what a profile forbids cannot happen there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import succeed

from tests.dictation.bench import DEFAULT, OTHER_WINDOW, SHIFT_KEY, DictationBench
from tests.fake_keyboard import WINDOW
from windictator.dictation.profile import Profile
from windictator.keyboard.keysyms import RETURN
from windictator.settings.vocabulary import parse_words
from windictator.text.commands.actions import Mode
from windictator.text.cursor_edit import CARET_LEFT

TERMINAL = Profile("terminals", line_breaks="space")
ONE_LINE = Profile("one line", line_breaks="refuse")
VAULT = Profile("vaults", enabled=False)
CHAT = Profile("chats", line_break_key="shift+Return")
MAIL = Profile("mail", line_break_key="shift+Return", paragraph_key="Return")
DESKTOP = Profile("desktop", takes_text=False)
CODE = Profile("code", style="code")
DICTATION_OFF = 'Dictation is off in this window (profile "vaults"). Type here by hand, or click into another window.'
OWN_WORDS = """
[words]
"my address" = "1 Main Street\\n\\n  London"
"my list" = "first\\n{cursor}\\nlast"
"""
ADDRESS = DEFAULT.with_user_words(parse_words(OWN_WORDS, "words"), 1.0)


class Profiled(DictationBench):
    """``profiles``: by window; they may be exchanged, as by a change of title."""

    def __init__(self, profile=None, **options):
        self.profiles = {WINDOW: profile} if profile else {}
        self.asked = []
        super().__init__(vocabulary=ADDRESS, keep_undelivered=True, profile_of=self.profile_of, **options)
        self.heard = []
        self.dictation.on_result = lambda heard, outcome: self.heard.append(heard)

    def profile_of(self, window):
        self.asked.append(window)
        return succeed(self.profiles.get(window, Profile()))

    @property
    def interpreter(self):
        return self.dictation.interpreter

    def lose_focus_at(self, write, text):
        """Say something of which all but the first keys cannot be typed, so that it is held."""
        self.before_keystroke(write, lambda: setattr(self.keyboard, "focus", 0))
        self.hear(text)
        self.keyboard.focus = WINDOW


# Line breaks


@pytest.mark.parametrize("live", ["off", "stable", "eager"])
@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ("hello new line world", "Hello world"),
        ("hello new paragraph world", "Hello world"),
        ("hello new line", "Hello "),
        ("hello period new line world", "Hello. World"),
        ("hello new line new line world", "Hello world"),
        ("new line hello", " Hello"),
        ("send it to my address please", "Send it to 1 Main Street London please"),
    ],
)
def test_a_line_break_becomes_a_space(said, stands, live):
    """Where Return would do more than break a line; nothing that is shown meanwhile presses it either."""
    bench = Profiled(TERMINAL, live=live)
    words = said.split()
    bench.hear(*("~" + " ".join(words[: count + 1]) for count in range(len(words))), said)
    assert bench.window_text() == bench.ledger_text() == stands
    assert "\n" not in bench.keyboard.received[WINDOW]
    assert bench.listener.notices == ['line breaks are written as spaces in this window (profile "terminals")']
    assert not bench.listener.refusals


def test_the_next_words_follow_on_the_same_line():
    """There is a space before the caret, not the start of a line."""
    bench = Profiled(TERMINAL)
    bench.hear("make test new line", "then", "new line", "go")
    assert bench.window_text() == bench.ledger_text() == "Make test then go"
    assert len(bench.listener.notices) == 2


def test_the_caret_goes_back_in_a_list_that_became_one_line():
    """What is written behind the caret has no line break either."""
    bench = Profiled(TERMINAL)
    bench.hear("my list")
    assert bench.keyboard.received[WINDOW] == "First  last" + CARET_LEFT * len(" last")
    assert bench.ledger_text() == "First  last"


def test_the_caret_stays_where_no_key_of_ours_may_move_it():
    """Then it stays after the snippet, and the text goes on there."""
    bench = Profiled(Profile("still", cursor_keys="never"))
    bench.hear("my list", "more")
    assert bench.keyboard.received[WINDOW] == bench.ledger_text() == "First\n\nlast more"
    assert bench.listener.notices == ['the caret stays after the snippet in this window (profile "still")']


@pytest.mark.parametrize("live", ["off", "eager"])
@pytest.mark.parametrize("said", ["hello new line world", "hello my address", "my list"])
def test_a_line_break_is_refused(said, live):
    """Then nothing of the utterance stays, and it is not held to be typed later."""
    bench = Profiled(ONE_LINE, live=live)
    words = said.split()
    bench.hear("before", *("~" + " ".join(words[: count + 1]) for count in range(len(words))), said)
    assert bench.window_text() == bench.ledger_text() == "Before"
    assert bench.listener.refusals == [
        'Line breaks are not typed into this window (profile "one line"). Say the text without them.'
    ]
    assert not bench.interpreter.undelivered.texts
    bench.hear("after")
    assert bench.window_text() == "Before after"


@pytest.mark.parametrize(
    ("profile", "stands", "refused"),
    [(TERMINAL, "Here comes  text", 0), (ONE_LINE, "Here comes this text", 1), (None, "Here comes\ntext", 0)],
)
def test_replacing_by_a_line_break(profile, stands, refused):
    """A correction writes as dictation does."""
    bench = Profiled(profile)
    bench.hear("here comes this text", "replace this with new line")
    assert bench.window_text() == bench.ledger_text() == stands
    assert len(bench.listener.refusals) == refused


@pytest.mark.parametrize(("profile", "stands"), [(TERMINAL, "One  two"), (ONE_LINE, "One two"), (None, "One\ntwo")])
def test_inserting_a_line_break(profile, stands):
    """And so does an insertion."""
    bench = Profiled(profile)
    bench.hear("one two", "insert before two", "new line")
    assert bench.window_text() == bench.ledger_text() == stands


@pytest.mark.parametrize("profile", [TERMINAL, ONE_LINE])
def test_repeated_words_lose_line_breaks_by_profile(profile):
    """Repeating is dictating again."""
    bench = Profiled()
    bench.profiles[OTHER_WINDOW] = profile
    bench.hear("one new line two")
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("repeat that three times")
    assert bench.window_text(OTHER_WINDOW) == {"space": "One two one two one two", "refuse": ""}[profile.line_breaks]
    assert len(bench.listener.refusals) == int(profile is ONE_LINE), "refused once, not three times"


@pytest.mark.parametrize("profile", [TERMINAL, ONE_LINE])
def test_undelivered_words_follow_the_line_breaks_of_the_profile(profile):
    """Held words are typed by the profile of the window in which the caret is then."""
    bench = Profiled()
    bench.profiles[OTHER_WINDOW] = profile
    bench.lose_focus_at(1, "one new line two")
    assert len(bench.interpreter.undelivered.texts) == 1
    bench.keyboard.focus = OTHER_WINDOW
    bench.dictation.type_undelivered()
    if profile is TERMINAL:
        assert bench.window_text(OTHER_WINDOW) == "One two"
        assert not bench.interpreter.undelivered.texts
    else:
        assert bench.window_text(OTHER_WINDOW) == ""
        assert bench.listener.refusals == [
            'Line breaks are not typed into this window (profile "one line"). Say the text without them.'
        ]
        assert len(bench.interpreter.undelivered.texts) == 1


def test_the_rest_of_held_words_is_typed_by_the_profile_of_now():
    """The same window may have another title, and with it another profile, when it is continued there."""
    bench = Profiled()
    bench.lose_focus_at(5, "one two new line three")
    assert bench.window_text().startswith("One")
    bench.profiles[WINDOW] = TERMINAL
    bench.dictation.type_undelivered()
    assert bench.window_text() == "One two Three"


@pytest.mark.parametrize("profile", [TERMINAL, ONE_LINE])
def test_undo_and_redo_never_press_return(profile):
    """What was typed while it was allowed is neither put back nor retyped once it is not."""
    bench = Profiled()
    bench.hear("one new line two", "undo that")
    assert bench.window_text() == ""
    bench.profiles[WINDOW] = profile
    bench.hear("redo that")
    assert bench.window_text() == bench.ledger_text() == ""
    assert "Line breaks are not typed" in bench.listener.refusals[-1]


@pytest.mark.parametrize("profile", [TERMINAL, ONE_LINE])
def test_a_correction_never_types_a_line_break_anew(profile):
    """A line break after the change would be typed again with the text that follows."""
    bench = Profiled()
    bench.hear("won new line two")
    bench.profiles[WINDOW] = profile
    bench.hear("replace won with one", "uppercase that")
    assert bench.window_text() == bench.ledger_text() == "Won\nTwo"
    assert [reason for reason in bench.listener.refusals if "Line breaks" in reason] == bench.listener.refusals
    assert len(bench.listener.refusals) == 2


@pytest.mark.parametrize("profile", [TERMINAL, ONE_LINE])
def test_text_that_is_given_is_typed_as_it_is(profile):
    """``windictator type`` is the user's own text; what it has run cannot be taken back."""
    bench = Profiled(profile)
    bench.hear("echo hello")
    bench.dictation.type("\nexit\n")
    assert bench.keyboard.received[WINDOW] == "Echo hello\nexit\n"
    bench.hear("scratch that")
    assert bench.keyboard.received[WINDOW] == "Echo hello\nexit\n"
    assert bench.listener.refusals[-1].startswith("Can't take that back: Return was pressed here.")


def test_return_is_pressed_when_it_is_asked_for():
    """A key that is named is not a line break that slipped in."""
    bench = Profiled(TERMINAL)
    bench.hear("make test", "press enter")
    assert bench.keyboard.received[WINDOW] == "Make test\n"


_SAID = st.lists(
    st.sampled_from(
        [
            *("hello", "new line", "one new line two", "new paragraph", "my address", "my list", "hello world"),
            *("scratch that", "undo that", "redo that", "repeat that", "replace hello with new line", "uppercase that"),
            *("insert after hello", "new line three", "delete last word", "replace world with my address"),
            *("~hello new", "~one new line", "spelling mode", "dictation mode", "literal that", "resume with hello"),
        ]
    ),
    max_size=12,
)


@pytest.mark.slow
@given(said=_SAID, live=st.sampled_from(["off", "eager"]), profile=st.sampled_from([TERMINAL, ONE_LINE]))
def test_nothing_that_is_said_presses_return(said, live, profile):
    """The law; and the ledger still agrees with the window."""
    bench = Profiled(profile, live=live)
    bench.hear(*said, "end")
    assert "\n" not in bench.keyboard.received.get(WINDOW, "")
    assert bench.is_idle
    assert bench.window_text() == bench.ledger_text() or "my list" in said or "replace world with my address" in said


# Keys of their own for line breaks


def returns(bench):
    """For each press of Return whether Shift was held."""
    return [press.shift for press in bench.keyboard.presses[WINDOW] if press.keysym == RETURN]


@pytest.mark.parametrize("live", ["off", "eager"])
def test_a_line_break_is_typed_with_the_keys_of_the_window(live):
    """Return alone would send the message; corrections retype it the same way."""
    bench = Profiled(CHAT, live=live)
    bench.hear("~one new", "~one new line", "one new line too", "new paragraph", "my address")
    bench.hear("undo that", "redo that", "scratch that", "scratch that", "replace one with won")
    assert bench.window_text() == bench.ledger_text() == "Won\nToo"
    assert returns(bench) and all(returns(bench))
    assert not bench.listener.refusals


def test_keys_for_line_breaks_are_typed_in_words_that_were_held():
    """As the window has it in which they are typed in the end."""
    bench = Profiled(CHAT)
    bench.lose_focus_at(5, "one two new line three")
    bench.dictation.type_undelivered()
    assert bench.window_text() == "One two\nThree"
    assert all(returns(bench))


def test_text_that_is_given_presses_return_in_a_chat():
    """What it has sent cannot be taken back."""
    bench = Profiled(CHAT)
    bench.dictation.type("one\ntwo")
    bench.hear("scratch that")
    assert bench.window_text() == "one\ntwo" and returns(bench) == [False]
    assert bench.listener.refusals[-1].startswith("Can't take that back: Return was pressed here.")


def test_a_paragraph_is_one_key_where_the_window_has_one():
    """One BackSpace takes it back; a line break in it is another key."""
    bench = Profiled(MAIL)
    bench.hear("one new paragraph two new line three")
    assert bench.keyboard.received[WINDOW] == "One\nTwo\nThree"
    assert returns(bench) == [False, True]
    assert bench.listener.typed_parts[-1][0] == "One\n\nTwo\nThree"
    bench.hear("scratch that")
    assert bench.keyboard.received[WINDOW].count("\b") == len("One\nTwo\nThree")
    bench.hear("my address")
    assert returns(bench) == [False, True, False]


def test_paragraph_without_a_key_is_refused():
    """A title may change with the text."""
    bench = Profiled(MAIL)
    bench.hear("won new paragraph two")
    bench.profiles[WINDOW] = Profile()
    bench.hear("replace won with one")
    assert bench.keyboard.received[WINDOW] == "Won\nTwo"
    assert "no longer has a key" in bench.listener.refusals[-1]


def test_key_missing_on_the_keyboard_is_refused_first():
    """Nothing of the utterance is typed; what needs no line break is."""
    bench = Profiled(Profile("odd", line_break_key="F35"))
    bench.hear("one new line two", "three")
    assert bench.window_text() == bench.ledger_text() == "Three"
    assert bench.listener.refusals == ["the keyboard layout has no key for F35; nothing was pressed"]


# A desktop


@pytest.mark.parametrize("live", ["off", "eager"])
def test_what_is_said_to_a_desktop_is_held_for_another_window(live):
    """Letters would be shortcuts there; keys that are asked for are pressed."""
    bench = Profiled(DESKTOP, live=live)
    bench.hear("~hello", "hello world", "press alpha")
    assert bench.keyboard.received == {WINDOW: "a"}
    assert bench.listener.refusals == [
        'This window takes no text (profile "desktop"). Click into the window you want to write in.'
    ]
    assert [text for text, _ in bench.listener.finals] == ["hello world", "press alpha"]
    bench.dictation.type_undelivered()
    assert bench.keyboard.received == {WINDOW: "a"} and len(bench.interpreter.undelivered.texts) == 1
    bench.keyboard.focus = OTHER_WINDOW
    bench.dictation.type_undelivered()
    assert bench.window_text(OTHER_WINDOW) == "Hello world" and not bench.interpreter.undelivered.texts


# Where nothing is to be said


@pytest.mark.parametrize("live", ["off", "eager"])
def test_nothing_is_typed_shown_held_or_remembered(live):
    """What is said to a manager of passwords may be a password, or was meant for another window."""
    bench = Profiled(VAULT, live=live)
    bench.hear("~open", "~open sesame", "open sesame")
    assert bench.listener.refusals == [DICTATION_OFF]
    assert (bench.listener.partials, bench.listener.finals, bench.heard) == ([], [], [])
    assert bench.keyboard.received == {} and not bench.interpreter.undelivered.texts
    bench.dictation.say("another secret")
    bench.dictation.type("given")
    assert (bench.listener.finals, bench.heard) == ([], [])
    assert bench.keyboard.received == {WINDOW: "given"}
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("literal that", "repeat that", "correct that")
    bench.dictation.type_undelivered()
    assert bench.keyboard.received == {WINDOW: "given"}
    assert not any("secret" in reason or "sesame" in reason for reason in bench.listener.refusals)


def test_an_utterance_belongs_to_the_window_it_began_in():
    """Who changes the window while speaking a secret does not find it there."""
    bench = Profiled(VAULT)
    bench.hear("~open")
    bench.keyboard.focus = OTHER_WINDOW
    bench.hear("open sesame")
    assert bench.keyboard.received == {} and bench.listener.finals == [] and not bench.interpreter.undelivered.texts
    bench.hear("hello")
    assert bench.window_text(OTHER_WINDOW) == "Hello"


@pytest.mark.parametrize("asked", ["type held", "repeat that", "press alpha", "undo that", "scratch that"])
def test_nothing_that_is_said_reaches_it(asked):
    """No command types there either; and what is held stays held."""
    bench = Profiled()
    bench.profiles[OTHER_WINDOW] = VAULT
    bench.hear("first")
    bench.keyboard.focus = 0
    bench.hear("hello")
    bench.keyboard.focus = OTHER_WINDOW
    bench.dictation.type("secret")
    bench.hear(asked)
    assert bench.keyboard.received[OTHER_WINDOW] == "secret", "what is given to be typed is; nothing is erased"
    assert [held.transcript for held in bench.interpreter.undelivered.texts] == ["hello"]
    assert bench.listener.refusals[-1] == DICTATION_OFF
    bench.keyboard.focus = WINDOW
    bench.dictation.type_undelivered()
    assert bench.window_text() == "First hello"


def test_commands_that_type_nothing_are_obeyed_there():
    """Sleep is wanted there most."""
    bench = Profiled(VAULT)
    bench.hear("go to sleep", "hello", "wake up", "command mode", "open sesame")
    assert bench.interpreter.mode is Mode.COMMAND
    assert bench.listener.refusals == [DICTATION_OFF]


def test_words_of_push_to_talk_stay_held_there():
    """The keys that kept them from being typed come up in a window that takes nothing."""
    bench = Profiled()
    bench.keyboard.user_presses(SHIFT_KEY)
    bench.hear("hello")
    bench.clock.advance(1.5)
    bench.keyboard.user_presses(SHIFT_KEY, False)
    bench.profiles[WINDOW] = VAULT
    bench.dictation.type_undelivered(bench.interpreter.undelivered.texts[0].reason)
    assert bench.window_text() == "" and len(bench.interpreter.undelivered.texts) == 1


# Live text, code


@pytest.mark.parametrize(
    ("setting", "profile", "shown"),
    [("eager", "off", ""), ("off", "eager", "Hello wor"), ("eager", "stable", ""), ("off", None, "")],
)
def test_live_text_is_as_the_profile_says(setting, profile, shown):
    """In place of the setting; in the end the text is the same."""
    bench = Profiled(Profile("live", live_typing=profile), live=setting)
    bench.hear("~hello wor")
    assert bench.window_text() == shown
    assert bench.listener.partials == ["hello wor"]
    bench.hear("hello world")
    assert bench.window_text() == bench.ledger_text() == "Hello world"


def test_code_has_no_sentences():
    """Single spaces between words, and what is asked for."""
    bench = Profiled(CODE)
    bench.hear("import this", "print open parenthesis x close parenthesis period next")
    bench.hear("new line cap return no space 1")
    assert bench.window_text() == bench.ledger_text() == "import this print (x). next\nReturn1"
    bench.hear("literal period full stop hello", "replace hello with what question mark why")
    assert bench.window_text().endswith("period. what? why")


def test_the_profile_is_that_of_the_beginning_of_each_utterance():
    """A title changes with the page that is shown: nothing is kept from one utterance to the next."""
    bench = Profiled(TERMINAL)
    bench.hear("one new line two")
    bench.profiles[WINDOW] = Profile()
    bench.hear("new line three")
    assert bench.window_text() == "One two\nThree"
    assert bench.asked == [WINDOW, WINDOW]


def test_where_nothing_has_the_focus_no_profile_is_asked_for():
    """There is no window that could have one."""
    bench = Profiled(VAULT)
    bench.keyboard.focus = 0
    bench.hear("hello")
    assert bench.asked == [] and [held.transcript for held in bench.interpreter.undelivered.texts] == ["hello"]


# Autocorrection

OFFICE = Profile("office", autocorrects=True)


@pytest.mark.parametrize("command", ["scratch that", "replace wait with stay", "select wait", "delete last two words"])
def test_what_autocorrection_may_have_changed_is_not_counted(command):
    """Three dots may have become one character, and as many BackSpaces would take more."""
    bench = Profiled(OFFICE)
    bench.hear("wait ellipsis now", command)
    assert bench.window_text() == bench.ledger_text() == "Wait... Now"
    (reason,) = bench.listener.refusals
    assert "Autocorrection may have changed '...'" in reason and 'profile "office"' in reason


def test_no_place_before_autocorrected_text_is_found():
    """The caret would go by counting too."""
    bench = Profiled(OFFICE)
    bench.hear("wait ellipsis now", "insert before wait", "big")
    assert bench.window_text() == bench.ledger_text()
    assert "Autocorrection" in bench.listener.refusals[0]


def test_text_after_autocorrected_text_is_corrected():
    """Only what is erased is counted."""
    bench = Profiled(OFFICE)
    bench.hear("wait ellipsis now", "replace now with then", "delete last word")
    assert bench.window_text() == bench.ledger_text() == "Wait..."
    assert not bench.listener.refusals


def test_a_line_that_may_be_a_list_is_not_left_by_corrections():
    """Its mark may have become the bullet of the line, which is not a character."""
    bench = Profiled(OFFICE)
    bench.hear("dash item", "new line", "two", "scratch that", "scratch that")
    assert bench.window_text() == bench.ledger_text()
    assert "'-'" in bench.listener.refusals[-1]


@pytest.mark.parametrize("command", ["replace one with four", "select one", "insert before one", "scratch that"])
def test_line_breaks_that_a_list_may_have_are_not_counted(command):
    """There the first BackSpace removes the bullet, not the break."""
    bench = Profiled(OFFICE)
    bench.hear("one new line two", command, "big")
    assert bench.window_text().startswith("One\nTwo") and "\b" not in bench.keyboard.received[WINDOW]
    (reason,) = bench.listener.refusals
    assert "may have made a list" in reason and 'profile "office"' in reason


def test_line_that_may_be_of_a_list_is_corrected():
    """Up to its beginning, BackSpaces can be counted."""
    bench = Profiled(OFFICE)
    bench.hear("one", "new line", "two three", "replace two with four", "scratch that", "scratch that")
    assert bench.window_text() == bench.ledger_text() == "One\n"
    assert not bench.listener.refusals


def test_text_in_other_windows_is_corrected_whatever_it_is():
    """Most programs leave what is typed as it is."""
    bench = Profiled()
    bench.hear("wait ellipsis", "scratch that")
    assert bench.window_text() == ""


def test_live_text_that_autocorrection_may_have_changed_stays():
    """While one speaks it is as with corrections."""
    bench = Profiled(OFFICE, live="eager")
    bench.hear("~wait ellipsis", "weight ellipsis")
    assert bench.window_text() == "Wait..."
    assert "Autocorrection" in bench.listener.refusals[0]


@pytest.mark.parametrize("keeps", [True, False])
def test_an_empty_selection_is_ended_before_something_is_erased(keeps):
    """Else it would take the first BackSpace."""
    bench = Profiled(Profile("office", keeps_selections=True))
    bench.hear(
        "one two",
        "select last word",
        "cap that",
        "select two",
        "unselect that",
        "scratch that",
        "scratch that",
        "three",
    )
    assert bench.editor(keeps=keeps).text == bench.ledger_text() == "Three"
    bench.hear("select last word")
    assert bench.editor(keeps=keeps).selection == (0, 5)
