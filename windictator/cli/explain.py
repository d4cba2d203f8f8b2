"""Command ``windictator explain``."""

from __future__ import annotations

import click

from windictator.cli.context import Invocation, json_option, pass_invocation
from windictator.cli.io.output import print_json
from windictator.errors import UsageError


@click.command("explain", short_help="Show why words are written as they are.")
@click.argument("words", nargs=-1, required=True)
@json_option("Print one JSON array of parts: said, written, rule.")
@pass_invocation
def explain_command(invocation: Invocation, words: tuple[str, ...], as_json: bool) -> int:
    r"""Show how spoken words are divided into parts, what is written for each, and why.

    The reason is the name of a rule that the setting text.rules_off turns off, or
    "number", "symbol", "word" (of the vocabulary), "spelling" or "literal". The word
    "|" is a pause.

    \b
    Examples:
      windictator explain "the b b c at nine thirty period"
      windictator explain gate c twelve
    """
    settings = invocation.settings()

    from windictator.settings.vocabulary import load_vocabulary
    from windictator.speech.text_recognizer import timed_words

    spoken = timed_words(" ".join(words).split())
    if not spoken:
        raise UsageError("there are no words to explain")
    vocabulary = load_vocabulary(settings, invocation.notice)
    parts = [
        {
            "said": said,
            "written": "".join(word.text for word in unit.written) if unit.rule else said,
            "rule": unit.rule,
        }
        for said, unit in vocabulary.explain(spoken)
    ]
    if as_json:
        print_json(parts)
        return 0
    for part in parts:
        if part["rule"]:
            click.echo(f"{part['said']}  ->  {part['written']!r}  ({part['rule']})")
        else:
            click.echo(part["said"])
    return 0
