"""How fast, and in how much memory, PubMed XML is read: this reader beside Biopython and a bare lxml.iterparse.

    python tests/benchmarks/bench_parse.py FILE.xml[.gz] [RECORDS]

Each reader runs in a process of its own, all on the same file in the same run: compare them with each other, not with
other machines. Seconds are those of the processor, so that other work on the machine counts as little as can be.
Biopython reads the first RECORDS records only (default 1000), since it holds everything at once.
"""

from __future__ import annotations

import gzip
import io
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def opened(path: str) -> Any:
    return gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")  # noqa: SIM115


def ours(path: str, limit: int, *, references: bool = False) -> int:
    from evidence.formats import open_path, pubmed_xml

    with open_path(Path(path)) as stream:
        return sum(1 for _ in pubmed_xml.read(stream, path, references=references))


def ours_with_references(path: str, limit: int) -> int:
    return ours(path, limit, references=True)


def iterparse(path: str, limit: int) -> int:
    """The least that is of use: PMID, title, abstract, authors, journal, MeSH; no checks, no Record."""
    from lxml import etree

    count = 0
    with opened(path) as stream:
        for _, element in etree.iterparse(stream, events=("end",), tag="PubmedArticle", resolve_entities=False):
            article = element.find("MedlineCitation/Article")
            title = article.find("ArticleTitle")
            _ = (
                element.findtext("MedlineCitation/PMID"),
                "" if title is None else "".join(title.itertext()),
                " ".join("".join(text.itertext()) for text in article.iterfind("Abstract/AbstractText")),
                [(a.findtext("LastName"), a.findtext("ForeName")) for a in article.iterfind("AuthorList/Author")],
                article.findtext("Journal/Title"),
                [d.get("UI") for d in element.iterfind("MedlineCitation/MeshHeadingList/MeshHeading/DescriptorName")],
            )
            count += 1
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return count


def biopython(path: str, limit: int) -> int:
    from Bio import Entrez

    with tempfile.TemporaryDirectory() as folder:
        Entrez.local_cache = folder
        with opened(path) as stream:
            text = stream.read()
        records = [m[0] for m in re.finditer(rb"<PubmedArticle>.*?</PubmedArticle>", text, re.S)][:limit]
        head = b'<?xml version="1.0" ?><!DOCTYPE PubmedArticleSet SYSTEM "https://dtd.nlm.nih.gov/x/pubmed_250101.dtd">'
        document = head + b"<PubmedArticleSet>" + b"".join(records) + b"</PubmedArticleSet>"
        del text
        return len(Entrez.read(io.BytesIO(document), validate=False, escape=True)["PubmedArticle"])


READERS: dict[str, Callable[[str, int], int]] = {
    "ours": ours,
    "ours_with_references": ours_with_references,
    "iterparse": iterparse,
    "biopython": biopython,
}


def measure(reader: str, path: str, limit: int) -> None:
    """Run one reader here; print records, seconds and peak memory."""
    start = time.process_time()
    count = READERS[reader](path, limit)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{reader:22}{count:9,} records{seconds:8.2f} s{count / seconds:9,.0f} /s{peak:8.0f} MB peak\n")


def main(arguments: list[str]) -> int:
    """One line for each reader; 2 for wrong usage."""
    if len(arguments) == 3 and arguments[0] in READERS:
        measure(arguments[0], arguments[1], int(arguments[2]))
        return 0
    if len(arguments) not in (1, 2) or not Path(arguments[0]).is_file():
        sys.stderr.write(__doc__ or "")
        return 2
    limit = arguments[1] if len(arguments) == 2 else "1000"
    for reader in READERS:
        command = [sys.executable, __file__, reader, arguments[0], limit]
        subprocess.run(command, check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
