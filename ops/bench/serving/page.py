"""How fast the buyer's page is on a slow computer: `make bench-page`.

Chromium at a quarter of this machine's speed over a server with 10,000 items: first paint, the first view with its
data, an item after a click, and the longest task while the list scrolls, turns pages and is searched.
"""

import argparse
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.serving import lake

ITEMS = 10_000
SLOWDOWN = 4
PORT = 8719

_TASKS = """() => { window.tasks = [];
  new PerformanceObserver((list) => list.getEntries().forEach((one) => window.tasks.push(one.duration)))
    .observe({type: 'longtask'}); }"""


def main() -> None:
    """Measure and print medians of the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="where the lake is made once")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    where = lake.build(options.cache / f"page-{ITEMS}", ITEMS)
    command = [str(Path(sys.executable).parent / "lakecast"), "serve", "--lake", where.uri, "--port", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{PORT}/"
        _wait(f"{url}health/ready")
        rounds = [_round(url, options.chromium) for _ in range(options.rounds)]
    finally:
        server.terminate()
        server.wait()
    for name in rounds[0]:
        values = sorted(one[name] for one in rounds)
        print(f"{name:45} {statistics.median(values):7.0f} ms   {values[0]:.0f} to {values[-1]:.0f}")


def _wait(url: str, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"{url} was not answered in {seconds:.0f} s")


def _round(url: str, chromium: str) -> dict[str, float]:
    """Milliseconds of one visit by a browser that was never there."""
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1360, "height": 850})
        session = page.context.new_cdp_session(page)
        _slow(session, SLOWDOWN)
        page.goto(url)
        page.wait_for_selector(".cards")
        whole = page.evaluate("performance.now()")
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        page.goto(f"{url}#/comprar?estado=todos")
        page.wait_for_selector(".lines")
        page.locator(".lines .item a").nth(0).click()
        page.wait_for_selector(".strip")  # the view's code is loaded once
        page.goto(f"{url}#/comprar?estado=todos")
        page.wait_for_selector(".lines")
        item = page.evaluate(
            """() => new Promise((done) => { const began = performance.now();
              new MutationObserver((_, one) => { if (document.querySelector('.strip')) { one.disconnect();
                requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))); } })
                .observe(document.body, {childList: true, subtree: true});
              document.querySelectorAll('.lines .item a')[3].click(); })"""
        )
        frame = _longest_task(page, url)
        browser.close()
    return {
        f"first paint at {SLOWDOWN} x slow-down": float(paint),
        f"first view with its data at {SLOWDOWN} x slow-down": float(whole),
        f"item after a click at {SLOWDOWN} x slow-down": float(item),
        f"longest task, {ITEMS:,} items, full speed": _full_speed(url, chromium),
        f"longest task, {ITEMS:,} items, {SLOWDOWN} x slow-down": frame,
    }


def _full_speed(url: str, chromium: str) -> float:
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1360, "height": 850})
        page.goto(url)
        page.wait_for_selector(".cards")
        frame = _longest_task(page, url)
        browser.close()
    return frame


def _longest_task(page: Page, url: str) -> float:
    """Milliseconds of the longest task while the list scrolls, turns pages and is searched; 50 where none was."""
    page.goto(f"{url}#/comprar?estado=todos")
    page.wait_for_selector(".lines tbody tr")
    page.wait_for_timeout(1000)
    page.evaluate(_TASKS)
    for _ in range(10):
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(50)
    # By the shortest selectors: those of texts and roles read the whole document, in the very thread that is measured.
    page.locator(".pages button").last.click()
    while not page.locator(".pages span").inner_text().startswith("51"):
        page.wait_for_timeout(100)
    page.locator(".tools input").type("item 12", delay=60)
    page.wait_for_timeout(1500)
    return float(max(page.evaluate("window.tasks"), default=50.0))


def _slow(session: CDPSession, rate: int) -> None:
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})


if __name__ == "__main__":
    main()
