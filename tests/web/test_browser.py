"""The pages as a person uses them, in headless Chromium."""

import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from stance.learning.labels import load_documents

CHROMIUM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
if CHROMIUM is None or DRIVER is None or find_spec("selenium") is None:
    _reason = "NO BROWSER TEST: needs selenium, chromium and chromedriver; apt-get install chromium chromium-driver"
    if os.environ.get("CI"):
        pytest.fail(_reason, pytrace=False)
    pytest.skip(_reason, allow_module_level=True)

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)
WIDTHS = (1200, 390)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp())
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def browser(folder: Path) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={folder / 'user'}")
    options.add_argument("--lang=en")
    options.add_experimental_option("prefs", {"download.default_directory": str(folder / "downloads")})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    assert CHROMIUM is not None
    options.binary_location = CHROMIUM
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.lower().endswith("_proxy")}
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(60)
    driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder / "downloads")}
    )
    yield driver
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        driver.quit()
    os.environ.update(kept)


def _until(true: Callable[[], Any], seconds: float = 60.0) -> Any:
    from selenium.common.exceptions import StaleElementReferenceException

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := true():
                return found
        except StaleElementReferenceException:
            pass  # the page has just been replaced
        time.sleep(0.05)
    pytest.fail("waited in vain")


def _all(browser: Any, selector: str) -> list[Any]:
    found: list[Any] = browser.find_elements("css selector", selector)
    return found


def _one(browser: Any, selector: str) -> Any:
    return _until(lambda: next(iter(_all(browser, selector)), None))


def _press(browser: Any, key: str) -> None:
    """A key, and the next page of the annotator."""
    old = _one(browser, "#annotator")
    browser.switch_to.active_element.send_keys(key)
    _until(lambda: _is_gone(old))
    _one(browser, "#annotator")


def _is_gone(element: Any) -> bool:
    from selenium.common.exceptions import StaleElementReferenceException

    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    return False


def _no_fault(browser: Any) -> None:
    """Axe-core finds nothing serious, and nothing sticks out, in light and dark, wide and narrow."""
    for theme in ("light", "dark"):
        media = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        for width in WIDTHS:
            metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            found = browser.execute_async_script(
                AXE + ";axe.run(document).then(arguments[arguments.length - 1])",
            )
            faults = [one["id"] for one in found["violations"] if one["impact"] in {"serious", "critical"}]
            assert not faults, (browser.current_url, theme, width)
            assert found["passes"]
            scrolls = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert browser.execute_script(scrolls) <= 0, (browser.current_url, theme, width)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_paste_correct_retrain_export(browser: Any, serve: Any, root: Path, tmp_path: Path, folder: Path) -> None:
    (seed,) = (root / "seeds").glob("004_*.txt")
    with serve() as server:
        browser.get(server.url)
        assert "token" not in browser.current_url
        _no_fault(browser)
        box = _one(browser, "#text")
        browser.execute_script("arguments[0].value = arguments[1]", box, seed.read_text(encoding="utf-8"))
        _one(browser, "#paste button").click()

        (row,) = _until(lambda: [row for row in _all(browser, "li.statement") if "百度CEO李彦宏认为" in row.text])
        assert "李彦宏" in row.find_element("css selector", ".name").text
        assert row.find_element("css selector", ".letter").text in {"O", "C", "N", "?"}
        shade, plain = (
            browser.execute_script("return getComputedStyle(arguments[0]).backgroundColor", one)
            for one in (_one(browser, "li.statement.pro-open"), _one(browser, "li.statement.neutral"))
        )
        assert shade != plain
        row.find_element("css selector", "summary").click()
        assert "0." in row.find_element("css selector", ".chances").text
        _no_fault(browser)

        _one(browser, "#sides").click()
        assert not any(one.is_displayed() for one in _all(browser, "li.statement.neutral"))
        read = browser.current_url

        _one(browser, "#sides").click()
        row.find_element("css selector", ".inside a.button").click()
        field = _one(browser, "#speaker")
        assert field.get_attribute("value") == "李彦宏"
        _no_fault(browser)
        browser.switch_to.active_element.send_keys("n")
        assert browser.switch_to.active_element.get_attribute("id") == "note"
        browser.switch_to.active_element.send_keys("seen in the browser 123\ue007")
        assert "李彦宏" in _one(browser, "#task strong").text, "digits and Enter in a field do not label"
        _press(browser, "2")
        for key in "3k1u3":
            _press(browser, key)
        (document,) = load_documents(tmp_path / "small/local")
        assert [(label.statement.speaker_name, str(label.stance)) for label in document.labels if label.note] == [
            ("李彦宏", "pro-closed")
        ]
        assert [str(label.stance) for label in document.labels].count("neutral") == 2
        assert len(document.labels) == 3

        browser.get(f"{server.base}/retrain")
        _one(browser, "button[value=start]").click()
        _one(browser, "button[value=accept]")
        cells = [row.text for row in _all(browser, "tbody tr")]
        assert [cell.split(" 0.")[0].split(" 1.")[0] for cell in cells] == ["small/zh 10", "your labels 3"]
        _no_fault(browser)
        _one(browser, "button[value=accept]").click()
        _one(browser, "button[value=start]")

        browser.get(read)
        for name in ("JSON Lines", "CSV", "Report"):
            (link,) = [link for link in _all(browser, "main a") if link.text.startswith(name)]
            link.click()
        names = {"stance.jsonl", "stance.csv", "stance.html"}
        _until(lambda: {path.name for path in (folder / "downloads").glob("stance.*")} == names)

        for path in ("/guide", "/nowhere", "/?language=zh", "/annotate"):
            browser.get(server.base + path)
            _no_fault(browser)
        logged = [entry["message"] for entry in browser.get_log("browser") if "404" not in entry["message"]]
        assert not logged, "nothing was blocked and nothing failed"


def test_a_dropped_file_and_too_large_a_paste(browser: Any, serve: Any) -> None:
    drop = (
        "const data = new DataTransfer(); data.items.add(new File([arguments[0]], arguments[1]));"
        "document.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))"
    )
    with serve() as server:
        browser.get(server.url)
        browser.get(f"{server.base}/?language=en")
        browser.execute_script("document.getElementById('text').value = '开'.repeat(10_000_000)")
        _one(browser, "#paste button").click()
        assert _one(browser, "#too-large").is_displayed()
        assert browser.execute_script("return document.getElementById('text').value.length") == 10_000_000
        browser.get(f"{server.base}/?language=en")
        browser.execute_script(drop, "%PDF-1.7", "paper.pdf")
        error = _one(browser, ".error[role=alert]:not([hidden])")
        assert "paper.pdf" in error.text
        assert "No PDF" in error.text
        browser.execute_script(drop, "顾明川说，开源更便宜。", "a.txt")
        assert "顾明川" in _one(browser, "li.statement").text
