"""PubmedBookArticle → Record: a book or a report of NLM's Bookshelf, or a chapter of one.

https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/el-PubmedBookArticle.html . A document without ArticleTitle is the
book itself: its title is the book's, its authors are the book's. A chapter with a date of its own (ContributionDate) is
cited by that; its book's, often the year a series began, is kept as an "other" date named "book".
"""

from __future__ import annotations

from typing import Final

from evidence import identifiers
from evidence.formats import _pubmed_fields as read
from evidence.formats._pubmed_article import (
    Draft,
    Handler,
    abstract,
    article_ids,
    each,
    elocation,
    history,
    people,
    pmid,
    references,
    registrations_in_text,
    to_date,
    to_list,
    to_value,
)
from evidence.formats._pubmed_fields import Element
from evidence.identifiers import Identifier
from evidence.records import Author, Record
from evidence.text import short_name


def book(element: Element, with_references: bool) -> Record | None:
    """The Record of a PubmedBookArticle, or of a BookDocument that stands alone; None when it has no PMID."""
    draft = Draft(with_references)
    if element.tag == "BookDocument":
        each(element, DOCUMENT, draft)
    for child in element:
        if child.tag == "BookDocument":
            each(child, DOCUMENT, draft)
        elif child.tag == "PubmedBookData":
            each(child, BOOK_DATA, draft)
    found = draft.values.pop("pmid", "")
    if not found:
        return None
    if draft.values.get("title"):
        draft.values["kind"] = "chapter"
    else:
        draft.values["kind"] = "book"
        draft.values["title"] = draft.values.pop("book_title", "")
    if any(when.kind == "contribution" for _, when in draft.dates):
        draft.dates = [read.as_other("book", one) if one[1].kind == "issue" else one for one in draft.dates]
    _book_authors(draft)
    _book_ids(draft)
    if "keywords" in draft.lists:  # one list for each name of a condition: the same words again and again
        draft.lists["keywords"] = list(dict.fromkeys(draft.lists["keywords"]))
    registrations_in_text(draft)
    return draft.record(found)


def _book_authors(draft: Draft) -> None:
    """The book's authors are the document's when it names none itself; else they stand in `extra`."""
    of_book: list[Author] = draft.lists.pop("book_authors", [])
    if "authors" not in draft.lists:
        draft.extend("authors", of_book)
    else:
        draft.extend("extra", [("book author", short_name(author)) for author in of_book])


def _book_ids(draft: Draft) -> None:
    """DOI and ISBN of the book name the document when it is the book, not when it is a chapter of it."""
    of_book: list[Identifier] = draft.lists.pop("book_ids", [])
    if draft.values["kind"] == "book":
        draft.later_ids += of_book
    else:
        draft.extend("extra", [(f"book {found.scheme}", found.value) for found in of_book if found.scheme != "isbn"])


def _book(element: Element, draft: Draft) -> None:
    """The Book of a document: its own lists of people must not mix with the document's."""
    inner = Draft(references=False)
    each(element, BOOK, inner)
    draft.extend("book_authors", inner.lists.pop("authors", []))
    for name, values in inner.lists.items():
        draft.extend(name, values)
    inner.values.pop("authors_complete", None)
    draft.values.update(inner.values)
    draft.dates += inner.dates
    draft.extend("book_ids", inner.later_ids)


def _publisher(element: Element, draft: Draft) -> None:
    said = read.children(element)
    draft.values["publisher"] = said.get("PublisherName", "")
    draft.values["place"] = said.get("PublisherLocation", "")


def _isbn(element: Element, draft: Draft) -> None:
    text = read.flat(element)
    draft.add("isbns", text)
    found = identifiers.try_parse("isbn", text)
    if found:
        draft.later_ids.append(found)


def _sections(element: Element, draft: Draft) -> None:
    """The table of contents, kept in `extra`."""
    for section in element.iter("SectionTitle"):
        title = read.flat(section)
        draft.add("extra", ("section", title) if title else None)


def _items(element: Element, draft: Draft) -> None:
    """An ItemList ("Synonyms" of a GeneReviews chapter), kept in `extra` under its own name."""
    name = element.get("ListType") or "item"
    draft.extend("extra", [(name.lower(), text) for text in map(read.flat, element) if text])


def _extra(name: str) -> Handler:
    def keep(element: Element, draft: Draft) -> None:
        text = read.flat(element)
        draft.add("extra", (name, text) if text else None)

    return keep


BOOK: Final[dict[str, Handler]] = {
    "Publisher": _publisher,
    "BookTitle": to_value("book_title", read.inline),
    "PubDate": to_date("issue"),
    "BeginningDate": to_date("other", "beginning"),
    "EndingDate": to_date("other", "ending"),
    "AuthorList": people,
    "InvestigatorList": lambda element, draft: draft.extend("investigators", read.people(element)),
    "Volume": to_value("volume"),
    "VolumeTitle": _extra("volume title"),
    "Edition": to_value("edition"),
    "CollectionTitle": _extra("collection title"),
    "Isbn": _isbn,
    "ELocationID": elocation,
    "Medium": _extra("medium"),
    "ReportNumber": _extra("report number"),
}
DOCUMENT: Final[dict[str, Handler]] = {
    "PMID": pmid,
    "ArticleIdList": article_ids,
    "Book": _book,
    "LocationLabel": _extra("location label"),
    "ArticleTitle": to_value("title", read.inline),
    "VernacularTitle": to_value("vernacular_title", read.inline),
    "Pagination": to_value("pages", read.pages),
    "Language": to_list("languages"),
    "AuthorList": people,
    "InvestigatorList": lambda element, draft: draft.extend("investigators", read.people(element)),
    "PublicationType": to_list("publication_types", read.named),
    "Abstract": abstract,
    "Sections": _sections,
    "KeywordList": lambda element, draft: draft.extend("keywords", read.keywords(element)),
    "ContributionDate": to_date("contribution"),
    "DateRevised": to_date("record-revised"),
    "GrantList": lambda element, draft: draft.extend("grants", read.grants(element)),
    "ItemList": _items,
    "ReferenceList": references,
}
BOOK_DATA: Final[dict[str, Handler]] = {
    "History": history,
    "PublicationStatus": to_value("publication_status"),
}
