"""The pages over an invented library: what each shows, in which state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evidence.records import Markup
from tests import web_fakes as fakes
from tests.web_checks import assert_policy_clean, assert_well_formed, inner_links, parsed, query_of, shown_keys, words
from web.app import create_app

CTS = "/conditions/carpal-tunnel-syndrome"
PAGES = (
    "/",
    CTS,
    f"{CTS}?design=rct&intervention=dextrose-5&since=2014&until=2016",
    f"{CTS}?sort=newest&size=10",
    f"{CTS}?design=guideline&since=2030",
    "/conditions/plantar-fasciitis",
    "/search",
    "/search?q=CTS",
    "/search?q=nothing-has-this",
    "/search?condition=carpal-tunnel-syndrome&status=retracted",
    *(f"/studies/{row.key}" for row in (*fakes.rows(), fakes.lead())),
    "/about",
    "/studies/unknown",
    f"{CTS}?colour=blue",
)


@pytest.fixture
def queries() -> fakes.FakeQueries:
    return fakes.FakeQueries()


@pytest.fixture
def app(tmp_path: Path, queries: fakes.FakeQueries) -> Flask:
    app = create_app(fakes.settings(tmp_path), object(), fakes.vocabulary(), queries=queries)  # type: ignore[arg-type]
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_well_formed_and_loads_nothing_it_should_not(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.mimetype == "text/html"
    assert answer.status_code in (200, 400, 404)
    assert_well_formed(parsed(answer.text))
    assert_policy_clean(answer.text)


@pytest.mark.parametrize("address", ["/", CTS, "/search?q=CTS", "/studies/ostrander2014dextrose", "/about", "/search"])
def test_every_link_of_a_page_leads_somewhere(client: FlaskClient, address: str) -> None:
    links = inner_links(parsed(client.get(address).text))
    assert links
    skip = (".bib", ".ris", ".json", ".csv", ".atom", "/history")
    for link in links:
        # Merges, shelves, runs and what changed need a store: test_web_review.py, test_shelves_web.py, and others.
        if link.split("?")[0].endswith(skip) or link.startswith(("/merges", "/runs", "/shelves")):
            continue
        assert client.get(link).status_code in (200, 301, 302), link


def test_home_groups_conditions_by_region_and_counts_by_kind(client: FlaskClient) -> None:
    page = parsed(client.get("/").text)
    assert [words(th) for th in page.xpath("//tbody//th[@class='region']")] == ["Wrist and hand"]
    cells = [words(td) for td in page.xpath("//tr[th/a[text()='Carpal tunnel syndrome']]/td")]
    assert cells == ["1", "1", "3", "2", "1", "2019", "1"]
    assert "Plantar fasciitis" in words(page.xpath("//section[@aria-labelledby='nothing']")[0])


def test_the_summary_line_says_what_there_is(client: FlaskClient) -> None:
    line = words(parsed(client.get(CTS).text).xpath("//p[@class='summary']")[0])
    assert line == (
        "1 guideline · 1 systematic review · 3 trials · 89 participants in 2 trials with known n · "
        "2 observational studies · 1 laboratory study · 1 other publication · newest 2019 · 1 retracted"
    )


def test_freshness_before_any_refresh(client: FlaskClient) -> None:
    fresh = [words(p) for p in parsed(client.get("/").text).xpath("//p[@class='fresh']")]
    loaded = "Starter library, compiled from public pages in November 2026, loaded 21 November 2026"
    unchecked = "Retractions and corrections have not been checked in PubMed yet."
    assert fresh == [f"{loaded}; not yet refreshed from PubMed. {unchecked} Refreshes"]
    assert "PubMed: not asked yet" in client.get("/about").text


def test_freshness_after_a_refresh_and_after_a_failed_one(client: FlaskClient, queries: fakes.FakeQueries) -> None:
    queries.last_refresh = queries.last_success = fakes.REFRESH
    assert "22 November 2026, 12:00 UTC: 12 found, 3 new, 1 revised." in client.get(CTS).text
    queries.last_refresh = replace(
        fakes.REFRESH, state="failed", at=datetime(2026, 11, 23, 9, 5, tzinfo=UTC), error="PubMed: 500"
    )
    page = parsed(client.get(CTS).text)
    assert "22 November 2026" in words(page.xpath("//p[@class='fresh']")[0])
    assert words(page.xpath("//p[@class='trouble']")[0]) == (
        "The search cts of 23 November 2026, 09:05 UTC failed (PubMed: 500); what it found dates from before."
    )


def test_studies_stand_under_their_level(client: FlaskClient) -> None:
    page = parsed(client.get(CTS).text)
    headings = [words(h).split(" · ")[0] for h in page.xpath("//section[contains(@class, 'group')]//h2")]
    assert headings == ["Guidelines and consensus", "Level 1", "Level 2", "Level 3", "Level 4", "Level 5", "Not ranked"]
    second = page.xpath("//section[contains(@class, 'group')][3]")[0]
    assert shown_keys(second) == ["ostrander2014dextrose", "pico2015hostile", "vega2016solucion"]


def test_newest_first_groups_by_year(client: FlaskClient) -> None:
    page = parsed(client.get(f"{CTS}?sort=newest").text)
    headings = [words(h) for h in page.xpath("//section[contains(@class, 'group')]//h2")]
    assert headings[:2] == ["2019", "2018"]
    assert headings[-1] == "Year not known"


def test_a_row_says_design_level_size_and_keeps_treatments_apart(client: FlaskClient) -> None:
    page = parsed(client.get(CTS).text)
    row = page.xpath("//li[.//code='ostrander2014dextrose']")[0]
    assert words(row.xpath(".//div[@class='marks']")[0]) == "RCT Level 2 n = 44"
    chips = row.xpath(".//span[contains(@class, 'chip')]")
    assert [(words(c), c.get("class")) for c in chips] == [
        ("5% dextrose", "chip fam-perineural"),
        ("vs Saline", "chip fam-other vs"),
    ]
    families = {c.get("class") for c in page.xpath("//span[contains(@class, 'chip')]")}
    assert {"chip fam-perineural", "chip fam-hydrodissection", "chip fam-prolotherapy"} <= families
    assert [a.get("href") for a in row.xpath(".//p[@class='ids']//a")] == [
        "https://pubmed.ncbi.nlm.nih.gov/90000004/",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC9990004/",
        "https://doi.org/10.9999/invent.4",
        "https://clinicaltrials.gov/study/NCT00000004",
    ]
    assert "n = 62 wrists" in words(page.xpath("//li[.//code='lund2017wrists']")[0])


def test_a_retraction_is_said_in_words_above_the_title(client: FlaskClient) -> None:
    page = parsed(client.get(CTS).text)
    row = page.xpath("//li[.//code='quill2015retracted']")[0]
    assert row[0].tag == "p"
    assert words(row[0]).startswith("Retracted.")
    assert row[0].xpath(".//a/@href") == ["/studies/quill2015retracted#notices"]
    for key, word in (("pico2015hostile", "Expression of concern."), ("vega2016solucion", "Corrected.")):
        assert words(page.xpath(f"//li[.//code='{key}']")[0][0]).startswith(word)


def test_a_title_in_another_language_says_so(client: FlaskClient) -> None:
    page = parsed(client.get(CTS).text)
    assert page.xpath("string(//li[.//code='vega2016solucion']//h3/@lang)") == "es"
    assert page.xpath("//li[.//code='ostrander2014dextrose']//h3/@lang") == []


def test_leads_and_registrations_stand_apart(client: FlaskClient) -> None:
    page = parsed(client.get(CTS).text)
    leads = page.xpath("//section[@aria-labelledby='leads']")[0]
    assert "1 reference without a PMID, DOI or PMCID." in words(leads)
    assert leads.xpath(".//a/@href") == ["/studies/poster2012nerve"]
    trials = page.xpath("//section[@aria-labelledby='registrations']")[0]
    assert "NCT00000001" in words(trials)
    assert "NCT00000004" not in words(trials)
    unseen = trials.xpath(".//li[2]")[0]
    assert words(unseen.xpath("p")[0]) == "Listed at trials.example"
    assert "Possibly published as ostrander2014dextrose · from a list" in words(unseen)
    assert unseen.xpath(".//a/@href") == ["https://www.trials.example/42", "/studies/ostrander2014dextrose"]


def test_an_empty_shelf_says_what_is_missing_and_how_it_was_looked_for(client: FlaskClient) -> None:
    page = parsed(client.get("/conditions/plantar-fasciitis").text)
    assert words(page.xpath("//p[@class='empty']")[0]) == (
        "No study of this condition. Starter library, compiled from public pages in November 2026, "
        "loaded 21 November 2026; not yet refreshed from PubMed. "
        "No saved search fills it."
    )


def test_a_shelf_without_some_kinds_of_study_says_so(client: FlaskClient, queries: fakes.FakeQueries) -> None:
    queries.held = (fakes.row(7, "lund2017wrists", design="cohort", level=3),)
    gaps = parsed(client.get(CTS).text).xpath("//p[@class='gaps']")
    assert [words(p) for p in gaps] == ["No guideline, no systematic review and no trial of this condition."]
    assert parsed(client.get(f"{CTS}?design=cohort").text).xpath("//p[@class='gaps']") == []


def test_a_shelf_says_how_it_is_searched(client: FlaskClient) -> None:
    page = parsed(client.get(CTS).text)
    searched = page.xpath("//details[@class='searched']")[0]
    assert searched.get("open") is None
    assert words(searched.xpath(".//code")[0]) == '"carpal tunnel syndrome" AND dextrose'
    assert searched.xpath("preceding::section[@class='leads']")
    assert words(searched.xpath("summary")[0]) == "Saved searches for this condition (none has been run yet)"


def test_a_shelf_was_searched_only_after_a_run_that_succeeded(client: FlaskClient, queries: fakes.FakeQueries) -> None:
    summary = "//details[@class='searched']/summary"
    queries.last_refresh = replace(fakes.REFRESH, state="failed")
    shown = words(parsed(client.get(CTS).text).xpath(summary)[0])
    assert shown == "Saved searches for this condition (no run has succeeded yet)"
    queries.last_refresh = queries.last_success = fakes.REFRESH
    page = parsed(client.get(CTS).text)
    assert words(page.xpath(summary)[0]) == "Searched in PubMed as"
    assert "have not been checked" not in words(page)


def test_comparators_stand_without_vs_when_nothing_is_compared_with_them(
    client: FlaskClient, queries: fakes.FakeQueries
) -> None:
    queries.held = (fakes.row(7, "lund2017wrists", interventions=(("saline", "comparator"),)),)
    for address in (CTS, "/studies/lund2017wrists"):
        chips = parsed(client.get(address).text).xpath("//ul[@class='chips']")[0]
        assert [words(li) for li in chips.xpath("li")] == ["Saline", "comparator only"]


def test_what_was_not_recorded_is_said(client: FlaskClient, queries: fakes.FakeQueries) -> None:
    queries.held = (fakes.row(7, "anonnd", byline="", title=Markup("")),)
    row = parsed(client.get(CTS).text).xpath("//li[contains(@class, 'study')]")[0]
    assert words(row.xpath(".//h3")[0]) == "[Title not seen]"
    assert words(row.xpath(".//p[@class='byline']")[0]) == "Authors not recorded"


def test_a_lead_has_no_level(client: FlaskClient) -> None:
    page = parsed(client.get("/studies/poster2012nerve").text)
    assert page.xpath("//p[@class='marks']/span[contains(@class, 'badge')]")
    assert page.xpath("//p[@class='marks']/span[contains(@class, 'level')]") == []


def test_a_search_that_finds_only_leads_says_so(client: FlaskClient) -> None:
    page = parsed(client.get("/search?q=nothing-has-this&condition=carpal-tunnel-syndrome").text)
    assert words(page.xpath("//p[@class='empty']")[0]).startswith("No identified study; 1 lead below.")
    assert page.xpath("//section[@class='leads']")


def test_filters_that_match_nothing_offer_the_way_back(client: FlaskClient) -> None:
    page = parsed(client.get(f"{CTS}?design=guideline&since=2030").text)
    empty = page.xpath("//p[@class='empty']")[0]
    assert "No study of this condition matches these filters." in words(empty)
    assert empty.xpath(".//a/@href") == [CTS]


def test_switching_a_filter_keeps_the_others_and_switching_back_restores(client: FlaskClient) -> None:
    address = f"{CTS}?design=rct&since=2014&sort=newest"
    page = parsed(client.get(address).text)
    option = page.xpath("//section[@aria-labelledby='facet-intervention']//a")[0].get("href")
    assert query_of(option) == [
        ("design", "rct"),
        ("intervention", "dextrose-5"),
        ("since", "2014"),
        ("sort", "newest"),
    ]
    chosen = parsed(client.get(option).text)
    active = chosen.xpath("//section[@aria-labelledby='facet-intervention']//a[@aria-current]")
    assert [words(a.xpath("span[@class='words']")[0]).split(" (")[0] for a in active] == ["5% dextrose"]
    assert query_of(active[0].get("href")) == query_of(address)


def test_every_filter_in_force_can_be_taken_away_alone(client: FlaskClient) -> None:
    page = parsed(client.get(f"{CTS}?design=rct&intervention=saline&status=none&since=2014&until=2016").text)
    chips = {words(a): query_of(a.get("href")) for a in page.xpath("//div[@class='active']/a")}
    whole = [("design", "rct"), ("intervention", "saline"), ("status", "none"), ("since", "2014"), ("until", "2016")]
    gone = {
        "Randomised controlled trial": ("design",),
        "Saline": ("intervention",),
        "No notice": ("status",),
        "2014–2016": ("since", "until"),
    }
    for name, fields in gone.items():
        assert chips[f"Remove filter {name}×"] == [pair for pair in whole if pair[0] not in fields]
    assert chips["Clear all"] == []


def test_comparators_are_filters_of_their_own(client: FlaskClient) -> None:
    page = parsed(client.get(CTS).text)
    blocks = {
        words(s.xpath("h2")[0]): [words(x) for x in s.xpath(".//span[@class='words']")]
        for s in page.xpath("//section[@class='block']")
    }
    assert "Saline" not in blocks["Intervention"]
    assert blocks["Comparator"] == ["Saline"]


def test_the_year_form_carries_the_rest_of_the_state(client: FlaskClient) -> None:
    page = parsed(client.get(f"{CTS}?design=rct&design=cohort&since=2014&size=20&after=0").text)
    form = page.xpath("//form[@class='years']")[0]
    assert form.get("action") == CTS
    hidden = [(i.get("name"), i.get("value")) for i in form.xpath(".//input[@type='hidden']")]
    assert hidden == [("design", "rct"), ("design", "cohort"), ("size", "20")]
    assert form.xpath("string(.//input[@name='since']/@value)") == "2014"


def test_the_chart_is_described_and_repeated_as_a_table(client: FlaskClient) -> None:
    page = parsed(client.get(f"{CTS}?since=2014").text)
    chart = page.xpath("//*[local-name()='svg' and @class='chart']")[0]
    assert words(chart.xpath("./*[local-name()='desc']")[0]) == "6 studies, 2014 to 2019; most in 2014 (1)."
    assert len(chart.xpath("./*[local-name()='rect']")) == 6
    rows = [(words(r[0]), words(r[1])) for r in page.xpath("//details[@class='as-table']//tbody/tr")]
    assert rows[0] == ("2019", "1")
    assert len(rows) == 6


def test_paging_walks_the_whole_list_once(client: FlaskClient) -> None:
    address, seen = f"{CTS}?size=10&design=rct&design=cohort&design=meta-analysis", []
    many = tuple(fakes.row(i, f"key{i}") for i in range(1, 26))
    client.application.extensions["evidence-library"].queries.held = many
    while address:
        page = parsed(client.get(address).text)
        seen += shown_keys(page)
        address = page.xpath("string(//a[@rel='next']/@href)")
    assert seen == [row.key for row in many]


def test_search_for_a_synonym_leads_to_the_condition(client: FlaskClient) -> None:
    page = parsed(client.get("/search?q=CTS").text)
    match = page.xpath("//ul[@class='matches']//a")[0]
    assert match.get("href") == CTS
    assert words(match) == "Condition Carpal tunnel syndrome 9 studies"
    assert page.xpath("string(//input[@id='q']/@value)") == "CTS"


def test_search_without_words_helps(client: FlaskClient) -> None:
    page = parsed(client.get("/search?q=+").text)
    assert "What can be asked" in words(page)


def test_search_that_finds_nothing_says_so(client: FlaskClient) -> None:
    page = parsed(client.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E").text)
    assert "No study in this library matches “<script>alert(1)</script>”." in words(
        page.xpath("//p[@class='empty']")[0]
    )


def test_about_shows_every_design_with_its_level(client: FlaskClient) -> None:
    page = parsed(client.get("/about").text)
    rows = [[words(c) for c in r] for r in page.xpath("//table[@class='designs']/tbody/tr")]
    assert len(rows) == len(fakes.vocabulary().designs)
    assert ["2", "RCTRandomised controlled trial", "What a randomised controlled trial is."] in [
        [a, b.replace(" ", "", 1) if b.startswith("RCT ") else b, c] for a, b, c in rows
    ]
    assert "Not medical advice" in words(page)
    assert '"carpal tunnel syndrome" AND dextrose' in words(page)
