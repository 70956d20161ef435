"""A run says what is so now: after a wrong first run, a corrected one publishes what a first one would."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lakecast_assets.pipeline.run import run
from lakecast_lake import columns, snapshots
from lakecast_lake.storage import Lake

Series = Mapping[str, tuple[str, str, int]]
"""Item -> first day, last day, demand per period."""
SOURCES = ("seasonal_naive", "empirical")

RIGHT: Series = {"A": ("2025-01-01", "2025-06-30", 5), "B": ("2025-02-01", "2025-06-30", 2)}
WRONG: Mapping[str, Series] = {
    "later": {"A": ("2025-01-01", "2025-09-30", 50), "B": ("2025-02-01", "2025-08-31", 2)},
    "one item later": {"A": ("2025-01-01", "2025-06-30", 5), "B": ("2025-02-01", "2025-12-31", 9)},
    "an item too many": {**RIGHT, "C": ("2025-01-01", "2025-06-30", 100)},
    "other names, other numbers": {"a": RIGHT["A"], "B": ("2025-02-01", "2025-06-30", 30)},
}
VOLATILE = ("run_id", "generated_at", "fit_seconds", "file_digest", "ingested_at", "read_at")


@pytest.mark.slow
def test_a_corrected_run_publishes_what_a_first_one_would(tmp_path: Path) -> None:
    corrected, fresh = str(tmp_path / "corrected"), str(tmp_path / "fresh")
    right = _write(tmp_path / "right", RIGHT)
    _run(right, fresh)
    for number, wrong in enumerate(WRONG.values()):
        _run(_write(tmp_path / f"wrong-{number}", wrong), corrected)
    _run(
        _write(tmp_path / "monthly", {"A": ("2022-01-01", "2025-06-30", 5)}),
        corrected,
        frequency="monthly",
        replace=True,
    )
    assert _present(corrected) != _present(fresh)
    _run(right, corrected)
    assert _present(corrected) == _present(fresh)


FILES = {
    "demand": "item_id,date,quantity\n"
    + "".join(
        f"{item},{day},{(number * step) % 7}\n"
        for item, step in (("A", 1), ("B", 3))
        for number, day in enumerate(np.arange(np.datetime64("2025-03-01"), np.datetime64("2025-07-01")).astype(str))
    ),
    "items": "item_id,lead_time_days,unit_cost\nA,10,5\nB,20,2\n",
    "stock": "item_id,date,on_hand,on_order\nA,2025-06-30,40,0\nB,2025-06-30,10,0\n",
}
"""A folder as it should be."""
ALL_LATER = {"demand": FILES["demand"].replace("2025-", "2026-"), "stock": FILES["stock"].replace("2025-", "2026-")}
MISTAKES: Mapping[str, tuple[Mapping[str, str], dict[str, object]]] = {
    "a year too late": (ALL_LATER, {}),
    "a month that had not ended": ({"demand": FILES["demand"] + "A,2025-07-01,1\nB,2025-07-01,1\n"}, {}),
    "ten times as much": ({"demand": FILES["demand"].replace("\n", "0\n").replace("quantity0", "quantity")}, {}),
    "an item too many": ({"demand": FILES["demand"] + FILES["demand"].partition("\n")[2].replace("A,", "C,", 122)}, {}),
    "an item too few": ({"demand": "\n".join(x for x in FILES["demand"].splitlines() if x[0] != "B") + "\n"}, {}),
    "another frequency": ({}, {"frequency": "monthly"}),
    "other ids": ({name: text.replace("\nA,", "\n001,") for name, text in FILES.items()}, {}),
    "missing days as zeros": (
        {"demand": "".join(x for k, x in enumerate(FILES["demand"].splitlines(True)) if k % 5 != 2)},
        {},
    ),
    "a file that was cut off": ({"demand": "".join(FILES["demand"].splitlines(True)[:200])}, {}),
    "one year mistyped": ({"demand": FILES["demand"].replace("A,2025-06-30,", "A,2052-06-30,")}, {}),
    "another champion": ({}, {"champion": "seasonal_naive"}),
    "wrong terms": ({"items": FILES["items"].replace(",10,", ",120,").replace(",5", ",5000")}, {}),
    "wrong stock and orders": (
        {"stock": FILES["stock"].replace("40", "4000"), "orders": "item_id,due_date,quantity\nA,2025-07-09,500\n"},
        {},
    ),
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, object]]]:
    """What a first run of the right files publishes on a fresh lake."""
    folder = tmp_path_factory.mktemp("first")
    _run(_folder(folder / "right", {}), str(folder / "lake"))
    return _present(str(folder / "lake"))


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES)
def test_after_a_mistake_the_corrected_run_serves_what_a_first_one_would(
    mistake: str, first: dict[str, list[dict[str, object]]], tmp_path: Path
) -> None:
    files, settings = MISTAKES[mistake]
    lake = str(tmp_path / "lake")
    _run(_folder(tmp_path / "wrong", files), lake, **settings)  # type: ignore[arg-type]
    assert _present(lake) != first
    _run(_folder(tmp_path / "right", {}), lake, allow_loss=True)
    assert _present(lake) == first


@pytest.mark.slow
def test_a_correction_keeps_the_sound_past(tmp_path: Path) -> None:
    """Right, then wrong and later, then right again and a little later: the first one's rows are past, no others."""
    lake = str(tmp_path / "lake")
    _run(_write(tmp_path / "one", {"A": ("2025-01-01", "2025-05-31", 5)}), lake)
    _run(_write(tmp_path / "two", {"A": ("2025-01-01", "2025-09-30", 90)}), lake)
    _run(_write(tmp_path / "three", {"A": ("2025-01-01", "2025-06-30", 5)}), lake)
    snapshot = _snapshot(lake)
    history = snapshot.history_of(0, "empirical")
    assert history is not None
    assert history.cutoff.astype("datetime64[D]").astype(str).tolist() == ["2025-05-31", "2025-06-30"]


@pytest.mark.slow
def test_other_sources_stay_where_their_input_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = str(tmp_path / "lake")
    folder = _write(tmp_path / "right", RIGHT)
    _run(folder, lake)
    _run(folder, lake, sources=["empirical"], retrain=True)
    assert _sources(lake) == set(SOURCES)
    _run(_write(tmp_path / "more", {**RIGHT, "B": ("2025-02-01", "2025-06-30", 3)}), lake, sources=["empirical"])
    assert _sources(lake) == {"empirical"}
    monkeypatch.setattr("lakecast_assets.pipeline.inputs.DEFAULT_SOURCES", ("seasonal_naive",))
    _run(tmp_path / "more", lake, sources=["seasonal_naive"])
    assert _sources(lake) == {"seasonal_naive"}, "a run of everything leaves no other source"


def _write(folder: Path, series: Series) -> Path:
    folder.mkdir()
    lines = ["item_id,date,quantity"]
    for item, (first, last, level) in series.items():
        days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
        demand = np.random.default_rng(len(item)).poisson(level, len(days))
        lines += [f"{item},{day},{quantity}" for day, quantity in zip(days, demand, strict=True)]
    (folder / "demand.csv").write_text("\n".join(lines) + "\n")
    return folder


def _folder(folder: Path, other: Mapping[str, str]) -> Path:
    """The files of `FILES`, some of them other ones."""
    folder.mkdir()
    for name, text in {**FILES, **other}.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def _run(folder: Path, lake: str, sources: list[str] | None = None, **settings: object) -> None:
    run(folder, lake, dataset="parts", sources=sources or list(SOURCES), **settings)


def _snapshot(lake: str) -> columns.Snapshot:
    opened = Lake.open(lake)
    return columns.load(opened, snapshots.newest(opened))


def _sources(lake: str) -> set[str]:
    snapshot = _snapshot(lake)
    assert {key[1] for key in snapshot.forecasts} == set(snapshot.metrics.table["source"].to_pylist())
    return {key[1] for key in snapshot.forecasts}


def _present(lake: str) -> dict[str, list[dict[str, object]]]:
    """What a server reads of the newest snapshot, without instants and names of runs."""
    snapshot = _snapshot(lake)
    forecasts = {
        "/".join(key): [
            segment.items, segment.first_block.tolist(), segment.cutoff.tolist(), segment.date.tolist(),
            *(str(segment.numbers[name].tolist()) for name in sorted(segment.numbers)),
        ]
        for key, segment in snapshot.forecasts.items()
    }  # fmt: skip
    return {
        **forecasts,
        "items": snapshot.items.table.to_pylist(),
        "champions": list(snapshot.champion),
        "demand": [str(segment.numbers["quantity"].tolist()) for segment in snapshot.demand.values()],
        "metrics": _steady(snapshot.metrics.table),
        "inventory": [
            [segment.items, segment.date.tolist(), str(segment.numbers["on_hand"].tolist())]
            for segment in snapshot.inventory.values()
        ],
        "reports": _steady(snapshot.reports),
        "replenishment": _steady(snapshot.replenishment.table),
    }


def _steady(table: pa.Table) -> list[dict[str, object]]:
    return table.drop_columns([name for name in VOLATILE if name in table.column_names]).to_pylist()
