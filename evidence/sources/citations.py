"""ECitMatch: which PMID has what stands on that page of that volume, for references without an identifier.

https://www.ncbi.nlm.nih.gov/books/NBK25499/#chapter4.ECitMatch : a string "journal|year|volume|first page|author|key|"
for each reference, by POST; the answer is plain text although `retmode` is xml, a line for each string that ends with
the key and a PMID, NOT_FOUND (with ";INVALID_JOURNAL" for a journal it does not know), or AMBIGUOUS with a few PMIDs or
their number. It weighs journal, volume and page more than year and author, so that a PMID is a proposal, to be compared
with the reference.

- an answer that lacks a key, has one twice or one not asked for, or ends otherwise: broken, asked again
- an error in JSON or XML: asked again, then SourceUnavailable or SourceRefused (transport)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from evidence import text
from evidence.sources.answers import Broken, is_pmid, read_lines
from evidence.sources.transport import Transport

AT_ONCE: Final = 100
"""References in one request: an answer that is broken costs little to repeat."""

_SEVERAL: Final = re.compile(r"AMBIGUOUS\s*(?:\((\d+) citations?\)|((?:\d{1,8}\s*,\s*)*\d{1,8}))?", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A reference as ECitMatch is asked about it; none of the parts is empty.

    `key` is ours, letters and digits, and comes back.
    """

    key: str
    journal: str
    year: str
    volume: str
    page: str
    author: str

    @property
    def asked(self) -> str:
        """The string that is sent: folded, because NCBI's examples have neither case nor accents."""
        parts = (self.journal, self.year, self.volume, self.page, self.author)
        return "".join(f"{text.fold(part)}|" for part in parts) + f"{self.key}|"


@dataclass(frozen=True, slots=True)
class Answer:
    """What ECitMatch says of a reference; `words` are its own. "several" may name no PMID."""

    outcome: Literal["one", "several", "none"]
    pmids: tuple[str, ...]
    words: str


def match(transport: Transport, citations: Sequence[Citation]) -> dict[str, Answer]:
    """Key → what ECitMatch says, for at most AT_ONCE references with different keys. Raises SourceProblem."""
    keys = [citation.key for citation in citations]
    data = "\r".join(citation.asked for citation in citations)
    fields = {"db": "pubmed", "retmode": "xml", "bdata": data}
    return transport.post("ecitmatch.cgi", fields, lambda body: _read(body, keys))


def _read(body: bytes, keys: Sequence[str]) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for line in read_lines(body):
        _, _, rest = line.rpartition("|")
        key = line.removesuffix(rest).rstrip("|").rpartition("|")[2].strip()
        if key not in keys or key in found:
            raise Broken(f"a line that was not asked for, or twice: {line[:80]!r}")
        found[key] = _answer(rest.strip())
    if len(found) < len(keys):
        raise Broken(f"lines for {len(found):,} of {len(keys):,} references")
    return found


def _answer(words: str) -> Answer:
    if is_pmid(words):
        return Answer("one", (words,), words)
    if words.upper().split(";")[0] == "NOT_FOUND":
        return Answer("none", (), words[:100])
    several = _SEVERAL.fullmatch(words)
    if several is None:
        raise Broken(f"neither a PMID nor a word for its absence: {words[:80]!r}")
    pmids = tuple(dict.fromkeys(p.strip() for p in (several[2] or "").split(",") if is_pmid(p.strip())))
    return Answer("several", pmids, words[:100])
