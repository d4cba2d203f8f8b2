"""Voice commands: their phrases, slots and user-defined actions."""
