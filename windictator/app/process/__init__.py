"""How the program runs as a process: one of its kind, in the background, its log, its signals, its reactor."""
