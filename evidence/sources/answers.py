"""What an answer says: the result of ESearch, or an error in any of the shapes it comes in. Pure.

Errors come as XML with `<ERROR>`, as JSON although XML was asked for, as a page of a gateway, with status 200 or
another: https://www.ncbi.nlm.nih.gov/books/NBK25499/ and
https://support.nlm.nih.gov/kbArticle/?pn=KA-05318 (rate limit). ESearch's result is read with lxml and not with
Bio.Entrez, which looks up the DTD that an answer names and creates folders in the user's home on the way; lxml set as
below opens nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

_FIRST_TAG: Final = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_ERROR: Final = re.compile(rb"<(ERROR|error|Error)(?:\s[^>]*)?>(.*?)</\1>", re.S)
_JSON_ERROR: Final = re.compile(r'"(?:error|ERROR)"\s*:\s*"((?:[^"\\]|\\.)*)"', re.S)
_SPACE: Final = re.compile(r"\s+")
_HEAD: Final = 4096
_WARNINGS: Final = {
    "PhraseNotFound": "phrase not found",
    "FieldNotFound": "field not found",
    "PhraseIgnored": "phrase ignored",
    "QuotedPhraseNotFound": "quoted phrase not found",
    "OutputMessage": "message",
}
"""Children of ErrorList and WarningList: https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd"""


class Broken(Exception):  # noqa: N818 - read as "answers with …"
    """The body is not what it should be, and may be whole when asked for again."""


class AnswerError(Exception):
    """The body is an error that the source states in its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """What ESearch found. `warnings` are for the run log: phrases PubMed did not know, fields, messages.

    `slices`: how many parts a search was asked for in, because PubMed gives no more than 9,999 records at once.
    """

    count: int
    pmids: tuple[str, ...]
    translation: str = ""
    warnings: tuple[str, ...] = ()
    slices: int = 1


def require(body: bytes, root: str) -> None:
    """Raise Broken or AnswerError unless the body begins as an XML document with that root element."""
    head = body[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        raise Broken("nothing (an empty body)")
    if head[:1] in b"{[":
        raise AnswerError(json_error(body) or f"in JSON: {excerpt(head)}")
    first = _FIRST_TAG.search(head)
    if head[:1] != b"<" or first is None:
        raise Broken(f"something that is not XML: {excerpt(head)}")
    name = first[1].decode("ascii", "replace")
    if name == root:
        return
    error = _ERROR.search(body[: 16 * _HEAD])
    if error:
        raise AnswerError(excerpt(error[2]))
    raise Broken(f"a web page ({excerpt(head)})" if name.lower() == "html" else f"<{name[:60]}> instead of <{root}>")


def read_tree(body: bytes, root: str) -> Any:
    """The root element of an answer that must begin with that element. Raises Broken, AnswerError."""
    require(body, root)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        found = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as exc:
        raise Broken(f"XML that ends or breaks too early ({exc.msg})") from None
    error = next((e for e in found.iter("ERROR") if (e.text or "").strip()), found.find("ERROR"))
    if error is not None:
        raise AnswerError(excerpt((error.text or "no words").encode()))
    return found


def read_lines(body: bytes) -> list[str]:
    """The lines of an answer in plain text. Raises Broken for a page or bytes that are none, AnswerError."""
    head = body[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        raise Broken("nothing (an empty body)")
    if head[:1] in b"{[<":
        stated = error_text(body).removeprefix(": ")
        if stated:
            raise AnswerError(stated)
        raise Broken(f"something else than lines of text: {excerpt(head)}")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Broken("bytes that are no text") from None
    return [line.strip() for line in text.splitlines() if line.strip()]


def is_pmid(text: str) -> bool:
    """Whether a text is a PMID: 1 to 8 digits, https://www.nlm.nih.gov/bsd/mms/medlineelements.html#pmid"""
    return text.isascii() and text.isdigit() and len(text) <= 8 and not text.startswith("0")


def error_text(body: bytes) -> str:
    """The error a failed request's body states, as ": …", or nothing."""
    if body.lstrip()[:1] in (b"{", b"["):
        found = json_error(body)
        return f": {found}" if found else ""
    error = _ERROR.search(body[: 16 * _HEAD])
    return f": {excerpt(error[2])}" if error else ""


def read_search(body: bytes, most: int) -> SearchAnswer:
    """An ESearch answer whose list of ids is whole: as many different ones as it counts, or `most`."""
    root = read_tree(body, "eSearchResult")
    count = _number(root.findtext("Count"))
    pmids = tuple(dict.fromkeys((e.text or "").strip() for e in root.iterfind("IdList/Id")))
    if not all(map(is_pmid, pmids)):
        raise Broken("something that is not a PMID in its list")
    if len(pmids) != min(count, most):
        raise Broken(f"{len(pmids):,} PMIDs where it counts {count:,}")
    return SearchAnswer(
        count=count,
        pmids=pmids,
        translation=_squeeze(root.findtext("QueryTranslation") or ""),
        warnings=tuple(_warnings(root)),
    )


def _warnings(root: Any) -> list[str]:
    found = []
    for element in (*root.iterfind("ErrorList/*"), *root.iterfind("WarningList/*")):
        if isinstance(element.tag, str) and element.text and element.text.strip():
            found.append(f"{_WARNINGS.get(element.tag, element.tag)}: {_squeeze(element.text)[:300]}")
    return found


def _number(text: str | None) -> int:
    text = (text or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Broken("no count")
    return int(text)


def json_error(body: bytes) -> str:
    """The error of a JSON body, or nothing. NCBI's own has raw line breaks in strings, which `strict=False` allows."""
    text = body[: 16 * _HEAD].decode("utf-8", "replace")
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        for value in (found.get("error"), found.get("ERROR"), found.get("esearchresult")):
            value = value.get("ERROR") if isinstance(value, dict) else value
            if isinstance(value, str) and value.strip():
                return _squeeze(value)[:300]
        said = found.get("message")  # Crossref's: [{"type": "…", "value": "…", "message": "…"}]
        if isinstance(said, list) and found.get("status") == "failed":
            words = [m["message"] for m in said if isinstance(m, dict) and isinstance(m.get("message"), str)]
            return _squeeze("; ".join(words))[:300]
    match = _JSON_ERROR.search(text)
    return _squeeze(match[1])[:300] if match else ""


def excerpt(raw: bytes) -> str:
    """A short readable piece of what came, tags removed."""
    text = re.sub(r"<[^>]*>", " ", raw[:_HEAD].decode("utf-8", "replace"))
    return _squeeze(text)[:200] or "no words"


def _squeeze(text: str) -> str:
    return _SPACE.sub(" ", "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in text)).strip()
