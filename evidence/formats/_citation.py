"""One reference as printed in a list, taken apart: Vancouver/NLM, APA, publishers' "Volume 84, Issue 4" forms.

Styles: NLM, "Citing Medicine", https://www.ncbi.nlm.nih.gov/books/NBK7256/ ; APA manual, chapter 9; and the citation
lines that ScienceDirect and Wiley give for copying. What is not recognised is left out, never guessed: the caller
keeps the printed text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from evidence.formats import _byline, _dates, _ids, _markup, _names
from evidence.formats._draft import Draft
from evidence.identifiers import try_parse
from evidence.records import Markup
from evidence.text import clean

_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|Spring|Summer|Autumn|Fall|Winter)[a-z]*\.?"
_YEAR: Final = r"(?:1[89]\d\d|20\d\d)"
_PAGES: Final = (
    r"[A-Za-z]{0,4}\d[\w.]*(?:\s?[-–‐]{1,2}\s?[A-Za-z]{0,3}\d[\w.]*)?"
    r"(?:,\s?(?!(?:18|19|20)\d\d\b)[A-Za-z]?\d+(?:[-–]\d+)?)*"
)

_VANCOUVER: Final = re.compile(
    rf"(?<![\w(])(?P<date>{_YEAR}(?: {_MONTH}(?:-{_MONTH})?(?: \d{{1,2}}(?:-\d{{1,2}})?)?)?)\s*"
    r"(?:;\s*|(?=:[A-Za-z.]{0,14}-?\d))"  # with a volume, or at once the pages
    r"(?P<volume>[A-Za-z]{0,12}\.? ?\d[\w./-]{0,12}(?: Suppl\.? ?\d*| Pt \d+)?|Suppl\.? ?\d+)?\s*"
    r"(?:\((?P<issue>[^()]{1,40}(?:\([^()]*\))?)\))?\s*"
    rf"(?::\s*(?P<pages>{_PAGES}|[A-Za-z]?[\w.-]+))?"
)
_ISSUE_WORDS: Final = re.compile(
    rf"(?:(?P<date>(?:{_MONTH} )?{_YEAR}),? )?"
    r"\bVol(?:ume\b|\.|\b)\s*(?P<volume>(?=\w*\d|[IVXLC]+\b)[\w./-]{1,20}?)\s*[,;(.]?\s*"
    r"(?:(?:Issue|Iss\.?|No\.?|Number|Nr\.?)\s*(?P<issue>[\w./-]{1,20}?)\s*\)?)?"
    rf"(?:[,;:. ]\s*(?P<after>(?:{_MONTH} )?{_YEAR}))?"
    rf"(?:[,;:. ]\s*(?:Pages?|pp?\.?|Article|Art\.?)\s*(?P<pages>{_PAGES}))?(?=[\s,;.)]|$)",
    re.I,
)
_APA: Final = re.compile(
    rf"^(?P<authors>.{{2,4000}}?)\s\((?P<date>{_YEAR})(?:[a-z])?(?:,[^()]*)?\)[.:,]?\s+"
    r"(?P<title>.{1,600}?[.?!])\s+(?P<journal>[^.?!,][^?!]{0,200}?),\s*(?P<volume>\d+)\s*"
    rf"(?:\((?P<issue>[^()]+)\))?(?:,\s*(?:Article |pp?\. )?(?P<pages>{_PAGES}))?(?=[.\s,]|$)"
)
_NATURE: Final = re.compile(
    rf"(?P<volume>\d{{1,4}})(?:\s?\((?P<issue>[\w-]+)\))?,\s*(?P<pages>{_PAGES})\s*\((?P<date>{_YEAR})\)"
)
_AHEAD: Final = re.compile(
    rf"(?P<date>{_YEAR} {_MONTH}(?: \d{{1,2}})?|{_YEAR})(?:;PP)?"
    r"(?=\.\s*(?:[A-Z][a-z]+\.\s*)?(?:doi|Epub|Online|PMID|PMCID|https?:|\[Epub|$))"
)
_BOOK: Final = re.compile(
    rf"(?P<place>[A-Z][^:.;()]{{1,60}}):\s*(?P<publisher>[^;:]{{2,100}})[;,]\s*(?:c|©)?(?P<date>{_YEAR})"
)
_DATED: Final = re.compile(
    rf"^(?P<authors>.{{2,2000}}?)\s\((?P<date>{_YEAR})[^()]{{0,40}}\)[.:,]?\s+(?P<title>[^.?!]{{3,600}}(?:[.?!]|$))"
)
"""APA without a journal: a book, a report."""

_QUOTED: Final = re.compile(
    r"^(?P<authors>.{3,2000}?)[,.]?\s+[\"“](?P<title>[^\"“”]{10,600})[\"”][,.]?\s+(?:in\s+)?(?P<journal>.{2,200})$"
)
"""IEEE, Chicago and MLA set the title in quotation marks."""

_EPUB: Final = re.compile(rf"\bEpub\s+(?:(?:ahead of print)\s*)?(?P<date>{_YEAR}(?: {_MONTH}(?: \d{{1,2}})?)?)")
_TAIL: Final = re.compile(
    r"(?:\bdoi\b\s*[:=]?\s*(?:https?:|10\.)|https?://|\bPMC?ID\b|\bEpub\b|\beCollection\b|\bAvailable (?:from|at)\b"
    r"|\bAccessed\b|\[cited|\bRetrieved\b|\bErratum in\b|\bISSN\b|(?<![\w/])10\.\d{4,9}/)",
    re.I,
)
_DOI: Final = re.compile(r"(?<![\w/])(10\.\d{4,9}/[^\s,;\]]+)")
_URL: Final = re.compile(r"https?://[^\s,;<>\"]+")
_SHORT_WORDS: Final = (
    "J Am Med Surg Phys Ther Clin Int Res Orthop Rehabil Ann Arch Eur Br Rev Sci Dis Soc Assoc Acad Proc Natl Curr Opin"
    " Neurol Rheumatol Anesthesiol Anesth Pharmacol Physiol Biol Chem Engl Oncol Cardiol Radiol Dermatol Nurs Sport"
    " Sports Syst Rep Musculoskelet Disord Adv Exp Mol Nutr Pract Manag Gen Hosp Educ Psychol Epidemiol"
)
_ABBREVIATED: Final = re.compile(rf"\b(?:{'|'.join(_SHORT_WORDS.split())})\b\.?(?= |$|\.)")
"""Words of journal abbreviations (ISO 4): a name that holds one is an abbreviation."""


@dataclass(frozen=True, slots=True)
class _Core:
    """Where it appeared, found in the text: what stands before it is authors, title and container."""

    head: str
    volume: str = ""
    issue: str = ""
    pages: str = ""
    date: str = ""


def parse(printed: str, label_of_text: str = "reference") -> Draft | None:
    """A reference without its number. None when it shows neither an identifier nor where and by whom it appeared."""
    draft = Draft()
    text = clean(printed)
    _identifiers(draft, text)
    apa = _APA.match(text)
    if apa is not None and _byline.looks_like_authors(apa["authors"], strict=False):
        _take_apa(draft, apa)
    else:
        core = _core(text)
        if core is not None:
            _take(draft, core)
            _head(draft, core.head, printed)
        else:
            _bare(draft, text)
    epub = _EPUB.search(text)
    if epub:
        draft.date(_dates.parse(epub["date"]), "electronic")
    useful = bool(draft.identifiers) or ("title" in draft.marked and bool(draft.authors or draft.plain or draft.dates))
    return draft if useful else None


def place(draft: Draft, text: str) -> bool:
    """Put volume, issue, pages and date of a citation line ("Pain. 2021 Dec 21;1(2):10-11.") into a draft."""
    core = _core(clean(text))
    if core is not None:
        _take(draft, core)
    return core is not None


def is_reference(text: str) -> int:
    """How much a text looks like a reference: a point for authors, two for where it appeared, one for an identifier."""
    text = clean(text)
    if not 25 <= len(text) <= 20_000:
        return 0
    points = 2 if _core(text) is not None or _APA.match(text) else 0
    points += bool(_DOI.search(text) or re.search(r"\bPMC?ID\b", text))
    points += _byline.starts_with_authors(text)
    return points


def _identifiers(draft: Draft, text: str) -> None:
    for identifier in _ids.in_text(text):
        if identifier.scheme not in {i.scheme for i in draft.identifiers}:
            draft.add(identifier)
    if not any(i.scheme == "doi" for i in draft.identifiers):
        found = _DOI.search(text)
        draft.add(try_parse("doi", found[1]) if found else None)
    for url in _URL.findall(text):
        draft.link(url.rstrip(".)"), "url")


def _core(text: str) -> _Core | None:
    """The first of the known forms of "where it appeared"."""
    tail = _TAIL.search(text)
    body = text[: tail.start()] if tail and tail.start() > 20 else text
    for form in (_VANCOUVER, _NATURE, _ISSUE_WORDS):
        for found in form.finditer(body):
            groups = found.groupdict()
            if not (groups.get("volume") or groups.get("issue") or groups.get("pages")):
                continue
            return _Core(
                head=body[: found.start()],
                volume=(groups.get("volume") or "").strip(" .,"),
                issue=(groups.get("issue") or "").strip(" .,"),
                pages=(groups.get("pages") or "").strip(" .,"),
                date=groups.get("date") or groups.get("after") or _later_year(body[found.end() :]),
            )
    ahead = _AHEAD.search(text)
    if ahead and ahead.start() > 20 and not _BOOK.search(body) and not (tail and tail.start() < ahead.start()):
        return _Core(head=text[: ahead.start()], date=ahead["date"])
    return None


def _later_year(rest: str) -> str:
    found = re.match(rf"[\s,.(]*(?:pp?\.?\s*[\w-]+)?[\s,.(]*({_YEAR})", rest)
    return found[1] if found else ""


def _take(draft: Draft, core: _Core) -> None:
    draft.put("volume", core.volume, "volume")
    draft.put("issue", core.issue, "issue")
    draft.pages(core.pages, "pages")
    draft.date(_dates.parse(core.date))


def _take_apa(draft: Draft, found: re.Match[str]) -> None:
    authors, draft.authors_complete = _byline.apa(found["authors"])
    draft.author(*authors)
    draft.mark("title", _title(found["title"]), "title")
    _journal(draft, found["journal"])
    _take(draft, _Core("", found["volume"], found["issue"] or "", (found["pages"] or "").strip(" .,"), found["date"]))


def _title(text: str) -> Markup:
    return _markup.read(text.strip(" ,;").removesuffix(".").strip("“”\"' "))


def _journal(draft: Draft, text: str) -> None:
    """A journal, as abbreviation where its words show it to be one."""
    name = _markup.read_plain(text.strip(" ,;:").removesuffix(".").removeprefix("In: "))
    name = re.sub(rf"(?:,\s*|\s+\()(?:{_MONTH}\s*)?{_YEAR}\)?$", "", name)
    if not name:
        return
    abbreviated = len(_ABBREVIATED.findall(name)) >= 1 and " of " not in name and " and " not in name
    if abbreviated and name != "Journal":
        draft.put("abbreviation", name.replace(".", ""), "journal")
    else:
        draft.put("journal", name, "journal")


def _head(draft: Draft, head: str, printed: str) -> None:
    """Authors, title and journal before the place of publication."""
    draft.kind = "article"
    quoted = _QUOTED.match(head)
    if quoted is not None:
        found_authors, draft.authors_complete = _names.people(quoted["authors"])
        draft.author(*found_authors)
        draft.mark("title", _title(quoted["title"].rstrip(",")), "title")
        _journal(draft, quoted["journal"])
        return
    authors, rest, draft.authors_complete = _byline.leading_authors(head)
    found = None
    if not authors:
        found = _byline.with_degrees(printed) or _byline.by_lines(printed) or _byline.by_commas(head)
    draft.author(*(found.authors if found else authors))
    title, journal = _cut_printed(found.rest, head) if found else _cut(rest)
    draft.mark("title", _title(title), "title")
    _journal(draft, journal)


def _cut_printed(rest: str, head: str) -> tuple[str, str]:
    """Title and journal where the print itself sets them apart: a line break, a comma, or a wide space."""
    rest = rest.replace("\u00a0", " ") if "  " not in rest.replace("\u00a0", " ") else rest
    spaced = re.split(r"\s{2,}|\s*\u00a0\s*\u00a0?\s*", rest.replace(" \u00a0", "  ").replace("\u00a0 ", "  "))
    core = re.compile(r"\s*(?:Vol(?:ume|\.)?\s*\w+|\(?(?:1[89]|20)\d\d)", re.I)
    pieces = [clean(p) for p in spaced if clean(p)]
    if len(pieces) >= 2 and not core.match(pieces[1]):
        return pieces[0], core.split(pieces[1])[0]
    lines = [clean(p).rstrip(",") for p in rest.split("\n") if clean(p)]
    if len(lines) >= 2:
        return lines[0], _until_volume(lines[1])
    body = _until_volume(clean(rest))
    title, comma, journal = body.rstrip(" ,").rpartition(", ")
    if comma and journal[:1].isupper():
        return title, journal
    return _trailing_name(body)


def _until_volume(text: str) -> str:
    return re.split(r",?\s*\bVol(?:ume|\.)?\s*\d", text, maxsplit=1, flags=re.I)[0]


def _trailing_name(text: str) -> tuple[str, str]:
    """A title in sentence case with a journal's capitalised name after it: "… patients Annals of Neurology"."""
    words = text.split()
    start = len(words)
    while start > 0 and (
        words[start - 1][:1].isupper() or words[start - 1] in ("of", "and", "the", "in", "for", "&", "on")
    ):
        start -= 1
    while start < len(words) and not words[start][:1].isupper():
        start += 1
    if 0 < start < len(words):
        return " ".join(words[:start]), " ".join(words[start:])
    return text, ""


_DOTTED_NAME: Final = re.compile(r"(?<=[.?!] )((?:[A-Z][A-Za-z&-]{0,14}\.\s?){2,}(?:[A-Z][\w()-]*\.?)?)\s*$")


def _cut(rest: str) -> tuple[str, str]:
    """Title and journal, cut at the last sentence end; abbreviations with dots ("J. Orthop. Res.") stay whole."""
    rest = rest.strip().rstrip(",;: ")
    dotted = _DOTTED_NAME.search(rest)
    if dotted:
        return rest[: dotted.start()], dotted[1]
    bare = rest.rstrip(". ")
    ends = [m.end() for m in re.finditer(r"(?<=[^\s.])[.?!]['”\"]?\s+(?=[A-Z(\d])", bare)]
    if ends:
        return bare[: ends[-1]], bare[ends[-1] :]
    title, comma, journal = bare.rpartition(", ")
    return (title, journal) if comma and journal[:1].isupper() else (bare, "")


def _bare(draft: Draft, text: str) -> None:
    """No place in a journal: a book, a web page, or an identifier with a title before it."""
    tail = _TAIL.search(text)
    body = (text[: tail.start()] if tail else text).rstrip(" [(")
    dated = _DATED.match(body)
    if dated is not None and _byline.looks_like_authors(dated["authors"], strict=False):
        people, draft.authors_complete = _byline.apa(dated["authors"])
        draft.kind = "other"
        draft.author(*people)
        draft.mark("title", _title(dated["title"]), "title")
        draft.date(_dates.parse(dated["date"]))
        return
    authors, rest, whole = _byline.leading_authors(body)
    book = _BOOK.search(rest)
    if book:
        draft.kind = "book"
        draft.put("place", book["place"], "place")
        draft.put("publisher", book["publisher"], "publisher")
        draft.date(_dates.parse(book["date"]))
        rest = rest[: book.start()]
    elif not authors and not draft.identifiers:
        return
    else:
        year = re.search(rf"(?<!\d){_YEAR}(?!\d)", rest)
        draft.date(_dates.parse(year[0]) if year else None)
        draft.kind = "web" if "url" in draft.plain and not draft.identifiers else "other"
    draft.author(*authors)
    draft.authors_complete = whole
    title = re.split(r"(?<=[^\s.][.?!])\s+(?=[A-Z(\d])", rest.strip(" .,"))[0]
    draft.mark("title", _title(title), "title")
