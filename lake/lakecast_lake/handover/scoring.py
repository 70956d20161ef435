"""The errors of imported forecasts: as handed over, or computed from rows whose actuals are known."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_lake.errors import BadResults
from lakecast_lake.handover.completion import codes, gate, narrowed
from lakecast_lake.handover.frequencies import ItemFrequencies
from lakecast_schema import accuracy
from lakecast_schema.periods import Frequency, grid_index
from lakecast_schema.rules import SHOWN_ROWS
from lakecast_schema.tables import BOUNDS, FACT_METRICS

BASELINE = "seasonal_naive"
_SERIES = ["dataset_id", "item_id", "source"]
_PROVENANCE = ["model_version", "generated_at"]

Array = NDArray[np.float64]


def check_metrics(rows: pa.Table, path: Path) -> None:
    """Hold rows as they came against the contract: item and source must be there, and any of the figures."""
    if rows.num_rows:  # an empty file says that there are none
        gate(narrowed(FACT_METRICS, {*_SERIES, *rows.column_names}), rows, path)


def complete_metrics(rows: pa.Table, forecasts: pa.Table, run_id: str, path: Path) -> pa.Table:
    """Whole rows of `fact_metrics`; figures that are left out are null.

    Model version and instant, where they are left out, are those of the newest forecast of the same item and
    source, else of the same source. Raises BadResults for a row whose item or source has no forecast at all.
    """
    for key in ("item_id", "source"):
        _refuse_strangers(rows, forecasts, ["dataset_id", key], path)
    missing = [name for name in _PROVENANCE if name not in rows.column_names]
    if missing:
        rows = _with_provenance(rows, forecasts, missing)
    if "run_id" not in rows.column_names:
        rows = rows.append_column("run_id", pa.repeat(run_id, rows.num_rows))
    for column in FACT_METRICS.columns:
        if column.name not in rows.column_names:
            rows = rows.append_column(column.name, pa.nulls(rows.num_rows, column.type))
    return rows.select(FACT_METRICS.column_names).cast(FACT_METRICS.schema)


def _refuse_strangers(rows: pa.Table, forecasts: pa.Table, key: list[str], path: Path) -> None:
    strangers = rows.select(_SERIES).join(forecasts.select(key), key, join_type="left anti")
    if strangers.num_rows:
        shown = "".join(f"\n  {_named(row)}" for row in strangers.slice(0, SHOWN_ROWS).to_pylist())
        raise BadResults(
            str(path),
            f"has errors where {key[-1]} has no forecasts ({strangers.num_rows} rows){shown}\n",
            "Add their forecasts, or remove these rows.",
        )


def _with_provenance(rows: pa.Table, forecasts: pa.Table, missing: list[str]) -> pa.Table:
    newest_first = forecasts.select([*_SERIES, *_PROVENANCE]).sort_by([("generated_at", "descending")])
    for number, key in enumerate((_SERIES, ["dataset_id", "source"])):
        newest = newest_first.group_by(key, use_threads=False).aggregate([(name, "first") for name in missing])
        newest = newest.rename_columns([*key, *(f"{name}_{number}" for name in missing)])
        rows = rows.join(newest, key, join_type="left outer")
    for name in missing:
        rows = rows.append_column(name, pc.coalesce(rows[f"{name}_0"], rows[f"{name}_1"]))
    return rows


def scored(forecasts: pa.Table, demand: pa.Table, frequencies: ItemFrequencies) -> pa.Table:
    """Errors of forecasts whose actuals are known, one row per item and source that has any, for `complete_metrics`.

    demand: the lake's demand of the same data sets; scaled errors are null where it has nothing from before the
    scored rows, for nothing else says how an item varies.
    """
    known = forecasts.filter(pc.is_valid(forecasts["actual"]))
    tables = [pa.schema([FACT_METRICS.schema.field(name) for name in _SERIES]).empty_table()]
    for dataset_id, frequency, mine in frequencies.groups(known):
        history = demand.filter(pc.equal(demand["dataset_id"], dataset_id))
        tables.extend(_scored(known.filter(pa.array(mine)), history, frequency))
    return pa.concat_tables(tables, promote_options="permissive")


def _scored(rows: pa.Table, history: pa.Table, frequency: Frequency) -> Iterator[pa.Table]:
    """The errors of a data set's items of one frequency, a table per source."""
    encoded = rows["item_id"].combine_chunks().dictionary_encode()
    items = encoded.dictionary
    item = encoded.indices.to_numpy().astype(np.int64)
    window = codes(rows, ("kind", "cutoff"))
    actual, forecast = rows["actual"].to_numpy(), rows["forecast"].to_numpy()
    bounds = np.stack([rows[name].to_numpy() for name in BOUNDS], axis=1)
    scale, squared = accuracy.scales(_before(rows, item, items, history, frequency), frequency.season_length)
    sources = rows["source"].to_numpy()

    figures: dict[str, Mapping[str, Array]] = {}
    for source in sorted(set(sources)):
        mine = sources == source
        figures[source] = accuracy.metrics(
            item[mine], window[mine], actual[mine], forecast[mine], bounds[mine], scale, squared
        )
    unknown = np.full(len(items), np.nan)
    baseline = figures.get(BASELINE, {}).get("scaled_quantile_loss", unknown)
    for source, errors in figures.items():
        mask = errors["observations"] > 0
        all_errors = {**errors, "skill": accuracy.skill(errors["scaled_quantile_loss"], baseline)}
        columns = {name: pa.array(values[mask], from_pandas=True) for name, values in all_errors.items()}
        count = int(mask.sum())
        named = {"dataset_id": rows["dataset_id"][0].as_py(), "source": source}
        repeated = {name: pa.repeat(text, count) for name, text in named.items()}
        yield pa.table({**repeated, "item_id": items.filter(pa.array(mask)), **columns})


def _before(rows: pa.Table, item: NDArray[np.int64], items: pa.Array, history: pa.Table, frequency: Frequency) -> Array:
    """(items, periods) demand from before each item's first scored row, right-aligned, NaN where unknown."""
    dates = rows["date"].to_numpy().astype("datetime64[D]")
    first = np.full(len(items), np.iinfo(np.int64).max)
    np.minimum.at(first, item, grid_index(dates, frequency))
    owner = pc.index_in(history["item_id"], items).fill_null(-1).to_numpy().astype(np.int64)
    period = grid_index(history["date"].to_numpy().astype("datetime64[D]"), frequency)
    back = first[owner] - period  # 1 is the period just before
    mask = (owner >= 0) & (back > 0)
    if not mask.any():
        return np.full((len(items), 1), np.nan)
    values = np.full((len(items), int(back[mask].max())), np.nan)
    values[owner[mask], -back[mask]] = history["quantity"].to_numpy()[mask]
    return values


def _named(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items())
