"""Changes to the user's words that are made by voice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from windictator.errors import WinDictatorError

if TYPE_CHECKING:
    from windictator.settings import Settings
    from windictator.text.vocabulary import Vocabulary


class UserWordsFile:
    """The file of the user's words, changed as ``windictator vocabulary add`` and ``remove`` do.

    ``read_settings``: returns the current settings, which name the file. Raises SettingsError.
    """

    def __init__(self, read_settings: Callable[[], Settings]) -> None:
        self._read_settings = read_settings

    def change(self, phrase: str, text: str | None) -> Vocabulary:
        """See ``dictation.interfaces.UserWords``."""
        from windictator.settings import user_words_path
        from windictator.settings.conflicts import conflicts
        from windictator.settings.file_change import change_file
        from windictator.settings.user_words import edit_words, normalise_phrase
        from windictator.settings.vocabulary import load_base_vocabulary, load_vocabulary, parse_words

        settings = self._read_settings()
        path, phrase = user_words_path(settings), normalise_phrase(phrase)
        if text is not None:
            for conflict in conflicts(load_base_vocabulary(settings), [tuple(phrase.split())]):
                if conflict.replaces_meaning:
                    raise WinDictatorError(str(conflict))

        def changed(before: str) -> str:
            after = edit_words(before, {phrase: text}, str(path))
            parse_words(after, str(path))
            return after

        change_file(path, changed)
        return load_vocabulary(settings)
