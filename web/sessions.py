"""The cookie of a log-in: a name and a stamp of its password, signed, with the time it was made. Nothing is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Request, Response

from evidence.store.people import Person
from web.origin import said_https

COOKIE: Final = "evidence-login"
LASTS: Final = timedelta(days=30)
"""How long a log-in lasts: the longest that NIST SP 800-63B, 4.1.3, lets one go without a password."""

_SALT: Final = "evidence.login.1"
_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class Claim:
    """What a cookie says whose signature is right: who, with which password, since when."""

    name: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """Cookies signed with one key, which is asked for only when a cookie is made or read."""

    key: Callable[[], str]
    now: Callable[[], datetime]

    def read(self, request: Request) -> Claim | None:
        """The claim of a request's cookie; None when it has none that holds."""
        raw = request.cookies.get(COOKIE, "")
        if not raw or len(raw) > _LONGEST:
            return None
        try:
            value = self._serializer().loads(raw)
        except BadSignature:
            return None
        match value:
            case [str(name), str(stamp), int(since)]:
                age = self.now().timestamp() - since
                return Claim(name, stamp) if -60 <= age <= LASTS.total_seconds() else None
        return None

    def start(self, request: Request, answer: Response, person: Person) -> None:
        """Log the person in: set the cookie."""
        value = self._serializer().dumps([person.name, person.stamp, int(self.now().timestamp())])
        self._set(request, answer, str(value), int(LASTS.total_seconds()))

    def end(self, request: Request, answer: Response) -> None:
        """Log out in this browser: take the cookie away."""
        self._set(request, answer, "", 0)

    def _set(self, request: Request, answer: Response, value: str, seconds: int) -> None:
        answer.set_cookie(
            COOKIE,
            value,
            max_age=seconds,
            path=request.root_path or "/",
            secure=said_https(request),
            httponly=True,
            samesite="Lax",
        )

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.key(), salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})
