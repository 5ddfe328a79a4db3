"""Reviewing possible duplicates in a real browser: by mouse, by keys, without scripts, on a phone; logging in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from evidence import curation, ingest
from evidence.store import Store, people, queries, review
from evidence.vocabulary import Vocabulary
from tests.browser.conftest import DARK, LIGHT, Browser, Serve
from tests.review_library import doubtful, fill

PASSWORD = "an invented pass phrase"


@dataclass
class Site:
    """A served library with three doubtful pairs (one of them hostile), a merge, and a pair kept apart."""

    address: str
    store: Store
    words: Vocabulary
    browser: Browser

    def open(self, path: str) -> None:
        self.browser.driver.get(self.address + path)

    def find(self, selector: str) -> WebElement:
        return self.browser.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return self.find(selector).text

    def path(self) -> str:
        return self.browser.driver.current_url.removeprefix(self.address).partition("?")[0]

    def go(self, element: WebElement, *keys: str) -> None:
        """Click, or type into it, and wait for the page that this leads to."""
        self.browser.follow(lambda: element.send_keys(*keys) if keys else element.click())

    def press(self, key: str) -> None:
        """Press a key, with the focus nowhere in particular, that leads to another page."""
        self.go(self.find("body"), key)

    def queue(self) -> list[str]:
        return [f"/review/{i.a}-{i.b}" for i in review.queue(self.store).items]


def load(store: Store, words: Vocabulary) -> None:
    fill(store, words, 3, hostile=True)
    ingest.take(store, words, doubtful(4), actor="import")
    last = max(review.queue(store).items, key=lambda i: i.a)
    curation.decide(store, words, last.a, last.b, "different", actor="anna", reason="another year")


@pytest.fixture
def site(browser: Browser, serve: Serve, words: Vocabulary) -> Iterator[Site]:
    browser.look(1280, LIGHT)
    with serve(bind="127.0.0.1", load=load) as (address, store, _):
        yield Site(address, store, words, browser)


def test_axe_finds_nothing_and_nothing_scrolls_sideways(site: Site, axe: str) -> None:
    pairs = site.queue()
    assert len(pairs) == 3
    apart = review.decided(site.store).items[0]
    study = f"/studies/{review.queue(site.store).items[1].key_a}"
    addresses = [
        study,
        "/review",
        *pairs[:2],
        f"/review/{apart.a}-{apart.b}?back=1",
        "/merges",
        "/merges/different",
        "/runs",
        "/login",
    ]
    site.browser.complaints()
    for width, scheme in ((1280, LIGHT), (1280, DARK), (360, LIGHT), (320, DARK)):
        site.browser.look(width, scheme)
        for address in addresses:
            site.open(address)
            assert site.browser.violations(axe) == [], (address, width, scheme)
            assert site.browser.driver.execute_script("return document.documentElement.scrollWidth") == width, address
    assert site.browser.complaints() == []


def test_a_pair_is_decided_by_mouse_with_chosen_fields_and_undone(site: Site) -> None:
    first, second = site.queue()[1:3]
    site.open("/review")
    site.go(site.browser.driver.find_elements(By.CSS_SELECTOR, ".pairs-list a.button")[1])
    assert site.path() == first
    site.find("label[for='choice-title-right']").click()
    site.find("#reason").send_keys("the same trial, and typing s d k u decides nothing")
    assert site.path() == first
    site.go(site.find("button[value='same'][data-key]"))
    assert site.path() == second
    assert site.text(".done").startswith("One study now: “")
    merge = review.merges(site.store).items[0]
    assert merge.reasons == ("the same trial, and typing s d k u decides nothing",)
    study = queries.study(site.store, site.words, merge.key)
    assert study is not None
    assert study.record.title.endswith("with follow-up")
    site.go(site.find(".done button"))
    assert site.path() == first
    assert first in site.queue()


def test_single_keys_skip_decide_and_undo(site: Site) -> None:
    first, second, third = site.queue()
    site.open(first)
    site.press("k")
    assert site.path() == second
    site.press("d")
    assert site.path() == third
    assert site.text(".done").startswith("Different, and remembered")
    assert second not in site.queue()
    site.press("u")
    assert site.path() == second
    assert len(site.queue()) == 3


def test_keys_are_left_alone_while_typing_with_a_modifier_and_when_switched_off(site: Site) -> None:
    first = site.queue()[0]
    site.open(first)
    site.find("#reason").send_keys("sdku")
    site.find("body").send_keys(Keys.CONTROL, "d")
    site.find("#choice-title-rule").send_keys("x")
    assert site.path() == first
    assert len(site.queue()) == 3
    site.find("#single-keys").click()
    site.find("body").send_keys("k")
    assert site.path() == first
    site.browser.driver.refresh()
    assert not site.find("#single-keys").is_selected()  # remembered
    site.find("body").send_keys("s")
    assert site.path() == first
    assert len(site.queue()) == 3
    site.find("#single-keys").click()
    site.press("k")


def test_enter_in_a_field_decides_nothing(site: Site) -> None:
    first = site.queue()[0]
    site.open(first)
    site.find("#choice-title-rule").send_keys(Keys.ENTER)
    site.find("#reason").send_keys(Keys.ENTER)
    assert site.path() == first
    assert len(site.queue()) == 3
    site.go(site.find("button[value='different'][data-key]"))  # and a button still does what it says
    assert len(site.queue()) == 2


def test_everything_works_without_scripts(site: Site) -> None:
    first, second = site.queue()[:2]
    driver = site.browser.driver
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        site.open(first)
        assert not site.find(".single-keys").is_displayed()
        site.go(site.find("button[value='different']"))
        assert site.path() == second
        site.go(site.find(".done button"))
        assert site.path() == first
        site.go(site.find(".bar a"))
        assert site.path() == second
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(site.queue()) == 3


def test_merges_are_undone_from_their_page_and_what_is_kept_apart_is_taken_back(site: Site) -> None:
    site.open("/merges")
    site.go(site.find(".undo button"))
    assert "is undone" in site.text(".done")
    site.open("/merges/different")
    buttons = site.browser.driver.find_elements(By.CSS_SELECTOR, ".undo button")
    assert len(buttons) == 2
    before = len(site.queue())
    site.go(next(b for b in buttons if "another year" in b.find_element(By.XPATH, "ancestor::li").text))
    assert "Taken back" in site.text(".done")
    assert len(site.queue()) == before + 1


def test_with_a_user_the_same_browser_must_log_in(site: Site) -> None:
    first = site.queue()[0]
    site.open(first)
    people.add(site.store, "anna", PASSWORD, actor="test")
    site.go(site.find("button[value='same'][data-key]"))
    assert "Decisions need a log-in" in site.text("main")
    assert len(site.queue()) == 3
    site.go(site.browser.driver.find_element(By.LINK_TEXT, "Log in"))
    site.find("#name").send_keys("anna")
    site.go(site.find("#password"), "wrong", Keys.ENTER)
    assert site.text("[role=alert]").startswith("This name and password")
    site.go(site.find("#password"), PASSWORD, Keys.ENTER)
    assert site.path() == first
    site.go(site.find("button[value='different'][data-key]"))
    assert review.decided(site.store).items[0].actor == "anna"
    site.go(site.browser.driver.find_element(By.XPATH, "//button[.='Log out']"))
    assert site.path() == "/"
    site.open(first)
    assert site.browser.driver.find_elements(By.CSS_SELECTOR, "main button") == []


def test_a_form_on_another_port_of_this_machine_cannot_write(site: Site, serve: Serve) -> None:
    """A page of the same site, but another origin, as any program on the machine may serve one."""
    first = site.queue()[0]
    evil = (
        f"<form method=post action='{site.address}{first}'><input name=verdict value=same><input name=seen value=''>"
        "</form><script>document.forms[0].submit()</script>"
    )
    site.browser.driver.get("data:text/html," + evil)
    WebDriverWait(site.browser.driver, 30).until(lambda _: "Nothing was written" in site.browser.driver.page_source)
    assert len(site.queue()) == 3
