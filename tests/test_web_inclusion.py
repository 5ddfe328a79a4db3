"""Who belongs here, in the pages: excluding and including with a reason, the lists, undoing; and who may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence import ingest
from evidence.curation_inclusion import decide
from evidence.records import Record
from evidence.store import candidates
from tests.made import contents, fresh_store, record, vocabulary
from tests.review_library import HOSTILE
from tests.tag_library import fill
from tests.test_web_tags import Site
from tests.web_checks import assert_policy_clean, parsed, words


def candidate(pmid: str, title: str) -> Record:
    return record(pmid, title, pmid=pmid, family=f"Walker{pmid}")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with fresh_store() as store:
        fill(store, vocabulary())
        waiting = [candidate("81", "Warm saline for burning feet"), candidate("82", f"Splints at night {HOSTILE}")]
        ingest.take(store, vocabulary(), waiting, actor="refresh", include=False)
        yield Site(store, tmp_path)


def form(page: object, button: str) -> object:
    """The first form with a button of these words."""
    return next(f for f in page.xpath("//form") if any(words(b).startswith(button) for b in f.xpath(".//button")))  # type: ignore[attr-defined]


def status(page: object) -> str:
    return words(page.xpath("//*[@role='status']/p")[0])  # type: ignore[attr-defined]


def test_exclude_on_the_study_page_with_a_reason_then_undo(site: Site) -> None:
    before = contents(site.store, leave_out=("event", "facet"))
    page = site.press(form(site.study("3"), "Exclude"), "Exclude", reason=f"rats {HOSTILE}")
    assert status(page).startswith("Excluded: “")
    notice = words(page.xpath("//p[@class='trouble']")[0])
    assert notice.startswith("Excluded by curator, 1 March 2026, 12:00 UTC: rats <script>")
    assert [words(b) for b in page.xpath("//section[@aria-labelledby='belongs']//button")] == ["Include this study"]
    listed = site.page("/excluded")
    assert site.key("3") in listed.xpath("//ol[@class='log']//h2/a/@href")[0]
    page = site.press(form(page, "Undo"), "Undo")
    assert status(page).startswith("Undone")
    assert contents(site.store, leave_out=("event", "facet")) == before
    assert words(site.page("/excluded").xpath("//p[@class='empty']")[0]) == "Nothing is excluded."


def test_candidates_are_included_and_excluded_where_they_are_listed(site: Site) -> None:
    page = site.page("/candidates")
    items = page.xpath("//ol[@class='log']/li")
    assert [words(b) for b in items[1].xpath(".//button")] == [f"Include {site.key('81')}", f"Exclude {site.key('81')}"]
    page = site.press(items[1].xpath(".//form")[0], "Include")
    assert status(page).startswith("Included, and no search changes that: “Warm saline for burning feet")
    page = site.press(page.xpath("//ol[@class='log']/li//form")[0], "Exclude", reason="no trial")
    assert words(page.xpath("//p[@class='empty']")[0]) == "No candidate waits."
    assert site.page(f"/studies/{site.key('81')}").xpath("//p[@class='trouble']") == []
    assert [i.word.reason for i in candidates.excluded(site.store).items] == ["no trial"]


def test_a_candidates_page_says_that_it_waits(site: Site) -> None:
    page = site.study("82")
    assert "it waits for a curator" in words(page.xpath("//p[@class='trouble']")[0])
    assert [words(b) for b in page.xpath("//section[@aria-labelledby='belongs']//button")] == [
        "Include this study",
        "Exclude this study",
    ]


def test_a_pmid_is_rejected_before_it_comes_and_taken_back(site: Site) -> None:
    page = site.press(form(site.page("/excluded"), "Exclude"), "Exclude", name=" PMID: 777 ", reason="rats")
    assert status(page) == "PMID 777 is excluded: no search brings it in."
    assert words(page.xpath("//ol[@class='log']//h2")[0]) == "PMID 777 not in this library"
    page = site.press(page.xpath("//ol[@class='log']//form")[0], "Take back")
    assert status(page) == "Undone or overtaken: what was said last of PMID 777 counts."
    assert not candidates.excluded(site.store).total


def test_an_undo_that_was_overtaken_says_so(site: Site) -> None:
    page = site.press(form(site.study("3"), "Exclude"), "Exclude")
    action = form(page, "Undo").get("action")  # type: ignore[attr-defined]
    decide(site.store, vocabulary(), ["3"], "included", actor="ann")
    answer = site.post(action, back="study")
    assert answer.status_code == 409
    assert "something else was decided since then" in words(parsed(answer.text))


def test_long_lists_have_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.inclusion.PAGE", 1)
    decide(site.store, vocabulary(), ["3", "777"], "excluded", actor="ann")
    for address, of in (("/excluded", 2), ("/candidates", 2)):
        page = site.page(address)
        assert len(page.xpath("//ol[@class='log']/li")) == 1
        (following,) = page.xpath("//a[@rel='next']/@href")
        page = site.page(following)
        assert len(page.xpath("//ol[@class='log']/li")) == 1
        assert not page.xpath("//a[@rel='next']"), f"{of} are two pages"
    assert "Nothing waits after this place" in words(site.page("/candidates?before=1"))


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"name": "3", "verdict": "perhaps"}, 400),
        ({"name": " ", "verdict": "excluded"}, 400),
        ({"name": "no-such-study", "verdict": "excluded"}, 404),
        ({"name": "778", "verdict": "included"}, 404),
        ({"name": "3\x00", "verdict": "excluded", "reason": "x" * 9000, "back": "//evil.example"}, 303),
    ],
)
def test_what_cannot_be_decided_is_refused(site: Site, form: dict[str, str], code: int) -> None:
    answer = site.post("/excluded", **form)
    assert answer.status_code == code
    assert "evil" not in answer.headers.get("Location", "")
    assert_policy_clean(answer.text)


@pytest.mark.parametrize("address", ["/excluded?before=x", "/candidates?before=-1", "/excluded?before=99999999999"])
def test_a_place_that_is_none(site: Site, address: str) -> None:
    assert site.client.get(address).status_code == 400


def test_readers_see_why_and_decide_nothing(site: Site) -> None:
    decide(site.store, vocabulary(), ["3"], "excluded", actor="ann", reason="rats")
    before = contents(site.store)
    reader = site.application(read_only=True)
    for address in ("/excluded", "/candidates", f"/studies/{site.key('3')}"):
        page = parsed(reader.get(address).text)
        assert not page.xpath("//form[@method='post']"), address
    assert "Excluded by ann" in reader.get(f"/studies/{site.key('3')}").text
    for address in ("/excluded", "/excluded/1/undo"):
        sent = {"name": "3", "verdict": "included"}
        assert reader.post(address, data=sent, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 403
        assert site.client.post(address, data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert contents(site.store) == before
