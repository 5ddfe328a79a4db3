"""The pages: each view asks the library once, prepares one typed object, renders one template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evidence import identifiers
from evidence.curation_tags import LONGEST_REASON
from evidence.errors import NotFound
from evidence.filters import Filter
from evidence.identifiers import Identifier
from evidence.store import past
from evidence.text import clean, plain
from evidence.views import CheckView, LibraryState, Listing, SearchView, Study
from evidence.vocabulary import Condition
from web import changed, present, wording
from web.chart import Chart, chart
from web.dossier import dossier
from web.files import day_of, of_now, study_exports
from web.home import regions, tally_columns
from web.library import library
from web.selection import Controls, Place, controls
from web.shelved import without_message
from web.tags import done

pages = Blueprint("pages", __name__)


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list of studies with its controls, for condition and search pages."""

    listing: Listing
    groups: tuple[present.Group, ...]
    leads: tuple[present.Card, ...]
    controls: Controls
    chart: Chart | None


@pages.get("/")
def home() -> str:
    """Every condition with its counts."""
    of_now(request.args)
    found = library().home()
    return render_template(
        "home.html",
        home=found,
        regions=regions(found, library().vocabulary),
        columns=tally_columns(),
        state=found.state,
        checks=checked_elsewhere(found.state),
    )


@pages.get("/conditions/<slug>")
def condition(slug: str) -> str:
    """The studies of a condition, as they are or (`as-of`) as they were at the end of a day."""
    known = library().condition(slug)
    args = without_message(request.args.to_dict(flat=False))
    day = day_of(args)
    chosen = library().parse(args, condition=slug)
    shown = list_page(chosen, Place(slug, day))
    state = shown.listing.state or library().state()
    searched = searches_of(slug, shown.listing.searched_as, day)
    return render_template(
        "condition.html",
        page=shown,
        condition=known,
        as_of=day,
        now=Place(slug).page(chosen.first_page()),
        state=state,
        checks=() if day else checked_elsewhere(state),
        searched=searched,
        searched_words=wording.searched(searched),
    )


@pages.get("/conditions/<slug>/history")
def history(slug: str) -> str:
    """What changed about the studies of a condition: everything, the newest first, or the difference of two days."""
    known = library().condition(slug)
    asked = changed.asked(request.args.to_dict(flat=False))
    if asked.since is not None:
        found = changed.difference(slug, asked.since, asked.until)
        return render_template("difference.html", condition=known, page=found)
    return render_template("history.html", condition=known, page=changed.history(slug, asked.before))


@pages.get("/search")
def search() -> str:
    """Studies that match words, names or identifiers; help when nothing is asked."""
    chosen = library().parse(without_message(request.args.to_dict(flat=False)))
    if not (chosen.narrows or chosen.condition):
        state = library().state()
        return render_template("search_help.html", state=state, checks=checked_elsewhere(state))
    shown = list_page(chosen, Place())
    state = shown.listing.state or library().state()
    return render_template(
        "search.html",
        page=shown,
        matches=named_conditions(shown.listing),
        state=state,
        checks=checked_elsewhere(state),
    )


@pages.get("/studies/<path:key>")
def study(key: str) -> AnyResponse:
    """One study; an alias of its key leads to the current one."""
    of_now(request.args)
    found = library().study_named(key)
    if found.row.key != key:
        return redirect(url_for("pages.study", key=found.row.key), 301)
    shown = dossier(found, library().vocabulary)
    page = render_template(
        "study.html",
        page=shown,
        study=found,
        exports=study_exports(found),
        done=done(request.args),
        longest=LONGEST_REASON,
    )
    answer = make_response(page)
    if cite_as := _cite_as(found):
        answer.headers["Link"] = f'<{cite_as}>; rel="cite-as"'
    return answer


@pages.get("/about")
def about() -> str:
    """What the levels mean, what is covered, what this is not."""
    known = library()
    found = known.home()
    designs = sorted(known.vocabulary.designs.values(), key=lambda d: d.order)
    interventions = known.vocabulary.interventions.values()
    return render_template(
        "about.html",
        home=found,
        state=found.state,
        designs=[(d, present.badge(d)) for d in designs],
        features=tuple(known.vocabulary.features.values()),
        chips=[(present.chip(known.vocabulary, i.slug, ""), i) for i in interventions if i.slug in present.FAMILIES],
        searches=known.searches(),
        checks=known.checked(),
    )


@pages.get("/pmid/<value>", defaults={"scheme": "pmid"})
@pages.get("/doi/<path:value>", defaults={"scheme": "doi"})
def by_identifier(scheme: str, value: str) -> AnyResponse:
    """To the study that has this PMID or DOI. The address may change after a merge, so the move is temporary."""
    identifier = identifiers.parse(scheme, value)
    key = library().find_key(scheme, identifier.value)
    if key is None:
        raise NotFound(f"{scheme.upper()} {identifier.value}", "no study in this library has it")
    return redirect(url_for("pages.study", key=key), 302)


@pages.get("/key/<path:key>")
def by_key(key: str) -> AnyResponse:
    """To the study that has this citation key, now or before."""
    found = library().find_key("key", key)
    if found is None:
        raise NotFound(f"citation key “{clean(key)[:80]}”", "no study in this library has it")
    return redirect(url_for("pages.study", key=found), 302)


def list_page(chosen: Filter, place: Place) -> ListPage:
    """A list with its controls."""
    known, vocabulary = library(), library().vocabulary
    listing = past.listing(known.store, vocabulary, chosen, place.day) if place.day else known.listing(chosen)
    return ListPage(
        listing=listing,
        groups=present.groups(listing.rows, chosen.sort, vocabulary),
        leads=present.cards(listing.leads, vocabulary),
        controls=controls(listing, place, vocabulary),
        chart=chart(listing.years, chosen.since, chosen.until),
    )


def checked_elsewhere(state: LibraryState) -> tuple[CheckView, ...]:
    """Who else was asked what became of works, where PubMed never was (wording.unchecked)."""
    return () if state.last_success else library().checked()


def searches_of(condition: str, names: tuple[str, ...], day: date | None = None) -> tuple[SearchView, ...]:
    """The saved searches of these names, those written for this condition first; as they had gone by a day's end."""
    if not names:
        return ()
    known = library()
    all_of_them = past.searches(known.store, known.vocabulary, day) if day else known.searches()
    found = [s for s in all_of_them if s.name in names]
    return tuple(sorted(found, key=lambda s: (condition not in s.conditions, len(s.conditions))))


def named_conditions(listing: Listing) -> tuple[tuple[Condition, int], ...]:
    """The conditions that the search text names, with how many studies each has."""
    if not listing.matched_conditions:
        return ()
    counts = {line.slug: line.summary.studies for line in library().home().conditions}
    known = library().vocabulary.conditions
    return tuple((known[slug], counts.get(slug, 0)) for slug in listing.matched_conditions if slug in known)


def _cite_as(found: Study) -> str:
    """The address to cite the study by (RFC 8574): its DOI, else its PubMed page."""
    for scheme, value in (("doi", found.row.doi), ("pmid", found.row.pmid)):
        if value:
            return Identifier(scheme, value).url or ""  # type: ignore[arg-type]
    return ""


pages.add_app_template_global(wording.freshness, "freshness")
pages.add_app_template_global(wording.unchecked, "unchecked")
pages.add_app_template_global(wording.trouble, "trouble")
pages.add_app_template_global(wording.facts, "facts")
pages.add_app_template_global(wording.gaps, "gaps")
pages.add_app_template_global(wording.count, "count")
pages.add_app_template_global(wording.number, "number")
pages.add_app_template_global(wording.minute, "minute")
pages.add_app_template_global(wording.day, "day")
pages.add_app_template_global(wording.date_words, "date_words")
pages.add_app_template_global(wording.registration_name, "registration_name")
pages.add_app_template_global(wording.registration_state, "registration_state")
pages.add_app_template_global(wording.open_registrations, "open_registrations")
pages.add_app_template_global(present.identifier_link, "identifier_link")
pages.add_app_template_filter(plain, "plain_text")
pages.add_app_template_filter(wording.first_sentence, "first_sentence")
