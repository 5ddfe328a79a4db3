"""Export and import of many entries beside other programs, in one run: seconds, and ratios to plain bibtexparser.

`EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.bench_formats [ENTRIES]` prints a table. Records are those of
data/pubmed/pubmed20n0014.dev.xml.gz (PubMed 1975-1979) and pubmed21n1298.dev.xml.gz (2021) in turn, so that half have
long abstracts and names with accents. Each measure is the best of two runs with the collector off.

What is compared: "plain" bibtexparser reads and writes raw strings and escapes nothing; "latex" is the same with its
LaTeX middlewares and names split; pybtex reads and writes its own model; rispy RIS. Ours goes all the way from text to
records and back.
"""

from __future__ import annotations

import gc
import io
import os
import sys
import time
from collections.abc import Callable, Iterable
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

import bibtexparser
import rispy
from bibtexparser import middlewares
from pybtex.database import parse_string

from evidence import formats
from evidence.formats import pubmed_xml
from evidence.records import Record
from evidence.views import Study
from tests.awkward import study

FILES = ("pubmed20n0014.dev.xml.gz", "pubmed21n1298.dev.xml.gz")


def real_studies(folder: Path, count: int) -> list[Study]:
    """That many real records as studies, from both files in turn, each with a key of its own."""

    def found(name: str) -> Iterable[Record]:
        with formats.open_path(folder / "data" / "pubmed" / name) as stream:
            yield from (i for i in pubmed_xml.read(stream, name) if isinstance(i, Record))

    pairs = zip_longest(*map(found, FILES))
    both = (r for r in chain.from_iterable(pairs) if r is not None)
    return [study(r, key=f"key{n}") for n, r in enumerate(islice(both, count))]


def best(action: Callable[[], Any], runs: int = 2) -> tuple[float, Any]:
    """Seconds of the fastest of some runs, and what the last gave."""
    seconds, result = float("inf"), None
    for _ in range(runs):
        gc.collect()
        gc.disable()
        start = time.perf_counter()
        result = action()
        seconds = min(seconds, time.perf_counter() - start)
        gc.enable()
    return seconds, result


def write(studies: list[Study], name: str) -> str:
    """Our export as one text."""
    fmt = formats.by_name(name, writing=True)
    assert fmt.write is not None
    return "".join(fmt.write(studies))


def read(text: str, name: str) -> list[Any]:
    """Our import."""
    fmt = formats.by_name(name)
    assert fmt.read is not None
    return list(fmt.read(io.BytesIO(text.encode()), "x"))


def measure(studies: list[Study], slow: int) -> list[tuple[str, float, float]]:
    """Rows of name, seconds to export, seconds to import; the slow programs do `slow` entries, scaled up."""
    share = len(studies) / slow
    bib = write(studies, "bibtex")
    part = write(studies[:slow], "bibtex")
    rows: list[tuple[str, float, float]] = []
    for name in ("bibtex", "biblatex", "ris", "nbib", "csl-json", "csv"):
        export, text = best(lambda name=name: write(studies, name))  # type: ignore[misc]
        back, items = best(lambda name=name, text=text: read(text, name))  # type: ignore[misc]
        assert len(items) == len(studies), name
        rows.append((f"ours {name}", export, back))
    seconds, library = best(lambda: bibtexparser.parse_string(bib))
    quick = middlewares.default_unparse_stack(allow_inplace_modification=True)  # its own advice for large libraries
    export, _ = best(lambda: bibtexparser.write_string(library))
    rows.append(("bibtexparser plain", export, seconds))
    export, _ = best(lambda: bibtexparser.write_string(library, unparse_stack=quick))
    rows.append(("  without copying", export, seconds))
    decode = [middlewares.LatexDecodingMiddleware(), middlewares.SeparateCoAuthors(), middlewares.SplitNameParts()]
    seconds, library = best(lambda: bibtexparser.parse_string(part, append_middleware=decode), 1)
    encode = [middlewares.MergeNameParts(), middlewares.MergeCoAuthors(), middlewares.LatexEncodingMiddleware()]
    export, _ = best(lambda: bibtexparser.write_string(library, prepend_middleware=encode), 1)
    rows.append(("bibtexparser latex", export * share, seconds * share))
    seconds, data = best(lambda: parse_string(part, "bibtex"), 1)
    export, _ = best(lambda: data.to_string("bibtex"), 1)
    rows.append(("pybtex", export * share, seconds * share))
    ris = write(studies, "ris")
    seconds, entries = best(lambda: rispy.loads(ris))
    export, _ = best(lambda: rispy.dumps(entries))
    rows.append(("rispy", export, seconds))
    return rows


def main() -> None:
    """Print the table."""
    folder = os.environ.get("EVIDENCE_BENCH_DATA")
    if not folder:
        sys.exit("EVIDENCE_BENCH_DATA names no folder")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    studies = real_studies(Path(folder), count)
    rows = measure(studies, min(count, max(count // 50, 200)))
    plain = next(row for row in rows if row[0] == "bibtexparser plain")
    print(f"{len(studies):,} entries     export s  x plain    import s  x plain")  # noqa: T201
    for name, export, back in rows:
        print(f"{name:20} {export:9.2f} {export / plain[1]:8.2f} {back:11.2f} {back / plain[2]:8.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
