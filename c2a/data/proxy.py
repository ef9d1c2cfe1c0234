"""The proxy that stands between this machine and a server, and who asked for it."""

from __future__ import annotations

import os
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the variable of the environment that names it.

    `address` may hold a password. `variable` is empty where the settings of the system
    name the proxy.
    """

    address: str
    variable: str

    def __str__(self) -> str:
        """The proxy in the middle of a sentence, without name and password."""
        _, at, host = self.address.rpartition("@")
        shown = host if at else self.address
        return f"the proxy {shown} (from {self.variable or 'the system settings'})"

    @property
    def remedy(self) -> str:
        """What to do when the proxy does not work, as a clause."""
        if self.variable:
            return f"correct {self.variable} or unset it"
        return "correct the proxy in the settings of the system"


def proxy_for(url: str) -> Proxy | None:
    """The proxy that a request for `url` goes through, as urllib chooses it."""
    parts = urlsplit(url)
    address = urllib.request.getproxies().get(parts.scheme)
    if not address or urllib.request.proxy_bypass(parts.netloc):
        return None
    variable = f"{parts.scheme}_proxy"
    spellings = (variable, variable.upper())
    named = (name for name in spellings if os.environ.get(name) == address)
    return Proxy(address, next(named, ""))
