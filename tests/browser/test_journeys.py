"""What people come for, in a real browser: look up, search, cite, and see what a refresh brought."""

from __future__ import annotations

import re
import urllib.request

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from evidence import refresh
from evidence.vocabulary import Vocabulary
from tests.browser.conftest import LIGHT, Browser, Serve
from tests.eutils_server import EutilsServer

CTS = "/conditions/carpal-tunnel-syndrome"


def texts(driver: WebDriver, selector: str) -> list[str]:
    return [e.text for e in driver.find_elements(By.CSS_SELECTOR, selector)]


def keys_shown(driver: WebDriver) -> list[str]:
    return texts(driver, ".study .ids code")


def fetched(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.read().decode())


def test_from_home_to_a_condition_to_its_trials_to_a_study(browser: Browser, site: str) -> None:
    driver = browser.driver
    browser.look(1280, LIGHT)
    driver.get(site)
    driver.find_element(By.LINK_TEXT, "Carpal tunnel syndrome").click()
    assert driver.find_element(By.TAG_NAME, "h1").text == "Carpal tunnel syndrome"
    assert re.search(r"\d+ trials · [\d,]+ participants in \d+ trials with known n", texts(driver, ".summary")[0])
    levels = [int(found[1]) for h in texts(driver, ".group h2") if (found := re.match(r"Level (\d)", h))]
    assert levels == sorted(levels)
    assert {1, 2} <= set(levels)

    option = driver.find_element(By.XPATH, "//aside//a[contains(., 'Randomised controlled trial')]")
    promised = int(str(option.find_element(By.CSS_SELECTOR, ".n").get_property("textContent")))
    option.click()
    assert len(keys_shown(driver)) == promised
    assert set(texts(driver, ".study .badge")) == {"RCT"}
    driver.find_element(By.CSS_SELECTOR, ".study h3 a").click()
    assert driver.find_element(By.CSS_SELECTOR, ".dossier .badge").text == "RCT"
    assert "Randomised controlled trial" in driver.find_element(By.CSS_SELECTOR, ".reasons").text
    assert texts(driver, "[aria-labelledby=cite] code")[1].startswith("\\cite{")


def test_searching_an_abbreviation_leads_to_the_condition(browser: Browser, site: str) -> None:
    driver = browser.driver
    browser.look(1280, LIGHT)
    driver.get(site)
    box = driver.find_element(By.ID, "q")
    box.send_keys("CTS", Keys.ENTER)
    match = driver.find_element(By.CSS_SELECTOR, ".matches a")
    promised = re.search(r"Carpal tunnel syndrome\s+(\d+) stud", match.text)
    assert promised
    match.click()
    assert driver.current_url == site + CTS
    assert int(promised[1]) > 20


def test_a_bib_from_a_filtered_page_holds_the_rows_shown(browser: Browser, site: str) -> None:
    driver = browser.driver
    browser.look(1280, LIGHT)
    driver.get(f"{site}{CTS}?design=rct&intervention=dextrose-5")
    shown = keys_shown(driver)
    assert len(shown) >= 5
    address = (
        driver.find_element(By.CSS_SELECTOR, ".exports").find_element(By.LINK_TEXT, "BibTeX").get_attribute("href")
    )
    assert re.findall(r"^@\w+\{([^,]+),", fetched(str(address)), re.M) == sorted(shown)


def test_a_bib_of_one_page_of_a_long_list_holds_that_page(browser: Browser, site: str) -> None:
    driver = browser.driver
    browser.look(1280, LIGHT)
    driver.get(f"{site}{CTS}?size=10")
    driver.find_element(By.CSS_SELECTOR, "a[rel=next]").click()
    shown = keys_shown(driver)
    assert len(shown) == 10
    page, every = driver.find_elements(By.CSS_SELECTOR, ".exports nav")
    files = [str(nav.find_element(By.LINK_TEXT, "BibTeX").get_attribute("href")) for nav in (page, every)]
    one, whole = (re.findall(r"^@\w+\{([^,]+),", fetched(file), re.M) for file in files)
    assert one == shown
    assert whole == sorted(whole)
    assert set(shown) < set(whole)


def test_after_a_refresh_the_page_shows_its_date_and_its_finds(
    browser: Browser, serve: Serve, words: Vocabulary
) -> None:
    driver = browser.driver
    browser.look(1280, LIGHT)
    with EutilsServer(records=40) as pubmed, serve(eutils_url=pubmed.url) as (site, store, settings):
        driver.get(site + CTS)
        assert "not yet refreshed from PubMed" in texts(driver, ".fresh")[0]
        before = set(keys_shown(driver))
        refresh.run(store, words, settings, ["carpal-tunnel"])
        driver.refresh()
        assert re.match(
            r"Last refreshed from PubMed on \d+ \w+ \d{4}, \d\d:\d\d UTC: 40 found", texts(driver, ".fresh")[0]
        )
        assert set(keys_shown(driver)) > before
