"""Shelves in a real browser: two studies ticked on a condition's page, a new shelf, its file; on desktop and phone."""

from __future__ import annotations

import re
from urllib.request import urlopen

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from evidence.store import shelves
from tests.browser.conftest import DARK, LIGHT, Browser, Serve

CTS = "/conditions/carpal-tunnel-syndrome?design=rct"


def press(browser: Browser, selector: str) -> None:
    """Click, and wait for the page that this leads to."""
    browser.follow(browser.driver.find_element(By.CSS_SELECTOR, selector).click)


def says(browser: Browser, selector: str) -> str:
    return browser.driver.find_element(By.CSS_SELECTOR, selector).text


def tick(browser: Browser, *rows: int) -> list[str]:
    """Tick these rows of a list by their labels; their keys."""
    boxes = browser.driver.find_elements(By.CSS_SELECTOR, ".study .pick input")
    for row in rows:
        label = browser.driver.find_elements(By.CSS_SELECTOR, ".study .pick label")[row]
        browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", label)
        label.click()
        assert boxes[row].is_selected()
    return [str(boxes[row].get_attribute("value")) for row in rows]


def faultless(browser: Browser, axe: str) -> None:
    assert browser.violations(axe) == []
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.driver.execute_script(wide) <= 0


@pytest.mark.parametrize(("width", "scheme"), [(1280, LIGHT), (360, DARK)])
def test_two_ticked_on_a_condition_page_make_a_shelf_and_its_file(
    browser: Browser, serve: Serve, axe: str, width: int, scheme: str
) -> None:
    browser.look(width, scheme)
    with serve(bind="127.0.0.1") as (address, store, _):
        browser.driver.get(f"{address}{CTS}")
        keys = tick(browser, 0, 2)
        faultless(browser, axe)
        bar = browser.driver.find_element(By.ID, "shelve")
        seen = "const r = arguments[0].getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight"
        assert browser.driver.execute_script(seen, bar), "the bar comes along once something is ticked"
        browser.driver.find_element(By.ID, "shelve-name").send_keys("Chapter <1>")
        press(browser, "#shelve button")
        assert browser.driver.current_url.startswith(f"{address}{CTS}&shelved=")
        assert says(browser, "[role=status]").startswith("2 studies put on “Chapter <1>”.")
        faultless(browser, axe)
        press(browser, "[role=status] a")
        faultless(browser, axe)
        with urlopen(str(browser.driver.find_element(By.LINK_TEXT, "BibTeX").get_attribute("href"))) as answer:
            file = answer.read().decode()
        assert re.findall(r"^@(?!preamble)\w+\{([^,]+),", file, re.M) == keys
        press(browser, "a[href$='/references']")
        faultless(browser, axe)
        assert len(browser.driver.find_elements(By.CSS_SELECTOR, ".bibliography li")) == 2
        assert browser.driver.find_element(By.CSS_SELECTOR, "button.copy").is_displayed()
        browser.driver.back()
        browser.driver.find_element(By.CSS_SELECTOR, ".file-form summary").click()
        faultless(browser, axe)
        browser.driver.find_element(By.CSS_SELECTOR, ".manage summary").click()
        Select(browser.driver.find_element(By.ID, "visibility")).select_by_value("secret")
        press(browser, ".manage form button")
        faultless(browser, axe)
        (shelf,) = shelves.everyones(store)
        assert shelf.token in says(browser, ".manage code")
        tick(browser, 0)
        press(browser, "#shelve button[formaction]")
        assert shelves.keys(store, shelf.id) == (keys[1],)
        press(browser, "[role=status] button")
        assert shelves.keys(store, shelf.id) == tuple(keys)
        browser.driver.get(f"{address}/studies/{keys[0]}")
        faultless(browser, axe)
        browser.driver.get(f"{address}/shelves")
        faultless(browser, axe)
        assert browser.complaints() == []


def test_the_name_is_asked_for_only_where_a_new_shelf_is_chosen(browser: Browser, serve: Serve) -> None:
    browser.look(1280, LIGHT)
    with serve(bind="127.0.0.1") as (address, store, _):
        browser.driver.get(f"{address}/shelves")
        browser.driver.find_element(By.ID, "shelve-name").send_keys("First")
        press(browser, ".make button")
        browser.driver.get(f"{address}{CTS}")
        name = browser.driver.find_element(By.ID, "shelve-name")
        assert not name.is_displayed()
        Select(browser.driver.find_element(By.ID, "shelve-to")).select_by_visible_text("New shelf…")
        assert name.is_displayed()
        browser.driver.find_element(By.ID, "pick-all").click()
        name.send_keys("Second")
        press(browser, "#shelve button")
        found = {s.slug: s.studies for s in shelves.everyones(store)}
        assert found["first"] == 0
        assert found["second"] > 5
