"""Written sentences as they are said, with the words of their marks."""

from __future__ import annotations

import re

_MARKS = {
    ".": "period",
    ",": "comma",
    ";": "semicolon",
    ":": "colon",
    "?": "question mark",
    "!": "exclamation mark",
    "(": "open paren",
    ")": "close paren",
    "...": "ellipsis",
    "--": "em dash",
    "-": "dash",
    "/": "slash",
    "&": "ampersand",
}


def said_aloud(sentence: str) -> str:
    """Return the words of a sentence: lower case, and each mark as its name."""
    text = sentence.translate(str.maketrans("’‘“”–—", "''\"\"--"))
    words: list[str] = []
    is_open = False
    for token in re.findall(r"[\w']+(?:-[\w']+)*|\.\.\.|--|[^\w\s]", text):
        if token == '"':
            words.append("close quote" if is_open else "open quote")
            is_open = not is_open
        elif token in _MARKS:
            words.append(_MARKS[token])
        else:
            words.append(token.replace("-", " hyphen ").casefold())
    return " ".join(words)
