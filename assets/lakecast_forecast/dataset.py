"""A data frame of demand, read by the rules of input: what every model of the library fits."""

import datetime as dt
import logging
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_forecast.frames import NAME, Frame, Style, read
from lakecast_forecast.input.demand import judge
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.panel import build_panel
from lakecast_forecast.input.rejections import Rejections
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.series import demand_series
from lakecast_forecast.panel import Panel
from lakecast_schema.grammar import count_of
from lakecast_schema.periods import Frequency

_log = logging.getLogger("lakecast_forecast")
_SHOWN = ("row", "column", "value", "reason")


@dataclass(frozen=True)
class Dataset:
    """Demand of one data set on its grid.

    demand, driver: as of the tables of those names, demand of items whose demand has not ended; rejected: row, column,
    value and reason of each row that was not used; notes: what a person should know about the reading, in sentences.
    """

    frequency: Frequency
    demand: pa.Table
    driver: pa.Table
    rejected: pa.Table
    notes: tuple[str, ...]
    style: Style
    country: str | None

    @classmethod
    def of(cls, frame: Frame, rules: Rules) -> "Dataset":
        """Read a frame. Rows that break the contract are rejected, and the log says so.

        Raises `InputError` with row, column and remedy where nothing can be used, where the frame lacks a column or
        holds several data sets, and `FrequencyUnclear`.
        """
        file, style = read(frame)
        rows = judge(file, NAME, rules.as_of, rules)
        names = sorted({rows.datasets.names[code] for code in rows.datasets.codes.tolist()})
        if len(names) > 1:
            remedy = "Fit one at a time, such as df[df.dataset_id == " + repr(names[0]) + "]"
            raise InputError(NAME, f"holds {len(names)} data sets", remedy, column="dataset_id")
        if np.all(np.isnan(rows.quantity)):
            raise _nothing_usable(rows.verdicts, style)
        series = demand_series(rows, names[0], np.arange(file.rows.size), rules)
        rejected = rows.verdicts.table(lambda _: names[0], names[0], dt.datetime.now(dt.UTC)).select(_SHOWN)
        columns = [style.column(name) for name in rejected["column"].to_pylist()]
        rejected = rejected.set_column(1, "column", pa.array(columns, pa.string()))
        active = [name for name, one in zip(series.names, series.series.is_active.tolist(), strict=True) if one]
        if not active:
            raise InputError(
                NAME, "holds no item whose demand goes on", "Add the newest rows, there is nothing to forecast"
            )
        demand = series.demand.filter(pc.is_in(series.demand["item_id"], pa.array(active, pa.string())))
        notes = [one.sentence for one in series.report if one.severity != "info"]
        if rejected.num_rows:
            first = rejected.slice(0, 1).to_pylist()[0]
            notes.append(
                f"{count_of(rejected.num_rows, '[row|rows]')} rejected, such as row {first['row']}, "
                f"column {first['column']}: {first['reason']}"
            )
        if missing := sorted(set(series.items.names) - set(series.names)):
            notes.append(f"{count_of(len(missing), '[item has|items have]')} no usable row, such as {missing[0]}")
        if file.ignored:
            notes.append(f"unknown columns ignored: {', '.join(file.ignored)}; drivers are named x_*")
        for note in notes:
            _log.warning("%s: %s", NAME, note)
        return cls(series.periods.frequency, demand, series.driver, rejected, tuple(notes), style, rules.country)

    def panel(self, horizon: int) -> Panel:
        """The panel to forecast `horizon` periods of."""
        dataset_id = self.demand["dataset_id"][0].as_py()
        return build_panel(dataset_id, self.frequency, self.demand, self.driver, horizon, self.country)


def _nothing_usable(verdicts: Rejections, style: Style) -> InputError:
    number, column, reason = verdicts.first() or (None, "quantity", "all are empty; write the demand")
    problem, _, remedy = reason.partition("; ")
    return InputError(
        NAME,
        f"no row can be used; in the first, {problem}",
        remedy[:1].upper() + remedy[1:],
        row=number,
        column=style.column(column),
    )
