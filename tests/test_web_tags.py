"""Tags in the pages: why a study has them, yes and no, the queue of doubts, undoing; and who may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evidence.settings import Settings
from evidence.store import Store, disagreements, queries
from tests.made import NOW, contents, fresh_store, vocabulary
from tests.tag_library import CTS, fill
from tests.web_checks import assert_policy_clean, assert_well_formed, foreign_scripts, parsed, words
from web.app import create_app

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


class Site:
    """The pages over the library of doubts, as the person at the machine sees them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.client = self.application()

    def application(self, **changes: Any) -> FlaskClient:
        settings = Settings(database_url="sqlite://", data_dir=self.folder, now=lambda: NOW, **changes)
        app = create_app(settings, self.store, vocabulary(), bind=changes.get("bind", "127.0.0.1"))
        app.testing = True
        return app.test_client()

    def page(self, address: str) -> Any:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        assert_policy_clean(answer.text)
        page = parsed(answer.text)
        assert_well_formed(page)
        return page

    def post(self, address: str, **form: str) -> TestResponse:
        return self.client.post(address, data=form, headers=SAME_SITE)

    def press(self, form: Any, words_: str, **more: str) -> Any:
        """Press the button of a form that begins with these words; the page that it leads to."""
        button = next(b for b in form.xpath(".//button") if words(b).startswith(words_))
        sent = {i.get("name"): i.get("value") for i in form.xpath(".//input[@type='hidden']")}
        if button.get("name"):
            sent[button.get("name")] = button.get("value")
        assert form.get("method") == "post"
        answer = self.post(form.get("action"), **(sent | more))
        assert answer.status_code == 303, answer.text
        return self.page(answer.headers["Location"].partition("#")[0])

    def key(self, pmid: str) -> str:
        found = queries.find_key(self.store, vocabulary(), "pmid", pmid)
        assert found is not None
        return found

    def study(self, pmid: str) -> Any:
        return self.page(f"/studies/{self.key(pmid)}")

    def row(self, page: Any, name: str) -> Any:
        """The row of a tag."""
        return next(tr for tr in page.xpath("//table[@class='reasons']/tbody/tr") if name in words(tr.xpath("./th")[0]))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with fresh_store() as store:
        fill(store, vocabulary())
        yield Site(store, tmp_path)


def test_each_tag_says_who_because_of_which_words_and_where(site: Site) -> None:
    row = site.row(site.study("3"), "Randomised controlled trial")
    told = [words(p) for p in row.xpath("./td/p")]
    assert told[0] == ("Publication type given by NLM: Randomized Controlled Trial the publication type states it")
    assert told[1] == "Words of the record: randomised controlled trial in the title"
    assert [words(q) for q in row.xpath(".//q")] == ["Randomized Controlled Trial", "randomised controlled trial"]


def test_what_was_overruled_is_a_suggestion(site: Site) -> None:
    row = site.row(site.study("1"), "Cohort study")
    assert "suggested" in words(row.xpath("./th")[0])
    assert "(a suggestion)" in words(row.xpath("./td")[0])


def test_no_then_undo_then_yes_then_take_back(site: Site) -> None:
    page = site.study("3")
    before = contents(site.store, leave_out=("event", "facet"))
    page = site.press(site.row(page, "Randomised").xpath(".//form")[0], "No", reason="by date of birth\x00 ")
    row = site.row(page, "Randomised")
    assert "rejected by a curator" in words(row.xpath("./th")[0])
    assert words(row.xpath("./td/p")[0]) == "curator said no, 1 March 2026, 12:00 UTC: by date of birth"
    assert words(page.xpath("//*[@role='status']/p")[0]).startswith("Decided: “Randomised controlled trial”, no.")
    assert "rct" not in queries.study(site.store, vocabulary(), site.key("3")).row.designs  # type: ignore[union-attr]
    page = site.press(page.xpath("//*[@role='status']/form")[0], "Undo")
    assert words(page.xpath("//*[@role='status']/p")[0]).startswith("Undone")
    assert contents(site.store, leave_out=("event", "facet")) == before
    page = site.press(site.row(page, "Randomised").xpath(".//form")[0], "Yes")
    assert "confirmed by a curator" in words(site.row(page, "Randomised").xpath("./th")[0])
    buttons = [words(b) for b in site.row(page, "Randomised").xpath(".//button")]
    assert [b.partition(" ")[0].strip(",") for b in buttons] == ["No", "Take"], "what stands is not offered again"
    page = site.press(site.row(page, "Randomised").xpath(".//form")[0], "Take back")
    assert words(page.xpath("//*[@role='status']/p")[0]).startswith("Taken back")
    assert contents(site.store, leave_out=("event", "facet")) == before


def test_an_undo_that_was_overtaken_says_so(site: Site) -> None:
    page = site.press(site.row(site.study("3"), "Randomised").xpath(".//form")[0], "No")
    undo = page.xpath("//*[@role='status']/form/@action")[0]
    site.press(site.row(page, "Randomised").xpath(".//form")[0], "Yes")
    answer = site.post(undo, back="study")
    assert answer.status_code == 409
    assert "the tag was decided anew since then" in words(parsed(answer.text))
    assert site.post("/tags/999999/undo").status_code == 404


def test_a_tag_is_added_by_name(site: Site) -> None:
    form = site.study("3").xpath("//form[contains(@class, 'add')]")[0]
    page = site.press(form, "Add tag", tag="Carpal tunnel syndrome", reason="it is in the full text")
    assert "it is in the full text" in words(site.row(page, "Carpal tunnel syndrome"))
    assert CTS in queries.study(site.store, vocabulary(), site.key("3")).row.conditions  # type: ignore[union-attr]
    answer = site.post("/tags", key=site.key("3"), tag="gloom <b>", verdict="yes")
    assert answer.status_code == 400
    assert "gloom &lt;b&gt;" in answer.text


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 400),
        ({"verdict": "maybe", "tag": "design:rct", "key": "x"}, 400),
        ({"verdict": "yes", "tag": "design:rct", "key": "nobody1999"}, 404),
        ({"verdict": "yes", "tag": "design:rct", "key": "\ud800\x00" * 3}, 404),
        ({"verdict": "yes", "tag": "condition:nowhere", "key": "1"}, 404),
        ({"verdict": "yes", "tag": "\x00" * 900, "key": "1"}, 400),
        ({"verdict": "yes", "tag": "intervention:saline", "role": "helper", "key": "1"}, 400),
    ],
)
def test_nonsense_is_refused_in_a_sentence_and_writes_nothing(site: Site, form: dict[str, str], code: int) -> None:
    before = contents(site.store)
    body = {name: value.encode("utf-8", "surrogatepass") for name, value in form.items()}
    answer = site.client.post("/tags", data=body, headers=SAME_SITE)
    assert answer.status_code == code
    assert contents(site.store) == before


def test_the_queue_shows_both_sides_and_a_decision_takes_the_item_out(site: Site) -> None:
    page = site.page("/tags")
    total = disagreements.queue(site.store, vocabulary()).total
    assert words(page.xpath("//p[@class='lead']")[0]).startswith(f"{total} tags on which NLM’s labels")
    first = page.xpath("//ol[@class='log']/li")[0]
    item = disagreements.queue(site.store, vocabulary()).items[0]
    assert first.xpath(".//h2/a/@href") == [f"/studies/{item.key}#tags"]
    told = {words(d.xpath("./dt")[0]): words(d.xpath("./dd")[0]) for d in first.xpath(".//dl/div")}
    assert set(told) in (
        {"NLM says yes", "Our reading says", "Listed as"},
        {"Our reading says yes", "NLM says", "Listed as"},
    )
    page = site.press(first.xpath(".//form")[0], "No", reason="looked it up")
    assert words(page.xpath("//p[@class='lead']")[0]).startswith(f"{total - 1} tag")
    assert item.key in words(page.xpath("//*[@role='status']/p")[0])
    page = site.press(page.xpath("//*[@role='status']/form")[0], "Undo")
    assert words(page.xpath("//p[@class='lead']")[0]).startswith(f"{total} tags")


def test_the_queue_by_kind_and_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.tags.PAGE", 2)
    seen, address = [], "/tags?kind=design"
    while address:
        page = site.page(address)
        seen += page.xpath("//ol[@class='log']/li//input[@name='tag']/@value")
        address = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    assert seen == [f"design:{i.slug}" for i in disagreements.queue(site.store, vocabulary(), kind="design").items]
    assert site.client.get("/tags?kind=mood").status_code == 400
    assert site.client.get("/tags?after=nowhere").status_code == 400
    assert "Nothing waits after this place" in words(site.page("/tags?after=99999.1.design.rct"))


def test_hostile_words_are_shown_and_not_run(site: Site) -> None:
    form = site.study("8").xpath("//table[@class='reasons']//form")[0]
    page = site.press(form, "No", reason="<script>alert(1)</script>{{ 7 * 7 }}")
    assert "<script>alert(1)</script>{{ 7 * 7 }}" in words(page)
    assert page.xpath("//img") == []
    assert foreign_scripts(page) == []
    assert page.xpath("//b[contains(., 'Wu')]") == []
    assert site.page("/tags").xpath("//script|//img") == []


def test_who_may_not_write_reads_and_sees_no_buttons(site: Site) -> None:
    reader = site.application(read_only=True)
    address = f"/studies/{site.key('3')}"
    for path in (address, "/tags"):
        answer = reader.get(path)
        assert answer.status_code == 200
        assert parsed(answer.text).xpath("//form[contains(@class, 'decide')]") == []
    before = contents(site.store)
    form = {"key": site.key("3"), "tag": "design:rct", "verdict": "no"}
    assert reader.post("/tags", data=form, headers=SAME_SITE).status_code == 403
    assert site.client.post("/tags", data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert site.client.get("/tags", headers={}).headers["Cache-Control"] == "no-store"
    assert contents(site.store) == before


def test_an_address_that_claims_a_decision_shows_only_what_was_logged(site: Site) -> None:
    for claim in ("decided=1", "decided=999999", "undone=3", "decided=x", "decided=1&undone=1"):
        page = site.page(f"/studies/{site.key('3')}?{claim}")
        assert page.xpath("//*[@role='status']") == []
