"""Pages of past days, histories and Atom feeds over HTTP: what they show, link and refuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from evidence import curation_tags, shelving
from evidence.identifiers import parse
from evidence.settings import Settings
from evidence.store import Store, shelves
from tests import atom
from tests.made import NOW, fresh_store, notice, record, vocabulary
from tests.test_asof import set_day
from tests.test_grouping_store import taken
from tests.test_history import CTS, scripted
from tests.web_checks import assert_policy_clean, assert_well_formed, parsed, query_of, shown_keys, words
from web import changed
from web.app import create_app

PAGE = f"/conditions/{CTS}"
HOSTILE = '"><script>alert(1)</script> & \u202e{{ 7*7 }} ]]> <b>bold</b>'


class Site:
    """The pages over the ten scripted days of test_history, with two shelves of the person at the machine."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.settings = Settings(database_url="sqlite://", data_dir=folder, now=lambda: NOW)
        scripted(store, self._shelves)
        self.client = self.application()

    def _shelves(self, day: date) -> None:
        if day == date(2026, 3, 2):
            shelving.create(self.store, "Thesis", ["wu2020perineural"], owner="curator", actor="curator")

    def application(self, **changes: Any) -> FlaskClient:
        settings = Settings(database_url="sqlite://", data_dir=self.settings.data_dir, now=lambda: NOW, **changes)
        app = create_app(settings, self.store, vocabulary(), bind="127.0.0.1")
        app.testing = True
        return app.test_client()

    def page(self, address: str) -> Any:
        """A page that is as every page must be."""
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        assert_policy_clean(answer.text)
        page = parsed(answer.text)
        assert_well_formed(page)
        return page

    def refused(self, address: str, status: int = 400) -> str:
        answer = self.client.get(address)
        assert answer.status_code == status, answer.text
        if answer.mimetype == "text/plain":
            return answer.text.strip()
        return words(parsed(answer.text).xpath("//main")[0])

    def feed(self, address: str) -> Any:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        return atom.feed(answer.data)

    def titles(self, address: str) -> list[str]:
        return [atom.text(entry, "title") for entry in atom.entries(self.feed(address))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all: nothing here writes to it."""
    with fresh_store() as store:
        set_day(store, date(2026, 3, 1))
        yield Site(store, tmp_path_factory.mktemp("site"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Site]:
    """One of the test's own, to write to."""
    with fresh_store() as store:
        set_day(store, date(2026, 3, 1))
        yield Site(store, tmp_path)


def test_leads_stand_apart_until_they_are_identified(own: Site) -> None:
    """They count in no figure and are no news for a feed; the one that gets a PMID is."""
    found = [record(f"refs.bib#{n}", f"Dextrose in carpal tunnel syndrome, note {n}", source="bibtex") for n in (1, 2)]
    set_day(own.store, date(2026, 3, 12))
    before = own.titles(f"{PAGE}.atom")
    taken(own.store, found)
    assert own.titles(f"{PAGE}.atom") == before
    page = own.page(f"{PAGE}/history")
    apart = page.xpath("//section[.//h2='12 March 2026']//details")[0]
    assert words(apart.xpath("./summary")[0]) == "2 changes of leads, references not yet identified"
    assert [words(line) for line in apart.xpath(".//p[@class='what']")] == ["New lead, study"] * 2
    assert not page.xpath("//section[.//h2='12 March 2026']/ul")
    page = own.page(f"{PAGE}/history?from=2026-03-11&to=2026-03-12")
    assert words(page.xpath("//p[@class='summary']")[0]) == "2 of the leads"
    assert page.xpath("//h2[@id]/@id") == ["part-leads"]
    set_day(own.store, date(2026, 3, 13))
    taken(own.store, [replace(found[0], identifiers=(parse("pmid", "77"),))])
    assert own.titles(f"{PAGE}.atom")[0].startswith("Identified: no longer a lead: Wu 2020, Dextrose in carpal")
    page = own.page(f"{PAGE}/history?from=2026-03-11&to=2026-03-13")
    assert words(page.xpath("//p[@class='summary']")[0]) == "1 new; 1 of the leads"


def test_a_past_day_is_said_and_kept_in_every_link(site: Site) -> None:
    page = site.page(f"{PAGE}?as-of=2026-03-05&sort=newest")
    banner = page.xpath("//main//*[contains(@class, 'then')][@role='note']")[0]
    assert words(banner).startswith("As it was on 5 March 2026. This is the page at the end of that day (UTC)")
    assert banner.xpath("./span/a/@href") == [f"{PAGE}?sort=newest", f"{PAGE}/history?from=2026-03-05"]
    assert shown_keys(page) == ["wu2020perineural"], "merged and retracted that day"
    assert "Retracted" in words(page.xpath("//ol[@class='studies']")[0])
    page = site.page(f"{PAGE}?as-of=2026-03-03&sort=newest")
    own = [
        a for a in page.xpath("//aside//a/@href|//*[@class='toolbar']//a/@href|//form/@action") if a.startswith(PAGE)
    ]
    assert len(own) > 10
    days = {dict(query_of(address)).get("as-of") for address in own if "?" in address}
    assert days == {"2026-03-03"}
    assert page.xpath("//form[@class='years']/input[@name='as-of']/@value") == ["2026-03-03"]
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    for address in own:
        if "." in urlsplit(address).path:
            assert site.client.get(address).status_code == 200, address


def test_pages_of_a_past_day_go_on_on_that_day(own: Site) -> None:
    more = [
        record(f"{n}", f"Dextrose for carpal tunnel syndrome, variant {'abcdefghijklmn'[n - 30] * 9}", pmid=f"{n}",
               family=f"Name{'abcdefghijklmn'[n - 30]}", volume=f"{n}", year=2000 + n)
        for n in range(30, 44)
    ]  # fmt: skip
    set_day(own.store, date(2026, 3, 12))
    taken(own.store, more)
    set_day(own.store, date(2026, 3, 20))
    taken(own.store, [notice("91", "RetractionOf", "31")])
    first = own.page(f"{PAGE}?as-of=2026-03-12&size=10")
    following = first.xpath("//a[@rel='next']/@href")[0]
    assert dict(query_of(following))["as-of"] == "2026-03-12"
    second = own.page(following)
    assert len({*shown_keys(first), *shown_keys(second)}) == 16
    now = own.page(f"{PAGE}?size=10")
    assert "as-of" not in "".join(now.xpath("//aside//a/@href"))


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        (f"{PAGE}?as-of=2026-02-30", 400, "'2026-02-30' is not a day such as 2026-05-31"),
        (f"{PAGE}?as-of=%00", 400, "is not a day"),
        (f"{PAGE}?as-of=2126-01-01", 400, "2126-01-01 is still to come; today is 2026-03-11 (UTC)"),
        (f"{PAGE}?as-of=2026-03-02&as-of=2026-03-03", 400, "given more than once"),
        (f"{PAGE}?as-of=2025-01-01", 404, "this library began on 2026-03-01"),
        (f"{PAGE}/history?from=2026-13-01", 400, "From: '2026-13-01' is not a day"),
        (f"{PAGE}/history?from=2026-03-05&to=2026-03-04", 400, "2026-03-05 is after 2026-03-04"),
        (f"{PAGE}/history?to=2126-03-04", 400, "To: 2126-03-04 is still to come"),
        (f"{PAGE}/history?from=2026-03-05&before=7", 400, "goes with the whole history"),
        (f"{PAGE}/history?before=x", 400, "Before: 'x' is not the number of a change"),
        (f"{PAGE}/history?before=99999999999999999999", 400, "is not the number of a change"),
        (f"{PAGE}/history?q=x", 400, "unknown; a history knows from, to, before"),
        ("/conditions/gout/history", 404, "no condition of that name"),
        (f"{PAGE}.atom?before=-1", 400, "Before: '-1' is not the number of a change."),
        (f"{PAGE}.atom?design=rct", 400, "Design: unknown; a feed knows before."),
        ("/conditions/gout.atom", 404, "Condition “gout”: this library has no condition of that name."),
        ("/shelves/nobody.atom", 404, "Shelf “nobody”: there is none of that name here, or it is not open to you."),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(site: Site, address: str, status: int, said: str) -> None:
    assert said in site.refused(address, status)


def test_the_history_is_told_by_days_newest_first(site: Site) -> None:
    page = site.page(f"{PAGE}/history")
    headings = [words(h) for h in page.xpath("//div[@class='history']//h2")]
    assert headings[:2] == ["10 March 2026", "9 March 2026"]
    assert headings[-1] == "2 March 2026"
    retracted = page.xpath("//li[contains(@class, 'alarm')]")
    assert [words(li) for li in retracted] == [
        "Retracted, and included here again Wu 2020 · Perineural dextrose for carpal tunnel syndrome: a trial Included "
        "again: RCT, n = 54PubMed names a retraction (notice PMID 90; 2020). By ann.",
        "Retracted Wu 2020 · Perineural dextrose for carpal tunnel syndrome: a trial PubMed names a retraction "
        "(notice PMID 90; 2020).",
    ]
    (excluded,) = [li for li in page.xpath("//li[contains(@class, 'tone-gone')]") if words(li).startswith("Excluded")]
    assert words(excluded).startswith("Excluded Retracted · Wu 2020"), "whatever is told of it, the mark stands there"
    links = page.xpath("//div[@class='history']//a/@href")
    assert f"{PAGE}?as-of=2026-03-05" in links
    assert "/studies/wu2020perineural" in links
    assert "bob said no to condition “Carpal tunnel syndrome”: the wrist was healthy." in words(page)


def test_the_history_has_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def whole() -> list[str]:
        found, address = [], f"{PAGE}/history"
        while address:
            page = site.page(address)
            found += page.xpath("//li[contains(@class, 'change')]/@id")
            address = next(iter(page.xpath("//a[@rel='next']/@href")), "")
        return found

    once = whole()
    monkeypatch.setattr(changed, "PAGE", 3)
    assert whole() == once
    assert len(once) == 14


def test_the_difference_of_two_days(site: Site) -> None:
    page = site.page(f"{PAGE}/history?from=2026-03-02&to=2026-03-10")
    assert words(page.xpath("//p[@class='summary']")[0]) == "1 retracted, 1 changed"
    assert [words(h) for h in page.xpath("//div[@class='history']//h2")] == [
        "Retracted, withdrawn or doubted (1)",
        "Changed (1)",
    ]
    assert page.xpath("//input[@type='date']/@value") == ["2026-03-02", "2026-03-10"]
    assert "The two pages are the same." in words(site.page(f"{PAGE}/history?from=2026-03-05&to=2026-03-05"))
    since = words(site.page(f"{PAGE}/history?from=2026-03-01"))
    assert "2 new (1 RCT), 1 retracted" in since, "one that came and was retracted meanwhile is both"
    assert words(site.page(f"{PAGE}/history?to=2026-03-03").xpath("//p[@class='summary']")[0]) == "2 new (1 RCT)"


def test_feeds_are_valid_and_say_what_happened(site: Site) -> None:
    root = site.feed(f"{PAGE}.atom")
    titles = [atom.text(entry, "title") for entry in atom.entries(root)]
    wu = "Wu 2020, Perineural dextrose for carpal tunnel syndrome: a trial"
    assert titles[-1] == f"New RCT, n = 54: {wu}"
    assert f"RETRACTED in 2020 (known here since 5 March 2026): {wu}" in titles
    assert f"RETRACTED in 2020 (known here since 5 March 2026), and included here again: {wu}" in titles
    assert f"Excluded: [Retracted] {wu}" in titles
    _, retracted = (e for e in atom.entries(root) if atom.text(e, "title").startswith("RETRACTED"))
    assert atom.text(retracted, "updated") == "2026-03-05T23:59:59Z"
    assert retracted.find(f"{atom.ATOM}category").get("term") == "retracted"
    assert atom.link(retracted, "alternate") == "http://localhost/studies/wu2020perineural"
    content = atom.text(retracted, "content")
    assert content.startswith("<p><strong>Retracted.</strong></p>")
    assert f"http://localhost{PAGE}?as-of=2026-03-05" in content
    assert atom.link(root, "self") == f"http://localhost{PAGE}.atom"
    assert atom.link(root, "alternate") == f"http://localhost{PAGE}/history"
    empty = site.feed("/conditions/groin-pain.atom")
    assert atom.entries(empty) == []
    assert atom.text(empty, "updated") == "2026-03-01T12:00:00Z", "when the library was made"


def test_pages_lead_to_their_feeds(site: Site) -> None:
    for page, feed in (
        (PAGE, f"{PAGE}.atom"),
        (f"{PAGE}/history", f"{PAGE}.atom"),
        ("/shelves/thesis", "/shelves/thesis.atom"),
    ):
        links = site.page(page).xpath("//link[@rel='alternate'][@type='application/atom+xml']/@href")
        assert links == [feed]
        site.feed(feed)


def test_feeds_have_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    once = [atom.text(e, "id") for e in atom.entries(site.feed(f"{PAGE}.atom"))]
    monkeypatch.setattr(changed, "PAGE", 5)
    site.client = site.application()  # what was hashed with long pages is forgotten
    found, address = [], f"{PAGE}.atom"
    while address:
        root = site.feed(address)
        assert atom.link(root, "self").endswith(address)
        found += [atom.text(e, "id") for e in atom.entries(root)]
        address = atom.link(root, "next").removeprefix("http://localhost")
    assert found == once


def test_names_stay_whatever_the_host_the_path_and_what_comes_later(own: Site) -> None:
    def ids(client: FlaskClient, address: str, **how: Any) -> list[str]:
        root = atom.feed(client.get(address, **how).data)
        return [atom.text(root, "id"), *(atom.text(e, "id") for e in atom.entries(root))]

    shelving.share(own.store, "thesis", "public", actor="curator")
    for address, verdict in ((f"{PAGE}.atom", "yes"), ("/shelves/thesis.atom", "no")):
        first = ids(own.client, address)
        assert len(first) > 4
        elsewhere = own.application(url_prefix="/library")
        moved = elsewhere.get(f"/library{address}", base_url="https://evidence.example")
        assert b"https://evidence.example/library/studies/" in moved.data
        assert ids(elsewhere, f"/library{address}", base_url="https://evidence.example") == first
        set_day(own.store, date(2026, 4, 1 if verdict == "yes" else 2))
        tag = (own.store, vocabulary(), "wu2020perineural", "feature", "double-blind", verdict)
        curation_tags.decide_tag(*tag, actor="ann", reason=HOSTILE + address)  # type: ignore[arg-type]
        later = ids(own.client, address)
        assert later[0] == first[0]
        assert later[2:] == first[1:], "one more before them"


def test_an_unchanged_feed_is_not_sent_again(own: Site) -> None:
    shelving.share(own.store, "thesis", "public", actor="curator")
    for address in (f"{PAGE}.atom", "/shelves/thesis.atom"):
        first = own.client.get(address)
        tag = first.headers["ETag"]
        assert not tag.startswith("W/")
        again = own.client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        fresh = own.application().get(address, headers={"If-None-Match": tag})
        assert fresh.status_code == 304, "another process gives the same bytes"
        assert own.client.head(address).headers["ETag"] == tag
        assert own.client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
        other = own.client.get(address, base_url="http://other.example", headers={"If-None-Match": tag})
        assert other.status_code == 200, "its links are others"
    set_day(own.store, date(2026, 5, 9))
    taken(own.store, [notice("92", "RetractionOf", "12")])
    assert own.client.get(f"{PAGE}.atom", headers={"If-None-Match": tag}).status_code == 200


def test_what_was_put_on_a_shelf_and_retracted_later_is_said_with_both_days(site: Site) -> None:
    root = site.feed("/shelves/thesis.atom")
    retracted = [e for e in atom.entries(root) if atom.text(e, "title").startswith("RETRACTED")]
    assert [atom.text(e, "title") for e in retracted[1:]] == [
        "RETRACTED in 2020 (known here since 5 March 2026): Wu 2020, Perineural dextrose for carpal tunnel syndrome: "
        "a trial (put on this shelf on 2 March 2026)"
    ]
    said = "Put on this shelf on 2 March 2026; was retracted in 2020; known here since 5 March 2026."
    assert said in atom.text(retracted[1], "content")
    assert not any("Now listed" in title for title in site.titles("/shelves/thesis.atom"))


def test_the_feed_of_a_secret_shelf_has_its_secret_address_only(own: Site) -> None:
    names = [atom.text(e, "id") for e in atom.entries(own.feed("/shelves/thesis.atom"))]
    shelving.share(own.store, "thesis", "secret", actor="curator")
    token = shelving.known(own.store, "thesis").token
    answer = own.client.get(f"/shelves/t/{token}.atom")
    root = atom.feed(answer.data)
    assert [atom.text(e, "id") for e in atom.entries(root)] == names, "the same names as under its own address"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert atom.link(root, "alternate") == f"http://localhost/shelves/t/{token}"
    stranger = own.application()
    assert own.refused(f"/shelves/t/{'0' * 40}.atom", 404).startswith("Shelf: this link opens none")
    page = parsed(stranger.get(f"/shelves/t/{token}").text)
    assert page.xpath("//link[@rel='alternate']/@href") == [f"/shelves/t/{token}.atom"]
    shelving.renew(own.store, "thesis", actor="curator")
    assert own.client.get(f"/shelves/t/{token}.atom").status_code == 404
    assert shelves.by_token(own.store, shelving.known(own.store, "thesis").token) is not None


def test_stored_text_is_hostile(own: Site) -> None:
    set_day(own.store, date(2026, 3, 12))
    title = f"Carpal tunnel syndrome {HOSTILE}"
    taken(own.store, [record("66", title, pmid="66", family=f"Bobby{HOSTILE}", types=["Randomized Controlled Trial"])])
    tag = (own.store, vocabulary(), "66", "design", "cohort", "yes")
    curation_tags.decide_tag(*tag, actor=HOSTILE, reason=f"{HOSTILE}\x01\ufffe")  # type: ignore[arg-type]
    titles = own.titles(f"{PAGE}.atom")
    assert any("<script>alert(1)</script>" in found for found in titles), "as text, for a title is text"
    assert b"<script" not in own.client.get(f"{PAGE}.atom").data
    page = own.page(f"{PAGE}/history")
    assert page.xpath("//main//script") == []
    assert "49" not in words(page.xpath("//div[@class='history']//li")[0])
    own.page(f"{PAGE}/history?from=2026-03-11")
