"""How long to wait for an answer, and when to ask again. Pure: no request is made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from evidence.settings import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait for what, and how often to ask. Seconds, attempts, bytes."""

    connect: float = 5.0
    read: float = 60.0  # silence: between two pieces of an answer
    call: float = 180.0  # one attempt as a whole: a server that drips a byte a second ends here
    total: float = 600.0  # all attempts and the waits between them
    attempts: int = 6
    backoff: float = 2.0  # upper bound of the first wait; it doubles
    backoff_cap: float = 60.0
    retry_after_cap: float = 120.0
    max_bytes: int = 200_000_000

    def pause(self, attempt: int, asked: float | None, rand: float) -> float:
        """Seconds until the next attempt: what the server asked for, capped; else exponential with full jitter.

        Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        """
        if asked is not None:
            return min(asked, self.retry_after_cap)
        return rand * min(self.backoff_cap, self.backoff * 2.0 ** (attempt - 1))


def asked_gap(headers: Mapping[str, str]) -> float | None:
    """Seconds between requests that an answer's `X-Rate-Limit-Limit` ("50") and `X-Rate-Limit-Interval` ("1s") ask for.

    None without both. Crossref, which may change them at any time:
    https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/
    """
    limit, interval = headers.get("X-Rate-Limit-Limit", ""), headers.get("X-Rate-Limit-Interval", "")
    seconds = interval.strip().removesuffix("s")
    if not all(text.isascii() and text.isdigit() and len(text) < 7 for text in (limit.strip(), seconds)):
        return None
    return int(seconds) / int(limit) if int(limit) and int(seconds) else None


def retry_after(headers: Mapping[str, str], now: Clock) -> float | None:
    """The wait a `Retry-After` header asks for, in seconds; None without a readable one (RFC 9110, 10.2.3).

    A date is compared with the answer's own `Date`, so that a wrong clock here does not matter.
    """
    raw = headers.get("Retry-After", "").strip()
    if raw.isascii() and raw.isdigit():
        return float(raw[:9])
    try:
        until = parsedate_to_datetime(raw)
        since = parsedate_to_datetime(headers["Date"]) if "Date" in headers else now()
        return max(0.0, (until - since).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
