"""How fast it is, beside other programs in the same run: see ``scripts/bench``."""
