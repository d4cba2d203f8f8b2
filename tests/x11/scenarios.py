"""What exact typing is shown on: one row for each scenario, run on every kind of client.

Only data. A row names a keyboard (layout, group, locks), a text, what the user holds down from before, what happens in
the middle, and which reasons to stop are right then; ``tests/x11/stage.py`` plays it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from tests.x11.server import LOCK, NUM_LOCK
from windictator.typist.result import StopReason


class Middle(enum.Enum):
    """What happens once a part of the text has been typed."""

    NOTHING = enum.auto()
    FOCUS_MOVED = enum.auto()
    USER_TYPES = enum.auto()
    USER_PRESSES_SHIFT = enum.auto()
    CLICK = enum.auto()
    CAPS_LOCK_PRESSED = enum.auto()
    PAUSED_300_MS = enum.auto()
    PAUSED_2_S = enum.auto()
    LAYOUT_SET = enum.auto()
    GROUP_SWITCHED = enum.auto()
    SERVER_GRABBED_1_S = enum.auto()
    KEYBOARD_GRABBED = enum.auto()


class Held(enum.Enum):
    """How long the keys are held that the user holds when typing is asked for."""

    BRIEFLY = enum.auto()
    THROUGHOUT = enum.auto()


@dataclass(frozen=True)
class Scenario:
    """One row.

    ``name``: in the table. ``text``: what is typed; U+0008 is BackSpace. ``layout``, ``variant``, ``options``: of
    xkeyboard-config. ``group``: 0..3, locked beforehand. ``locks``: modifiers locked beforehand. ``held``: keysym
    names of keys that the user holds beforehand. ``stops``: the reasons one of which must be given; with None among
    them the text may also arrive whole. ``changes``: what the user does changes locks, group or keymap permanently, so
    that they are not compared with those from before. ``fast``: part of every run, not only of the whole matrix.
    """

    name: str
    text: str
    layout: str = "us"
    variant: str = ""
    options: str = ""
    group: int = 0
    locks: int = 0
    autorepeat: bool = True
    held: tuple[str, ...] = ()
    held_for: Held = Held.BRIEFLY
    middle: Middle = Middle.NOTHING
    stops: frozenset[StopReason | None] = field(default=frozenset({None}))
    fast: bool = False


# Texts

ENGLISH = "The quick brown fox jumps over the lazy dog. 0123456789\n\t!@#$%^&*()-_=+[]{}\\|;:'\",.<>/?`~"
ACCENTED = "Ångström, naïve façade, Škoda, Łódź, œuvre, Ñandú, Þór, ŵ ẞ ß"
TYPOGRAPHIC = "“Yes” – ‘no’ — „so“ «là» … 5 € £ ¥ ₹ ₿ ™ © § ¶ † ½ × ÷ ≈ ∞ → °"
GREEK = "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία."
RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю №5."
UKRAINIAN = "Ґанок, їжак, єнот, Європа ґ"
HEBREW = "דג סקרן שט בים מאוכזב ולפתע מצא לו חברה?"
ARABIC = "نص حكيم له سر قاطع وذو شأن عظيم؟ ١٢٣"
CHINESE = "我能吞下玻璃而不伤身体。"
JAPANESE = "いろはにほへと チリヌルヲ"
KOREAN = "키스의 고유조건은"
EMOJI = "😀 👍🏽 🇩🇪 👩‍👩‍👧 🦊𝒳𐍈"
COMBINING = "e\u0301 n\u0303 a\u0308\u0323 ο\u0313\u0342 и\u0306 ह\u093f\u0902 "
SIXTY_NINE = "αβγδεζηθικλμνξοπρστυφχψωАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ€₤₧₩₪₫₭₮₱₲₴₵"
MANY_DIFFERENT = "".join(f"{character}{'ab Cd1'[i % 6]}" for i, character in enumerate(SIXTY_NINE * 2))
OVER_A_HUNDRED = "".join(map(chr, [*range(0x100, 0x150), *range(0x410, 0x450), *range(0x4E00, 0x4E10)]))
#: Take long enough for something to happen in the middle.
LONG = "".join(f"{number} The quick brown fox jumps over the lazy dog, they say;\n" for number in range(10, 80))
LONG_UNMAPPED = "".join(f"{number} Цвет и ψυχή, «größer» als 5 €: naïve œuvre…\n" for number in range(10, 100))

#: For each layout a text that it has keys for, with all of its levels; all other characters are mapped.
LAYOUTS: tuple[tuple[str, str, str], ...] = (
    ("us", "", ENGLISH),
    ("gb", "", ENGLISH + " £ ¬ ¦ €"),
    ("de", "", "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. {[]}\\@€|~µ<>° §&/()=?*+#'"),
    (
        "fr",
        "",
        "Voix ambiguë d’un cœur qui, au zéphyr, préfère les jattes de kiwis. & é \" ' ( - è _ ç à ) = {[|\\^@]}",
    ),
    ("es", "", "El veloz murciélago hindú comía feliz cardillo y kiwi. ¿Ñu? ¡Sí! \\|@#~€¬{[]}"),
    ("it", "", "Pranzo d'acqua fa volti sghembi; però più città, perché? é ç ò à ù ° § £ \\|{[@#]}"),
    ("pt", "", "Luís argüia à Júlia que «brações, fé, chá, óxido, pôr, zângão» eram palavras. €@£§{[]}"),
    ("se", "", "Flygande bäckasiner söka hwila på mjuka tuvor. ÅÄÖ é @£$€{[]}\\~|½"),
    ("pl", "", "Pchnąć w tę łódź jeża lub ośm skrzyń fig. ĄĆĘŁŃÓŚŹŻ €"),
    ("cz", "", "Příliš žluťoučký kůň úpěl ďábelské ódy. 12345 {[]}@#$&*<>|\\"),
    ("hu", "", "Árvíztűrő tükörfúrógép ŰŐÚÁÉÍ 0123 {}[]&@#<>|\\€"),
    ("tr", "", "Pijamalı hasta yağız şoföre çabucak güvendi. İIıi ĞŞÇ {[]}\\|@€₺"),
    ("gr", "", GREEK + " ΆΈΉΊΌΎΏ ϊϋΐΰ; «»"),
    ("ru", "", RUSSIAN + ' "№;%:?*()'),
    ("il", "", HEBREW + " 123 ₪ ,.;"),
    ("ara", "", ARABIC + " لا أإآؤئء ،؛"),
    ("us", "dvorak", ENGLISH),
    ("us", "intl", "He said: \"naïve\" 'café' ~ ^ ` ¿ñandú? äöüß €"),
    ("de", "neo", "Zwölf Boxkämpfer jagen Viktor quer über den Deich. QWXÄ—…_[]^!<>=& \\/{}*?()-: αβγΣ √∞"),
    ("fr", "bepo", "Voix ambiguë d’un cœur qui, au zéphyr, préfère les jattes. ÉÈÀÇ «» — – |æœ€"),
)
UNMAPPED = f"{TYPOGRAPHIC} Ω {RUSSIAN[:12]} plain {HEBREW[:4]} 你 😀 end."


def _layout_rows() -> list[Scenario]:
    rows = []
    for layout, variant, text in LAYOUTS:
        name = f"{layout}({variant})" if variant else layout
        fast = name in ("fr", "ru", "us(intl)", "de(neo)")
        rows.append(Scenario(f"{name}: its own", text, layout, variant, fast=fast))
        rows.append(Scenario(f"{name}: and unmapped", UNMAPPED, layout, variant, fast=name in ("us", "de(neo)")))
        rows.append(
            Scenario(f"{name}: CapsLock, NumLock", text[:40] + UNMAPPED[:20], layout, variant, locks=LOCK | NUM_LOCK)
        )
    return rows


_PAIRS = tuple(
    Scenario(f"{layout}, group {group + 1}: {what}", text, layout, group=group, fast=fast and group == 1)
    for layout, own, fast in (("us,ru", RUSSIAN, True), ("us,gr", GREEK, False))
    for group in (0, 1)
    for what, text in (
        ("both", f"Hello, {own} bye {own[:5]}!"),
        ("unmapped", f"Hi “{own[:6]}” {CHINESE[:4]} ö 😀 end {own}"),
    )
)

_CHARACTERS = tuple(
    Scenario(name, text, fast=name in ("emoji", "over a hundred different"))
    for name, text in (
        ("accented Latin", ACCENTED),
        ("typographic, currency", TYPOGRAPHIC),
        ("Greek", GREEK),
        ("Cyrillic", RUSSIAN + UKRAINIAN),
        ("Hebrew", HEBREW),
        ("Arabic", ARABIC),
        ("CJK", CHINESE + JAPANESE + KOREAN),
        ("emoji", EMOJI),
        ("combining", COMBINING),
        ("69 different, mixed, twice", MANY_DIFFERENT),
        ("over a hundred different", OVER_A_HUNDRED),
        ("one unmapped, many times", "ж" * 60 + "a" * 5 + "ж" * 5),
        ("BackSpaces and unmapped", "жук\b\b\bcat “” 你\b\b好"),
        ("Return and Tab", "a\n\n\tb\n“c”\t\n"),
    )
)

_STATE = (
    Scenario("CapsLock", ENGLISH, locks=LOCK, fast=True),
    Scenario("NumLock", ENGLISH, locks=NUM_LOCK),
    Scenario("CapsLock, NumLock, unmapped", ENGLISH[:30] + UNMAPPED, locks=LOCK | NUM_LOCK, fast=True),
    Scenario("CapsLock in us,ru, group 2", f"Hello, {RUSSIAN}", "us,ru", group=1, locks=LOCK),
    Scenario("no autorepeat", ENGLISH + UNMAPPED, autorepeat=False),
    Scenario("CapsLock as another Control", ENGLISH, options="ctrl:nocaps"),
    Scenario("AltGr held by a layout without it", ENGLISH + UNMAPPED, options="compose:ralt"),
)

_HELD_REFUSED = frozenset({StopReason.KEYS_HELD})
#: A letter that is held repeats, which is as good a reason.
_HELD_LETTER_REFUSED = frozenset({StopReason.KEYS_HELD, StopReason.FOREIGN_INPUT})
_PEOPLE = (
    *(
        Scenario(
            f"{key} held throughout", ENGLISH, held=(key,), held_for=Held.THROUGHOUT, stops=_HELD_REFUSED, fast=fast
        )
        for key, fast in (("Shift_L", True), ("Control_L", False), ("Alt_L", False), ("Super_L", False))
    ),
    Scenario("j held throughout", ENGLISH, held=("j",), held_for=Held.THROUGHOUT, stops=_HELD_LETTER_REFUSED),
    Scenario(
        "AltGr held throughout",
        "Grüße",
        "de",
        held=("ISO_Level3_Shift",),
        held_for=Held.THROUGHOUT,
        stops=_HELD_REFUSED,
    ),
    Scenario("Shift held briefly", ENGLISH, held=("Shift_L",), fast=True),
    Scenario("Control held briefly", ENGLISH, held=("Control_L",)),
    Scenario("focus moved", LONG, middle=Middle.FOCUS_MOVED, stops=frozenset({StopReason.FOCUS_CHANGED}), fast=True),
    Scenario(
        "focus moved, unmapped", LONG_UNMAPPED, middle=Middle.FOCUS_MOVED, stops=frozenset({StopReason.FOCUS_CHANGED})
    ),
    Scenario(
        "user types",
        LONG,
        middle=Middle.USER_TYPES,
        stops=frozenset({StopReason.FOREIGN_INPUT, StopReason.UNCONFIRMED}),
        fast=True,
    ),
    Scenario(
        "user types, unmapped",
        LONG_UNMAPPED,
        middle=Middle.USER_TYPES,
        stops=frozenset({StopReason.FOREIGN_INPUT, StopReason.UNCONFIRMED}),
    ),
    Scenario(
        "user presses Shift",
        LONG,
        middle=Middle.USER_PRESSES_SHIFT,
        stops=frozenset({StopReason.FOREIGN_INPUT, StopReason.UNCONFIRMED}),
    ),
    Scenario(
        "user clicks", LONG, middle=Middle.CLICK, stops=frozenset({StopReason.FOREIGN_INPUT, StopReason.UNCONFIRMED})
    ),
    Scenario(
        "CapsLock pressed",
        LONG,
        middle=Middle.CAPS_LOCK_PRESSED,
        stops=frozenset({StopReason.FOREIGN_INPUT, StopReason.UNCONFIRMED}),
        fast=True,
    ),
    Scenario(
        "CapsLock on, pressed",
        LONG,
        locks=LOCK,
        middle=Middle.CAPS_LOCK_PRESSED,
        stops=frozenset({StopReason.FOREIGN_INPUT, StopReason.UNCONFIRMED}),
    ),
    Scenario(
        "group switched",
        LONG,
        "us,ru",
        middle=Middle.GROUP_SWITCHED,
        stops=frozenset({StopReason.FOREIGN_INPUT, StopReason.UNCONFIRMED}),
    ),
    Scenario(
        "keyboard grabbed by another",
        LONG,
        middle=Middle.KEYBOARD_GRABBED,
        stops=frozenset(
            {StopReason.GRABBED, StopReason.FOCUS_CHANGED, StopReason.UNCONFIRMED, StopReason.FOREIGN_INPUT}
        ),
    ),
)

_KEYMAP_STOPS = frozenset({None, StopReason.KEYMAP_CHANGED, StopReason.UNCONFIRMED})
_SLOW = (
    Scenario("paused for 300 ms", LONG, middle=Middle.PAUSED_300_MS, fast=True),
    Scenario("paused for 300 ms, unmapped", LONG_UNMAPPED, middle=Middle.PAUSED_300_MS),
    Scenario("paused for 2 s", LONG, middle=Middle.PAUSED_2_S),
    Scenario("paused for 2 s, unmapped", OVER_A_HUNDRED * 4, middle=Middle.PAUSED_2_S),
    Scenario("setxkbmap de", LONG, middle=Middle.LAYOUT_SET, stops=_KEYMAP_STOPS, fast=True),
    Scenario("setxkbmap de, unmapped", LONG_UNMAPPED, middle=Middle.LAYOUT_SET, stops=_KEYMAP_STOPS),
    Scenario(
        "setxkbmap de, us,ru, CapsLock",
        LONG + RUSSIAN,
        "us,ru",
        locks=LOCK,
        middle=Middle.LAYOUT_SET,
        stops=_KEYMAP_STOPS,
    ),
    Scenario("server grabbed for 1 s", LONG, middle=Middle.SERVER_GRABBED_1_S),
    Scenario("server grabbed for 1 s, unmapped", LONG_UNMAPPED, middle=Middle.SERVER_GRABBED_1_S),
)

#: Texts typed one after the other while characters mapped for one are kept for the next, and replaced where it must be.
IN_A_ROW = ("Привет, ", "вет ", OVER_A_HUNDRED, "plain ", "мир")

#: Rows for the command line: without combining sequences, which it composes.
BY_COMMAND = ("de: its own", "us: and unmapped", "us,ru, group 2: unmapped", "CapsLock, NumLock, unmapped", "emoji")

SCENARIOS: tuple[Scenario, ...] = (*_layout_rows(), *_PAIRS, *_CHARACTERS, *_STATE, *_PEOPLE, *_SLOW)
