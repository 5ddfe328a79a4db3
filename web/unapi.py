"""unAPI: each study of a page as a record, for programs that read the page. Zotero's connector asks for it first.

Specification: http://unapi.info/specs/ (version 1). Three answers under one address: the formats there are; the formats
of one study (300); the study in one of them. 404 where no study has the identifier, 406 where no format has the name.
The identifier is the study's citation key, so an old one still leads to the study.

Zotero (its translator unAPI.js) takes the first that it finds of rdf_zotero, rdf_bibliontology, marc, unimarc, marcxml,
mods, ris, refer, bibtex, rdf_dc, in this order whatever ours is; it asks for the formats once a page, then for one
record after another. So a record is one live file: its hash is remembered, and it is answered with 304 while the store
stands as it was (web/exports.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from flask import Blueprint, Response, abort, render_template, request

from evidence import formats
from evidence.errors import UnknownParameter
from evidence.formats import COMPLETE
from evidence.text import clean
from evidence.views import Study
from web.coins import coins
from web.exports import Writing, live
from web.library import library

unapi = Blueprint("unapi", __name__)

XML: Final = "application/xml; charset=utf-8"
KNOWN: Final = ("id", "format")
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Offer:
    """A format by its name in evidence.formats, and where it is described."""

    format: str
    docs: str

    @property
    def media_type(self) -> str:
        """The media type, without parameters."""
        return formats.by_name(self.format, writing=True).media_type.partition(";")[0]

    @property
    def suffix(self) -> str:
        """What a file's name ends with, without the dot."""
        return formats.by_name(self.format, writing=True).suffixes[0].removeprefix(".")


OFFERS: Final = {
    "rdf_zotero": Offer("zotero-rdf", "https://www.zotero.org/support/dev/data_formats"),
    "ris": Offer("ris", "https://en.wikipedia.org/wiki/RIS_(file_format)"),
    "bibtex": Offer("bibtex", "https://ctan.org/pkg/bibtex"),
    "biblatex": Offer("biblatex", "https://ctan.org/pkg/biblatex"),
    "csl-json": Offer("csl-json", "https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html"),
}
"""Our formats by their unAPI names, the one that loses least first."""


@unapi.get("/unapi")
def export_unapi() -> Response:
    """The formats, the formats of a study, or a study. (The name makes its errors lines of text.)"""
    given = {name: values for name, values in request.args.to_dict(flat=False).items() if any(values)}
    for name, values in given.items():
        if name not in KNOWN:
            raise UnknownParameter(name, f"unknown; unAPI knows {' and '.join(KNOWN)}")
        if len(values) > 1:
            raise UnknownParameter(name, "given more than once")
    wanted, name = request.args.get("id", ""), request.args.get("format", "")
    if not wanted:
        answer = Response(render_template("unapi.xml", id="", offers=OFFERS), content_type=XML)
        answer.headers["Cache-Control"] = f"public, max-age={_HOUR}"  # the same for everybody, until the next version
        return answer
    if not name:
        study_of(wanted)
        page = render_template("unapi.xml", id=clean(wanted), offers=OFFERS)
        return Response(page, status=300, content_type=XML)
    if name not in OFFERS:
        study_of(wanted)
        abort(406, f"There is no format of that name; there are {', '.join(OFFERS)}.")
    offer = OFFERS[name]
    return live(lambda: (study_of(wanted),), offer.suffix, unquote(wanted), Writing(offer.format, COMPLETE))


def study_of(wanted: str) -> Study:
    """The study of an identifier of a page. Raises NotFound naming it."""
    if "%" in wanted and library().study(wanted) is None:
        wanted = unquote(wanted)  # asked for by a program that escapes what the page gave it
    return library().study_named(wanted)


def unapi_id(key: str) -> str:
    """What a page gives as a study's identifier: its key, with what means something in an address escaped.

    Zotero puts it into the address as it stands. No key has a percent sign (evidence/citekeys.py), so nothing is
    escaped twice without being seen.
    """
    return quote(key, safe=":/")


unapi.add_app_template_global(unapi_id, "unapi_id")
unapi.add_app_template_global(coins, "coins")
