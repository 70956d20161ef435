"""Pages of docs/ as a reader follows them: files written, commands run, output compared, queries asked."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from both_sides import ROOT, Server, environment, serving

DOCS = ROOT / "docs"
SIDES = re.compile(r"^\.venv-(ml|serve)/bin/")
_STEP = re.compile(r"(?:<!-- (file|output|python)(?:: ([^>]*))? -->\n)?```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
VARIABLES: dict[str, Any] = {
    "item": "M00",
    "itemId": "M00",
    "datasetId": "towers",
    "category": "Fibre",
    "since": "2024-01-01",
    "day": "2024-01-01",
}
PAGES_OF_QUERIES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def follow(page: Path, folder: Path) -> None:
    """Write the page's files and run its commands in a folder, those that start servers and Dagster aside."""
    output, code = "", 0
    for kind, name, language, text in _STEP.findall(page.read_text(encoding="utf-8")):
        if kind == "file":
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif kind == "output":
            assert (output, code) == (text, int(name or 0)), page.name
        elif kind == "python":
            python = str(ROOT / ".venv-ml" / "bin" / "python")
            subprocess.run([python, "-c", text], cwd=folder, env=environment(), check=True)
        elif (
            language == "sh"
            and not text.startswith(("make ", "python3 -m http.server"))
            and "lakecast serve" not in text
        ):
            line = SIDES.sub(rf"{ROOT}/.venv-\1/bin/", text)
            done = subprocess.run(
                line, shell=True, cwd=folder, env=environment(), capture_output=True, text=True, check=False
            )
            output, code = done.stdout, done.returncode
            assert code in (0, 1), done.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which a reader has followed docs/tutorial/chart.md."""
    folder = tmp_path_factory.mktemp("chart")
    follow(DOCS / "tutorial" / "chart.md", folder)
    return folder


@pytest.fixture(scope="module")
def shop_server(shop: Path) -> Iterator[Server]:
    with serving(shop / "shop-lake", shop, "--dev") as server:
        yield server


@pytest.mark.slow
@pytest.mark.browser
def test_the_tutorials_page_draws_a_chart(shop: Path, shop_server: Server) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chromium is not installed: the tutorial is NOT tested")
    page_file = shop / "site" / "index.html"
    page_file.write_text(page_file.read_text().replace("http://127.0.0.1:8000", shop_server.url))
    command = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(page_file.parent)]
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as site:
        try:
            assert site.stdout
            port = re.search(r"port (\d+)", site.stdout.readline())
            assert port
            with playwright.sync_playwright() as library:
                browser = library.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                page = browser.new_page()
                page.goto(f"http://127.0.0.1:{port[1]}/")
                page.wait_for_selector("polyline:nth-of-type(2)", state="attached")
                points = [each.get_attribute("points").split() for each in page.query_selector_all("polyline, polygon")]
                browser.close()
        finally:
            site.terminate()
    assert sorted(map(len, points)) == [6, 12, 24]


@pytest.mark.slow
@pytest.mark.parametrize("page", ["how-to/reading-report.md", "pt/arquivos.md", "tutorial/first-data-set.md"])
def test_a_page_can_be_followed(page: str, tmp_path: Path) -> None:
    follow(DOCS / page, tmp_path)


def queries() -> Iterator[tuple[str, str]]:
    for page in PAGES_OF_QUERIES:
        for text in re.findall(r"^```graphql\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
            if not text.startswith(("mutation", "subscription")):  # test_refresh.py, test_clients.py
                yield page.name, text


@pytest.mark.parametrize(("page", "text"), list(queries()))
def test_a_query_of_a_page_is_answered(page: str, text: str, server: Server) -> None:
    names = set(re.findall(r"\$(\w+)", text))
    answer = server.answer(text, **{name: VARIABLES[name] for name in names})
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes <= {"SNAPSHOT_GONE"}, answer["errors"]  # of api.md: a snapshot of January
