"""Where a D-Bus is: its address, and the sockets that an address leads to (D-Bus Specification, "Server Addresses",
"Message Bus")."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import quote, unquote_to_bytes

#: What the specification says of a system bus that the environment does not name.
_SYSTEM_BUS = "unix:path=/var/run/dbus/system_bus_socket"


def session_bus_address(environ: Mapping[str, str]) -> str:
    """The address of the user's session bus: as the environment says, else where systemd has it; "" if unknown."""
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    usual = f"unix:path={quote(runtime)}/bus" if runtime.startswith("/") else ""
    return environ.get("DBUS_SESSION_BUS_ADDRESS") or usual


def system_bus_address(environ: Mapping[str, str]) -> str:
    """The address of the system's bus."""
    return environ.get("DBUS_SYSTEM_BUS_ADDRESS") or _SYSTEM_BUS


def unix_sockets(address: str) -> list[str]:
    """The unix sockets that an address names, in the order in which they are to be tried; a name that begins with NUL
    is in the abstract namespace. What goes another way (TCP, a program to be started) is left out."""
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
