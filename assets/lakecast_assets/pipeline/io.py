"""IO managers: contracted tables go to the lake, arrays from step to step through files."""

import datetime as dt
import os
import pickle
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from lakecast_assets.pipeline import as_published, commits
from lakecast_assets.pipeline.as_published import AsPublished
from lakecast_assets.pipeline.inputs import WITHDRAWAL
from lakecast_assets.pipeline.own_folder import own_folder
from lakecast_assets.pipeline.retries import only_what_may_pass
from lakecast_lake import commit, snapshots
from lakecast_lake.commit import Commit
from lakecast_lake.published import KEPT_CUTOFFS
from lakecast_lake.recovery import Withdrawal
from lakecast_lake.storage import Lake
from lakecast_schema.contract import Table
from lakecast_schema.tables import DEMAND, FACT_FORECAST, TABLES

WHERE = "where"
"""Metadata of an input that reads part of its table only: column -> value."""


def column_schema(table: Table) -> dg.TableSchema:
    """The contract as Dagster shows it on an asset's page."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                str(column.type),
                description=f"{column.comment}; {column.rule.value}" if column.rule else column.comment,
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in table.columns
        ]
    )


def commit_table(
    lake: Lake,
    table: Table,
    batch: pa.Table,
    dataset_id: str,
    run_id: str,
    *,
    demand: pa.Table | None = None,
    withdrawal: Withdrawal | None = None,
    keep_cutoffs: int = KEPT_CUTOFFS,
) -> Commit:
    """Commit a data set's rows the way the table wants it.

    Bronze tables keep the rows of other files, forecasts and metrics those of sources that are neither in the batch
    nor in `withdrawal`, forecasts also older ones as past, with actuals from `demand`; of all other tables the data
    set's rows are replaced. Raises ContractError or LakeError, and then nothing has changed.
    """
    if table.layer == "bronze":
        return commit.append(lake, table, batch, run_id)
    if "source" not in table.partition_by:
        return commit.replace(lake, table, batch, {"dataset_id": dataset_id}, run_id)
    gone = () if withdrawal is None else withdrawal.sources
    sources = sorted({*pc.unique(batch["source"]).to_pylist(), *gone})
    if "kind" not in table.partition_by:
        where = {"dataset_id": dataset_id, "source": sources}
        return commit.replace(lake, table, batch, where, run_id, withdrawal=withdrawal)
    return commit.forecasts(
        lake, batch, dataset_id, sources, run_id, demand=demand, keep_cutoffs=keep_cutoffs, withdrawal=withdrawal
    )


def read_table(lake: Lake, dataset_id: str, name: str, version: int, where: dict[str, str] | None = None) -> pa.Table:
    """A data set's rows of a table at a version, ordered by the table's key."""
    entry = snapshots.Entry(dataset_id, name, version, 0, dt.datetime.now(dt.UTC))
    rows = snapshots.scan(lake, entry, {"dataset_id": dataset_id, **(where or {})})
    return rows.sort_by([(column, "ascending") for column in TABLES[name].key])


class LakeIO(dg.ConfigurableIOManager):
    """Commits a `pa.Table` to the contracted table of the asset's name, and reads what this run, else a
    published one, has committed there. An empty table is not committed, nor one that is as published."""

    uri: str
    keep_cutoffs: int = Field(
        default=KEPT_CUTOFFS, ge=0, description="Cutoffs of earlier runs that are kept per item and source"
    )

    @property
    def lake(self) -> Lake:
        return Lake.open(self.uri)

    def published(self, dataset_id: str, name: str) -> pa.Table:
        """A data set's published rows of a table; empty where there are none."""
        return read_current(self.lake, dataset_id, name, None, {})

    def current(self, context: dg.AssetExecutionContext, name: str) -> pa.Table:
        """A data set's rows of a table as this run has committed them, else as published."""
        runs = commits.run_ids(context.instance, context.run)
        event = commits.of_run(context.instance, runs, context.partition_key, name)
        return read_current(self.lake, context.partition_key, name, event, {})

    def handle_output(self, context: dg.OutputContext, obj: pa.Table | AsPublished) -> None:
        started = time.monotonic()
        table = TABLES[context.asset_key.path[-1]]
        run_id = commits.run_id(context.step_context.instance, context.step_context.dagster_run)
        noted: dict[str, Any] = {
            "dagster/column_schema": column_schema(table),
            "dagster/table_name": f"lake.{table.name}",
            "dagster/uri": self.lake.table_uri(table.name),
            "lakecast/run_id": run_id,
        }
        if isinstance(obj, AsPublished):
            noted[as_published.NOTE] = True
        elif obj.num_rows == 0:
            commits.note(table.name, commits.NoRows())
            noted[commits.ROWS] = 0
        else:
            with only_what_may_pass():
                done = commit_table(
                    self.lake,
                    table,
                    obj,
                    context.partition_key,
                    run_id,
                    demand=self._current(context, DEMAND.name, {}) if table is FACT_FORECAST else None,
                    withdrawal=_withdrawal((context.output_metadata or {}).get(WITHDRAWAL)),
                    keep_cutoffs=self.keep_cutoffs,
                )
            commits.note(table.name, done)
            noted |= commits.metadata(done)
        context.add_output_metadata({**noted, "lakecast/commit_seconds": round(time.monotonic() - started, 3)})

    def load_input(self, context: dg.InputContext) -> pa.Table:
        table = TABLES[context.asset_key.path[-1]]
        return self._current(context, table.name, dict((context.definition_metadata or {}).get(WHERE) or {}))

    def _current(self, context: dg.InputContext | dg.OutputContext, name: str, where: dict[str, str]) -> pa.Table:
        step = context.step_context
        runs = commits.run_ids(step.instance, step.dagster_run)
        event = commits.of_run(step.instance, runs, context.partition_key, name)
        return read_current(self.lake, context.partition_key, name, event, where)


def read_current(
    lake: Lake, dataset_id: str, name: str, event: Commit | commits.NoRows | None, where: dict[str, str]
) -> pa.Table:
    """A data set's rows of a table: at this run's commit, else as published; empty where there are none."""
    if isinstance(event, Commit):
        return read_table(lake, dataset_id, name, event.version, where)
    published = snapshots.published(lake, dataset_id, name) if event is None else None
    if published is None:
        return TABLES[name].schema.empty_table()
    return read_table(lake, dataset_id, name, published.version, where)


def _withdrawal(noted: object) -> Withdrawal | None:
    """What an asset has noted of its output, as Dagster keeps it."""
    data = noted.data if isinstance(noted, dg.JsonMetadataValue) else noted
    return Withdrawal(**data) if isinstance(data, dict) else None


@dataclass(frozen=True)
class HandedOver:
    """A file with what an upstream step has handed over; read when it is needed, since it may be large."""

    path: Path
    run_ids: frozenset[str]

    @property
    def is_as_published(self) -> bool:
        """Whether this run has left it as it is published."""
        return isinstance(self.load(), AsPublished)

    def load(self) -> Any:
        """The object, or None where this run has not made any."""
        try:
            with self.path.open("rb") as file:
                if pickle.load(file) not in self.run_ids:
                    return None
                return pickle.load(file)
        except FileNotFoundError:
            return None


class HandOver(dg.ConfigurableIOManager):
    """Keeps arrays between steps, one file per asset and data set, replaced by each run; gives `HandedOver`.

    They are pickled: the folder is this user's alone.
    """

    folder: str

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        path = self._path(context.asset_key, context.partition_key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            pickle.dump(context.run_id, file)
            pickle.dump(obj, file, protocol=pickle.HIGHEST_PROTOCOL)
        os.replace(file.name, path)

    def load_input(self, context: dg.InputContext) -> HandedOver:
        step = context.step_context
        runs = commits.run_ids(step.instance, step.dagster_run)
        return HandedOver(self._path(context.asset_key, context.partition_key), frozenset(runs))

    def _path(self, asset: dg.AssetKey, partition: str) -> Path:
        return own_folder(Path(self.folder)) / quote(f"={partition}", safe="=") / f"{asset.path[-1]}.pickle"
