"""Text made fit for typing: one kind of line break, and only characters that keys can type."""

import re
import unicodedata

from windictator.refusals import Refusal, RefusalCode, RefusedError

_LINE_BREAK = re.compile("\r\n|[\r\x85\u2028\u2029]")
# Noncharacters: U+FDD0..FDEF and the last two of every plane (Unicode standard, section 23.7).
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_UNPRINTABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff{_NONCHARACTERS}]")


class UnprintableTextError(RefusedError):
    """Error for a text that contains a character that cannot be typed.

    code_point: the first such code point.
    position: its index in the text as given, from 0.
    """

    def __init__(self, code_point: int, position: int) -> None:
        self.code_point = code_point
        self.position = position
        kind = {"Cc": "a control character", "Cs": "half a surrogate pair"}.get(
            unicodedata.category(chr(code_point)), "not a character"
        )
        super().__init__(
            Refusal(
                RefusalCode.UNPRINTABLE,
                f"U+{code_point:04X} at character {position + 1} of the text cannot be typed: it is {kind}.",
                "Remove it.",
            )
        )


_PARAGRAPH = "\u2029"


def normalise_dictated_text(text: str) -> str:
    """Return dictated text as ``normalise_text`` does, but keep U+2029.

    U+2029 is ``line_breaks.PARAGRAPH``, a paragraph that one key types. Raises UnprintableTextError.
    """
    if _PARAGRAPH not in text:
        return normalise_text(text)
    return _PARAGRAPH.join(map(normalise_text, text.split(_PARAGRAPH)))


def normalise_text(text: str) -> str:
    r"""Return ``text`` with every line break as "\n".

    CR LF, CR, U+0085, U+2028 and U+2029 become line breaks; tabs stay.

    Raises UnprintableTextError for any other control character (category Cc), a surrogate or a noncharacter. They are
    never typed as keys.
    """
    found = _UNPRINTABLE.search(text)
    if found:
        raise UnprintableTextError(ord(found.group()), found.start())
    return _LINE_BREAK.sub("\n", text)
