"""Copying in a real browser: the clipboard holds what the page shows, by mouse and by keyboard; without TLS too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from evidence import citing, shelving
from tests.browser.conftest import DARK, LIGHT, Browser, Serve

STUDY = "/studies/wu2018randomized"
CTS = "/conditions/carpal-tunnel-syndrome"


@pytest.fixture
def clipboard(browser: Browser, site: str) -> Iterator[Browser]:
    """A browser whose pages may read the clipboard; to write it a click is enough."""
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": site}
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    browser.look(1280, LIGHT)
    yield browser
    browser.driver.execute_cdp_cmd("Browser.resetPermissions", {})


def on_clipboard(browser: Browser, kind: str = "text/plain") -> str:
    """What another program would paste."""
    read = """const [kind, done] = arguments;
    navigator.clipboard.read().then(([item]) => item.getType(kind)).then(blob => blob.text())
      .then(done, error => done("failed: " + error))"""
    return str(browser.driver.execute_async_script(read, kind))


def button(browser: Browser, what: str) -> Any:
    return browser.driver.find_element(By.CSS_SELECTOR, f"button[data-copy='cite-{what}']")


def text_of(browser: Browser, what: str) -> str:
    return str(browser.driver.find_element(By.ID, f"cite-{what}").get_property("textContent")).strip()


def copied(browser: Browser, what: str) -> str:
    """Click, wait for the word that it is done, and look."""
    button(browser, what).click()
    WebDriverWait(browser.driver, 20).until(lambda _: button(browser, what).text == "Copied")
    return on_clipboard(browser)


def test_every_button_copies_what_stands_beside_it(clipboard: Browser, site: str) -> None:
    for _ in range(2):  # the second time the page comes from the browser's own copy, after a 304
        clipboard.driver.get(site + STUDY)
        assert copied(clipboard, "key") == "wu2018randomized"
    assert copied(clipboard, "latex") == r"\cite{wu2018randomized}"
    assert copied(clipboard, "markdown") == "[@wu2018randomized]"
    entry = copied(clipboard, "bibtex")
    assert entry == text_of(clipboard, "bibtex")
    assert entry.startswith("@article{wu2018randomized,\n")
    for style in citing.STYLES:
        assert copied(clipboard, style) == " ".join(text_of(clipboard, style).split())
    assert "<i>" in on_clipboard(clipboard, "text/html")  # APA's last: a word processor keeps the italics
    assert clipboard.complaints() == []


def test_a_shelfs_references_are_copied_a_line_each(browser: Browser, serve: Serve) -> None:
    browser.look(1280, LIGHT)
    with serve(bind="127.0.0.1") as (address, store, _):
        grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": address}
        browser.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
        try:
            keys = ["wu2018randomized", "wu2017six"]
            shelving.create(store, "Copied", keys, owner="curator", actor="curator")
            for style, first in (("vancouver", "1. Wu YT, "), ("apa", "Wu, ")):
                browser.driver.get(f"{address}/shelves/copied/references?style={style}")
                button = browser.driver.find_element(By.CSS_SELECTOR, "button.copy")
                button.click()
                WebDriverWait(browser.driver, 20).until(lambda _, button=button: button.text == "Copied")
                lines = on_clipboard(browser).splitlines()
                assert len(lines) == 2
                assert lines[0].startswith(first)
                assert "<li>" in on_clipboard(browser, "text/html") or style == "apa"
        finally:
            browser.driver.execute_cdp_cmd("Browser.resetPermissions", {})
        assert browser.complaints() == []


def test_the_keyboard_copies_and_it_is_said(clipboard: Browser, site: str) -> None:
    clipboard.driver.get(site + STUDY)
    clipboard.driver.execute_script("arguments[0].focus()", button(clipboard, "key"))
    ActionChains(clipboard.driver).send_keys(Keys.TAB, Keys.ENTER).perform()
    said = clipboard.driver.find_element(By.ID, "copied")
    WebDriverWait(clipboard.driver, 20).until(lambda _: said.get_property("textContent"))
    assert said.get_property("textContent") == "Copied: the LaTeX citation"
    assert clipboard.driver.switch_to.active_element == button(clipboard, "latex")
    assert on_clipboard(clipboard) == r"\cite{wu2018randomized}"


def test_without_a_clipboard_of_its_own_a_page_still_copies(clipboard: Browser, site: str) -> None:
    """As on a server without TLS, where browsers have no navigator.clipboard."""
    clipboard.driver.get("about:blank")
    hide = (
        "Object.defineProperty(Navigator.prototype, 'clipboard', {get: () => window.keptClipboard, configurable: true})"
    )
    keep = "window.realClipboard = navigator.clipboard;"
    made = clipboard.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": keep + hide})
    try:
        clipboard.driver.get(site + STUDY)
        assert clipboard.driver.execute_script("return navigator.clipboard === undefined")
        button(clipboard, "vancouver").click()
        WebDriverWait(clipboard.driver, 20).until(lambda _: button(clipboard, "vancouver").text == "Copied")
        clipboard.driver.execute_script("window.keptClipboard = window.realClipboard")
        assert on_clipboard(clipboard) == text_of(clipboard, "vancouver")
    finally:
        clipboard.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", made)


def test_without_script_the_text_is_there_and_no_button(browser: Browser, site: str) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.driver.get(site + STUDY)
        assert not [b for b in browser.driver.find_elements(By.CSS_SELECTOR, "button.copy") if b.is_displayed()]
        assert browser.driver.find_element(By.ID, "cite-vancouver").is_displayed()
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize(("width", "scheme"), [(1280, LIGHT), (360, DARK)])
@pytest.mark.parametrize("address", [STUDY, CTS])
def test_no_fault_and_no_complaint_about_data_blocks_or_marks(
    browser: Browser, site: str, axe: str, address: str, width: int, scheme: str
) -> None:
    browser.look(width, scheme)
    browser.driver.get(site + address)
    assert browser.violations(axe) == []
    assert browser.complaints() == []
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.driver.execute_script(wide) <= 0
    marks = browser.driver.find_elements(By.CSS_SELECTOR, "abbr.unapi-id, span.Z3988")
    assert marks
    assert not [m for m in marks if m.is_displayed()]


def test_the_marks_are_found_as_zotero_looks_for_them(browser: Browser, site: str) -> None:
    """The XPath of its translators unAPI.js and COinS.js."""
    browser.driver.get(site + CTS)
    count = """const found = path => document.evaluate(path, document, () => "http://www.w3.org/1999/xhtml",
      XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null).snapshotLength;
    const named = (tag, name) => `//x:${tag}[contains(@class, " ${name}") or contains(@class, "${name} ")`
      + ` or @class="${name}"][@title]`;
    return [found('//x:link[@rel="unapi-server"]'), found(named("abbr", "unapi-id")), found(named("span", "Z3988")),
      document.querySelectorAll("li.study").length]"""
    servers, ids, coins, rows = browser.driver.execute_script(count)
    assert servers == 1
    assert ids == coins == rows > 20
