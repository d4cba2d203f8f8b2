"""English words for numbers."""

from windictator.text.numbers.language import Currency, Link, NumberWords
from windictator.text.phrases import PhraseMap

_UNITS = {
    "km": "kilometre kilometres kilometer kilometers",
    "m": "metre metres meter meters",
    "cm": "centimetre centimetres centimeter centimeters",
    "mm": "millimetre millimetres millimeter millimeters",
    "kg": "kilogram kilograms kilo kilos",
    "g": "gram grams",
    "mg": "milligram milligrams",
    "L": "litre litres liter liters",
    "ml": "millilitre millilitres milliliter milliliters",
    "ms": "millisecond milliseconds",
    "kB": "kilobyte kilobytes",
    "MB": "megabyte megabytes",
    "GB": "gigabyte gigabytes",
    "TB": "terabyte terabytes",
    "PB": "petabyte petabytes",
    "kbit": "kilobit kilobits",
    "Mbit": "megabit megabits",
    "Gbit": "gigabit gigabits",
    "dB": "decibel decibels",
    "mA": "milliamp milliamps",
    "MW": "megawatt megawatts",
    "GW": "gigawatt gigawatts",
    "kV": "kilovolt kilovolts",
    "kJ": "kilojoule kilojoules",
    "kcal": "kilocalorie kilocalories",
    "ha": "hectare hectares",
    "µm": "micrometre micrometres micrometer micrometers",
    "nm": "nanometre nanometres nanometer nanometers",
    "µs": "microsecond microseconds",
    "Hz": "hertz",
    "kHz": "kilohertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "W": "watt watts",
    "kW": "kilowatt kilowatts",
    "V": "volt volts",
}
_LONG_UNITS = {
    "mph": ("miles per hour", "mile per hour"),
    "km/h": ("kilometres per hour", "kilometers per hour"),
    "m/s": ("metres per second", "meters per second"),
    "m²": ("square metres", "square meters", "square metre", "square meter"),
    "km²": ("square kilometres", "square kilometers"),
    "m³": ("cubic metres", "cubic meters"),
    "°C": ("degrees celsius", "degree celsius", "degrees centigrade", "degrees c"),
    "°F": ("degrees fahrenheit", "degree fahrenheit", "degrees f"),
    "kWh": ("kilowatt hours", "kilowatt hour"),
    "mAh": ("milliamp hours", "milliamp hour"),
    "kbit/s": ("kilobits per second",),
    "Mbit/s": ("megabits per second", "megabit per second"),
    "Gbit/s": ("gigabits per second", "gigabit per second"),
    "kB/s": ("kilobytes per second",),
    "MB/s": ("megabytes per second", "megabyte per second"),
    "GB/s": ("gigabytes per second", "gigabyte per second"),
}
_CENTS = frozenset(("cent", "cents"))
_PENCE = frozenset(("pence", "penny", "pennies", "p"))
_DOLLAR, _EURO = Currency("$", _CENTS), Currency("€", _CENTS)
_ONES = tuple(str.split("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"))
_TENS = tuple(str.split("twenty thirty forty fifty sixty seventy eighty ninety"))
_MONTHS = tuple(str.split("january february march april may june july august september october november december"))


_PREFIXES = ("kilo", "mega", "giga", "tera", "milli", "centi", "micro", "nano")
#: Recognizers may write "kilo watt hours" for "kilowatt hours".
_PREFIXES_APART = {
    f"{prefix} {spoken.removeprefix(prefix)}": written
    for written, spokens in [
        *((written, tuple(spokens.split())) for written, spokens in _UNITS.items()),
        *_LONG_UNITS.items(),
    ]
    for spoken in spokens
    for prefix in _PREFIXES
    if spoken.startswith(prefix) and len(spoken) > len(prefix)
}


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _table(spellings: dict[str, str]) -> PhraseMap[str]:
    return PhraseMap({tuple(spoken.split()): written for spoken, written in spellings.items()})


ENGLISH = NumberWords(
    code="en",
    small={
        "zero": 0,
        **{word: value for value, word in enumerate(_ONES, start=1)},
        "sixteen": 16,
        "seventeen": 17,
        "eighteen": 18,
        "nineteen": 19,
    },
    tens={word: value for value, word in zip(range(20, 100, 10), _TENS, strict=True)},
    decades={"tens": 10, **{word[:-1] + "ies": value for value, word in zip(range(20, 100, 10), _TENS, strict=True)}},
    ordinals=_words(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth "
        "seventieth eightieth ninetieth hundredth thousandth"
    ),
    multipliers=frozenset(("hundred", "thousand", "million", "billion", "trillion")),
    magnitudes=frozenset(("million", "billion", "trillion")),
    multipliers_after_article=frozenset(("hundred", "thousand")),
    indefinite="a",
    one="one",
    conjunction="and",
    zeros=frozenset(("oh", "o", "nought", "naught")),
    homophones={
        "to": "two", "too": "two", "for": "four", "fore": "four", "won": "one", "ate": "eight", "tree": "three",
        "nil": "zero",
    },
    repeats={"double": 2, "triple": 3},
    points=frozenset(("point",)),
    dots=frozenset(("dot",)),
    dashes={"dash": "-", "hyphen": "-", "underscore": "_"},
    decimal_triggers=_words("by of than is was about only"),
    minuses=frozenset(("minus", "negative")),
    pluses=frozenset(("plus",)),
    digit_triggers={"version": "version", "numeral": ""},
    label_triggers=frozenset(
        (
            *("room", "route", "flight", "highway", "apartment", "page", "number"),
            *("bus", "train", "line", "suite", "unit", "building", "model"),
        )
    ),
    pronoun_one_after=_words("no the this that which any every each some another at only"),
    pronoun_one_before=_words(
        "of another day point more thing time who that is was by which morning evening night last or"
    ),
    connectors=PhraseMap(
        {
            **dict.fromkeys((("to",), ("up", "to")), Link.RANGE),
            **dict.fromkeys((("or",), ("or", "even")), Link.CHOICE),
            ("and",): Link.PAIR,
            **dict.fromkeys((("of",), ("of", "the")), Link.PARTITIVE),
            **dict.fromkeys((("to", "the"), ("or", "the"), ("and", "the")), Link.ORDINALS),
            **dict.fromkeys((("in",), ("out", "of")), Link.RATIO),
            **dict.fromkeys(
                (
                    *(("plus",), ("minus",), ("times",), ("equals",), ("divided", "by"), ("over",), ("by",)),
                    *(("foot",), ("feet",), ("comma",), ("comma", "and"), ("comma", "or"), ("through",)),
                ),
                Link.OTHER,
            ),
        }
    ),
    pair_triggers=frozenset(("between",)),
    range_triggers=frozenset(("from", "between")),
    durations=_words("seconds minutes hours days weeks months years second minute hour day week month year"),
    round_years=_table({"two thousands": "2000s", "nineteen hundreds": "1900s", "eighteen hundreds": "1800s"}),
    article="the",
    decade_triggers=_words("the early mid late"),
    ages=_table({f"{unit} old{s}": f"-{unit}-old{s}" for unit in ("year", "month", "week", "day") for s in ("", "s")}),
    idioms=_table({"twenty four seven": "24/7", "twenty twenty vision": "20/20 vision", "fifty fifty": "50-50"}),
    symbol_nouns=frozenset(("sign", "symbol")),
    signs=_words("percent degree plus equals equal pound dollar euro hash number"),
    symbols=_words("hash asterisk caret tilde slash hyphen underscore"),
    percents=_table({"percent": "%", "per cent": "%"}),
    units=_table(
        {spoken: written for written, spokens in _UNITS.items() for spoken in spokens.split()}
        | {spoken: written for written, spokens in _LONG_UNITS.items() for spoken in spokens}
        | _PREFIXES_APART
    ),
    currencies=PhraseMap(
        {
            ("dollar",): _DOLLAR,
            ("dollars",): _DOLLAR,
            ("euro",): _EURO,
            ("euros",): _EURO,
            ("yen",): Currency("¥", frozenset()),
            ("pound",): Currency("£", _PENCE, is_money_alone=False),
            ("pounds",): Currency("£", _PENCE, is_money_alone=False),
            ("pounds", "sterling"): Currency("£", _PENCE),
        }
    ),
    amount_ends=_words("comma period full and or but question exclamation new for please to at in is was"),
    singular_denominators={"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10},
    plural_denominators={
        "thirds": 3,
        "quarters": 4,
        "fourths": 4,
        "fifths": 5,
        "sixths": 6,
        "sevenths": 7,
        "eighths": 8,
        "ninths": 9,
        "tenths": 10,
        "sixteenths": 16,
    },
    second="second",
    half="half",
    quarter="quarter",
    past=frozenset(("past",)),
    to=frozenset(("to",)),
    minutes=frozenset(("minute", "minutes")),
    clocks=_table({"o'clock": "o'clock", "o clock": "o'clock", "oclock": "o'clock"}),
    hours=frozenset(("hours",)),
    meridiems=_table({"a m": "a", "am": "a", "a.m.": "a", "p m": "p", "pm": "p", "p.m.": "p"}),
    time_triggers=_words("at by until till before after around about from since it's"),
    clock_triggers=frozenset(("at",)),
    times_of_day=_table(
        dict.fromkeys(
            ("in the morning", "in the afternoon", "in the evening", "tonight", "today", "tomorrow", "this morning",
             "this afternoon", "this evening", "sharp"),
            "",
        )
    ),
    months={word: word.capitalize() for word in _MONTHS},
    ambiguous_months=frozenset(("march", "may")),
    date_triggers=_words(
        "on in by until till since from of before after for between through last next this monday tuesday wednesday "
        "thursday friday saturday sunday"
    ),
    of="of",
    year_triggers=_words("in since year until till by before after circa"),
    address_at="at",
    slashes=frozenset(("slash",)),
    colons=frozenset(("colon",)),
    schemes=frozenset(("http", "https", "ftp", "ssh")),
    domains=_words(
        "com org net edu gov mil int io co info biz dev app ai eu uk us ca au nz ie de fr es it nl be ch at se no fi "
        "dk pl cz pt gr ru ua cn jp in br mx za tv me cc xyz online"
    ),
    not_address_names=_words(
        "a an the me him her them us my your his its our their i you he she it we they who is are was were be been am "
        "look looks looking looked here there one this that these those and or but of in on at to for with from by "
        "page site website address server file link arrived arrive call works work working"
    ),
)  # fmt: skip
"""English; ``NumberWords`` describes each field."""
