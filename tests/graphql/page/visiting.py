"""A browser over the buyer's page: what a person does and sees, and what must never happen meanwhile."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import debian
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect, sync_playwright

CALENDAR = "2026-01-31T10:00:00"
"""The day after the stock of the lakes that tests make."""
DESK, PHONE = (1360, 850), (390, 844)
_SECONDS = 30_000
"""Milliseconds that a step may take on a busy machine; no test asks how long one took."""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window. Nothing is downloaded."""
    path = debian.chromium("the buyer's page is")
    with sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page that is open. `faults`: messages of the console that are errors, violations of the policy included.
    `requests`: all addresses that were asked; `answers`: what came.
    """

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    def go(self, place: str) -> None:
        """Go to a view and wait for its content."""
        self.page.goto(f"{self.url}/{place}")
        self._drawn()  # within the page the view changes after the address
        self.wait()

    def wait(self) -> None:
        """Wait until the view shows something and asks nothing more."""
        self.page.wait_for_selector("h1, .empty")
        expect(self.page.locator(".skeleton, [aria-busy=true]")).to_have_count(0, timeout=_SECONDS)
        self._drawn()

    def _drawn(self) -> None:
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def until(self, expression: str) -> None:
        """Wait until JavaScript says true. Playwright's own way to wait evaluates texts, which the policy forbids."""
        for _ in range(_SECONDS // 50):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never true: {expression}")

    def text(self, selector: str = "main") -> str:
        """What is to be read."""
        return self.page.inner_text(selector)

    def texts(self, selector: str) -> list[str]:
        """What is to be read in each of some elements."""
        return self.page.locator(selector).all_inner_texts()


@contextlib.contextmanager
def visit(
    browser: Browser,
    url: str,
    place: str = "",
    *,
    language: str = "pt",
    theme: str = "light",
    size: tuple[int, int] = DESK,
    today: str | None = CALENDAR,
    kept: dict[str, Any] | None = None,
    offline_is_right: bool = False,
) -> Iterator[Visit]:
    """Open the page as somebody would who has never been there.

    today: the browser's clock, None for the machine's. kept: what the browser keeps from earlier visits.
    offline_is_right: requests fail in this test because the server is stopped.
    """
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="pt-BR",
        timezone_id="America/Recife",
        accept_downloads=True,
    )
    context.set_default_timeout(_SECONDS)
    storage = {"language": language, "theme": theme, **(kept or {})}
    lines = "".join(
        f"if (localStorage.getItem('lakecast:{name}') === null) "
        f"localStorage.setItem('lakecast:{name}', {json.dumps(json.dumps(value))});"
        for name, value in storage.items()
    )
    context.add_init_script(lines)
    page = context.new_page()
    if today is not None:
        page.clock.set_fixed_time(today)
    one = Visit(page, url)

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            one.faults.append(message.text)

    def request(asked: Request) -> None:
        one.requests.append(asked.url)

    page.on("console", console)
    page.on("pageerror", lambda error: one.faults.append(str(error)))
    page.on("request", request)
    page.on("response", lambda answer: one.answers.append(answer))
    try:
        one.go(place)
        yield one
        if not offline_is_right:
            assert one.faults == []
        assert [address for address in one.requests if not address.startswith((f"{url}/", "blob:"))] == []
    finally:
        context.close()
