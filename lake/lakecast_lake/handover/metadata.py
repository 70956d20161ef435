"""`metadata.json`: what a folder of results says about itself, held against what it holds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from lakecast_lake.errors import BadResults
from lakecast_lake.summary import model_versions
from lakecast_schema.periods import Frequency

SCHEMA_VERSION = 1
FILE = "metadata.json"

Frequencies = Mapping[str, str | Mapping[str, str]]
"""Data set -> the frequency of all its items, or item -> frequency."""


@dataclass(frozen=True)
class Metadata:
    """The statements of a `metadata.json`; those that it does not make are empty."""

    path: Path
    dataset_ids: tuple[str, ...] = ()
    model_versions: tuple[tuple[str, str], ...] = ()  # (source, version)
    row_counts: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    frequencies: Frequencies = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The folder's metadata, empty where it has none. Raises BadResults where it cannot be understood."""
        path = folder / FILE
        if not path.exists():
            return cls(path)
        try:
            content = json.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise BadResults(str(path), f"is no JSON ({error})", "Write it anew, or leave it out.") from error
        if not isinstance(content, dict):
            raise BadResults(str(path), "must be a JSON object", "Write it anew, or leave it out.")
        _check_version(path, content.get("schema_version", SCHEMA_VERSION))
        _check_instant(path, content.get("generated_at"))
        datasets = content.get("dataset_id", content.get("dataset_ids", ()))
        return cls(
            path,
            dataset_ids=_texts(path, "dataset_id", datasets),
            model_versions=_versions(path, content.get("model_versions", {})),
            row_counts=_mapping(path, "row_counts", content, int),
            digests=_mapping(path, "digests", content, str),
            frequencies=_frequencies(path, content.get("frequencies", {})),
        )

    def agree_with(self, forecasts: pa.Table, metrics: pa.Table | None) -> None:
        """Raise BadResults where a statement contradicts the rows or files of the folder."""
        self._agree_on_counts({"fact_forecast": forecasts, "fact_metrics": metrics})
        datasets = sorted(set(forecasts["dataset_id"].to_pylist()))
        if self.dataset_ids and sorted(self.dataset_ids) != datasets:
            self._contradiction("dataset_id", ", ".join(self.dataset_ids), ", ".join(datasets))
        versions: dict[str, set[str]] = {}
        for row in (
            forecasts.select(["source", "model_version"])
            .group_by(["source", "model_version"])
            .aggregate([])
            .to_pylist()
        ):
            versions.setdefault(row["source"], set()).add(row["model_version"])
        for source, version in self.model_versions:
            if version not in versions.get(source, ()):
                shown = ", ".join(sorted(versions.get(source, ()))) or "none"
                self._contradiction(f"model_versions.{source}", version, shown)
        for name, digest in self.digests.items():
            file = self.path.parent / name
            shown = sha256(file.read_bytes()).hexdigest() if file.is_file() else "no such file"
            if digest.removeprefix("sha256:").lower() != shown:
                self._contradiction(f"digests.{name}", digest, shown)

    def _agree_on_counts(self, tables: Mapping[str, pa.Table | None]) -> None:
        for name, count in self.row_counts.items():
            table = name.removesuffix(".parquet")
            rows = tables.get(table)
            actual = 0 if rows is None else rows.num_rows
            if table in tables and count != actual:  # what else it counts is not ours to judge
                self._contradiction(f"row_counts.{name}", count, actual)

    def _contradiction(self, statement: str, stated: object, value: object) -> None:
        raise BadResults(
            str(self.path),
            f"{statement} says {stated}, but the folder holds {value}",
            "Hand over the complete folder, or correct the statement.",
        )


def describe(forecasts: pa.Table, metrics: pa.Table, frequencies: Frequencies) -> Mapping[str, Any]:
    """What `metadata.json` says of these rows."""
    datasets = sorted(set(forecasts["dataset_id"].to_pylist()))
    sources = model_versions(forecasts)
    return {
        "schema_version": SCHEMA_VERSION,
        "dataset_id": datasets[0] if len(datasets) == 1 else datasets,
        "generated_at": max(each["generated_at"] for each in sources).isoformat(),
        "model_versions": {each["source"]: each["model_version"] for each in sources},
        "row_counts": {"fact_forecast": forecasts.num_rows, "fact_metrics": metrics.num_rows},
        "frequencies": frequencies,
    }


def _check_version(path: Path, version: object) -> None:
    if str(version).split(".")[0] != str(SCHEMA_VERSION):
        raise BadResults(
            str(path),
            f"schema_version is {version}, known is {SCHEMA_VERSION}",
            "Write the folder for this version of the contract, or update this installation.",
        )


def _check_instant(path: Path, instant: object) -> None:
    if instant is None:
        return
    try:
        datetime.fromisoformat(str(instant))
    except ValueError as error:
        remedy = "Write an ISO 8601 instant such as 2026-01-31T12:00:00Z."
        raise BadResults(str(path), f"generated_at is {instant!r}, which is no instant", remedy) from error


def _texts(path: Path, name: str, value: object) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise BadResults(str(path), f"{name} must be a text or a list of texts", f"Correct {name}.")
    return tuple(texts)


def _versions(path: Path, value: object) -> tuple[tuple[str, str], ...]:
    """Pairs of source and version, from {source: version}, {source: [versions]} or [{source, model_version}]."""
    pairs: list[tuple[object, object]] = []
    if isinstance(value, dict):
        for source, versions in value.items():
            pairs += [(source, version) for version in (versions if isinstance(versions, list) else [versions])]
    elif isinstance(value, list):
        pairs = [(each.get("source"), each.get("model_version")) for each in value if isinstance(each, dict)]
    texts = [(source, version) for source, version in pairs if isinstance(source, str) and isinstance(version, str)]
    if not isinstance(value, dict | list) or len(texts) != max(len(pairs), len(value)):
        remedy = 'Write it as {"arima": "v1.0.0"}.'
        raise BadResults(str(path), "model_versions must give each source's version as text", remedy)
    return tuple(texts)


def _mapping(path: Path, name: str, content: Mapping[str, Any], kind: type) -> dict[str, Any]:
    value = content.get(name, {})
    if not isinstance(value, dict) or not all(type(each) is kind for each in value.values()):
        word = "numbers of rows" if kind is int else "texts"
        raise BadResults(str(path), f"{name} must be an object of {word}", f"Correct {name}.")
    return value


def _frequencies(path: Path, value: object) -> Frequencies:
    known = set(Frequency)
    if isinstance(value, dict) and all(
        (each in known if isinstance(each, str) else isinstance(each, dict) and set(each.values()) <= known)
        for each in value.values()
    ):
        return value
    raise BadResults(
        str(path),
        "frequencies must name, per data set, a frequency or one per item",
        f"Use {', '.join(Frequency)}.",
    )
