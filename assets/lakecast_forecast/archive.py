"""A fitted forecaster as one file: arrays, tables and a description in JSON, without pickle."""

import dataclasses
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lakecast_forecast.dataset import Dataset
from lakecast_forecast.evaluation.backtest import SourceForecasts, Weight
from lakecast_forecast.evaluation.origins import Origins
from lakecast_forecast.frames import Style
from lakecast_forecast.interface import Diagnostics, Forecasts
from lakecast_forecast.panel import Panel
from lakecast_forecast.run import Run
from lakecast_schema.periods import Frequency

_FORMAT = 1
_TABLES = ("demand", "driver", "rejected")


def save(path: Path, settings: Mapping[str, object], dataset: Dataset, panel: Panel, ran: Run) -> None:
    """Write a zip archive of arrays; fitted models are left out, for they can be fitted anew from it."""
    arrays: dict[str, Any] = {}
    for name in _TABLES:
        arrays[f"table/{name}"] = _bytes(getattr(dataset, name))
    sources = {}
    for name, source in ran.forecasts.items():
        parts = {"live": source.live, "raw_live": source.raw_live}
        parts |= {f"backtest{k}": one for k, one in enumerate(source.backtest)}
        parts |= {f"raw{k}": one for k, one in enumerate(source.raw)}
        for part, one in parts.items():
            arrays[f"{name}/{part}/mean"], arrays[f"{name}/{part}/quantiles"] = one.mean, one.quantiles
        arrays[f"{name}/seconds"] = source.seconds
        sources[name] = {
            "version": source.version,
            "offsets": source.origins.offsets,
            "scored": source.origins.scored,
            "weights": [dataclasses.astuple(weight) for weight in source.weights],
            "parameters": dict(source.diagnostics.parameters),
            "loss_curve": source.diagnostics.loss_curve,
            "issues": {part: one.issues for part, one in parts.items()},
            "levels": source.live.levels,
        }
    style = dataset.style
    described = {
        "format": _FORMAT,
        "settings": settings,
        "horizon": next(iter(ran.forecasts.values())).live.mean.shape[1],
        "frequency": str(dataset.frequency),
        "country": dataset.country,
        "notes": dataset.notes,
        "style": [style.backend, style.item_id, style.date, style.quantity, str(style.item_type)],
        "asked_for": ran.sources,
        "members": ran.members,
        "run_notes": ran.notes,
        "sources": sources,
    }
    text = np.array(json.dumps(described, default=str))
    with path.open("wb") as file:  # savez would add a suffix to a name
        np.savez_compressed(file, allow_pickle=False, description=text, **arrays)


def load(path: Path) -> tuple[dict[str, Any], Dataset, Panel, Run]:
    """Settings, demand and forecasts of an archive. Raises ValueError where the file is none of ours."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            described = json.loads(str(stored["description"]))
            arrays = {name: stored[name] for name in stored.files if name != "description"}
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ValueError(f"{path} is no saved forecaster; name a file that Forecaster.save wrote") from error
    if described["format"] != _FORMAT:
        raise ValueError(f"{path} was saved in format {described['format']}, this version reads {_FORMAT}; fit it anew")
    backend, item_id, date, quantity, item_type = described["style"]
    tables = {name: _table(arrays[f"table/{name}"]) for name in _TABLES}
    dataset = Dataset(
        Frequency(described["frequency"]),
        tables["demand"],
        tables["driver"],
        tables["rejected"],
        tuple(described["notes"]),
        Style(backend, item_id, date, quantity, pa.type_for_alias(item_type)),
        described["country"],
    )
    sources = {name: _source(name, one, arrays) for name, one in described["sources"].items()}
    ran = Run(tuple(described["asked_for"]), tuple(described["members"]), sources, {}, tuple(described["run_notes"]))
    return described["settings"], dataset, dataset.panel(described["horizon"]), ran


def _source(name: str, described: Mapping[str, Any], arrays: Mapping[str, Any]) -> SourceForecasts:
    def forecasts(part: str) -> Forecasts:
        return Forecasts(
            arrays[f"{name}/{part}/mean"],
            arrays[f"{name}/{part}/quantiles"],
            tuple(described["issues"][part]),
            tuple(described["levels"]),
        )

    origins = Origins(tuple(described["offsets"]), described["scored"])
    return SourceForecasts(
        name,
        described["version"],
        origins,
        tuple(forecasts(f"backtest{k}") for k in range(origins.scored)),
        forecasts("live"),
        tuple(forecasts(f"raw{k}") for k in range(len(origins.offsets))),
        forecasts("raw_live"),
        Diagnostics(described["parameters"], tuple(described["loss_curve"])),
        arrays[f"{name}/seconds"],
        tuple(Weight(*weight) for weight in described["weights"]),
    )


def _bytes(table: pa.Table) -> Any:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return np.frombuffer(sink.getvalue(), dtype=np.uint8)


def _table(content: Any) -> pa.Table:
    with pa.ipc.open_stream(pa.py_buffer(content.tobytes())) as reader:
        return reader.read_all()
