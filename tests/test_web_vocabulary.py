"""Running pages and a vocabulary that others change: what another program adds is known to the next request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from evidence import ingest, retag
from evidence.errors import BadVocabulary
from evidence.settings import Settings
from evidence.store import Store, create, open_store, overlay, queries
from evidence.vocabulary import Condition
from tests.made import NOW, clock, record, vocabulary
from web.app import create_app

PALSY = Condition(slug="bell-palsy", name="Bell palsy", body_region="general")
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Site:
    """Pages over a store, and the same store as another program has it open."""

    pages: FlaskClient
    served: Store
    other: Store

    def status(self, address: str) -> int:
        return self.pages.get(address).status_code

    def add(self, condition: Condition = PALSY) -> None:
        known = overlay.apply(self.other, vocabulary())
        overlay.add_condition(self.other, known, condition, (), actor="shell")

    def retag(self) -> None:
        retag.retag(self.other, overlay.apply(self.other, vocabulary()))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path / 'evidence.db'}"
    with create(url, clock) as served, open_store(url, clock) as other:
        ingest.take(other, vocabulary(), [record("1", "Bell palsy in tailors", pmid="1")], actor="import")
        settings = Settings(database_url=url, data_dir=tmp_path, now=lambda: NOW)
        app = create_app(settings, served, vocabulary(), bind="127.0.0.1")
        app.testing = True
        yield Site(app.test_client(), served, other)


def test_a_condition_added_elsewhere_has_its_page_search_tag_and_decision(site: Site) -> None:
    assert site.status("/conditions/bell-palsy") == 404
    assert site.status("/search?condition=bell-palsy") == 400
    site.add()
    assert "evidence retag" in site.pages.get("/tags").text
    site.retag()
    assert "evidence retag" not in site.pages.get("/tags").text
    page = site.pages.get("/conditions/bell-palsy")
    assert page.status_code == 200
    assert "Bell palsy in tailors" in page.text
    assert site.status("/search?condition=bell-palsy") == 200
    key = queries.find_key(site.served, vocabulary(), "pmid", "1")
    assert '"/conditions/bell-palsy' in site.pages.get(f"/studies/{key}").text
    form = {"key": str(key), "tag": "condition:bell-palsy", "verdict": "no"}
    assert site.pages.post("/tags", data=form, headers=SAME_SITE).status_code == 303
    assert "Bell palsy in tailors" not in site.pages.get("/conditions/bell-palsy").text


def test_a_copy_from_before_is_not_called_current(site: Site) -> None:
    before = site.pages.get("/").headers["ETag"]
    assert site.pages.get("/", headers={"If-None-Match": before}).status_code == 304
    site.add()
    after = site.pages.get("/", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert "Bell palsy" in after.text


def test_a_condition_changed_and_a_search_removed_elsewhere_show(site: Site) -> None:
    site.add()
    assert "Seventh nerve" not in site.pages.get("/conditions/bell-palsy").text
    site.add(Condition(slug="bell-palsy", name="Seventh nerve palsy", body_region="general"))
    assert "Seventh nerve palsy" in site.pages.get("/conditions/bell-palsy").text
    name = next(iter(vocabulary().searches))
    overlay.remove_search(site.other, vocabulary(), name, actor="shell")
    known = overlay.current(site.served, vocabulary(), queries.version(site.served))
    assert name not in known.searches
    assert known == overlay.apply(site.other, vocabulary())


def test_nothing_is_read_while_the_store_stands_and_nothing_made_anew_while_the_overlay_does(site: Site) -> None:
    site.add()
    words = vocabulary()
    first = overlay.current(site.served, words, "1")
    site.add(Condition(slug="tic", name="Invented tic", body_region="general"))
    assert overlay.current(site.served, words, "1") is first
    second = overlay.current(site.served, words, "2")
    assert set(second.conditions) - set(first.conditions) == {"tic"}
    assert overlay.current(site.served, words, "3") is second
    fewer = replace(words, searches={}, hash="")
    assert overlay.current(site.served, fewer, "3").searches == {}, "another packaged vocabulary is another matter"


def test_an_overlay_this_program_refuses_leaves_the_last_good_one(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.add()
    assert site.status("/conditions/bell-palsy") == 200
    broken = Condition(slug="tic", name="Invented tic", parent="of-a-newer-program", body_region="general")
    payload = overlay.Addition(condition=broken)
    with site.other.write() as writer:
        overlay._put(writer, "condition", "tic", overlay._ADDITION.dump_json(payload).decode(), "shell")
    assert site.status("/conditions/bell-palsy") == 200
    assert site.status("/conditions/tic") == 404
    assert "of-a-newer-program" in caplog.text
    with pytest.raises(BadVocabulary, match="of-a-newer-program"):
        overlay.apply(site.other, vocabulary())


def test_many_threads_see_it_whole_while_it_changes(site: Site) -> None:
    site.add()
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(_status(site))) for _ in range(8)]
    for number, thread in enumerate(threads):
        thread.start()
        site.add(Condition(slug=f"tic-{number}", name=f"Invented tic {number}", body_region="general"))
    for thread in threads:
        thread.join(60)
    assert seen == [200] * 8
    assert all(site.status(f"/conditions/tic-{number}") == 200 for number in range(8))


def _status(site: Site) -> int:
    return site.pages.application.test_client().get("/conditions/bell-palsy").status_code
