"""Rules that write words in another form: one module for each kind, used by the vocabulary."""
