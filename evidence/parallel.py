"""Two things at once, on two cores: a copy of this process does the second one."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def both(here: Callable[[], T], there: Callable[[], T]) -> tuple[T, T]:
    """The results of two functions, the second of which runs in a forked child where there is a second core.

    Without fork (Windows), with one core, or beside other threads (which a fork would cut off), one after the other.
    A child that fails is no loss: its part is then done here.
    """
    if not hasattr(os, "fork") or (os.cpu_count() or 1) < 2 or threading.active_count() > 1:
        return here(), there()
    answer, out = os.pipe()
    child = os.fork()
    if child == 0:
        _work(there, answer, out)
    os.close(out)
    try:
        mine = here()
        with os.fdopen(answer, "rb", closefd=False) as stream:
            theirs = stream.read()
    finally:
        os.close(answer)  # a child that still writes ends
        _, status = os.waitpid(child, 0)
    if status != 0 or not theirs:
        return mine, there()
    return mine, pickle.loads(theirs)  # noqa: S301  # written by our own child a moment ago


def _work(there: Callable[[], T], answer: int, out: int) -> None:
    """The child: do the work, write it to the pipe, leave without touching anything of the parent's."""
    code = 1
    try:
        os.close(answer)
        with os.fdopen(out, "wb") as stream:
            pickle.dump(there(), stream, protocol=pickle.HIGHEST_PROTOCOL)
        code = 0
    finally:
        os._exit(code)
