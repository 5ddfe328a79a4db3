"""A real browser on the real application: chromium, waitress on loopback, the starter library in a store of its own."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import waitress
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from evidence import starter, vocabulary
from evidence.settings import Settings
from evidence.store import Store, create
from evidence.vocabulary import Vocabulary
from web.app import create_app

LIGHT, DARK = "light", "dark"
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # Whatever is not on this machine is refused, and the test of foreign hosts sees the attempt.
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=127.0.0.1",
)
REQUIRED: Final = os.environ.get("EVIDENCE_REQUIRE_BROWSER") == "1"
AXE: Final = os.environ.get("EVIDENCE_AXE", "")
CHECKOUT: Final = Path(__file__).parents[2]


def missing(what: str) -> None:
    """Skip loudly, or fail where the browser is required."""
    if REQUIRED:
        pytest.fail(f"EVIDENCE_REQUIRE_BROWSER=1, but {what}")
    pytest.skip(f"NOT TESTED IN A BROWSER: {what}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core (https://github.com/dequelabs/axe-core), from EVIDENCE_AXE or npm's folder."""
    path = Path(AXE) if AXE else CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        missing(f"{path} is not there: npm install --no-save, or EVIDENCE_AXE=…/axe.min.js")
    return path.read_text("utf-8")


class Browser:
    """A chromium window of a chosen width and colour scheme."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def look(self, width: int, scheme: str) -> None:
        """Change the window's width and the colour scheme the reader prefers."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def follow(self, act: Callable[[], object]) -> None:
        """Do what leads to another page, and wait until that is there.

        A question asked in the very moment one document gives way to the next is answered by chromedriver with errors
        of several kinds ("Node with given id does not belong to the document"); they mean "ask again".
        """
        page = self.driver.find_element(By.CSS_SELECTOR, "html")
        act()
        wait = WebDriverWait(self.driver, 60, ignored_exceptions=(WebDriverException,))
        wait.until(staleness_of(page))
        wait.until(lambda driver: driver.execute_script("return document.readyState") == "complete")

    def requested(self) -> set[str]:
        """The addresses the pages asked for since the last call."""
        messages = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))  # type: ignore[no-untyped-call]
        return {m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"}

    def complaints(self) -> list[str]:
        """What the browser wrote to its console: refused styles, missing files, policy violations."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def violations(self, axe: str) -> list[str]:
        """What axe-core finds wrong with the page shown, one line each."""
        self.driver.execute_script(axe)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        options = {"runOnly": {"type": "tag", "values": tags}, "preload": False, "resultTypes": ["violations"]}
        run = "const done = arguments[1]; axe.run(document, arguments[0]).then(done, e => done({error: String(e)}))"
        found: dict[str, Any] = self.driver.execute_async_script(run, options)
        assert "error" not in found, found
        assert found["testEngine"]["name"] == "axe-core"
        return [f"{v['id']}: {n['html'][:160]}" for v in found["violations"] for n in v["nodes"]]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One chromium for all tests, with a home and a profile of its own."""
    binary, program = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not program:
        missing("chromium or chromedriver is not installed")
    home = tmp_path_factory.mktemp("chromium")
    options = ChromeOptions()
    options.binary_location = str(binary)
    for flag in (*FLAGS, f"--user-data-dir={home / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home)}
    driver = Chrome(options=options, service=Service(str(program), env=environment))
    driver.set_script_timeout(60)
    try:
        yield Browser(driver)
    finally:
        driver.quit()


Load = Callable[[Store, Vocabulary], object]


@contextmanager
def served(
    folder: Path, words: Vocabulary, *, eutils_url: str = "", bind: str = "", load: Load = starter.load
) -> Iterator[tuple[str, Store, Settings]]:
    """The application over a store with the starter library, on a free loopback port.

    With `bind="127.0.0.1"` the browser is that of the person at the machine, who may write.
    """

    def now() -> datetime:
        return datetime.now(UTC)

    settings = Settings(
        database_url=f"sqlite:///{folder / 'evidence.db'}",
        data_dir=folder,
        eutils_url=eutils_url or "http://127.0.0.1:9/",
        max_rate=1000,
        now=now,
    )
    store = create(settings.database_url, now)
    load(store, words)
    sockets: dict[Any, Any] = {}
    server = waitress.create_server(
        create_app(settings, store, words, bind=bind),
        map=sockets,
        host="127.0.0.1",
        port=0,
        threads=4,
        clear_untrusted_proxy_headers=False,
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}", store, settings
    finally:
        # The browser keeps its connections; the server's own thread runs for as long as one is open.
        server.trigger.pull_trigger(lambda: [channel.close() for channel in list(sockets.values())])
        thread.join(20)
        server.task_dispatcher.shutdown()
        server.close()
        store.close()


@pytest.fixture(autouse=True)
def forget_what_other_tests_did(request: pytest.FixtureRequest) -> None:
    """Console messages and requests of earlier tests in the same window are no matter of this one."""
    if "browser" in request.fixturenames:
        window: Browser = request.getfixturevalue("browser")
        window.driver.get("about:blank")
        window.complaints()
        window.requested()


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    """The packaged vocabulary."""
    return vocabulary.load()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, words: Vocabulary) -> Iterator[str]:
    """The address of the application over the starter library."""
    with served(tmp_path_factory.mktemp("site"), words) as (address, _, _):
        yield address


Serve = Callable[..., Any]


@pytest.fixture
def serve(tmp_path: Path, words: Vocabulary) -> Serve:
    """A server of the test's own, for a test that changes the store."""
    return lambda **how: served(tmp_path, words, **how)
