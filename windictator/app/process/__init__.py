"""The process of the program: single instance, background, log, signals and reactor."""
