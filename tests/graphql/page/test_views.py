"""Every view, as anybody may look at it: language, theme, desk or phone; and on lakes that lack something."""

import re
from pathlib import Path
from typing import Any

import made_lake
import pytest
from node_packages import installed
from playwright.sync_api import Browser
from running import Running, running
from visiting import DESK, PHONE, Visit, visit

from lakecast_lake.storage import Lake

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIEWS = {
    "hoje": "#/",
    "comprar": "#/comprar?estado=todos",
    "excesso": "#/comprar?estado=excesso",
    "fornecedores": "#/comprar?estado=todos&por=fornecedor&aberto=Fornecedor+Ltda.",
    "item": "#/item/alpha/a-001",
    "gestor": "#/gestor",
    "confianca": "#/confianca",
}
LOOKS = {"desk": ("pt", "light", DESK), "phone": ("en", "dark", PHONE)}
SOURCES = Path(__file__).parents[3] / "graphql" / "dashboard"

_LEFT_OUT = ".code, .facts, .reason, .report, .snapshots, pre, option"
"""Ids and sentences that are shown as the server says them."""
_TEXT = f"""() => {{
  const copy = document.querySelector('main').cloneNode(true);
  copy.querySelectorAll('{_LEFT_OUT}').forEach((one) => one.remove());
  document.body.append(copy);
  const text = copy.innerText;
  copy.remove();
  return text;
}}"""


def plain(text: str, language: str) -> None:
    """No number has more digits than a buyer would write, and every date is dd/mm."""
    assert not re.search(r"\d{4}-\d\d", text), "a date is not dd/mm"
    assert not re.search(r"NaN|undefined|null|Infinity", text)
    decimal, thousands = (",", ".") if language == "pt" else (".", ",")
    for number in re.findall(rf"\d[\d{re.escape(thousands)}]*(?:{re.escape(decimal)}\d+)?", text):
        whole, _, decimals = number.partition(decimal)
        digits = len(whole.replace(thousands, "").lstrip("0")) + len(decimals)
        assert len(decimals) <= 2, number
        assert not decimals or digits <= 4, number
        assert len(whole) <= 3 or thousands in whole or re.fullmatch(r"20\d\d", whole), number


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    return (installed(request.config, SOURCES) / "node_modules" / "axe-core" / "axe.min.js").read_text()


def findings(one: Visit, axe: str) -> list[str]:
    """What axe finds serious."""
    one.page.evaluate(axe)
    found = one.page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((all) => all.violations)")
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.node
@pytest.mark.parametrize("look", LOOKS)
def test_each_view_is_right_in_every_way(browser: Browser, strict: Running, axe: str, look: str) -> None:
    language, theme, size = LOOKS[look]
    with visit(browser, strict.url, language=language, theme=theme, size=size) as one:
        for view, place in VIEWS.items():
            one.go(place)
            one.page.locator("details").evaluate_all("(all) => all.forEach((one) => (one.open = true))")
            one.wait()
            plain(one.page.evaluate(_TEXT), language)
            assert findings(one, axe) == [], view
            width = one.page.evaluate("document.documentElement.scrollWidth")
            assert width <= size[0], f"{view} is wider than the window"
            assert one.page.evaluate("document.documentElement.lang") == ("pt-BR" if language == "pt" else "en")
            assert one.page.title().endswith("· Lakecast")


def test_a_phone_shows_the_first_item_at_once_and_all_columns(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, size=PHONE) as one:
        name = one.page.locator(".lines .item a").first.bounding_box()
        bar = one.page.locator(".top nav").bounding_box()
        assert name is not None
        assert bar is not None
        assert name["y"] + name["height"] < bar["y"]
        for view in ("gestor", "confianca"):
            one.go(VIEWS[view])
            wider = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
            assert one.page.locator(".scroll").evaluate_all(wider) == 0, view


def test_legends_say_nothing_without_a_pointer(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, VIEWS["gestor"]) as one:
        one.page.wait_for_selector(".u-legend")
        assert "–" not in one.text(".u-legend")
        one.page.locator(".u-over").hover()
        assert re.search(r"R\$|\d", one.text(".u-legend"))


def test_both_languages_have_all_words(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url) as one:
        assert "O que fazer hoje" in one.text()
        one.page.get_by_role("button", name="English").click()
        assert "What to do today" in one.text()
        one.page.reload()
        one.wait()
        assert "What to do today" in one.text()


def test_the_theme_is_that_of_the_system_until_somebody_chooses(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, theme="auto") as one:
        dark = "getComputedStyle(document.documentElement).colorScheme === 'dark'"
        light = "getComputedStyle(document.documentElement).colorScheme === 'light'"
        one.page.emulate_media(color_scheme="dark")
        one.until(dark)
        one.page.emulate_media(color_scheme="light")
        one.until(light)
        one.page.get_by_role("button", name="Tema").click()  # light
        one.page.emulate_media(color_scheme="dark")
        one.until(light)
        one.page.get_by_role("button", name="Tema").click()  # dark
        one.until(dark)


class WithoutStock(made_lake.Run):
    """No item's stock is known."""

    def replenishment(self) -> Any:
        table = super().replenishment()
        rows = table.to_pylist()
        for row in rows:
            row.update(dict.fromkeys(("on_hand", "on_order", "recommended_order", "recommended_order_value"), None))
            row.update(alert="unknown", action="check_data", days_to_stockout=None)
        return type(table).from_pylist(rows, schema=table.schema)


class WithoutCosts(made_lake.Run):
    """No item has a cost."""

    def dim_item(self) -> Any:
        return _without(super().dim_item(), "unit_cost", "currency")

    def replenishment(self) -> Any:
        return _without(super().replenishment(), "unit_cost", "recommended_order_value")


class Monthly(made_lake.Run):
    """All items have monthly demand."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.frequency = [made_lake.Frequency.MONTHLY] * len(self.frequency)


def _without(table: Any, *columns: str) -> Any:
    rows = [{**row, **dict.fromkeys(columns)} for row in table.to_pylist()]
    return type(table).from_pylist(rows, schema=table.schema)


@pytest.mark.parametrize("kind", [WithoutStock, WithoutCosts, Monthly])
def test_lakes_that_lack_something_are_shown(browser: Browser, tmp_path: Path, kind: type[made_lake.Run]) -> None:
    lake = made_lake.make(tmp_path / "lake", datasets=("alpha",), kind=kind)
    with running(lake.uri) as server, visit(browser, server.url) as one:
        for place in (VIEWS[view] for view in ("hoje", "comprar", "excesso", "item", "gestor")):
            one.go(place)
            plain(one.page.evaluate(_TEXT), "pt")
            assert "Algo deu errado" not in one.text()
        if kind is WithoutStock:
            one.go("#/")
            assert "itens sem estoque confiável" in one.text()
            one.go("#/item/alpha/a-001")
            assert "conte o estoque" in one.text()
        if kind is WithoutCosts:
            one.go("#/gestor")
            assert "Os itens não têm custo" in one.text()
            assert "sem custo" in one.text(".card:last-child .plainlist")


def test_an_empty_lake_says_what_to_do_and_shows_what_is_published_then(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    with running(str(folder), poll_seconds=0.2) as server:
        with visit(browser, server.url, today=None, offline_is_right=True) as one:
            assert "Ainda não há dados" in one.text()
            assert "lakecast run --data" in one.text()
            made_lake.make(folder)
            one.page.wait_for_selector(".cards")
        with visit(browser, server.url, "#/gestor") as one:
            assert "Valor em estoque" in one.text()


def test_stale_data_are_said_to_be_stale(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, today="2026-01-31T10:00:00") as one:
        assert "atualize antes de comprar" not in one.text()
    with visit(browser, strict.url, today="2026-02-20T10:00:00") as one:
        assert re.search(
            r"(Dados até|Estoque de) \d\d/\d\d \(\d+ dias atrás\): atualize antes de comprar\.", one.text()
        )
        assert one.page.locator(".age[role=alert]").count() == 1


def test_it_works_below_a_prefix(browser: Browser, small_lake: Lake) -> None:
    def proxy(app: Any) -> Any:
        async def strip(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                path = scope["path"]
                scope = {**scope, "path": path.removeprefix("/compras") if path.startswith("/compras/") else "/outside"}
            await app(scope, receive, send)

        return strip

    with running(small_lake.uri, within=proxy) as server, visit(browser, f"{server.url}/compras") as one:
        for view in ("comprar", "item", "gestor", "confianca"):
            one.go(VIEWS[view])
            assert one.page.locator(".card").count() > 0
        assert all(answer.status < 400 for answer in one.answers)
