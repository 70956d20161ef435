"""What is wrong with input stands in a table of the step that failed, with what its file has instead."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg

from lakecast_assets.pipeline.definitions import definitions
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.progress import Progress, Silent
from lakecast_assets.pipeline.settings import RunSettings


def test_a_missing_column_is_a_row_of_a_table(make_input: Callable[..., Path], lake: str) -> None:
    folder = make_input()
    demand = folder / "demand.csv"
    demand.write_text(demand.read_text().replace("item_id,date,quantity", "item_id,colour,quantity", 1))
    settings = RunSettings(data=str(folder), sources=["seasonal_naive"])
    loaded = definitions(lake, str(folder.parent / "hand_over"), settings, Progress(Silent()), Folders())
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("dataset", ["parts"])
        job = loaded.resolve_job_def("run")
        done = job.execute_in_process(instance=instance, partition_key="parts", raise_on_error=False)
    (failure,) = done.get_step_failure_events()
    noted = failure.step_failure_data.user_failure_data.metadata["error of input"]
    assert isinstance(noted, dg.TableMetadataValue)
    (record,) = noted.records
    shown = dict(record.data)
    remedy = shown.pop("remedy")
    assert shown == {"file": "demand.csv", "row": None, "column": "date", "problem": "the column is missing"}
    assert str(remedy).endswith("found are: item_id, colour, quantity")
