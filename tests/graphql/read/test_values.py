"""Every list, aggregation and decision equals an independent computation over the lake's rows."""

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

import made_lake
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakecast_graphql import read
from lakecast_graphql.errors import ApiError
from lakecast_graphql.read.view import View
from lakecast_lake import columns, snapshots

# Each example asks several questions of a real lake.
asked = settings(max_examples=50, deadline=None)


class Served:
    """One snapshot, as the product and as plain rows. No dataclass: hypothesis would print all of it."""

    def __init__(self, view: View, plain: oracle.Oracle) -> None:
        self.view = view
        self.plain = plain


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = made_lake.make(tmp_path_factory.mktemp("lake") / "lake")
    made_lake.add_run(made, "alpha", seed=5, run_id="run-3", later=1)
    record = snapshots.newest(made)
    return Served(View(columns.load(made, record)), oracle.Oracle(made, record))


SOURCES = st.sampled_from(made_lake.SOURCES)
ITEMS = st.sampled_from(("shared", "a-001", "a-003", "b-006", "b-010", "nowhere"))
TEXTS: dict[str, st.SearchStrategy[str]] = {
    "dataset_id": st.sampled_from(("alpha", "béta 2")),
    "item_id": ITEMS,
    "source": SOURCES,
    "category": st.sampled_from(("power", "fibre", 'a "b"', "none")),
    "supplier": st.sampled_from(("Über AG", "Fornecedor Ltda.")),
    "model_version": st.sampled_from(("v1.2.3", "v1.2.3+x")),
    "sku": st.sampled_from(("SKU 1", "SKU 3")),
    "name": st.sampled_from(("Bateria 12 V", "Poste\n10 m")),
}
NUMBERS = st.floats(-1, 6).map(lambda value: round(value, 2))
DATES = st.dates(dt.date(2025, 12, 1), dt.date(2026, 3, 1))


def text(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.fixed_dictionaries({"eq": TEXTS[name]}),
        st.fixed_dictionaries({"in": st.lists(TEXTS[name], max_size=3)}),
        st.fixed_dictionaries({"contains": st.sampled_from(("a", "e", "1", '"', "R"))}),
        st.fixed_dictionaries({"starts_with": st.sampled_from(("a", "b", "S", "v"))}),
        st.fixed_dictionaries({"is_null": st.booleans()}),
    )


def compared(values: st.SearchStrategy[Any], *operators: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(operators or ("eq", "gt", "gte", "lt", "lte")), values, max_size=2)


def filters(leaves: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    flat = st.dictionaries(st.sampled_from(sorted(leaves)), st.none(), max_size=2).flatmap(
        lambda names: st.fixed_dictionaries({name: leaves[name] for name in names})
    )
    return st.recursive(
        flat,
        lambda inner: st.one_of(
            st.fixed_dictionaries({"and": st.lists(inner, max_size=2)}),
            st.fixed_dictionaries({"or": st.lists(inner, max_size=2)}),
            st.fixed_dictionaries({"not": inner}),
        ),
        max_leaves=4,
    )


FORECASTS = filters(
    {name: text(name) for name in ("dataset_id", "item_id", "source", "category", "supplier", "model_version")}
    | {
        "date": compared(DATES),
        "cutoff": compared(DATES),
        "forecast": compared(NUMBERS),
        "horizon": st.one_of(compared(st.integers(0, 5)), st.fixed_dictionaries({"in": st.lists(st.integers(1, 4))})),
    }
)
OF_ITEMS = filters(
    {name: text(name) for name in ("dataset_id", "item_id", "category", "supplier", "sku")}
    | {
        "demand_class": st.fixed_dictionaries({"in": st.lists(st.sampled_from(made_lake.CLASSES[1:]))}),
        "has_forecast": st.booleans(),
        "search": st.sampled_from(("CONEXAO", "cabo", "sku 1", "", "日本", "-00")),
    }
)
KINDS = st.sampled_from(("live", "backtest", "all"))


def key(row: Any) -> tuple[Any, ...]:
    names = ("dataset_id", "item_id", "source", "kind", "cutoff", "date")
    return tuple(row[name] if isinstance(row, dict) else getattr(row, name) for name in names)


def mentions_cutoff(where: Any) -> bool:
    if isinstance(where, list):
        return any(mentions_cutoff(part) for part in where)
    return isinstance(where, dict) and any(n == "cutoff" or mentions_cutoff(v) for n, v in where.items())


def matching(lake: Any, where: dict[str, Any], kind: str) -> list[oracle.Row]:
    rows = lake.plain.of_kind(kind, every_cutoff=mentions_cutoff(where))
    return [row for row in rows if oracle.holds(row, where)]


@asked
@given(where=FORECASTS, kind=KINDS, first=st.integers(0, 400))
def test_forecasts(lake: Any, where: dict[str, Any], kind: str, first: int) -> None:
    rows = matching(lake, where, kind)
    page = read.forecasts(lake.view, where, kind, None, first)
    assert page.total_count == len(rows)
    assert [key(row) for row in page.nodes] == [key(row) for row in rows[:first]]
    for row, wanted in zip(page.nodes, rows, strict=False):
        for name in (
            "forecast",
            "actual",
            "median",
            "lower_80",
            "upper_95",
            "model_version",
            "generated_at",
            "horizon",
        ):
            assert getattr(row, name) == wanted[name], name
    for row in list(page.nodes)[:3]:
        assert row.item.item_id == row.item_id


@asked
@given(
    where=FORECASTS,
    order=st.lists(
        st.tuples(
            st.sampled_from(("date", "item_id", "source", "forecast", "cutoff")), st.sampled_from(("asc", "desc"))
        ),
        max_size=3,
        unique_by=lambda pair: pair[0],
    ),
)
def test_order_of_forecasts(lake: Any, where: dict[str, Any], order: list[tuple[str, str]]) -> None:
    rows = matching(lake, where, "backtest")
    for name, direction in reversed(order):
        # Sorting is stable in both directions, so that ties stay in the order of keys.
        rows.sort(key=lambda row: row[name], reverse=direction == "desc")
    page = read.forecasts(lake.view, where, "backtest", order, 10_000)
    assert [key(row) for row in page.nodes] == [key(row) for row in rows]


@asked
@given(where=FORECASTS, kind=KINDS)
def test_series_are_the_rows_of_a_cutoff(lake: Any, where: dict[str, Any], kind: str) -> None:
    wanted: dict[Any, list[oracle.Row]] = defaultdict(list)
    for row in matching(lake, where, kind):
        wanted[key(row)[:-1]].append(row)
    page = read.forecast_series(lake.view, where, kind, "native", 10_000)
    assert page.total_count == len(wanted)
    for series, (name, rows) in zip(page.nodes, wanted.items(), strict=True):
        assert (series.dataset_id, series.item_id, series.source, series.kind, series.cutoff) == name
        assert series.dates == [row["date"] for row in rows]
        for column in ("forecast", "actual", "median", "lower_95"):
            assert getattr(series, column) == [row[column] for row in rows]
        assert series.total == pytest.approx(sum(row["forecast"] for row in rows))


@pytest.mark.parametrize("grain", ["year", "quarter"])
def test_coarser_series_sum_means_and_have_no_bounds(lake: Any, grain: str) -> None:
    where = {"dataset_id": {"eq": "alpha"}, "item_id": {"in": ["a-001", "a-003"]}, "source": {"eq": "ensemble"}}
    native = read.forecast_series(lake.view, where, "live", "native")
    coarse = read.forecast_series(lake.view, where, "live", grain)
    for fine, series in zip(native.nodes, coarse.nodes, strict=True):
        sums: dict[dt.date, float] = defaultdict(float)
        for day, value in zip(fine.dates, fine.forecast, strict=True):
            sums[oracle.truncated(day, grain)] += value
        assert dict(zip(series.dates, series.forecast, strict=True)) == pytest.approx(dict(sums))
        assert set(series.median) == {None}
        assert series.total == pytest.approx(fine.total)


def test_series_finer_than_the_items_own_are_refused(lake: Any) -> None:
    with pytest.raises(ApiError, match="coarser grain"):
        read.forecast_series(lake.view, None, "live", "day", 100)


DIMENSIONS = st.lists(
    st.sampled_from(
        ("dataset_id", "item_id", "category", "supplier", "demand_class", "source", "period", "horizon", "cutoff")
    ),
    unique=True,
    max_size=3,
)


@asked
@given(
    where=FORECASTS, kind=KINDS, by=DIMENSIONS, grain=st.sampled_from(("year", "native")), source=st.none() | SOURCES
)
def test_totals(lake: Any, where: dict[str, Any], kind: str, by: list[str], grain: str, source: str | None) -> None:
    rows = matching(lake, where, kind)
    asks_source = "source" in str(where)
    if asks_source and source is None and "source" not in by:
        return  # told apart by the tests of sources below
    if source is not None:
        rows = [row for row in rows if row["source"] == source]
    elif "source" not in by:
        rows = [row for row in rows if lake.plain.champion[row["dataset_id"], row["item_id"]] == row["source"]]
    if kind != "live" and not mentions_cutoff(where) and not {"cutoff", "horizon"} & set(by):
        newest = {}
        for row in rows:
            name = (row["dataset_id"], row["item_id"], row["source"], row["date"])
            if name not in newest or (row["cutoff"], row["kind"]) > (newest[name]["cutoff"], newest[name]["kind"]):
                newest[name] = row
        rows = list(newest.values())
    rows = [{**row, "period": oracle.truncated(row["date"], grain)} for row in rows]
    # Items are told apart by data set, too.
    keys = [*by, *(["dataset_id"] if "item_id" in by and "dataset_id" not in by else [])]
    wanted = oracle.totals(rows, keys)
    page = read.forecast_totals(lake.view, where, source, kind, by, grain, None, None, 10_000)
    assert page.total_count == len(wanted)
    found = Counter(tuple(getattr(row, name) for name in by) for row in page.nodes)
    assert found == Counter(name[: len(by)] for name in wanted)
    if keys == by:
        for row in page.nodes:
            expected = wanted[tuple(getattr(row, name) for name in by)]
            for name, value in expected.items():
                assert getattr(row, name) == (None if value is None else pytest.approx(value)), name


def test_totals_of_several_sources_are_refused_unless_grouped(lake: Any) -> None:
    where = {"source": {"in": ["arima", "ensemble"]}}
    with pytest.raises(ApiError, match="several sources"):
        read.forecast_totals(lake.view, where, group_by=["category"])
    assert read.forecast_totals(lake.view, where, group_by=["source"]).total_count == 2
    one = read.forecast_totals(lake.view, {"source": {"eq": "arima"}}, group_by=[]).nodes[0]
    given = read.forecast_totals(lake.view, None, "arima", group_by=[]).nodes[0]
    assert (
        one.forecast
        == given.forecast
        == pytest.approx(sum(row["forecast"] for row in lake.plain.of_kind("live") if row["source"] == "arima"))
    )


@asked
@given(where=OF_ITEMS)
def test_items_and_overview(lake: Any, where: dict[str, Any]) -> None:
    wanted = [name for name, row in lake.plain.items.items() if oracle.holds(row, where)]
    page = read.items(lake.view, where, first=1000)
    assert [(row.dataset_id, row.item_id) for row in page.nodes] == wanted
    for row in page.nodes:
        stored = lake.plain.items[row.dataset_id, row.item_id]
        assert row.name == (stored["name"] or row.item_id)
        for name in ("sku", "category", "unit", "supplier", "lead_time_days", "unit_cost", "demand_class", "frequency"):
            assert getattr(row, name) == stored[name]
        assert row.champion == lake.plain.champion.get((row.dataset_id, row.item_id))
    shown = read.overview(lake.view, where)
    live = [row for row in lake.plain.of_kind("live") if (row["dataset_id"], row["item_id"]) in wanted]
    best = [
        row
        for row in lake.plain.table("fact_metrics")
        if (k := (row["dataset_id"], row["item_id"])) in wanted and lake.plain.champion[k] == row["source"]
    ]
    assert (shown.item_count, shown.forecast_rows) == (len(wanted), len(live))
    assert shown.items_with_forecast == len({(row["dataset_id"], row["item_id"]) for row in live})
    for field, column in (("wape", "wape"), ("quantile_loss", "scaled_quantile_loss"), ("skill", "skill")):
        value = oracle.mean(row[column] for row in best)
        assert getattr(shown, field) == (None if value is None else pytest.approx(value))
    alerts = Counter(
        row["alert"] for row in lake.plain.table("fact_replenishment") if (row["dataset_id"], row["item_id"]) in wanted
    )
    assert {count.level: count.item_count for count in shown.alerts if count.item_count} == dict(alerts)


@asked
@given(
    where=OF_ITEMS,
    measure=st.sampled_from(("scaled_quantile_loss", "rmsse", "bias")),
    by=st.sampled_from(("all", "category")),
)
def test_leaderboard(lake: Any, where: dict[str, Any], measure: str, by: str) -> None:
    rows = [
        {**row, "group": lake.plain.items[row["dataset_id"], row["item_id"]]["category"] if by == "category" else None}
        for row in lake.plain.table("fact_metrics")
        if oracle.holds(lake.plain.items[row["dataset_id"], row["item_id"]], where)
    ]
    naive = {
        (row["dataset_id"], row["item_id"]): row["scaled_quantile_loss"]
        for row in rows
        if row["source"] == "seasonal_naive"
    }
    best: dict[Any, tuple[float, str]] = {}
    groups: dict[Any, list[oracle.Row]] = defaultdict(list)
    for row in rows:
        if row[measure] is not None:
            groups[row["group"], row["source"]].append(row)
            item = (row["dataset_id"], row["item_id"])
            candidate = (abs(row[measure]), row["source"])
            best[item] = min(best.get(item, candidate), candidate)
    board = read.leaderboard(lake.view, measure, by, where)
    assert {(row.group, row.source) for row in board} == set(groups)
    for row in board:
        mine = groups[row.group, row.source]
        assert row.error == pytest.approx(oracle.mean(r[measure] for r in mine))
        assert row.item_count == len(mine)
        assert row.wins == sum(best[r["dataset_id"], r["item_id"]][1] == row.source for r in mine)
        errors = [abs(other.error) for other in board if other.group == row.group]
        own = abs(row.error)  # sums of the same numbers in another order are ties
        assert row.rank == 1 + sum(error < own and error != pytest.approx(own, rel=1e-9) for error in errors)
        pairs = [
            (r["scaled_quantile_loss"], naive.get((r["dataset_id"], r["item_id"])))
            for r in rows
            if r["group"] == row.group and r["source"] == row.source
        ]
        both = [(loss, base) for loss, base in pairs if loss is not None and base is not None]
        base = sum(pair[1] for pair in both)
        assert row.skill == (None if not both or not base else pytest.approx(1 - sum(p[0] for p in both) / base))


@asked
@given(
    where=filters(
        {name: text(name) for name in ("dataset_id", "item_id", "category", "supplier")}
        | {
            "alert": st.fixed_dictionaries({"in": st.lists(st.sampled_from(made_lake.ALERTS))}),
            "days_to_stockout": st.one_of(compared(NUMBERS), st.fixed_dictionaries({"is_null": st.booleans()})),
            "recommended_order": compared(st.floats(0, 40)),
        }
    ),
    descending=st.booleans(),
)
def test_replenishment(lake: Any, where: dict[str, Any], descending: bool) -> None:
    rows = [
        row
        for row in lake.plain.table("fact_replenishment")
        if oracle.holds({**lake.plain.items[row["dataset_id"], row["item_id"]], **row}, where)
    ]
    rows.sort(
        key=lambda row: (row["stockout_cost"] is None, -(row["stockout_cost"] or 0), row["dataset_id"], row["item_id"])
    )
    plain = read.replenishment(lake.view, where, first=1000)
    assert [(row.dataset_id, row.item_id) for row in plain.nodes] == [(r["dataset_id"], r["item_id"]) for r in rows]
    known = [row for row in rows if row["days_to_stockout"] is not None]
    known.sort(key=lambda row: row["days_to_stockout"], reverse=descending)
    ordered = read.replenishment(lake.view, where, [("days_to_stockout", "desc" if descending else "asc")], 1000)
    days = [row.days_to_stockout for row in ordered.nodes]
    assert days == [row["days_to_stockout"] for row in known] + [None] * (len(rows) - len(known))
    totals = read.replenishment_totals(lake.view, where, ["alert"])
    counts = Counter(row["alert"] for row in rows)
    assert {row.alert: row.item_count for row in totals} == dict(counts)
    for group in totals:
        values = [
            row["recommended_order_value"]
            for row in rows
            if row["alert"] == group.alert and row["recommended_order_value"] is not None
        ]
        assert group.recommended_order_value == (pytest.approx(sum(values)) if values else None)


@asked
@given(where=filters({"source": text("source"), "rmsse": compared(NUMBERS), "quantile_loss": compared(NUMBERS)}))
def test_metrics(lake: Any, where: dict[str, Any]) -> None:
    rows = [row for row in lake.plain.table("fact_metrics") if oracle.holds(row, where)]
    rows.sort(key=lambda row: (row["dataset_id"], row["item_id"], row["source"]))
    page = read.metrics(lake.view, where, first=1000)
    assert page.total_count == len(rows)
    for found, row in zip(page.nodes, rows, strict=True):
        for name in ("dataset_id", "item_id", "source", "windows", "rmsse", "mape", "skill", "interval_score_80"):
            assert getattr(found, name) == row[name], name
        assert found.quantile_loss == row["scaled_quantile_loss"]
