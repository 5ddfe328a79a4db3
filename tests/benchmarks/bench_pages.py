"""How fast the pages answer: `python -m tests.benchmarks.bench_pages FILE.db [SECONDS]`.

Starts `evidence serve` on a library (make_library.py makes one of 100,000 studies) and asks it from four clients at
once, each on a connection of its own, for the home page, the largest condition (plain, with two filters, a later
page, by year) and searches: a rare word, a phrase that is in two thirds of all abstracts, several words. Every page
is asked with varying parameters. Searches are asked cold first (a text never asked before) and then mixed. Prints
the median and the 95th percentile per kind. No figure decides a test.
"""

from __future__ import annotations

import http.client
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from urllib.parse import quote

CLIENTS = 4
_CONDITION = "/conditions/carpal-tunnel-syndrome"
_PHRASES = ["visual analogue scale", "ultrasound guidance", "median nerve", "adverse events", "follow up"]
_COMMON = ["patients", "pain", "nerve", "injection", "group", "weeks", "treatment", "study", "outcome"]
_DESIGNS = ["rct", "cohort", "meta-analysis", "systematic-review", "case-report"]
_INTERVENTIONS = ["dextrose-5", "nerve-hydrodissection", "prolotherapy", "corticosteroid"]


def _cold_phrase(rng: random.Random) -> str:
    """A common phrase with a word nobody asked with it before: nothing of the answer can be cached."""
    pair = rng.sample(_COMMON, 2)
    return f'"{rng.choice(_PHRASES)}" {pair[0]} {pair[1]}'


KINDS: dict[str, Callable[[random.Random], str]] = {
    "home": lambda rng: "/",
    "condition": lambda rng: _CONDITION,
    "condition, two filters": lambda rng: (
        f"{_CONDITION}?design={rng.choice(_DESIGNS)}&intervention={rng.choice(_INTERVENTIONS)}"
        f"&since={rng.randint(1990, 2020)}"
    ),
    "condition, newest": lambda rng: f"{_CONDITION}?sort=newest&until={rng.randint(2000, 2026)}",
    "search, rare word": lambda rng: "/search?q=" + "".join(rng.choices(["ka", "ro", "min", "ta", "vel"], k=3)),
    "search, common phrase": lambda rng: "/search?q=" + quote(f'"{rng.choice(_PHRASES)}"'),
    "search, phrase and words": lambda rng: "/search?q=" + quote(_cold_phrase(rng)),
}


def main() -> None:
    """Serve, ask, print."""
    database, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 30.0
    port = _free_port()
    env = os.environ | {"EVIDENCE_DATABASE_URL": f"sqlite:///{os.path.abspath(database)}"}
    server = subprocess.Popen(
        [sys.executable, "-m", "evidence", "serve", "--port", str(port)], env=env, stdout=subprocess.DEVNULL
    )
    try:
        started = _wait(port)
        sys.stdout.write(f"up after {started:.2f} s; {CLIENTS} clients, {seconds:.0f} s a kind and mixed\n")
        for name, make in KINDS.items():
            _report(name, _load(port, [(name, make)], seconds / len(KINDS))[name])
        for name, times in _load(port, list(KINDS.items()), seconds).items():
            _report(f"mixed: {name}", times)
    finally:
        server.terminate()
        server.wait(10)


def _load(port: int, kinds: list[tuple[str, Callable[[random.Random], str]]], seconds: float) -> dict[str, list[float]]:
    times: dict[str, list[float]] = defaultdict(list)
    until = time.perf_counter() + seconds
    threads = [threading.Thread(target=_client, args=(port, kinds, until, times, seed)) for seed in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _client(
    port: int,
    kinds: list[tuple[str, Callable[[random.Random], str]]],
    until: float,
    times: dict[str, list[float]],
    seed: int,
) -> None:
    rng = random.Random(f"{seed} {kinds[0][0]} {until}")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.perf_counter() < until:
        name, make = rng.choice(kinds)
        start = time.perf_counter()
        connection.request("GET", make(rng))
        answer = connection.getresponse()
        body = answer.read()
        times[name].append(time.perf_counter() - start)
        if answer.status != 200 or b"</html>" not in body:
            raise AssertionError(f"{name}: {answer.status}")


def _report(name: str, times: list[float]) -> None:
    ordered = sorted(times)
    p50, p95 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.95))
    sys.stdout.write(f"{name:36} {len(times):6} answers   median {p50:6.1f} ms   p95 {p95:6.1f} ms\n")


def _wait(port: int) -> float:
    start = time.perf_counter()
    while time.perf_counter() - start < 30:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return time.perf_counter() - start
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
