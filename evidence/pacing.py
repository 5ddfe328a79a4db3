"""Pacing: how soon the next request to a source may start, for all processes of an installation together.

NCBI counts requests by address or key: three in a second without a key, ten with one
(https://support.nlm.nih.gov/kbArticle/?pn=KA-05318). It counts them where they arrive, so the gap between two starts is
a little longer than the limit asks, and a request counts as started until its answer begins: a slow connection set-up
can delay an arrival, and the requests after it must not crowd up to it. Crossref has a pacer of its own, of the same
kind; what its answers say of their limit slows it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from evidence.errors import StoreUnreachable
from evidence.settings import (
    CROSSREF_RATE_POLITE,
    CROSSREF_RATE_PUBLIC,
    RATE_WITH_KEY,
    RATE_WITHOUT_KEY,
    Settings,
)

MARGIN: Final = 1.15
"""The gap between starts, in units of 1/rate: three requests take 1.15 s, so 150 ms of jitter on the way do no harm."""

LONGEST_GAP: Final = 60.0
"""Seconds between starts that a source may ask for: more is a mistake, or else a reason to give up."""


class Pacer(Protocol):
    """Says when a request may start."""

    def wait(self) -> None:
        """Return when a request may start, and count it as started."""

    def arrived(self) -> None:
        """The answer begins: the request has certainly arrived by now."""

    def slow_to(self, gap: float) -> None:
        """The source itself asks for so many seconds between starts: from now on, if that is longer, those."""


@dataclass(slots=True)
class MemoryPacer:
    """A pacer within one object. Without a gap it never waits; it counts, for tests."""

    gap: float = 0.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    started: int = 0
    _last: float | None = None

    def wait(self) -> None:
        """See Pacer."""
        if self._last is not None and (rest := self._last + self.gap - self.clock()) > 0:
            self.sleep(min(rest, self.gap))
        self._last = self.clock()
        self.started += 1

    def arrived(self) -> None:
        """See Pacer."""
        self._last = self.clock()

    def slow_to(self, gap: float) -> None:
        """See Pacer."""
        self.gap = max(self.gap, min(gap, LONGEST_GAP))


@dataclass(slots=True)
class FilePacer:
    """A pacer shared through a file that holds the time of the last start, guarded by flock for a moment only.

    The time is the machine's monotonic clock, the same for all its processes and untouched by clock changes. A value
    ahead of the clock (the machine was restarted) or unreadable counts as "just now": no wait exceeds one gap for it.
    """

    path: Path
    gap: float
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def wait(self) -> None:
        """Return when a request may start. Sleeps outside the lock, so a sleeper that is killed leaves nothing."""
        while (rest := self._try_start()) > 0:
            self.sleep(rest)

    def arrived(self) -> None:
        """The answer begins: the next gap, of whichever process, counts from here."""
        with self._locked() as descriptor:
            _write(descriptor, self.clock())

    def slow_to(self, gap: float) -> None:
        """See Pacer. For this process only: every other one is told the same by its own first answer."""
        self.gap = max(self.gap, min(gap, LONGEST_GAP))

    def _try_start(self) -> float:
        """Zero when the start was granted and noted, else how long to sleep before asking again."""
        with self._locked() as descriptor:
            now = self.clock()
            last = _read(descriptor)
            if last is not None:
                rest = min(last, now) + self.gap - now
                if rest > 0:
                    if last > now:
                        _write(descriptor, now)
                    return rest
            _write(descriptor, now)
            return 0.0

    @contextmanager
    def _locked(self) -> Iterator[int]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as exc:
            raise StoreUnreachable(str(self.path), f"the pacing file cannot be opened ({exc.strerror})") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def eutils_pacer(settings: Settings) -> FilePacer:
    """The installation's pacer for its E-utilities host. NCBI's own limits hold whatever the settings say."""
    rate = settings.max_rate
    if settings.talks_to_ncbi:
        rate = min(rate, RATE_WITH_KEY if settings.api_key else RATE_WITHOUT_KEY)
    return _shared(settings, settings.eutils_url, rate)


def crossref_pacer(settings: Settings) -> FilePacer:
    """The installation's pacer for its Crossref host. Crossref's own limits hold whatever the settings say."""
    rate = settings.crossref_rate
    if settings.talks_to_crossref:
        rate = min(rate, CROSSREF_RATE_POLITE if settings.email else CROSSREF_RATE_PUBLIC)
    return _shared(settings, settings.crossref_url, rate)


def _shared(settings: Settings, url: str, rate: float) -> FilePacer:
    host = urlsplit(url).hostname or "nowhere"
    safe = "".join(c if c.isalnum() or c in ".-" else "_" for c in host)
    return FilePacer(settings.data_dir / f"pace-{safe}", MARGIN / rate)


def _read(descriptor: int) -> float | None:
    """The noted time; None in a new file; infinity ("ahead of the clock") for what is no time."""
    text = os.pread(descriptor, 40, 0)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return float("inf")
    return value if value == value else float("inf")


def _write(descriptor: int, when: float) -> None:
    """One write of fixed width: never torn, never shorter than what it replaces."""
    os.pwrite(descriptor, f"{when:020.6f}\n".encode(), 0)
    os.ftruncate(descriptor, 21)
