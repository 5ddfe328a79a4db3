"""axe-core finds nothing on any page, light and dark, wide and narrow; nothing is fetched from elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By

from tests.browser.conftest import DARK, LIGHT, Browser

PAGES = {
    "home": "/",
    "condition": "/conditions/carpal-tunnel-syndrome",
    "filtered": "/conditions/carpal-tunnel-syndrome?design=rct&intervention=dextrose-5&since=2015&size=10",
    "history": "/conditions/carpal-tunnel-syndrome/history",
    "study": "/studies/wu2018randomized",
    "search": "/search?q=CTS",
    "search help": "/search",
    "about": "/about",
    "not found": "/studies/nobody1999",
}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", [LIGHT, DARK])
@pytest.mark.parametrize("page", sorted(PAGES))
def test_axe_finds_no_violation(browser: Browser, site: str, axe: str, page: str, scheme: str, width: int) -> None:
    browser.look(width, scheme)
    browser.driver.get(site + PAGES[page])
    assert browser.violations(axe) == []


@pytest.mark.parametrize("page", sorted(PAGES))
def test_nothing_scrolls_sideways_at_320_pixels(browser: Browser, site: str, page: str) -> None:
    browser.look(320, LIGHT)
    browser.driver.get(site + PAGES[page])
    wide = browser.driver.execute_script("return document.documentElement.scrollWidth")
    assert wide == 320


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_page_asks_no_other_host_and_breaks_no_policy(browser: Browser, site: str, page: str) -> None:
    browser.look(1280, LIGHT)
    browser.driver.get("about:blank")
    browser.requested()
    browser.complaints()
    browser.driver.get(site + PAGES[page])
    asked = {urlsplit(address).netloc for address in browser.requested() if not address.startswith(("data:", "about:"))}
    assert asked == {urlsplit(site).netloc}
    expected = "404" if page == "not found" else None
    assert [c for c in browser.complaints() if expected is None or expected not in c] == []


def test_the_scheme_the_reader_prefers_is_shown(browser: Browser, site: str) -> None:
    colours = []
    for scheme in (LIGHT, DARK):
        browser.look(1280, scheme)
        browser.driver.get(site + "/")
        colours.append(browser.driver.find_element(By.TAG_NAME, "body").value_of_css_property("background-color"))
    assert colours[0] != colours[1]


def test_the_keyboard_reaches_the_content_first(browser: Browser, site: str) -> None:
    """The first thing that Tab reaches is a visible link past the masthead."""
    browser.look(1280, LIGHT)
    browser.driver.get(site + PAGES["condition"])
    browser.driver.find_element(By.TAG_NAME, "body").send_keys("\ue004")
    first = browser.driver.switch_to.active_element
    assert first.get_attribute("class") == "skip"
    assert first.rect["y"] >= 0
    first.send_keys("\ue007")
    assert browser.driver.switch_to.active_element.get_attribute("id") == "main"


def test_filters_stand_open_beside_the_list_and_fold_on_a_phone(browser: Browser, site: str) -> None:
    seen = "return document.querySelector('.filters .choices a').checkVisibility({contentVisibilityAuto: true})"
    browser.look(1280, LIGHT)
    browser.driver.get(site + PAGES["condition"])
    assert browser.driver.execute_script(seen) is True
    browser.look(360, LIGHT)
    browser.driver.get(site + PAGES["condition"])
    assert browser.driver.execute_script(seen) is False
    browser.driver.find_element(By.CSS_SELECTOR, ".filters .open").click()
    assert browser.driver.execute_script(seen) is True
