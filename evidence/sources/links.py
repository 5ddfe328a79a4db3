"""ELink: which other records PubMed relates to one of its own: similar ones, those that cite it, those that it cites.

https://www.ncbi.nlm.nih.gov/books/NBK25499/#chapter4.ELink ; the names of the links:
https://eutils.ncbi.nlm.nih.gov/entrez/query/static/entrezlinks.html . Similar articles come with a score
(cmd=neighbor_score); the record itself is among them and left out. Citations are those that PubMed Central knows of.

- a LinkSet of the PMID without links: nothing is related
- several LinkSets of the PMID: taken together; one of another PMID, or none at all: broken, asked again
- links of another name than the one asked for: left out
- an ERROR, in the LinkSet or instead of it, in XML or JSON: asked again, then SourceUnavailable or SourceRefused
- something that is no PMID, or a score that is no number: broken
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from evidence.sources.answers import Broken, is_pmid, read_tree
from evidence.sources.transport import Transport

By = Literal["similar", "cited-in", "references"]

LINKS: Final[dict[By, tuple[str, str]]] = {
    "similar": ("neighbor_score", "pubmed_pubmed"),
    "cited-in": ("neighbor", "pubmed_pubmed_citedin"),
    "references": ("neighbor", "pubmed_pubmed_refs"),
}
"""What is asked for → ELink's command and name of the link."""

_LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Linked:
    """A related record. `score`: PubMed's measure of likeness, 0 where it gives none."""

    pmid: str
    score: int = 0


def linked(transport: Transport, pmid: str, by: By) -> tuple[Linked, ...]:
    """What PubMed relates to a record, each once: the most similar first, else the newest (the highest PMID) first.

    Raises SourceProblem.
    """
    command, name = LINKS[by]
    fields = {"dbfrom": "pubmed", "db": "pubmed", "id": pmid, "cmd": command, "linkname": name, "retmode": "xml"}
    return transport.post("elink.fcgi", fields, lambda body: _read(body, pmid, name))


def _read(body: bytes, pmid: str, name: str) -> tuple[Linked, ...]:
    sets = read_tree(body, "eLinkResult").findall("LinkSet")
    if not sets:
        raise Broken("no set of links")
    best: dict[str, int] = {}
    for found in (link for one in sets for link in _links(one, pmid, name)):
        if found.pmid != pmid:
            best[found.pmid] = max(found.score, best.get(found.pmid, 0))
    every = (Linked(other, score) for other, score in best.items())
    return tuple(sorted(every, key=lambda link: (-link.score, -int(link.pmid))))


def _links(one: Any, pmid: str, name: str) -> Iterator[Linked]:
    asked = [_word(element) for element in one.iterfind("IdList/Id")]
    if asked != [pmid]:
        raise Broken(f"links of {', '.join(asked)[:80] or 'nothing'} instead of {pmid}")
    for group in one.iterfind("LinkSetDb"):
        if _word(group.find("LinkName")) != name:
            continue
        for link in group.iterfind("Link"):
            other, score = _word(link.find("Id")), _word(link.find("Score")) or "0"
            if not is_pmid(other) or not (score.isascii() and score.isdigit() and len(score) <= 15):
                raise Broken(f"a link to something that is no PMID or has no score: {other[:40]!r}")
            yield Linked(other, min(int(score), _LARGEST))


def _word(element: Any) -> str:
    return (element.text or "").strip() if element is not None else ""
