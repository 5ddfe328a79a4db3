"""Excluding and including in a real browser: on a study's page and in the lists, on a desktop and a phone."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By

from evidence import ingest
from evidence.curation_inclusion import decide
from evidence.store import Store
from evidence.vocabulary import Vocabulary
from tests.browser.conftest import DARK, LIGHT, Browser, Serve
from tests.browser.test_tags import faultless, press, says
from tests.made import record
from tests.review_library import HOSTILE
from tests.tag_library import fill


def load(store: Store, words: Vocabulary) -> None:
    """The library of doubts, with candidates and something excluded."""
    fill(store, words)
    waiting = [record(p, f"Splints at night {p} {HOSTILE}", pmid=p, family=f"Oe{p}") for p in ("81", "82")]
    ingest.take(store, words, waiting, actor="refresh", include=False)
    decide(store, words, ["2", "777"], "excluded", actor="ann", reason=f"Not around a nerve {HOSTILE}")


@pytest.mark.parametrize(("width", "scheme"), [(1280, LIGHT), (360, DARK)])
def test_excluding_including_and_undoing_without_a_fault(
    browser: Browser, serve: Serve, axe: str, width: int, scheme: str
) -> None:
    browser.look(width, scheme)
    with serve(bind="127.0.0.1", load=load) as (address, _store, _):
        browser.driver.get(f"{address}/candidates")
        faultless(browser, axe)
        press(browser, ".log li:first-child button[value=included]")
        assert says(browser, "[role=status]").startswith("Included")
        faultless(browser, axe)
        browser.driver.get(f"{address}/pmid/3")
        browser.driver.find_element(By.ID, "belongs-study").send_keys("rats")
        press(browser, "section[aria-labelledby=belongs] button[value=excluded]")
        faultless(browser, axe)
        assert "Excluded by curator" in says(browser, ".head .trouble")
        press(browser, "[role=status] button")
        assert says(browser, "[role=status]").startswith("Undone")
        browser.driver.get(f"{address}/excluded")
        faultless(browser, axe)
        browser.driver.find_element(By.ID, "exclude-name").send_keys("778")
        press(browser, ".decide.add button")
        assert says(browser, "[role=status]").startswith("PMID 778 is excluded")
        faultless(browser, axe)
        assert browser.complaints() == []
