"""How often a password may be tried: counted per name, per address and per both, in bounded memory, without waiting."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

WINDOW: Final = 300.0
"""Seconds for which attempts are counted, from the first one on."""

LIMITS: Final = {"both": 5, "address": 50, "name": 100}
"""Attempts in a window. Per name and address few, as people mistype; per address more, for a whole house may share
one; per name many, so that a stranger cannot easily shut the owner out. NIST SP 800-63B, 5.2.2, allows 100."""

KEPT: Final = 10_000
"""Counters held; beyond that the one that was not asked for longest is forgotten."""

_V6_HOLDER: Final = 64  # the prefix length that one holder of IPv6 addresses has: RFC 6177


@dataclass(slots=True)
class _Counter:
    """Attempts since a moment."""

    since: float
    count: int


class Throttle:
    """Counters of attempts. Safe to share between threads; each process has its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, kept: int = KEPT) -> None:
        self._clock = clock
        self._kept = kept
        self._counters: OrderedDict[tuple[str, str, str], _Counter] = OrderedDict()
        self._lock = threading.Lock()

    def attempt(self, name: str, address: str) -> int:
        """Count an attempt: 0 when it may be made, else the seconds until one may (and then nothing is counted)."""
        with self._lock:
            now = self._clock()
            counters = [(self._counter(key, now), LIMITS[key[0]]) for key in _keys(name, address)]
            waits = [WINDOW - (now - c.since) for c, limit in counters if c.count >= limit]
            if waits:
                return max(1, round(max(waits)))
            for counter, _ in counters:
                counter.count += 1
            return 0

    def succeeded(self, name: str, address: str) -> None:
        """Forget the attempts of a name, and of it from this address: who knew the password was not guessing."""
        with self._lock:
            for key in _keys(name, address):
                if key[0] != "address":
                    self._counters.pop(key, None)

    def __len__(self) -> int:
        """Counters held now."""
        return len(self._counters)

    def _counter(self, key: tuple[str, str, str], now: float) -> _Counter:
        counter = self._counters.get(key)
        if counter is None or now - counter.since >= WINDOW:
            counter = self._counters[key] = _Counter(now, 0)
        self._counters.move_to_end(key)
        while len(self._counters) > self._kept:
            self._counters.popitem(last=False)
        return counter


def _keys(name: str, address: str) -> tuple[tuple[str, str, str], ...]:
    """What an attempt is counted under; the address, which comes from the connection, last and so kept longest.

    Without an address (behind a proxy nobody's own is known for sure) the name alone counts.
    """
    name, address = name.strip().lower()[:64], _holder(address)
    if not address:
        return (("name", name, ""),)
    return ("both", name, address), ("name", name, ""), ("address", "", address)


def _holder(address: str) -> str:
    """The address, or for IPv6 the network that its holder can draw addresses from."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, _V6_HOLDER), strict=False))
    return str(found)
