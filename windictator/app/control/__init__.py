"""Control socket of the daemon: a unix socket that carries lines of JSON."""
