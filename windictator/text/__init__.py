"""From recognised words to text and edits. Pure: no X, no reactor, no recognizer, no files."""
