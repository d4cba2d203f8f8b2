"""Which profile a window has: reading the files, matching windows, putting profiles together."""

import tomllib
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.settings.places import without_line
from windictator.dictation.profile import DEFAULT_PROFILE, Profile
from windictator.keyboard.chord import parse_combination
from windictator.settings import read_text_file, shipped_config
from windictator.settings.profiles import _READERS, ProfilesError, parse_profiles

SHIPPED = parse_profiles(read_text_file(shipped_config("profiles.toml")), "profiles.toml")


def rules(*tables):
    """Rules for everything, unless they say something else."""
    return parse_profiles("".join(f'[[profile]]\nname = "p"\nclasses = ["*"]\n{table}\n' for table in tables), "f")


def test_no_rule_changes_nothing():
    """A window that no rule is for is like any."""
    assert parse_profiles("", "f").profile("XTerm", "xterm", "xterm") is DEFAULT_PROFILE
    assert SHIPPED.profile("Chromium", "A page", "chromium") is DEFAULT_PROFILE
    assert SHIPPED.profile("", "", "") is DEFAULT_PROFILE


def test_every_field_of_a_profile_can_be_set():
    """What a rule says is what the profile has; the format and the dataclass have the same keys."""
    assert {field.name for field in fields(Profile)} == {"name", *_READERS}
    chosen = rules(
        'enabled = false\nlive_typing = "eager"\nline_breaks = "refuse"\nstyle = "code"\nkey_press_ms = 30\n'
        "takes_text = false\n"
        "repeat_gap_ms = 2\nacts_late = true\nreturn_completes = true\nautocorrects = true\nkeeps_selections = true\n"
        'line_break_key = "shift+Return"\nparagraph_key = "Return"\nbackspace_unit = "emoji"\n'
        'cursor_keys = "always"\ncopy = "ctrl+insert"\ncut = "shift+delete"\npaste = "shift+insert"\nselect_all = ""\n'
        'erase = "counted"'
    ).profile("any", "")
    assert chosen == Profile(
        name="p",
        enabled=False,
        takes_text=False,
        live_typing="eager",
        line_breaks="refuse",
        line_break_key="shift+Return",
        paragraph_key="Return",
        style="code",
        key_press_ms=30,
        repeat_gap_ms=2,
        acts_late=True,
        return_completes=True,
        autocorrects=True,
        keeps_selections=True,
        cursor_keys="always",
        backspace_unit="emoji",
        copy="ctrl+insert",
        cut="shift+delete",
        paste="shift+insert",
        select_all="",
        erase="counted",
    )


def test_old_formatting_key_sets_the_style():
    """Files that have it go on working, and have the last word over a shipped style."""
    assert rules("formatting = false").profile("any", "").style == "code"
    mine = parse_profiles('[[profile]]\nname = "mine"\nclasses = ["xterm"]\nformatting = true', "f")
    assert SHIPPED.profile("XTerm", "").style == "command_line"
    assert (SHIPPED + mine).profile("XTerm", "").style == "prose"


def test_rules_override_detected_profile():
    """A rule has the last word on what it mentions; the rest stays."""
    found = Profile("found", line_breaks="space", backspace_unit="emoji")
    assert rules('line_breaks = "type"').profile("any", "", "", found) == Profile(
        "p", line_breaks="type", backspace_unit="emoji"
    ), "nothing is left of it that would have to be told"
    assert rules('live_typing = "off"').profile("any", "", "", found) == Profile(
        "found, p", live_typing="off", line_breaks="space", backspace_unit="emoji"
    )
    assert parse_profiles("", "f").profile("any", "", "", found) is found


@pytest.mark.parametrize(
    ("classes", "window", "applies"),
    [
        ('"xterm"', ("XTerm", "t", "xterm"), True),
        ('"XTERM"', ("XTerm", "t", "xterm"), True),
        ('"term"', ("XTerm", "t", "xterm"), False),
        ('"*term"', ("XTerm", "t", ""), True),
        ('"st-*"', ("st-256color", "t", ""), True),
        ('"?term"', ("XTerm", "t", ""), True),
        ('"[xy]term"', ("XTerm", "t", ""), True),
        ('"notes"', ("XTerm", "t", "notes"), True),
        ('"other", "xterm"', ("XTerm", "t", ""), True),
        ('"*"', ("", "", ""), True),
        ('"xterm"', ("", "xterm", ""), False),
        ('"a.b"', ("axb", "", ""), False),
    ],
)
def test_classes_are_shell_patterns(classes, window, applies):
    """Both words of WM_CLASS count, whatever their case, and each as a whole."""
    found = parse_profiles(f'[[profile]]\nname = "p"\nclasses = [{classes}]\nenabled = false', "f").profile(*window)
    assert found.enabled is not applies


def test_title_must_match_too():
    """Where there are titles a window needs one of them as well as the class."""
    found = parse_profiles(
        '[[profile]]\nname = "mail"\nclasses = ["xterm"]\ntitles = ["*mutt*", "alpine"]\nline_breaks = "refuse"', "f"
    )
    assert found.profile("XTerm", "In Mutt: =INBOX").line_breaks == "refuse"
    assert found.profile("XTerm", "Alpine").name == "mail"
    assert found.profile("XTerm", "bash") == found.profile("Kate", "mutt") == DEFAULT_PROFILE


def test_a_later_profile_wins_key_by_key():
    """Of all that fit each says what it mentions; the name is that of all."""
    found = SHIPPED + parse_profiles(
        '[[profile]]\nname = "mine"\nclasses = ["xterm"]\nline_breaks = "type"\nkey_press_ms = 5', "f"
    )
    profile = found.profile("XTerm", "")
    assert (profile.line_breaks, profile.key_press_ms, profile.cursor_keys) == ("type", 5, "never")
    assert profile.name == "terminals, xterm and its kind, mine"
    assert found.has_pace and not rules("").has_pace


@pytest.mark.parametrize(
    ("toml", "error"),
    [
        ("[[profile]", "f:1: not valid TOML: Expected ']]' at the end of an array declaration"),
        ("[profiles]", "f:profiles: unknown key; did you mean profile?"),
        ("profile = 1", "f:profile: 1 is wrong; it must be tables, each written as [[profile]]"),
        ('[[profile]]\nclasses = ["a"]', "f:profile 1.name: is missing; it must be a text of one line"),
        (
            '[[profile]]\nname = "a\\nb"\nclasses = ["a"]',
            'f:profile 1.name: "a\\nb" is wrong; it must be a text of one line',
        ),
        (
            '[[profile]]\nname = "a"',
            'f:profile 1.classes: is missing; it must be a list of patterns, at least one: ["...",',
        ),
        (
            '[[profile]]\nname = "a"\nclasses = []',
            "f:profile 1.classes: [] is wrong; it must be a list of patterns, at least one:",
        ),
        (
            '[[profile]]\nname = "a"\nclasses = [1]',
            "f:profile 1.classes: [1] is wrong; it must be a list of patterns, at least one:",
        ),
        (
            '[[profile]]\nname = "a"\nclasses = ["a"]\ntitles = "b"',
            'f:profile 1.titles: "b" is wrong; it must be a list of patterns, at least one:',
        ),
        (
            '[[profile]]\nname = "a"\nclasses = ["a"]\n[[profile]]\nname = "b"\nclasses = ["b"]\nline_breaks = "no"',
            'f:profile 2.line_breaks: "no" is wrong; it must be "type", "space" or "refuse"',
        ),
        (
            '[[profile]]\nname = "a"\nclasses = ["a"]\nlinebreaks = "type"',
            "f:profile 1.linebreaks: unknown key; did you mean line_breaks?",
        ),
        (
            '[[profile]]\nname = "a"\nclasses = ["a"]\nenabled = 0',
            "f:profile 1.enabled: 0 is wrong; it must be true or false",
        ),
        (
            '[[profile]]\nname = "a"\nclasses = ["a"]\nline_break_key = ""',
            'f:profile 1.line_break_key: "" is wrong; it must be keys pressed together, such as',
        ),
        (
            '[[profile]]\nname = "a"\nclasses = ["a"]\nformatting = true\nstyle = "code"',
            "f:profile 1.formatting: set together with style, its new name; remove formatting",
        ),
        (
            '[[profile]]\nname = "a"\nclasses = ["a"]\nkey_press_ms = true',
            "f:profile 1.key_press_ms: true is wrong; it must be a whole number from 0 to 1000",
        ),
        (
            '[[profile]]\nname = "a"\nclasses = ["a"]\npaste = "hyper+v"',
            'f:profile 1.paste: "hyper+v" is wrong; it must be keys pressed together, such as',
        ),
    ],
)
def test_mistake_is_one_line(toml, error):
    """With the file, the profile and the key; and what is allowed."""
    with pytest.raises(ProfilesError) as raised:
        parse_profiles(toml, "f")
    assert without_line(str(raised.value)).startswith(error)
    assert "\n" not in str(raised.value)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
_KEYS = st.sampled_from(["name", "classes", "titles", *_READERS]) | st.text()


@pytest.mark.slow
@settings(max_examples=50)
@given(text=st.text() | st.lists(_KEYS).map(lambda keys: "[[profile]]\n" + "".join(f"{key} = [\n" for key in keys)))
def test_any_text_gives_rules_or_one_error(text):
    """Whatever a file holds: rules, or an error for the user on one line."""
    try:
        parse_profiles(text, "f")
    except ProfilesError as error:
        assert str(error).isprintable()


@pytest.mark.slow
@settings(max_examples=50)
@given(table=st.dictionaries(_KEYS, _VALUES | st.lists(st.text(), min_size=1)), title=st.text())
def test_any_table_gives_rules_or_one_error(table, title):
    """The same for whatever TOML can express; and what is read can be asked for any window."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tomllib, "loads", lambda _text: {"profile": [table]})
        try:
            found = parse_profiles("", "f")
        except ProfilesError as error:
            assert str(error).isprintable()
        else:
            assert isinstance(found.profile(title, title), Profile)


_CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.sampled_from(["true", "false"]),
        "line_breaks": st.sampled_from(['"type"', '"space"', '"refuse"']),
        "key_press_ms": st.integers(0, 1000),
        "live_typing": st.sampled_from(['"off"', '"stable"', '"eager"']),
    },
)


def _toml(table):
    return "\n".join(f"{key} = {value}" for key, value in table.items())


@given(first=st.lists(_CHANGES, max_size=3), second=st.lists(_CHANGES, max_size=3))
def test_added_rules_equal_one_joined_file(first, second):
    """The law of merging; and of each key the last that mentions it has the last word."""
    below, above = ([_toml(table) for table in part] for part in (first, second))
    together = rules(*below, *above).profile("any", "")
    assert (rules(*below) + rules(*above)).profile("any", "") == together
    last = {key: value for table in first + second for key, value in table.items()}
    expected = tomllib.loads(_toml(last))
    assert {key: getattr(together, key) for key in expected} == expected


@pytest.mark.parametrize(
    "window",
    [
        # As these programs give them: class, instance.
        ("XTerm", "xterm"),
        ("UXTerm", "xterm"),
        ("URxvt", "urxvt"),
        ("st-256color", "st-256color"),
        ("Gnome-terminal", "gnome-terminal-server"),
        ("konsole", "konsole"),
        ("kitty", "kitty"),
        ("Alacritty", "Alacritty"),
        ("org.wezfurlong.wezterm", "org.wezfurlong.wezterm"),
        ("Xfce4-terminal", "xfce4-terminal"),
        ("Lxterminal", "lxterminal"),
        ("Terminator", "terminator"),
        ("Tilix", "tilix"),
    ],
)
def test_no_terminal_gets_line_breaks(window):
    """In a terminal they would run commands."""
    profile = SHIPPED.profile(window[0], "~ : bash", window[1])
    assert (profile.enabled, profile.line_breaks, profile.cursor_keys) == (True, "space", "never")


@pytest.mark.parametrize(
    "window",
    [
        ("KeePassXC", "keepassxc"),
        ("KeePass2", "keepass2"),
        ("Bitwarden", "bitwarden"),
        ("1Password", "1password"),
        ("Seahorse", "seahorse"),
        ("Pinentry-gtk-2", "pinentry-gtk-2"),
        ("pinentry-qt", "pinentry-qt"),
        ("Gcr-prompter", "gcr-prompter"),
        ("Gnome-ssh-askpass", "gnome-ssh-askpass"),
        ("Polkit-gnome-authentication-agent-1", "polkit-gnome-authentication-agent-1"),
        ("polkit-kde-authentication-agent-1", "polkit-kde-authentication-agent-1"),
        ("Lxpolkit", "lxpolkit"),
    ],
)
def test_password_windows_take_no_dictation(window):
    """Managers of passwords, and what asks for them."""
    assert not SHIPPED.profile(window[0], "Unlock", window[1]).enabled


@pytest.mark.parametrize(
    ("wm_class", "instance", "title"),
    [
        ("Slack", "slack", "general - Slack"),
        ("discord", "discord", "#general - Discord"),
        ("TelegramDesktop", "telegram-desktop", "Telegram"),
        ("Signal", "signal", "Signal"),
        ("Element", "element", "Element | Room"),
        ("teams-for-linux", "teams-for-linux", "Chat | Microsoft Teams"),
        ("Mattermost", "mattermost", "Mattermost"),
        ("Zulip", "zulip", "Zulip"),
        ("Pidgin", "Pidgin", "somebody"),
        ("Gajim", "gajim", "Gajim"),
        ("Fractal", "fractal", "Fractal"),
        ("Chromium", "chromium", "general (Channel) - Work - Slack - Chromium"),
        ("Google-chrome", "google-chrome", "(2) WhatsApp - Google Chrome"),
        ("firefox", "Navigator", "Discord | #general | Server — Mozilla Firefox"),
        ("firefox-esr", "Navigator", "Telegram Web — Mozilla Firefox"),
        ("Microsoft-edge", "microsoft-edge", "Chat | Me | Microsoft Teams - Work - Microsoft Edge"),
        ("Brave-browser", "brave-browser", "Element [3] | Room - Brave"),
        ("Chromium", "chromium", "ChatGPT - Chromium"),
        ("Chromium", "chromium", "Recipes - Claude - Chromium"),
        ("Chromium", "chromium", "Google Gemini - Chromium"),
        ("Vivaldi-stable", "vivaldi-stable", "town-square - Team Mattermost - Vivaldi"),
        ("Chromium", "crx_hnpfjngllnobngcgfapefoaidbinmjnm", "WhatsApp Web"),
    ],
)
def test_no_line_break_sends_a_message(wm_class, instance, title):
    """Return would."""
    assert SHIPPED.profile(wm_class, title, instance).line_break_key == "shift+Return"


@pytest.mark.parametrize(
    ("wm_class", "title"),
    [("Chromium", "News - Chromium"), ("Chromium", "Inbox - Gmail - Chromium"), ("Gedit", "slack"), ("X", "discord")],
)
def test_return_breaks_lines_elsewhere(wm_class, title):
    """A title alone says nothing, and most pages are not chats."""
    assert SHIPPED.profile(wm_class, title).return_is_plain


def test_a_mail_in_html_has_paragraphs():
    """By the first word of WM_CLASS, which is the same in all languages."""
    profile = SHIPPED.profile("thunderbird", "Verfassen: (kein Betreff) - Thunderbird", "Msgcompose")
    assert (profile.line_break_key, profile.paragraph_key) == ("shift+Return", "Return")
    assert SHIPPED.profile("thunderbird", "Inbox", "Mail").return_is_plain


@pytest.mark.parametrize("window", [("Xfdesktop", "xfdesktop"), ("Xfce4-panel", "xfce4-panel"), ("Plank", "plank")])
def test_desktops_and_panels_take_no_text(window):
    """They say so, and what to do; keys that are asked for are pressed."""
    profile = SHIPPED.profile(window[0], "Desktop", window[1])
    assert str(profile.refusal_for("hello")) == (
        'This window takes no text (profile "desktops and panels"). Click into the window you want to write in.'
    )
    assert not profile.refusal_for()


@pytest.mark.parametrize("window", [("Code", "code"), ("Emacs", "emacs"), ("jetbrains-idea", "jetbrains-idea")])
def test_editors_with_a_terminal_inside_are_editors(window):
    """Whatever was found out of their pseudo-terminals."""
    found = Profile(
        "a terminal", line_breaks="space", style="command_line", cursor_keys="never", copy="", select_all=""
    )
    profile = SHIPPED.profile(window[0], "main.py", window[1], found)
    assert profile == Profile("editors with a terminal inside")


@pytest.mark.parametrize("wm_class", ["Gedit", "gnome-text-editor", "Mousepad", "kate", "Xed", "FeatherPad", "L3afpad"])
def test_plain_editors_allow_cursor_keys(wm_class):
    """Text that is further back can be corrected there."""
    assert SHIPPED.profile(wm_class, "Untitled").cursor_keys == "always"


def test_shipped_profiles_have_valid_keys():
    """As the commands that press them read them."""
    for window in (rule for rule in SHIPPED.rules):
        for key in ("copy", "cut", "paste", "select_all", "line_break_key", "paragraph_key"):
            assert not window.changes.get(key) or parse_combination(window.changes[key])
    default = Profile()
    assert all(
        parse_combination(text).modifiers for text in (default.copy, default.cut, default.paste, default.select_all)
    )


@pytest.mark.parametrize(
    ("wm_class", "lends"),
    [("Xephyr", False), ("VirtualBox Machine", False), ("xfreerdp", False), ("Remote-viewer", False), ("Gedit", True)],
)
def test_windows_that_pass_on_keys_have_no_remapping(wm_class: str, lends: bool) -> None:
    # A character that is mapped to an unused key here has no key on the other side.
    assert SHIPPED.profile(wm_class, "Untitled").remapping is lends
