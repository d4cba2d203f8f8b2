"""Output, signals and exit statuses of the command line."""
