"""Symbols of the settings that do not exist: what may have been meant."""

import pytest

from tests.text.spoken import DEFAULT
from windictator.text.phrase_index import VocabularyError


def test_unknown_symbol_names_the_nearest():
    """ "hsh" is "hash"."""
    with pytest.raises(VocabularyError, match=r"^symbols\.never: 'hsh' is not a symbol .*; did you mean 'hash'\?$"):
        DEFAULT.with_symbol_rules((), (), ("hsh",))
