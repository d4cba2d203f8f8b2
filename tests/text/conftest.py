"""How hypothesis tests the laws here."""

from hypothesis import settings

# No deadline per example: on a busy machine it would measure the machine.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
