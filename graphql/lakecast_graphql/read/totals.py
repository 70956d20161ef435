"""Sums over forecasts by any combination of dimensions, nothing counted twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lakecast_graphql.errors import ApiError, bad_input
from lakecast_graphql.read import arguments, narrowing, paging, search
from lakecast_graphql.read.forecast_rows import FIELDS, OF_BLOCKS, OF_ROWS, mentions, scope
from lakecast_graphql.read.horizon import SQL as HORIZON
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.series import refuse_finer
from lakecast_graphql.read.table_rows import table_rows
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.columns.monthly import SUMS
from lakecast_lake.columns.relations import NUMBERS, blocks_of
from lakecast_lake.columns.where import condition

_DIMENSIONS = {
    "dataset_id": "i.dataset_id",
    "item_id": "i.code",
    "category": "i.category",
    "supplier": "i.supplier",
    "demand_class": "i.demand_class",
    "source": "b.source::varchar",
    "horizon": f"({HORIZON})",
    "cutoff": "b.cutoff",
}
_FIELDS = ("item_count", "row_count", "forecast", "actual", "wape", "bias", "coverage_80", "coverage_95")
_SUMS = """
    count(distinct item) as item_count, count(*)::double as row_count, sum(forecast) as forecast, sum(actual) as actual,
    sum(abs(actual - forecast)) / nullif(sum(abs(actual)), 0) as wape,
    sum(case when actual is not null then forecast - actual end) / nullif(sum(abs(actual)), 0) as bias,
    avg((actual between lower_80 and upper_80)::int) as coverage_80,
    avg((actual between lower_95 and upper_95)::int) as coverage_95"""
_SUMS_OF_SUMS = "sum(rows) as row_count, sum(forecast) as forecast"
_OF_ACTUALS = """
    case when sum(known) > 0 then sum(actual) end as actual,
    sum(abs_error) / nullif(sum(abs_actual), 0) as wape, sum(error) / nullif(sum(abs_actual), 0) as bias,
    sum(within_80) / nullif(sum(judged_80), 0) as coverage_80,
    sum(within_95) / nullif(sum(judged_95), 0) as coverage_95"""
_NO_ACTUALS = ", ".join(f"null::double as {name}" for name in ("actual", "wape", "bias", "coverage_80", "coverage_95"))
_SUMS_OF_ROWS = """
    count(*)::double as rows, sum(r.forecast) as forecast, count(r.actual)::double as known,
    coalesce(sum(r.actual), 0) as actual, coalesce(sum(abs(r.actual - r.forecast)), 0) as abs_error,
    coalesce(sum(case when r.actual is not null then r.forecast - r.actual end), 0) as error,
    coalesce(sum(abs(r.actual)), 0) as abs_actual,
    coalesce(sum((r.actual between r.lower_80 and r.upper_80)::double), 0) as within_80,
    count(r.actual between r.lower_80 and r.upper_80)::double as judged_80,
    coalesce(sum((r.actual between r.lower_95 and r.upper_95)::double), 0) as within_95,
    count(r.actual between r.lower_95 and r.upper_95)::double as judged_95"""
"""The columns of `monthly.SUMS`, from rows."""
_SUMS_WITHOUT_ACTUALS = "count(*)::double as rows, sum(r.forecast) as forecast, " + ", ".join(
    f"0::double as {name}" for name in SUMS[2:]
)
# The newest cutoff that forecast a date counts: backtest windows and the live forecast overlap.
_NEWEST = " qualify row_number() over (partition by b.item, b.source, r.date order by b.cutoff desc, b.live desc) = 1"


@dataclass(frozen=True, eq=False)
class _Question:
    """A checked question; `kind` is of `relations.KINDS`."""

    kind: str
    where: arguments.Filter
    source: str | None
    by: tuple[str, ...]
    grain: str
    newest: bool
    champions: bool

    @property
    def adds_up_months(self) -> bool:
        """Whether the sums by month are enough: nothing asked for is finer than a month of a block."""
        by_row = mentions(self.where, *OF_ROWS) or "horizon" in self.by
        coarse = "period" not in self.by or self.grain in ("month", "quarter", "year")
        return not by_row and coarse and not self.newest

    @property
    def counts_an_item_once(self) -> bool:
        """Whether no group of sums by month has two rows of one item: one source, one cutoff, one month."""
        one_source = self.champions or self.source is not None or "source" in self.by
        return self.kind == "live" and one_source and "period" in self.by and self.grain == "month"

    @property
    def rows_and_blocks(self) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
        """The filter as one of rows alone and one of blocks alone, both of which must hold; None where it is not so.

        Rows can then be added up by block before anything is joined to them.
        """
        if self.newest or "horizon" in self.by:
            return None
        of_rows = {name: test for name, test in self.where.items() if mentions({name: test}, *OF_ROWS)}
        if mentions(of_rows, "horizon", *OF_BLOCKS):
            return None
        return of_rows, {name: test for name, test in self.where.items() if name not in of_rows}


def forecast_totals(
    view: View,
    where: Any = None,
    source: str | None = None,
    kind: Any = "live",
    group_by: Sequence[Any] = (),
    grain: Any = "month",
    having: Any = None,
    order_by: Iterable[Any] | None = None,
    first: int = 1000,
    after: str | None = None,
) -> Connection[Rows]:
    """A page of groups, by their keys in the order of `group_by` unless ordered otherwise; nulls come last.

    Items of different data sets are different items even where their ids are the same.
    """
    arguments.page_size(first)
    filtered, conditions = arguments.canonical(where), arguments.canonical(having)
    by = tuple(dict.fromkeys(arguments.word(dimension) for dimension in group_by))
    order = arguments.order(order_by)
    step, which = arguments.word(grain), arguments.word(kind)
    question = paging.Question(
        view.snapshot.record, "forecastTotals", filtered, source, which, by, step, conditions, order
    )
    begin = paging.start(after, question)
    sums = _checked(view, filtered, source, which, by, step)
    table = view.snapshot.memo.value(("totals", question.name), lambda: _answer(view, sums, conditions, order))
    page = _rows(view, table.slice(begin, first))
    return Connection(page, begin, len(table), question)


def _checked(
    view: View, where: arguments.Filter, source: str | None, kind: str, by: tuple[str, ...], grain: str
) -> _Question:
    arguments.source(view.snapshot, source)
    arguments.names_in(view.snapshot, where)
    cutoffs = mentions(where, "cutoff") or "cutoff" in by or "horizon" in by
    has_source = source is not None or "source" in by
    if not has_source and mentions(where, "source"):
        named = _sources_of(view, where, scope(kind, where))
        if len(named) > 1:
            raise bad_input(
                "The filter admits several sources, whose forecasts do not add up: add SOURCE to `groupBy`, or name "
                "one source.",
                argument="where",
                known=named,
            )
        has_source = True
    return _Question(scope(kind, where), where, source, by, grain, kind != "live" and not cutoffs, not has_source)


def _sources_of(view: View, where: arguments.Filter, kind: str) -> list[str]:
    """The sources that a filter names at its top, else those of the rows that it finds."""
    own = where.get("source", {})
    if "eq" in own:
        return [own["eq"]]
    if "in_" in own:
        return sorted(set(own["in_"]))
    text, parameters = condition(where, FIELDS)
    answer = search.ask(
        view,
        f"select distinct b.source::varchar as source from {_relations(kind)} where {text} order by 1",
        parameters,
        uses=_uses(kind),
    )
    return [str(name) for name in answer["source"].to_pylist()]


def _answer(view: View, question: _Question, having: arguments.Filter, order: arguments.Order) -> pa.Table:
    view.check_deadline()
    if "period" in question.by and question.grain != "native":
        _refuse_finer(view, question)
    rows = _rows_of(view, question)
    if rows.by_row:
        sums = _SUMS
    else:
        items = "count(*)" if rows.items_once else "count(distinct item)"
        figures = _OF_ACTUALS if _has_actuals(view, question.kind) else _NO_ACTUALS
        sums = f"{items} as item_count, {_SUMS_OF_SUMS}, {figures}"
    grouped = f"select {', '.join([*question.by, sums])} from ({rows.text}) group by {_list(question.by)}"
    groups, more = condition(having, {name: f"g.{name}" for name in ("forecast", "wape", "item_count")})
    last = ", ".join(f"g.{dimension} asc nulls last" for dimension in question.by) or "1"
    known = {name: f"g.{name}" for name in ("forecast", "actual", "wape", "bias", "period")}
    usable = tuple((name, down) for name, down in order if name in question.by or name in _FIELDS)
    query = f"select * from ({grouped}) g where {groups}{search.ordering(usable, known, last)}"
    return search.ask(view, query, [*rows.parameters, *more], uses=rows.uses, tables=rows.tables)


@dataclass(frozen=True)
class _Source:
    """What is grouped: a query of keys, `item` and figures.

    by_row: the figures are of rows, not sums of rows. items_once: no group has two rows of one item.
    """

    text: str
    parameters: list[Any]
    uses: tuple[str, ...]
    tables: Mapping[str, pa.Table]
    by_row: bool = False
    items_once: bool = False


def _rows_of(view: View, question: _Question) -> _Source:
    """The cheapest of three ways: sums by month; sums by block, made now; rows."""
    kind, inner = question.kind, question.rows_and_blocks
    if question.adds_up_months:
        once = question.counts_an_item_once
        return _joined(question, f"month_{kind}", [], question.where, {}, of_months=True, items_once=once)
    actuals = _has_actuals(view, kind)
    figures = NUMBERS if actuals or inner is None else ("forecast",)
    named = ("model_version",) if mentions(question.where, "model_version") else ()
    some = narrowing.some_rows(view, kind, question.where, _conditions(question), (*figures, *named))
    tables = {} if some is None else {narrowing.NAME: some}
    rows = f"row_{kind}" if some is None else narrowing.NAME
    if inner is not None:
        of_rows, of_blocks = inner
        text, parameters = condition(of_rows, FIELDS)
        day = _key("period", question.grain) if "period" in question.by else "null::date"
        sums = _SUMS_OF_ROWS if actuals else _SUMS_WITHOUT_ACTUALS
        query = f"(select r.block, {day} as date, {sums} from {rows} r where {text} group by 1, 2)"
        return _joined(question, query, parameters, of_blocks, tables, reads=rows)
    return _joined(question, rows, [], question.where, tables, by_row=True)


def _has_actuals(view: View, kind: str) -> bool:
    """Whether any row has an actual: most live forecasts have none, and there is nothing to compare then."""
    snapshot = view.snapshot
    return any(snapshot.monthly(s).sums["known"].any() for s in blocks_of(snapshot, kind).segments)


def _conditions(question: _Question) -> list[tuple[str, list[str]]]:
    """What holds besides the filter, on blocks and items."""
    source = [] if question.source is None else [("b.source = ?", [question.source])]
    return [*source, *([("b.champion", [])] if question.champions else [])]


def _joined(
    question: _Question,
    table: str,
    before: list[Any],
    where: Mapping[str, Any],
    tables: Mapping[str, pa.Table],
    *,
    reads: str | None = None,
    by_row: bool = False,
    of_months: bool = False,
    items_once: bool = False,
) -> _Source:
    """Rows or sums of them with the keys that they are grouped by.

    Args:
        reads: the relation within `table`.
        of_months: dates are the first days of months already, which are not looked for again.
    """
    text, parameters = condition(where, FIELDS)
    for more, values in _conditions(question):
        text, parameters = f"({text}) and {more}", [*parameters, *values]
    grain = "native" if of_months and question.grain == "month" else question.grain
    keys = [f"{_key(dimension, grain)} as {dimension}" for dimension in question.by]
    columns = ", ".join([*keys, "b.item", *(f"r.{name}" for name in (NUMBERS if by_row else SUMS))])
    relations = f"{table} r join block_{question.kind} b on b.block = r.block join item i on i.code = b.item"
    newest = _NEWEST if question.newest else ""
    query = f"select {columns} from {relations} where {text}{newest}"
    uses = tuple(name for name in (reads or table, f"block_{question.kind}", "item") if name not in tables)
    return _Source(query, [*before, *parameters], uses, tables, by_row, items_once)


def _refuse_finer(view: View, question: _Question) -> None:
    items = view.snapshot.items
    try:
        refuse_finer(items.frequency, question.grain)
    except ApiError:
        pass  # of some items; whether of those that are asked for, a query tells
    else:
        return
    text, parameters = condition(question.where, FIELDS)
    needs_rows = mentions(question.where, *OF_ROWS)
    kind = question.kind
    relations = _relations(kind) if needs_rows else f"block_{kind} b join item i on i.code = b.item"
    answer = search.ask(
        view,
        f"select distinct b.item as item from {relations} where {text}",
        parameters,
        uses=_uses(kind, "row" if needs_rows else None),
    )
    refuse_finer(items.frequency[answer["item"].to_numpy()], question.grain)


def _key(dimension: str, grain: str) -> str:
    if dimension != "period":
        return _DIMENSIONS[dimension]
    return "r.date" if grain == "native" else f"date_trunc('{grain}', r.date)::date"


def _list(by: Sequence[str]) -> str:
    # Without dimensions all rows are one group, and no rows none: `group by ()` would make a row of nothing.
    return ", ".join(by) if by else "true"


def _relations(kind: str, table: str = "row") -> str:
    return f"{table}_{kind} r join block_{kind} b on b.block = r.block join item i on i.code = b.item"


def _uses(kind: str, table: str | None = "row") -> tuple[str, ...]:
    return (*((f"{table}_{kind}",) if table else ()), f"block_{kind}", "item")


def _rows(view: View, table: pa.Table) -> Rows:
    dimensions = (*_DIMENSIONS, "period")
    for name in dimensions:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(len(table), pa.string()))
    if table.schema.field("item_id").type == pa.int32():
        ids = view.snapshot.items.table["item_id"].take(table["item_id"])
        table = table.set_column(table.column_names.index("item_id"), "item_id", ids)
    return table_rows(table, enums=("demand_class",))
