"""Dictation: from recognised utterances to edits of the text in a window."""
