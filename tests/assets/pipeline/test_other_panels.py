"""Data sets of one folder learn together, and a bad one does not keep the others from it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lakecast_assets.ingest.folder import open_folder
from lakecast_assets.pipeline import other_panels
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.run import run
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_forecast.models.lstm import model, training
from lakecast_forecast.models.lstm.memory import Memory

MONTHS = np.arange("2018-01", "2024-01", dtype="datetime64[M]")
QUARTERS = MONTHS[::3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two data sets that can share a net, and one of dates that are no grid."""
    lines = ["dataset_id,item_id,date,quantity"]
    for name, dates in (("months", MONTHS), ("quarters", QUARTERS)):
        for item in range(3):
            demand = np.random.default_rng(item).integers(50, 90, len(dates)) + np.arange(len(dates))
            lines += [f"{name},i{item},{day}-01,{value}" for day, value in zip(dates, demand, strict=True)]
    lines += [f"broken,i0,{day},3" for day in ("2020-01-01", "2020-01-17", "2023-11-05")]
    path = tmp_path / "both"
    path.mkdir()
    (path / "demand.csv").write_text("\n".join(lines) + "\n")
    return path


def test_other_panels_are_the_other_readable_data_sets(folder: Path) -> None:
    settings = RunSettings(data=str(folder), horizon=2)
    for folders in (Folders(), Folders(open_folder(folder))):
        found = {one.panel.dataset_id: one for one in other_panels.of("months", folders, settings)}
        assert "months" not in found
        assert (len(found["quarters"].panel), found["quarters"].horizon) == (3, 2)
        assert found["quarters"].panel.values.shape == (3, len(QUARTERS))


def test_each_other_panel_has_the_horizon_that_it_is_run_with(folder: Path) -> None:
    folders = Folders(open_folder(folder), horizons={"quarters": 5})
    settings = RunSettings(data=str(folder), horizon=0)
    (quarters,) = (one for one in other_panels.of("months", folders, settings) if one.panel.dataset_id == "quarters")
    (months,) = (one for one in other_panels.of("quarters", folders, settings) if one.panel.dataset_id == "months")
    assert quarters.horizon == 5
    assert months.horizon == months.panel.frequency.default_horizon


def test_a_folder_that_has_gone_has_no_other_panels(tmp_path: Path) -> None:
    assert list(other_panels.of("any", Folders(), RunSettings(data=str(tmp_path / "gone")))) == []


def test_a_run_trains_its_net_once_for_all_data_sets(folder: Path, lake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    train: Callable[..., training.Trained | None] = training.train

    def counted(kind: str, view: object, *rest: object) -> training.Trained | None:
        made.append((kind, len(view.first)))  # type: ignore[attr-defined]
        return train(kind, view, *rest)

    monkeypatch.setattr(training, "train", counted)
    monkeypatch.setattr(model, "_trained", Memory())
    report = run(folder, lake, sources=["lstm"], horizon={"months": 6, "quarters": 4})
    published = {one.dataset_id for one in report.datasets if one.snapshot_id is not None}
    assert {"months", "quarters"} <= published
    joint = [items for _, items in made if items >= 6]
    assert len(joint) == 3  # for the present, for the scored windows of both, and for the older ones
    assert not [items for _, items in made if items == 3]
