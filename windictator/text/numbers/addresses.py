"""E-mail and web addresses."""

from __future__ import annotations

from windictator.text.numbers.cardinals import cardinal
from windictator.text.numbers.dates import year
from windictator.text.numbers.digits import digit_run
from windictator.text.numbers.language import NumberWords
from windictator.text.tokens import Tokens

_MAX_LETTERS = 20
"""Maximum number of letters that are said one by one for one name, which keeps long spellings fast."""


def address(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    """Return the e-mail or web address at ``start``, as (end, text)."""
    scheme, position = _scheme(tokens, start, language)
    if not scheme:
        mailbox = _mailbox(tokens, start, language)
        if mailbox and (host := _host(tokens, mailbox[0] + 1, language)):
            return host[0], f"{mailbox[1]}@{host[1]}"
    host = _host(tokens, position, language)
    if host is None:
        return None
    end, path = _path(tokens, host[0], language)
    return end, scheme + host[1] + path


def _scheme(tokens: Tokens, start: int, language: NumberWords) -> tuple[str, int]:
    """Read "http colon slash slash", with the name in letters or as a word."""
    found = _name(tokens, start, language)
    if found is None or found[1] not in language.schemes or tokens[found[0]] not in language.colons:
        return "", start
    end = found[0]
    if tokens[end + 1] in language.slashes and tokens[end + 2] in language.slashes:
        return found[1] + "://", end + 3
    return "", start


def _mailbox(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    """Return the mailbox before "at", as (position of "at", text)."""
    found = _name(tokens, start, language)
    if found is None:
        return None
    end, text = found
    while tokens[end] != language.address_at:
        separator = "." if tokens[end] in language.dots else language.dashes.get(tokens[end])
        if separator is None:
            number = _number(tokens, end, language)
            if number is None:
                return None
            end, digits = number
            text += digits
            continue
        found = _name(tokens, end + 1, language)
        if found is None:
            return None
        end = found[0]
        text += separator + found[1]
    return end, text


def _host(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    """Return names with "dot" between them, up to a known top-level domain, as (end, text)."""
    found = _name(tokens, start, language)
    if found is None:
        return None
    end, text = found
    best: tuple[int, str] | None = None
    while True:
        separator = "." if tokens[end] in language.dots else language.dashes.get(tokens[end])
        if separator is None:
            break
        found = _name(tokens, end + 1, language, allow_any_word=True)
        if found is None:
            break
        end = found[0]
        text += separator + found[1]
        if separator == "." and found[1] in language.domains:
            best = end, text
    return best


def _path(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str]:
    text = ""
    end = start
    while tokens[end] in language.slashes:
        found = _name(tokens, end + 1, language, allow_any_word=True)
        if found is None:
            return end + 1, text + "/"
        end = found[0]
        text += "/" + found[1]
        while True:
            separator = "." if tokens[end] in language.dots else language.dashes.get(tokens[end])
            found = _name(tokens, end + 1, language, allow_any_word=True) if separator else None
            if separator is None or found is None:
                break
            end = found[0]
            text += separator + found[1]
    return end, text


def _name(tokens: Tokens, start: int, language: NumberWords, allow_any_word: bool = False) -> tuple[int, str] | None:
    """Return a word, a number in digits, or letters said one by one, as (end, text).

    allow_any_word: True to accept pronouns and the like.
    """
    word = tokens[start]
    if len(word) == 1 and word.isalpha():
        end = start
        while len(tokens[end]) == 1 and tokens[end].isalpha() and end - start < _MAX_LETTERS:
            end += 1
        if end - start > 1:
            return end, "".join(tokens.words[start:end])
    if number := _number(tokens, start, language):
        return number
    plain = word.replace("-", "")
    if not plain.isalnum() or word in language.slashes or word in language.dots or word in language.dashes:
        return None
    return (start + 1, word) if allow_any_word or word not in language.not_address_names else None


def _number(tokens: Tokens, start: int, language: NumberWords) -> tuple[int, str] | None:
    if run := digit_run(tokens, start, language) or year(tokens, start, language):
        return run
    if tokens[start] == language.indefinite:
        return None
    number = cardinal(tokens, start, language)
    return (number.end, str(number.value)) if number else None
