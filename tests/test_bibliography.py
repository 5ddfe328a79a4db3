"""The references of a shelf on one page, in each style, for those who may read the shelf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence import citing, shelving
from evidence.store import queries
from tests.made import fresh_store, vocabulary
from tests.test_shelves_web import HOSTILE, Site
from tests.web_checks import words
from web import bibliography


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with fresh_store() as store:
        yield Site(store, tmp_path)


def listed(page: Any) -> list[str]:
    return [words(item) for item in page.xpath("//*[@id='list']//li|//*[@id='list']//p")]


def expected(site: Site, keys: list[str], style: str) -> list[str]:
    text = citing.document(queries.studies(site.store, vocabulary(), keys), style)
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.parametrize("style", citing.STYLES)
def test_a_shelf_in_each_style_as_the_command_line_prints_it(site: Site, style: str) -> None:
    slug = site.made("Thesis", 3, 0, 2)
    page = site.page(f"/shelves/{slug}/references?style={style}")
    assert listed(page) == expected(site, [site.keys[3], site.keys[0], site.keys[2]], style)
    assert bool(page.xpath("//ol[@class='bibliography']")) is (style != "apa"), "APA's list has no numbers"
    assert [words(a) for a in page.xpath("//nav[@aria-label='Style']/a[@aria-current]")] == [citing.NAMES[style]]
    assert page.xpath("//button[@data-copy='list']")


def test_vancouver_when_no_style_is_named_and_the_shelf_leads_there(site: Site) -> None:
    slug = site.made("Thesis", 0, 1)
    (there,) = site.page(f"/shelves/{slug}").xpath("//a[text()='Formatted references']/@href")
    page = site.page(there)
    assert listed(page) == expected(site, site.keys[:2], "vancouver")
    assert page.xpath("//p[@class='crumbs']/a/@href")[-1] == f"/shelves/{slug}"


def test_a_retraction_stands_in_the_reference_and_hostile_text_stays_text(site: Site) -> None:
    slug = site.made("Thesis", 2, 3)
    answer = site.client.get(f"/shelves/{slug}/references")
    assert "<script>alert" not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    retracted, hostile = listed(site.page(f"/shelves/{slug}/references"))
    assert "retracted" in retracted.lower()
    assert HOSTILE.split("\u202e")[0].rstrip(" ") in hostile


def test_only_those_who_may_read_the_shelf(site: Site) -> None:
    slug = site.made("Thesis", 0)
    stranger = site.application("0.0.0.0")
    assert stranger.get(f"/shelves/{slug}/references").status_code == 404
    shelving.share(site.store, slug, "secret", actor="curator")
    token = shelving.known(site.store, slug).token
    answer = stranger.get(f"/shelves/t/{token}/references?style=ama")
    assert answer.status_code == 200
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert f"/shelves/{slug}" not in answer.text, "the way back is the link"
    assert stranger.get(f"/shelves/t/{token[:-1]}/references").status_code == 404
    shelving.share(site.store, slug, "public", actor="curator")
    assert stranger.get(f"/shelves/{slug}/references").status_code == 200


@pytest.mark.parametrize("query", ["style=harvard", "style=%3Cb%3E", "nonsense=1", "as-of=2026-01-01"])
def test_what_is_not_understood_is_said(site: Site, query: str) -> None:
    slug = site.made("Thesis", 0)
    site.page(f"/shelves/{slug}/references?{query}", status=400)


def test_an_empty_shelf_and_a_long_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = site.made("Nothing")
    assert "No study stands on this shelf" in words(site.page(f"/shelves/{empty}/references"))
    monkeypatch.setattr(bibliography, "MOST", 2)
    slug = site.made("Thesis", 0, 1, 2)
    page = site.page(f"/shelves/{slug}/references")
    assert len(listed(page)) == 2
    assert f"The first 2 references; the others with evidence cite --shelf {slug}" in words(page)
