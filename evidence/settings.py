"""Settings from the environment, passed down; never a global, nothing read at import."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import platformdirs

from evidence.errors import UsageProblem

NCBI_EUTILS: Final = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
NCBI_HOSTS: Final = ("ncbi.nlm.nih.gov", "nih.gov")
CROSSREF_API: Final = "https://api.crossref.org/"
CROSSREF_HOSTS: Final = ("crossref.org",)
RATE_WITHOUT_KEY: Final = 3.0
RATE_WITH_KEY: Final = 10.0
"""Requests a second that NCBI allows without and with a key: https://support.nlm.nih.gov/kbArticle/?pn=KA-05318"""

CROSSREF_RATE_POLITE: Final = 3.0
CROSSREF_RATE_PUBLIC: Final = 1.0
"""Requests a second to Crossref with and without an e-mail address. Its limits were revised in December 2025 and are
tighter for lists than for single works (https://doi.org/10.64000/wadve-3tj60); these keep within either, and what its
answers say of the limit (X-Rate-Limit-Limit) slows them further:
https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/"""

KEY_FILE: Final = "secret_key"
"""The key of the data directory that signs log-ins, where EVIDENCE_SECRET_KEY gives none."""

KEY_BYTES: Final = 32
"""Of randomness: as many as the SHA-256 that signs with them gives out (RFC 2104, section 3)."""

_YES: Final = frozenset({"1", "true", "yes", "on"})
_NO: Final = frozenset({"", "0", "false", "no", "off"})

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation decides. `api_key` never appears in repr, logs, URLs or errors.

    `max_rate` and `crossref_rate` are requests a second; `crossref_url` is empty where Crossref is not asked.
    """

    database_url: str
    data_dir: Path
    eutils_url: str = NCBI_EUTILS
    crossref_url: str = ""
    api_key: str = field(default="", repr=False)
    email: str = ""
    max_rate: float = RATE_WITHOUT_KEY
    crossref_rate: float = CROSSREF_RATE_PUBLIC
    secret_key: str = field(default="", repr=False)
    read_only: bool = False
    url_prefix: str = ""
    key_pattern: str = ""
    retraction_watch: Path | None = None  # the maintainer's copy of the list, read again whenever it has changed
    now: Clock = field(default=lambda: datetime.now(UTC), repr=False)

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read EVIDENCE_… and NCBI_… variables. Raises UsageProblem naming the variable that is wrong."""
        env = os.environ if env is None else env
        data_dir = Path(env.get("EVIDENCE_DATA_DIR") or platformdirs.user_data_dir("evidence", appauthor=False))
        url = _address("EVIDENCE_EUTILS_URL", env.get("EVIDENCE_EUTILS_URL") or NCBI_EUTILS)
        crossref = _crossref(env.get("EVIDENCE_CROSSREF_URL"), url)
        key, email = env.get("NCBI_API_KEY", "").strip(), env.get("NCBI_EMAIL", "").strip()
        rate = env.get("EVIDENCE_MAX_RATE", "")
        return cls(
            database_url=env.get("EVIDENCE_DATABASE_URL") or f"sqlite:///{data_dir / 'evidence.db'}",
            data_dir=data_dir,
            eutils_url=url,
            crossref_url=crossref,
            api_key=key,
            email=email,
            max_rate=_rate(rate, is_ncbi(url), RATE_WITH_KEY if key else RATE_WITHOUT_KEY),
            crossref_rate=_rate(rate, is_crossref(crossref), CROSSREF_RATE_POLITE if email else CROSSREF_RATE_PUBLIC),
            secret_key=env.get("EVIDENCE_SECRET_KEY", "").strip(),
            read_only=_switch("EVIDENCE_READ_ONLY", env.get("EVIDENCE_READ_ONLY", "")),
            key_pattern=env.get("EVIDENCE_KEY_PATTERN", "").strip(),
            url_prefix=_prefix(env.get("EVIDENCE_URL_PREFIX", "")),
            retraction_watch=Path(listed) if (listed := env.get("EVIDENCE_RETRACTION_WATCH", "").strip()) else None,
            now=_clock(env.get("EVIDENCE_NOW", "")),
        )

    @property
    def talks_to_ncbi(self) -> bool:
        """True when the E-utilities address is NCBI's own."""
        return is_ncbi(self.eutils_url)

    @property
    def talks_to_crossref(self) -> bool:
        """True when the Crossref address is Crossref's own."""
        return is_crossref(self.crossref_url)

    def signing_key(self) -> str:
        """EVIDENCE_SECRET_KEY, else the data directory's own key, made at the first call.

        Raises UsageProblem where neither can be had.
        """
        return self.secret_key or kept_secret(self.data_dir / KEY_FILE)


def kept_secret(path: Path) -> str:
    """The key kept in a file that only its owner may read; drawn and written when there is none.

    Processes that come at once take turns under a lock of the operating system and so agree on one key. A key that was
    cut short by a kill is drawn anew: nobody had read it. Raises UsageProblem when the file cannot be had.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise _no_secret(path, exc) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
            os.fchmod(descriptor, 0o600)
        kept = os.pread(descriptor, 4 * KEY_BYTES, 0).decode("ascii", "replace").strip()
        if len(kept) >= 2 * KEY_BYTES:
            return kept
        drawn = secrets.token_hex(KEY_BYTES)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, drawn.encode(), 0)
        os.fsync(descriptor)
        return drawn
    except OSError as exc:
        raise _no_secret(path, exc) from None
    finally:
        os.close(descriptor)


def _no_secret(path: Path, exc: OSError) -> UsageProblem:
    return UsageProblem("EVIDENCE_SECRET_KEY", f"is not set, and {path} cannot keep one ({exc.strerror})")


def is_ncbi(url: str) -> bool:
    """True for an address at NCBI, whose rate limits nothing may lift."""
    return _is_at(url, NCBI_HOSTS)


def is_crossref(url: str) -> bool:
    """True for an address at Crossref; its rate limits hold as well."""
    return _is_at(url, CROSSREF_HOSTS)


def _is_at(url: str, hosts: tuple[str, ...]) -> bool:
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    return any(host == h or host.endswith("." + h) for h in hosts)


def _address(name: str, raw: str) -> str:
    """An http(s) address that ends with a slash."""
    try:
        parts = urlsplit(raw)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # brackets that are no IPv6 address
        good = False
    if not good:
        raise UsageProblem(name, f"{raw!r} is not an http(s) address")
    return raw if raw.endswith("/") else raw + "/"


def _crossref(raw: str | None, eutils_url: str) -> str:
    """EVIDENCE_CROSSREF_URL: an address, or empty or "off" for none. Not set: Crossref's own where PubMed's is NCBI's.

    Whoever has a stand-in for NCBI (a mirror, a test) does not expect another service of the world to be asked.
    """
    if raw is None:
        return CROSSREF_API if is_ncbi(eutils_url) else ""
    word = raw.strip()
    return "" if word.lower() in _NO else _address("EVIDENCE_CROSSREF_URL", word)


def _rate(raw: str, public: bool, default: float) -> float:
    """EVIDENCE_MAX_RATE counts only for a host that is not the public service (tests, mirrors)."""
    if not raw or public:
        return default
    try:
        rate = float(raw)
    except ValueError:
        raise UsageProblem("EVIDENCE_MAX_RATE", f"{raw!r} is not a number") from None
    if not 0 < rate <= 10_000:
        raise UsageProblem("EVIDENCE_MAX_RATE", f"{raw!r} is not between 0 and 10000")
    return rate


def _switch(name: str, raw: str) -> bool:
    """On or off; anything else is refused, so that a misspelt switch never leaves writing open."""
    word = raw.strip().lower()
    if word not in _YES | _NO:
        raise UsageProblem(name, f"{raw!r} is neither 1 nor 0")
    return word in _YES


def _prefix(raw: str) -> str:
    prefix = raw.strip().strip("/")
    return f"/{prefix}" if prefix else ""


def _clock(raw: str) -> Clock:
    """EVIDENCE_NOW: an ISO time fixes the clock; "+3d", "-2h" shift it. Empty: the real clock."""
    if not raw:
        return lambda: datetime.now(UTC)
    if raw[0] in "+-" and raw[-1] in "dhms" and raw[1:-1].isdigit():
        unit = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}[raw[-1]]
        shift = timedelta(**{unit: int(raw[:-1])})
        return lambda: datetime.now(UTC) + shift
    try:
        fixed = datetime.fromisoformat(raw)
    except ValueError:
        raise UsageProblem("EVIDENCE_NOW", f"{raw!r} is neither an ISO time nor a shift such as +3d") from None
    fixed = fixed if fixed.tzinfo else fixed.replace(tzinfo=UTC)
    return lambda: fixed.astimezone(UTC)
