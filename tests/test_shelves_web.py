"""Shelves in the pages: choosing studies, the forms, who may see and change what, links that are secret, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import text
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from evidence import curation, shelving
from evidence.ingest import take
from evidence.settings import Settings
from evidence.store import Store, people, queries, shelves
from tests.made import NOW, contents, fresh_store, notice, record, statements, vocabulary
from tests.web_checks import assert_policy_clean, assert_well_formed, parsed, query_of, shown_keys, words
from web import shelves as pages
from web.app import create_app

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "an invented pass phrase"
CTS = "/conditions/carpal-tunnel-syndrome"
HOSTILE = '"><script>alert(1)</script> & \u202e{{ 7*7 }}'
AFTER = "&shelved="


class Compiled(BytecodeCache):
    """Templates compiled once for all the applications of this file."""

    codes: dict[str, bytes] = {}  # noqa: RUF012 - one for all, on purpose

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.codes:
            bucket.bytecode_from_string(self.codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


class Site:
    """The pages over a store with four studies of carpal tunnel syndrome, the third retracted."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        titles = ("a first trial", "a second trial", "a third trial", f"a fourth trial {HOSTILE}")
        made = [
            record(str(n), f"Dextrose for carpal tunnel syndrome: {t}, {'abcd'[n - 1] * 9}", pmid=str(n), year=2010 + n,
                   family=f"Name{'abcd'[n - 1]}", types=["Randomized Controlled Trial"], volume=str(n))
            for n, t in enumerate(titles, 1)
        ]  # fmt: skip
        take(store, vocabulary(), [*made, notice("9", "RetractionOf", "3")], actor="test")
        self.keys = [queries.find_key(store, vocabulary(), "pmid", str(n)) or "" for n in range(1, 5)]
        self.client = self.application()

    def application(self, bind: str = "127.0.0.1", **changes: Any) -> FlaskClient:
        settings = Settings(database_url="sqlite://", data_dir=self.folder, now=lambda: NOW, **changes)
        app = create_app(settings, self.store, vocabulary(), bind=bind)
        app.testing = True
        app.jinja_env.bytecode_cache = Compiled()
        return app.test_client()

    def logged_in(self, name: str, role: people.Role = "reader") -> FlaskClient:
        people.add(self.store, name, PASSWORD, role, actor="test")
        client = self.application()
        answer = client.post("/login", data={"name": name, "password": PASSWORD}, headers=SAME_SITE)
        assert answer.status_code == 303
        return client

    def page(self, address: str, client: FlaskClient | None = None, status: int = 200) -> Any:
        """A page that is as every page must be."""
        answer = (client or self.client).get(address)
        assert answer.status_code == status, answer.text
        assert_policy_clean(answer.text)
        page = parsed(answer.text)
        assert_well_formed(page)
        return page

    def post(self, address: str, client: FlaskClient | None = None, **form: Any) -> TestResponse:
        return (client or self.client).post(address, data=form, headers=SAME_SITE)

    def submit(self, page: Any, button: str, **fields: Any) -> TestResponse:
        """Fill in the form that has this button and send it, as a browser does."""
        pressed = next(b for b in page.xpath("//button") if words(b).startswith(button))
        form = pressed.xpath("ancestor::form")[0]
        owned = [*form.xpath(".//input|.//select"), *page.xpath(f"//input[@form='{form.get('id')}']")]
        sent: dict[str, Any] = {}
        for control in owned:
            name = control.get("name")
            if control.tag == "select":
                chosen = control.xpath("./option[@selected]/@value") or control.xpath("./option/@value")
                sent[name] = chosen[0]
            elif control.get("type") not in ("checkbox", "radio"):
                sent[name] = control.get("value", "")
        if pressed.get("name"):
            sent[pressed.get("name")] = pressed.get("value")
        known = {c.get("name") for c in owned}
        assert set(fields) <= known, (fields, known)
        return self.post(pressed.get("formaction") or form.get("action"), **{**sent, **fields})

    def after(self, answer: TestResponse, client: FlaskClient | None = None) -> Any:
        """The page that an answer leads to."""
        assert answer.status_code == 303, answer.text
        return self.page(answer.headers["Location"], client)

    def made(self, name: str = "Thesis", *studies: int, owner: str = "curator") -> str:
        found = shelving.create(self.store, name, [self.keys[n] for n in studies], owner=owner, actor=owner)
        return found.shelf.slug

    def on(self, slug: str) -> list[str]:
        return list(shelves.keys(self.store, shelving.known(self.store, slug).id))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(people, "generate_password_hash", lambda p: generate_password_hash(p, "pbkdf2:sha256:10"))
    with fresh_store() as store:
        yield Site(store, tmp_path)


def status(page: Any) -> str:
    return words(page.xpath("//*[@role='status']")[0])


def entries(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return re.findall(r"^@(?!preamble)\w+\{([^,]+),", answer.text, re.M)


# Choosing


def test_two_are_ticked_put_on_a_new_shelf_and_exported_while_the_filter_stays(site: Site) -> None:
    address = f"{CTS}?design=rct&size=10"
    page = site.page(address)
    listed = shown_keys(page)
    assert len(listed) == 4
    assert page.xpath("//input[@form='shelve']/@value") == listed
    answer = site.submit(page, "Add to shelf", key=[listed[2], listed[0]], name="Chapter 1")
    back = urlsplit(answer.headers["Location"])
    assert (back.path, [p for p in query_of(answer.headers["Location"]) if p[0] != "shelved"]) == (
        CTS,
        [("design", "rct"), ("size", "10")],
    )
    done = site.after(answer)
    assert status(done).startswith("2 studies put on “Chapter 1”.")
    assert shown_keys(done) == listed
    link = done.xpath("//*[@role='status']//a/@href")[0]
    shelf = site.page(link)
    assert shown_keys(shelf) == [listed[2], listed[0]]
    bib = next(a.get("href") for a in shelf.xpath("//nav[@class='files']/a") if words(a) == "BibTeX")
    assert entries(site.client.get(bib)) == [listed[2], listed[0]]
    others = [a.get("href") for a in shelf.xpath("//nav[@class='files']/a")]
    assert [site.client.get(a).status_code for a in others] == [200] * len(others)
    assert {urlsplit(a).path.rpartition(".")[2] for a in others} == {"bib", "ris", "json", "csv", "nbib"}


def test_all_on_the_page_nothing_and_what_stands_there_already(site: Site) -> None:
    site.made("Thesis", 1)
    page = site.page(f"/search?q=dextrose{AFTER}nonsense")
    assert page.xpath("//*[@role='status']") == []
    assert words(page.xpath("//label[@for='pick-all']")[0]) == "All 4 on this page"
    nothing = site.after(site.submit(page, "Add to shelf"))
    assert status(nothing) == "Nothing was changed: no study was ticked."
    done = site.after(site.submit(nothing, "Add to shelf", all="1"))
    assert status(done).startswith("3 studies put on “Thesis”; 1 stood there already.")
    listed = shown_keys(page)
    assert site.on("thesis") == [site.keys[1], *(k for k in listed if k != site.keys[1])], "in the page's order"
    again = site.after(site.submit(page, "Add to shelf", key=[site.keys[2]]))
    assert status(again) == "Nothing to add: what you chose stands on “Thesis” already."
    undone = site.after(site.submit(done, "Undo"))
    assert status(undone).startswith("3 studies taken off “Thesis”; they stay in the library.")
    assert site.on("thesis") == [site.keys[1]]


def test_a_name_that_does_not_do_is_asked_for_again_and_nothing_ticked_is_lost(site: Site) -> None:
    site.made("Thesis", 1)
    page = site.page(CTS)
    for name, code, sentence in (
        (" ", 400, "Name of a shelf: is missing."),
        ("thesis", 409, "Shelf “thesis”: curator has a shelf of that name already: thesis."),
        ("x" * 201, 400, "Name of a shelf: has 201 characters; 200 are the most."),
    ):
        answer = site.submit(page, "Add to shelf", key=[site.keys[2], site.keys[0]], shelf="", name=name)
        assert answer.status_code == code
        again = parsed(answer.text)
        assert_well_formed(again)
        assert words(again.xpath("//p[@class='trouble']")[0]) == sentence
        assert again.xpath("//input[@name='key']/@value") == [site.keys[2], site.keys[0]]
    done = site.submit(again, "Add to shelf", key=again.xpath("//input[@name='key']/@value"), shelf="", name="Other")
    assert done.headers["Location"].startswith(f"{CTS}?shelved=")
    assert site.on("other") == [site.keys[2], site.keys[0]]


def test_one_study_goes_on_a_shelf_from_its_own_page(site: Site) -> None:
    key = site.keys[3]
    page = site.page(f"/studies/{key}")
    done = site.after(site.submit(page, "Add to shelf", name=HOSTILE))
    slug = "script-alert-1-script-7-7"
    assert site.on(slug) == [key]
    held = done.xpath("//section[@aria-labelledby='shelves']/p/a")
    shown = " ".join(HOSTILE.replace("\u202e", "").split())
    assert [(words(a), a.get("href")) for a in held] == [(shown, f"/shelves/{slug}")]
    site.page(f"/shelves/{slug}")
    site.page("/shelves")


def test_a_shelf_is_made_renamed_emptied_and_deleted_in_its_pages_and_all_can_be_undone(site: Site) -> None:
    shelf = site.after(site.submit(site.page("/shelves"), "Make a shelf", name="Empty one"))
    assert words(shelf.xpath("//p[@class='empty']")[0]).startswith("No study stands on this shelf.")
    assert site.client.get("/shelves/empty-one.bib").text == ""
    site.submit(site.page(f"/studies/{site.keys[0]}"), "Add to shelf")
    site.submit(site.page(f"/studies/{site.keys[2]}"), "Add to shelf", shelf="empty-one")
    page = site.page("/shelves/empty-one")
    renamed = site.after(site.submit(page, "Rename", name="Full one"))
    assert status(renamed) == "The shelf is called “Full one” now; its address stays."
    removed = site.after(site.submit(renamed, "Remove from this shelf", key=[site.keys[0]]))
    assert (shown_keys(removed), status(removed)[:44]) == (
        [site.keys[2]],
        "1 study taken off “Full one”; it stays in th",
    )
    assert shown_keys(site.after(site.submit(removed, "Undo"))) == [site.keys[0], site.keys[2]]
    deleted = site.after(site.submit(removed, "Delete this shelf"))
    assert "Full one" in status(deleted)
    assert site.client.get("/shelves/empty-one").status_code == 404
    restored = site.after(site.submit(deleted, "Undo"))
    assert shown_keys(restored) == [site.keys[0], site.keys[2]]


def test_a_retracted_study_keeps_its_banner_and_a_merged_one_shows_once(site: Site) -> None:
    slug = site.made("Thesis", 2, 1, 0)
    page = site.page(f"/shelves/{slug}")
    assert "Retracted." in words(page.xpath("//li[contains(@class, 'study')]")[0])
    assert "RETRACTED" in site.client.get(f"/shelves/{slug}.bib").text
    curation.merge(site.store, vocabulary(), site.keys[0], site.keys[1], actor="ann")
    assert shown_keys(site.page(f"/shelves/{slug}")) == [site.keys[2], site.keys[0]]


def test_an_excluded_study_is_seen_by_nobody_but_the_owner_who_can_take_it_off(site: Site) -> None:
    slug = site.made("Thesis", 1, 0)
    shelving.share(site.store, slug, "public", actor="curator")
    with site.store.write() as writer:
        writer.connection.execute(
            text("UPDATE study SET inclusion = 'excluded' WHERE id IN (SELECT study_id FROM cite_key WHERE key = :k)"),
            {"k": site.keys[1]},
        )
        writer.dirty = True
    stranger = site.application("0.0.0.0")
    assert site.keys[1] not in stranger.get(f"/shelves/{slug}").text
    assert entries(stranger.get(f"/shelves/{slug}.bib")) == [site.keys[0]]
    page = site.page(f"/shelves/{slug}")
    assert page.xpath("//section[@aria-labelledby='not-shown']//input/@value") == [site.keys[1]]
    done = site.after(site.submit(page, "Remove from this shelf", key=[site.keys[1]]))
    assert status(done).startswith("1 study taken off")
    assert done.xpath("//section[@aria-labelledby='not-shown']") == []


def test_a_long_shelf_comes_in_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 3)
    slug = site.made("Thesis", 3, 2, 1, 0)
    first = site.page(f"/shelves/{slug}")
    second = site.page(first.xpath("//a[@rel='next']/@href")[0])
    assert (len(shown_keys(first)), shown_keys(second)) == (3, [site.keys[0]])
    done = site.after(site.submit(second, "Remove from this shelf", key=[site.keys[0]]))
    assert len(shown_keys(done)) == 3, "the page that is gone gives way to the last one there is"
    for start in ("-1", "x", "1" * 9, "²"):
        assert site.client.get(f"/shelves/{slug}", query_string={"start": start}).status_code == 400


# Who may


def test_who_sees_and_who_changes_a_shelf(site: Site) -> None:
    reader, other = site.logged_in("bob"), site.logged_in("eve")
    curator, stranger = site.logged_in("ann", "curator"), site.application()
    site.after(site.post("/shelves", reader, key=site.keys[0], name="Bob’s", shelf=""), reader)
    slug = "bob-s"
    assert shelving.known(site.store, slug).owner == "bob"
    for visibility, seen in (("private", 404), ("secret", 404), ("public", 200)):
        assert site.post(f"/shelves/{slug}/share", reader, visibility=visibility).status_code == 303
        for client, expected in ((reader, 200), (other, seen), (curator, seen), (stranger, seen)):
            for address in (f"/shelves/{slug}", f"/shelves/{slug}.bib"):
                assert client.get(address).status_code == expected, (visibility, address)
    before = contents(site.store)
    for client, code in ((other, 404), (curator, 404), (stranger, 403)):
        for verb in ("remove", "rename", "share", "delete"):
            form = {"key": site.keys[0], "name": "Mine", "visibility": "private"}
            assert site.post(f"/shelves/{slug}/{verb}", client, **form).status_code == code
        assert site.post("/shelves", client, shelf=slug, key=site.keys[1]).status_code == code
    assert contents(site.store) == before
    public = site.page("/shelves", stranger)
    assert [words(a) for a in public.xpath("//ul[@class='shelf-list']//a")] == ["Bob’s"]
    assert not site.page(f"/shelves/{slug}", stranger).xpath("//main//form[@method='post']")
    assert site.page(f"/shelves/{slug}", other).xpath("//main//form[@id='shelve']")
    assert not site.page(f"/shelves/{slug}", other).xpath("//details[@class='manage']")


def test_a_change_by_another_is_neither_told_nor_undone(site: Site) -> None:
    reader, other = site.logged_in("bob"), site.logged_in("eve")
    event = urlsplit(site.post("/shelves", reader, key=site.keys[0], name="Bob’s").headers["Location"]).query
    assert event.startswith("shelved=")
    assert site.page(f"/shelves?{event}", other).xpath("//*[@role='status']") == []
    assert site.page("/shelves?shelved=on.bob-s", other).xpath("//*[@role='status']") == []
    assert site.post(f"/shelves/event/{event[8:]}/undo", other).status_code == 404
    assert site.post(f"/shelves/event/{event[8:]}/undo", reader).status_code == 303
    assert site.post(f"/shelves/event/{event[8:]}/undo", reader).status_code == 409
    assert site.post("/shelves/event/1/undo", reader).status_code == 404


def test_what_was_made_at_the_machine_belongs_to_the_curators_who_log_in_later(site: Site) -> None:
    slug = site.made("Thesis", 0)
    reader, curator = site.logged_in("bob"), site.logged_in("ann", "curator")
    assert [c.get(f"/shelves/{slug}").status_code for c in (reader, curator, site.application())] == [404, 200, 404]


def test_another_sites_form_writes_nothing(site: Site) -> None:
    slug = site.made("Thesis", 0)
    before = contents(site.store)
    form = {"key": site.keys[1], "shelf": slug, "name": "x", "visibility": "public"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        for address in ("/shelves", *(f"/shelves/{slug}/{v}" for v in ("remove", "rename", "share", "delete"))):
            assert site.client.post(address, data=form, headers=headers).status_code == 403
    assert contents(site.store) == before


def test_who_may_not_keep_shelves_is_told_why_and_sees_the_pages_as_they_were(site: Site) -> None:
    site.made("Thesis", 0)
    for client, hint in (
        (site.application("0.0.0.0"), "Shelves of your own need a log-in."),
        (site.application(read_only=True), "This installation can only be read"),
    ):
        answer = site.post("/shelves", client, key=site.keys[0], name="x")
        assert (answer.status_code, hint in answer.text) == (403, True)
        for address in (CTS, f"/studies/{site.keys[0]}", "/search?q=dextrose", "/"):
            page = client.get(f"{address}")
            assert page.status_code == 200
            assert "shel" not in page.text, address
    assert [s.slug for s in shelves.everyones(site.store)] == ["thesis"]


@pytest.mark.parametrize(
    "back", ["//evil.example/x", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_form_leads_to_another_site(site: Site, back: str) -> None:
    answer = site.post("/shelves", key=site.keys[0], name="Thesis", back=back)
    assert answer.headers["Location"].startswith("/shelves/thesis?shelved=")


def test_forged_fields_are_errors_of_ours(site: Site) -> None:
    slug = site.made("Thesis", 0)
    before = contents(site.store)
    for form in (
        {"shelf": slug, "key": "nonsuch"},
        {"shelf": slug, "key": "\0x"},
        {"shelf": "nonsuch", "key": site.keys[0]},
        {"shelf": "\0é", "key": site.keys[0]},
        {"shelf": slug, "all": "1", "page": "a b c"},
        {"name": "New", "key": [site.keys[0], "nonsuch"]},
    ):
        assert site.post("/shelves", **form).status_code == 404, form
    assert site.post(f"/shelves/{slug}/share", visibility="friends").status_code == 400
    assert site.post(f"/shelves/{slug}/share", visibility="renew").status_code == 409
    assert site.post(f"/shelves/{slug}/rename", name="").status_code == 400
    assert site.post("/shelves", shelf=slug, key="x" * 70_000).status_code == 413
    assert contents(site.store) == before


def test_a_shelf_that_another_tab_has_deleted_is_said_to_be_gone(site: Site) -> None:
    slug = site.made("Thesis", 0)
    tab = site.page(CTS)
    site.submit(site.page(f"/shelves/{slug}"), "Delete this shelf")
    answer = site.submit(tab, "Add to shelf", key=[site.keys[1]])
    assert (answer.status_code, "Shelf “thesis”" in answer.text) == (404, True)
    again = site.after(site.submit(parsed(answer.text), "Add to shelf", name="Another"))
    assert (status(again)[:13], site.on("another")) == ("1 study put o", [site.keys[1]]), "what was ticked is kept"


# Secret links and files


def test_a_secret_link_opens_the_shelf_and_is_told_to_nobody(site: Site) -> None:
    slug = site.made("Thesis", 1, 0)
    shared = site.after(site.submit(site.page(f"/shelves/{slug}"), "Set", visibility="secret"))
    link = urlsplit(words(shared.xpath("//details[@class='manage']//code")[0])).path
    token = shelving.known(site.store, slug).token
    assert link == f"/shelves/t/{token}.bib"
    stranger = site.application("0.0.0.0")
    for suffix in ("", ".bib", ".ris", ".json", ".csv", ".nbib", ".bib?dialect=biblatex"):
        answer = stranger.get(f"/shelves/t/{token}{suffix}")
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert re.search("no-store|private", answer.headers["Cache-Control"])
    assert entries(stranger.get(link)) == [site.keys[1], site.keys[0]]
    assert 'filename="thesis.bib"' in stranger.get(link).headers["Content-Disposition"]
    page = site.page(f"/shelves/t/{token}", stranger)
    assert [a for a in page.xpath("//nav[@class='files']/a/@href") if not a.startswith(f"/shelves/t/{token}.")] == []
    assert not page.xpath("//main//form[@method='post']")
    assert stranger.get(f"{link}?nonsense=1").status_code == 400
    renewed = site.submit(shared, "Make a new link")
    assert renewed.status_code == 303
    assert stranger.get(link).status_code == 404
    assert stranger.get(f"/shelves/t/{shelving.known(site.store, slug).token}.bib").status_code == 200


def test_an_unknown_secret_is_as_unknown_as_any_shelf(site: Site) -> None:
    slug = site.made("Thesis", 0)
    shelving.share(site.store, slug, "secret", actor="curator")
    stranger = site.application("0.0.0.0")
    for token in ("0" * 40, "x", "thesis", "%00", "%ff", "rename", shelving.known(site.store, slug).token[:-1]):
        assert stranger.get(f"/shelves/t/{token}").status_code == 404
        assert stranger.get(f"/shelves/t/{token}.bib").status_code == 404
    private, unknown = (stranger.get(f"/shelves/{s}.bib") for s in (slug, "never"))
    assert (private.status_code, private.text.replace(slug, "never")) == (404, unknown.text)


def test_a_file_has_the_same_bytes_until_the_shelf_changes(site: Site) -> None:
    slug = site.made("Thesis", 0)
    shelving.share(site.store, slug, "public", actor="curator")
    stranger = site.application("0.0.0.0")
    first = stranger.get(f"/shelves/{slug}.bib")
    again = stranger.get(f"/shelves/{slug}.bib", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Cookie" not in first.headers.get("Vary", "")
    shelving.share(site.store, slug, "secret", actor="curator")
    shelving.share(site.store, slug, "public", actor="curator")
    assert stranger.get(f"/shelves/{slug}.bib").headers["ETag"] == first.headers["ETag"], "the bytes are the same"
    shelving.add(site.store, slug, [site.keys[1]], actor="curator")
    changed = stranger.get(f"/shelves/{slug}.bib", headers={"If-None-Match": first.headers["ETag"]})
    assert entries(changed) == [site.keys[0], site.keys[1]]


@pytest.mark.parametrize("visibility", ["public", "secret"])
def test_an_unchanged_file_costs_one_row_until_its_address_is_closed(site: Site, visibility: str) -> None:
    slug = site.made("Thesis", 0)
    shelving.share(site.store, slug, visibility, actor="curator")
    token = shelving.known(site.store, slug).token
    address = f"/shelves/t/{token}.bib" if visibility == "secret" else f"/shelves/{slug}.bib"
    stranger = site.application("0.0.0.0")
    tag = {"If-None-Match": stranger.get(address).headers["ETag"]}
    with statements(site.store) as asked:
        assert stranger.get(address, headers=tag).status_code == 304
    assert len(asked) == 1
    shelving.share(site.store, slug, "private", actor="curator")
    assert stranger.get(address, headers=tag).status_code == 404
    assert stranger.head(address).status_code == 404


def test_the_file_of_a_shelf_on_a_past_day(site: Site) -> None:
    """What stood on it then, as it was then: for whoever may read the shelf now."""
    slug = site.made("Thesis", 0, 1)
    shelving.share(site.store, slug, "secret", actor="curator")
    link = f"/shelves/t/{shelving.known(site.store, slug).token}.ris"
    first = {address: site.client.get(address).data for address in (f"/shelves/{slug}.bib", link)}
    site.store.now = lambda: NOW + timedelta(days=2)
    shelving.remove(site.store, slug, [site.keys[0]], actor="curator")
    shelving.add(site.store, slug, [site.keys[3]], actor="curator")
    take(site.store, vocabulary(), [notice("99", "RetractionOf", "2")], actor="test")
    late = site.made("Late", 2)
    for address, made in first.items():
        for day in ("2026-03-01", "2026-03-02"):
            assert site.client.get(f"{address}?as-of={day}").data == made
        now = site.client.get(address).data
        assert site.client.get(f"{address}?as-of=2026-03-03").data == now != made
    named = site.client.get(f"/shelves/{slug}.bib?as-of=2026-03-01").headers["Content-Disposition"]
    assert named.endswith('filename="thesis-2026-03-01.bib"')
    refused = site.client.get(f"/shelves/{late}.bib?as-of=2026-03-02")
    assert (refused.status_code, refused.text) == (404, "As-of 2026-03-02: this shelf was made later.\n")
    assert site.client.get(f"/shelves/{slug}.bib?as-of=2026-03-04").status_code == 400
    assert site.application("0.0.0.0").get(f"/shelves/{slug}.bib?as-of=2026-03-01").status_code == 404


def test_nothing_of_a_private_file_is_kept_for_others(site: Site) -> None:
    slug = site.made("Thesis", 0)
    owner, stranger = site.application("127.0.0.1"), site.application("0.0.0.0")
    first = owner.get(f"/shelves/{slug}.bib")
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "private, no-cache")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert owner.get(f"/shelves/{slug}.bib", headers=tag).status_code == 304
    assert stranger.get(f"/shelves/{slug}.bib", headers=tag).status_code == 404
    assert stranger.head(f"/shelves/{slug}.bib").status_code == 404


def test_behind_a_prefix_every_address_carries_it(site: Site) -> None:
    people.add(site.store, "ann", PASSWORD, "curator", actor="test")
    client = site.application(url_prefix="/ev")
    client.post("/ev/login", data={"name": "ann", "password": PASSWORD}, headers=SAME_SITE)
    page = parsed(client.get(f"/ev{CTS}").text)
    assert page.xpath("//form[@id='shelve']/@action") == ["/ev/shelves"]
    back = page.xpath("//input[@name='back']/@value")[0]
    form = {"key": site.keys[0], "name": "Thesis", "back": back}
    answer = client.post("/ev/shelves", data=form, headers=SAME_SITE)
    assert answer.headers["Location"].startswith(f"/ev{CTS}?shelved=")
