"""Pure functions and values of text: vocabulary, commands, numbers, spacing, corrections and the ledger."""
