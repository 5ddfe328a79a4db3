"""What goes wrong in a database, as errors of this program."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from evidence.errors import StoreBusy, StoreProblem, StoreUnreachable


@contextlib.contextmanager
def our_errors(subject: str) -> Iterator[None]:
    """Only StoreError leaves the store: busy, unreachable, or failed, each naming the database."""
    try:
        yield
    except OperationalError as exc:
        reason = str(exc.orig).strip().splitlines()[0] if str(exc.orig).strip() else exc.__class__.__name__
        if "locked" in reason or "lock timeout" in reason or "busy" in reason:
            raise StoreBusy(subject, f"another process is writing ({reason}); try again later") from exc
        if (
            "unable to open" in reason
            or "connect" in reason
            or "not a database" in reason
            or "does not exist" in reason
        ):
            raise StoreUnreachable(subject, f"cannot be opened ({reason})") from exc
        raise StoreProblem(subject, reason) from exc
    except DBAPIError as exc:
        reason = (str(exc.orig).strip() or exc.__class__.__name__).splitlines()[0]
        if "not a database" in reason:
            raise StoreUnreachable(subject, "is not a database of this program") from exc
        raise StoreProblem(subject, reason) from exc
    except SQLAlchemyError as exc:
        raise StoreProblem(subject, f"{exc.__class__.__name__}: {exc}") from exc
