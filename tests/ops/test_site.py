"""The site of docs/: it is built without a warning, and what users look for is few clicks away."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_CLICKS = 3

QUESTIONS = (
    ("planner", "Which files do I hand in, with which columns?", "pt/arquivos", "data prevista"),
    ("planner", "Why is so much to be ordered?", "pt/pedido", "nível máximo"),
    ("planner", "What does “Vai faltar” mean?", "pt/pagina", "acaba antes de chegar um pedido feito agora"),
    ("planner", "Why is an item missing?", "pt/perguntas", "nenhuma linha utilizável"),
    ("planner", "How does the list get into Excel?", "pt/pagina", "Leve a lista como CSV"),
    ("data scientist", "How do I forecast a data frame?", "tutorial/forecasting", "Forecaster(horizon=12"),
    (
        "data scientist",
        "How are intervals calibrated?",
        "explanation/forecasts",
        "the calibrated quantile is q + shift",
    ),
    ("data scientist", "Why is the ensemble the champion?", "explanation/forecasts", "is no good guide"),
    ("data scientist", "How do I add a model?", "how-to/add-a-model", "lakecast.models"),
    ("data scientist", "How do forecasts of my own get in?", "how-to/results", "Ten lines of pandas"),
    ("frontend developer", "How do I draw a forecast?", "tutorial/chart", "polyline"),
    ("frontend developer", "What fields has an item?", "reference/graphql", "daysToStockout"),
    ("frontend developer", "How do pages work?", "how-to/api", "pageInfo.endCursor"),
    ("frontend developer", "Where is a typed client?", "how-to/clients", "graphql-codegen"),
    ("frontend developer", "What do errors look like?", "how-to/api", "SNAPSHOT_GONE"),
    ("data engineer", "Which forms of CSV are read?", "reference/input", "Windows-1252"),
    ("data engineer", "Why was a row rejected?", "how-to/reading-report", "rejected_rows"),
    ("data engineer", "What starts a run?", "how-to/dagster", "The sensor landing"),
    ("data engineer", "What does a check stop?", "reference/checks", "not_shrunk"),
    ("data engineer", "Which columns has fact_forecast?", "reference/tables", "lower_80"),
    ("administrator", "Which settings are there?", "reference/settings", "LAKECAST_MEMORY_BUDGET"),
    ("administrator", "What is exposed on the port?", "how-to/exposure", "/health/live"),
    ("administrator", "Something is wrong: what now?", "how-to/operating", "lakecast doctor"),
    ("administrator", "How do I replace a key?", "how-to/operating", "To replace a key without a gap"),
    ("administrator", "How many items does a machine take?", "how-to/scale", "CPU s per 1,000 items"),
)
"""Who asks, what, and on which page which words answer."""


class _Article(HTMLParser):
    """The links and the text of a page without the theme's navigation."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "article" or self.depth:
            self.depth += tag == "article"
            if tag == "a" and (target := values.get("href")) and "://" not in target:
                self.links.append(target.partition("#")[0])

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "article"

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.text += data


def article(path: Path) -> _Article:
    parser = _Article()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [str(Path(sys.executable).with_name("sphinx-build")), "-q", "-W", "--keep-going", "docs", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def clicks(site: Path) -> dict[str, int]:
    """Clicks from the first page to each other one, by links of the text alone."""
    distance, waiting = {"index": 0}, ["index"]
    for page in waiting:
        for target in article(site / f"{page}.html").links:
            there = PurePosixPath(page).parent / target
            parts: list[str] = []
            for part in there.parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            name = "/".join(parts).removesuffix(".html")
            if target.endswith(".html") and name not in distance:
                distance[name] = distance[page] + 1
                waiting.append(name)
    return distance


@pytest.mark.parametrize(("who", "question", "page", "words"), QUESTIONS)
def test_an_answer_is_few_clicks_away(
    who: str, question: str, page: str, words: str, site: Path, clicks: dict[str, int]
) -> None:
    assert re.sub(r"\s+", " ", words) in re.sub(r"\s+", " ", article(site / f"{page}.html").text), (who, question)
    assert clicks[page] <= MOST_CLICKS, (who, question)


def test_each_of_five_users_asks_five_questions() -> None:
    users = [who for who, *_ in QUESTIONS]
    assert {who: users.count(who) for who in users} == dict.fromkeys(set(users), 5)
    assert len(set(users)) == 5


def test_the_site_asks_nothing_of_others(site: Path) -> None:
    """It can be read where there is no other network: no scripts, styles or fonts from elsewhere."""
    for path in site.rglob("*.html"):
        assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?://', path.read_text(encoding="utf-8")), (
            path
        )
