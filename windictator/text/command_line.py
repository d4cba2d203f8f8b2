"""Spacing in a command line: which symbol begins an argument, and which one continues it.

The vocabulary for command lines defines the usual spacing of each symbol. A few symbols depend on the text before the
caret: "/" begins an argument after the name of a command ("cd /etc"), but continues one elsewhere ("src/main").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from windictator.text.context_adjust import MIDDLE_OF_TEXT, Context, context_adjust
from windictator.text.formatting import FormattedWord, Formatting
from windictator.text.line_breaks import line_start

_SPACE_AROUND = Formatting.NONE
_SPACE_BEFORE = Formatting.NO_SPACE_AFTER
_SPACE_AFTER = Formatting.NO_SPACE_BEFORE
_NO_SPACES = Formatting.NO_SPACE_BEFORE | Formatting.NO_SPACE_AFTER
_SPACING = _NO_SPACES
#: Symbols after which a new command begins.
_NEW_COMMAND = frozenset({"|", "||", "&&", "&", ";", "!", "(", "$(", "`"})
#: Words before a command, so that the next word is its name.
_BEFORE_COMMAND = frozenset(
    (
        *("sudo", "doas", "time", "nohup", "exec", "env", "xargs", "watch", "nice"),
        *("if", "while", "until", "then", "do", "else"),
    )
)
_OPERATORS = _NEW_COMMAND | {">", ">>", "<", "<<", "<<<", "2>", "2>>", "&>", "="}
#: Characters that make a first word a path, which may continue.
_PATH_SIGNS = frozenset("/.~$")
_MIN_PART_LENGTH = 3
"""Minimum number of letters of a word that a dash joins to a long option: "--dry-run", but "--all -l"."""


def command_line_adjust(words: Sequence[FormattedWord], context: Context) -> tuple[str, Context]:
    """Return the text to type for ``words`` in a shell after ``context``, and the context after that text.

    Letters that are said one by one form one word. Capitals are written only on request.
    """
    pieces: list[str] = []
    merged = list(_merge_letters(words))
    for number, word in enumerate(merged, start=1):
        following = merged[number] if number < len(merged) else None
        # Without any known text, the context is a word and a space, which is removed like a prompt.
        line = context.before[line_start(context.before) :].removeprefix(MIDDLE_OF_TEXT.before)
        piece, context = context_adjust((_apply_spacing(word, following, line),), context, capitalise_sentences=False)
        pieces.append(piece)
    return "".join(pieces), context


def _merge_letters(words: Sequence[FormattedWord]) -> Iterator[FormattedWord]:
    letters = ""
    for word in words:
        if _is_plain(word) and len(word.text) == 1 and word.text.isalpha():
            letters += word.text
            continue
        if letters:
            yield FormattedWord(letters)
            letters = ""
        yield word
    if letters:
        yield FormattedWord(letters)


def _is_plain(word: FormattedWord | None) -> bool:
    """Return True for an ordinary word: it begins with a letter or digit and makes no request."""
    return word is not None and word.text[:1].isalnum() and not word.formatting & _SPACING


def _apply_spacing(word: FormattedWord, following: FormattedWord | None, line: str) -> FormattedWord:
    """Return ``word`` with the spacing that it needs after ``line`` and before ``following``."""
    text = word.text
    if text in ("2>", "2>>", "2>&1") and _last_argument(line).startswith("-"):
        # A number that belongs to an option: "head -n 2 > out".
        return replace(word, text=f"2 {text[1:]}", formatting=word.formatting & ~_SPACING)
    spacing = _spacing(word, following, line)
    return word if spacing is None else replace(word, formatting=word.formatting & ~_SPACING | spacing)


def _spacing(word: FormattedWord, following: FormattedWord | None, line: str) -> Formatting | None:
    """Return the spacing of a symbol at this position, None for the usual one of the vocabulary."""
    text, last = word.text, _last_argument(line)
    if _in_quotes(line):
        if text in (",", "?", "!"):
            return _SPACE_AFTER
        return _SPACE_AFTER if text == ":" and _is_plain(following) and last.lstrip("\"'").isalpha() else None
    match text:
        case "/" | "*":
            if not last:
                return _SPACE_BEFORE
            return _SPACE_BEFORE if _begins_argument(line, last) else _NO_SPACES
        case ".":
            if not _is_plain(following) and (following is None or following.text[:1] not in ("*", "/", "$", "_", "{")):
                return _SPACE_AROUND
            return _SPACE_BEFORE if not last or _begins_argument(line, last) else _NO_SPACES
        case "-" if word.formatting & _SPACING == _SPACE_BEFORE:
            long_option = last.startswith("--") and "=" not in last
            joins = (
                long_option and _is_plain(following) and len(following.text if following else "") >= _MIN_PART_LENGTH
            )
            return _NO_SPACES if joins else None
        case "~":
            return _NO_SPACES if last and following is not None and following.text.isdigit() else None
        case "[":
            if not last and (not line.strip() or _is_before_command(line.split()[-1])):
                return _SPACE_AROUND
            return (
                _SPACE_AROUND
                if _is_before_command(last)
                else _SPACE_BEFORE
                if _begins_argument(line, last)
                else _NO_SPACES
            )
        case "]":
            opened = line.rfind("[")
            return _SPACE_AROUND if line[opened + 1 : opened + 2] == " " else _SPACE_AFTER
    return None


def _last_argument(line: str) -> str:
    """Return the last argument of ``line``, "" if a space ends it."""
    return "" if not line or line[-1].isspace() else line.split()[-1]


def _in_quotes(line: str) -> bool:
    return bool(line.count('"') % 2 or line.count("'") % 2)


def _begins_argument(line: str, last: str) -> bool:
    """Return True if a path or pattern after ``last`` is an argument of its own."""
    if last in _OPERATORS or _is_before_command(last) or (last.startswith("-") and "=" not in last):
        return True
    before = line[: len(line) - len(last)].split()
    is_command = not before or _is_before_command(before[-1])
    return is_command and _PATH_SIGNS.isdisjoint(last) and last[-1:].isalnum()


def _is_before_command(word: str) -> bool:
    return word in _NEW_COMMAND or word in _BEFORE_COMMAND or word.endswith(";")
