"""The way into a running daemon: a unix socket that speaks lines of JSON."""
