"""Tags in a real browser: deciding on a study's page and in the queue, on a desktop and a phone, without a fault."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By

from evidence.store import disagreements, queries
from tests.browser.conftest import DARK, LIGHT, Browser, Serve
from tests.made import vocabulary
from tests.tag_library import fill


def press(browser: Browser, selector: str) -> None:
    """Click, and wait for the page that this leads to."""
    browser.follow(browser.driver.find_element(By.CSS_SELECTOR, selector).click)


def says(browser: Browser, selector: str) -> str:
    return browser.driver.find_element(By.CSS_SELECTOR, selector).text


@pytest.mark.parametrize(("width", "scheme"), [(1280, LIGHT), (390, DARK)])
def test_deciding_and_undoing_without_a_fault(
    browser: Browser, serve: Serve, axe: str, width: int, scheme: str
) -> None:
    browser.look(width, scheme)
    with serve(bind="127.0.0.1", load=fill) as (address, store, _):
        words = vocabulary()
        waiting = disagreements.queue(store, words).total
        hostile = queries.find_key(store, words, "pmid", "8")
        browser.driver.get(f"{address}/tags")
        faultless(browser, axe)
        assert says(browser, "p.lead").startswith(f"{waiting} tags")
        browser.driver.find_element(By.ID, "reason-1").send_keys("read in full")
        press(browser, ".log li:first-child button[value=no]")
        faultless(browser, axe)
        assert says(browser, "[role=status]").startswith("Decided")
        assert says(browser, "p.lead").startswith(f"{waiting - 1} tags")
        press(browser, "[role=status] button")
        assert says(browser, "p.lead").startswith(f"{waiting} tags")
        browser.driver.get(f"{address}/studies/{hostile}")
        faultless(browser, axe)
        press(browser, ".reasons tr button[value=no]")
        assert browser.driver.current_url.endswith("#tags")
        faultless(browser, axe)
        assert "rejected by a curator" in says(browser, ".reasons tr.rejected th")
        browser.driver.find_element(By.ID, "add-tag").send_keys("Carpal tunnel syndrome")
        press(browser, ".decide.add button")
        assert "Carpal tunnel syndrome" in says(browser, ".reasons")
        assert browser.complaints() == []


def faultless(browser: Browser, axe: str) -> None:
    assert browser.violations(axe) == []
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.driver.execute_script(wide) <= 0
