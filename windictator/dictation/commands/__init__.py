"""Voice commands, by kind."""
