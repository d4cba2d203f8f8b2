"""The program that runs: daemon, foreground commands, and what builds their objects."""
