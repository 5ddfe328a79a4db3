"""What Zotero makes of Zotero RDF, and what it writes of that: only as much of its translators as our files use.

Reading follows `RDF.js` (importItem), writing `BibTeX.js`, `RIS.js` and Zotero's CSL-JSON
(https://github.com/zotero/translators ): which field goes where, not their code.
"""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

NS = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "z": "http://www.zotero.org/namespaces/export#",
    "bib": "http://purl.org/net/biblio#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://nwalsh.com/rdf/vCard#",
}
TYPES = {
    *("journalArticle", "book", "bookSection", "conferencePaper", "thesis", "report", "webpage", "preprint"),
    *("document", "dataset", "computerProgram", "patent"),
}
DOI_FIELD = {"journalArticle", "conferencePaper", "preprint", "dataset"}
CONTAINERS = {
    **dict.fromkeys(("journalArticle", "conferencePaper"), "bib:Journal"),
    **{"bookSection": "bib:Book", "webpage": "z:Website"},
}
BIBTEX = {
    "journalArticle": "article", "book": "book", "bookSection": "incollection", "conferencePaper": "inproceedings",
    "thesis": "phdthesis", "report": "techreport", "webpage": "misc", "preprint": "misc", "document": "misc",
}  # fmt: skip
RIS = {
    "journalArticle": "JOUR", "book": "BOOK", "bookSection": "CHAP", "conferencePaper": "CONF", "thesis": "THES",
    "report": "RPRT", "webpage": "ELEC", "preprint": "JOUR", "document": "GEN",
}  # fmt: skip
CSL = {
    "journalArticle": "article-journal", "book": "book", "bookSection": "chapter", "thesis": "thesis",
    "conferencePaper": "paper-conference", "report": "report", "webpage": "webpage", "preprint": "article",
    "document": "document",
}  # fmt: skip
Item = dict[str, Any]


def read(xml: str | bytes) -> list[Item]:
    """The items of a document, each as Zotero holds it; only fields with something in them."""
    root = ElementTree.fromstring(xml)
    assert root.tag == f"{{{NS['rdf']}}}RDF"
    return [_item(node) for node in root]


def _text(node: Any, *paths: str) -> str:
    """The first property that is there: getFirstResults."""
    for path in paths:
        found = node.find(path, NS) if node is not None else None
        if found is not None:
            return str(found.text or "")
    return ""


def _item(node: Any) -> Item:
    kind = _text(node, "z:itemType")
    assert kind in TYPES, kind
    container = node.find(f"dcterms:isPartOf/{CONTAINERS[kind]}", NS) if kind in CONTAINERS else None
    item: Item = {
        "itemType": kind,
        "title": _text(node, "dc:title"),
        "creators": [*_creators(node, "author"), *_creators(node, "editor")],
        "publicationTitle": _text(container, "dc:title"),
        "journalAbbreviation": _text(container, "dcterms:alternative"),
        "volume": _text(container, "prism:volume") or _text(node, "prism:volume"),
        "issue": _text(container, "prism:number") or _text(node, "prism:number"),
        "edition": _text(node, "prism:edition"),
        "pages": _text(node, "bib:pages"),
        "publisher": _text(node, "dc:publisher/foaf:Organization/foaf:name"),
        "place": _text(node, "dc:publisher/foaf:Organization/vcard:adr/vcard:Address/vcard:locality"),
        "date": _text(node, "dc:date"),
        "language": _text(node, "z:language"),
        "abstractNote": _text(node, "dcterms:abstract"),
        "extra": _text(node, "dc:description"),  # because z:itemType is there: isZoteroRDF
        "citationKey": _text(node, "z:citationKey"),
        "url": _text(node, "dc:identifier/dcterms:URI/rdf:value"),
        "tags": [subject.text for subject in node.findall("dc:subject", NS)],
        "notes": [note.text for note in node.findall("dcterms:isReferencedBy/bib:Memo/rdf:value", NS)],
    }
    for identifier in (*node.findall("dc:identifier", NS), *(container or ())):
        if identifier.tag == f"{{{NS['dc']}}}identifier" and len(identifier) == 0:
            name, _, value = (identifier.text or "").partition(" ")
            item[name] = value
    if kind not in DOI_FIELD:
        assert "DOI" not in item
    return {name: value for name, value in item.items() if value}


def _creators(node: Any, role: str) -> list[dict[str, str]]:
    people = node.findall(f"bib:{role}s/rdf:Seq/rdf:li/foaf:Person", NS)
    names = [{"lastName": _text(p, "foaf:surname"), "firstName": _text(p, "foaf:givenName")} for p in people]
    return [{"creatorType": role} | {k: v for k, v in name.items() if v} for name in names]


def extra(item: Item) -> tuple[dict[str, str], list[str]]:
    """Extra as Zotero's exports take it apart: lines with a known label, and the others."""
    known, rest = {}, []
    for line in item.get("extra", "").split("\n"):
        label, _, value = line.partition(": ")
        if label in ("Citation Key", "PMID", "PMCID", "DOI"):
            known[label] = value
        elif line:
            rest.append(line)
    return known, rest


_LATEX = {c: f"\\{c}" for c in "#$%&_{}"} | {"~": "{\\textasciitilde}", "^": "{\\textasciicircum}"}
_LATEX |= {"\\": "{\\textbackslash}", "<": "{\\textless}", ">": "{\\textgreater}"}
_MARKUP = {
    "i": "\\textit{",
    "b": "\\textbf{",
    "sub": "\\textsubscript{",
    "sup": "\\textsuperscript{",
    "u": "\\underline{",
}


def _latex(text: str) -> str:
    parts = re.split(r"(</?(?:i|b|u|sub|sup)>)", text)
    return "".join(
        "".join(_LATEX.get(c, c) for c in part) if n % 2 == 0 else "}" if part[1] == "/" else _MARKUP[part[1:-1]]
        for n, part in enumerate(parts)
    )


def bibtex(items: list[Item]) -> str:
    """Zotero's BibTeX: the key of Extra, `pmid` and `pmcid` of Extra, the rest of it as the note."""
    return "\n".join(_entry(item) for item in items)


def _entry(item: Item) -> str:
    known, rest = extra(item)
    title = "booktitle" if item["itemType"] in ("bookSection", "conferencePaper") else "journal"
    people = {
        role: " and ".join(
            f"{c['lastName']}, {c['firstName']}" if "firstName" in c else f"{{{c['lastName']}}}"
            for c in item.get("creators", ())
            if c["creatorType"] == role
        )
        for role in ("author", "editor")
    }
    year, _, month = item.get("date", "").partition("-")
    fields = {
        "title": item.get("title", ""),
        **people,
        title: item.get("publicationTitle", ""),
        **{name: item.get(name, "") for name in ("volume", "edition", "publisher", "language", "url")},
        "number": item.get("issue", ""),
        "address": item.get("place", ""),
        "issn": item.get("ISSN", ""),
        "isbn": item.get("ISBN", ""),
        "doi": item.get("DOI", "") or known.get("DOI", ""),
        "pmid": known.get("PMID", ""),
        "pmcid": known.get("PMCID", ""),
        "pages": item.get("pages", "").replace("-", "--"),
        "year": year[-4:],
        "month": month[:2],
        "abstract": item.get("abstractNote", ""),
        "keywords": ", ".join(item.get("tags", ())),
        "note": "\n".join(rest),
        "annote": " ".join(re.sub("<[^>]*>", "", note) for note in item.get("notes", ())),
    }
    verbatim = ("url", "doi", "pmid", "pmcid", "author", "editor")
    lines = [f"\t{n} = {{{v if n in verbatim else _latex(v)}}}," for n, v in fields.items() if v]
    return f"@{BIBTEX[item['itemType']]}{{{known['Citation Key']},\n" + "\n".join(lines) + "\n}\n"


def ris(items: list[Item]) -> str:
    """Zotero's RIS: Extra stays behind, and with it PMIDs and keys; notes go to N1 as HTML."""
    lines = []
    for item in items:
        first, _, last = item.get("pages", "").partition("-")
        pairs = [
            ("TY", RIS[item["itemType"]]),
            ("TI", item.get("title", "")),
            *(
                (
                    {"author": "AU", "editor": "A3"}[c["creatorType"]],
                    f"{c['lastName']}, {c.get('firstName', '')}".rstrip(", "),
                )
                for c in item.get("creators", ())
            ),
            ("T2", item.get("publicationTitle", "")),
            ("AB", " ".join(item.get("abstractNote", "").split())),
            ("DA", item.get("date", "").replace("-", "/")),
            ("PY", item.get("date", "")[:4]),
            *(("PB", v) for v in (item.get("publisher", ""),)),
            *(("CY", v) for v in (item.get("place", ""),)),
            ("DO", item.get("DOI", "")),
            ("J2", item.get("journalAbbreviation", "")),
            ("VL", item.get("volume", "")),
            ("IS", item.get("issue", "")),
            ("SP", first),
            ("EP", last),
            ("SN", item.get("ISSN", "") or item.get("ISBN", "")),
            ("LA", item.get("language", "")),
            ("UR", item.get("url", "")),
            *(("KW", tag) for tag in item.get("tags", ())),
            *(("N1", note) for note in item.get("notes", ())),
        ]
        lines += [f"{tag}  - {value}" for tag, value in pairs if value] + ["ER  - ", ""]
    return "\n".join(lines)


def csl(items: list[Item]) -> str:
    """Zotero's CSL-JSON: what has a variable leaves Extra, the rest is `note`."""
    return json.dumps([{k: v for k, v in _variables(item).items() if v} for item in items], ensure_ascii=False)


def _variables(item: Item) -> dict[str, Any]:
    known, rest = extra(item)
    return {
        "id": f"http://zotero.org/users/1/items/{known['Citation Key'][:8].upper()}",
        "type": CSL[item["itemType"]],
        "title": item.get("title", ""),
        **{
            role: [
                {"family": c["lastName"], "given": c["firstName"]} if "firstName" in c else {"literal": c["lastName"]}
                for c in item.get("creators", ())
                if c["creatorType"] == role
            ]
            for role in ("author", "editor")
        },
        "container-title": item.get("publicationTitle", ""),
        "container-title-short": item.get("journalAbbreviation", ""),
        **{
            name: item.get(name, "") for name in ("volume", "issue", "edition", "publisher", "language", "ISSN", "ISBN")
        },
        "page": item.get("pages", ""),
        "publisher-place": item.get("place", ""),
        "DOI": item.get("DOI", "") or known.get("DOI", ""),
        "PMID": known.get("PMID", ""),
        "PMCID": known.get("PMCID", ""),
        "URL": item.get("url", ""),
        "abstract": item.get("abstractNote", ""),
        "citation-key": known["Citation Key"],
        "issued": {"date-parts": [item["date"].split("-")]} if re.fullmatch(r"[\d-]+", item.get("date", "")) else None,
        "note": "\n".join(rest),
    }
