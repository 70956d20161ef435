"""What neighbouring items share: the cells that are kept are those that each would be rendered to."""

import made_lake
import numpy as np
import orjson
import pytest

from lakecast_graphql.execution.render import render_rows
from lakecast_graphql.execution.shape import Selected, Shape, Values
from lakecast_graphql.read import item_texts, spans
from lakecast_graphql.read.item_rows import item_rows
from lakecast_graphql.read.spans import Span
from lakecast_graphql.view import View
from lakecast_lake import columns, snapshots
from lakecast_lake.columns import Snapshot

METRIC = Shape(
    "Metric", tuple(Selected(b'"%b":' % name.encode(), name) for name in ("source", "mae", "windows", "mape"))
)
TOTAL = Shape("ForecastSeries", (Selected(b'"total":', "total"), Selected(b'"source":', "source")))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    lake = made_lake.make(tmp_path_factory.mktemp("lake") / "lake", items=11, datasets=("alpha", "beta"))
    return columns.load(lake, snapshots.newest(lake))


@pytest.fixture(autouse=True)
def small_neighbourhoods(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "FEW", 0)
    monkeypatch.setattr(item_texts, "FEW", 0)
    monkeypatch.setattr(spans, "BITS", 2)
    monkeypatch.setattr(item_texts, "BITS", 2)
    monkeypatch.setattr(item_texts, "_FAR", 1_000)
    for key in list(snapshot.memo._kept):
        del snapshot.memo._kept[key]


def chosen(name: str, shape: Shape, *, is_list: bool = False, **arguments: object) -> Selected:
    given = tuple((argument, lambda values, value=value: value) for argument, value in arguments.items())
    return Selected(b'"x":', name, given, shape, takes_arguments=True, is_list=is_list)


FIELDS = [
    *(Selected(b'"x":', name) for name in ("item_id", "name", "category", "unit", "unit_cost", "first_date")),
    chosen("metrics", METRIC, is_list=True, sources=["ensemble"]),
    chosen("metrics", METRIC, is_list=True, sources=["ensemble", "arima"]),
    chosen("metrics", METRIC, is_list=True),
    chosen("forecast", TOTAL),
    chosen("forecast", TOTAL, source="arima"),
    chosen("forecast", TOTAL, horizon=2),
    chosen("forecast", TOTAL, horizon=10_000),
]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_span_is_rendered_as_its_items_are(snapshot: Snapshot, field: Selected) -> None:
    view, shape = View(snapshot), Shape("Item", (field,))
    count = snapshot.items.count
    for low in range(count):
        for high in range(low + 1, count + 1):
            codes = np.arange(low, high)
            span = Span.of(snapshot, range(low, high))
            assert span is not None
            one_by_one = [
                render_rows(item_rows(view, codes[n : n + 1]), shape, Values({}))[0] for n in range(high - low)
            ]
            assert render_rows(item_rows(view, codes, span), shape, Values({})) == one_by_one
            assert render_rows(item_rows(view, codes), shape, Values({})) == one_by_one


@pytest.mark.parametrize("name", ["item_id", "name", "category", "supplier"])
def test_texts_of_any_items_are_those_of_each(snapshot: Snapshot, name: str) -> None:
    codes = np.arange(snapshot.items.count)[::-1].copy()
    values, ids = (snapshot.items.table[column].to_pylist() for column in (name, "item_id"))
    expected = [values[code] if values[code] is not None else ids[code] for code in codes.tolist()]
    scattered = item_texts.column(snapshot, name, codes, instead="item_id")
    spanned = item_texts.column(snapshot, name, codes[::-1], Span.of(snapshot, range(len(codes))), "item_id")
    for found, wanted in ((scattered, expected), (spanned, expected[::-1])):
        assert [found[row] for row in range(len(found))] == wanted
        assert list(found.cells()) == list(map(orjson.dumps, wanted))
