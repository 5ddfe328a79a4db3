"""Formatted references: a study in Vancouver (ICMJE), NLM, AMA or APA style, as text, HTML or RTF.

Pure: studies in, text out. `cite` makes one reference, `document` a list. Every style reads one `Work` (`_work`), and
every form walks the Markup that a style made (`_forms`). docs/citing.md has the rules with their manuals, and why no
CSL processor is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from string import ascii_lowercase
from typing import Final, Literal, get_args

from evidence import text
from evidence.citing import _ama, _apa, _forms, _nlm
from evidence.citing._forms import Form
from evidence.citing._work import Work, work
from evidence.errors import UsageProblem
from evidence.records import Markup, PartialDate, Record
from evidence.views import Study

__all__ = ["FORMS", "NAMES", "STYLES", "Form", "Style", "cite", "document", "references"]

Style = Literal["vancouver", "nlm", "ama", "apa"]

STYLES: Final[tuple[Style, ...]] = get_args(Style)
FORMS: Final[tuple[Form, ...]] = get_args(Form)
_AFTER_ALL: Final = 10_000
"""Stands for the year of what is not yet published."""

NAMES: Final[dict[Style, str]] = {
    "vancouver": "Vancouver (ICMJE)",
    "nlm": "NLM (Citing Medicine)",
    "ama": "AMA (11th edition)",
    "apa": "APA (7th edition)",
}
"""The styles as pages name them."""


def cite(
    view: Study | Record, style: Style | str, form: Form | str = "text", *, accessed: PartialDate | None = None
) -> str:
    """One reference: a line of text, a piece of HTML (inline elements only, escaped), or a small RTF document.

    `accessed` is the day on which the writer saw what is on line; without it no such day is claimed. Never raises for
    what a study holds; UsageProblem for a style or form that is not in STYLES, FORMS.
    """
    chosen, shape = _style(style), _form(form)
    return _forms.one(_reference(work(view, accessed), chosen), shape)


def document(
    views: Iterable[Study | Record],
    style: Style | str,
    form: Form | str = "text",
    *,
    numbered: bool = False,
    accessed: PartialDate | None = None,
) -> str:
    """A list of references: lines of text, an HTML page, or an RTF document with hanging indents.

    In the order given, for the styles that number their references; APA's are put in order of authors, year and title,
    and works of the same authors and year told apart by letters, unless `numbered`. Raises UsageProblem as `cite` does.
    """
    chosen, shape = _style(style), _form(form)
    works = [work(view, accessed) for view in views]
    return _forms.many(_listed(works, chosen, numbered=numbered), shape, numbered=numbered)


def references(views: Iterable[Study | Record], style: Style | str, form: Form | str = "text") -> list[str]:
    """The references of a list one by one, as `cite` makes them, in the order in which `document` has them."""
    chosen, shape = _style(style), _form(form)
    return [_forms.one(made, shape) for made in _listed([work(view, None) for view in views], chosen)]


def _listed(works: Sequence[Work], style: Style, *, numbered: bool = False) -> list[Markup]:
    return _apa_list(works) if style == "apa" and not numbered else [_reference(w, style) for w in works]


def _reference(what: Work, style: Style) -> Markup:
    match style:
        case "vancouver":
            return _nlm.reference(what, _nlm.VANCOUVER)
        case "nlm":
            return _nlm.reference(what, _nlm.NLM)
        case "ama":
            return _ama.reference(what)
        case "apa":
            return _apa.reference(what)


def _apa_list(works: Sequence[Work]) -> list[Markup]:
    """References in the order of the APA manual (9.44), with its letters for one author and year (9.47)."""
    ordered = sorted(works, key=_apa_order)
    shared = Counter(_apa_group(w) for w in works)
    given: Counter[tuple[str, str]] = Counter()
    made = []
    for what in ordered:
        group = _apa_group(what)
        letter = ""
        if shared[group] > 1 and given[group] < len(ascii_lowercase):
            letter = ascii_lowercase[given[group]]
        given[group] += 1
        made.append(_apa.reference(what, letter))
    return made


def _apa_group(what: Work) -> tuple[str, str]:
    """Who and in which year; a work without author is told apart by its title already."""
    who = _apa.who(what)
    return (who or text.plain(what.title), _apa.when(what).partition(",")[0])


def _apa_order(what: Work) -> tuple[str, int, str, str]:
    """By who or the title, letter by letter; the undated first, what is in press last; the title without its article
    ("A", "An", "The").
    """
    title = text.fold(text.plain(what.title))
    bare = title.split(" ", 1)[1] if title.startswith(("a ", "an ", "the ")) else title
    year = _AFTER_ALL if what.in_press else what.year or 0
    return (text.fold(_apa.who(what)) or bare, year, bare, what.doi + what.pmid)


def _style(style: str) -> Style:
    for known in STYLES:
        if style == known:
            return known
    raise UsageProblem("style", f"{style[:40]!r} is not one of {', '.join(STYLES)}")


def _form(form: str) -> Form:
    for known in FORMS:
        if form == known:
            return known
    raise UsageProblem("form", f"{form[:40]!r} is not one of {', '.join(FORMS)}")
