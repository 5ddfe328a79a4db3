"""Files of a selection: what is shown is what is exported, streamed, named and typed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from evidence.errors import StoreBusy
from evidence.filters import Filter
from evidence.store import Store
from evidence.views import Study
from evidence.vocabulary import Vocabulary
from tests import web_fakes as fakes
from tests.web_checks import parsed, shown_keys, words
from web.app import create_app

CTS = "/conditions/carpal-tunnel-syndrome"


@pytest.fixture
def queries() -> fakes.FakeQueries:
    return fakes.FakeQueries()


@pytest.fixture
def client(tmp_path: Path, queries: fakes.FakeQueries) -> FlaskClient:
    app = create_app(fakes.settings(tmp_path), object(), fakes.vocabulary(), queries=queries)  # type: ignore[arg-type]
    app.testing = True
    return app.test_client()


def bib_keys(text: str) -> list[str]:
    return re.findall(r"^@\w+\{([^,]+),", text, re.M)


def links(client: FlaskClient, address: str) -> list[dict[str, str]]:
    """The export links of a page: one dictionary of format → address for each block."""
    blocks = parsed(client.get(address).text).xpath("//div[@class='exports']/nav")
    return [{words(a): a.get("href") for a in nav.xpath("a")} for nav in blocks]


@pytest.mark.parametrize(
    ("ext", "media"),
    [
        ("bib", "application/x-bibtex"),
        ("ris", "application/x-research-info-systems"),
        ("nbib", "application/nbib"),
        ("json", "application/vnd.citationstyles.csl+json"),
        ("csv", "text/csv"),
    ],
)
@pytest.mark.parametrize("base", [CTS, "/search", "/studies/ostrander2014dextrose"])
def test_every_file_has_a_name_a_type_and_a_charset(client: FlaskClient, base: str, ext: str, media: str) -> None:
    answer = client.get(f"{base}.{ext}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{media}; charset=utf-8"
    name = base.rsplit("/", 1)[1]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.{ext}"'
    assert "Content-Security-Policy" in answer.headers
    assert answer.data


@pytest.mark.parametrize(
    "query", ["", "?design=rct", "?intervention=saline&since=2014&sort=newest", "?status=retracted"]
)
def test_the_file_holds_the_rows_shown(client: FlaskClient, query: str) -> None:
    """References by citation key, a table as the page has them."""
    shown = shown_keys(parsed(client.get(CTS + query).text))
    (files,) = links(client, CTS + query)
    assert shown
    by_key = shown if "newest" in query else sorted(shown)
    assert bib_keys(client.get(files["BibTeX"]).text) == by_key
    assert [item["id"] for item in json.loads(client.get(files["CSL-JSON"]).text)] == by_key
    assert len(re.findall(r"^ER  - ", client.get(files["RIS"]).text, re.M)) == len(shown)
    assert len(re.findall(r"^OWN - ", client.get(files["NBIB"]).text, re.M)) == len(shown)
    assert bib_keys(client.get(files["BibLaTeX"]).text) == by_key
    assert client.get(files["BibLaTeX"]).text != client.get(files["BibTeX"]).text
    assert [row[0] for row in csv.reader(io.StringIO(client.get(files["CSV"]).text))][1:] == shown


def test_a_page_of_a_longer_list_and_the_whole_are_two_offers(client: FlaskClient, queries: fakes.FakeQueries) -> None:
    queries.held = tuple(fakes.row(i, f"key{i}") for i in range(1, 26))
    address = f"{CTS}?size=10&after=10"
    page, whole = links(client, address)
    keys = [f"key{i}" for i in range(1, 26)]
    assert bib_keys(client.get(page["BibTeX"]).text) == keys[10:20] == shown_keys(parsed(client.get(address).text))
    assert bib_keys(client.get(whole["BibTeX"]).text) == sorted(keys)


def test_a_selection_is_named_as_one(client: FlaskClient) -> None:
    answer = client.get(f"{CTS}.bib?design=rct")
    assert answer.headers["Content-Disposition"].endswith('filename="carpal-tunnel-syndrome-selection.bib"')


def test_a_search_exports_what_it_finds(client: FlaskClient) -> None:
    (files,) = links(client, "/search?q=inventada")
    assert bib_keys(client.get(files["BibTeX"]).text) == ["vega2016solucion"]


def test_an_alias_exports_the_current_study(client: FlaskClient) -> None:
    answer = client.get("/studies/oldkey2014.bib")
    assert bib_keys(answer.text) == ["ostrander2014dextrose"]
    assert 'filename="ostrander2014dextrose.bib"' in answer.headers["Content-Disposition"]


def test_an_unchanged_file_is_304_without_reading_the_studies(client: FlaskClient, queries: fakes.FakeQueries) -> None:
    etag = client.get(f"{CTS}.bib").headers["ETag"]
    queries.calls.clear()
    assert client.get(f"{CTS}.bib", headers={"If-None-Match": etag}).status_code == 304
    assert queries.calls == ["version"]
    assert client.get(f"{CTS}.ris").headers["ETag"] != etag


@dataclass
class Breaking(fakes.FakeQueries):
    """Fails after so many studies of a stream."""

    after: int = 0

    def stream(  # type: ignore[override]
        self, store: Store, vocabulary: Vocabulary, chosen: Filter, *, by_key: bool = False
    ) -> Iterator[Study]:
        yield from islice(super().stream(store, vocabulary, chosen, by_key=by_key), self.after)
        raise StoreBusy("store", "another process holds the lock")


@pytest.mark.parametrize("after", [0, 399])
def test_a_store_that_fails_gives_an_error_and_never_half_a_file(tmp_path: Path, after: int) -> None:
    queries = Breaking(held=tuple(fakes.row(i, f"key{i}") for i in range(1, 401)), after=after)
    app = create_app(fakes.settings(tmp_path), object(), fakes.vocabulary(), queries=queries)  # type: ignore[arg-type]
    answer = app.test_client().get(f"{CTS}.bib")
    assert answer.status_code == 503
    assert answer.text == "Store: another process holds the lock.\n"
    assert "Content-Disposition" not in answer.headers
    assert "ETag" not in answer.headers


def test_the_form_of_shorter_files_asks_for_the_list_shown(client: FlaskClient) -> None:
    page = parsed(client.get(f"{CTS}?design=rct&size=50").text)
    (form,) = page.xpath("//details[@class='file-form']/form")
    hidden = [(i.get("name"), i.get("value")) for i in form.xpath(".//input[@type='hidden']")]
    boxes = [(i.get("name"), i.get("value")) for i in form.xpath(".//input[@type='checkbox']")]
    shown = shown_keys(page)
    for button in form.xpath(".//button"):
        sent = hidden + boxes + ([(button.get("name"), button.get("value"))] if button.get("name") else [])
        answer = client.get(button.get("formaction"), query_string=sent)
        assert answer.status_code == 200, answer.text
        text = answer.text
        assert all(key in text for key in shown)
        assert "10.5555/" not in text, "no DOI was asked for"
    assert [words(b) for b in form.xpath(".//button")] == ["BibTeX", "BibLaTeX", "RIS", "NBIB", "CSL-JSON", "CSV"]
