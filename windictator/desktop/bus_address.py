"""Addresses of D-Bus buses, and the sockets that they name.

Source: D-Bus Specification, "Server Addresses" and "Message Bus".
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import quote, unquote_to_bytes

#: Address of the system bus if the environment names none (D-Bus Specification).
_SYSTEM_BUS = "unix:path=/var/run/dbus/system_bus_socket"


def session_bus_address(environ: Mapping[str, str]) -> str:
    """Return the address of the session bus, from the environment or where systemd puts it; "" if unknown."""
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    usual = f"unix:path={quote(runtime)}/bus" if runtime.startswith("/") else ""
    return environ.get("DBUS_SESSION_BUS_ADDRESS") or usual


def system_bus_address(environ: Mapping[str, str]) -> str:
    """Return the address of the system bus."""
    return environ.get("DBUS_SYSTEM_BUS_ADDRESS") or _SYSTEM_BUS


def unix_sockets(address: str) -> list[str]:
    """Return the Unix sockets that an address names, in the order in which to try them.

    A name that begins with NUL is in the abstract namespace. Other transports (TCP, starting a program) are left out.
    """
    sockets = []
    for each in address.split(";"):
        transport, _, pairs = each.strip().partition(":")
        values = dict(pair.split("=", 1) for pair in pairs.split(",") if "=" in pair)
        if transport != "unix":
            continue
        for key, prefix in (("path", ""), ("abstract", "\0")):
            if values.get(key):
                sockets.append(prefix + os.fsdecode(unquote_to_bytes(values[key])))
                break
    return sockets
