"""Export and import of many entries beside other programs, in one run: seconds, and ratios to plain bibtexparser.

    EVIDENCE_BENCH_DATA=… python -m tests.benchmarks.bench_formats [ENTRIES] [--runs N]

prints a table, and on stderr what is being measured. Records are those of data/pubmed/pubmed20n0014.dev.xml.gz (PubMed
1975-1979) and pubmed21n1298.dev.xml.gz (2021) in turn, so that half have long abstracts and names with accents. Seconds
are those of the processor, so that other work on the machine counts for little; the best of the runs (default 2), the
collector off. The two slow programs do a fiftieth of the entries once, scaled up: both take linear time.

What is compared: "plain" bibtexparser reads and writes raw strings and escapes nothing; "latex" is the same with its
LaTeX middlewares and names split; pybtex leaves LaTeX as it stands when it reads, "decoded" turns what it read into
characters with its own `Text.from_latex`; rispy RIS. Ours goes all the way from text to records and back.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

import bibtexparser
import rispy
from bibtexparser import middlewares
from pybtex.database import parse_string
from pybtex.richtext import Text

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


def best(name: str, action: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Seconds of the processor in the fastest of some runs, and what the last gave."""
    seconds, result = float("inf"), None
    for _ in range(runs):
        gc.collect()
        gc.disable()
        start = time.process_time()
        result = action()
        seconds = min(seconds, time.process_time() - start)
        gc.enable()
    sys.stderr.write(f"{name}: {seconds:.2f} s\n")
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


Row = tuple[str, float, float]


def ours(studies: list[Study], runs: int) -> Iterator[Row]:
    """Rows of name, seconds to export, seconds to import, for each of our formats."""
    for name in ("bibtex", "biblatex", "ris", "nbib", "csl-json", "csv"):
        export, text = best(f"ours, {name} export", partial(write, studies, name), runs)
        back, items = best(f"ours, {name} import", partial(read, text, name), runs)
        assert len(items) == len(studies), name
        yield f"ours {name}", export, back


def peers(studies: list[Study], runs: int) -> Iterator[Row]:
    """The same for bibtexparser as it comes, and rispy."""
    bib, ris = write(studies, "bibtex"), write(studies, "ris")
    quick = middlewares.default_unparse_stack(allow_inplace_modification=True)  # its own advice for large libraries
    back, library = best("bibtexparser, import", partial(bibtexparser.parse_string, bib), runs)
    export, _ = best("bibtexparser, export", partial(bibtexparser.write_string, library), 1)
    yield PLAIN, export, back
    without = partial(bibtexparser.write_string, library, unparse_stack=quick)
    yield "  without copying", best("bibtexparser, export without copying", without, runs)[0], back
    back, entries = best("rispy, import", partial(rispy.loads, ris), runs)
    yield "rispy", best("rispy, export", partial(rispy.dumps, entries), runs)[0], back


def slow_peers(studies: list[Study], share: float) -> Iterator[Row]:
    """The same for programs that decode LaTeX, on a part of the entries, `share` times as long."""
    bib = write(studies, "bibtex")
    decode = [middlewares.LatexDecodingMiddleware(), middlewares.SeparateCoAuthors(), middlewares.SplitNameParts()]
    encode = [middlewares.MergeNameParts(), middlewares.MergeCoAuthors(), middlewares.LatexEncodingMiddleware()]
    reading = partial(bibtexparser.parse_string, bib, append_middleware=decode)
    back, library = best(f"bibtexparser with LaTeX, import of {len(studies)}", reading, 1)
    writing = partial(bibtexparser.write_string, library, prepend_middleware=encode)
    export, _ = best(f"bibtexparser with LaTeX, export of {len(studies)}", writing, 1)
    yield "bibtexparser latex", export * share, back * share
    back, data = best(f"pybtex, import of {len(studies)}", partial(parse_string, bib, "bibtex"), 1)
    export, _ = best(f"pybtex, export of {len(studies)}", partial(data.to_string, "bibtex"), 1)
    yield "pybtex", export * share, back * share
    whole = partial(read_and_decoded, bib)
    back, _ = best(f"pybtex with LaTeX decoded, import of {len(studies)}", whole, 1)
    yield "pybtex decoded", export * share, back * share


def read_and_decoded(bib: str) -> list[list[str]]:
    """What pybtex reads, as characters: every field and every part of a name."""
    found = []
    for entry in parse_string(bib, "bibtex").entries.values():
        people = [person for role in entry.persons.values() for person in role]
        names = [part for p in people for parts in (p.rich_first_names, p.rich_last_names) for part in parts]
        found.append([str(text) for text in (*map(Text.from_latex, entry.fields.values()), *names)])
    return found


PLAIN = "bibtexparser plain"


def main() -> None:
    """Print the table."""
    folder = os.environ.get("EVIDENCE_BENCH_DATA")
    if not folder:
        sys.exit("EVIDENCE_BENCH_DATA names no folder")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entries", type=int, nargs="?", default=20_000)
    parser.add_argument("--runs", type=int, default=2)
    chosen = parser.parse_args()
    studies = real_studies(Path(folder), chosen.entries)
    part = studies[: max(len(studies) // 50, 200)]
    rows = [*ours(studies, chosen.runs), *peers(studies, chosen.runs), *slow_peers(part, len(studies) / len(part))]
    plain = next(row for row in rows if row[0] == PLAIN)
    sys.stdout.write(f"{len(studies):,} entries     export s  x plain    import s  x plain\n")
    for name, export, back in rows:
        sys.stdout.write(f"{name:20} {export:9.2f} {export / plain[1]:8.2f} {back:11.2f} {back / plain[2]:8.2f}\n")


if __name__ == "__main__":
    main()
