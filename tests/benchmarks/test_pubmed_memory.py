"""Memory of the PubMed reader over 300 MB of invented records, in a process of its own.

Runs with the other benchmarks only (EVIDENCE_BENCH_DATA set), since it takes half a minute; it needs no data.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.pubmed_pieces import FIXTURES

PROGRAM = """
import io, re, sys
from pathlib import Path
from evidence.formats import pubmed_xml

xml = Path(sys.argv[1]).read_bytes()
head, record, tail = re.fullmatch(rb"(.*?)(<PubmedArticle>.*</PubmedArticle>)(.*)", xml, re.S).groups()

class Long(io.RawIOBase):
    def __init__(self):
        self.pieces = self.make()
    def make(self):
        yield head
        for number in range(300_000_000 // len(record)):
            yield record.replace(b"90000001", b"%d" % (number + 1)) + b"\\n"
        yield tail
    def read(self, size=-1):
        return next(self.pieces, b"")

def most():
    # Not ru_maxrss: Linux carries the parent's into a program it starts, and the test run may be larger than this.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

start = most()
read = sum(item.external_id == str(n) for n, item in enumerate(pubmed_xml.read(Long(), "long", strict=True), 1))
print(read == 300_000_000 // len(record), start, most())
"""


@pytest.mark.slow
def test_memory_stays_flat_over_300_mb() -> None:
    if not os.environ.get("EVIDENCE_BENCH_DATA"):
        pytest.skip("MEMORY OVER 300 MB NOT MEASURED: EVIDENCE_BENCH_DATA is not set")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(FIXTURES / "full.xml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    whole, start, peak = done.stdout.split()
    assert whole == "True"
    assert int(peak) < 100_000  # kB, the interpreter and its libraries included
    assert int(peak) - int(start) < 50_000
