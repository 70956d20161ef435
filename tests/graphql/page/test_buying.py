"""What a buyer does: read, tick, change, put off, export, ask what if; by mouse and by keyboard."""

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from running import Running
from visiting import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIST = """query($where: ReplenishmentFilter, $orderBy: [ReplenishmentOrder!], $first: Int!) {
  replenishment(where: $where, orderBy: $orderBy, first: $first) { nodes {
  itemId datasetId onHand onOrder recommendedOrder recommendedOrderValue stockoutDate orderByDate arrivalDate action
  asOf excess excessValue item { name supplier unit unitCost lastDemandDate frequency } } } }"""
TO_ORDER = {"action": {"in": ["ORDER", "EXPEDITE"]}}
EXCESS = {"action": {"eq": "REDUCE"}}


def brazilian(text: str) -> float | None:
    """The first number in a text as Brazilians write it."""
    found = re.search(r"\d[\d.]*(?:,\d+)?", text)
    return None if found is None else float(found.group().replace(".", "").replace(",", "."))


def day(value: str | None) -> str:
    return "–" if value is None else f"{value[8:10]}/{value[5:7]}"


def test_ten_rows_say_what_the_api_says(browser: Browser, strict: Running, server: Running) -> None:
    nodes = server.data(LIST, first=50)["replenishment"]["nodes"]
    with visit(browser, strict.url, "#/comprar?estado=todos") as one:
        rows = one.page.locator(".lines tbody tr")
        assert rows.count() == len(nodes)
        for n, node in enumerate(nodes[:10]):
            row = rows.nth(n)

            def cell(name: str, row: object = row) -> str:
                return row.locator(f".{name}").inner_text()  # type: ignore[attr-defined]

            assert row.get_attribute("data-item") == node["itemId"]
            assert re.sub(r"\s+", " ", row.locator(".item a").inner_text()) == re.sub(r"\s+", " ", node["item"]["name"])
            assert brazilian(cell("onhand")) == node["onHand"]
            assert float(row.locator(".quantity input").input_value()) == (node["recommendedOrder"] or 0)
            value = node["recommendedOrderValue"]
            assert brazilian(cell("value")) == (None if value is None else pytest.approx(value, abs=0.5))
            assert cell("runsout").strip().startswith(day(node["stockoutDate"]))
            assert cell("arrives").strip() == (day(node["arrivalDate"]) if node["recommendedOrder"] else "–")
            assert cell("orderby").split("\n")[0].strip() == until(node)


def until(node: dict[str, Any]) -> str:
    """Until when an item is to be ordered, as the list says it."""
    if node["action"] == "ORDER" and (node["stockoutDate"] or "9") < (node["arrivalDate"] or ""):
        return "Atrasado"
    if node["action"] == "ORDER" or (node["orderByDate"] or "9") <= node["asOf"]:
        return "Hoje"
    return "–" if node["action"] == "REDUCE" else day(node["orderByDate"])


def test_late_is_what_arrives_after_stock_has_run_out(browser: Browser, strict: Running, server: Running) -> None:
    nodes = server.data(LIST, first=50, where=TO_ORDER)["replenishment"]["nodes"]
    late = next(node for node in nodes if until(node) == "Atrasado")
    days = dt.date.fromisoformat(late["arrivalDate"]) - dt.date.fromisoformat(late["stockoutDate"])
    last = dt.date.fromisoformat(late["asOf"]) - days
    with visit(browser, strict.url, f"#/comprar?busca={late['itemId']}") as one:
        assert f"era até {last:%d/%m}" in one.text(".lines .orderby")
        one.go(f"#/item/{late['datasetId']}/{late['itemId']}")
        assert f"era até {last:%d/%m}" in one.text(".strip")


def test_excess_says_since_when_it_stands_and_what_is_on_its_way(
    browser: Browser, strict: Running, server: Running
) -> None:
    order = [{"field": "EXCESS_VALUE", "direction": "DESC"}]
    nodes = server.data(LIST, first=50, where=EXCESS, orderBy=order)["replenishment"]["nodes"]
    assert any(node["excess"] and node["onOrder"] for node in nodes)
    with visit(browser, strict.url, "#/comprar?estado=excesso") as one:
        rows = one.page.locator(".lines tbody tr")
        assert [row.get_attribute("data-item") for row in rows.all()] == [node["itemId"] for node in nodes]
        assert "Pedir até" not in one.text(".lines thead")
        assert "Chega em" not in one.text(".lines thead")
        for n, node in enumerate(nodes):
            coming = min(node["excess"] or 0, node["onOrder"] or 0)
            parts = {"idle": (node["excess"] or 0) - coming, "coming": coming}
            for name, amount in parts.items():
                shown, cost = brazilian(rows.nth(n).locator(f".{name}").inner_text()), node["item"]["unitCost"]
                wanted = amount * (1 if cost is None else cost) if amount > 0 else None
                assert shown == (None if wanted is None else pytest.approx(wanted, abs=0.5))
            last = node["item"]["lastDemandDate"]
            if node["item"]["frequency"] in ("DAILY", "WEEKLY"):
                assert rows.nth(n).locator(".lastuse").inner_text().startswith(day(last) if last else "nunca")
        one.page.get_by_role("button", name="Última saída").click()
        one.wait()
        assert "ordem=saida" in one.page.url
        moved = [{"field": "LAST_DEMAND_DATE", "direction": "ASC"}]
        nodes = server.data(LIST, first=50, where=EXCESS, orderBy=moved)["replenishment"]["nodes"]
        assert [row.get_attribute("data-item") for row in rows.all()] == [node["itemId"] for node in nodes]
        supplier = nodes[0]["item"]["supplier"] or "-"
        one.go(f"#/comprar?estado=excesso&por=fornecedor&aberto={supplier}")
        one.page.locator(".lines.excess").first.wait_for()
        assert "parado" in one.text(".supplier h2")


def test_an_item_leads_back_to_its_list_as_it_was(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, "#/comprar?estado=todos&ordem=nome") as one:
        names = one.texts(".lines .item a")
        one.page.locator(".lines .item a").nth(2).click()
        one.page.wait_for_selector(".crumb")
        one.page.locator(".crumb a").click()
        one.page.wait_for_selector(".lines")
        one.wait()
        assert one.page.url.endswith("#/comprar?estado=todos&ordem=nome")
        assert one.texts(".lines .item a") == names


def test_the_file_and_the_list_have_the_same_statuses(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, "#/comprar?estado=todos") as one:
        shown = dict(zip(one.texts(".lines .code"), one.texts(".lines .pill"), strict=True))
        with one.page.expect_download() as started:
            one.page.get_by_role("link", name="Baixar a lista").click()
        text = Path(started.value.path()).read_text("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
        assert [(row["Item"], row["Situação"]) for row in rows] == list(
            zip(one.texts(".lines .code"), one.texts(".lines .pill"), strict=True)
        )
        assert len(set(shown.values())) > 3


def test_the_size_of_an_order_is_said_in_months_of_use(browser: Browser, strict: Running, server: Running) -> None:
    asked = """query($w: ReplenishmentFilter) { replenishment(where: $w, first: 50) { nodes { itemId datasetId
      dailyDemand recommendedOrder serviceLevel reorderPoint item { frequency
      history(last: 24, grain: YEAR) { quantities } } } } }"""
    levels = """query($w: ReplenishmentFilter, $s: ScenarioInput!) { whatIf(where: $w, scenario: $s, first: 1) {
      nodes { scenario { reorderPoint } } } }"""
    nodes = [
        n
        for n in server.data(asked, w=TO_ORDER)["replenishment"]["nodes"]
        if n["recommendedOrder"] and n["dailyDemand"] and n["item"]["frequency"] == "DAILY"
    ]
    for node in nodes[:3]:
        where = {"datasetId": {"eq": node["datasetId"]}, "itemId": {"eq": node["itemId"]}}
        months = node["recommendedOrder"] / (node["dailyDemand"] * 365 / 12)
        with visit(browser, strict.url, f"#/item/{node['datasetId']}/{node['itemId']}") as one:
            text = one.text(".card:has(.bill)")
            cover = re.search(r"O pedido cobre ([\d,]+) (mês|meses|anos) de uso", text)
            assert (cover is not None) == (months >= 1)
            if cover:
                shown = brazilian(cover[1])
                assert shown == pytest.approx(months / (12 if cover[2] == "anos" else 1), rel=0.1)
            assert "O mês de maior uso" in text
            low, high = (
                server.data(levels, w=where, s={"serviceLevel": level})["whatIf"]["nodes"][0]["scenario"]
                for level in (0.9, 0.9999)
            )
            assert ("teto" in text) == (high["reorderPoint"] in (low["reorderPoint"], node["reorderPoint"]))


def test_search_takes_words_whatever_case_and_accents_and_stands_in_the_address(
    browser: Browser, strict: Running
) -> None:
    with visit(browser, strict.url) as one:
        one.page.keyboard.press("/")
        one.page.keyboard.type("OPTICA conexao")
        one.page.keyboard.press("Enter")
        one.page.wait_for_selector(".sum")  # the first view has lines, too
        one.wait()
        names = one.texts(".lines .item a")
        assert names
        assert all("Conexão óptica" in name for name in names)
        address = one.page.url
        assert "busca=OPTICA+conexao" in address
    with visit(browser, strict.url, address.removeprefix(f"{strict.url}/")) as other:
        assert other.texts(".lines .item a") == names
        other.page.get_by_role("searchbox", name="Buscar", exact=True).fill("nothing of this name")
        other.page.wait_for_selector("text=Nenhum item com estes filtros")


def test_lines_are_ticked_changed_kept_and_exported(browser: Browser, strict: Running, tmp_path: Path) -> None:
    with visit(browser, strict.url, "#/comprar") as one:
        row = one.page.locator(".lines tbody tr").first
        item = row.get_attribute("data-item")
        formula = float(row.locator(".quantity input").input_value())
        row.locator("input[type=number]").fill("1234.5")
        row.locator("input[type=number]").press("Tab")
        assert "fórmula" in row.locator(".quantity").inner_text()
        second = one.page.locator(".lines tbody tr").nth(1)
        second.locator("input[type=checkbox]").check()
        assert "2 linhas" in one.text(".basket")
        one.page.reload()
        one.wait()
        row = one.page.locator(".lines tbody tr").first
        assert float(row.locator(".quantity input").input_value()) == 1234.5
        assert brazilian(row.locator(".formula").inner_text()) == pytest.approx(formula, abs=0.5)
        with one.page.expect_download() as started:
            one.page.get_by_role("button", name="CSV", exact=True).click()
        started.value.save_as(tmp_path / "buy.csv")
        content = (tmp_path / "buy.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
        assert {line["Código"]: line["Quantidade"] for line in rows}[item] == "1234,5"
        assert len(rows) == 2
        assert all(re.fullmatch(r"(\d\d/\d\d/\d{4})?", line["Chega em"]) for line in rows)
        row.locator(".formula").click()
        assert float(row.locator(".quantity input").input_value()) == formula
        one.page.get_by_role("button", name="Limpar").click()
        assert one.page.locator(".basket").count() == 0


def test_what_is_copied_has_the_columns_that_were_chosen(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, "#/comprar") as one:
        one.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        one.page.locator(".lines tbody input[type=checkbox]").first.check()
        one.page.get_by_role("button", name="Colunas").click()
        for name in ("Fornecedor", "SKU", "Nome", "Unidade", "Custo unitário", "Valor", "Pedir até", "Chega em"):
            one.page.locator("dialog").get_by_label(name, exact=True).uncheck()
        one.page.get_by_role("button", name="Pronto").click()
        one.page.get_by_role("button", name="Copiar").click()
        one.page.wait_for_selector("text=1 linhas copiadas")
        item = one.page.locator(".lines tbody tr").first.get_attribute("data-item")
        quantity = one.page.locator(".lines .quantity input").first.input_value()
        assert one.page.evaluate("navigator.clipboard.readText()") == f"{item}\t{quantity.replace('.', ',')}"


def test_an_item_that_is_put_off_is_gone_for_a_week(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, "#/comprar") as one:
        first = one.page.locator(".lines tbody tr").first.get_attribute("data-item")
        button = one.page.locator(".lines .off button").first
        button.click()
        assert "Adiar 7 dias?" in button.inner_text()  # one tap alone puts nothing off
        assert one.page.locator(".lines tbody tr").first.get_attribute("data-item") == first
        button.click()
        one.page.wait_for_selector("text=1 item adiado")
        one.wait()
        assert first not in [row.get_attribute("data-item") for row in one.page.locator(".lines tbody tr").all()]
        one.page.clock.set_fixed_time("2026-02-08T10:00:00")
        one.page.reload()
        one.wait()
        assert one.page.locator(".lines tbody tr").first.get_attribute("data-item") == first


def test_a_supplier_shows_its_lines_and_their_sum(browser: Browser, strict: Running, server: Running) -> None:
    nodes = server.data(LIST, first=50, where=TO_ORDER)["replenishment"]["nodes"]
    supplier = next(node["item"]["supplier"] for node in nodes if node["item"]["supplier"])
    mine = [node for node in nodes if node["item"]["supplier"] == supplier]
    with visit(browser, strict.url, "#/comprar?por=fornecedor") as one:
        card = one.page.locator(f'[data-supplier="{supplier}"]')
        card.get_by_role("button").first.click()
        card.locator(".lines").first.wait_for()
        items = [row.get_attribute("data-item") for row in card.locator(".lines").first.locator("tbody tr").all()]
        assert items == [node["itemId"] for node in mine]
        card.get_by_role("button", name="Marcar todos deste fornecedor").click()
        assert f"{len(mine)} linha" in one.text(".basket")


def test_what_if_is_what_the_api_says_and_moves_the_chart(browser: Browser, strict: Running, server: Running) -> None:
    node = next(
        n for n in server.data(LIST, first=50, where=TO_ORDER)["replenishment"]["nodes"] if n["recommendedOrder"]
    )
    where = {"datasetId": {"eq": node["datasetId"]}, "itemId": {"eq": node["itemId"]}}
    asked = """query($w: ReplenishmentFilter!, $d: Float!) { whatIf(where: $w, scenario: {leadTimeDays: $d}) { nodes {
      scenario { recommendedOrder arrivalDate } } } }"""
    with visit(browser, strict.url, f"#/item/{node['datasetId']}/{node['itemId']}") as one:
        before = one.page.locator("figure").first.get_attribute("aria-label")
        shown = one.text()
        assert day(node["arrivalDate"]) in shown
        one.page.get_by_role("button", name="+2 semanas").click()
        one.page.wait_for_selector(".outcome strong")
        days = float(one.page.get_by_label("Prazo em dias").input_value())
        (wanted,) = server.data(asked, w=where, d=days)["whatIf"]["nodes"]
        assert brazilian(one.page.inner_text(".outcome strong")) == pytest.approx(
            wanted["scenario"]["recommendedOrder"], abs=0.5
        )
        assert day(wanted["scenario"]["arrivalDate"]) in one.text(".outcome")
        assert one.page.locator("figure").first.get_attribute("aria-label") != before
        now, then = (one.texts(f".outcome td:nth-of-type({n})") for n in (1, 2))
        assert brazilian(now[0]) == pytest.approx(node["recommendedOrder"], abs=0.5)
        assert brazilian(then[0]) == pytest.approx(wanted["scenario"]["recommendedOrder"], abs=0.5)
        one.page.get_by_role("button", name="na lista de compras").last.click()
        assert "1 linha" in one.text(".basket")
        one.page.get_by_role("button", name="Voltar à fórmula").click()
        assert one.page.locator("figure").first.get_attribute("aria-label") == before


def test_days_without_stock_are_those_of_the_projection(browser: Browser, strict: Running, server: Running) -> None:
    asked = """query($w: ReplenishmentFilter) { replenishment(where: $w, first: 50) { nodes { itemId datasetId
      dailyDemand projection { dates withOrder } } } }"""
    shown = set()
    for node in server.data(asked, w=TO_ORDER)["replenishment"]["nodes"]:
        stock = node["projection"]
        empty = [date for date, ordered in zip(stock["dates"], stock["withOrder"], strict=True) if ordered < 1e-6]
        kind = "no day" if not empty else "to the end" if empty[-1] == stock["dates"][-1] else "some days"
        if kind in shown:
            continue
        shown.add(kind)
        with visit(browser, strict.url, f"#/item/{node['datasetId']}/{node['itemId']}") as one:
            text = one.texts(".strip dd")[-1]
            if not empty:
                assert text.startswith("nenhum dia")
            else:
                assert text.startswith(f"{len(empty)} dia")
                assert ("ou mais" in text) == (kind == "to the end")
                assert f"de {day(empty[0])} a {day(empty[-1])}" in text
                pieces = brazilian(text.rpartition("cerca de")[2])
                assert pieces == pytest.approx(len(empty) * node["dailyDemand"], abs=0.5)
    assert len(shown) >= 2


def test_the_whole_list_under_a_scenario_says_what_the_api_says(
    browser: Browser, strict: Running, server: Running
) -> None:
    asked = """query($s: ScenarioInput!) { whatIf(scenario: $s, where: {and: []}, first: 50) { totals {
      recommendedOrderValue alerts { level itemCount } } nodes { scenario { itemId recommendedOrder } } } }"""
    (now, then) = (server.data(asked, s=scenario)["whatIf"] for scenario in ({}, {"leadTimeExtraDays": 14}))
    with visit(browser, strict.url, "#/comprar") as one:
        one.page.get_by_text("E se… para a lista inteira").click()
        one.page.get_by_role("button", name="+2 semanas").click()
        one.page.get_by_role("button", name="Pôr estas quantidades").wait_for()
        table = one.page.get_by_role("region", name="E se… para a lista inteira").first.locator("tbody tr")
        for answer, column in ((now, 1), (then, 2)):
            critical = next(a["itemCount"] for a in answer["totals"]["alerts"] if a["level"] == "CRITICAL")
            assert brazilian(table.nth(1).locator("td").nth(column - 1).inner_text()) == critical
        one.page.get_by_role("button", name="Pôr estas quantidades").click()
        lines = [n for n in then["nodes"] if n["scenario"]["recommendedOrder"]]
        assert f"{len(lines)} linha" in one.text(".basket")


def test_the_manager_counts_what_the_list_shows(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, "#/comprar") as one:
        items = one.text(".sum").split(" · ")[0]
        one.go("#/gestor")
        assert items in one.page.locator("a.stat", has_text="Pedir agora").inner_text()
        assert items in one.page.locator(".bars").first.locator("tr", has_text="Agora").inner_text()


def test_classes_are_counted_as_the_cards_are(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, "#/gestor") as one:
        table = one.page.get_by_role("region", name="Classe ABC e situação")
        heads = table.locator("thead th").all_inner_texts()[1:]
        cells = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
        counted = {head: sum(int(row[n]) for row in cells) for n, head in enumerate(heads)}
        one.go("#/")
        for card in one.page.locator(".cards .stat").all():
            label = card.locator(".label").inner_text()
            assert counted[label] == int(card.locator("strong").inner_text()), label


def test_the_bill_adds_up_as_it_is_shown(browser: Browser, strict: Running, server: Running) -> None:
    asked = """query($w: ReplenishmentFilter) { replenishment(where: $w, first: 1) { nodes { itemId datasetId
      explanation(language: PT) { code label value } } } }"""
    (node,) = server.data(asked, w=TO_ORDER)["replenishment"]["nodes"]
    with visit(browser, strict.url, f"#/item/{node['datasetId']}/{node['itemId']}") as one:
        assert one.texts(".bill th") == [line["label"] for line in node["explanation"]]
        shown = [
            text.replace("−", "-").replace("+", "").replace(" ", "") for text in one.texts(".bill td:nth-child(2)")
        ]
        values = [float(text.replace(".", "").replace(",", ".")) for text in shown]
        assert values == [pytest.approx(line["value"], abs=0.51) for line in node["explanation"]]
        said = one.text(".sumline")
        terms, equals, total = said.partition(" = ")
        assert equals
        signed = re.findall(r"(−?)\s?(\d[\d.]*(?:,\d+)?) (?:de|até|em|a) ", terms)
        bill = {line["code"]: line["value"] for line in node["explanation"]}
        codes = [
            code for code in ("lead_time_demand", "review_demand", "safety_stock", "on_hand", "on_order") if bill[code]
        ]
        assert [brazilian(number) * (-1 if sign else 1) for sign, number in signed] == [
            pytest.approx(bill[code], abs=0.51) for code in codes
        ]
        numbers = [brazilian(part) for part in total.split("múltiplos,")]
        assert numbers[-1] == pytest.approx(bill["order"], abs=0.51)
        assert numbers[0] == pytest.approx(sum(bill[code] for code in codes), abs=0.51)


def test_how_long_stock_lasts_has_one_name(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, "#/comprar") as one:
        assert "Dura, com o que vem" in one.text(".lines thead")
        one.go("#/comprar?estado=excesso")
        assert "Dura, com o que vem" in one.text(".lines thead")
        one.page.locator(".lines .item a").first.click()
        one.page.wait_for_selector(".strip")
        assert "Dura, com o que vem" in one.texts(".strip dt")


def test_the_keyboard_alone_is_enough(browser: Browser, strict: Running) -> None:
    with visit(browser, strict.url, "#/comprar") as one:
        keys = one.page.keyboard

        def focus() -> str:
            return one.page.evaluate("document.activeElement.className + ' ' + document.activeElement.tagName")

        keys.press("Tab")
        assert "skip" in focus()
        keys.press("Enter")
        assert "MAIN" in focus()
        for _ in range(40):
            keys.press("Tab")
            if one.page.evaluate("document.activeElement.closest('tbody') !== null"):
                break
        keys.press("Space")  # the box of the first line
        assert "1 linha" in one.text(".basket")
        keys.press("Tab")
        name = one.page.evaluate("document.activeElement.textContent")
        keys.press("Enter")  # the item
        one.page.wait_for_selector(".strip")
        assert one.page.inner_text("h1") == re.sub(r"\s+", " ", name)
        assert "H1" in focus()
