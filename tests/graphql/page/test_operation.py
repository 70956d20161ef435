"""Keys, publications, a server that goes away; and what a visit costs in bytes."""

from typing import Any

import made_lake
import pytest
from playwright.sync_api import Browser, expect
from running import Running, free_port, running
from visiting import visit

from lakecast_lake.storage import Lake

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST_BYTES, LIST_BYTES, ITEM_BYTES = 60_000, 10_000, 15_000


def test_a_wrong_key_is_refused_and_the_right_one_pins(
    browser: Browser, own_lake: Lake, admin: tuple[str, str]
) -> None:
    with running(own_lake.uri, keys_file=admin[0]) as server, visit(browser, server.url, "#/confianca") as one:
        key, refresh = one.page.get_by_label("Chave de administrador"), one.page.get_by_role("button", name="Atualizar")
        assert refresh.is_disabled()
        key.fill("wrong-key-wrong-key-wrong")
        refresh.click()
        one.page.wait_for_selector("text=Chave errada")
        key.fill(admin[1])
        refresh.click()
        one.page.wait_for_selector("text=Nada novo")
        one.page.get_by_role("button", name="Fixar 1").click()
        one.page.wait_for_selector("text=fixada na 1")
        one.page.get_by_role("button", name="Soltar").click()
        one.page.wait_for_selector("text=Solta: serve-se a mais nova")
        assert admin[1] not in one.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert not [address for address in one.requests if admin[1] in address]


def test_what_is_published_appears_by_itself(browser: Browser, own_lake: Lake) -> None:
    with running(own_lake.uri, poll_seconds=0.2) as server, visit(browser, server.url, "#/") as one:
        one.until("localStorage.getItem('lakecast:visit').includes('\"current\":2')")
        made_lake.add_run(own_lake, "alpha", seed=9, run_id="run-3", later=1)
        one.page.wait_for_selector(".toast.shown")
        one.until("localStorage.getItem('lakecast:visit').includes('\"current\":3')")
        changes = server.data("{ alertChanges(first: 0) { totalCount } }")["alertChanges"]["totalCount"]
        title = one.page.locator(".changes h3").first
        expect(title).to_have_text(f"Desde a publicação anterior {changes}", timeout=30_000)


def test_a_server_that_is_away_is_said_and_waited_for(browser: Browser, small_lake: Lake) -> None:
    port = free_port()
    with running(small_lake.uri, port=port) as server:
        url = server.url
        context = visit(browser, url, "#/comprar?estado=todos", offline_is_right=True)
        one = context.__enter__()
    try:
        one.page.get_by_role("button", name="Excesso").click()
        one.page.wait_for_selector("text=Sem conexão com o servidor")
        with running(small_lake.uri, port=port):
            one.page.wait_for_selector("text=Sem conexão com o servidor", state="detached")
            one.page.wait_for_selector(".sum")
    finally:
        context.__exit__(None, None, None)


class Long(made_lake.Run):
    """Two years of daily demand and a month ahead."""

    periods = 730
    horizon = 28

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.frequency = [made_lake.Frequency.DAILY] * len(self.frequency)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(str(tmp_path_factory.mktemp("large") / "lake"))
    made_lake.add_run(lake, "alpha", items=70, sources=(*made_lake.SOURCES, "lstm"), kind=Long)
    return lake


def test_a_visit_costs_few_bytes(browser: Browser, large: Lake) -> None:
    with running(large.uri) as server, visit(browser, server.url) as one:
        sizes = {
            answer.url: answer.request.sizes()
            for answer in one.answers
            if "extensions" not in answer.url or "variables" in answer.url
        }
        first = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes.values())
        assert first <= FIRST_BYTES
        assert len([address for address in sizes if "graphql?variables" in address]) == 1, "one operation per view"

        def asked(place: str) -> list[int]:
            one.answers.clear()
            one.go(place)
            one.page.wait_for_selector(".lines, .strip")
            answers = [answer for answer in one.answers if "graphql?variables" in answer.url]
            return [answer.request.sizes()["responseBodySize"] for answer in answers]

        one.page.set_default_timeout(30_000)
        (listed,) = asked("#/comprar?estado=todos")
        assert one.page.locator(".lines tbody tr").count() == 50
        assert listed <= LIST_BYTES
        listed_items = "{ items(first: 70) { nodes { itemId supplier supplierOrders { itemId } } } }"
        nodes = server.data(listed_items)["items"]["nodes"]
        most = max(nodes, key=lambda node: len(node["supplierOrders"]))
        about = f'{{ item(itemId: "{most["itemId"]}") {{ observations forecastSeries {{ source }} }} }}'
        whole = server.data(about)["item"]
        assert whole["observations"] > 600
        assert len(whole["forecastSeries"]) == 5
        (item,) = asked(f"#/item/alpha/{most['itemId']}")
        assert item <= ITEM_BYTES
        assert one.page.locator(".lines tbody tr").count() == len(most["supplierOrders"]) > 0
        (supplier,) = asked(f"#/comprar?por=fornecedor&aberto={most['supplier']}")
        assert supplier <= LIST_BYTES


def test_an_answer_that_is_known_is_not_sent_again(browser: Browser, strict: Running) -> None:
    def unchanged() -> float:
        lines = strict.http.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if 'requests_total{method="GET",status="304"' in line)

    with visit(browser, strict.url, "#/gestor") as one:
        before = unchanged()
        with one.page.expect_response(lambda answer: "graphql?variables" in answer.url) as asked:
            one.page.reload()
        asked.value.finished()
        for _ in range(200):  # an answer is counted after it was sent
            if unchanged() > before:
                break
            one.page.wait_for_timeout(50)
        assert unchanged() == before + 1
