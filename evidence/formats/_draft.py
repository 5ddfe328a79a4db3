"""A record while a reader fills it: the first statement of a field wins, every other one is kept in `extra`.

Each format has a table from its field names to the methods here, so that the meaning of a field is written once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from evidence.formats import _dates, _export, _ids, _languages, _markup, _other_ids, _our_tags
from evidence.identifiers import Identifier, try_parse
from evidence.records import (
    AbstractSection,
    Author,
    Dated,
    DateKind,
    Journal,
    Keyword,
    Markup,
    NamedConcept,
    PartialDate,
    Record,
    RecordKind,
    Relation,
)
from evidence.text import clean

Plain = Literal[
    "volume", "issue", "pages", "publisher", "place", "edition", "url", "journal", "abbreviation", "article", "nlm_id"
]
Marked = Literal["title", "vernacular_title", "book_title"]

RETRACTED: Final = NamedConcept(name="Retracted Publication", ui="D016441")
"""What our own exports say as "RETRACTED: …" in a note; MeSH https://meshb.nlm.nih.gov/record/ui?ui=D016441 ."""

MAX_KEY: Final = 200
"""Longest entry key taken as part of an external id, in characters; the id is indexed in the store."""


_NO_PAGES: Final = re.compile(r"-+|(n/a|n\.pag\.?|no)(?:-+\1)?", re.I)
"""What stands where there are no pages: Wiley's "n/a-n/a" and "no-no", CINAHL's "N.PAG", a lone dash."""

_ADDRESSES: Final = re.compile(r"[;,]? (?=https?://)")


@dataclass(slots=True)
class Draft:
    """The fields of a record to be. Values come in as a file's decoded text; cleaning happens here."""

    kind: RecordKind = "article"
    plain: dict[Plain, str] = field(default_factory=dict)
    marked: dict[Marked, Markup] = field(default_factory=dict)
    identifiers: dict[Identifier, None] = field(default_factory=dict)
    authors: list[Author] = field(default_factory=list)
    authors_complete: bool = True
    editors: list[Author] = field(default_factory=list)
    dates: dict[DateKind, PartialDate] = field(default_factory=dict)
    issns: dict[str, None] = field(default_factory=dict)
    isbns: dict[str, None] = field(default_factory=dict)
    languages: dict[str, None] = field(default_factory=dict)
    keywords: dict[tuple[str, bool], None] = field(default_factory=dict)
    abstract: tuple[AbstractSection, ...] = ()
    publication_types: dict[NamedConcept, None] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    keys: dict[str, None] = field(default_factory=dict)
    other_keys: list[str] = field(default_factory=list)  # after the entry's own
    extra: list[tuple[str, str]] = field(default_factory=list)
    filled: bool = False  # something beside the type was said

    def keep(self, name: str, value: str) -> None:
        """A statement that no field holds."""
        value = clean(value)
        if value:
            self.filled = True
            self.extra.append((name, value))

    def put(self, to: Plain, value: str, name: str) -> None:
        """A plain field; a second, different statement is kept under the file's name for it."""
        value = clean(value)
        if not value:
            return
        self.filled = True
        if self.plain.setdefault(to, value) != value:
            self.extra.append((name, value))

    def mark(self, to: Marked, value: Markup, name: str) -> None:
        """A field that may hold markup; the same rule."""
        if not value:
            return
        self.filled = True
        if self.marked.setdefault(to, value) != value:
            self.extra.append((name, str(value)))

    def take_abstract(self, value: Markup, name: str) -> None:
        """The abstract, cut into labelled sections where it plainly has them."""
        if self.abstract:
            self.keep(name, str(value))
        elif value:
            self.filled = True
            self.abstract = _markup.sections(value)

    def pages(self, value: str, name: str) -> None:
        """A page range as start-end, whatever dash the file prints; words that say there is none are kept apart."""
        pages = page_range(value)
        if _NO_PAGES.fullmatch(pages):
            self.keep(name, pages)
        else:
            self.put("pages", pages, name)

    def identify(self, scheme: str, value: str, name: str) -> bool:
        """An identifier, or the value kept as it is when it is none. True when it was one."""
        found = try_parse(scheme, value)
        if found is None:
            self.keep(name, value)
            return False
        self.add(found)
        return True

    def add(self, *found: Identifier | None) -> None:
        """Identifiers already parsed."""
        for identifier in found:
            if identifier is not None:
                self.filled = True
                self.identifiers.setdefault(identifier)

    def add_new(self, found: Iterable[Identifier]) -> None:
        """Identifiers from a weaker place (a note): taken only for schemes that nothing stated yet."""
        known = {i.scheme for i in self.identifiers}
        self.add(*(i for i in found if i.scheme not in known))

    def link(self, value: str, name: str) -> None:
        """An address, or several with spaces between: kept, and the works they name noted."""
        value, *others = _ADDRESSES.split(clean(value))
        for other in others:
            self.link(other, name)
        if not value:
            return
        self.add_new(i for i in (_ids.in_url(value),) if i is not None)
        if value.lower().startswith(("http://", "https://", "ftp://")):
            self.put("url", value, name)
        else:
            self.keep(name, value)

    def note(self, value: str, name: str) -> None:
        """A note: kept, identifiers in it noted, our own retraction mark understood."""
        value = clean(value)
        if not value:
            return
        if value.startswith(_other_ids.MARK):
            self.other_ids(value)
            return
        if own := _export.alias_in(value):
            self.other_key(own)
            return
        self.add_new(_ids.in_text(value))
        if value.startswith("RETRACTED:") and not value.startswith(_export.OTHER_ENDS):
            self.publication_types.setdefault(RETRACTED)
        notice = _export.notice_in(value)
        if notice is not None:
            self.relations.append(notice)
            self.filled = True
        elif value != _export.RETRACTED_NOTE:
            self.keep(name, value)

    def other_ids(self, words: str) -> None:
        """Further identifiers and keys as our own exports write them."""
        for found in _other_ids.read(words):
            if isinstance(found, str):
                self.other_key(found)
            else:
                self.add(found)

    def other_key(self, value: str) -> None:
        """A citation key that the file proposes beside the entry's own."""
        value = clean(value)
        if value and len(value) <= MAX_KEY:
            self.other_keys.append(value)

    def date(self, value: PartialDate | None, kind: DateKind = "issue") -> None:
        """A date; of two for one kind the more precise."""
        found = _dates.better(self.dates.get(kind), value)
        if found is not None:
            self.filled = True
            self.dates[kind] = found

    def serials(self, value: str, name: str) -> None:
        """ISSNs and ISBNs in one value, as RIS has them."""
        books, serials = _ids.isbns(value), _ids.issns(value)
        self.isbns |= dict.fromkeys(books)
        self.issns |= dict.fromkeys(serials)
        if books or serials:
            self.filled = True
        else:
            self.keep(name, value)

    def language(self, value: str) -> None:
        """A language, as PubMed's code where it is known."""
        code = _languages.code(clean(value))
        if code:
            self.filled = True
            self.languages.setdefault(code)

    def keyword(self, value: str, *, major: bool = False) -> None:
        """A keyword; a star in front marks a major one, as databases print it."""
        text = clean(value)
        if text.startswith("*"):
            text, major = text.lstrip("* "), True
        if _our_tags.is_one(text):
            self.keep("tag", text)
        elif text:
            self.filled = True
            self.keywords.setdefault((text, major))

    def keyword_list(self, value: str) -> None:
        """Keywords in one value: set apart by semicolons, or by commas where there is none."""
        for part in value.split(";") if ";" in value else value.split(","):
            self.keyword(part)

    def author(self, *found: Author | None) -> None:
        """Authors in order."""
        self.authors += [a for a in found if a is not None]
        self.filled = True

    def key(self, value: str) -> None:
        """A citation key the file proposes."""
        value = clean(value)
        if value and len(value) <= MAX_KEY:
            self.keys.setdefault(value)

    def record(self, source: str, external_id: str) -> Record:
        """The record."""
        plain = self.plain
        url = plain.get("url", "")
        # The identifier gives it; but an article's arXiv number is that of another text.
        if url and any(
            _ids.same_address(url, i.url) for i in self.identifiers if i.scheme != "arxiv" or self.kind == "preprint"
        ):
            url = ""
        return Record(
            source=source,
            external_id=external_id,
            kind=self.kind,
            identifiers=tuple(self.identifiers),
            title=self.marked.get("title", Markup("")),
            vernacular_title=self.marked.get("vernacular_title", Markup("")),
            book_title=self.marked.get("book_title", Markup("")),
            authors=tuple(self.authors),
            authors_complete=self.authors_complete,
            editors=tuple(self.editors),
            journal=self._journal(),
            volume=plain.get("volume", ""),
            issue=plain.get("issue", ""),
            pages=plain.get("pages") or plain.get("article", ""),
            publisher=plain.get("publisher", ""),
            place=plain.get("place", ""),
            edition=plain.get("edition", ""),
            isbns=tuple(self.isbns),
            dates=tuple(Dated(kind=kind, date=date) for kind, date in self.dates.items()),
            languages=tuple(self.languages),
            abstract=self.abstract,
            publication_types=tuple(self.publication_types),
            relations=tuple(self.relations),
            keywords=tuple(Keyword(text=text, major=major) for text, major in self.keywords),
            url=url,
            keys=tuple(dict.fromkeys(k for key in (*self.keys, *self.other_keys) if (k := clean(key)))),
            extra=(*((clean(n), v) for n, v in self.extra), *(("issn", i) for i in list(self.issns)[1:])),
        )

    def _journal(self) -> Journal:
        return Journal(
            title=self.plain.get("journal", ""),
            abbreviation=self.plain.get("abbreviation", ""),
            issn=next(iter(self.issns), ""),
            nlm_id=self.plain.get("nlm_id", ""),
        )


Take = Callable[[Draft, str], object]
"""What a format's table maps a field to: put this value into the draft."""


def page_range(value: str) -> str:
    """Pages as start-end: any dash becomes a hyphen, "p."/"pp." goes."""
    text = clean(value)
    for prefix in ("pp.", "pp ", "p. ", "p.", "pages ", "S. "):
        if text.startswith(prefix) and text[len(prefix) :].strip()[:1].isdigit():
            text = text[len(prefix) :].strip()
            break
    for dash in ("---", "--", "–", "—", "‐", "‑", "−"):
        text = text.replace(dash, "-")
    return "-".join(part.strip() for part in text.split("-")) if text.count("-") == 1 else text


class ExternalIds:
    """External ids for the records of one file: its label and the entry's key or number, never twice the same."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._seen: dict[str, int] = {}

    def make(self, key: str, ordinal: int) -> str:
        """`label#key`; for a key used before, `label#key~2` and so on; the number where there is no usable key."""
        name = clean(key)
        if not name or len(name) > MAX_KEY:
            name = str(ordinal)
        count = self._seen.get(name, 0) + 1
        unique = name if count == 1 else f"{name}~{count}"
        while count > 1 and unique in self._seen:
            count += 1
            unique = f"{name}~{count}"
        self._seen[name] = count
        self._seen.setdefault(unique, 1)
        return f"{self._label}#{unique}"
