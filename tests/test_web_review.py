"""The review pages: the queue, a pair side by side, deciding and undoing, the logs, two curators at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evidence import curation
from evidence.errors import StoreBusy
from evidence.merging import CHOOSABLE
from evidence.settings import Settings
from evidence.store import Store, queries, review
from tests.made import NOW, contents, fresh_store, vocabulary
from tests.review_library import HOSTILE, fill
from tests.web_checks import assert_policy_clean, assert_well_formed, inner_links, parsed, words
from web import curate as pages
from web.app import create_app
from web.comparison import JOINABLE

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
LOGS = ("at", "event", "merge_event", "match_decision", "library")


class Site:
    """The pages over a store with three doubtful pairs and one merge, as the person at the machine sees them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.client = self.application("127.0.0.1")

    def application(self, bind: str, **changes: Any) -> FlaskClient:
        settings = Settings(database_url="sqlite://", data_dir=self.folder, now=lambda: NOW, **changes)
        app = create_app(settings, self.store, vocabulary(), bind=bind)
        app.testing = True
        return app.test_client()

    def queue(self) -> list[tuple[int, int]]:
        return [(i.a, i.b) for i in review.queue(self.store).items]

    def page(self, address: str, client: FlaskClient | None = None) -> Any:
        answer = (client or self.client).get(address)
        assert answer.status_code == 200, answer.text
        page = parsed(answer.text)
        assert_well_formed(page)
        return page

    def post(self, address: str, **form: str) -> TestResponse:
        return self.client.post(address, data=form, headers=SAME_SITE)

    def decide(self, pair: tuple[int, int], verdict: str, **form: str) -> TestResponse:
        """Open the pair and send its form, as a browser does."""
        address = f"/review/{pair[0]}-{pair[1]}"
        form = {"seen": self.seen(pair), "reason": "", "verdict": verdict, **form}
        return self.post(address, **form)

    def seen(self, pair: tuple[int, int]) -> str:
        return str(self.page(f"/review/{pair[0]}-{pair[1]}").xpath("string(//input[@name='seen']/@value)"))

    def press(self, page: Any, words_: str) -> TestResponse:
        """Press the button of these words."""
        form = next(f for f in page.xpath("//form") if any(words_ in words(b) for b in f.xpath(".//button")))
        hidden = {i.get("name"): i.get("value") for i in form.xpath(".//input[@type='hidden']")}
        assert form.get("method") == "post"
        return self.post(form.get("action"), **hidden)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with fresh_store() as store:
        fill(store, vocabulary())
        yield Site(store, tmp_path)


def shown(store: Store, key: str) -> Any:
    found = queries.study(store, vocabulary(), key)
    assert found is not None
    return found


# Reading


def test_the_queue_lists_every_pair_with_its_reasons_surest_first(site: Site) -> None:
    page = site.page("/review")
    assert words(page.xpath("//p[@class='lead']")[0]).startswith("3 pairs wait for a person")
    items = review.queue(site.store).items
    assert len(items) == 3
    rows = page.xpath("//ol[@class='pairs-list']/li")
    for row, item in zip(rows, items, strict=True):
        assert row.xpath(".//p/a/@href")[:2] == [f"/studies/{item.key_a}", f"/studies/{item.key_b}"]
        assert [words(li) for li in row.xpath(".//li")] == list(item.reasons)
        assert row.xpath(".//a[contains(., 'Compare')]/@href") == [f"/review/{item.a}-{item.b}"]
    assert [words(a) for a in page.xpath("//header//nav/a")][-1] == "Review (3)"


def test_a_pair_shows_what_differs_why_it_is_doubted_and_what_can_be_chosen(site: Site) -> None:
    pair = site.queue()[0]
    page = site.page(f"/review/{pair[0]}-{pair[1]}")
    rows = {words(tr.xpath("./th/text()")[0].getparent()).split(" ")[0]: tr for tr in page.xpath("//tbody/tr")}
    assert words(rows["Title"].xpath(".//mark")[0]) == "with follow-up"
    assert "differs" in words(rows["Title"].xpath("./th")[0])  # said in words, not by colour alone
    assert words(rows["Year"].xpath("./th")[0]) == "Year the same"
    assert len(rows["Year"].xpath("./td")) == 2
    assert words(rows["PMID"].xpath("./th")[0]) == "PMID A only"
    assert words(rows["PMID"].xpath("./td")[1]) == "B says nothing"
    assert rows["Year"].xpath(".//input") == rows["PMID"].xpath(".//input") == []
    assert rows["Title"].xpath(".//input/@value") == ["", "left", "right", "both"]
    assert rows["Pages"].xpath(".//input/@value") == ["", "left", "right"]
    assert rows["Title"].xpath(".//input[@checked]/@value") == [""]
    assert words(rows["Title"].xpath(".//legend")[0]) == "Title: show"
    reasons = [words(li) for li in page.xpath("//section[@class='why']//li")]
    assert reasons == list(review.queue(site.store).items[0].reasons)


def test_what_joins_two_values_can_be_chosen_at_all() -> None:
    assert CHOOSABLE.keys() >= JOINABLE


def test_the_keys_of_a_pair_work_without_a_script_and_enter_alone_decides_nothing(site: Site) -> None:
    pair = site.queue()[0]
    page = site.page(f"/review/{pair[0]}-{pair[1]}")
    keys = {e.get("accesskey"): e for e in page.xpath("//*[@accesskey]")}
    assert set(keys) == {"s", "d", "k"}
    assert [(keys[k].get("name"), keys[k].get("value")) for k in "sd"] == [
        ("verdict", "same"),
        ("verdict", "different"),
    ]
    assert keys["k"].get("href") == "/review/{}-{}".format(*site.queue()[1])
    assert all(e.get("data-key") == key for key, e in keys.items())
    first = page.xpath("//form[@class='decide']//button")[0]  # what Enter in a field would press
    assert (first.get("formmethod"), first.get("name")) == ("dialog", None)
    assert first.get("hidden") is not None
    assert page.xpath("//p[@class='single-keys' and @hidden]//label[@for='single-keys']")


def test_only_pages_of_pairs_load_a_script_and_only_this_sites_own(site: Site) -> None:
    pair = "/review/{}-{}".format(*site.queue()[0])
    scripted = site.client.get(pair)
    assert scripted.headers["Content-Security-Policy"].count("script-src 'self'") == 1
    assert "unsafe" not in scripted.headers["Content-Security-Policy"]
    assert "default-src 'none'" in scripted.headers["Content-Security-Policy"]
    sources = parsed(scripted.text).xpath("//script/@src")
    assert [s.partition("?")[0] for s in sources] == ["/static/review.js"]
    script = site.client.get(sources[0])
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in script.headers["Cache-Control"]
    assert not re.search(r"https?:|eval|innerHTML|fetch\(|import\(", script.text)
    for address in ("/", "/merges", "/merges/different", "/login"):
        answer = site.client.get(address)
        assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
        assert_policy_clean(answer.text)


@pytest.mark.long
def test_every_link_of_the_pages_leads_somewhere(site: Site) -> None:
    pair = "/review/{}-{}".format(*site.queue()[0])
    for address in ("/review", pair, "/merges", "/merges/different"):
        posts = set(site.page(address).xpath("//form[@method='post']/@action"))
        for link in set(inner_links(site.page(address))) - posts:
            assert site.client.get(link).status_code == 200, link


def test_those_who_may_not_write_read_without_forms(site: Site) -> None:
    pair = "/review/{}-{}".format(*site.queue()[0])
    curation.decide(site.store, vocabulary(), *site.queue()[1], "different", actor="anna")
    strangers = (site.application("0.0.0.0"), site.application("127.0.0.1", read_only=True))
    for client in strangers:
        for address in ("/review", pair, "/merges", "/merges/different", "/review/{}-{}".format(*site.queue()[1])):
            page = site.page(address, client)
            assert page.xpath("//main//form|//main//button|//main//input") == []
            assert "You may read this page" in words(page) or "can only be read" in words(page)
            assert "Review (" not in words(page)


def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path) -> None:
    with fresh_store() as store:
        fill(store, vocabulary(), 1, hostile=True)
        site = Site(store, tmp_path)
        a, b = site.queue()[0]
        site.post(f"/review/{a}-{b}", verdict="different", reason=HOSTILE)
        addresses = ["/review", f"/review/{a}-{b}", "/merges/different", "/merges", f"/review?pair={a}-{b}&different=1"]
        answer = site.post(f"/review/{a}-{b}", verdict="same")
        assert answer.status_code == 409
        bodies = [site.client.get(address).text for address in addresses] + [answer.text]
        assert sum("alert(1)" in body for body in bodies) >= 4
        for body in bodies:
            assert "<script>" not in body
            assert "<img" not in body
            assert "{{ 7" in body or "49" not in parsed(body).xpath("string(//main)")
            assert_well_formed(parsed(body))


# Deciding


def test_same_merges_with_note_and_choices_and_undo_gives_everything_back(site: Site) -> None:
    before = contents(site.store, leave_out=LOGS[1:])
    pair, following = site.queue()[:2]
    answer = site.decide(
        pair, "same", reason="  the same\x00 trial ", **{"choice-title": "right", "choice-keywords": "both"}
    )
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert address.startswith("/review/{}-{}?".format(*following))
    assert pair not in site.queue()
    merge = review.merges(site.store).items[0]
    assert (merge.actor, merge.reasons) == ("curator", ("the same trial",))
    study = shown(site.store, merge.key)
    assert study.record.title.endswith("with follow-up")
    assert {k.text for k in study.record.keywords} == {"Dextrose", "Nerve", "Glucose"}
    assert study.record.volume == "3"
    page = site.page(address)
    assert words(page.xpath("//*[@role='status']/p")[0]).startswith("One study now: “")
    undone = site.press(page, "Undo")
    assert undone.status_code == 303
    assert undone.headers["Location"].startswith("/review/{}-{}".format(*pair))
    assert pair in site.queue()
    assert contents(site.store, leave_out=LOGS[1:]) == before
    assert "Taken back" in words(site.page(undone.headers["Location"]).xpath("//*[@role='status']")[0])


def test_different_is_remembered_and_can_be_taken_back(site: Site) -> None:
    pair = site.queue()[0]
    answer = site.decide(pair, "different", reason="another year")
    assert answer.status_code == 303
    assert pair not in site.queue()
    assert len(site.queue()) == 2
    decided = review.decided(site.store).items
    assert [(d.a, d.b, d.actor, d.reasons) for d in decided] == [(*pair, "curator", ("another year",))]
    page = site.page(answer.headers["Location"])
    assert words(page.xpath("//*[@role='status']/p")[0]).startswith("Different, and remembered: “")
    assert site.press(page, "Undo").status_code == 303
    assert pair in site.queue()
    assert review.decided(site.store).items == ()


def test_the_choice_of_a_rule_leaves_no_choice_behind(site: Site) -> None:
    pair = site.queue()[0]
    form = {f"choice-{name}": "" for name in CHOOSABLE}
    site.decide(pair, "same", **(form | {"choice-pmid": "left", "choice-nonsense": "left", "choice-year": "right"}))
    assert contents(site.store)["field_choice"] == []


def test_a_choice_that_the_page_does_not_offer_is_none(site: Site) -> None:
    pair = site.queue()[0]
    site.decide(pair, "same", **{"choice-title": "text:mine", "choice-pages": "both", "choice-volume": "left"})
    assert contents(site.store)["field_choice"] == []


def test_the_queue_is_worked_off_to_its_end(site: Site) -> None:
    address = "/review/{}-{}".format(*site.queue()[0])
    for verdict in ("same", "different", "same"):
        pair = re.match(r"/review/(\d+)-(\d+)", address)
        assert pair
        address = site.decide((int(pair[1]), int(pair[2])), verdict).headers["Location"]
    assert address.startswith("/review?")
    page = site.page(address)
    assert "0 pairs wait" in words(page)
    assert "Nothing waits." in words(page)
    assert site.press(page, "Undo").status_code == 303
    assert len(site.queue()) == 1


def test_skipping_goes_round_and_decides_nothing(site: Site) -> None:
    before = contents(site.store)
    start = address = "/review/{}-{}".format(*site.queue()[0])
    visited = []
    for _ in range(3):
        visited.append(address)
        address = site.page(address).xpath("string(//a[@data-key='k']/@href)")
    assert len(set(visited)) == 3
    assert address == start
    assert contents(site.store) == before


def test_after_a_skip_the_next_decision_goes_on_from_there(site: Site) -> None:
    first, second, third = site.queue()
    answer = site.decide(second, "different")
    assert answer.headers["Location"].startswith("/review/{}-{}?".format(*third))
    answer = site.decide(third, "different")
    assert answer.headers["Location"].startswith("/review/{}-{}?".format(*first))


@pytest.mark.parametrize("verdict", ["", "unsure", "SAME", "both"])
def test_a_verdict_that_is_none_decides_nothing(site: Site, verdict: str) -> None:
    before = contents(site.store)
    assert site.decide(site.queue()[0], verdict).status_code == 400
    assert contents(site.store) == before


def test_a_long_note_is_cut_and_a_huge_one_refused(site: Site) -> None:
    pair = site.queue()[0]
    assert site.decide(pair, "different", reason="x" * 70_000).status_code == 413
    assert site.decide(pair, "different", reason="y" * 5_000).status_code == 303
    assert review.decided(site.store).items[0].reasons == ("y" * pages.LONGEST_NOTE,)


def test_a_curator_compares_a_study_with_any_other(site: Site) -> None:
    first, second, _ = review.queue(site.store).items
    page = site.page(f"/studies/{first.key_a}")
    form = page.xpath("//form[@action='/review/compare']")[0]
    assert form.xpath("string(.//input[@name='key']/@value)") == first.key_a
    other = shown(site.store, second.key_a)
    expected = "/review/{}-{}".format(*sorted((first.a, second.a)))
    for named in (second.key_a, other.row.pmid, f"https://doi.org/{other.row.doi}", f"  {second.key_a.upper()} "):
        answer = site.client.get("/review/compare", query_string={"key": first.key_a, "with": named})
        assert (answer.status_code, answer.headers["Location"]) == (302, expected), named
    assert site.decide((first.a, second.a), "same").status_code == 303  # nobody had doubted it
    assert shown(site.store, first.key_a).row.key == shown(site.store, second.key_a).row.key
    assert (
        site.page("/studies/" + first.key_b, site.application("0.0.0.0")).xpath("//form[@action='/review/compare']")
        == []
    )


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("key=x", 404), ("key=nobody1999&with=90000001", 404), ("key=90000001&with=90000001", 400),
     ("key=90000001&with=10.5555/none", 404), ("key=90000001&with=%00", 400), ("key=90000001&with=" + "9" * 3000, 404)],
)  # fmt: skip
def test_comparing_with_nothing_gets_a_plain_answer(site: Site, query: str, status: int) -> None:
    answer = site.client.get(f"/review/compare?{query}")
    assert answer.status_code == status
    assert_well_formed(parsed(answer.text))


# Two curators at once


@pytest.mark.parametrize("mine", ["same", "different"])
@pytest.mark.parametrize("theirs", ["same", "different"])
def test_a_pair_that_was_decided_meanwhile_gets_a_clear_page(site: Site, mine: str, theirs: str) -> None:
    pair = site.queue()[0]
    seen = site.seen(pair)
    curation.decide(site.store, vocabulary(), *pair, theirs, actor="anna", reason="looked it up")  # type: ignore[arg-type]
    before = contents(site.store)
    answer = site.post("/review/{}-{}".format(*pair), seen=seen, verdict=mine)
    assert answer.status_code == 409
    text = words(parsed(answer.text))
    assert "Decided meanwhile" in text
    expected = (
        "these two became one study" if theirs == "same" else "anna said on 1 March 2026, 12:00 UTC that these two"
    )
    assert expected in text
    assert contents(site.store) == before
    assert_well_formed(parsed(answer.text))
    for link in inner_links(parsed(answer.text)):
        assert site.client.get(link).status_code == 200 or link == "/logout"


def test_a_decision_between_the_check_and_the_write_is_a_page_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = site.queue()[0]
    seen, real = site.seen(pair), curation.decide

    def slower(*args: Any, **how: Any) -> Any:
        real(*args[:4], "same", actor="anna")
        return real(*args, **how)

    monkeypatch.setattr(curation, "decide", slower)
    answer = site.post("/review/{}-{}".format(*pair), seen=seen, verdict="same")
    assert answer.status_code == 409
    assert "became one study" in words(parsed(answer.text))


def test_who_has_seen_the_other_decision_may_overrule_it(site: Site) -> None:
    pair = site.queue()[0]
    curation.decide(site.store, vocabulary(), *pair, "different", actor="anna")
    page = site.page("/review/{}-{}".format(*pair))
    assert "anna said on 1 March 2026, 12:00 UTC that they are different" in words(page)
    assert page.xpath("//form[@class='decide']") == []
    assert site.press(page, "Take this back").status_code == 303
    assert site.decide(pair, "same").status_code == 303
    assert pair not in site.queue()


def test_undoing_and_taking_back_twice_are_pages_too(site: Site) -> None:
    pair = site.queue()[0]
    site.decide(pair, "same")
    event = review.merges(site.store).items[0].event
    assert site.post(f"/merges/{event}/undo").status_code == 303
    again = site.post(f"/merges/{event}/undo")
    assert again.status_code == 409
    assert f"Merge {event}: was undone already." in words(parsed(again.text))
    reconsider = "/review/{}-{}/reconsider".format(*pair)
    assert site.post(reconsider).status_code == 303
    twice = site.post(reconsider)
    assert twice.status_code == 409
    assert "they wait again" in words(parsed(twice.text))


# The logs


def test_merges_are_listed_with_reason_actor_and_what_undoing_does(site: Site) -> None:
    page = site.page("/merges")
    item = page.xpath("//ol[@class='log']/li")[0]
    told = {words(div[0]): words(div[1]) for div in item.xpath(".//dl/div")}
    assert told["Joined"] == "BibTeX file refs.bib#twin"
    assert told["With"].startswith("PubMed 90000001 (")
    assert told["Because"].startswith("both carry PMID 90000001")
    assert told["By"] == "import, 1 March 2026, 12:00 UTC"
    assert "will stand apart again, and the two will be remembered as different" in words(item)
    answer = site.press(page, "Undo merge 1")
    assert answer.headers["Location"] == "/merges?undone=1"
    after = site.page("/merges?undone=1")
    assert "Merge 1 is undone." in words(after.xpath("//*[@role='status']")[0])
    assert "by curator, 1 March 2026, 12:00 UTC" in words(after.xpath("//li[@id='merge-1']//dt[.='Undone']/..")[0])
    assert after.xpath("//li[@id='merge-1']//form") == []
    apart = site.page("/merges/different")
    assert "curator undid merge 1" in words(apart)
    assert site.press(apart, "Take back").status_code == 303
    assert "0 pairs of studies" in words(site.page("/merges/different"))


def test_a_study_page_leads_to_its_merges(site: Site) -> None:
    key = review.merges(site.store).items[0].key
    link = site.page(f"/studies/{key}").xpath("string(//ul[@class='merges']//a/@href)")
    address, _, fragment = link.partition("#")
    assert site.page(address).xpath(f"//li[@id='{fragment}']//form[@action='/merges/1/undo']")


def test_long_lists_have_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = site.queue()
    monkeypatch.setattr(pages, "PAGE", 1)

    def walk(address: str, items: str) -> list[str]:
        found = []
        while address:
            page = site.page(address)
            found += [words(row) for row in page.xpath(items)]
            address = page.xpath("string(//nav[@aria-label='Pages']//a[@rel='next']/@href)")
        assert len(found) == len(set(found))
        return found

    assert len(walk("/review", "//ol[@class='pairs-list']/li")) == len(expected)
    for pair in expected:
        site.decide(pair, "different")
    assert len(walk("/merges/different", "//ol[@class='log']/li")) == len(expected)
    for pair in expected:
        site.post("/review/{}-{}/reconsider".format(*pair))
        site.decide(pair, "same")
    assert len(walk("/merges", "//ol[@class='log']/li")) == len(expected) + 1


# Addresses


def test_a_pair_has_one_address(site: Site) -> None:
    a, b = site.queue()[0]
    assert site.client.get(f"/review/{b}-{a}").headers["Location"] == f"/review/{a}-{b}"
    assert site.post(f"/review/{b}-{a}", verdict="different").status_code == 303


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/review/1-1", 404),
        ("/review/1-99999", 404),
        ("/review/0-1", 404),
        ("/review/1-2147483647", 404),
        ("/review/1-99999999999999999999999999", 404),
        ("/review/-1-2", 404),
        ("/review/a-b", 404),
        ("/review?after=zzz", 400),
        ("/review?after=nan,1,2", 400),
        ("/review?after=inf,1,2", 400),
        ("/review?after=1.0,1", 400),
        ("/review?after=1.0,99999999999999999999999,2", 200),
        ("/merges?before=x", 400),
        ("/merges?before=-1", 400),
        ("/merges?before=0", 200),
        ("/merges?before=9999999999", 200),
        ("/merges?before=99999999999", 400),
        ("/merges?before=%D9%A3", 400),
        ("/merges/different?before=x", 400),
        ("/merges/different?before=2026-01-01T00:00:00,1,2", 200),
        ("/merges?undone=1", 200),
        ("/merges?undone=999999999", 200),
        ("/review?merged=abc&pair=1", 200),
        ("/review?merged=1&pair=9-1", 200),
        ("/review?different=1&pair=1-99999999", 200),
        ("/review?pair=%00&back=", 200),
    ],
)
def test_nonsense_gets_a_plain_answer(site: Site, address: str, status: int) -> None:
    answer = site.client.get(address)
    assert answer.status_code == status
    assert_well_formed(parsed(answer.text))


@pytest.mark.parametrize(
    ("address", "form", "status"),
    [
        ("/merges/999/undo", {}, 404),
        ("/merges/99999999999999999999/undo", {}, 404),
        ("/merges/1/undo", {"pair": "x"}, 303),
        ("/merges/1/undo", {"pair": "1-2"}, 409),  # the machine merged these: there is nothing said to take back
        ("/review/1-99999", {"verdict": "same"}, 404),
        ("/review/1-99999/reconsider", {}, 404),
        ("/review/1-2/reconsider", {}, 409),
    ],
)
def test_nonsense_that_is_sent_gets_a_plain_answer(site: Site, address: str, form: dict[str, str], status: int) -> None:
    answer = site.post(address, **form)
    assert answer.status_code == status
    if status != 303:
        assert_well_formed(parsed(answer.text))


def test_a_message_claims_only_what_the_store_says(site: Site) -> None:
    a, b = site.queue()[0]
    for address in (f"/review?different=1&pair={a}-{b}", "/review?merged=77", "/merges?undone=1"):
        assert site.page(address).xpath("//*[@role='status']") == []


def test_a_store_that_is_busy_is_503_and_pages_still_have_their_header(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_args: object, **_how: object) -> None:
        raise StoreBusy("store", "another process is writing; try again later")

    pair = site.queue()[0]
    seen = site.seen(pair)
    monkeypatch.setattr(curation, "decide", busy)
    answer = site.post("/review/{}-{}".format(*pair), seen=seen, verdict="same")
    assert answer.status_code == 503
    assert "another process is writing" in words(parsed(answer.text))
    monkeypatch.setattr(review, "queue", busy)
    assert words(site.page("/login").xpath("//header//nav/a")[-1]) == "Review"
    assert site.client.get("/review").status_code == 503


def test_under_a_prefix_and_logged_in_everything_stays_inside_it(site: Site) -> None:
    from evidence.store import people

    people.add(site.store, "anna", "an invented pass phrase", actor="test")
    client = site.application("0.0.0.0", url_prefix="/evidence")
    form = {"name": "anna", "password": "an invented pass phrase", "next": "/evidence/review"}
    answer = client.post("/evidence/login", data=form, headers=SAME_SITE)
    assert answer.headers["Location"] == "/evidence/review"
    a, b = site.queue()[0]
    for address in ("/evidence/review", f"/evidence/review/{a}-{b}", "/evidence/merges"):
        page = parsed(client.get(address).text)
        found = page.xpath("//a/@href|//form/@action|//link/@href|//script/@src")
        assert all(link.startswith(("/evidence/", "#", "http://localhost/evidence/")) for link in found), found
    decided = client.post(f"/evidence/review/{a}-{b}", data={"verdict": "same", "seen": ""}, headers=SAME_SITE)
    assert decided.headers["Location"].startswith("/evidence/review")
    assert review.merges(site.store).items[0].actor == "anna"
