"""Microphones, recordings, speech models and recognizers: from sound to hypotheses."""
