"""`lakecast mlflow`: training runs of the lake as runs of MLflow."""

import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lakecast_ops.lake_option import LakeOption, absolute
from lakecast_ops.problems import Failure
from lakecast_schema.grammar import count_of

if TYPE_CHECKING:
    from lakecast_ops.training_runs import TrainingRun

NAME = "mlflow"
EXAMPLE = "Example: lakecast mlflow --lake ./my-lake --to ./mlruns"
VARIABLE = "MLFLOW_TRACKING_URI"
EXPERIMENT = "lakecast/"
"""Before the name of the data set, in the name of its experiment."""
RUN_ID, SOURCE, MODEL_VERSION = "lakecast.run_id", "lakecast.source", "lakecast.model_version"
"""Tags: what tells a training run from all others, and whose it is."""
_LONGEST = 500
"""Characters of a parameter that every MLflow takes; longer ones stand in the file `model_run.json` alone."""
_AT_ONCE = 100
"""Parameters or metrics of a request: MLflow refuses more parameters."""


def command(
    lake: LakeOption,
    to: Annotated[
        str,
        typer.Option(
            metavar="URI",
            envvar=VARIABLE,
            show_envvar=False,
            help=f"MLflow's store: a folder, or a server's address. Without it: {VARIABLE}, else ./mlruns.",
            show_default=False,
        ),
    ] = "mlruns",
    dataset: Annotated[str | None, typer.Option(metavar="ID", help="Only this data set.", show_default=False)] = None,
) -> None:
    """Copy the lake's training runs to MLflow: parameters, metrics, loss curves and model versions.

    A run that is there already is left alone: call it after every run, or once a day.
    """
    if find_spec("mlflow") is None:
        raise Failure(
            "`lakecast mlflow` needs the extra mlflow, which is not installed here: "
            "`pip install 'lakecast[mlflow]'`, into an environment of its own."
        )
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nothing is told to anybody
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # a folder is what most people begin with
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    from lakecast_lake.storage import Lake
    from lakecast_ops.training_runs import training_runs

    store, copied, present = to if "://" in to or to.startswith("file:") else absolute(to), 0, 0
    try:
        experiments = _Experiments(MlflowClient(store))
        for run in training_runs(Lake.open(absolute(lake)), dataset):
            if experiments.has(run):
                present += 1
            else:
                experiments.add(run)
                copied += 1
    except MlflowException as error:
        raise Failure(f"MLflow at {store} did not take it: {error}") from error
    print(f"{count_of(copied, '[training run|training runs]')} copied to {store}, {present} were there already.")


class _Experiments:
    """One experiment per data set, and the runs that it has."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.ids: dict[str, str] = {}
        self.present: dict[str, set[tuple[str, str]]] = {}

    def has(self, run: "TrainingRun") -> bool:
        return (run.run_id, run.source) in self._present(run.dataset_id)

    def add(self, run: "TrainingRun") -> None:
        """A run, finished only when all of it is there: what a stopped command has left is copied again."""
        from mlflow.entities import Metric, Param

        at = int(run.ended.timestamp() * 1000)
        made = self.client.create_run(
            self._id(run.dataset_id),
            start_time=at - int(run.seconds * 1000),
            run_name=f"{run.source} {run.ended:%Y-%m-%d %H:%M}",
            tags={RUN_ID: run.run_id, SOURCE: run.source, MODEL_VERSION: run.model_version},
        )
        own = made.info.run_id
        parameters = [Param(name, text) for name, text in sorted(run.parameters.items()) if len(text) <= _LONGEST]
        metrics = [Metric(name, value, at, 0) for name, value in run.metrics.items()]
        metrics += [Metric("loss", loss, at, epoch) for epoch, loss in enumerate(run.loss_curve, start=1)]
        for part in _parts(parameters):
            self.client.log_batch(own, params=part)
        for part in _parts(metrics):
            self.client.log_batch(own, metrics=part)
        self.client.log_text(own, run.row, "model_run.json")
        self.client.set_terminated(own, "FINISHED", end_time=at)
        self._present(run.dataset_id).add((run.run_id, run.source))

    def _present(self, dataset_id: str) -> set[tuple[str, str]]:
        if dataset_id not in self.present:
            own = [one.data.tags for one in self._runs(dataset_id) if one.info.status == "FINISHED"]
            self.present[dataset_id] = {(tags.get(RUN_ID, ""), tags.get(SOURCE, "")) for tags in own}
        return self.present[dataset_id]

    def _runs(self, dataset_id: str) -> Iterator[Any]:
        page = self.client.search_runs([self._id(dataset_id)])
        yield from page
        while page.token:
            page = self.client.search_runs([self._id(dataset_id)], page_token=page.token)
            yield from page

    def _id(self, dataset_id: str) -> str:
        if dataset_id not in self.ids:
            name = EXPERIMENT + dataset_id
            known = self.client.get_experiment_by_name(name)
            self.ids[dataset_id] = known.experiment_id if known else self.client.create_experiment(name)
        return self.ids[dataset_id]


def _parts(entries: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (entries[first : first + _AT_ONCE] for first in range(0, len(entries), _AT_ONCE))
