"""Measurement of the text path on folders of sentences that others have published."""
