"""Controls of keyboard accessibility by their names."""

from windictator.keyboard.access_controls import BOUNCE_KEYS, FILTERS, SLOW_KEYS, STICKY_KEYS, filter_names


def test_filter_names_ignore_controls_that_filter_nothing():
    """Repeated keys and the bell are on by default."""
    repeat_keys, audible_bell = 1, 1 << 9
    assert filter_names(repeat_keys | audible_bell) == ()
    assert not (repeat_keys | audible_bell) & FILTERS


def test_filter_names_are_those_of_the_settings():
    assert filter_names(SLOW_KEYS | BOUNCE_KEYS | STICKY_KEYS) == ("StickyKeys", "SlowKeys", "BounceKeys")
